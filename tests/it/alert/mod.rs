//! Channels over real sockets: what arrives, and what each answer of a listener means.

mod golden;
mod kinds;
mod listener;
mod mailbox;
mod pictures;
mod settings;

pub(crate) use listener::{Answer, Listener};
pub(crate) use pictures::compare as picture_compare;

use serde_json::{Value, json};
use skep::alert::{
    Alerter, Channel, Log, Part, Poster, SIGNATURE_HEADER, SendError, Slack, Webhook,
};
use skep::model::{Notice, NoticeEntry, NoticeKind, Severity};
use skep::secret::Secret;
use std::time::Duration;

/// A request that nobody answers must not hold up a test for long.
const TIMEOUT: Duration = Duration::from_millis(500);

fn slack(listener: &Listener) -> Channel {
    Channel::Slack(Slack::new(
        Secret::new(listener.url()),
        Poster::new(TIMEOUT),
    ))
}

fn notice(count: usize) -> Notice {
    let entries = (0..count).map(|number| NoticeEntry {
        change: None,
        source: None,
        column: None,
        key: format!("shop/orders/c{number}"),
        severity: Severity::Additive,
        object: format!("shop.orders.c{number}"),
        text: format!("comment set to `{number}`"),
        effects: Vec::new(),
        owner: None,
    });
    Notice {
        kind: NoticeKind::Digest,
        subject: "shop".to_owned(),
        at: 1_763_967_600,
        entries: entries.collect(),
        pages: None,
    }
}

async fn send(channel: &Channel) -> Result<(), SendError> {
    let parts = channel.parts(&notice(1));
    channel.send(&parts[0]).await
}

#[tokio::test]
async fn every_answer_of_slack_is_understood() {
    let listener = Listener::start().await;
    let channel = slack(&listener);
    send(&channel).await.unwrap();
    listener.answer_next([
        Answer::Status(429, Some("7"), "rate_limited"),
        Answer::Status(429, None, "rate_limited"),
        Answer::Status(429, Some("99999999"), "rate_limited"),
        Answer::Status(500, None, "rollup_error"),
        Answer::Status(404, None, "no_service"),
        Answer::Status(302, None, ""),
        Answer::Hang,
        Answer::Reset,
    ]);
    let busy = |seconds: Option<u64>| SendError::Busy {
        retry_after: seconds.map(Duration::from_secs),
    };
    assert_eq!(send(&channel).await, Err(busy(Some(7))));
    assert_eq!(send(&channel).await, Err(busy(None)));
    assert_eq!(
        send(&channel).await,
        Err(busy(Some(3_600))),
        "a pause of years is a mistake"
    );
    let failed = send(&channel).await.unwrap_err();
    assert!(
        matches!(&failed, SendError::Unavailable(why) if why.contains("rollup_error")),
        "{failed}"
    );
    let failed = send(&channel).await.unwrap_err();
    assert!(
        matches!(&failed, SendError::Refused(why) if why.contains("no_service")),
        "{failed}"
    );
    let failed = send(&channel).await.unwrap_err();
    assert!(!failed.retryable(), "a redirect is not followed: {failed}");
    for what in ["hanging", "resetting"] {
        let failed = send(&channel).await.unwrap_err();
        assert!(failed.retryable(), "{what}: {failed}");
        assert!(
            !failed.to_string().contains("top-secret-token"),
            "{what}: {failed}"
        );
    }
    send(&channel).await.unwrap();
    assert_eq!(listener.received().len(), 10);
}

#[tokio::test]
async fn an_address_that_is_wrong_is_refused_and_not_shown() {
    let poster = Poster::new(TIMEOUT);
    let channel = Channel::Slack(Slack::new(Secret::new("hooks/top-secret-token"), poster));
    let failed = send(&channel).await.unwrap_err();
    assert!(!failed.retryable());
    assert!(!format!("{failed} {failed:?} {channel:?}").contains("top-secret"));
}

#[tokio::test]
async fn a_long_digest_is_split_and_nothing_of_it_is_lost() {
    let listener = Listener::start().await;
    let channel = slack(&listener);
    let parts = channel.parts(&notice(1_000));
    assert!(parts.len() > 1);
    for part in &parts {
        channel.send(part).await.unwrap();
    }
    let all: String = listener
        .received()
        .into_iter()
        .map(|one| one.body)
        .collect();
    for number in 0..1_000 {
        let name = format!("`shop.orders.c{number}`");
        assert_eq!(all.matches(&name).count(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_webhook_gets_json_that_its_owner_can_verify() {
    let listener = Listener::start().await;
    let channel = Channel::Webhook(Webhook::new(
        Secret::new(listener.url()),
        Some(Secret::new("key")),
        Poster::new(TIMEOUT),
    ));
    let parts = channel.parts(&notice(501));
    assert_eq!(parts.len(), 2);
    channel.send(&parts[1]).await.unwrap();
    let received = listener.received().remove(0);
    let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(body["part"], 2);
    assert_eq!(body["entries"][0]["object"], "shop.orders.c500");
    let signature = received.header(SIGNATURE_HEADER).unwrap();
    assert_eq!(signature.len(), "sha256=".len() + 64, "{signature}");
    assert_eq!(received.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn the_log_takes_every_entry_in_a_line_of_its_own() {
    let channel = Channel::Log(Log);
    let parts = channel.parts(&notice(2));
    let lines: Vec<Value> = parts
        .iter()
        .map(|part| serde_json::from_str(&part.body).unwrap())
        .collect();
    let line = |number: usize| {
        json!({
            "source": "shop", "why": "digest", "severity": "additive", "owner": null,
            "message": format!("shop.orders.c{number}: comment set to `{number}`"),
        })
    };
    assert_eq!(lines, [line(0), line(1)]);
    let part: &Part = &parts[0];
    channel.send(part).await.unwrap();
}
