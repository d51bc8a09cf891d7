//! The server: what runs here and beside it, how its database answers, how the last hour was, and where machines look.

use crate::catalog::Operations;
use crate::error::{Error, Result};
use crate::front::{failure_log, words};
use crate::humane;
use crate::model::{JobPhase, Replica};
use crate::page::asked::Asked;
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, page};
use crate::page::show::{Size, When, count, size, when};
use crate::page::sparkline::{Sparkline, bytes, duration, rate, sparkline, whole};
use crate::telemetry::{FrontEnd, Load, SAMPLE_EVERY_S, Sample};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How far back events are counted, seconds.
const LATELY_S: i64 = 3_600;
/// How long the page waits for the database before it tells what is known without.
const DATABASE_PATIENCE: Duration = Duration::from_secs(3);

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage {
    shell: Shell,
    thrift_port: u16,
    database: String,
    warehouse: String,
    started: Option<When>,
    /// What the database tells, or why it tells nothing: this page is asked for when something is amiss.
    house: Result<House, String>,
    memory: Size,
    memory_client_max: Size,
    charts: Vec<Group>,
    /// How much time the charts show.
    shown: String,
    /// As TOML, without secrets.
    settings: String,
}

/// What stands in the database.
struct House {
    /// How long it took for one question.
    latency: String,
    last_event: String,
    lately: Lately,
    replicas: Vec<ReplicaRow>,
    /// This process is none of them: it could not say yet that it lives.
    is_missing: bool,
    /// Not all that live have one version.
    versions_differ: bool,
    jobs: Vec<JobCount>,
}

/// What goes on at the moment, with pages of its own.
struct Lately {
    locks_waiting: String,
    jobs_running: String,
    events: String,
}

struct ReplicaRow {
    host: String,
    process_id: u32,
    version: String,
    /// Its version is not this process's.
    is_other_version: bool,
    http: String,
    thrift: String,
    started: Option<When>,
    beat: Option<When>,
    alive: bool,
    this: bool,
}

struct JobCount {
    phase: &'static str,
    count: String,
}

/// Charts of one thing.
struct Group {
    name: &'static str,
    charts: Vec<Sparkline>,
}

fn row(replica: Replica, own: &str) -> ReplicaRow {
    // Ages by the database's clock, whose times they are.
    let (beat, started) = (replica.beat_at.seconds(), replica.started_at.seconds());
    let now = beat.saturating_add(replica.idle_s);
    let alive = replica.is_alive();
    let identity = replica.identity;
    ReplicaRow {
        this: identity.id == own,
        is_other_version: identity.version != env!("CARGO_PKG_VERSION"),
        host: identity.host,
        process_id: identity.process_id,
        version: identity.version,
        http: identity.http_address,
        thrift: identity.thrift_address,
        started: when(started, now),
        beat: when(beat, now),
        alive,
    }
}

async fn lately(catalog: Operations<'_>, jobs: &[(JobPhase, u64)]) -> Result<Lately> {
    let running = jobs.iter().filter(|(phase, _)| *phase != JobPhase::Failed);
    let (events, is_all) = catalog.event_count_lately(LATELY_S).await?;
    let events = count(events);
    Ok(Lately {
        locks_waiting: count(catalog.lock_waiting_count().await?),
        jobs_running: count(running.map(|(_, number)| number).sum::<u64>()),
        events: if is_all {
            events
        } else {
            format!("more than {events}")
        },
    })
}

/// How much was asked of something, and how it answered.
fn asked_of(samples: &[Sample], of: impl Fn(&Sample) -> Load) -> Vec<Sparkline> {
    let loads: Vec<Load> = samples.iter().map(of).collect();
    let values = |value: fn(&Load) -> Option<f64>| loads.iter().map(value).collect::<Vec<_>>();
    vec![
        sparkline("A second", &values(|load| Some(load.per_s)), rate),
        sparkline(
            "Failed, a second",
            &values(|load| Some(load.failed_per_s)),
            rate,
        ),
        sparkline("Half took at most", &values(|load| load.median_s), duration),
        sparkline("95 % took at most", &values(|load| load.p95_s), duration),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers that are drawn a few pixels high"
)]
fn held(
    name: &'static str,
    samples: &[Sample],
    of: fn(&Sample) -> u64,
    shown: fn(f64) -> String,
) -> Sparkline {
    let values = samples.iter().map(|sample| Some(of(sample) as f64));
    sparkline(name, &values.collect::<Vec<_>>(), shown)
}

