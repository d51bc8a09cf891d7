//! Grouping sorted keys by the directory of their partition: all keys of one lie side by side, so one tally is open at
//! a time.

use super::findings::Findings;
use super::tally::{Entry, Tally, is_data};
use crate::hive::directory_name::is_hidden;
use crate::lake::error::LakeError;
use crate::layout::Layout;
use crate::model::Location;

/// The partition that is being added up, and what was told last.
#[derive(Debug, Default)]
pub(super) struct Group {
    open: Option<Open>,
    last: String,
    /// Partition directories that were passed.
    pub(super) directories: u64,
}

#[derive(Debug)]
struct Open {
    path: String,
    /// None: the directory does not match, and that is told.
    values: Option<Vec<String>>,
    tally: Tally,
}

/// What is the same for all keys of a scan.
pub(super) struct Rules<'a> {
    pub(super) root: Location,
    pub(super) layout: &'a Layout,
    pub(super) marker: Option<&'a str>,
}

impl Group {
    /// Takes the next key.
    pub(super) fn add(
        &mut self,
        entry: &Entry,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) -> Result<(), LakeError> {
        let depth = rules.layout.depth();
        let Some((directory, name)) = split_at_depth(&entry.path, depth) else {
            self.above_take(entry, rules, findings);
            return Ok(());
        };
        if entry.bytes > 0 {
            // A directory's marker stands here without its slash, and so is out of order.
            if entry.path <= self.last {
                let what = "a listing that is not sorted by key";
                return Err(LakeError::unsupported(rules.root.as_str(), what));
            }
            self.last.clone_from(&entry.path);
        }
        let is_same = self.open.as_ref().is_some_and(|open| {
            open.path == directory || (open.values.is_none() && lies_in(directory, &open.path))
        });
        if !is_same {
            self.close(rules, findings);
            // What a writer hides is passed without a word.
            if directory.split('/').any(is_hidden) {
                return Ok(());
            }
            self.open(directory, entry, name, rules, findings);
        }
        if let Some(open) = &mut self.open
            && open.values.is_some()
        {
            open.tally.add(entry, name, rules.marker);
        }
        Ok(())
    }

    fn open(
        &mut self,
        directory: &str,
        entry: &Entry,
        name: &str,
        rules: &Rules<'_>,
        findings: &mut Findings,
    ) {
        let (path, values) = match rules.layout.read(directory) {
            Ok(values) => (directory, Some(values)),
            // Without data it is nobody's loss.
            Err(_) if !is_data(name, entry.bytes, rules.marker) => return,
            Err(mismatch) => {
                let path = first_segments(directory, mismatch.segment + 1);
                findings.mismatch(path, &mismatch.reason);
                (path, None)
            }
        };
        self.directories += 1;
        self.open = Some(Open {
            path: path.to_owned(),
            values,
            tally: Tally::default(),
        });
    }

    /// A file above the partitions' level.
    fn above_take(&mut self, entry: &Entry, rules: &Rules<'_>, findings: &mut Findings) {
        if !is_data(&entry.path, entry.bytes, rules.marker) {
            return;
        }
        if let Some(open) = &self.open
            && open.values.is_none()
            && lies_in(&entry.path, &open.path)
        {
            return;
        }
        let Some((directory, _)) = entry.path.rsplit_once('/') else {
            findings.mismatch(&entry.path, ABOVE);
            return;
        };
        let segments: Vec<&str> = directory.split('/').collect();
        match rules.layout.admits(&segments) {
            Ok(()) => findings.mismatch(&entry.path, ABOVE),
            Err(mismatch) => {
                self.close(rules, findings);
                let path = first_segments(directory, mismatch.segment + 1);
                findings.mismatch(path, &mismatch.reason);
                self.open = Some(Open {
                    path: path.to_owned(),
                    values: None,
                    tally: Tally::default(),
                });
            }
        }
    }

    /// Tells the open partition: its last key is behind.
    pub(super) fn close(&mut self, rules: &Rules<'_>, findings: &mut Findings) {
        let Some(open) = self.open.take() else { return };
        if let Some(values) = open.values
            && open.tally.is_found()
        {
            findings.partition(open.tally.partition(&rules.root, open.path, values));
        }
    }
}

/// Why a file above the partitions' level does not fit.
pub(super) const ABOVE: &str = "a file outside of the partitions' directories";

/// Parts a key behind the directory of `depth` segments; `None` for a key that lies above.
fn split_at_depth(path: &str, depth: usize) -> Option<(&str, &str)> {
    let (at, _) = path.match_indices('/').nth(depth.checked_sub(1)?)?;
    Some((&path[..at], &path[at + 1..]))
}

/// The beginning of a path.
pub(super) fn first_segments(path: &str, count: usize) -> &str {
    match path.match_indices('/').nth(count.saturating_sub(1)) {
        Some((at, _)) => &path[..at],
        None => path,
    }
}

fn lies_in(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
