//! Where skep means to answer otherwise than Hive 2.3, each with its reason. Everything that is not
//! listed here is a bug of skep. Times, places and counters are made equal before: see `compare`.

use serde_json::Value;

use super::client::Failure;
use super::compare::Mismatch;
use super::step::{Answer, Step};

/// A deviation that is meant.
pub(crate) struct Difference {
    /// Why skep answers otherwise.
    pub(crate) reason: &'static str,
    applies: fn(&Step, &Answer, &Answer) -> bool,
}

/// All of them; the first that applies is reported.
pub(crate) const DIFFERENCES: [Difference; 19] = [
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
        reason: "a filter that is refused names the key and the constant; Hive's text misleads",
        applies: |_, reference, subject| {
            text(reference) == "Filtering is supported only on partition keys of type string"
                && is(reference, "MetaException")
                && is(subject, "MetaException")
                && text(subject).starts_with("Cannot push down filter for ")
        },
    },
    Difference {
        reason: "an empty value is stored as the default partition: a filter for '' keeps it, clients filter again",
        applies: |step, reference, subject| {
            let filter = step.args["filter"].as_str().unwrap_or_default();
            filter.ends_with("= ''") && contains_all(subject, reference)
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
        reason: "a maximum keeps the first partitions by name; 2.3 answers partial values in no order",
        applies: |step, reference, subject| {
            step.method.contains("_ps")
                && step.args["max_parts"].as_i64().is_some_and(|max| max > 0)
                && length(reference).is_some()
                && length(reference) == length(subject)
        },
    },
    Difference {
        reason: "databases and tables may have the names that Hive 4 allows",
        applies: |step, reference, subject| {
            let refused = text(reference);
            matches!(
                step.method.as_str(),
                "create_database" | "create_table" | "alter_table"
            ) && (refused.ends_with(" is not a valid database name")
                || refused.ends_with(" is not a valid object name"))
                && subject.is_ok()
        },
    },
    Difference {
        reason: "unlocking an unknown lock is NoSuchLockException, as in Hive 3 and 4",
        applies: |step, reference, subject| {
            step.method == "unlock" && reference.is_ok() && is(subject, "NoSuchLockException")
        },
    },
    Difference {
        reason: "a directory that cannot be made is refused with the cause",
        applies: |_, reference, subject| {
            let text = text(reference);
            (text.ends_with(" is not a directory or unable to create one")
                || text.starts_with("Unable to create database path "))
                && is(reference, "MetaException")
                && is(subject, "MetaException")
        },
    },
    Difference {
        reason: "an internal error of the protocol says what was wrong",
        applies: |_, reference, subject| match (reference, subject) {
            (
                Err(Failure::Application {
                    kind: 6,
                    message: old,
                }),
                Err(Failure::Application {
                    kind: 6,
                    message: new,
                }),
            ) => new.starts_with(old.as_str()),
            _ => false,
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

/// For the message of an event.
const NEWER_OBJECTS: &str = "the objects of an event's message have newer fields";
/// For the text of a refusal.
const NAMED_AS_STORED: &str =
    "a text names a thing as it is stored: in lower case, with its database";
/// For the answer to `add_partition` and its kin.
const ADDED_AS_STORED: &str =
    "an added partition is answered as it is stored; 2.3 echoes the request";

/// Every reason that some answer of a whole run must need: a reason that no answer needs is taken out of the list.
pub(crate) fn reasons() -> impl Iterator<Item = &'static str> {
    let places = [NEWER_OBJECTS, NAMED_AS_STORED, ADDED_AS_STORED];
    DIFFERENCES
        .iter()
        .map(|difference| difference.reason)
        .chain(places)
}

/// Why this one place may differ, if it may.
pub(crate) fn meant_at(step: &Step, mismatch: &Mismatch) -> Option<&'static str> {
    let at = |end: &str| mismatch.path.ends_with(end);
    if mismatch.path.contains("/message/json/") && mismatch.reference.is_null() {
        return Some(NEWER_OBJECTS);
    }
    if at("/body/message") && is_same_but_name(step, mismatch) {
        return Some(NAMED_AS_STORED);
    }
    if step.method.starts_with("add_partition") && mismatch.path.starts_with("/result/") {
        let unsent = at("/sd/skewedInfo") || at("/sd/storedAsSubDirectories");
        let named = at("/dbName") || at("/tableName");
        if (unsent && mismatch.reference.is_null() && is_nothing(&mismatch.subject))
            || (named && lower(&mismatch.reference) == lower(&mismatch.subject))
        {
            return Some(ADDED_AS_STORED);
        }
    }
    None
}

/// Whether two texts are equal but for the case of names and the database before them.
fn is_same_but_name(step: &Step, mismatch: &Mismatch) -> bool {
    let (reference, subject) = (lower(&mismatch.reference), lower(&mismatch.subject));
    let names = [
        "/tbl/dbName",
        "/func/dbName",
        "/dbName",
        "/dbname",
        "/db_name",
    ];
    let database = names
        .iter()
        .find_map(|pointer| step.args.pointer(pointer)?.as_str())
        .map(|name| format!("{}.", name.to_lowercase()));
    let shorter = database.map_or_else(|| subject.clone(), |name| subject.replace(&name, ""));
    reference == subject || reference == shorter
}

fn lower(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

/// Whether a value says as little as its absence: false, or empty collections.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
}

/// The text of a refusal; nothing for an answer.
fn text(answer: &Answer) -> &str {
    answer.as_ref().err().map_or("", Failure::message)
}

/// How many items an answer has, where it is a list.
fn length(answer: &Answer) -> Option<usize> {
    Some(answer.as_ref().ok()?.as_array()?.len())
}

/// Whether the old server failed without an exception that the method declares.
fn broke(answer: &Answer) -> bool {
    matches!(
        answer,
        Err(Failure::Application { kind: 6, .. } | Failure::Transport(_))
    ) || matches!(answer, Err(failure) if failure.message().contains("NullPointerException"))
        || text(answer).ends_with("did not commit successfully.")
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
        "Exception(message:",
        "HIVE_FILTER_FIELD_",
        "Check metastore logs",
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
