//! `skep lint`: names that follow no pattern. It fails where there are any, so that a job can stand guard.

use super::client::Client;
use super::failure::ClientError;
use super::output::Output;
use super::remote::Remote;
use crate::rest::view::lint::OffenderListView;
use anyhow::Result;
use clap::Args;

/// Where to look.
#[derive(Debug, Args)]
pub(super) struct LintCommand {
    #[command(flatten)]
    remote: Remote,
    /// Only this database and its tables
    #[arg(long, value_name = "DATABASE")]
    database: Option<String>,
}

impl LintCommand {
    /// Does it.
    pub(super) fn run(self) -> Result<()> {
        let database = self.database;
        self.remote
            .run(|client, output| async move { lint(database, &client, output).await })
    }
}

async fn lint(database: Option<String>, client: &Client, output: Output) -> Result<()> {
    let mut all = Vec::new();
    let mut after = None;
    let rules = loop {
        let mut query = vec![("limit", "1000".to_owned())];
        query.extend(database.clone().map(|name| ("database", name)));
        query.extend(after.map(|place| ("after", place)));
        let page: OffenderListView = client.get(&["lint"], &query).await?;
        all.extend(page.offenders);
        after = page.next;
        if after.is_none() {
            break page.rules;
        }
    };
    if all.is_empty() {
        output.done(if rules.databases.is_empty() && rules.tables.is_empty() {
            "the server has no naming patterns (naming.databases, naming.tables)"
        } else {
            "every name follows a pattern"
        });
        return Ok(());
    }
    output.list(["kind", "name", "reason", "pattern"], &all, |one| {
        let name = match &one.table {
            Some(table) => format!("{}.{table}", one.database),
            None => one.database.clone(),
        };
        [
            one.kind.clone(),
            name,
            one.reason.clone(),
            one.pattern.clone(),
        ]
    })?;
    Err(ClientError::Offenders(all.len()).into())
}
