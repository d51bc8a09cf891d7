//! Hive's nouns: catalogs, databases, tables, partitions, statistics, functions, events, locks; and the jobs that change them.

pub(in crate::store) mod catalog;
pub(in crate::store) mod database;
pub(in crate::store) mod descriptor;
pub(in crate::store) mod descriptor_cache;
pub(in crate::store) mod event;
pub(in crate::store) mod event_write;
pub(in crate::store) mod expire;
pub(in crate::store) mod follower;
pub(in crate::store) mod function;
pub(in crate::store) mod holder;
pub(in crate::store) mod job;
pub(in crate::store) mod known_ways;
pub(in crate::store) mod lock;
pub(in crate::store) mod moving;
pub(in crate::store) mod partition;
pub(in crate::store) mod partition_page;
mod partition_page_back;
pub(in crate::store) mod partition_write;
pub(in crate::store) mod pending_delete;
pub(in crate::store) mod pending_delete_taken;
pub(in crate::store) mod place_fill;
pub(in crate::store) mod statistics;
pub(in crate::store) mod table;
pub(in crate::store) mod table_at_place;
