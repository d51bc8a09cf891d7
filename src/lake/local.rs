//! Directories of the local file system. Plain blocking calls: the lake runs each on a thread
//! that may wait. Symbolic links are never followed downwards, so that nothing outside of a
//! table's directory is counted or deleted.

use super::{CreatedDirectory, Summary, error::LakeError};
use crate::hive::directory_name::is_hidden;
use crate::model::Location;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Creates the directory and the ones above it that are missing.
pub(super) fn directory_create(at: &Location) -> Result<CreatedDirectory, LakeError> {
    let mut levels = 0;
    let mut missing = Some(at.clone());
    while let Some(here) = missing {
        match fs::metadata(here.path()) {
            Ok(found) if found.is_dir() => break,
            Ok(_) => {
                return Err(LakeError::AlreadyExists {
                    location: here.to_string(),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => levels += 1,
            Err(error) => return Err(LakeError::from_io(at.as_str(), error)),
        }
        missing = here.parent();
    }
    if levels > 0 {
        fs::create_dir_all(at.path()).map_err(|error| LakeError::from_io(at.as_str(), error))?;
    }
    Ok(CreatedDirectory {
        location: at.clone(),
        levels,
    })
}

/// Removes the lowest `levels` directories of a path as long as they are empty.
pub(super) fn directory_remove(at: &Location, levels: usize) -> Result<(), LakeError> {
    let mut next = Some(at.clone());
    for _ in 0..levels {
        let Some(here) = next else { break };
        if !remove_if_empty(&here)? {
            break;
        }
        next = here.parent();
    }
    Ok(())
}

/// Whether anything stands there.
pub(super) fn exists(at: &Location) -> Result<bool, LakeError> {
    fs::exists(at.path()).map_err(|error| LakeError::from_io(at.as_str(), error))
}

/// By what a directory is known again wherever it is moved on its file system; nothing where there is none.
pub(super) fn directory_mark(at: &Location) -> Result<Option<String>, LakeError> {
    let found =
        present(fs::metadata(at.path())).map_err(|error| LakeError::from_io(at.as_str(), error))?;
    Ok(found.as_ref().map(mark_of))
}

/// The mark of a directory.
pub(super) fn mark_of(found: &fs::Metadata) -> String {
    let born = found.created().ok();
    let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    let born = born.unwrap_or_default().as_nanos();
    format!("{}:{}:{born}", found.dev(), found.ino())
}

/// Renames the directory that has a mark; false when it is gone. Where it stands at its target already, it has been
/// moved before.
pub(super) fn directory_move(
    from: &Location,
    to: &Location,
    mark: &str,
) -> Result<bool, LakeError> {
    match directory_mark(to)? {
        Some(found) if found == mark => return Ok(true),
        // Renaming onto an empty directory would succeed silently: a move never takes over a place.
        Some(_) => {
            return Err(LakeError::AlreadyExists {
                location: to.to_string(),
            });
        }
        None => {}
    }
    match directory_mark(from)? {
        Some(found) if found == mark => {}
        Some(_) => {
            let why = "the directory was replaced while it was to be moved";
            return Err(LakeError::invalid(from.as_str(), why));
        }
        None => return Ok(false),
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent.path())
            .map_err(|error| LakeError::from_io(parent.as_str(), error))?;
    }
    fs::rename(from.path(), to.path()).map_err(|error| LakeError::from_io(to.as_str(), error))?;
    Ok(true)
}

/// Brings the directory that has a mark back; what is not at the target has not moved.
pub(super) fn directory_move_undo(
    from: &Location,
    to: &Location,
    mark: &str,
) -> Result<(), LakeError> {
    if directory_mark(to)?.as_deref() != Some(mark) {
        return Ok(());
    }
    if directory_mark(from)?.is_none() {
        return directory_move(to, from, mark).map(drop);
    }
    // A writer has made the old place anew: what it wrote stays beside what comes back.
    entries_return(Path::new(to.path()), Path::new(from.path()))
        .map_err(|error| LakeError::from_io(from.as_str(), error))
}

/// Brings what is in one directory back into another one, and removes the first.
fn entries_return(source: &Path, target: &Path) -> io::Result<()> {
    for entry in fs::read_dir(source)?.collect::<io::Result<Vec<_>>>()? {
        let (here, mut there) = (entry.path(), target.join(entry.file_name()));
        let mut taken = 0;
        loop {
            match present(fs::symlink_metadata(&there))? {
                None => fs::rename(&here, &there)?,
                Some(found) if found.is_dir() && entry.file_type()?.is_dir() => {
                    entries_return(&here, &there)?;
                }
                Some(_) => {
                    taken += 1;
                    let mut name = entry.file_name();
                    name.push(format!(".{taken}"));
                    there = target.join(name);
                    continue;
                }
            }
            break;
        }
    }
    present(fs::remove_dir(source)).map(drop)
}

/// Fails where a place below the directory that skep keeps house in is a symbolic link, or one stands between: what looks
/// like a directory of the warehouse would be one of somebody else. Links above are the operator's own.
pub(super) fn links_refuse(held_by: Option<&Location>, at: &Location) -> Result<(), LakeError> {
    let Some(path) = held_by.and_then(|held_by| held_by.path_to(at)) else {
        return Ok(());
    };
    let mut here = Path::new(held_by.map_or("/", Location::path)).to_path_buf();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        here.push(name);
        let found = present(fs::symlink_metadata(&here));
        let found = found.map_err(|error| LakeError::from_io(at.as_str(), error))?;
        if found.is_some_and(|found| found.is_symlink()) {
            let why = format!("{} is a symbolic link", here.display());
            return Err(LakeError::refused(at.as_str(), why));
        }
    }
    Ok(())
}

/// Nothing where the file is gone: another writer works here too.
pub(super) fn present<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes the directories above `at`, strictly below `stop` and what skep keeps house in, as long as they are empty.
pub(super) fn parents_delete_if_empty(
    at: &Location,
    stop: &Location,
    held_by: &Location,
) -> Result<(), LakeError> {
    links_refuse(Some(held_by), at)?;
    let mut next = at.parent();
    while let Some(here) = next {
        let is_inside = |outer: &Location| outer.contains(&here) && here != *outer;
        if !is_inside(stop) || !is_inside(held_by) || !remove_if_empty(&here)? {
            break;
        }
        next = here.parent();
    }
    Ok(())
}

/// Whether any file below a directory has bytes, a hidden one too.
pub(super) fn has_bytes(at: &Location) -> Result<bool, LakeError> {
    let mut waiting = vec![Path::new(at.path()).to_path_buf()];
    while let Some(directory) = waiting.pop() {
        let entries = present(fs::read_dir(&directory));
        let entries = entries.map_err(|error| LakeError::from_io(at.as_str(), error))?;
        for entry in entries.into_iter().flatten() {
            let found = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
            match present(found).map_err(|error| LakeError::from_io(at.as_str(), error))? {
                Some((path, found)) if found.is_dir() => waiting.push(path),
                Some((_, found)) if found.len() > 0 => return Ok(true),
                Some(_) | None => {}
            }
        }
    }
    Ok(false)
}

/// Counts the visible files below a directory and their bytes.
pub(super) fn summary(at: &Location) -> Result<Summary, LakeError> {
    let mut total = Summary::default();
    let mut waiting = vec![Path::new(at.path()).to_path_buf()];
    while let Some(directory) = waiting.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            // A writer may replace a directory while it is being counted.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(LakeError::from_io(at.as_str(), error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| LakeError::from_io(at.as_str(), error))?;
            if is_hidden(&entry.file_name().to_string_lossy()) {
                continue;
            }
            match entry.metadata() {
                Ok(found) if found.is_dir() => waiting.push(entry.path()),
                Ok(found) if found.is_file() => total.add(found.len()),
                // What discovery leaves out as well: links, pipes, sockets.
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(LakeError::from_io(at.as_str(), error)),
            }
        }
    }
    Ok(total)
}

/// Whether the directory is gone afterwards: it was empty, or was not there.
fn remove_if_empty(at: &Location) -> Result<bool, LakeError> {
    match fs::remove_dir(at.path()) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(true),
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(LakeError::from_io(at.as_str(), error)),
        },
    }
}
