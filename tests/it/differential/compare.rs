//! Two answers to one request: what in them may differ by nature is made equal, the rest is
//! compared field by field. It must not know which deviations are meant: see `differences`.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::client::Failure;
use super::step::{Answer, Server};

/// Fields that the old metastore does not have; a newer server may send them beside the others.
const NEWER_FIELDS: [&str; 25] = [
    "accessType",
    "allocated",
    "catName",
    "catalogName",
    "colStats",
    "compactionId",
    "createTime",
    "creationMetadata",
    "engine",
    "eventIds",
    "fileMetadata",
    "id",
    "isStatsCompliant",
    "managedLocationUri",
    "ownerName",
    "ownerType",
    "requiredReadCapabilities",
    "requiredWriteCapabilities",
    "temporary",
    "txnId",
    "type",
    "writeId",
    "bitVectors",
    "catname",
    "histogram",
];

/// Methods that promise no order, or whose order depends on how the database executes a join.
const UNORDERED: [&str; 14] = [
    "get_all_functions",
    "get_partition_column_statistics",
    "get_partition_names_ps",
    "get_partitions_ps",
    "get_partitions_ps_with_auth",
    "get_partitions_statistics_req",
    "get_table_meta",
    "get_table_names_by_filter",
    "get_table_objects_by_name",
    "get_table_objects_by_name_req",
    "get_table_statistics_req",
    "get_tables_by_type",
    "drop_partitions_req",
    "show_locks",
];

/// A moment counts as "now" within this many seconds of the test's clock.
const NOW_SECONDS: i64 = 86_400;

/// A place where two answers differ.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// Where in the answer, as a JSON pointer.
    pub(crate) path: String,
    /// What the reference says there.
    pub(crate) reference: Value,
    /// What the other server says there.
    pub(crate) subject: Value,
}

/// Takes out of the answers of one server what must differ between two: places, times, counters.
pub(crate) struct Normalizer {
    warehouse: String,
    now_seconds: i64,
    /// The first id of each kind that was seen: only the distance to it is compared.
    first_ids: HashMap<&'static str, i64>,
}

impl Normalizer {
    /// For the answers of this server within one sequence.
    pub(crate) fn new(server: &Server, now_seconds: i64) -> Self {
        Self {
            warehouse: server.warehouse.clone(),
            now_seconds,
            first_ids: HashMap::new(),
        }
    }

    /// An answer in its comparable form.
    pub(crate) fn normal(&mut self, method: &str, answer: &Answer) -> Value {
        let mut value = match answer {
            Ok(value) => json!({ "result": self.walk("", value) }),
            Err(failure @ Failure::Declared { body, .. }) => json!({
                "exception": failure.name(), "field": failure.field(), "body": self.walk("", body),
            }),
            Err(Failure::Application { kind, message }) => {
                json!({ "exception": "TApplicationException", "kind": kind, "message": self.text(message) })
            }
            Err(Failure::UnknownResult(fields)) => {
                json!({ "exception": "UnknownResult", "fields": self.walk("", fields) })
            }
            Err(Failure::Transport(_)) => json!({ "exception": "connection closed" }),
            Err(Failure::Malformed(text)) => json!({ "exception": "malformed", "message": text }),
        };
        if UNORDERED.contains(&method) {
            sort(&mut value);
        }
        value
    }

    fn walk(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, member)| (self.text(key), self.walk(key, member)))
                .collect(),
            Value::Array(items) => items.iter().map(|item| self.walk(key, item)).collect(),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| value.clone(), |n| self.number(key, n)),
            Value::String(text) => match serde_json::from_str(text) {
                // Events carry JSON in text, and texts of that JSON carry JSON again.
                Ok(inner @ Value::Object(_)) => json!({ "json": self.walk("", &inner) }),
                Ok(Value::Number(number)) if number.as_i64().is_some_and(|n| self.is_now(n)) => {
                    json!("NOW")
                }
                _ => json!(self.text(text)),
            },
            other => other.clone(),
        }
    }

    fn number(&mut self, key: &str, number: i64) -> Value {
        let counter = match key {
            "eventId" => "event",
            "lockid" | "blockedByExtId" => "lock",
            _ if self.is_now(number) => return json!("NOW"),
            _ => return json!(number),
        };
        let first = *self.first_ids.entry(counter).or_insert(number);
        json!(format!("{counter} {:+}", number - first))
    }

    /// Whether the number is about now, in seconds or milliseconds.
    fn is_now(&self, number: i64) -> bool {
        (number - self.now_seconds).abs() < NOW_SECONDS
            || (number / 1_000 - self.now_seconds).abs() < NOW_SECONDS
    }

    /// Texts without the server's own directory and without its lock numbers. Hive writes the text of a missing lock
    /// in two ways.
    fn text(&self, text: &str) -> String {
        let text = text
            .replace("No such lock: ", "No such lock ")
            .replace("file:///", "file:/")
            .replace(&self.warehouse, "WAREHOUSE");
        match text.find("lockid:") {
            Some(at) => {
                let (head, tail) = text.split_at(at + "lockid:".len());
                let rest = tail.trim_start_matches(|digit: char| digit.is_ascii_digit());
                format!("{head}N{rest}")
            }
            None => text,
        }
    }
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            // Columns and key values are lists whose order means something; whole objects are not.
            if items.iter().all(|item| item.get("name").is_none()) {
                items.sort_by_key(|item| without_newer(item).to_string());
            }
        }
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                if key != "values" {
                    sort(member);
                }
            }
        }
        _ => {}
    }
}

/// The value as the old metastore would have sent it, so that both servers' lists are sorted alike.
fn without_newer(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !NEWER_FIELDS.contains(&key.as_str()))
            .map(|(key, member)| (key.clone(), without_newer(member)))
            .collect(),
        Value::Array(items) => items.iter().map(without_newer).collect(),
        other => other.clone(),
    }
}

/// Every place where the answers differ, but for fields that only the newer server knows.
pub(crate) fn compare(reference: &Value, subject: &Value) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    descend("", reference, subject, &mut mismatches);
    mismatches
}

fn descend(path: &str, reference: &Value, subject: &Value, mismatches: &mut Vec<Mismatch>) {
    match (reference, subject) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, member) in old {
                descend(&format!("{path}/{key}"), member, &subject[key], mismatches);
            }
            for (key, member) in new {
                if !old.contains_key(key) && !NEWER_FIELDS.contains(&key.as_str()) {
                    descend(&format!("{path}/{key}"), &Value::Null, member, mismatches);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                descend(&format!("{path}/{index}"), old, new, mismatches);
            }
        }
        _ if reference == subject => {}
        _ => mismatches.push(Mismatch {
            path: path.to_owned(),
            reference: reference.clone(),
            subject: subject.clone(),
        }),
    }
}
