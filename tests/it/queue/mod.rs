//! The queue of bucket events, against an SQS over real HTTP that checks signatures.

pub(crate) mod sqs;

use crate::s3::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use serde_json::json;
use skep::lake::{EventKind, Queue, QueueDepth, QueueError, QueueSettings, S3Settings};
use skep::secret::Secret;
use sqs::{REGION, Sqs, created};

fn open(url: &str, secret: &str) -> Queue {
    let settings = QueueSettings {
        url: Some(url.to_owned()),
        region: Some(REGION.to_owned()),
        wait_s: 0,
        ..QueueSettings::default()
    };
    let s3 = S3Settings {
        access_key_id: Some(Secret::new(ACCESS_KEY_ID)),
        secret_access_key: Some(Secret::new(secret)),
        request_timeout_s: 5,
        ..S3Settings::default()
    };
    Queue::open(&settings, &s3)
        .unwrap()
        .expect("the settings name a queue")
}

#[tokio::test]
async fn messages_are_received_ten_at_a_time_and_gone_when_they_are_deleted() {
    let server = Sqs::start().await;
    let queue = open(&server.url(), SECRET_ACCESS_KEY);
    assert_eq!(queue.receive().await, Ok(Vec::new()));
    for number in 0..23 {
        server.send(created(&format!("t%2Fdt%3D1/part+{number}"), 3));
    }
    let mut receipts = Vec::new();
    let mut keys = Vec::new();
    for expected in [10, 10, 3] {
        let messages = queue.receive().await.unwrap();
        assert_eq!(messages.len(), expected);
        for message in messages {
            assert_eq!(message.received_count, 1);
            for event in message.events {
                assert_eq!((event.kind, event.bytes), (EventKind::Created, Some(3)));
                keys.push(event.key);
            }
            receipts.push(message.receipt);
        }
    }
    assert_eq!(keys[22], "t/dt=1/part 22");
    let depth = QueueDepth {
        waiting: 0,
        in_flight: 23,
    };
    assert_eq!(queue.depth().await, Ok(depth));
    queue.delete(&receipts).await.unwrap();
    server.redeliver();
    assert_eq!(queue.receive().await, Ok(Vec::new()));
    let error = queue.delete(&receipts[..2]).await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
    let asked = server.asked();
    assert_eq!(
        (&asked["MaxNumberOfMessages"], &asked["VisibilityTimeout"]),
        (&json!(10), &json!(300))
    );
}

#[tokio::test]
async fn a_message_that_nobody_deleted_comes_again_with_its_count() {
    let server = Sqs::start().await;
    let queue = open(&server.url(), SECRET_ACCESS_KEY);
    server.send("not a notification");
    server.send(r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"}"#);
    for count in 1..=3 {
        let messages = queue.receive().await.unwrap();
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].received_count, count);
        let malformed = messages[0].malformed.as_ref().unwrap();
        assert_eq!(malformed.body, "not a notification");
        assert_eq!(messages[1].events, [], "a test tells nothing");
        server.redeliver();
    }
}

#[tokio::test]
async fn a_wrong_secret_is_denied_and_shown_nowhere() {
    let server = Sqs::start().await;
    let queue = open(&server.url(), "not-the-secret");
    let error = queue.receive().await.unwrap_err();
    assert!(matches!(error, QueueError::Denied { .. }), "{error:?}");
    assert!(error.to_string().contains("InvalidSignatureException"));
    assert!(!format!("{error:?} {queue:?}").contains("not-the-secret"));
}

#[tokio::test]
async fn every_failure_has_its_kind() {
    let server = Sqs::start().await;
    let queue = open(&server.url(), SECRET_ACCESS_KEY);
    let absent =
        r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none","Message":"none"}"#;
    let throttled = r#"{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow"}"#;
    let odd = r#"{"__type":"com.amazonaws.sqs#InvalidAttributeName","message":"odd"}"#;
    for (status, body, retryable, part) in [
        (400, absent, false, "does not exist"),
        (400, throttled, true, "slow"),
        (400, odd, false, "not understood"),
        (403, "<html>proxy</html>", true, "denied"),
        (503, "", true, "cannot be reached"),
        (200, r#"{"Messages":5}"#, false, "not understood"),
        (200, "<html>", false, "not understood"),
    ] {
        server.fail(status, body);
        let error = queue.receive().await.unwrap_err();
        assert_eq!(error.retryable(), retryable, "{status} {body}: {error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    let gone = server.url();
    drop(server);
    let error = open(&gone, SECRET_ACCESS_KEY).receive().await.unwrap_err();
    assert!(matches!(error, QueueError::Unavailable { .. }), "{error:?}");
}

#[test]
fn without_a_url_there_is_no_queue() {
    let queue = Queue::open(&QueueSettings::default(), &S3Settings::default()).unwrap();
    assert!(queue.is_none());
}
