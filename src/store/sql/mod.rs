//! The machinery under the nouns: connections, statements, rows, transactions, migrations.
//!
//! It knows no noun of the catalog; only `link.rs`, `mysql_link.rs`, `row.rs` and `failure.rs` name a driver.

pub(in crate::store) mod dialect;
pub(in crate::store) mod examine;
pub(in crate::store) mod failure;
pub(in crate::store) mod ids;
pub(in crate::store) mod lease;
pub(in crate::store) mod limits;
pub(in crate::store) mod link;
pub(in crate::store) mod migrate;
pub(in crate::store) mod mysql_link;
pub(in crate::store) mod name_list;
pub(in crate::store) mod pool;
pub(in crate::store) mod room;
pub(in crate::store) mod row;
pub(in crate::store) mod session;
pub(in crate::store) mod settings;
pub(in crate::store) mod sqlite_anchor;
pub(in crate::store) mod sqlite_file;
pub(in crate::store) mod statement;
pub(in crate::store) mod transact;
