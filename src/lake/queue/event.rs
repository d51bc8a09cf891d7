//! What a message's body tells: S3's own notifications, EventBridge's, and either of them inside of SNS's envelope.
//! Pure: it knows no queue.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

/// Characters of a malformed body that are kept.
const BODY_SHOWN_CHARS: usize = 200;
/// Envelopes around a notification at most.
const ENVELOPES_MAX: usize = 2;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// It was written, copied or uploaded in parts.
    Created,
    /// It was deleted, or expired.
    Removed,
}

/// One object's news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key as it is, without any encoding.
    pub key: String,
    /// What happened.
    pub kind: EventKind,
    /// Its size, where it is told.
    pub bytes: Option<u64>,
    /// When: seconds since the epoch.
    pub at: i64,
}

/// A message that is no notification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a notification of S3: {reason}")]
pub struct MalformedMessage {
    /// What is wrong.
    pub reason: String,
    /// The beginning of its body.
    pub body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    event_time: String,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    size: Option<u64>,
}

/// Reads a message's body: what it tells, and why not all of it could be read. A record that cannot be read holds back none
/// of the others.
pub(super) fn read(body: &str) -> (Vec<ObjectEvent>, Option<MalformedMessage>) {
    let mut events = Vec::new();
    let malformed = read_envelope(body, ENVELOPES_MAX, &mut events).err();
    let malformed = malformed.map(|reason| MalformedMessage {
        reason,
        body: body.chars().take(BODY_SHOWN_CHARS).collect(),
    });
    (events, malformed)
}

fn read_envelope(
    body: &str,
    envelopes: usize,
    events: &mut Vec<ObjectEvent>,
) -> Result<(), String> {
    let value: Value = serde_json::from_str(body).map_err(|error| format!("no JSON: {error}"))?;
    if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Ok(());
    }
    if let Some(records) = value.get("Records").and_then(Value::as_array) {
        let mut outcome = Ok(());
        for record in records {
            match native(record) {
                Ok(event) => events.extend(event),
                Err(reason) => outcome = outcome.and(Err(reason)),
            }
        }
        return outcome;
    }
    if let (Some("Notification"), Some(inner)) = (
        value.get("Type").and_then(Value::as_str),
        value.get("Message").and_then(Value::as_str),
    ) {
        let left = envelopes
            .checked_sub(1)
            .ok_or("it lies in too many envelopes")?;
        return read_envelope(inner, left, events);
    }
    if value.get("source").and_then(Value::as_str) == Some("aws.s3") {
        events.extend(event_bridge(&value)?);
        return Ok(());
    }
    Err("it has neither Records nor a source nor a Message".to_owned())
}

/// A record of S3's own format; `None` for events that change no data.
fn native(value: &Value) -> Result<Option<ObjectEvent>, String> {
    let record = Record::deserialize(value).map_err(|error| format!("a record: {error}"))?;
    // Other makes of stores write the name with its prefix.
    let name = record
        .event_name
        .strip_prefix("s3:")
        .unwrap_or(&record.event_name);
    let kind = match name.split(':').next() {
        Some("ObjectCreated") => EventKind::Created,
        Some("ObjectRemoved" | "LifecycleExpiration") => EventKind::Removed,
        _ => return Ok(None),
    };
    Ok(Some(ObjectEvent {
        bucket: record.s3.bucket.name,
        key: decode(&record.s3.object.key)?,
        kind,
        bytes: record.s3.object.size,
        at: seconds(&record.event_time)?,
    }))
}

/// EventBridge's format: one object each, its key as it is.
fn event_bridge(value: &Value) -> Result<Option<ObjectEvent>, String> {
    let kind = match value.get("detail-type").and_then(Value::as_str) {
        Some("Object Created") => EventKind::Created,
        Some("Object Deleted") => EventKind::Removed,
        _ => return Ok(None),
    };
    let detail = value.get("detail").unwrap_or(&Value::Null);
    let entity = Entity::deserialize(detail).map_err(|error| format!("its detail: {error}"))?;
    let time = value.get("time").and_then(Value::as_str);
    Ok(Some(ObjectEvent {
        bucket: entity.bucket.name,
        key: entity.object.key,
        kind,
        bytes: entity.object.size,
        at: seconds(time.ok_or("it has no time")?)?,
    }))
}

fn seconds(text: &str) -> Result<i64, String> {
    let at: jiff::Timestamp = text
        .parse()
        .map_err(|error| format!("its time {text:?}: {error}"))?;
    Ok(at.as_second())
}

