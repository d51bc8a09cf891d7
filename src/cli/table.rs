//! `skep table`: tables.

use super::cell::{Cell, moment};
use super::client::{Client, given};
use super::discovery::standing;
use super::failure::ClientError;
use super::output::Output;
use super::place::{MANAGED, TablePlace, property};
use super::progress::while_waiting;
use super::remote::Remote;
use crate::model::{DISCOVERY_PROPERTY_PREFIX, is_discovery_property, is_expectation_property};
use crate::rest::view::freshness::TableFreshnessView;
use crate::rest::view::storage::{ColumnView, NewStorage};
use crate::rest::view::table::{ChangeTable, NewTable, NewTableType, TableListView, TableView};
use anyhow::Result;
use clap::{Args, Subcommand};

/// The format of a new table that names none.
const FORMAT: &str = "parquet";
/// What the properties begin with by which a table of Avro has its columns elsewhere.
const AVRO_SCHEMA: &str = "avro.schema.";

/// What to do with tables, and where.
#[derive(Debug, Args)]
pub(super) struct TableCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tables of a database
    List {
        /// The database
        database: String,
        /// Only names that match: * stands for any text, | parts alternatives
        pattern: Option<String>,
        /// Only tables of this type, such as managed, external or view
        #[arg(long, value_name = "TYPE")]
        r#type: Option<String>,
    },
    /// Show a table
    Show {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// Make a table
    Create(Box<Create>),
    /// Set and remove properties of a table; all others stay
    Set {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// Properties to set
        #[arg(value_name = "KEY=VALUE", value_parser = property)]
        set: Vec<(String, String)>,
        /// A property to remove; may stand several times
        #[arg(long, value_name = "KEY")]
        unset: Vec<String>,
        /// The new owner
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
    },
    /// Drop a table
    Drop {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// Delete the data too; data of external tables is never deleted
        #[arg(long)]
        delete_data: bool,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// The table
    #[arg(value_name = "DATABASE.TABLE")]
    table: TablePlace,
    /// A column, such as 'id bigint'; may stand several times
    #[arg(long = "column", value_name = "NAME TYPE", value_parser = column)]
    columns: Vec<ColumnView>,
    /// A partition key, such as 'dt string'; may stand several times
    #[arg(long = "key", value_name = "NAME TYPE", value_parser = column)]
    keys: Vec<ColumnView>,
    /// The format of its files: parquet (the default), orc, avro, json, csv, text
    #[arg(long)]
    format: Option<String>,
    /// The kit that says all of that, as in `--kit cloudtrail --location s3://logs`; see skep kit list
    #[arg(long, value_name = "NAME", conflicts_with_all = ["columns", "keys", "format", "managed"], requires = "location")]
    kit: Option<String>,
    /// Where its data is, of a kit where `AWSLogs` lies; by default a directory of the database
    #[arg(long, value_name = "URL")]
    location: Option<String>,
    /// skep deletes the data with the table; by default only where no location is given
    #[arg(long, conflicts_with = "external")]
    managed: bool,
    /// skep never deletes the data
    #[arg(long)]
    external: bool,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// A property; may stand several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = property)]
    parameters: Vec<(String, String)>,
}

/// A column as SQL writes it.
fn column(text: &str) -> Result<ColumnView, String> {
    match text.trim().split_once(char::is_whitespace) {
        Some((name, data_type)) => Ok(ColumnView {
            name: name.to_owned(),
            data_type: data_type.trim().to_owned(),
            comment: None,
        }),
        None => Err("write 'NAME TYPE'".to_owned()),
    }
}

impl TableCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List {
            database,
            pattern,
            r#type,
        } => list(client, output, &database, pattern, r#type).await,
        Action::Show { table } => {
            let table: TableView = client.get(&table.path(), &[]).await?;
            show(output, &table)
        }
        Action::Create(create) => {
            let table = create.table.clone();
            let path = ["databases", &table.database, "tables"];
            let made: TableView = client.post(&path, &create.request()?).await?;
            show(output, &made)?;
            if may_be_discovered(&made) {
                output.done(&format!(
                    "skep discovery on {table} lets its partitions appear by themselves"
                ));
            }
            Ok(())
        }
        Action::Set {
            table,
            set,
            unset,
            owner,
        } => {
            let is_told = output.is_for_people();
            let asks_discovery = is_told && asks_discovery(&set);
            let is_expecting = is_told && set.iter().any(|(key, _)| is_expectation_property(key));
            let set = set.into_iter().map(|(key, value)| (key, Some(value)));
            let unset = unset.into_iter().map(|key| (key, None));
            let change = ChangeTable {
                owner,
                parameters: set.chain(unset).collect(),
                ..ChangeTable::default()
            };
            let changed: TableView = client.patch(&table.path(), &change).await?;
            show(output, &changed)?;
            if asks_discovery {
                // Properties are the engines': the server takes any, and discovery stands still by one that makes no sense.
                let standing = standing(client, &table).await;
                if let Some(problem) = standing.and_then(|view| view.problem) {
                    output.done(&format!("nothing is looked for: {problem}"));
                }
            }
            if is_expecting {
                let path = table.below(&["freshness"]);
                let standing: Result<TableFreshnessView, _> = client.get(&path, &[]).await;
                if let Some(problem) = standing.ok().and_then(|view| view.problem) {
                    output.done(&format!("nothing is expected: {problem}"));
                }
            }
            Ok(())
        }
        Action::Drop { table, delete_data } => {
            drop_table(client, output, &table, delete_data).await
        }
    }
}

