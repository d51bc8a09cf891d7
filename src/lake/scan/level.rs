//! Going down level by level: what a window run does everywhere, and a sweep on a file system.

use super::group::ABOVE;
use super::group::first_segments;
use super::job::{Job, Later, Listed};
use super::tally::{Tally, is_data};
use super::walk::Walk;
use crate::hive::directory_name::is_hidden;
use crate::lake::error::LakeError;
use crate::layout::{Children, Window};

/// Names that are gone down into without asking whether they are there. More are listed, which costs one request and
/// shows 1,000 of them.
const NAMES_DIRECT_MAX: usize = 3;

/// Children of one directory that become steps at once. A page of an object store has no more; a directory of a file system is
/// read whole, and may have a million.
const CHILDREN_AT_ONCE_MAX: usize = 1_000;

impl Walk<'_> {
    /// Begins to look into a directory above the partitions, in as few requests as the layout allows.
    pub(super) fn level_open(&mut self, segments: Vec<String>) {
        let borrowed: Vec<&str> = segments.iter().map(String::as_str).collect();
        let wanted = match &self.request.window {
            Some(window) => self.request.layout.children(&borrowed, window),
            None => Children::All,
        };
        let wanted = match wanted {
            Children::Names(mut names) => {
                if segments.len() + 1 == self.request.layout.depth() {
                    names.retain(|name| self.leaf_wanted(&segments, name).is_some());
                }
                let is_leaf = segments.len() + 1 == self.request.layout.depth();
                if names.len() <= if is_leaf { 1 } else { NAMES_DIRECT_MAX } {
                    for name in names.into_iter().rev() {
                        self.descend(&segments, &name);
                    }
                    return;
                }
                Children::Names(names)
            }
            other => other,
        };
        self.waiting.push(Job::Level {
            segments,
            wanted,
            from: None,
        });
    }

    /// Takes a page of a directory's children.
    pub(super) fn level_take(
        &mut self,
        segments: &[String],
        wanted: &Children,
        listed: Listed,
    ) -> Result<(), LakeError> {
        for file in &listed.files {
            if is_data(&file.path, file.bytes, self.request.marker) {
                self.findings.mismatch(&file.path, ABOVE);
            }
        }
        let last = last_wanted(wanted);
        let is_behind = |name: &String| {
            let name = format!("{name}/");
            last.as_ref()
                .is_some_and(|last| name > *last && !name.starts_with(last))
        };
        let is_over = listed.directories.last().is_some_and(is_behind);
        // Below its own children on the stack: they are finished before the next page is asked for.
        if listed.next.is_some() && !is_over {
            self.waiting.push(Job::Level {
                segments: segments.to_vec(),
                wanted: wanted.clone(),
                from: listed.next,
            });
        }
        let mut names = listed.directories;
        names.reverse();
        self.children_take(segments, wanted, names);
        Ok(())
    }

    /// Goes into the first of a directory's children, which come last in `names`; the others wait as names, which are small.
    pub(super) fn children_take(
        &mut self,
        segments: &[String],
        wanted: &Children,
        mut names: Vec<String>,
    ) {
        let first = names.split_off(names.len().saturating_sub(CHILDREN_AT_ONCE_MAX));
        if !names.is_empty() {
            self.later.push(Later {
                segments: segments.to_vec(),
                wanted: wanted.clone(),
                names,
                steps_below: self.waiting.len(),
            });
        }
        for name in first {
            if !is_hidden(&name) && wanted.contains(&name) {
                self.descend(segments, &name);
            }
        }
    }

    /// Goes into a child that is there, or may be.
    fn descend(&mut self, segments: &[String], name: &str) {
        let mut segments = segments.to_vec();
        segments.push(name.to_owned());
        let borrowed: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Err(mismatch) = self.request.layout.admits(&borrowed) {
            let path = segments.join("/");
            let path = first_segments(&path, mismatch.segment + 1);
            if self.request.window.is_some() {
                self.findings.mismatch(path, &mismatch.reason);
            } else {
                self.waiting.push(Job::Doubt {
                    path: path.to_owned(),
                    reason: mismatch.reason,
                });
            }
            return;
        }
        if segments.len() < self.request.layout.depth() {
            self.level_open(segments);
            return;
        }
        if let Some(values) = self.leaf_wanted(&segments[..segments.len() - 1], name) {
            self.waiting.push(Job::Leaf {
                path: segments.join("/"),
                values,
                tally: Tally::default(),
                from: None,
            });
        }
    }

    /// The values of a partition's directory that is to be looked into.
    fn leaf_wanted(&self, segments: &[String], name: &str) -> Option<Vec<String>> {
        let directory = super::job::child(&segments.join("/"), name);
        let values = self.request.layout.read(&directory).ok()?;
        let Some(window) = &self.request.window else {
            return Some(values);
        };
        let span = self.request.layout.span(&values);
        let is_inside = span.is_none_or(|span| meets(span, window));
        (is_inside && !(self.request.skip)(&values)).then_some(values)
    }
}

fn meets((from_s, to_s): (i64, i64), window: &Window) -> bool {
    from_s < window.to_s && to_s > window.from_s
}

/// The text that the last wanted child begins with, in the order of a listing.
fn last_wanted(wanted: &Children) -> Option<String> {
    match wanted {
        Children::Names(names) => names.iter().map(|name| format!("{name}/")).max(),
        Children::Range { last, .. } => Some(last.clone()),
        Children::All | Children::None => None,
    }
}
