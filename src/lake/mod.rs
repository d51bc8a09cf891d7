//! The files below the catalog: directories of tables and partitions, on the local file system
//! and in object stores. The only place that knows the object-store library. It knows neither the catalog
//! nor the database: whether a directory *may* be deleted is decided above, and here stand only
//! the rails that no decision passes (a root, a bucket, the warehouse itself).
//!
//! All operations can be repeated: creating what exists, deleting what is gone and copying what is
//! half copied succeed. In an object store a directory needs no creating; it exists while a key lies below it.

mod account;
mod below;
mod bucket;
mod counted;
mod error;
mod footer;
mod local;
mod local_deletion;
mod measure;
mod moment;
mod progress;
mod queue;
mod reach;
mod sample;
pub mod scan;
mod settings;
mod several;
mod signed;
mod signer;
mod standing;
mod store_clock;
mod trial;

pub use below::DirectoryNames;
pub use error::{Cause, LakeError};
pub use footer::{Footer, FooterFault, UnsupportedColumn};
pub use measure::Measure;
pub use moment::{Kept, Moment, UPLOAD_MAX};
pub use progress::{DeletionWatch, Progress};
pub use queue::{
    EventKind, MalformedMessage, ObjectEvent, Queue, QueueDepth, QueueError, QueueMessage,
    QueueSettings, Receipt,
};
pub use sample::{SAMPLE_REQUESTS_MAX, Sample};
pub use scan::{FoundPartition, SampleFile, ScanItem, ScanProgress, ScanRequest, ScanSummary};
pub use settings::{AzureSettings, GcsSettings, S3Settings, StorageSettings};
pub use several::OldDirectory;
pub use standing::Mark;
pub use trial::{TrialFailure, TrialStep};

use crate::model::{Location, Storage};
pub use bucket::Strays;
use bucket::{Bucket, Copying};
use reach::{Reach, is_known, unreached};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What [`Lake::directory_create`] did, so that it can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedDirectory {
    location: Location,
    levels: usize,
}

impl CreatedDirectory {
    /// Whether the directory was not there before. Hive gives quick statistics only to
    /// directories that were.
    pub fn is_new(&self) -> bool {
        self.levels > 0
    }

    /// The normalised location.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

/// What [`Lake::directory_transfer`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// There was no directory (Hive tolerates that).
    Nothing,
    /// The directory has moved.
    Moved,
    /// Everything was copied; the source is whole.
    Copied,
}

/// Hive's quick statistics of a directory: `numFiles` and `totalSize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files whose name, and whose directories' names, begin with neither `_` nor `.`.
    pub files: u64,
    /// The bytes of those files.
    pub bytes: u64,
    /// Keys that are no paths. No engine reads them; but somebody has put them there, so the place is not empty.
    pub odd_keys: u64,
}

