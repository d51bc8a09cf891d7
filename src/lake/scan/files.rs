//! The same answers from a file system. Plain blocking calls. Symbolic links are not followed, so that nothing outside
//! of the root is found; they are told as what is left out, and so is what is neither file nor directory or has a name that
//! no location can have.

use super::MISMATCHES_LISTED_MAX;
use super::job::{Answer, Listed, child};
use super::tally::{Entry, Tally};
use crate::hive::directory_name::is_hidden;
use crate::lake::bucket::OddKey;
use crate::lake::error::LakeError;
use crate::model::Location;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Whether there is anything to scan.
pub(super) fn root_check(root: &Location) -> Result<(), LakeError> {
    let fail = |error| LakeError::from_io(root.as_str(), error);
    fs::read_dir(root.path()).map(drop).map_err(fail)
}

/// The children of a directory, in the order in which S3 lists them.
pub(in crate::lake) fn level(root: &Location, directory: &str) -> Result<Listed, LakeError> {
    Ok(level_of(directory, entries(root, directory, usize::MAX)?))
}

/// The same of so many entries that come first, in whatever order the file system tells them, and whether there are more.
pub(in crate::lake) fn level_some(
    root: &Location,
    directory: &str,
    entries_max: usize,
) -> Result<(Listed, bool), LakeError> {
    let found = entries(root, directory, entries_max)?;
    let is_cut = found.is_cut;
    Ok((level_of(directory, found), is_cut))
}

fn level_of(directory: &str, found: Entries) -> Listed {
    let mut listed = Listed {
        odd: found.odd,
        ..Listed::default()
    };
    for (name, file) in found.named {
        match file {
            None => listed.directories.push(name),
            Some(file) => listed.files.push(file.entry(child(directory, &name))),
        }
    }
    listed.directories.sort_unstable_by(|one, other| {
        let (one, other) = (one.bytes().chain(*b"/"), other.bytes().chain(*b"/"));
        one.cmp(other)
    });
    listed.files.sort_by(|one, other| one.path.cmp(&other.path));
    listed
}

/// Adds up the files of a partition.
pub(super) fn tally(
    root: &Location,
    path: &str,
    marker: Option<&str>,
) -> Result<Answer, LakeError> {
    let mut tally = Tally::default();
    let (mut objects, mut requests) = (0, 0);
    let mut odd = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(directory) = waiting.pop() {
        requests += 1;
        let found = entries(root, &directory, usize::MAX)?;
        let room = usize::try_from(MISMATCHES_LISTED_MAX).unwrap_or(usize::MAX) - odd.len();
        odd.extend(found.odd.into_iter().take(room));
        for (name, file) in found.named {
            let below = child(&directory, &name);
            if let Some(file) = file {
                objects += 1;
                let name = below[path.len() + 1..].to_owned();
                tally.add(&file.entry(below), &name, marker);
            } else if !is_hidden(&name) {
                waiting.push(below);
            }
        }
    }
    // The first directory is counted by the step itself.
    let requests = requests - 1;
    Ok(Answer::Tallied {
        tally,
        objects,
        requests,
        odd,
    })
}

/// What a directory holds.
#[derive(Default)]
struct Entries {
    /// Directories, and files with what is told of them.
    named: Vec<(String, Option<FoundFile>)>,
    /// Anything else.
    odd: Vec<OddKey>,
    /// Whether there are more.
    is_cut: bool,
}

fn entries(root: &Location, directory: &str, entries_max: usize) -> Result<Entries, LakeError> {
    let at: PathBuf = Path::new(root.path()).join(directory);
    let fail = |error| LakeError::from_io(&at.display().to_string(), error);
    let listed = match fs::read_dir(&at) {
        Ok(listed) => listed,
        // A writer may replace a directory meanwhile, and a window run looks for what may not be there.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Entries::default());
        }
        Err(error) => return Err(fail(error)),
    };
    let mut found = Entries::default();
    let mut odd = |name: &str, reason: &str| {
        // What is hidden is nobody's data, whatever it is.
        if !is_hidden(name) {
            let path = child(directory, name);
            found.odd.push(OddKey {
                key: path.clone(),
                path,
                reason: reason.to_owned(),
            });
        }
    };
    for (count, entry) in listed.enumerate() {
        let entry = entry.map_err(fail)?;
        if count == entries_max {
            found.is_cut = true;
            break;
        }
        let name = match entry.file_name().into_string() {
            Ok(name) => name,
            Err(name) => {
                odd(&name.to_string_lossy(), "its name is not UTF-8");
                continue;
            }
        };
        match entry.metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                odd(&name, "it is a symbolic link, and those are not followed");
            }
            Ok(metadata) if metadata.is_dir() => found.named.push((name, None)),
            Ok(metadata) if metadata.is_file() => {
                found.named.push((name, Some(FoundFile::of(&metadata))));
            }
            Ok(_) => odd(&name, "it is neither a file nor a directory"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fail(error)),
        }
    }
    Ok(found)
}

/// What is told of a file. A directory may have a million, so nothing more of them is kept.
struct FoundFile {
    bytes: u64,
    /// When it changed last, in seconds since the epoch.
    at: i64,
}

impl FoundFile {
    fn of(found: &fs::Metadata) -> Self {
        let modified = found.modified().ok();
        let since = modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let at = since.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
        Self {
            bytes: found.len(),
            at,
        }
    }

    fn entry(self, path: String) -> Entry {
        Entry {
            path,
            bytes: self.bytes,
            at: self.at,
        }
    }
}
