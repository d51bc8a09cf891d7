//! What all commands that ask a server have in common: which server, and how the answer is shown.

use super::client::Client;
use super::output::Output;
use crate::config::SERVER_VARIABLE;
use anyhow::Result;
use clap::Args;
use std::future::Future;
use tokio::runtime;

/// The server and the form of the answer.
#[derive(Debug, Args)]
pub(super) struct Remote {
    /// The server's HTTP address
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = SERVER_VARIABLE,
        default_value = "http://127.0.0.1:9084"
    )]
    server: String,
    /// Print JSON for scripts: one object a line for lists
    #[arg(long, global = true)]
    json: bool,
    /// The catalog, hive by default
    #[arg(long, global = true, value_name = "NAME")]
    catalog: Option<String>,
}

impl Remote {
    /// Runs a command against the server.
    pub(super) fn run<F, Fut>(self, command: F) -> Result<()>
    where
        F: FnOnce(Client, Output) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let client = Client::new(&self.server, self.catalog)?;
        let output = Output::new(self.json);
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(command(client, output))
    }
}
