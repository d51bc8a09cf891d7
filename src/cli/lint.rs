//! `skep lint`: names that follow no pattern. It fails where there are any, so that a job can stand guard.

use super::client::{Client, given};
use super::failure::ClientError;
use super::output::Output;
use super::remote::Remote;
use crate::rest::view::lint::OffenderListView;
use anyhow::Result;
use clap::Args;

/// Where to look.
#[derive(Debug, Args)]
pub(super) struct LintCommand {
    /// Only this database and its tables
    #[arg(long, value_name = "DATABASE")]
    database: Option<String>,
}

impl LintCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let database = self.database;
        remote.run(|client, output| async move { lint(database, &client, output).await })
    }
}

async fn lint(database: Option<String>, client: &Client, output: Output) -> Result<()> {
    let mut has_patterns = false;
    let split = |page: OffenderListView| {
        has_patterns = !(page.rules.databases.is_empty() && page.rules.tables.is_empty());
        (page.offenders, page.next)
    };
    let filter = given([("database", database)]);
    let all = client
        .pages(&["lint"], &filter, "after", usize::MAX, split)
        .await?;
    if all.is_empty() && output.is_for_people() {
        output.done(if has_patterns {
            "every name follows a pattern"
        } else {
            "the server has no naming patterns (naming.databases, naming.tables)"
        });
        return Ok(());
    }
    output.list(["name", "kind", "reason", "pattern"], &all, |one| {
        let name = match &one.table {
            Some(table) => format!("{}.{table}", one.database),
            None => one.database.clone(),
        };
        [
            name.into(),
            one.kind.as_str().into(),
            one.reason.as_str().into(),
            one.pattern.as_str().into(),
        ]
    })?;
    if all.is_empty() {
        return Ok(());
    }
    Err(ClientError::Offenders(all.len()).into())
}
