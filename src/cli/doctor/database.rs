//! What `skep doctor` says of the database.

use super::finding::{Finding, apart};
use crate::cli::connect::{ANSWER_LIMIT, NO_DATABASE, database_obstacle, is_missing_file};
use crate::config::Settings;
use crate::error::Result;
use crate::humane::counted;
use crate::store::{Examination, Neighbour, Schema, Store};
use crate::telemetry::causes;
use std::time::Duration;

/// A question that takes longer is told: a call of an engine asks several, one after the other.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(20);
/// A commit that takes longer is told.
const COMMIT_MAX: Duration = Duration::from_millis(500);

const URL: &str = "database.url";
const LATENCY: &str = "database latency";
const CLOCK: &str = "database clock";
const SCHEMA: &str = "database migrations";
const COMMIT: &str = "database commit";

/// What a look at the database gave.
#[derive(Debug)]
pub(super) struct Looked {
    /// What is said of it.
    pub(super) findings: Vec<Finding>,
    /// The places of the catalog's databases, each with its name.
    pub(super) places: Vec<(String, String)>,
    /// Who serves it; `None` where it does not tell.
    pub(super) replicas: Option<Vec<Neighbour>>,
}

impl Looked {
    fn only(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            places: Vec::new(),
            replicas: None,
        }
    }
}

/// Looks at the database.
pub(super) async fn database(settings: &Settings) -> Looked {
    let looking = Store::examine(settings.database.store());
    let failure = match tokio::time::timeout(ANSWER_LIMIT, looking).await {
        Ok(Ok(found)) => {
            let findings = findings(&found, &settings.database.url_shown());
            return Looked {
                findings,
                places: found.places,
                replicas: found.replicas,
            };
        }
        Ok(Err(failure)) => {
            if let Some(why) = database_obstacle(settings) {
                return Looked::only(Finding::failed(URL, why));
            }
            if is_missing_file(&failure) {
                return Looked {
                    // Who serves a database serves one that is there.
                    replicas: Some(Vec::new()),
                    ..Looked::only(Finding::warning(URL, NO_DATABASE))
                };
            }
            causes(&failure)
        }
        Err(_) => format!("no answer within {} s", ANSWER_LIMIT.as_secs()),
    };
    let shown = settings.database.url_shown();
    let text = format!(
        "{shown}: {failure}; look at the address in database.url, and whether what is there runs"
    );
    Looked::only(Finding::failed(URL, text))
}

fn findings(found: &Examination, shown: &str) -> Vec<Finding> {
    let mut findings = vec![
        Finding::ok(URL, format!("{shown}, version {}", found.version)),
        latency(found.round_trip),
        clock(found.ahead_ms),
        schema(&found.schema, found.creates_tables),
    ];
    if let Some(commit) = &found.commit {
        findings.push(committed(commit, found.risk.as_deref()));
    }
    findings
}

fn latency(round_trip: Duration) -> Finding {
    let took = format!("a question takes {}", millis(round_trip));
    if round_trip <= ROUND_TRIP_MAX {
        return Finding::ok(LATENCY, took);
    }
    let text = format!("{took}: a call asks several, so run skep nearer to its database");
    Finding::warning(LATENCY, text)
}

fn clock(ahead_ms: i64) -> Finding {
    match apart(ahead_ms) {
        None => Finding::ok(CLOCK, "as this machine's"),
        Some(apart) => Finding::warning(
            CLOCK,
            format!(
                "{apart}: replicas agree all the same, for locks, leases and schedules go by the database's clock; but times \
                 that are shown go by the replica's own, and so does the age of events. Let NTP set both"
            ),
        ),
    }
}

fn schema(schema: &Schema, creates_tables: bool) -> Finding {
    let is_whole = matches!(schema, Schema::Made { pending, .. } if pending.is_empty());
    if !creates_tables && !is_whole && !matches!(schema, Schema::Newer(_)) {
        let text = "tables are to be made, and the user of database.url may not create any in its schema: \
                    grant it CREATE on the schema, or run `skep migrate` as a user that may";
        return Finding::failed(SCHEMA, text);
    }
    match schema {
        Schema::Empty => Finding::warning(
            SCHEMA,
            "there are no tables yet: `skep migrate` or the first start makes them",
        ),
        Schema::Made { applied, pending } if pending.is_empty() => {
            Finding::ok(SCHEMA, format!("all {applied} are applied"))
        }
        Schema::Made { pending, .. } => {
            let count = counted(pending.len() as u64, "migration", "migrations");
            let verb = if pending.len() == 1 { "is" } else { "are" };
            let text = format!(
                "{count} {verb} pending: `skep migrate` or the next start applies what is missing; back the database up before"
            );
            Finding::warning(SCHEMA, text)
        }
        Schema::Newer(failure) => Finding::failed(
            SCHEMA,
            format!("{failure}; start that version, or restore the backup from before it"),
        ),
    }
}

fn committed(commit: &Result<Duration>, risk: Option<&str>) -> Finding {
    let took = match commit {
        Ok(took) => *took,
        Err(failure) => {
            let text = format!(
                "nothing can be written: {}; look at the rights of the user, at the disk, and whether the server is a read-only copy",
                causes(failure)
            );
            return Finding::failed(COMMIT, text);
        }
    };
    let text = format!("a transaction that writes takes {}", millis(took));
    match risk {
        Some(risk) => Finding::warning(
            COMMIT,
            format!(
                "{text}, but {risk}: a crash of the database may lose what clients were told is done"
            ),
        ),
        None if took > COMMIT_MAX => {
            Finding::warning(COMMIT, format!("{text}: look at the disk of the database"))
        }
        None => Finding::ok(COMMIT, text),
    }
}

fn millis(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::{committed, latency, schema};
    use crate::cli::doctor::finding::{FAILED, OK, WARNING};
    use crate::error::Error;
    use crate::store::Schema;
    use std::time::Duration;

    #[test]
    fn what_is_slow_or_may_be_lost_is_told() {
        assert_eq!(latency(Duration::from_millis(1)).state, OK);
        assert_eq!(latency(Duration::from_millis(90)).state, WARNING);
        let soon = Ok(Duration::from_millis(3));
        assert_eq!(committed(&soon, None).state, OK);
        let lossy = committed(&soon, Some("fsync is off"));
        assert!(lossy.state == WARNING && lossy.remark.contains("fsync is off"));
        assert_eq!(committed(&Ok(Duration::from_secs(1)), None).state, WARNING);
        let refused = committed(&Err(Error::internal("read-only")), None);
        assert_eq!(refused.state, FAILED);
    }

    #[test]
    fn what_a_start_would_migrate_is_told() {
        let made = |pending: &[i64]| Schema::Made {
            applied: 3,
            pending: pending.to_vec(),
        };
        assert_eq!(schema(&made(&[]), false).state, OK);
        let one = schema(&made(&[4]), true);
        assert!(one.state == WARNING && one.remark.starts_with("1 migration is pending"));
        assert!(
            schema(&made(&[4, 5]), true)
                .remark
                .starts_with("2 migrations are pending")
        );
        let newer = Schema::Newer(Error::Unsupported("newer".to_owned()));
        assert_eq!(schema(&newer, true).state, FAILED);
        assert_eq!(schema(&made(&[4]), false).state, FAILED);
        assert_eq!(schema(&Schema::Empty, false).state, FAILED);
    }
}
