//! `skep partition`: partitions.

use super::cell::{Cell, moment, word};
use super::client::{Client, given};
use super::discovery::standing;
use super::failure::ClientError;
use super::output::Output;
use super::place::{MANAGED, TablePlace, number, property};
use super::progress::counter;
use super::remote::Remote;
use crate::rest::view::discovery::DiscoveryView;
use crate::rest::view::partition::{
    AddOutcome, AddPartitions, AddedPartitionView, AddedPartitionsView, NewPartition,
    PartitionListView, PartitionView,
};
use crate::rest::view::problem::SubjectView;
use crate::rest::view::table::TableView;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::collections::BTreeMap;

/// Partitions of one request at most; more are added by several.
const PARTITIONS_PER_REQUEST: usize = 1000;

/// What to do with partitions, and where.
#[derive(Debug, Args)]
pub(super) struct PartitionCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the partitions of a table
    List {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// Only partitions that Hive's filter accepts, such as 'dt >= "2026-11-01"'
        #[arg(long, value_name = "EXPRESSION")]
        filter: Option<String>,
        /// Only the first ones
        #[arg(long, value_name = "NUMBER", default_value_t = usize::MAX, hide_default_value = true, value_parser = number::<usize>)]
        limit: usize,
    },
    /// Show a partition
    Show {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// The partition, such as dt=2026-11-22/hour=10
        name: String,
    },
    /// Add partitions, all or none of each thousand
    Add {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// The partitions, such as dt=2026-11-22/hour=10; a lone - reads them from standard input, one a line
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Leave those alone that exist, instead of failing
        #[arg(long)]
        if_not_exists: bool,
        /// Where the data of a single partition is; by default the directory of its name below the table's
        #[arg(long, value_name = "URL")]
        location: Option<String>,
        /// A property; may stand several times
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = property)]
        parameters: Vec<(String, String)>,
    },
    /// Drop partitions, one by one
    Drop {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// The partitions, such as dt=2026-11-22/hour=10
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Delete the data too; data of external tables is never deleted
        #[arg(long)]
        delete_data: bool,
        /// Pass over those that do not exist, instead of failing
        #[arg(long)]
        if_exists: bool,
    },
}

impl PartitionCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List {
            table,
            filter,
            limit,
        } => list(client, output, &table, filter, limit).await,
        Action::Show { table, name } => {
            let path = table.below(&["partitions", &name]);
            let partition: PartitionView = client.get(&path, &[]).await?;
            show(output, &partition)
        }
        Action::Add {
            table,
            names,
            if_not_exists,
            location,
            parameters,
        } => {
            let names = names_of(names)?;
            if location.is_some() && names.len() != 1 {
                let text = "--location is for a single partition".to_owned();
                return Err(ClientError::Usage(text).into());
            }
            let like = NewPartition {
                location,
                parameters: parameters.into_iter().collect(),
                ..NewPartition::default()
            };
            add(client, output, &table, &names, if_not_exists, &like).await
        }
        Action::Drop {
            table,
            names,
            delete_data,
            if_exists,
        } => {
            let what = Drop {
                delete_data,
                if_exists,
            };
            drop_partitions(client, output, &table, &names, &what).await
        }
    }
}

/// How partitions are dropped.
struct Drop {
    delete_data: bool,
    if_exists: bool,
}

