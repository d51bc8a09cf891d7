//! The steps of a scan. Each is one request and holds all that its answer needs, so that steps run in any order and at
//! once. Paths are relative to the root.

use super::group::Group;
use super::tally::{Entry, Tally};
use crate::lake::bucket::{OddKey, PageStart};
use crate::layout::Children;

/// Sorts behind everything that begins like it: U+10FFFF is in no name.
const AFTER_ALL: char = char::MAX;

/// One step.
pub(super) enum Job {
    /// The children of a directory above the partitions.
    Level {
        segments: Vec<String>,
        wanted: Children,
        /// The page to go on with.
        from: Option<PageStart>,
    },
    /// The files of one partition.
    Leaf {
        path: String,
        values: Vec<String>,
        tally: Tally,
        from: Option<PageStart>,
    },
    /// A directory that does not match, in which data is looked for: only then is it worth a word.
    Doubt { path: String, reason: String },
    /// Where a part of a sweep can be cut into pieces: the children of a directory inside it.
    Cut { directory: String, part: Part },
    /// A part of a sweep, listed key by key.
    Part {
        part: Part,
        group: Group,
        from: Option<PageStart>,
        /// Whether it is the whole, of which nothing is known yet.
        is_opening: bool,
    },
}

/// Children of a directory that are not gone into yet.
pub(super) struct Later {
    pub(super) segments: Vec<String>,
    pub(super) wanted: Children,
    /// The last one first.
    pub(super) names: Vec<String>,
    /// How many steps wait that come after them.
    pub(super) steps_below: usize,
}

/// A stretch of the sorted keys that ends between two partitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// The last text before it.
    pub(super) after: Option<String>,
    /// The first text behind it.
    pub(super) end: Option<String>,
}

impl Part {
    /// Whether a key lies behind it.
    pub(super) fn ends_before(&self, path: &str) -> bool {
        self.end.as_deref().is_some_and(|end| path >= end)
    }
}

/// What a store says to a step.
pub(super) enum Answer {
    /// One page of a listing.
    Listed(Listed),
    /// All files of a partition, added up.
    Tallied {
        tally: Tally,
        objects: u64,
        requests: u64,
        /// What is no file and lies among them.
        odd: Vec<OddKey>,
    },
}

/// One page of a listing, in the order of the keys.
#[derive(Debug, Default)]
pub(in crate::lake) struct Listed {
    /// Names of the child directories; only where a level was listed.
    pub(in crate::lake) directories: Vec<String>,
    pub(in crate::lake) files: Vec<Entry>,
    /// Where the next page begins.
    pub(in crate::lake) next: Option<PageStart>,
    /// Keys that are no paths; those of one directory that cannot be named are one.
    pub(in crate::lake) odd: Vec<OddKey>,
}

/// The text that sorts right behind a directory and all that it holds.
pub(in crate::lake) fn behind(directory: &str) -> String {
    format!("{directory}/{AFTER_ALL}")
}

/// The path of a directory's child.
pub(super) fn child(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}