/// The charts of what was asked at all in the time that is remembered.
fn charts(samples: &[Sample]) -> Vec<Group> {
    if samples.is_empty() {
        return Vec::new();
    }
    let mut groups = Vec::new();
    for front in FrontEnd::ALL {
        let of = |sample: &Sample| sample.asked[front as usize];
        if samples.iter().any(|sample| of(sample).per_s > 0.0) {
            groups.push(Group {
                name: front.as_str(),
                charts: asked_of(samples, of),
            });
        }
    }
    let mut database = asked_of(samples, |sample| sample.database);
    database.extend([
        held(
            "Connections at work",
            samples,
            |sample| sample.database_used,
            whole,
        ),
        held(
            "Calls that wait for one",
            samples,
            |sample| sample.database_waiting,
            whole,
        ),
    ]);
    groups.push(Group {
        name: "Round trips to the database",
        charts: database,
    });
    groups.push(Group {
        name: "Held",
        charts: vec![
            held(
                "Memory of requests",
                samples,
                |sample| sample.bytes_held,
                bytes,
            ),
            held(
                "Thrift connections",
                samples,
                |sample| sample.thrift_connections,
                whole,
            ),
        ],
    });
    groups
}

/// What the database tells, of which `own` is the name of this process.
async fn house(catalog: Operations<'_>, own: &str) -> Result<House> {
    // By the same rule as `/readyz`, which sees more than what one question tells: a file that was taken away, a full disk.
    catalog.ping(DATABASE_PATIENCE).await?;
    let begun = Instant::now();
    let last_event = catalog.event_last_id().await?;
    let took = begun.elapsed();
    let jobs = catalog.job_counts().await?;
    let lately = lately(catalog, &jobs).await?;
    let jobs = jobs.into_iter().map(|(phase, number)| JobCount {
        phase: phase.as_str(),
        count: count(number),
    });
    let replicas = catalog.replica_list().await?.into_iter();
    let replicas: Vec<ReplicaRow> = replicas.map(|one| row(one, own)).collect();
    Ok(House {
        latency: format!("{:.1} ms", took.as_secs_f64() * 1000.0),
        last_event: count(last_event),
        lately,
        is_missing: !replicas.iter().any(|one| one.this),
        versions_differ: replicas.iter().any(|one| one.alive && one.is_other_version),
        replicas,
        jobs: jobs.collect(),
    })
}

/// The same, or why the database tells nothing. Only what is no trouble of the database fails.
async fn house_or_trouble(
    catalog: Operations<'_>,
    own: &str,
) -> Result<Result<House, String>, Failure> {
    let Ok(asked) = timeout(DATABASE_PATIENCE, house(catalog, own)).await else {
        let seconds = DATABASE_PATIENCE.as_secs();
        return Ok(Err(format!("it did not answer within {seconds} s")));
    };
    match asked {
        Ok(house) => Ok(Ok(house)),
        Err(failure @ Error::Unavailable { .. }) => {
            failure_log(&failure);
            Ok(Err(words(&failure)))
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(in crate::page) async fn show(asked: Asked) -> Result<Response, Failure> {
    let facts = &asked.shared.facts;
    let house = house_or_trouble(asked.catalog(), &facts.replica).await?;
    let port = &asked.shared.port;
    let samples = port.metrics.samples();
    let shown_s = SAMPLE_EVERY_S.saturating_mul(samples.len() as u64);
    let status = match house {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let shown = ServerPage {
        shell: Shell::of(&asked, Section::Server, "Server"),
        thrift_port: facts.thrift_port,
        database: facts.database.clone(),
        warehouse: facts.warehouse.clone(),
        started: when(facts.started_at, asked.now()),
        house,
        memory: size(port.budget.bytes_held() as u64),
        memory_client_max: size(port.budget.client_bytes() as u64),
        charts: charts(&samples),
        shown: humane::span(i64::try_from(shown_s).unwrap_or(i64::MAX)),
        settings: facts.settings.clone(),
    };
    Ok(page(status, &shown))
}