async fn drop_partitions(
    client: &Client,
    output: Output,
    table: &TablePlace,
    names: &[String],
    how: &Drop,
) -> Result<()> {
    let query = [("delete_data", how.delete_data.to_string())];
    let bar = counter(names.len() as u64, "partitions");
    let mut has_dropped = false;
    for name in names {
        let path = table.below(&["partitions", name]);
        match client.delete(&path, &query).await {
            Err(ClientError::Refused(problem, _))
                if how.if_exists && is_missing_partition(problem.subject.as_ref()) =>
            {
                output.done(&format!("partition {name} does not exist"));
            }
            Err(failure) => return Err(failure.into()),
            Ok(()) => {
                has_dropped = true;
                bar.suspend(|| output.done(&format!("partition {name} is dropped")));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut is_data_gone = false;
    if how.delete_data {
        let view: TableView = client.get(&table.path(), &[]).await?;
        is_data_gone = view.table_type == MANAGED;
        if !is_data_gone {
            let kind = view.table_type;
            output.done(&format!(
                "the data stays: the table is {kind}, and skep deletes data of managed tables only"
            ));
        }
    }
    // Only people are told, and scripts need not wait for it.
    if has_dropped && !is_data_gone && output.is_for_people() {
        let view = standing(client, table).await;
        if view.is_some_and(|view| comes_back(&view)) {
            output.done(&format!(
                "discovery of {table} is on: its next sweep adds again what has data in its directory"
            ));
        }
    }
    Ok(())
}

/// Whether discovery finds again what is dropped while its data stays.
fn comes_back(view: &DiscoveryView) -> bool {
    view.on && view.problem.is_none()
}

/// Whether a miss is about the partition, and not its table.
fn is_missing_partition(subject: Option<&SubjectView>) -> bool {
    subject.is_some_and(|subject| subject.kind == "partition")
}

/// The names of the arguments, or of standard input.
fn names_of(arguments: Vec<String>) -> Result<Vec<String>> {
    if arguments != ["-"] {
        return Ok(arguments);
    }
    let mut names = Vec::new();
    for line in std::io::stdin().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            names.push(line.trim().to_owned());
        }
    }
    Ok(names)
}

async fn list(
    client: &Client,
    output: Output,
    table: &TablePlace,
    filter: Option<String>,
    limit: usize,
) -> Result<()> {
    let path = table.below(&["partitions"]);
    let filter = given([("filter", filter)]);
    let split = |page: PartitionListView| (page.partitions, page.next);
    let all = client.pages(&path, &filter, "after", limit, split).await?;
    output.list(["name", "created", "location"], &all, |one| {
        [
            one.name.as_str().into(),
            moment(one.created_at.as_ref()),
            (&one.location).into(),
        ]
    })
}

async fn add(
    client: &Client,
    output: Output,
    table: &TablePlace,
    names: &[String],
    if_not_exists: bool,
    like: &NewPartition,
) -> Result<()> {
    let path = table.below(&["partitions"]);
    let mut all: Vec<AddedPartitionView> = Vec::new();
    let bar = counter(names.len() as u64, "partitions");
    for names in names.chunks(PARTITIONS_PER_REQUEST) {
        let partitions = names.iter().map(|name| NewPartition {
            name: Some(name.clone()),
            ..like.clone()
        });
        let request = AddPartitions {
            if_not_exists,
            partitions: partitions.collect(),
        };
        let added: AddedPartitionsView = client.post(&path, &request).await?;
        all.extend(added.partitions);
        bar.set_position(all.len() as u64);
    }
    bar.finish_and_clear();
    output.list(["name", "outcome", "remark"], &all, |one| {
        let outcome = match one.outcome {
            AddOutcome::Added => "added",
            AddOutcome::Existed => "existed",
        };
        let remark = match one.differs.as_slice() {
            [] => String::new(),
            others => format!("with another {}: it stays as it was", others.join(" and ")),
        };
        [one.name.as_str().into(), word(outcome), remark.into()]
    })
}

fn show(output: Output, partition: &PartitionView) -> Result<()> {
    let mut facts: Vec<(&str, Cell)> = vec![
        ("name", (&partition.name).into()),
        ("values", partition.values.join(", ").into()),
        ("location", (&partition.location).into()),
        ("created", moment(partition.created_at.as_ref())),
    ];
    let storage = partition.storage.iter();
    facts.extend(storage.map(|one| ("format", (&one.format).into())));
    let columns = partition.columns.iter().flatten();
    facts.extend(columns.map(|one| {
        let column = format!("{} {}", one.name, one.data_type);
        ("column", Cell::Column(column))
    }));
    let parameters: &BTreeMap<String, String> = &partition.parameters;
    facts.extend(
        parameters
            .iter()
            .map(|(key, value)| ("property", Cell::Property(format!("{key}={value}")))),
    );
    output.one(partition, &facts)
}

#[cfg(test)]
mod tests {
    use super::comes_back;
    use serde_json::json;

    #[test]
    fn a_dropped_partition_comes_back_where_discovery_is_on() {
        let told = |on: bool, problem: Option<&str>| {
            let view = json!({"database": "d", "table": "t", "on": on, "problem": problem, "settings": null, "roots": [],
                "schedule": {"failures": 0}, "requests_today": 0, "cost_today_usd": 0.0, "freshness": null});
            comes_back(&serde_json::from_value(view).expect("a view"))
        };
        assert!(told(true, None));
        assert!(!told(false, None) && !told(true, Some("makes no sense")));
    }
}