/// S3 writes keys as HTML forms do: `+` for a space, `%2F` for what else is not plain.
fn decode(text: &str) -> Result<String, String> {
    let broken = || format!("its key {text:?} is not URL-encoded");
    // A space of a key that has one is `+`, a plus is `%2B`.
    let text = text.replace('+', " ");
    let key = percent_decode_str(&text).decode_utf8();
    let key = key.map_err(|_| broken())?.into_owned();
    // What is no escape stays as it is, and would be a key that nobody wrote.
    if text.matches('%').count() * 2 != text.len() - percent_decode_str(&text).count() {
        return Err(broken());
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{EventKind, MalformedMessage, ObjectEvent};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// What a body tells, of which all must be readable.
    fn read(body: &str) -> Result<Vec<ObjectEvent>, MalformedMessage> {
        let (events, malformed) = super::read(body);
        malformed.map_or(Ok(events), Err)
    }

    #[test]
    fn a_record_that_cannot_be_read_holds_back_none_of_the_others() {
        let mut damaged = record("ObjectCreated:Put", "t/b");
        damaged["eventTime"] = json!("yesterday");
        let body = json!({"Records": [
            record("ObjectCreated:Put", "t/a"), damaged, record("ObjectCreated:Put", "t/c"),
        ]});
        let (events, malformed) = super::read(&body.to_string());
        let keys: Vec<&str> = events.iter().map(|event| event.key.as_str()).collect();
        assert_eq!(keys, ["t/a", "t/c"]);
        assert!(malformed.unwrap().reason.contains("yesterday"));
    }

    fn record(name: &str, key: &str) -> Value {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
            "eventTime": "2026-11-25T10:00:01.500Z", "eventName": name,
            "s3": {"bucket": {"name": "lake", "arn": "arn:aws:s3:::lake"},
                   "object": {"key": key, "size": 12, "eTag": "x", "sequencer": "0055AED6DCD90281E5"}}
        })
    }

    #[test]
    fn a_batch_of_records_is_read_and_keys_are_decoded() {
        let mut removed = record("ObjectRemoved:Delete", "t/dt%3D2026-11-25/a+b%2Bc");
        removed["s3"]["object"]
            .as_object_mut()
            .unwrap()
            .remove("size");
        let body = json!({"Records": [
            record("ObjectCreated:Put", "t%2Fdt%3D2026-11-25/%EC%84%9C%EC%9A%B8"),
            removed,
            record("ObjectTagging:Put", "t/x"),
            record("s3:ObjectCreated:CompleteMultipartUpload", "plain"),
            record("LifecycleExpiration:Delete", "old"),
        ]});
        let events = read(&body.to_string()).unwrap();
        let told: Vec<_> = events
            .iter()
            .map(|event| (event.key.as_str(), event.kind, event.bytes))
            .collect();
        assert_eq!(
            told,
            [
                ("t/dt=2026-11-25/서울", EventKind::Created, Some(12)),
                ("t/dt=2026-11-25/a b+c", EventKind::Removed, None),
                ("plain", EventKind::Created, Some(12)),
                ("old", EventKind::Removed, Some(12)),
            ]
        );
        assert_eq!(
            (events[0].bucket.as_str(), events[0].at),
            ("lake", 1_795_600_801)
        );
    }

    #[test]
    fn event_bridge_leaves_keys_as_they_are() {
        let body = json!({
            "version": "0", "detail-type": "Object Created", "source": "aws.s3",
            "time": "2026-11-25T10:00:01Z",
            "detail": {"bucket": {"name": "lake"}, "object": {"key": "t/a+b%2F", "size": 5}}
        });
        let events = read(&body.to_string()).unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(
            (events[0].key.as_str(), events[0].bytes),
            ("t/a+b%2F", Some(5))
        );
        let mut other = body;
        other["detail-type"] = json!("Object Tags Added");
        assert_eq!(read(&other.to_string()), Ok(Vec::new()));
    }

    #[test]
    fn envelopes_of_sns_are_opened() {
        let inner = json!({"Records": [record("ObjectCreated:Copy", "k")]}).to_string();
        let once = json!({"Type": "Notification", "TopicArn": "t", "Message": inner}).to_string();
        assert_eq!(read(&once).unwrap()[0].key, "k");
        let many = (0..4).fold(once, |inner, _| {
            json!({"Type": "Notification", "Message": inner}).to_string()
        });
        assert!(read(&many).unwrap_err().reason.contains("envelopes"));
    }

    #[test]
    fn a_test_tells_nothing() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-25T10:00:00.000Z","Bucket":"lake"}"#;
        assert_eq!(read(body), Ok(Vec::new()));
        let inside = json!({"Type": "Notification", "Message": body}).to_string();
        assert_eq!(read(&inside), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_notification_is_told_with_its_beginning() {
        let mut odd_key = record("ObjectCreated:Put", "a%2");
        odd_key["eventName"] = json!("ObjectCreated:Put");
        for (body, reason) in [
            ("hello".to_owned(), "no JSON"),
            ("[1]".to_owned(), "neither Records"),
            (
                json!({"Records": [{"eventName": "x"}]}).to_string(),
                "a record",
            ),
            (json!({"Records": [odd_key]}).to_string(), "not URL-encoded"),
            (
                json!({"Records": [record("ObjectCreated:Put", "%FF")]}).to_string(),
                "not URL-encoded",
            ),
            (
                json!({"source": "aws.s3", "detail-type": "Object Created"}).to_string(),
                "its detail",
            ),
        ] {
            let error = read(&body).unwrap_err();
            assert!(error.reason.contains(reason), "{body}: {error}");
            assert!(body.starts_with(&error.body));
        }
    }

    proptest! {
        #[test]
        fn every_key_survives_its_encoding(key in "\\PC{1,40}") {
            let encoded: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
            let body = json!({"Records": [record("ObjectCreated:Put", &encoded)]}).to_string();
            prop_assert_eq!(&read(&body).unwrap()[0].key, &key);
        }

        #[test]
        fn no_body_makes_it_panic(body in "\\PC{0,200}") {
            let _ = read(&body);
        }
    }
}
