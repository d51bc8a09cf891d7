//! `skep doctor`: all that a server needs where it is to run, looked at before and after its start, each with what to do.

mod database;
mod finding;
mod machine;
mod places;

use super::cell::word;
use super::failure::ClientError;
use super::output::Output;
use super::progress::while_waiting;
use super::remote::Remote;
use crate::config::{ConfigError, Settings};
use crate::humane::counted;
use crate::telemetry::causes;
use anyhow::Result;
use clap::Args;
use finding::{FAILED, Finding, WARNING};
use std::path::Path;

/// The check of the settings themselves.
const CONFIGURATION: &str = "configuration";

/// What is looked at.
#[derive(Debug, Args)]
pub(super) struct DoctorCommand {
    /// Also write a small file below the warehouse, read it back and delete it
    #[arg(long)]
    write: bool,
}

impl DoctorCommand {
    /// Looks, shows a line for each thing, and fails where one has failed.
    pub(super) fn run(self, config: Option<&Path>, remote: &Remote) -> Result<()> {
        let settings = match Settings::load(config) {
            Ok(settings) => settings,
            Err(failure) => return shown(&[broken(&failure)], remote.output()),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let looking = while_waiting("looking", looked(&settings, self.write));
        let findings = runtime.block_on(looking);
        shown(&findings, remote.output())
    }
}

async fn looked(settings: &Settings, writes: bool) -> Vec<Finding> {
    let mut findings = configuration(settings);
    let looked = database::database(settings).await;
    findings.extend(looked.findings);
    findings.extend(places::answers(settings, &looked.places).await);
    findings.extend(places::warehouse(settings, writes).await);
    findings.push(machine::open_files(settings));
    findings.extend(machine::ports(settings, looked.replicas.as_deref()).await);
    findings.extend(machine::engines(settings));
    findings
}

/// What is said of settings that cannot be read.
fn broken(failure: &ConfigError) -> Finding {
    let text = format!(
        "{}; nothing else was looked at: mend it and look again",
        causes(failure)
    );
    Finding::failed(CONFIGURATION, text)
}

/// What `skep check-config` says.
fn configuration(settings: &Settings) -> Vec<Finding> {
    let missing = settings.missing_here();
    if missing.is_empty() {
        let text = "all settings make sense here; `skep check-config` shows them";
        return vec![Finding::ok(CONFIGURATION, text)];
    }
    let lines = missing.into_iter();
    lines
        .map(|line| Finding::failed(CONFIGURATION, line))
        .collect()
}

fn shown(findings: &[Finding], output: Output) -> Result<()> {
    output.list(["check", "state", "remark"], findings, |one| {
        [
            one.check.as_str().into(),
            word(one.state),
            one.remark.as_str().into(),
        ]
    })?;
    let count = |state| findings.iter().filter(|one| one.state == state).count() as u64;
    let (failed, warnings) = (count(FAILED), count(WARNING));
    if failed > 0 {
        let text = format!("{} failed", counted(failed, "check", "checks"));
        return Err(ClientError::Settings(text).into());
    }
    output.done(&match warnings {
        0 => "nothing is wrong".to_owned(),
        some => format!("nothing failed; {}", counted(some, "warning", "warnings")),
    });
    Ok(())
}