impl Summary {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// The directories of all tables. Cheap to share by reference; holds one client a bucket.
pub struct Lake {
    settings: StorageSettings,
    /// Locations that are never deleted or moved, nor anything that contains them: the warehouse and its like.
    protected: Vec<Location>,
    buckets: Mutex<Buckets>,
    copying: Arc<Copying>,
}

/// The open clients and when each was used last, in calls.
#[derive(Default)]
struct Buckets {
    open: HashMap<(Storage, String), (Arc<Bucket>, u64)>,
    calls: u64,
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Lake {
    /// A lake that reaches its stores by `settings` and never deletes a directory of `protected`
    /// (the warehouse) or one above it. Opens nothing yet.
    pub fn new(settings: &StorageSettings, protected: &[Location]) -> Self {
        Self {
            settings: settings.clone(),
            protected: protected.to_vec(),
            buckets: Mutex::default(),
            copying: Arc::new(Copying::new(&settings.s3)),
        }
    }

    /// Creates a directory and the missing ones above it, and tells whether it existed. On a storage that is not reached
    /// nothing is created and nothing is there: whoever writes its files creates it. One that no engine knows is refused.
    pub async fn directory_create(&self, at: &Location) -> Result<CreatedDirectory, LakeError> {
        match self.reach(at) {
            Reach::Disk => on_disk(at, local::directory_create).await,
            Reach::Bucket => {
                let found = self.bucket(at)?.exists(at).await?;
                Ok(CreatedDirectory {
                    location: at.clone(),
                    levels: usize::from(!found),
                })
            }
            Reach::Kept if is_known(at) => Ok(CreatedDirectory {
                location: at.clone(),
                levels: 1,
            }),
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// Removes what [`Lake::directory_create`] created, as far as it is still empty: for a transaction
    /// that failed after it.
    pub async fn directory_remove(&self, created: &CreatedDirectory) -> Result<(), LakeError> {
        let at = &created.location;
        let levels = created.levels;
        match self.reach(at) {
            Reach::Disk => on_disk(at, move |at| local::directory_remove(at, levels)).await,
            Reach::Bucket | Reach::Kept => Ok(()),
        }
    }

    /// Counts what [`Lake::directory_transfer`] would copy object by object; nothing of what moves as a whole. Fails where
    /// it could not copy all of it, so that nothing is begun that stays half done.
    pub async fn directory_transfer_count(
        &self,
        source: &Location,
        target: &Location,
    ) -> Result<Option<Summary>, LakeError> {
        match self.reach(source) {
            Reach::Bucket => {
                self.transferable(source, target)?;
                let (here, there) = (self.bucket(source)?, self.bucket(target)?);
                here.copy_count(source, &there, target).await.map(Some)
            }
            Reach::Disk | Reach::Kept => Ok(None),
        }
    }

    /// Brings a directory to another place, for a change of the catalog that is committed afterwards. Parents of the
    /// target are made. The caller has checked that nothing was at `to` before the first call; `mark` is what
    /// [`Lake::directory_mark`] told of the source then.
    ///
    /// On S3 everything is copied and the source stays as it is, for the caller to delete once the change is committed:
    /// whatever ends the call before, nothing is lost. The same call again goes on where it ended.
    pub async fn directory_transfer(
        &self,
        source: &Location,
        target: &Location,
        mark: Option<&str>,
        progress: &Progress,
    ) -> Result<Transfer, LakeError> {
        self.transferable(source, target)?;
        match self.reach(source) {
            Reach::Disk => {
                let Some(mark) = mark.map(str::to_owned) else {
                    return Ok(Transfer::Nothing);
                };
                let (target, held_by) = (target.clone(), self.holder(source));
                let moved = on_disk(source, move |source| {
                    local::links_refuse(held_by.as_ref(), source)?;
                    local::directory_move(source, &target, &mark)
                });
                Ok(if moved.await? {
                    Transfer::Moved
                } else {
                    Transfer::Nothing
                })
            }
            Reach::Bucket => {
                let (here, there) = (self.bucket(source)?, self.bucket(target)?);
                let copied = here.directory_copy(source, &there, target, progress);
                Ok(if copied.await? {
                    Transfer::Copied
                } else {
                    Transfer::Nothing
                })
            }
            Reach::Kept => Err(unreached(source)),
        }
    }

    /// Takes back what [`Lake::directory_transfer`] did, however far it came: for a change that will not be. On S3 the
    /// source tells what is a copy, so it must be there still, and so does the progress of the same run; what others have
    /// written at the target stays, and is given back.
    pub async fn directory_transfer_undo(
        &self,
        source: &Location,
        target: &Location,
        mark: Option<&str>,
        progress: &Progress,
    ) -> Result<Strays, LakeError> {
        if self.transferable(source, target).is_err() {
            // Then it was never begun.
            return Ok(Strays::default());
        }
        match self.reach(source) {
            Reach::Disk => {
                if let Some(mark) = mark.map(str::to_owned) {
                    let target = target.clone();
                    on_disk(source, move |source| {
                        local::directory_move_undo(source, &target, &mark)
                    })
                    .await?;
                }
                Ok(Strays::default())
            }
            Reach::Bucket => {
                let (here, there) = (self.bucket(source)?, self.bucket(target)?);
                here.copies_delete(source, &there, target, progress).await
            }
            Reach::Kept => Err(unreached(source)),
        }
    }

    /// Deletes of a directory what changed last before a moment: younger files stay, and what may be younger. Says how
    /// many did. What is not there counts as deleted. A root, a bucket, the warehouse and what contains it are refused.
    pub async fn directory_delete_older(
        &self,
        at: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        self.rails(at)?;
        match self.reach(at) {
            Reach::Disk => {
                let mark = if let Some(stood) = &watch.stood {
                    stood.clone()
                } else {
                    let mark = on_disk(at, local::directory_mark).await?;
                    // Asked once the directory is known: one that takes its place from here on is another one.
                    if !(watch.still)().await? {
                        return Ok(Kept::default());
                    }
                    mark
                };
                let (progress, held_by) = (Arc::clone(watch.progress), self.holder(at));
                on_disk(at, move |at| {
                    local::links_refuse(held_by.as_ref(), at)?;
                    local_deletion::directory_delete_older(at, moment, mark.as_deref(), &progress)
                })
                .await
            }
            Reach::Bucket => self.bucket(at)?.directory_delete(at, moment, watch).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// Deletes of a directory that [`Lake::directory_transfer`] copied what has its copy, and what changed last before the
    /// moment of the copying. What else is there stays: what changed after it is younger, what lies between may be a file
    /// that was not copied, or one whose copy is gone.
    pub async fn directory_delete_copied(
        &self,
        source: &Location,
        target: &Location,
        moment: Moment,
        watch: &DeletionWatch<'_>,
    ) -> Result<Kept, LakeError> {
        self.transferable(source, target)?;
        let (here, there) = (self.bucket(source)?, self.bucket(target)?);
        here.copied_delete(source, &there, target, moment, watch)
            .await
    }

    /// Seconds after which a deletion that was sent now is done, or will not be done any more: a store that was given up is
    /// taken to forget what it was asked within a minute.
    pub fn deletion_time_s(&self) -> i64 {
        let seconds = self.settings.s3.request_timeout_s + bucket::UNANSWERED_MAX.as_secs();
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    /// Whether everything at the target of a move may be a copy of what is at its source. On a file system nothing is.
    pub async fn has_only_copies(
        &self,
        source: &Location,
        target: &Location,
    ) -> Result<bool, LakeError> {
        if self.reach(source) != Reach::Bucket {
            return Ok(false);
        }
        self.transferable(source, target)?;
        let (here, there) = (self.bucket(source)?, self.bucket(target)?);
        here.has_only_copies(source, &there, target).await
    }

    /// What the clock that stamps the files at a place shows at most now, in milliseconds since the epoch. A store tells it
    /// with each of its answers; one that has not been asked since this process began is asked. Nothing where it does not
    /// tell.
    pub async fn latest_ms(&self, at: &Location) -> Option<i64> {
        if self.reach(at) != Reach::Bucket {
            return None;
        }
        let bucket = self.bucket(at).ok()?;
        if bucket.latest_ms().is_none() {
            bucket.exists(at).await.ok()?;
        }
        bucket.latest_ms()
    }

    /// The same, where it is known without asking.
    pub fn latest_known_ms(&self, at: &Location) -> Option<i64> {
        match self.reach(at) {
            Reach::Bucket => self.bucket(at).ok()?.latest_ms(),
            Reach::Disk | Reach::Kept => None,
        }
    }

    /// After a partition's directory is gone: deletes the empty directories above it, up to and
    /// without `stop` (the table's directory). On the machine's own file system only those that lie below a directory that
    /// skep keeps house in, with no link on the way.
    pub async fn parents_delete_if_empty(
        &self,
        at: &Location,
        stop: &Location,
    ) -> Result<(), LakeError> {
        match self.reach(at) {
            Reach::Disk => {
                let Some(held_by) = self.holder(at) else {
                    return Ok(());
                };
                let stop = stop.clone();
                on_disk(at, move |at| {
                    local::parents_delete_if_empty(at, &stop, &held_by)
                })
                .await
            }
            Reach::Bucket => self.bucket(at)?.parents_delete_if_empty(at, stop).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// Counts the visible files below a directory; a missing one counts as empty.
    pub async fn summary(&self, at: &Location) -> Result<Summary, LakeError> {
        match self.reach(at) {
            Reach::Disk => on_disk(at, local::summary).await,
            Reach::Bucket => self.bucket(at)?.summary(at).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// Whether any file below a directory has bytes, a hidden one too. The first that is met suffices.
    pub async fn has_bytes(&self, at: &Location) -> Result<bool, LakeError> {
        match self.reach(at) {
            Reach::Disk => on_disk(at, local::has_bytes).await,
            Reach::Bucket => self.bucket(at)?.has_bytes(at).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// Fails where a directory cannot be brought from one place to the other.
    fn transferable(&self, source: &Location, target: &Location) -> Result<(), LakeError> {
        self.rails(source)?;
        self.rails(target)?;
        if !source.same_storage(target) {
            let what = format!("moving to {target}");
            return Err(LakeError::unsupported(source.as_str(), what));
        }
        if source.overlaps(target) {
            let why = format!("{target} lies within the same path");
            return Err(LakeError::refused(source.as_str(), why));
        }
        Ok(())
    }

    /// The protected place that holds another one most closely.
    fn holder(&self, at: &Location) -> Option<Location> {
        let holders = self.protected.iter().filter(|held| held.contains(at));
        holders.max_by_key(|held| held.path().len()).cloned()
    }

    /// The places that nothing may empty.
    fn rails(&self, at: &Location) -> Result<(), LakeError> {
        if at.is_root() {
            return Err(LakeError::refused(
                at.as_str(),
                "it is a root or a whole bucket",
            ));
        }
        if at.storage() == Storage::Azure && !at.bucket().contains('@') {
            let why = "az:// names no account, so another place may be the same: write abfss://container@account…";
            return Err(LakeError::refused(at.as_str(), why));
        }
        match self.protected.iter().find(|held| at.contains(held)) {
            Some(held) => Err(LakeError::refused(
                at.as_str(),
                format!("it holds the warehouse {held}"),
            )),
            None => Ok(()),
        }
    }

    /// The client of the location's bucket, opened at its first use.
    fn bucket(&self, at: &Location) -> Result<Arc<Bucket>, LakeError> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.calls += 1;
        let now = buckets.calls;
        let name = (at.storage(), at.bucket().to_owned());
        if let Some((bucket, used)) = buckets.open.get_mut(&name) {
            *used = now;
            return Ok(Arc::clone(bucket));
        }
        let opened = Arc::new(Bucket::open(&self.settings, at, &self.copying)?);
        if buckets.open.len() >= self.settings.s3.bucket_clients_max {
            let oldest = buckets.open.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                buckets.open.remove(&name);
            }
        }
        buckets.open.insert(name, (Arc::clone(&opened), now));
        Ok(opened)
    }
}

/// Runs file-system calls on a place, as [`blocking`] does.
async fn on_disk<T: Send + 'static>(
    at: &Location,
    work: impl FnOnce(&Location) -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    let at = at.clone();
    blocking(move || work(&at)).await
}

/// Runs file-system calls where they may wait without holding up the connections.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LakeError> + Send + 'static,
) -> Result<T, LakeError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(LakeError::Unavailable {
            location: "file:".to_owned(),
            source: stopped.into(),
        }),
    }
}
