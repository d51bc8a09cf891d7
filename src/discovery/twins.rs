//! Directories that mean a partition which is registered with another directory: `p=a:b` and `p=a%3Ab` are one partition, and
//! so are directories that differ in a part which the layout leaves out. A partition points to one of them, the others are
//! told; where the one in use has emptied, it points to one that has data.

use super::judge::Sighting;
use super::site::Root;
use crate::model::{DiscoverySkip, Location, SkipKind};

/// Directories of this kind that one run follows up; more are counted.
pub(super) const TWINS_MAX: usize = 1_000;

/// A directory with data, and where the partition that it means has its own.
#[derive(Debug)]
pub(super) struct Twin {
    pub(super) rank: usize,
    pub(super) name: String,
    pub(super) sighting: Sighting,
    pub(super) registered: Location,
}

impl Twin {
    /// The directory, unless the partition has its place there.
    pub(super) fn of(
        root: &Root,
        name: &str,
        sighting: &Sighting,
        registered: Location,
    ) -> Option<Self> {
        (registered != sighting.location).then(|| Self {
            rank: root.rank,
            name: name.to_owned(),
            sighting: sighting.clone(),
            registered,
        })
    }
}

/// Why a directory is no partition that means one with its data elsewhere, in words.
pub(super) fn twin_reason(name: &str, registered: &Location) -> String {
    format!("it means the partition {name}, which has its data at {registered}")
}

/// Why a directory is no partition that means one with its data elsewhere.
pub(super) fn twin_skip(
    location: &Location,
    name: &str,
    registered: &Location,
    now: i64,
) -> DiscoverySkip {
    DiscoverySkip {
        path: location.to_string(),
        kind: SkipKind::Layout,
        reason: twin_reason(name, registered),
        first_seen_at: now,
        last_seen_at: now,
    }
}
