//! `skep completion` and `skep man`: what shells complete, and the manual pages. Both are made from the commands themselves.

use super::output::print;
use super::remote::Remote;
use anyhow::{Context, Result};
use clap::Args;
use clap_complete::Shell;
use std::path::{Path, PathBuf};

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
    /// The folder, such as man/man1 (then man -M man skep shows a page); it is made where it is missing, and pages in it are
    /// written anew
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
        let how = how_to_read(&folder);
        remote
            .output()
            .done(&format!("the pages are in {shown}: {how}"));
        Ok(())
    }
}

/// How the pages of a folder are read: `man -M` takes the folder above one that is named for the section.
fn how_to_read(folder: &Path) -> String {
    let above = folder
        .parent()
        .filter(|_| folder.file_name().is_some_and(|name| name == "man1"));
    match above {
        Some(above) if above == Path::new("") => "man -M . skep".to_owned(),
        Some(above) => format!("man -M {} skep", above.display()),
        None => format!("man -l {}", folder.join("skep.1").display()),
    }
}

#[cfg(test)]
mod tests {
    use super::how_to_read;
    use std::path::Path;

    #[test]
    fn pages_are_read_by_the_folder_above_their_section_or_by_their_file() {
        let how = |folder: &str| how_to_read(Path::new(folder));
        assert_eq!(how("/usr/share/man/man1"), "man -M /usr/share/man skep");
        assert_eq!(how("man1"), "man -M . skep");
        assert_eq!(how("./man"), "man -l ./man/skep.1");
    }
}
