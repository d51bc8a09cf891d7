//! A bot of Slack: what it tells has a thread, into which answers go.

use super::fixture::{EveryChannel, Watched, columns_set, look};
use crate::alert::Answer;
use crate::harness::{TestDatabase, on_every_database};
use skep::alert::ChannelKind;
use skep::model::{AlertFilter, AlertState};
use skep::secret::Secret;

on_every_database!(who_has_seen_a_change_says_so_in_its_thread);

const TAKEN: Answer = Answer::Status(200, None, r#"{"ok":true,"ts":"1795582800.000100"}"#);

async fn who_has_seen_a_change_says_so_in_its_thread(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    watched.channel.kind = ChannelKind::Slack;
    watched.channel.token = Some(Secret::new("xoxb-hunter2"));
    watched.channel.channel = Some("C0123456789".to_owned());
    let replica = watched.replica().await;
    let watch = replica.watch();
    columns_set(&replica, "orders", &["id int", "x string", "y string"]).await;
    look(&replica).await;
    columns_set(&replica, "orders", &["id int"]).await;
    let changes = look(&replica).await.changes;
    assert_eq!(changes.len(), 2);
    let refused = Answer::Status(200, None, r#"{"ok":false,"error":"not_in_channel"}"#);
    watched.listener.answer_next([refused, TAKEN, TAKEN]);
    let report = watch.alerts_deliver().await.unwrap();
    assert_eq!((report.refused, report.sent), (1, 0));
    let alerts = watch.alert_list(&AlertFilter::default()).await.unwrap();
    let error = alerts[0].last_error.clone().unwrap();
    assert!(
        error.contains("not_in_channel") && !error.contains("hunter2"),
        "{error}"
    );
    // A change that was not told has no thread; its acknowledgement is none of Slack's business.
    watched.pass(3_600);
    watch.alerts_deliver().await.unwrap();
    watch
        .schema_change_acknowledge(changes[0].id)
        .await
        .unwrap();
    watch.alerts_deliver().await.unwrap();
    let told = watched.told();
    assert_eq!(told.len(), 3, "{told:?}");
    let header = watched.listener.received()[2]
        .header("authorization")
        .map(str::to_owned);
    assert_eq!(header.as_deref(), Some("Bearer xoxb-hunter2"));
    assert_eq!(told[1]["channel"], "C0123456789");
    assert!(told[1].get("thread_ts").is_none());
    assert_eq!(told[2]["thread_ts"], "1795582800.000100");
    let said = told[2]["blocks"][0]["text"]["text"].as_str().unwrap();
    assert_eq!(
        said,
        format!(":eyes: somebody has seen `{}`", changes[0].object)
    );
    let alerts = watch.alert_list(&AlertFilter::default()).await.unwrap();
    let states: Vec<_> = alerts.iter().map(|one| one.state).collect();
    let expected = [AlertState::Sent, AlertState::Sent, AlertState::Acknowledged];
    assert_eq!(states, expected);
}
