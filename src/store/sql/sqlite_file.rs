//! The file of a SQLite catalog, known again. Whoever holds an open file goes on with it when it is moved or deleted, and all
//! that is written then is lost with the process; so its name is asked for.

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

impl SqliteFile {
    /// The file that has this name now.
    pub(in crate::store) fn of(path: &Path) -> Result<Self> {
        let found = std::fs::metadata(path).map_err(|failure| gone(path, failure))?;
        Ok(Self {
            path: path.to_owned(),
            device: found.dev(),
            inode: found.ino(),
        })
    }

    /// Fails with `Unavailable` where the name is no more that of this file.
    pub(in crate::store) fn is_there(&self) -> Result<()> {
        let now = Self::of(&self.path)?;
        if (now.device, now.inode) == (self.device, self.inode) {
            return Ok(());
        }
        let why = "another file has its name since this server began: stop the server, put the right one there, start it";
        Err(gone(&self.path, io::Error::other(why)))
    }
}

fn gone(path: &Path, failure: io::Error) -> Error {
    Error::Unavailable {
        what: format!("the SQLite file {}", path.display()),
        source: failure.into(),
    }
}
