//! The folder of the demo, and the settings of a server over it.

use super::shop;
use crate::alert::{ChannelSettings, Threshold};
use crate::cli::failure::ClientError;
use crate::config::Settings;
use crate::naming::NamingPolicy;
use crate::secret::Secret;
use crate::source::{SourceKind, SourceSettings};
use crate::watch::{OwnerRule, TargetRule};
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that says that a folder is the demo's, and whether all is in it.
const MARK: &str = "DEMO";
/// The folder of its data.
const LAKE: &str = "lake";
/// The file of its catalog.
const CATALOG: &str = "catalog.db";
/// All that a demo makes beside it.
const PARTS: [&str; 8] = [
    LAKE,
    "warehouse",
    CATALOG,
    "catalog.db-shm",
    "catalog.db-wal",
    "shop.db",
    "shop.db-shm",
    "shop.db-wal",
];
/// The source that watches the catalog's own tables.
pub(super) const OWN: &str = "lake";
/// What it holds until the server was told of everything.
const BEGUN: &str = "begun\n";
/// How what it holds from then on begins.
const DONE: &str = "a demo of skep";

/// Where the demo lies.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Place {
    folder: PathBuf,
    /// Whether it is to be filled yet.
    pub(in crate::cli) is_new: bool,
    /// From when on its days are counted.
    pub(super) now: Timestamp,
    /// The mark, locked for as long as this process serves the folder.
    #[expect(dead_code, reason = "the lock ends with it")]
    held: Arc<File>,
}

impl Place {
    /// The folder of an earlier demo, or a new one. What is no demo is left alone.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let shown = folder.display();
        let mark = folder.join(MARK);
        let found = fs::read_to_string(&mark).ok();
        let is_begun = match found.as_deref() {
            Some(text) if text.starts_with(DONE) => false,
            Some(BEGUN) => true,
            // A start that ended before its first word has left the mark alone, if anything.
            None | Some("") if has_only_mark(folder)? => true,
            None | Some(_) => {
                let text = format!(
                    "{shown} is no demo, and is left as it is: name another folder (--demo=FOLDER)"
                );
                return Err(ClientError::Usage(text).into());
            }
        };
        let failed = || format!("cannot write into {shown}");
        fs::create_dir_all(folder).with_context(failed)?;
        let held = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&mark);
        let held = held.with_context(failed)?;
        if held.try_lock().is_err() {
            let text = format!(
                "another skep serves the demo in {shown}: name another folder (--demo=FOLDER)"
            );
            return Err(ClientError::Usage(text).into());
        }
        let lost = [CATALOG, shop::FILE, LAKE].map(|part| folder.join(part));
        let is_empty = |part: &&PathBuf| fs::metadata(part).map_or(true, |found| found.len() == 0);
        let lost = lost.iter().find(|part| !is_begun && is_empty(part));
        if let Some(part) = lost {
            let text = format!(
                "the demo in {shown} is not whole: {} is missing or empty; remove the folder for a new one, or name another \
                 (--demo=FOLDER)",
                part.display()
            );
            return Err(ClientError::Usage(text).into());
        }
        if is_begun {
            // What a start left behind that did not come to its end.
            for part in PARTS {
                let path = folder.join(part);
                drop(fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)));
            }
            fs::write(&mark, BEGUN).with_context(failed)?;
        }
        Self::at(folder, is_begun, held)
    }

    fn at(folder: &Path, is_new: bool, held: File) -> Result<Self> {
        Ok(Self {
            held: Arc::new(held),
            folder: folder.canonicalize()?,
            is_new,
            now: Timestamp::now(),
        })
    }

    /// A path below the folder.
    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.folder.join(below)
    }

    /// The same as a location.
    pub(super) fn location(&self, below: &str) -> String {
        format!("file://{}", self.path(below).display())
    }

    /// Makes the source database.
    pub(in crate::cli) async fn source_make(&self) -> Result<()> {
        shop::make(&self.path(shop::FILE)).await
    }

    /// Says that all is there.
    pub(in crate::cli) fn finish(&self) -> Result<()> {
        let text = format!("{DONE}, made at {}; the folder can be removed\n", self.now);
        Ok(fs::write(self.path(MARK), text)?)
    }

    /// How it goes away again.
    pub(in crate::cli) fn removal(&self) -> String {
        let folder = self.folder.display().to_string();
        format!("rm -r '{}'", folder.replace('\'', "'\\''"))
    }

    /// The settings of a server over it: ports, limits and logs as they are configured, all else the demo's own.
    pub(in crate::cli) fn settings(&self, mut settings: Settings) -> Settings {
        let path = |below: &str| self.path(below).display().to_string();
        settings.database.url = Secret::new(format!("sqlite:{}", path(CATALOG)));
        settings.database.url_file = None;
        settings.warehouse.location = self.location("warehouse");
        settings.naming.policy = NamingPolicy::Warn;
        settings.naming.databases = texts(&["{t1|t2|t3}_{domain}", "web", "logs"]);
        settings.naming.tables = texts(&[
            "{t1|t2|t3}_{domain}.{name}_{timeseries|snapshot|aggr}_{1d|7d|30d}_{hourly|daily}",
        ]);
        let source = format!("sqlite:{}", path(shop::FILE));
        let source = SourceSettings::new(SourceKind::Sqlite, Some(&source));
        let own = SourceSettings::new(SourceKind::Catalog, None);
        settings.sources = [(shop::SOURCE, source), (OWN, own)]
            .map(|(name, source)| (name.to_owned(), source))
            .into_iter()
            .collect();
        settings.watch.tiers = texts(&["t1", "t2", "t3"]);
        settings.watch.targets = vec![TargetRule {
            source: "shop:main.{table}".to_owned(),
            table: "t1_shop.{table}_snapshot_1d_daily".to_owned(),
        }];
        let owner = |pattern: &str, owner: &str| OwnerRule {
            pattern: pattern.to_owned(),
            owner: owner.to_owned(),
        };
        settings.watch.owners = vec![
            owner("web.*", "team-web"),
            owner("shop:main.{table}", "team-shop"),
        ];
        // Nobody is told but the log.
        let channel = ChannelSettings {
            at_once: Threshold::Risky,
            ..ChannelSettings::default()
        };
        settings.alerts.channels = [("people".to_owned(), channel)].into_iter().collect();
        settings
    }
}

/// Whether nothing but a mark is in a folder, or the folder is not there.
fn has_only_mark(folder: &Path) -> Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(failure) if failure.kind() == ErrorKind::NotFound => return Ok(true),
        read => read.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    for entry in entries {
        if entry?.file_name() != MARK {
            return Ok(false);
        }
    }
    Ok(true)
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}
