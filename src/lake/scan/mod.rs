//! Finding the partitions below a table's root. A *window run* goes down level by level and asks only for names that can
//! lie in a stretch of time; a *sweep* lists everything. Both tell what they find in batches while they run, so that
//! memory stays flat whatever lies there, and both count their requests against a budget.
//!
//! What is found:
//!
//! - A partition is a directory that the layout reads and that holds data. Data is a file that is neither hidden nor
//!   empty: an empty file has no rows, and on S3 it may be the marker of a directory.
//! - Names that begin with `_` or `.` are hidden, files and directories alike, as in Hive.
//! - What holds data and does not fit the layout is a mismatch. It is told and never guessed at.
//!
//! A request that fails fails the scan; a scan that ends early says so. Nothing is ever left out silently.
//!
//! Not for S3 Express directory buckets: their listings are not sorted, which a sweep notices and refuses.

mod files;
mod findings;
mod group;
mod job;
mod level;
mod look;
mod progress;
mod sweep;
mod tally;
mod walk;

pub(in crate::lake) use files::{level as files_level, level_some as files_level_some};
pub(in crate::lake) use job::{Listed, behind};
pub use progress::ScanProgress;
pub(in crate::lake) use tally::Entry;

use super::{Lake, Reach, error::LakeError};
use crate::layout::{Layout, Window};
use crate::model::Location;
use std::fmt;
use tokio::sync::mpsc;

/// Items that one batch holds at most.
pub const BATCH_ITEMS_MAX: usize = 512;
/// Mismatches that one scan lists; further ones are counted only.
pub const MISMATCHES_LISTED_MAX: u64 = 1_000;

/// What to look for, and how much it may cost.
#[derive(Clone, Copy)]
pub struct ScanRequest<'a> {
    /// The directory below which the layout begins.
    pub root: &'a Location,
    /// How directories tell partition values.
    pub layout: &'a Layout,
    /// Look only for partitions whose time meets this window; without one everything is listed (a sweep).
    pub window: Option<Window>,
    /// The file that a writer puts into a finished partition, such as `_SUCCESS`; no data itself.
    pub marker: Option<&'a str>,
    /// Requests that the scan may send. The repetition of a failed request is not counted.
    pub requests_max: u64,
    /// Requests that may be on their way at once.
    pub requests_concurrent_max: usize,
    /// Partition values that need no look, because they are known. A window run leaves them out of what it finds; a
    /// sweep, which passes them anyway, does not ask.
    pub skip: &'a (dyn Fn(&[String]) -> bool + Send + Sync),
}

impl fmt::Debug for ScanRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanRequest")
            .field("root", &self.root)
            .field("layout", &self.layout.template())
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// One data file of a partition: the newest, of equally new ones the first by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    /// Its whole location.
    pub location: Location,
    /// Its size.
    pub bytes: u64,
}

/// A directory that the layout reads. Without data it is told only when it holds the marker that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPartition {
    /// The directory below the root, such as `2019/06/08`.
    pub path: String,
    /// The partition values in the order of the table's keys. Several directories may have the same ones where the
    /// layout ignores a part of the path.
    pub values: Vec<String>,
    /// Data files in it and below.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the newest was written: seconds since the epoch; 0 without data.
    pub newest_at: i64,
    /// When the oldest was written.
    pub oldest_at: i64,
    /// Whether the marker is there.
    pub marker: bool,
    /// A file whose schema may be read.
    pub sample: Option<SampleFile>,
}

/// One thing that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanItem {
    /// A partition.
    Partition(FoundPartition),
    /// Something that does not fit the layout.
    Mismatch {
        /// The directory, or the file above the partitions' level, below the root.
        path: String,
        /// Why it does not fit.
        reason: String,
    },
}

/// How a scan went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanSummary {
    /// Requests sent; on a file system, directories read.
    pub requests: u64,
    /// Objects or files that were listed.
    pub objects: u64,
    /// Directories that were listed or passed.
    pub prefixes: u64,
    /// Partitions found.
    pub partitions: u64,
    /// Mismatches found, whether they were listed or only counted.
    pub mismatches: u64,
    /// Whether everything that was asked for was looked at. Only then does absence mean anything.
    pub complete: bool,
    /// Why not.
    pub stopped: Option<String>,
}

impl Lake {
    /// Looks for partitions and sends them in batches as they are found, in no order that means anything. Returns when
    /// all are sent, the budget is used up, or nobody receives any more. Dropping the future ends the requests on
    /// their way.
    ///
    /// On a file system a missing root is an error; on S3 it cannot be told from an empty one.
    pub async fn scan(
        &self,
        request: ScanRequest<'_>,
        found: mpsc::Sender<Vec<ScanItem>>,
    ) -> Result<ScanSummary, LakeError> {
        self.scan_watched(request, found, &ScanProgress::default())
            .await
    }

    /// As [`Self::scan`], and tells how far it is after every answer.
    pub async fn scan_watched(
        &self,
        request: ScanRequest<'_>,
        found: mpsc::Sender<Vec<ScanItem>>,
        progress: &ScanProgress,
    ) -> Result<ScanSummary, LakeError> {
        let root = request.root;
        let source = match self.reach(root) {
            Reach::Disk => {
                // Below the root a vanished directory is a writer's doing; a vanished root is an unmounted disk.
                let at = root.clone();
                super::blocking(move || files::root_check(&at)).await?;
                walk::Source::Files
            }
            Reach::Bucket => walk::Source::Bucket(self.bucket(root)?),
            Reach::Kept => return Err(super::unreached(root)),
        };
        walk::Walk::new(request, root.clone(), source, found)
            .run(progress)
            .await
    }
}
