//! The plain way to group keys: all of them at once, without pages or parts. The model that scans are held against.

use super::Found;
use crate::harness::place;
use skep::lake::{FoundPartition, SampleFile};
use skep::layout::{Layout, Window};

/// One object below the root.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) at: i64,
}

/// What a sweep of these objects finds.
pub(super) fn sweep(root: &str, layout: &Layout, marker: &str, things: &[Thing]) -> Found {
    let mut found = Found::default();
    for thing in things {
        let segments: Vec<&str> = thing.path.split('/').collect();
        let (name, directories) = segments.split_last().unwrap();
        let is_marker = *name == marker;
        let is_hidden = segments.iter().any(|name| name.starts_with(['_', '.']));
        let depth = layout.depth();
        if is_marker && directories.len() == depth {
            let is_visible = !directories.iter().any(|name| name.starts_with(['_', '.']));
            if is_visible && let Ok(values) = layout.read(&directories.join("/")) {
                partition(&mut found, directories, values).marker = true;
            }
            continue;
        }
        if is_hidden || is_marker || thing.bytes == 0 {
            continue;
        }
        let above = &directories[..directories.len().min(depth)];
        if let Err(mismatch) = layout.admits(above) {
            let path = segments[..=mismatch.segment].join("/");
            found.mismatches.insert(path, mismatch.reason);
        } else if above.len() < depth {
            let reason = "a file outside of the partitions' directories".to_owned();
            found.mismatches.insert(thing.path.clone(), reason);
        } else {
            let values = layout.read(&above.join("/")).unwrap();
            add(partition(&mut found, above, values), root, thing);
        }
    }
    found
}

/// The partitions of a sweep that a window run finds.
pub(super) fn within(
    found: Found,
    layout: &Layout,
    window: Window,
    skip: impl Fn(&[String]) -> bool,
) -> Found {
    let is_inside = |one: &FoundPartition| {
        let (from_s, to_s) = layout.span(&one.values).unwrap();
        from_s < window.to_s && to_s > window.from_s && !skip(&one.values)
    };
    let mut found = found;
    found.partitions.retain(|_, one| is_inside(one));
    found
}

fn partition<'a>(
    found: &'a mut Found,
    directories: &[&str],
    values: Vec<String>,
) -> &'a mut FoundPartition {
    let path = directories.join("/");
    found
        .partitions
        .entry(path.clone())
        .or_insert(FoundPartition {
            path,
            values,
            files: 0,
            bytes: 0,
            newest_at: 0,
            oldest_at: 0,
            marker: false,
            sample: None,
        })
}

fn add(one: &mut FoundPartition, root: &str, thing: &Thing) {
    let location = place(format!("{root}/{}", thing.path));
    if one.files == 0 {
        (one.oldest_at, one.newest_at) = (thing.at, thing.at);
    }
    let is_better = one.sample.as_ref().is_none_or(|sample| {
        thing.at > one.newest_at
            || (thing.at == one.newest_at && location.as_str() < sample.location.as_str())
    });
    if is_better {
        one.sample = Some(SampleFile {
            location,
            bytes: thing.bytes,
        });
    }
    one.files += 1;
    one.bytes += thing.bytes;
    one.oldest_at = one.oldest_at.min(thing.at);
    one.newest_at = one.newest_at.max(thing.at);
}
