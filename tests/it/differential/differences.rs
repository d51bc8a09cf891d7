//! Where skep means to answer otherwise than Hive 2.3, each with its reason. Everything that is not
//! listed here is a bug of skep. Times, places and counters are made equal before: see `compare`.

use serde_json::Value;

use super::client::Failure;
use super::compare::Mismatch;
use super::step::{Answer, Step};

/// For a read after `alter_database`.
pub(crate) const DATABASE_CHANGES: &str =
    "alter_database changes description and location, as in Hive 3 and 4; 2.3 keeps them";
/// For a commit with a stale expectation, and the read after it.
pub(crate) const SWAP_IS_CHECKED: &str =
    "expected_parameter_value is compared before a change: without it Iceberg loses commits";
/// For a read after `alter_function`.
pub(crate) const FUNCTION_CHANGES: &str =
    "alter_function replaces the resources too, as in Hive 4; 2.3 keeps the old ones";

/// A deviation that is meant.
pub(crate) struct Difference {
    /// Why skep answers otherwise.
    pub(crate) reason: &'static str,
    applies: fn(&Step, &Answer, &Answer) -> bool,
}

/// All of them; the first that applies is reported.
pub(crate) const DIFFERENCES: [Difference; 13] = [
    Difference {
        reason: "an error inside the old server is a typed exception in skep, which names the cause",
        applies: |_, reference, subject| broke(reference) && declared(subject),
    },
    Difference {
        reason: "a request without a required field is refused by both; Hive's text prints Java objects",
        applies: |_, reference, subject| {
            protocol_error(reference) && (protocol_error(subject) || declared(subject))
        },
    },
    Difference {
        reason: "no client reads a text that prints Java classes, objects or SQL",
        applies: |_, reference, subject| match (reference, subject) {
            (Err(old @ Failure::Declared { .. }), Err(new @ Failure::Declared { .. })) => {
                old.name() == new.name() && old.field() == new.field() && prints_java(old.message())
            }
            _ => false,
        },
    },
    Difference {
        reason: "a null argument is a MetaException in skep, whatever Java made of it",
        applies: |step, _, subject| has_null_argument(step) && is(subject, "MetaException"),
    },
    Difference {
        reason: "a missing database is NoSuchObjectException, as in Hive 3 and 4; 2.3 ran into a null",
        applies: |step, reference, subject| {
            matches!(step.method.as_str(), "drop_database" | "alter_database")
                && is(subject, "NoSuchObjectException")
                && (reference.is_ok() || is(reference, "MetaException"))
        },
    },
    Difference {
        reason: "skep evaluates filters that Hive 2.3 refuses: Spark sends them",
        applies: |step, reference, subject| {
            step.args.get("filter").is_some() && is(reference, "MetaException") && subject.is_ok()
        },
    },
    Difference {
        reason: "LIKE is read as a regular expression and as SQL's pattern: clients filter again",
        applies: |step, reference, subject| {
            let filter = step.args["filter"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            filter.contains("like") && contains_all(subject, reference)
        },
    },
    Difference {
        reason: "partial values match whole values; Hive matches the name's text as a pattern",
        applies: |step, reference, subject| {
            step.method.contains("_ps") && contains_all(reference, subject)
        },
    },
    Difference {
        reason: "max_parts of 0 is no partition, as in Hive 3 and 4",
        applies: |step, _, subject| {
            step.args["max_parts"] == 0
                && matches!(subject, Ok(Value::Array(items)) if items.is_empty())
        },
    },
    Difference {
        reason: "statistics that are missing are NoSuchObjectException, as in Hive 3 and 4; 2.3 answers nothing",
        applies: |step, reference, subject| {
            step.method.ends_with("column_statistics")
                && matches!(reference, Err(Failure::UnknownResult(_)))
                && is(subject, "NoSuchObjectException")
        },
    },
    Difference {
        reason: "an unknown table type has no tables, as in Hive 4",
        applies: |step, reference, subject| {
            step.method == "get_tables_by_type" && is(reference, "MetaException") && subject.is_ok()
        },
    },
    Difference {
        reason: "methods of newer versions are served",
        applies: |_, reference, _| matches!(reference, Err(Failure::Application { kind: 1, .. })),
    },
    Difference {
        reason: "keys of the newer spelling are answered: Trino asks for metastore.txn.timeout",
        applies: |step, reference, subject| {
            step.method == "get_config_value"
                && step.args["name"]
                    .as_str()
                    .is_some_and(|name| name.starts_with("metastore."))
                && is(reference, "ConfigValSecurityException")
                && subject.is_ok()
        },
    },
];

/// Why these answers may differ, if they may.
pub(crate) fn meant(step: &Step, reference: &Answer, subject: &Answer) -> Option<&'static str> {
    if let Some(reason) = step.differs {
        return Some(reason);
    }
    DIFFERENCES
        .iter()
        .find(|difference| (difference.applies)(step, reference, subject))
        .map(|difference| difference.reason)
}

/// Why this one place may differ, if it may.
pub(crate) fn meant_at(_step: &Step, mismatch: &Mismatch) -> Option<&'static str> {
    let at = |end: &str| mismatch.path.ends_with(end);
    if at("/message") && mismatch.reference.get("json").is_some() {
        return Some(
            "a consumer reads the objects of an event's message, which have newer fields in skep",
        );
    }
    None
}

/// Whether the old server failed without an exception that the method declares.
fn broke(answer: &Answer) -> bool {
    matches!(
        answer,
        Err(Failure::Application { kind: 6, .. } | Failure::Transport(_))
    ) || matches!(answer, Err(failure) if failure.message().contains("NullPointerException"))
}

fn protocol_error(answer: &Answer) -> bool {
    matches!(answer, Err(Failure::Application { kind: 7, .. }))
}

fn declared(answer: &Answer) -> bool {
    matches!(answer, Err(Failure::Declared { .. }))
}

fn is(answer: &Answer, name: &str) -> bool {
    matches!(answer, Err(failure @ Failure::Declared { .. }) if failure.name() == name)
}

fn prints_java(text: &str) -> bool {
    [
        "java.",
        "javax.",
        "org.apache.",
        "org.datanucleus",
        "Partition(",
        "INSERT INTO",
        "UPDATE ",
        "exception",
        "line 1:",
        "Only [",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

fn has_null_argument(step: &Step) -> bool {
    step.args
        .as_object()
        .is_some_and(|members| members.is_empty() || members.values().any(Value::is_null))
}

/// Whether the one list holds everything that the other holds.
fn contains_all(larger: &Answer, smaller: &Answer) -> bool {
    let (Ok(Value::Array(larger)), Ok(Value::Array(smaller))) = (larger, smaller) else {
        return false;
    };
    // Partitions differ in their places and times, so their values are what counts.
    let key = |item: &Value| item.get("values").unwrap_or(item).clone();
    let larger: Vec<Value> = larger.iter().map(key).collect();
    smaller.iter().map(key).all(|item| larger.contains(&item))
}
