//! Teams, PagerDuty and letters over real sockets: what arrives, and what each answer means.

use super::mailbox::Mailbox;
use super::{Answer, Listener, TIMEOUT, notice, send};
use serde_json::Value;
use skep::alert::{Alerter, Channel, Email, PagerDuty, Poster, SendError, Slack, SlackBot, Teams};
use skep::secret::Secret;
use std::time::Duration;

fn teams(listener: &Listener) -> Channel {
    Channel::Teams(Teams::new(
        Secret::new(listener.url()),
        Poster::new(TIMEOUT),
    ))
}

fn pagerduty(listener: &Listener) -> Channel {
    Channel::PagerDuty(PagerDuty::new(
        Secret::new(listener.url()),
        Secret::new("hunter2-key"),
        Poster::new(TIMEOUT),
    ))
}

fn email(url: &str) -> Channel {
    let to = [
        "data@example.org".to_owned(),
        "Lake Team <lake@example.org>".to_owned(),
    ];
    let email = Email::new(&Secret::new(url), "skep <skep@example.org>", &to, None);
    Channel::Email(Box::new(email.expect("the settings work")))
}

#[tokio::test]
async fn teams_and_pagerduty_ask_for_pauses_as_slack_does() {
    let listener = Listener::start().await;
    for channel in [teams(&listener), pagerduty(&listener)] {
        listener.answer_next([
            Answer::Status(202, None, ""),
            Answer::Status(429, Some("9"), "slow down"),
            Answer::Status(400, None, "{\"status\":\"invalid event\"}"),
            Answer::Status(503, None, ""),
            Answer::Hang,
        ]);
        send(&channel).await.unwrap();
        let pause = SendError::Busy {
            retry_after: Some(Duration::from_secs(9)),
        };
        assert_eq!(send(&channel).await, Err(pause));
        let refused = send(&channel).await.unwrap_err();
        assert!(
            matches!(&refused, SendError::Refused(why) if why.contains("invalid event")),
            "{refused}"
        );
        for _ in 0..2 {
            let failed = send(&channel).await.unwrap_err();
            assert!(failed.retryable(), "{failed}");
            let all = format!("{failed} {failed:?} {channel:?}");
            assert!(
                !all.contains("hunter2") && !all.contains("top-secret"),
                "{all}"
            );
        }
        assert!(
            channel.pause() >= Duration::from_millis(250),
            "few a second"
        );
    }
}

#[test]
fn slack_gets_a_message_a_second_at_most() {
    let url = Secret::new("https://hooks.example.org/services/x");
    let webhook = Channel::Slack(Slack::new(url.clone(), Poster::new(TIMEOUT)));
    let token = Secret::new("hunter2-token");
    let bot = SlackBot::new(url, token, "C0".to_owned(), Poster::new(TIMEOUT));
    for channel in [webhook, Channel::SlackBot(bot)] {
        assert!(channel.pause() >= Duration::from_secs(1));
    }
}

#[tokio::test]
async fn teams_gets_a_card_within_its_limit() {
    let listener = Listener::start().await;
    let channel = teams(&listener);
    let parts = channel.parts(&notice(1_000));
    assert!(parts.len() > 1);
    for part in &parts {
        channel.send(part).await.unwrap();
    }
    let received = listener.received();
    let mut all = String::new();
    for one in &received {
        assert!(one.body.len() <= 28 * 1024, "{}", one.body.len());
        let body: Value = serde_json::from_str(&one.body).unwrap();
        let attachment = &body["attachments"][0];
        assert_eq!(
            attachment["contentType"],
            "application/vnd.microsoft.card.adaptive"
        );
        assert_eq!(attachment["content"]["type"], "AdaptiveCard");
        all.push_str(&one.body);
    }
    for number in [0, 499, 999] {
        let name = format!("\"shop.orders.c{number}\"");
        assert_eq!(all.matches(&name).count(), 1, "{name}");
    }
}

