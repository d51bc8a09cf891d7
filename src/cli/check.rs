//! `skep check-config`: what is wrong with a configuration, and what it comes to.

use super::connect::connect;
use super::failure::ClientError;
use super::output::{Output, print};
use super::remote::Remote;
use crate::config::Settings;
use anyhow::Result;
use clap::Args;
use std::path::Path;

/// What to look at.
#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    /// Also ask the database, the places of data, the sources and the channels' addresses whether they answer, each within 10 s;
    /// nothing is written, and nobody is sent anything
    #[arg(long)]
    connect: bool,
}

impl CheckCommand {
    /// Prints the configuration in force, or says what cannot work.
    pub(super) fn run(self, config: Option<&Path>, remote: &Remote) -> Result<()> {
        let settings = Settings::load(config)?;
        let refused = settings.refused_here();
        let starts = refused.is_none();
        let missing: Vec<String> = refused.into_iter().chain(settings.missing_here()).collect();
        if missing.is_empty() && self.connect {
            return connect(&settings, remote.output());
        }
        if missing.is_empty() {
            return shown(&settings, remote.output());
        }
        let count = missing.len();
        let what = if count == 1 { "setting" } else { "settings" };
        let so = if starts {
            "though a server would start"
        } else {
            "and no server starts so"
        };
        let mut text = format!("{count} {what} cannot work here, {so}");
        if remote.output().is_for_people() {
            for line in &missing {
                eprintln!("{line}");
            }
        } else {
            // A failure is one object then.
            text = format!("{text}: {}", missing.join("; "));
        }
        Err(ClientError::Settings(text).into())
    }
}

/// As TOML, which can be loaded again; other forms are for scripts.
fn shown(settings: &Settings, output: Output) -> Result<()> {
    if output.is_whole() {
        return output.one(settings, &[]);
    }
    print(settings.to_toml().as_bytes())
}
