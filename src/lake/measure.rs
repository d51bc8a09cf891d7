//! How much a directory holds, looked at until it is counted or has too many objects.

use super::bucket::Query;
use super::scan::{Entry, Listed, files_level_some};
use super::{Lake, LakeError, Reach, blocking, unreached};
use crate::hive::directory_name::is_hidden;
use crate::model::Location;

/// What a directory holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// Data files in it and below: neither hidden nor empty, as a scan counts them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the newest was written, in seconds since the epoch; 0 without data.
    pub newest_at: i64,
    /// When the oldest was written; 0 without data.
    pub oldest_at: i64,
    /// Whether these are all; else there were more objects than may be looked at.
    pub is_whole: bool,
}

impl Measure {
    fn add(&mut self, entry: &Entry) {
        if entry.bytes == 0 || entry.path.split('/').any(is_hidden) {
            return;
        }
        self.oldest_at = if self.files == 0 {
            entry.at
        } else {
            self.oldest_at.min(entry.at)
        };
        self.newest_at = self.newest_at.max(entry.at);
        self.files += 1;
        self.bytes = self.bytes.saturating_add(entry.bytes);
    }
}

impl Lake {
    /// Counts the data below a directory, page by page, until all is counted or `objects_max` objects were listed. What is not
    /// there holds nothing. Dropping the future ends it after the request on its way.
    pub async fn measure(&self, at: &Location, objects_max: usize) -> Result<Measure, LakeError> {
        match self.reach(at) {
            Reach::Disk => disk_measure(at, objects_max).await,
            Reach::Bucket => self.bucket_measure(at, objects_max).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    async fn bucket_measure(
        &self,
        at: &Location,
        objects_max: usize,
    ) -> Result<Measure, LakeError> {
        let bucket = self.bucket(at)?;
        let (mut measure, mut seen, mut from) = (Measure::default(), 0, None);
        loop {
            let query = Query {
                from,
                ..Query::default()
            };
            let listed = bucket.listing(at, query).await?;
            seen += listed.files.len() + listed.odd.len();
            for entry in &listed.files {
                measure.add(entry);
            }
            from = listed.next;
            if from.is_none() {
                measure.is_whole = true;
                return Ok(measure);
            }
            if seen >= objects_max {
                return Ok(measure);
            }
        }
    }
}

async fn disk_measure(at: &Location, objects_max: usize) -> Result<Measure, LakeError> {
    let (mut measure, mut left) = (Measure::default(), objects_max);
    let mut waiting = vec![String::new()];
    while let Some(directory) = waiting.pop() {
        let (root, path) = (at.clone(), directory.clone());
        let level = blocking(move || files_level_some(&root, &path, left)).await?;
        let (
            Listed {
                directories, files, ..
            },
            is_cut,
        ) = level;
        if is_cut {
            return Ok(measure);
        }
        left = left.saturating_sub(directories.len() + files.len());
        for entry in &files {
            measure.add(entry);
        }
        let visible = directories.into_iter().filter(|name| !is_hidden(name));
        waiting.extend(visible.map(|name| match directory.as_str() {
            "" => name,
            above => format!("{above}/{name}"),
        }));
    }
    measure.is_whole = true;
    Ok(measure)
}
