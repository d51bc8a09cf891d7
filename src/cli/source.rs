//! `skep source`: the databases whose schemas are watched.

use super::cell::{Cell, moment, word};
use super::change::show_report;
use super::client::Client;
use super::failure::ClientError;
use super::output::Output;
use super::place::number;
use super::progress::while_waiting;
use super::remote::Remote;
use crate::humane::{self, counted};
use crate::rest::view::source::{
    NewSource, SourceCheckView, SourceListView, SourceSettingsView, SourceView, WatchReportView,
};
use crate::source::{SourceKind, SourceUrl};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

/// What to do with sources, and where.
#[derive(Debug, Args)]
pub(super) struct SourceCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the sources that are watched
    List,
    /// Show a source, and how the watch over it goes
    Show {
        /// The source
        name: String,
    },
    /// Watch a source from now on
    Add(Box<Add>),
    /// Ask a source whether it can be watched
    Test {
        /// The source
        name: String,
    },
    /// Read a source now and keep what changed
    Run {
        /// The source
        name: String,
    },
    /// Stop watching a source, and forget its snapshots, changes and alerts
    Remove {
        /// The source
        name: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// Its name: lower-case letters, digits, _ and -
    name: String,
    /// postgres, mysql (MariaDB too), sqlite, elasticsearch, or catalog: the catalog's own tables
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: SourceKind,
    /// Its address, without a password
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The server's environment variable that holds the address
    #[arg(long, value_name = "SKEP_SOURCE_…")]
    url_env: Option<String>,
    /// The server's file that holds the address, below its folder for secrets
    #[arg(long, value_name = "PATH")]
    url_file: Option<String>,
    /// Only tables that match, as schema.table with * for any text; may stand several times
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Not the tables that match; may stand several times
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Not these tables, which changes of schemas make on their way, instead of the usual tools' own (gh-ost,
    /// pt-online-schema-change, …); may stand several times
    #[arg(long = "ghost", value_name = "PATTERN")]
    ghosts: Vec<String>,
    /// When it is read, in cron's five fields; by default at six in the morning
    #[arg(long, value_name = "CRON")]
    schedule: Option<String>,
    /// The time zone of the schedule; by default UTC
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Seconds that one read may take; by default 300
    #[arg(long, value_name = "SECONDS", value_parser = number::<u64>)]
    time_limit_s: Option<u64>,
    /// Tables and views at most; by default 100000
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>)]
    tables_max: Option<usize>,
    /// The server's file of certificates by which the source is known
    #[arg(long, value_name = "PATH")]
    ca_file: Option<String>,
    /// Leave views out
    #[arg(long)]
    no_views: bool,
    /// Let the schedule rest: it is read by skep source run alone
    #[arg(long)]
    paused: bool,
}

fn kind(text: &str) -> Result<SourceKind, String> {
    SourceKind::try_from(text.to_owned())
}

/// An address as it may leave this machine. The server refuses passwords too; one that is typed here must not even be
/// sent, and is not repeated in the complaint.
fn address(text: &str) -> Result<SourceUrl, ClientError> {
    let url = SourceUrl::new(text);
    if url.holds_password() {
        let why = "the address holds a password: put it into a variable or a file of the server and use --url-env or \
                   --url-file";
        return Err(ClientError::Usage(why.to_owned()));
    }
    Ok(url)
}

impl SourceCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List => list(client, output).await,
        Action::Show { name } => {
            let source: SourceView = client.get(&["sources", &name], &[]).await?;
            show(output, &source)
        }
        Action::Add(add) => {
            let added: SourceView = client.post(&["sources"], &add.request()?).await?;
            show(output, &added)
        }
        Action::Test { name } => {
            let path = ["sources", &name, "test"];
            let nothing = json!({});
            let asking = client.post(&path, &nothing);
            let check: SourceCheckView = while_waiting(format!("asking {name}"), asking).await?;
            show_check(output, &check)
        }
        Action::Run { name } => {
            let path = ["sources", &name, "run"];
            let nothing = json!({});
            let reading = client.post(&path, &nothing);
            let report: WatchReportView = while_waiting(format!("reading {name}"), reading).await?;
            show_report(output, &report)
        }
        Action::Remove { name } => {
            client.delete(&["sources", &name], &[]).await?;
            output.done(&format!("source {name} is not watched any more"));
            Ok(())
        }
    }
}