#[tokio::test]
async fn pagerduty_gets_an_event_an_entry_with_its_key() {
    let listener = Listener::start().await;
    let channel = pagerduty(&listener);
    let parts = channel.parts(&notice(2));
    assert_eq!(parts.len(), 2);
    assert!(!format!("{parts:?}").contains("hunter2"));
    channel.send(&parts[1]).await.unwrap();
    let received = listener.received().remove(0);
    let event: Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(event["routing_key"], "hunter2-key");
    assert_eq!(event["event_action"], "trigger");
    assert_eq!(event["dedup_key"], "skep/shop/shop/orders/c1");
    assert_eq!(event["payload"]["severity"], "info");
    assert_eq!(event["payload"]["summary"], "shop: comment set to `1`");
}

#[tokio::test]
async fn a_letter_reaches_all_recipients_in_text_and_html() {
    let server = Mailbox::start().await;
    let channel = email(&format!("smtp://{}?tls=none", server.address()));
    send(&channel).await.unwrap();
    let letters = server.letters();
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}");
    };
    assert_eq!(letter.to.len(), 2, "{letter:?}");
    for line in [
        "From: skep <skep@example.org>",
        "Subject: [skep] shop: 1 additive change",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(letter.data.contains(line), "{line}: {}", letter.data);
    }
    server.answer_next([
        "451 try again later",
        "554 this letter is refused",
        "250 taken",
    ]);
    let failed = send(&channel).await.unwrap_err();
    assert!(
        matches!(&failed, SendError::Unavailable(why) if why.contains("451")),
        "{failed}"
    );
    let failed = send(&channel).await.unwrap_err();
    assert!(
        matches!(&failed, SendError::Refused(why) if why.contains("554")),
        "{failed}"
    );
    send(&channel).await.unwrap();
    assert_eq!(server.letters().len(), 2);
}

#[tokio::test]
async fn a_server_without_tls_gets_neither_a_password_nor_a_letter() {
    let server = Mailbox::start().await;
    for scheme in ["smtp", "smtps"] {
        let url = format!("{scheme}://ann:hunter2@{}", server.address());
        let channel = email(&url);
        let failed = tokio::time::timeout(Duration::from_secs(30), send(&channel)).await;
        let failed = failed.expect("it ends").unwrap_err();
        let all = format!("{failed} {failed:?} {channel:?}");
        assert!(!all.contains("hunter2"), "{all}");
    }
    assert!(server.letters().is_empty());
    let said = server.said().join("\n");
    assert!(!said.contains("MAIL") && !said.contains("AUTH"), "{said}");
}

#[tokio::test]
async fn a_bot_tells_a_long_digest_in_a_thread() {
    let listener = Listener::start().await;
    let bot = SlackBot::new(
        Secret::new(listener.url()),
        Secret::new("xoxb-hunter2"),
        "C0123456789".to_owned(),
        Poster::new(TIMEOUT),
    );
    let channel = Channel::SlackBot(bot);
    let parts = channel.parts(&notice(1_000));
    assert!(parts.len() > 2);
    assert_eq!(parts[0].entries, 0..0, "a summary comes first");
    let mut thread: Option<String> = None;
    for (number, part) in parts.iter().enumerate() {
        let taken = r#"{"ok":true,"ts":"17.1"}"#;
        listener.answer_next([Answer::Status(200, None, taken)]);
        let begun = channel.send_in(part, thread.as_deref()).await.unwrap();
        thread = thread.or(begun);
        let body = listener.received().remove(number).body;
        let body: Value = serde_json::from_str(&body).unwrap();
        let wanted = if number == 0 {
            Value::Null
        } else {
            "17.1".into()
        };
        assert_eq!(body["thread_ts"], wanted);
        assert!(body["blocks"].as_array().unwrap().len() <= 50);
    }
    listener.answer_next([
        Answer::Status(429, Some("30"), ""),
        Answer::Status(200, None, r#"{"ok":false,"error":"ratelimited"}"#),
        Answer::Status(200, None, r#"{"ok":false,"error":"invalid_auth"}"#),
    ]);
    let mut failures = Vec::new();
    for _ in 0..3 {
        failures.push(channel.send(&parts[0]).await.unwrap_err());
    }
    let busy = |retry_after| SendError::Busy { retry_after };
    assert_eq!(failures[0], busy(Some(Duration::from_secs(30))));
    assert_eq!(failures[1], busy(None));
    assert!(matches!(&failures[2], SendError::Refused(why) if why == "invalid_auth"));
    assert!(!format!("{failures:?} {channel:?}").contains("hunter2"));
}
