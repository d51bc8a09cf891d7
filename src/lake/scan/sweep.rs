//! Listing everything, in parts that are on their way at once. The first page is asked for alone: most tables end there.
//! Where it does not end, the rest is cut between directories, at every level that the page's last key shows, so that
//! tables of few large directories and of many small ones are both listed side by side.

use super::group::Group;
use super::job::{Job, Listed, Part, behind, child};
use super::walk::Walk;
use crate::hive::directory_name::is_hidden;
use crate::lake::error::LakeError;

/// Keys that a part should hold at least, where that can be told: its last page is half empty.
const PART_OBJECTS_LEAST: usize = 8_000;
/// Levels that are listed to find cuts, for each request that may be on its way.
const CUTS_EACH: usize = 4;
/// Parts that are made at once, for each request that may be on its way.
const PARTS_EACH: usize = 2;

impl Walk<'_> {
    /// Takes a page of a part.
    pub(super) fn part_take(
        &mut self,
        mut part: Part,
        mut group: Group,
        is_opening: bool,
        listed: Listed,
    ) -> Result<(), LakeError> {
        let rules = self.rules();
        let objects = listed.files.len();
        let mut last = String::new();
        let mut is_over = listed.next.is_none();
        for entry in listed.files {
            if part.ends_before(&entry.path) {
                is_over = true;
                break;
            }
            group.add(&entry, &rules, &mut self.findings)?;
            last = entry.path;
        }
        if !is_over && is_opening && self.request.requests_concurrent_max > 1 {
            self.objects_each = objects / usize::try_from(group.directories.max(1)).unwrap_or(1);
            self.rest_cut(&mut part, &last);
        }
        // Behind the end they are another part's to tell.
        for odd in &listed.odd {
            if part.ends_before(&odd.key) {
                is_over = true;
            } else {
                self.findings.mismatch(&odd.path, &odd.reason);
            }
        }
        if is_over {
            self.part_end(group);
            return Ok(());
        }
        self.waiting.push(Job::Part {
            is_opening: is_opening && part.end.is_none(),
            part,
            group,
            from: listed.next,
        });
        Ok(())
    }

    fn part_end(&mut self, mut group: Group) {
        let rules = self.rules();
        group.close(&rules, &mut self.findings);
        self.summary.prefixes += group.directories;
    }

    /// Lets a part end behind the partition in which it stands, and cuts what follows, from the level of that
    /// partition's siblings up to the root.
    fn rest_cut(&mut self, part: &mut Part, last: &str) {
        let segments: Vec<&str> = last.split('/').collect();
        let depth = self.request.layout.depth();
        // A directory that does not match stays in one piece, so that it is told once.
        let matches = |count: &usize| {
            let beginning = &segments[..*count];
            !beginning.iter().any(|name| is_hidden(name))
                && self.request.layout.admits(beginning).is_ok()
        };
        let most = depth.min(segments.len()).saturating_sub(1);
        let deepest = (1..=most).take_while(matches).last().unwrap_or(0);
        if segments.len() <= deepest + 1 {
            // The page ended with a file above the partitions; the next one ends it.
            return;
        }
        part.end = Some(behind(&segments[..=deepest].join("/")));
        for level in 0..=deepest {
            let end = (level > 0).then(|| behind(&segments[..level].join("/")));
            self.waiting.push(Job::Cut {
                directory: segments[..level].join("/"),
                part: Part {
                    after: Some(behind(&segments[..=level].join("/"))),
                    end,
                },
            });
        }
    }

    /// Takes the children of a directory inside a part: they are where the part can be cut.
    pub(super) fn cut_take(&mut self, directory: &str, part: Part, listed: Listed) {
        let names = listed.directories;
        let level = directory.split('/').filter(|name| !name.is_empty()).count();
        let is_last_level = level + 1 >= self.request.layout.depth();
        let Some(last) = names.last() else {
            self.waiting.push(whole(part));
            return;
        };
        let mut part = part;
        let is_more = listed.next.is_some();
        if is_more {
            let after = behind(&child(directory, last));
            let rest = Part {
                after: Some(after.clone()),
                end: part.end.replace(after),
            };
            self.waiting.push(Job::Cut {
                directory: directory.to_owned(),
                part: rest,
            });
        }
        let concurrent = self.request.requests_concurrent_max;
        let is_few = names.len() < PARTS_EACH * concurrent
            && self.cuts + names.len() <= CUTS_EACH * concurrent;
        if !is_last_level && !is_more && is_few {
            self.cuts += names.len();
            for (name, piece) in names.iter().zip(pieces(&part, directory, &names, 1)) {
                let below = child(directory, name);
                let segments: Vec<&str> = below.split('/').collect();
                let is_whole = is_hidden(name) || self.request.layout.admits(&segments).is_err();
                self.waiting.push(if is_whole {
                    whole(piece)
                } else {
                    Job::Cut {
                        directory: below,
                        part: piece,
                    }
                });
            }
            return;
        }
        let wanted = PARTS_EACH * concurrent;
        let parts = if is_last_level {
            (names.len() * self.objects_each / PART_OBJECTS_LEAST).clamp(1, wanted)
        } else {
            wanted
        };
        let each = names.len().div_ceil(parts);
        let pieces: Vec<Part> = pieces(&part, directory, &names, each).collect();
        self.waiting.extend(pieces.into_iter().rev().map(whole));
    }
}

/// A part that is listed from its beginning to its end.
fn whole(part: Part) -> Job {
    Job::Part {
        part,
        group: Group::default(),
        from: None,
        is_opening: false,
    }
}

/// Cuts a part before every `each`-th child of a directory.
fn pieces<'a>(
    part: &'a Part,
    directory: &'a str,
    names: &'a [String],
    each: usize,
) -> impl Iterator<Item = Part> + 'a {
    // The text before a child is its own name with a slash: only its marker is passed over.
    let before = move |name: &String| child(directory, name) + "/";
    (0..names.len()).step_by(each).map(move |at| Part {
        after: if at == 0 {
            part.after.clone()
        } else {
            Some(before(&names[at]))
        },
        end: names
            .get(at + each)
            .map(before)
            .or_else(|| part.end.clone()),
    })
}
