//! The command line: serving, and asking a server that runs. Whatever serving needs to know but the configuration file
//! is a setting; the other commands speak to a server over its REST interface, never to a database behind its back.
//!
//! One file a group of commands: its arguments, what it asks, and how the answer is shown.

mod acknowledge;
mod alerts;
mod cell;
mod change;
mod check;
mod client;
mod completion;
mod connect;
mod database;
mod demo;
mod discover;
mod discovery;
mod doctor;
mod events;
mod examples;
mod explain;
mod failure;
mod find;
mod freshness;
mod hint;
mod init;
mod job;
mod kit;
mod lint;
mod look;
mod output;
mod partition;
mod place;
mod preview;
mod progress;
mod proof;
mod proposal;
mod remote;
mod replicas;
mod report;
mod schema;
mod serve;
mod source;
mod suggest;
mod table;
mod type_text;
mod version;
mod yaml;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use remote::Remote;
use report::Telling;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// A catalog server that speaks the Hive Metastore protocol.
///
/// Without a configuration it serves this machine alone: Thrift on 127.0.0.1:9083, HTTP on
/// 127.0.0.1:9084, the catalog and its tables in files of the folder skep-data.
#[derive(Debug, Parser)]
#[command(name = "skep", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Arguments {
    /// The configuration, a TOML file; for serve, migrate, check-config and doctor
    #[arg(long, global = true, value_name = "FILE", env = "SKEP_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

/// The name of the option that says which configuration.
const CONFIG: &str = "config";

const AFTER_HELP: &str = "\
Every key of the file is also an environment variable, which wins over the file:
  SKEP_THRIFT__LISTEN=0.0.0.0:9083    with SKEP_SECURITY__INSECURE=true or certificates of clients
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
    Serve(serve::ServeCommand),
    /// Bring the database's tables up to this version, and end
    Migrate,
    /// Write a configuration to begin with, each setting explained
    Init(init::InitCommand),
    /// Check the configuration, print it as TOML without secrets, and end
    CheckConfig(check::CheckCommand),
    /// Look at all that a server needs here, and say of each thing what to do
    Doctor(doctor::DoctorCommand),
    /// List, show, create, change and drop databases
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
    /// State what data tables expect, and see what lacks
    Freshness(freshness::FreshnessCommand),
    /// Say why a partition is there, or is not
    ExplainPartition(explain::ExplainCommand),
    /// Show what changed, in the order of the commits
    Events(events::EventsCommand),
    /// List and show the work that takes an object store's time: renames, drops, truncations
    Job(job::JobCommand),
    /// List the processes that serve the catalog, and those that stopped without saying so
    Replicas(replicas::ReplicasCommand),
    /// Watch databases for changes of their tables
    Source(source::SourceCommand),
    /// Show what changed in sources, compare snapshots, check a source now
    Schema(schema::SchemaCommand),
    /// Show what people are told, say what was seen and what need not be told
    Alerts(alerts::AlertsCommand),
    /// Find tables by their names, columns, comments and owners
    Find(find::FindCommand),
    /// List the names that follow no pattern, and fail where there are any
    Lint(lint::LintCommand),
    /// Print what lets a shell complete commands
    Completion(completion::CompletionCommand),
    /// Write the manual pages into a folder; man -l FILE shows one
    Man(completion::ManCommand),
    /// Show the version, and what it is made of
    Version,
}

/// Does what the command line of this process says, and tells on standard error why it did not.
pub fn run_process() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let telling = Telling::of(&line);
    let matches = command()
        .color(telling.of_help())
        .try_get_matches_from(line);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return telling.refused(error),
    };
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => telling.failed(&error),
    }
}

/// The commands that read the configuration; to all others it means nothing, and their help does not name it.
const READ_CONFIG: [&str; 4] = ["serve", "migrate", "check-config", "doctor"];

/// All commands with their examples.
fn command() -> clap::Command {
    let command = Arguments::command();
    let config = command.get_arguments().find(|one| one.get_id() == CONFIG);
    let hidden = config.cloned().map(|config| config.hide(true));
    let command = command.mut_subcommands(|sub| match &hidden {
        Some(hidden) if !READ_CONFIG.contains(&sub.get_name()) => sub.arg(hidden),
        _ => sub,
    });
    examples::with_examples(command)
}

impl Arguments {
    fn run(self) -> Result<()> {
        let (config, remote) = (self.config.as_deref(), self.remote);
        match self.command {
            Command::Serve(command) => command.run(config),
            Command::Migrate => serve::migrate(config),
            Command::Init(command) => command.run(&remote),
            Command::CheckConfig(command) => command.run(config, &remote),
            Command::Doctor(command) => command.run(config, &remote),
            Command::Database(command) => command.run(remote),
            Command::Table(command) => command.run(remote),
            Command::Kit(command) => command.run(remote),
            Command::Partition(command) => command.run(remote),
            Command::Discover(command) => command.run(remote),
            Command::Discovery(command) => command.run(remote),
            Command::Freshness(command) => command.run(remote),
            Command::ExplainPartition(command) => command.run(remote),
            Command::Events(command) => command.run(remote),
            Command::Job(command) => command.run(remote),
            Command::Replicas(command) => command.run(remote),
            Command::Source(command) => command.run(remote),
            Command::Schema(command) => command.run(remote),
            Command::Alerts(command) => command.run(remote),
            Command::Find(command) => command.run(remote),
            Command::Lint(command) => command.run(remote),
            Command::Completion(command) => command.run(),
            Command::Man(command) => command.run(&remote),
            Command::Version => version::version(&remote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn only_commands_that_read_the_configuration_name_it() {
        let help = |line: [&str; 4]| {
            let shown =
                command().try_get_matches_from(line.into_iter().filter(|word| !word.is_empty()));
            shown.expect_err("help").to_string()
        };
        assert!(help(["skep", "serve", "--help", ""]).contains("--config"));
        assert!(!help(["skep", "table", "--help", ""]).contains("--config"));
        assert!(!help(["skep", "table", "list", "--help"]).contains("--config"));
        // It may stand in the environment of all, and on the line of all.
        let line = ["skep", "table", "list", "shop", "--config", "skep.toml"];
        assert!(command().try_get_matches_from(line).is_ok());
    }

    #[test]
    fn every_command_has_examples() {
        fn without(command: &clap::Command, before: &str, found: &mut Vec<String>) {
            for sub in command.get_subcommands() {
                let path = format!("{before} {}", sub.get_name());
                if sub.get_after_help().is_none() {
                    found.push(path.clone());
                }
                without(sub, &path, found);
            }
        }
        let mut found = Vec::new();
        without(&command(), "skep", &mut found);
        assert!(
            found.is_empty(),
            "no examples in src/cli/examples.rs: {found:#?}"
        );
    }
}
