//! Search: tables by any word that is said of them ([PAGE.md]).
//!
//! - `words` takes the words out of a table, `query` out of what somebody looks for; they ask nobody.
//! - `follow` keeps the index of words in step with the log of events; `find` asks it.
//!
//! Names of tables are looked at as they are now. The index, which knows of columns, comments and owners, follows what is written
//! by a few seconds, so that no write pays for it; what it finds is compared with the tables as they are before it is shown.
//!
//! [PAGE.md]: ../../docs/PAGE.md

mod find;
mod follow;
mod operations;
mod query;
mod words;

pub use find::{Found, Hit, Why};
pub use follow::Followed;
pub use operations::Operations;
pub use query::SEARCH_CHARS_MAX;

use crate::catalog::Catalog;
use crate::store::Store;
use std::sync::Arc;

/// Search over the tables of one catalog server. It holds no state of its own: any number of replicas may follow and ask.
#[derive(Debug)]
pub struct Search {
    catalog: Arc<Catalog>,
    store: Store,
}

impl Search {
    /// Search over the tables of a catalog server.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            store: catalog.store().clone(),
            catalog,
        }
    }
}
