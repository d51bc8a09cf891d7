//! Deleting of a local directory what is older than a moment. The walk goes by handles of directories and never by paths: what
//! is put in the place of a directory meanwhile, another one or a link that leads elsewhere, is not entered.

use super::error::LakeError;
use super::local::{mark_of, present};
use super::moment::{Kept, Moment, Side};
use super::progress::Progress;
use crate::model::Location;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How deep directories may lie in one another: each level holds a handle and a part of the stack, and no path that an engine
/// writes is as long.
const DEPTH_MAX: usize = 256;

/// Deletes what is older than a moment, of the directory that has a mark: once another one stands there, nothing more. Files
/// that were moved here keep the time of their writing, so the time of their move counts as well; a directory counts by its
/// birth, for deleting from it changes its other times. The files of a directory that was moved here as a whole cannot be
/// told from older ones.
pub(super) fn directory_delete_older(
    at: &Location,
    moment: Moment,
    mark: Option<&str>,
    progress: &Progress,
) -> Result<Kept, LakeError> {
    let mut deletion = Deletion {
        root: Path::new(at.path()),
        mark,
        moment,
        kept: Kept::default(),
        progress,
    };
    let deleted = deletion.root_delete();
    deleted.map_err(|error| LakeError::from_io(at.as_str(), error))?;
    Ok(deletion.kept)
}

/// A deletion that is under way.
struct Deletion<'a> {
    root: &'a Path,
    mark: Option<&'a str>,
    moment: Moment,
    kept: Kept,
    progress: &'a Progress,
}

impl Deletion<'_> {
    fn root_delete(&mut self) -> io::Result<()> {
        if !self.root_stands()? {
            return Ok(());
        }
        let Some(mut root) = directory_open(AT_FDCWD, self.root)? else {
            return self.no_directory_delete();
        };
        let found = metadata(&root)?;
        if self.mark != Some(mark_of(&found).as_str()) || !self.inside_delete(&mut root, 1)? {
            return Ok(());
        }
        let born = found.created().or_else(|_| found.modified())?;
        if self.moment.side(born) == Side::Before && self.root_stands()? {
            return removed(fs::remove_dir(self.root));
        }
        Ok(())
    }

    /// A file or a link that stands where a directory was thought to be.
    fn no_directory_delete(&mut self) -> io::Result<()> {
        let Some(found) = present(
            fstatat(AT_FDCWD, self.root, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(io::Error::from),
        )?
        else {
            return Ok(());
        };
        if self.takes(&found) {
            present(fs::remove_file(self.root))?;
            self.count(&found);
        }
        Ok(())
    }

    /// Whether what has the mark still stands at the root's path.
    fn root_stands(&self) -> io::Result<bool> {
        let found = present(fs::metadata(self.root))?;
        Ok(found.as_ref().map(mark_of).as_deref() == self.mark)
    }

    /// Deletes what is old inside of a directory, the so manieth of those in one another; false where another one has taken the
    /// root's place meanwhile.
    fn inside_delete(&mut self, directory: &mut Dir, depth: usize) -> io::Result<bool> {
        if depth > DEPTH_MAX {
            let why = format!(
                "directories lie more than {DEPTH_MAX} deep in one another: remove them by hand"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        for name in names(directory)? {
            let found = fstatat(&*directory, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW);
            let Some(found) = present(found.map_err(io::Error::from))? else {
                continue;
            };
            if !is_directory(&found) {
                if self.takes(&found) {
                    present(unlink(directory, &name, UnlinkatFlags::NoRemoveDir))?;
                    self.count(&found);
                }
                continue;
            }
            if !self.root_stands()? {
                return Ok(false);
            }
            // What has not changed since was born before. A drop meets thousands of empty ones, which need no look into them.
            let is_old = self.moment.side(changed(&found)) == Side::Before;
            if is_old && unlink(directory, &name, UnlinkatFlags::RemoveDir).is_ok() {
                continue;
            }
            // It may have become something else since.
            let Some(mut inner) = directory_open(&*directory, name.as_c_str())? else {
                continue;
            };
            let born = metadata(&inner)?;
            let born = born.created().or_else(|_| born.modified())?;
            if !self.inside_delete(&mut inner, depth + 1)? {
                return Ok(false);
            }
            if self.moment.side(born) == Side::Before {
                removed(unlink(directory, &name, UnlinkatFlags::RemoveDir))?;
            }
        }
        Ok(true)
    }

    fn takes(&mut self, found: &FileStat) -> bool {
        self.kept.judge(self.moment.side(changed(found)))
    }

    fn count(&self, found: &FileStat) {
        self.progress.add(u64::try_from(found.st_size).unwrap_or(0));
    }
}

/// Opens a directory; nothing where there is none, or a link.
fn directory_open<P: ?Sized + nix::NixPath>(
    beside: impl AsFd,
    path: &P,
) -> io::Result<Option<Dir>> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    match openat(beside, path, flags, Mode::empty()) {
        Ok(opened) => Ok(Some(Dir::from_fd(opened)?)),
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn metadata(directory: &Dir) -> io::Result<fs::Metadata> {
    File::from(directory.as_fd().try_clone_to_owned()?).metadata()
}

/// What is in a directory. The listing is read to its end before anything is entered.
fn names(directory: &mut Dir) -> io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in directory.iter() {
        let entry = entry?;
        let name: &CStr = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn unlink(directory: &Dir, name: &CStr, flag: UnlinkatFlags) -> io::Result<()> {
    unlinkat(directory, name, flag).map_err(io::Error::from)
}

/// A directory that is not empty stays, and what has taken its place.
fn removed(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(())
        }
        outcome => present(outcome).map(drop),
    }
}

fn is_directory(found: &FileStat) -> bool {
    SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR
}

/// When a file was written, or moved to where it is.
fn changed(found: &FileStat) -> SystemTime {
    let time = |seconds: i64, nanoseconds: i64| {
        let seconds = u64::try_from(seconds).unwrap_or(0);
        UNIX_EPOCH + Duration::new(seconds, u32::try_from(nanoseconds).unwrap_or(0))
    };
    let written = time(found.st_mtime, found.st_mtime_nsec);
    written.max(time(found.st_ctime, found.st_ctime_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::mkdirat;
    use std::sync::Arc;

    /// Directories in one another, so many, with a file in the last one.
    fn nested(root: &Path, depth: usize) {
        let mut inner = directory_open(AT_FDCWD, root).unwrap().unwrap();
        for _ in 1..depth {
            mkdirat(&inner, "d", Mode::S_IRWXU).unwrap();
            inner = directory_open(&inner, "d").unwrap().unwrap();
        }
        let flags = OFlag::O_CREAT | OFlag::O_WRONLY;
        openat(&inner, "file", flags, Mode::S_IRWXU).unwrap();
    }

    fn delete(root: &Path) -> Result<Kept, LakeError> {
        let at = Location::parse(&format!("file:{}", root.display())).unwrap();
        let mark = mark_of(&fs::metadata(root).unwrap());
        let moment = Moment::exact(i64::MAX / 2);
        directory_delete_older(&at, moment, Some(&mark), &Arc::new(Progress::default()))
    }

    #[test]
    fn directories_deep_in_one_another_end_no_process() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("t");
        fs::create_dir(&root).unwrap();
        nested(&root, DEPTH_MAX);
        delete(&root).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert!(!root.exists());
        fs::create_dir(&root).unwrap();
        nested(&root, DEPTH_MAX + 1);
        let why = delete(&root).unwrap_err().to_string();
        assert!(why.contains("256 deep in one another"), "{why}");
    }
}
