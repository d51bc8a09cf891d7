//! Background work. A task is a function without input that may be run at any time, on any number
//! of replicas, and crash at any point: the next run does what is left. Nothing is handed from
//! one run to the next but what the database holds. Tasks go through the operations of the catalog, discovery and the watch.

mod alert_delivery;
mod discovery;
mod discovery_queue;
mod discovery_upkeep;
mod event_retention;
mod freshness;
mod jobs;
mod lake_cleanup;
mod lock_reaper;
mod replica_beat;
mod runner;
mod sampling;
mod schema_diff;
mod search;
mod shares;
mod tls_files;
mod watch_upkeep;

pub use alert_delivery::AlertDelivery;
pub use discovery::Discovery;
pub use discovery_queue::DiscoveryQueue;
pub use discovery_upkeep::DiscoveryUpkeep;
pub use event_retention::EventRetention;
pub use freshness::Freshness;
pub use jobs::Jobs;
pub use lake_cleanup::LakeCleanup;
pub use lock_reaper::LockReaper;
pub use replica_beat::ReplicaBeat;
pub use runner::Runner;
pub use sampling::Sampling;
pub use schema_diff::SchemaDiff;
pub use search::Search;
pub use tls_files::TlsFiles;
pub use watch_upkeep::WatchUpkeep;

use crate::error::Error;

/// What one run has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Things that were taken care of.
    pub done: u64,
    /// Things that failed and are left to a later run.
    pub failed: u64,
}

/// One kind of background work.
pub trait Task: Send + Sync + 'static {
    /// Its name in logs and metrics.
    fn name(&self) -> &'static str;

    /// Does what there is to do at this moment. It does not try again by itself: it is run again.
    fn activate(&self) -> impl Future<Output = Result<Report, Error>> + Send;
}
