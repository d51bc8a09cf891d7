//! The command line: what to do, and with which configuration file. Everything else is a setting.

mod run;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// A catalog server that speaks the Hive Metastore protocol.
///
/// Without a configuration it serves this machine alone: Thrift on 127.0.0.1:9083, HTTP on
/// 127.0.0.1:9084, the catalog and its tables in files of the folder skep-data.
#[derive(Debug, Parser)]
#[command(name = "skep", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// The configuration, a TOML file
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
All keys and the values in force: skep check-config";

/// What to do.
#[derive(Clone, Copy, Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT, then let running calls end
    Serve,
    /// Bring the database's tables up to this version, and end
    Migrate,
    /// Check the configuration, print it as TOML without secrets, and end
    CheckConfig,
}

impl Arguments {
    /// Reads the command line of this process. Ends the process where it asks for help, or makes
    /// no sense.
    pub fn of_process() -> Self {
        Self::parse()
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
