//! The files of an open SQLite catalog: the database, the log of its writes (`-wal`) and the index of that log (`-shm`). What was
//! committed may be in the log alone for a long time, so a log that is deleted under its server would take it along.

use crate::back_off::BackOff;
use crate::error::{Error, Result};
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::Failure;
use crate::store::sql::link::{Link, Role, Target};
use crate::store::sql::sqlite_file::{Lost, SqliteFile, part_of};
use crate::store::sql::statement::Statement;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::sleep;

/// The pauses between tries to write what the log holds into the database: open transactions may be in the way, or a disk be full.
const RESCUE_PAUSES: BackOff = BackOff::new(Duration::from_millis(250), Duration::from_secs(30));

/// The files, held open for as long as the store is: the connection that closes last takes the log away, and one that is made anew
/// under its name could not be told from one that somebody else put there.
#[derive(Debug)]
pub(in crate::store) struct SqliteAnchor {
    database: SqliteFile,
    /// The log and its index.
    parts: [SqliteFile; 2],
    link: Mutex<Option<Link>>,
    /// Whether one of them was not there when they were last asked for.
    is_away: AtomicBool,
    /// Whether they were let go: the last one to close takes the parts away.
    is_closed: AtomicBool,
}

impl SqliteAnchor {
    /// Opens them, of SQLite alone.
    pub(in crate::store) async fn open(target: &Target) -> Result<Option<Arc<Self>>> {
        let Some(path) = target.path() else {
            return Ok(None);
        };
        let mut link = target.connect(Role::Write).await?;
        // The log is opened by the first that reads.
        let look = Statement::new(Dialect::Sqlite, "SELECT COUNT(*) FROM sqlite_master");
        link.rows(&look, usize::MAX).await?;
        let database = SqliteFile::of(&path)?;
        // SQLite follows links before it names the parts.
        let path = path.canonicalize().unwrap_or(path);
        let part = |end: &str| SqliteFile::of(&part_of(&path, end));
        Ok(Some(Arc::new(Self {
            database,
            parts: [part("-wal")?, part("-shm")?],
            link: Mutex::new(Some(link)),
            is_away: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
        })))
    }

    /// Fails with `Unavailable` where one of them was moved, deleted or replaced, though what is open of it still answers: what is
    /// written to it would be lost, and what is read from it others do not see.
    pub(in crate::store) fn is_held(self: &Arc<Self>) -> Result<()> {
        if self.is_closed.load(Ordering::SeqCst) {
            return Ok(());
        }
        match self.names_checked() {
            Ok(()) => {
                if self.is_away.swap(false, Ordering::SeqCst) {
                    tracing::info!("the SQLite files are back: they are read and written again");
                }
                Ok(())
            }
            Err(failure) => {
                if !self.is_away.swap(true, Ordering::SeqCst) {
                    tracing::error!(%failure, "nothing is read or written until the SQLite files are back");
                    tokio::spawn(Arc::clone(self).rescue());
                }
                Err(failure)
            }
        }
    }

    fn names_checked(&self) -> Result<()> {
        let held = |file: &SqliteFile, of: Of| {
            let held = file.is_there();
            held.map_err(|why| unavailable(file.path(), why, of))
        };
        held(&self.database, Of::Database)?;
        self.parts.iter().try_for_each(|part| held(part, Of::Part))
    }

    /// Writes what the log holds into the database, while it is still open here: what was acknowledged then outlives the process.
    /// It is tried until it is done, or the files are back or let go.
    async fn rescue(self: Arc<Self>) {
        let mut tries = 0;
        while self.is_away.load(Ordering::SeqCst) {
            let saved = match self.link.lock().await.as_mut() {
                Some(link) => checkpoint(link).await,
                None => return,
            };
            match saved {
                Ok(true) => {
                    tracing::info!("what the log of the SQLite file held is in the file now");
                    return;
                }
                Ok(false) => tracing::debug!("others are in the way of a checkpoint"),
                Err(failure) => {
                    let why =
                        "what the log of the SQLite file holds cannot be written into the file yet";
                    tracing::error!(?failure, "{why}");
                }
            }
            sleep(RESCUE_PAUSES.pause_by_chance(tries)).await;
            tries += 1;
        }
    }

    /// Lets the files go. Who does so last has the log written into the database.
    pub(in crate::store) async fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        if let Some(link) = self.link.lock().await.take() {
            link.close().await;
        }
    }
}

/// What a file is to its catalog.
enum Of {
    Database,
    Part,
}

fn unavailable(path: &Path, lost: Lost, of: Of) -> Error {
    let path = path.display();
    let why = match (of, &lost) {
        (Of::Database, Lost::Gone(_)) => {
            format!("its SQLite file {path} was moved or deleted: put that very file back")
        }
        (Of::Database, Lost::Replaced) => format!(
            "another file is at the place of its SQLite file {path}: stop the server, put the right one there, start it"
        ),
        (Of::Part, _) => format!(
            "{path}, a part of its SQLite file, was moved, deleted or replaced: stop the server without force, so that it keeps \
             what it holds, and start it"
        ),
    };
    Error::Unavailable {
        what: format!("the catalog's database ({why})"),
        source: match lost {
            Lost::Gone(failure) => failure.into(),
            Lost::Replaced => "another file has its name".into(),
        },
    }
}

/// Whether all that the log held is in the database now.
async fn checkpoint(link: &mut Link) -> Result<bool, Failure> {
    let statement = Statement::new(Dialect::Sqlite, "PRAGMA wal_checkpoint(FULL)");
    let found = link.rows(&statement, usize::MAX).await?;
    let Some(row) = found.rows.first() else {
        return Err(Failure::fault("a checkpoint told nothing"));
    };
    let mut cells = row.cells();
    let is_hindered = cells.integer()? != 0;
    let (held, written) = (cells.integer()?, cells.integer()?);
    Ok(!is_hindered && held == written)
}