impl Add {
    fn request(self) -> Result<NewSource, ClientError> {
        let url = self.url.as_deref().map(address).transpose()?;
        Ok(NewSource {
            name: self.name,
            settings: SourceSettingsView {
                kind: self.kind,
                url,
                url_env: self.url_env,
                url_file: self.url_file,
                include: self.include,
                exclude: self.exclude,
                ghosts: (!self.ghosts.is_empty()).then_some(self.ghosts),
                schedule: self.schedule,
                time_zone: self.time_zone,
                time_limit_s: self.time_limit_s,
                tables_max: self.tables_max,
                ca_file: self.ca_file,
                views: Some(!self.no_views),
                paused: Some(self.paused),
            },
        })
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let split = |page: SourceListView| (page.sources, page.next);
    let all = client
        .pages(&["sources"], &[], "after", usize::MAX, split)
        .await?;
    let head = ["name", "kind", "state", "last ok", "next", "tables"];
    output.list(head, &all, |one| {
        let tables = one.snapshot.as_ref().map(|kept| kept.tables.to_string());
        [
            one.name.as_str().into(),
            one.settings.kind.as_str().into(),
            word(&state(one)),
            moment(one.last_ok_at.as_ref()),
            moment(one.next_at.as_ref()),
            (&tables).into(),
        ]
    })
}

fn state(source: &SourceView) -> String {
    match &source.last_error {
        Some(error) if source.failures > 0 => {
            let failures = counted(source.failures.unsigned_abs(), "failure", "failures");
            format!("{failures}: {error}")
        }
        _ if source.settings.paused == Some(true) => "paused".to_owned(),
        _ if source.snapshot.is_none() => "not read yet".to_owned(),
        _ => match &source.lost {
            Some(lost) => format!("blind: {lost}"),
            None => "ok".to_owned(),
        },
    }
}

fn show(output: Output, source: &SourceView) -> Result<()> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let settings = &source.settings;
    let url = settings.url.as_ref().map(ToString::to_string);
    let limit = settings
        .time_limit_s
        .and_then(|limit| i64::try_from(limit).ok());
    let ghosts = settings.ghosts.as_deref().unwrap_or_default();
    let mut facts: Vec<(&str, Cell)> = vec![
        ("name", (&source.name).into()),
        ("kind", settings.kind.as_str().into()),
        ("from", (&source.origin).into()),
        ("state", word(&state(source))),
        ("url", (&url).into()),
        ("url in variable", (&settings.url_env).into()),
        ("url in file", (&settings.url_file).into()),
        ("certificates", (&settings.ca_file).into()),
        ("include", settings.include.join(", ").into()),
        ("exclude", settings.exclude.join(", ").into()),
        ("ghosts", ghosts.join(", ").into()),
        (
            "schedule",
            format!("{} {}", text(&settings.schedule), text(&settings.time_zone)).into(),
        ),
        ("time limit", Cell::Span(limit)),
        ("next run", moment(source.next_at.as_ref())),
        ("last run", moment(source.last_run_at.as_ref())),
        ("last ok", moment(source.last_ok_at.as_ref())),
        ("last error", (&source.last_error).into()),
        ("alarm since", moment(source.alarmed_at.as_ref())),
    ];
    if let Some(kept) = &source.snapshot {
        facts.push((
            "snapshot",
            format!(
                "{} of {}: {}, {}, {}",
                kept.id,
                text(&kept.at),
                counted(kept.tables, "table or view", "tables and views"),
                counted(kept.columns, "column", "columns"),
                humane::bytes(kept.bytes)
            )
            .into(),
        ));
    }
    output.one(source, &facts)
}

fn show_check(output: Output, check: &SourceCheckView) -> Result<()> {
    let mut facts: Vec<(&str, Cell)> = vec![
        ("answers", (&check.version).into()),
        ("schemas", check.schemas.into()),
        ("readable tables", check.tables_readable.into()),
        ("unreadable tables", check.tables_unreadable.into()),
    ];
    let rules = check.rules_unmatched.iter();
    facts.extend(rules.map(|rule| ("guards nothing", rule.into())));
    output.one(check, &facts)
}

#[cfg(test)]
mod tests {
    use super::{address, kind};
    use crate::source::SourceKind;

    #[test]
    fn passwords_are_not_sent_and_not_repeated() {
        let complaint = address("postgres://skep:hunter2@db/shop").unwrap_err();
        let complaint = complaint.to_string();
        assert!(complaint.contains("--url-env") && !complaint.contains("hunter2"));
        assert!(address("postgres://skep@db/shop").is_ok());
    }

    #[test]
    fn kinds_are_read_as_everywhere() {
        assert_eq!(kind("mysql"), Ok(SourceKind::Mysql));
        assert!(kind("oracle").unwrap_err().contains("postgres"));
    }
}
