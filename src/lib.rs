//! skep: a catalog server that speaks the Hive Metastore protocol.
