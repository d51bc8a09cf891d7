//! The watch over the schemas of sources: what changed since the last look, whom it reaches, and who is told.
//!
//! - `settings` is what was configured; `source` which sources there are; `schedule` which of them are due.
//! - `run` puts a lease and a time limit around a look; `own` looks at the catalog's own tables; `record` writes what
//!   was found in one transaction, with what is to be told of it; `reach` says what a change means to whom.
//! - `history` answers for the past and thins it; `apply` adds columns to the tables that lack them.
//!
//! A crash at any point leaves whole runs: what was not written is found by the next one.

mod apply;
mod history;
mod own;
mod reach;
mod record;
mod run;
mod schedule;
mod settings;
mod source;
mod status;

pub(super) use settings::ChannelSetup;
pub use settings::{
    OwnerRule, SOURCES_MAX, TargetRule, WatchSettings, WatchSetup, WatchSetupError,
};
pub use status::{SourceStatus, WatchReport};
