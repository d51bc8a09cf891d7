//! The Hive Metastore wire alone; it knows no catalog.
