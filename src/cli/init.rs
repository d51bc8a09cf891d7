//! `skep init`: a configuration to begin with.

use super::failure::ClientError;
use super::remote::Remote;
use anyhow::{Context, Result};
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

/// The configuration that is written: what most people set, the rest as comments.
const TEMPLATE: &str = include_str!("init.toml");

/// Where to.
#[derive(Debug, Args)]
pub(super) struct InitCommand {
    /// The file; one that exists is left alone
    #[arg(value_name = "FILE", default_value = "skep.toml")]
    file: PathBuf,
}

impl InitCommand {
    /// Writes it.
    pub(super) fn run(self, remote: &Remote) -> Result<()> {
        let shown = self.file.display();
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.file);
        let mut file = match made {
            Err(failure) if failure.kind() == ErrorKind::AlreadyExists => {
                let text = format!("{shown} exists and is left as it is: name another file");
                return Err(ClientError::Usage(text).into());
            }
            made => made.with_context(|| format!("cannot write {shown}"))?,
        };
        file.write_all(TEMPLATE.as_bytes())
            .with_context(|| format!("cannot write {shown}"))?;
        remote.output().done(&format!(
            "{shown} is written; next: skep --config {shown} check-config, then skep --config {shown} serve"
        ));
        Ok(())
    }
}
