//! A file that is known again. Whoever holds an open file goes on with it when it is moved or deleted, and all that is written
//! then is lost with the process; so its name is asked for.

use crate::error::{Error, Result};
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
