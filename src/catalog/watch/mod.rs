//! The watch over the schemas of sources: what changed since the last look, whom it reaches, and who is told.

mod status;

pub use status::{SourceStatus, WatchReport};

use super::Catalog;
use crate::error::{Error, Result};
use crate::model::{
    AppliedColumn, ChangeFilter, SchemaChange, SnapshotAt, SnapshotInfo, WatchCause,
};
use crate::source::{SourceCheck, SourceSettings};

fn later<T>() -> Result<T> {
    Err(Error::Unsupported("this version watches no sources".into()))
}

impl Catalog {
    /// Every source, by name: those of the configuration and those that were added.
    pub async fn source_list(&self) -> Result<Vec<SourceStatus>> {
        later()
    }

    /// One source, or `NotFound`.
    pub async fn source_get(&self, _name: &str) -> Result<SourceStatus> {
        later()
    }

    /// Adds a source, which is read for the first time within seconds. Fails with `Invalid` for settings that cannot
    /// work or that a client may not have, with `AlreadyExists`, with `NotAllowed` where the configuration has it.
    pub async fn source_add(&self, _name: &str, _settings: SourceSettings) -> Result<SourceStatus> {
        later()
    }

    /// Removes a source with its snapshots and changes; alerts of it that were not sent are dropped. Fails with
    /// `NotFound`, with `NotAllowed` where the configuration has it, with `Conflict` while it is read.
    pub async fn source_remove(&self, _name: &str) -> Result<()> {
        later()
    }

    /// Asks a source whether it can be read. Fails with `NotFound`, and as [`Self::watch_run`] does.
    pub async fn source_test(&self, _name: &str) -> Result<SourceCheck> {
        later()
    }

    /// Reads a source now and keeps what changed. Fails with `NotFound`, with `Conflict` where another run is at it,
    /// with `Unavailable` where the source does not answer (noted in its state), with `NotAllowed` where it refuses.
    pub async fn watch_run(&self, _name: &str, _cause: WatchCause) -> Result<WatchReport> {
        later()
    }

    /// The changes that a filter lets through, the newest first.
    pub async fn schema_change_list(&self, _filter: &ChangeFilter) -> Result<Vec<SchemaChange>> {
        later()
    }

    /// The kept snapshots of a source, the latest first, or `NotFound`.
    pub async fn snapshot_list(&self, _source: &str, _limit: usize) -> Result<Vec<SnapshotInfo>> {
        later()
    }

    /// Compares two kept snapshots of a source; nothing is kept of it. `NotFound` of the source or a snapshot.
    pub async fn schema_diff(
        &self,
        _source: &str,
        _from: SnapshotAt,
        _to: SnapshotAt,
    ) -> Result<Vec<SchemaChange>> {
        later()
    }

    /// Adds to the targets of a change the columns that they lack, and nothing else. Run again it adds what is still
    /// missing. Fails with `NotFound`, with `NotAllowed` for a change that is no addition or has no target.
    pub async fn schema_change_apply(&self, _id: i64) -> Result<Vec<AppliedColumn>> {
        later()
    }
}
