//! What all commands that ask a server have in common: which server, how the answer is shown, and what a name that does not
//! exist was meant to be.

use super::client::Client;
use super::failure::ClientError;
use super::look::{Colour, Look};
use super::output::{Format, Output};
use super::proof::Proof;
use super::suggest::suggested;
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
        default_value = "http://127.0.0.1:9084",
        help_heading = SERVER_HEADING
    )]
    server: String,
    /// The catalog, hive by default
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        help_heading = SERVER_HEADING
    )]
    catalog: Option<String>,
    #[command(flatten)]
    proof: Proof,
    /// The form of the answer
    #[arg(
        long,
        short,
        global = true,
        value_name = "FORM",
        value_enum,
        default_value_t = Format::Table,
        hide_possible_values = true,
        help = "The form of the answer: table, json, yaml, csv, name",
        help_heading = FORM_HEADING
    )]
    output: Format,
    /// The same as --output json; failures are JSON too, on standard error
    #[arg(
        long,
        global = true,
        conflicts_with = "output",
        help_heading = FORM_HEADING
    )]
    json: bool,
    /// When to use colour: auto, always, never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t = Colour::Auto,
        hide_possible_values = true,
        help_heading = FORM_HEADING
    )]
    color: Colour,
}

/// What stands over the options that say which server.
const SERVER_HEADING: &str = "Which server";
/// What stands over the options that say how an answer looks.
const FORM_HEADING: &str = "How it is shown";

impl Remote {
    /// Runs a command against the server.
    pub(super) fn run<F, Fut>(self, command: F) -> Result<()>
    where
        F: FnOnce(Client, Output) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let client = Client::new(&self.server, self.catalog.clone(), &self.proof)?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let asked = command(client.clone(), self.output());
        runtime.block_on(async {
            let Err(failure) = asked.await else {
                return Ok(());
            };
            Err(match failure.downcast::<ClientError>() {
                Ok(failure) => suggested(&client, failure).await.into(),
                Err(other) => other,
            })
        })
    }

    /// How answers are shown, and those of commands that ask no server.
    pub(super) fn output(&self) -> Output {
        Output::new(self.form(), Look::of_stdout(self.color))
    }

    fn form(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }
}
