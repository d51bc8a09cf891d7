//! Adding up the files of one partition.

use super::{FoundPartition, SampleFile};
use crate::hive::directory_name::is_hidden;
use crate::model::Location;

/// A listed file or object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct Entry {
    /// The path below the root of the scan.
    pub(in crate::lake) path: String,
    pub(in crate::lake) bytes: u64,
    /// Seconds since the epoch.
    pub(in crate::lake) at: i64,
}

/// Whether a file of this path and size holds rows that Hive would read.
pub(super) fn is_data(path: &str, bytes: u64, marker: Option<&str>) -> bool {
    bytes > 0 && !path.split('/').any(is_hidden) && marker.is_none_or(|name| !ends_with(path, name))
}

fn ends_with(path: &str, name: &str) -> bool {
    path.strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// What is known of a partition's files so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    files: u64,
    bytes: u64,
    oldest_at: i64,
    /// The newest file: when, its path below the root, its size.
    newest: Option<(i64, String, u64)>,
    has_marker: bool,
}

impl Tally {
    /// Adds a file that lies at `name` below the partition's directory.
    pub(super) fn add(&mut self, entry: &Entry, name: &str, marker: Option<&str>) {
        if marker.is_some_and(|wanted| wanted == name) {
            self.has_marker = true;
            return;
        }
        if !is_data(name, entry.bytes, marker) {
            return;
        }
        self.oldest_at = if self.files == 0 {
            entry.at
        } else {
            self.oldest_at.min(entry.at)
        };
        self.files += 1;
        self.bytes += entry.bytes;
        let is_better = self
            .newest
            .as_ref()
            .is_none_or(|(at, path, _)| entry.at > *at || (entry.at == *at && entry.path < *path));
        if is_better {
            self.newest = Some((entry.at, entry.path.clone(), entry.bytes));
        }
    }

    /// Whether any file holds rows.
    pub(super) fn has_data(&self) -> bool {
        self.files > 0
    }

    /// Whether there is something to tell.
    pub(super) fn is_found(&self) -> bool {
        self.files > 0 || self.has_marker
    }

    /// The partition whose files these are.
    pub(super) fn partition(
        self,
        root: &Location,
        path: String,
        values: Vec<String>,
    ) -> FoundPartition {
        let newest_at = self.newest.as_ref().map_or(0, |(at, _, _)| *at);
        let sample = self.newest.map(|(_, below, bytes)| SampleFile {
            location: root.below(&below),
            bytes,
        });
        FoundPartition {
            path,
            values,
            files: self.files,
            bytes: self.bytes,
            newest_at,
            oldest_at: self.oldest_at,
            marker: self.has_marker,
            sample,
        }
    }
}
