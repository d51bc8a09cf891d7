//! Freshness: what data tables expect, and whether it came: in time, and as much as is usual ([FRESHNESS.md]).
//!
//! - `slot` cuts time into the stretches of which data has to come; `judge` says of one whether it is as it has to be; `gap`
//!   puts together what lacks; `wording` says it. They ask nobody.
//! - `look` reads what a table has of some stretches; `sizes` counts directories whose size nobody noted, where a table asks for
//!   it; `check` looks at a table that is due and writes down what it found; `status` and `settings` are what people see and set.
//!
//! A look reads names of partitions, and where the volume matters the partitions of the same time of earlier weeks; it never
//! touches data. What it found is written in one transaction, only where no other replica has looked meanwhile. The watch
//! tells people.
//!
//! [FRESHNESS.md]: ../../docs/FRESHNESS.md

mod check;
mod gap;
mod judge;
mod look;
mod operations;
mod settings;
mod sizes;
mod slot;
mod status;
#[cfg(test)]
mod tests;
mod wording;

pub use check::FreshnessRound;
pub use operations::Operations;
pub use status::{FreshnessStatus, GAPS_SHOWN_MAX, Standing};

use crate::catalog::Catalog;
use crate::store::Store;
use std::sync::Arc;

/// Freshness of the tables of one catalog. It holds no state of its own: any number of replicas may look.
#[derive(Debug)]
pub struct Freshness {
    catalog: Arc<Catalog>,
    store: Store,
}

impl Freshness {
    /// Freshness for the tables of a catalog.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            store: catalog.store().clone(),
            catalog,
        }
    }
}
