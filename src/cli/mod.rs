//! The command line: serving, and asking a server that runs. Whatever serving needs to know but the configuration file
//! is a setting; the other commands speak to a server over its REST interface, never to a database behind its back.
//!
//! One file a group of commands: its arguments, what it asks, and how the answer is shown.

mod alerts;
mod change;
mod client;
mod database;
mod discover;
mod discovery;
mod events;
mod explain;
mod failure;
mod job;
mod kit;
mod lint;
mod output;
mod partition;
mod place;
mod preview;
mod remote;
mod schema;
mod serve;
mod source;
mod table;

pub use failure::exit_code;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// A catalog server that speaks the Hive Metastore protocol.
///
/// Without a configuration it serves this machine alone: Thrift on 127.0.0.1:9083, HTTP on
/// 127.0.0.1:9084, the catalog and its tables in files of the folder skep-data.
#[derive(Debug, Parser)]
#[command(name = "skep", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// The configuration, a TOML file; for serve, migrate and check-config
    #[arg(long, global = true, value_name = "FILE", env = "SKEP_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Every key of the file is also an environment variable, which wins over the file:
  SKEP_THRIFT__LISTEN=0.0.0.0:9083
  SKEP_DATABASE__URL=sqlite:PATH | postgres://USER:PASSWORD@HOST/DATABASE | mysql://…
  SKEP_WAREHOUSE__LOCATION=file:///PATH | s3://BUCKET/PREFIX
  SKEP_STORAGE__S3__ENDPOINT=http://HOST:9000
All keys and the values in force: skep check-config

The other commands ask a running server: --server URL, or the variable SKEP_SERVER.
They end with 0 when it was done, 2 when it makes no sense, 3 when a thing does not exist,
4 when the catalog's state forbids it, 5 when the server or its database does not answer,
and 1 for anything else.";

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT, then let running calls end
    Serve,
    /// Bring the database's tables up to this version, and end
    Migrate,
    /// Check the configuration, print it as TOML without secrets, and end
    CheckConfig,
    /// List, show, create and drop databases
    Database(database::DatabaseCommand),
    /// List, show, create, change and drop tables
    Table(table::TableCommand),
    /// List the ready tables for the logs of AWS services
    Kit(kit::KitCommand),
    /// List, show, add and drop partitions
    Partition(partition::PartitionCommand),
    /// Look for the partitions of a table now
    Discover(discover::DiscoverCommand),
    /// Say what is to be looked for by itself, show the history, take runs back
    Discovery(discovery::DiscoveryCommand),
    /// Say why a partition is there, or is not
    ExplainPartition(explain::ExplainCommand),
    /// Show what changed, in the order of the commits
    Events(events::EventsCommand),
    /// List and show the work that takes an object store's time: renames, drops, truncations
    Job(job::JobCommand),
    /// Watch databases for changes of their tables
    Source(source::SourceCommand),
    /// Show what changed in sources, compare snapshots, check a source now
    Schema(schema::SchemaCommand),
    /// Show what people are told, say what was seen and what need not be told
    Alerts(alerts::AlertsCommand),
    /// List the names that follow no pattern, and fail where there are any
    Lint(lint::LintCommand),
}

impl Arguments {
    /// Reads the command line of this process. Ends the process where it asks for help, or makes
    /// no sense.
    pub fn of_process() -> Self {
        Self::parse()
    }

    /// Does it; the error is for standard error, with all its causes.
    pub fn run(self) -> Result<()> {
        let config = self.config.as_deref();
        match self.command {
            Command::Serve => serve::serve(config),
            Command::Migrate => serve::migrate(config),
            Command::CheckConfig => serve::check_config(config),
            Command::Database(command) => command.run(),
            Command::Table(command) => command.run(),
            Command::Kit(command) => command.run(),
            Command::Partition(command) => command.run(),
            Command::Discover(command) => command.run(),
            Command::Discovery(command) => command.run(),
            Command::ExplainPartition(command) => command.run(),
            Command::Events(command) => command.run(),
            Command::Job(command) => command.run(),
            Command::Source(command) => command.run(),
            Command::Schema(command) => command.run(),
            Command::Alerts(command) => command.run(),
            Command::Lint(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
