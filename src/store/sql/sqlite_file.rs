//! A file that is known again. Whoever holds an open file goes on with it when it is moved or deleted, and all that is written
//! then is lost with the process; so its name is asked for.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file by its name, and by what the system knows it by.
#[derive(Debug, Clone)]
pub(in crate::store) struct SqliteFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// Why a name is no more that of a file.
#[derive(Debug)]
pub(in crate::store) enum Lost {
    /// Nothing has its name, or it cannot be looked at.
    Gone(io::Error),
    /// Another file has it.
    Replaced,
}

impl SqliteFile {
    /// The file that has this name now. `Unavailable` where none has.
    pub(in crate::store) fn of(path: &Path) -> Result<Self> {
        Self::found(path).map_err(|failure| Error::Unavailable {
            what: format!("the SQLite file {}", path.display()),
            source: failure.into(),
        })
    }

    fn found(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            device: found.dev(),
            inode: found.ino(),
        })
    }

    /// Fails where the name is no more that of this file.
    pub(in crate::store) fn is_there(&self) -> std::result::Result<(), Lost> {
        let now = Self::found(&self.path).map_err(Lost::Gone)?;
        if (now.device, now.inode) == (self.device, self.inode) {
            return Ok(());
        }
        Err(Lost::Replaced)
    }

    /// Its name.
    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }
}

/// The name of a part of a SQLite database: `-wal`, the log of what is not in the database yet, or `-shm`, its index.
pub(in crate::store) fn part_of(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

/// Fails with `Invalid` where a log lies without its database: SQLite would make a new database there and throw the log away,
/// with all that was acknowledged and is in it alone.
pub(in crate::store) fn log_is_not_alone(path: &Path) -> Result<()> {
    // The log first: whoever makes both makes it last.
    let log = part_of(path, "-wal");
    let is_empty = std::fs::metadata(&log).map_or(true, |found| found.len() == 0);
    if is_empty || path.exists() {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "the SQLite file {path} is missing, and {log}, which lies there, holds writes of it: put the file back beside it, or move \
         that too to begin anew",
        path = path.display(),
        log = log.display()
    )))
}