/// Drops a table and says what became of its data: that of external tables stays, whatever is asked for.
async fn drop_table(
    client: &Client,
    output: Output,
    table: &TablePlace,
    delete_data: bool,
) -> Result<()> {
    let view: TableView = client.get(&table.path(), &[]).await?;
    let query = [("delete_data", delete_data.to_string())];
    let path = table.path();
    let dropping = client.delete(&path, &query);
    while_waiting(format!("dropping {table}"), dropping).await?;
    output.done(&format!("table {table} is dropped"));
    let Some(location) = view.location else {
        return Ok(());
    };
    match (view.table_type.as_str(), delete_data) {
        (MANAGED, true) => {}
        (MANAGED, false) => {
            output.done(&format!("its data stays at {location}: --delete-data was not given"));
        }
        (other, true) => output.done(&format!(
            "its data stays at {location}: the table was {other}, and skep deletes data of managed tables only"
        )),
        (_, false) => output.done(&format!("its data stays at {location}")),
    }
    Ok(())
}

/// Whether one of the properties is discovery's, or is meant to be.
fn asks_discovery(set: &[(String, String)]) -> bool {
    set.iter().any(|(key, _)| is_discovery_property(key))
}

/// Whether somebody else writes the partitions of a new table, and it says nothing of how they are found.
fn may_be_discovered(table: &TableView) -> bool {
    let mut names = table.parameters.keys();
    !table.partition_keys.is_empty()
        && table.table_type != MANAGED
        && !names.any(|name| name.starts_with(DISCOVERY_PROPERTY_PREFIX))
}

impl Create {
    fn request(self) -> Result<NewTable, ClientError> {
        // A table of Avro may have its columns in a schema that its properties name.
        let has_schema = self
            .parameters
            .iter()
            .any(|(key, _)| key.starts_with(AVRO_SCHEMA));
        if self.columns.is_empty() && self.kit.is_none() && !has_schema {
            let text = "a table has columns: --column 'id bigint' for each, or --kit NAME for all of a log";
            return Err(ClientError::Usage(text.to_owned()));
        }
        let table_type = match (self.managed, self.external) {
            (true, _) => Some(NewTableType::Managed),
            (_, true) => Some(NewTableType::External),
            _ => None,
        };
        Ok(NewTable {
            name: self.table.table,
            table_type,
            comment: self.comment,
            storage: self.kit.is_none().then(|| NewStorage {
                format: Some(self.format.unwrap_or_else(|| FORMAT.to_owned())),
                ..NewStorage::default()
            }),
            kit: self.kit,
            columns: self.columns,
            partition_keys: self.keys,
            location: self.location,
            parameters: self.parameters.into_iter().collect(),
            ..NewTable::default()
        })
    }
}

async fn list(
    client: &Client,
    output: Output,
    database: &str,
    pattern: Option<String>,
    table_type: Option<String>,
) -> Result<()> {
    let path = ["databases", database, "tables"];
    let filter = given([("pattern", pattern), ("type", table_type)]);
    let split = |page: TableListView| (page.tables, page.next);
    let all = client
        .pages(&path, &filter, "after", usize::MAX, split)
        .await?;
    let head = ["name", "type", "format", "keys", "location"];
    output.list(head, &all, |one| {
        [
            // As all other commands take it.
            format!("{database}.{}", one.name).into(),
            one.table_type.as_str().into(),
            (&one.format).into(),
            one.partition_keys.join(", ").into(),
            (&one.location).into(),
        ]
    })
}

fn show(output: Output, table: &TableView) -> Result<()> {
    let column = |column: &ColumnView| {
        let comment = column.comment.iter().map(|text| format!("  -- {text}"));
        Cell::Column(format!(
            "{} {}{}",
            column.name,
            column.data_type,
            comment.collect::<String>()
        ))
    };
    let mut facts: Vec<(&str, Cell)> = vec![
        ("name", format!("{}.{}", table.database, table.name).into()),
        ("catalog", (&table.catalog).into()),
        ("type", (&table.table_type).into()),
        ("comment", (&table.comment).into()),
        ("owner", (&table.owner).into()),
        ("created", moment(table.created_at.as_ref())),
        ("location", (&table.location).into()),
        ("format", (&table.storage.format).into()),
        ("serde", (&table.storage.serde).into()),
        ("view", (&table.view_text).into()),
    ];
    facts.extend(table.columns.iter().map(|one| ("column", column(one))));
    let keys = table.partition_keys.iter();
    facts.extend(keys.map(|one| ("partition key", column(one))));
    let parameters = table.parameters.iter();
    facts.extend(
        parameters.map(|(key, value)| ("property", Cell::Property(format!("{key}={value}")))),
    );
    output.one(table, &facts)
}

#[cfg(test)]
mod tests {
    use super::asks_discovery;

    #[test]
    fn only_after_properties_of_discovery_is_its_standing_asked_for() {
        let asks = |key: &str| asks_discovery(&[(key.to_owned(), "x".to_owned())]);
        assert!(asks("skep.discovery") && asks("skep.discovery.layot"));
        assert!(asks("discover.partitions") && !asks("comment"));
    }
}
