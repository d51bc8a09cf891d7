//! The server: what runs here, how its database answers, and where machines look.

use crate::page::asked::Asked;
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Size, When, count, size, when};
use askama::Template;
use axum::response::Response;
use std::time::Instant;

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage {
    shell: Shell,
    thrift_port: u16,
    database: String,
    warehouse: String,
    started: Option<When>,
    /// How long the database took for one question.
    latency: String,
    memory: Size,
    memory_client_max: Size,
    last_event: String,
    jobs: Vec<JobCount>,
    /// As TOML, without secrets.
    settings: String,
}

struct JobCount {
    phase: &'static str,
    count: String,
}

pub(in crate::page) async fn show(asked: Asked) -> Result<Response, Failure> {
    let catalog = asked.catalog();
    let begun = Instant::now();
    let last_event = catalog.event_last_id().await?;
    let took = begun.elapsed();
    let jobs = catalog.job_counts().await?;
    let jobs = jobs.into_iter().map(|(phase, number)| JobCount {
        phase: phase.as_str(),
        count: count(number),
    });
    let facts = &asked.shared.facts;
    let budget = &asked.shared.port.budget;
    Ok(found(&ServerPage {
        shell: Shell::of(&asked, Section::Server, "Server"),
        thrift_port: facts.thrift_port,
        database: facts.database.clone(),
        warehouse: facts.warehouse.clone(),
        started: when(facts.started_at, asked.now()),
        latency: format!("{:.1} ms", took.as_secs_f64() * 1000.0),
        memory: size(budget.bytes_held() as u64),
        memory_client_max: size(budget.client_bytes() as u64),
        last_event: count(last_event),
        jobs: jobs.collect(),
        settings: facts.settings.clone(),
    }))
}
