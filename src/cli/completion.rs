//! `skep completion` and `skep man`: what shells complete, and the manual pages. Both are made from the commands themselves.

use super::output::print;
use super::remote::Remote;
use anyhow::{Context, Result};
use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

/// Which shell.
#[derive(Debug, Args)]
pub(super) struct CompletionCommand {
    /// The shell: bash, zsh, fish, elvish, powershell
    #[arg(value_name = "SHELL", value_enum, hide_possible_values = true)]
    shell: Shell,
}

/// Where to.
#[derive(Debug, Args)]
pub(super) struct ManCommand {
    /// The folder; it is made where it is missing, and pages in it are written anew
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl CompletionCommand {
    /// Prints the script that the shell reads.
    pub(super) fn run(self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "skep", &mut script);
        print(&script)
    }
}

impl ManCommand {
    /// Writes a page for each command.
    pub(super) fn run(self, remote: &Remote) -> Result<()> {
        let folder = self.folder;
        let shown = folder.display();
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {shown}"))?;
        clap_mangen::generate_to(super::command(), &folder)
            .with_context(|| format!("cannot write the pages into {shown}"))?;
        remote
            .output()
            .done(&format!("the pages are in {shown}: man -M {shown} skep"));
        Ok(())
    }
}
