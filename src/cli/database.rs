//! `skep database`: databases.

use super::cell::{Cell, moment};
use super::client::{Client, given};
use super::failure::ClientError;
use super::output::Output;
use super::place::property;
use super::progress::while_waiting;
use super::remote::Remote;
use crate::rest::view::database::{ChangeDatabase, DatabaseListView, DatabaseView, NewDatabase};
use anyhow::Result;
use clap::{Args, Subcommand};

/// What to do with databases, and where.
#[derive(Debug, Args)]
pub(super) struct DatabaseCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the databases
    List {
        /// Only names that match: * stands for any text, | parts alternatives
        pattern: Option<String>,
    },
    /// Show a database
    Show {
        /// The database
        name: String,
    },
    /// Make a database
    Create {
        /// Its name
        name: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Where its tables go; by default a directory of the warehouse
        #[arg(long, value_name = "URL")]
        location: Option<String>,
        /// The owner
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// A property; may stand several times
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = property)]
        parameters: Vec<(String, String)>,
    },
    /// Change a database; what is not named stays
    Set {
        /// The database
        name: String,
        /// Properties to set
        #[arg(value_name = "KEY=VALUE", value_parser = property)]
        set: Vec<(String, String)>,
        /// A property to remove; may stand several times
        #[arg(long, value_name = "KEY")]
        unset: Vec<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The new owner
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
    },
    /// Drop a database
    Drop {
        /// The database
        name: String,
        /// Drop the tables and functions in it too
        #[arg(long)]
        cascade: bool,
        /// Delete the data of managed tables too
        #[arg(long)]
        delete_data: bool,
    },
}

impl DatabaseCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List { pattern } => list(client, output, pattern).await,
        Action::Show { name } => {
            let database: DatabaseView = client.get(&["databases", &name], &[]).await?;
            show(output, &database)
        }
        Action::Create {
            name,
            description,
            location,
            owner,
            parameters,
        } => {
            let new = NewDatabase {
                name,
                description,
                location,
                owner,
                parameters: parameters.into_iter().collect(),
                ..NewDatabase::default()
            };
            let made: DatabaseView = client.post(&["databases"], &new).await?;
            show(output, &made)
        }
        Action::Set {
            name,
            set,
            unset,
            description,
            owner,
        } => {
            let set = set.into_iter().map(|(key, value)| (key, Some(value)));
            let unset = unset.into_iter().map(|key| (key, None));
            let change = ChangeDatabase {
                description,
                owner,
                parameters: set.chain(unset).collect(),
            };
            let changed: DatabaseView = client.patch(&["databases", &name], &change).await?;
            show(output, &changed)
        }
        Action::Drop {
            name,
            cascade,
            delete_data,
        } => {
            let query = [
                ("cascade", cascade.to_string()),
                ("delete_data", delete_data.to_string()),
            ];
            let path = ["databases", name.as_str()];
            let dropped = while_waiting("dropping", client.delete(&path, &query)).await;
            dropped.map_err(|failure| with_cascade(failure, &name))?;
            output.done(&format!("database {name} is dropped"));
            Ok(())
        }
    }
}

/// A database that is not empty goes with what is in it, where that is asked for.
fn with_cascade(failure: ClientError, name: &str) -> ClientError {
    match failure {
        ClientError::Refused(problem, None) if problem.detail.contains("not empty") => {
            let hint = format!("skep database drop {name} --cascade drops what is in it, too");
            ClientError::Refused(problem, Some(hint))
        }
        other => other,
    }
}

async fn list(client: &Client, output: Output, pattern: Option<String>) -> Result<()> {
    let filter = given([("pattern", pattern)]);
    let split = |page: DatabaseListView| (page.databases, page.next);
    let all = client
        .pages(&["databases"], &filter, "after", usize::MAX, split)
        .await?;
    output.list(["name", "location", "description"], &all, |one| {
        [
            one.name.as_str().into(),
            one.location.as_str().into(),
            (&one.description).into(),
        ]
    })
}

fn show(output: Output, database: &DatabaseView) -> Result<()> {
    let mut facts: Vec<(&str, Cell)> = vec![
        ("name", (&database.name).into()),
        ("catalog", (&database.catalog).into()),
        ("description", (&database.description).into()),
        ("location", (&database.location).into()),
        ("managed location", (&database.managed_location).into()),
        ("owner", (&database.owner).into()),
        ("created", moment(database.created_at.as_ref())),
    ];
    let parameters = database.parameters.iter();
    facts.extend(
        parameters.map(|(key, value)| ("property", Cell::Property(format!("{key}={value}")))),
    );
    output.one(database, &facts)
}
