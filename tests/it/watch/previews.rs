//! What channels would be told, shown without telling it.

use super::fixture::{DAY_S, EveryChannel, HOUR_S, START_S, Watched, columns_set, look};
use crate::harness::{TestDatabase, on_every_database};
use skep::alert::{ChannelKind, Form};
use skep::error::Error;
use skep::model::{AlertFilter, Mute, NoticeKind};
use skep::watch::PreviewWish;

on_every_database!(a_preview_is_what_the_channel_gets_and_changes_nothing);

fn wish(form: Option<Form>) -> PreviewWish {
    PreviewWish {
        since: START_S - DAY_S,
        channel: Some("data".to_owned()),
        form,
    }
}

async fn a_preview_is_what_the_channel_gets_and_changes_nothing(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = watched.replica().await;
    let watch = replica.watch();
    columns_set(&replica, "orders", &["id int", "price int", "x string"]).await;
    look(&replica).await;
    let after = ["id int", "price int", "note string", "more string"];
    columns_set(&replica, "orders", &after).await;
    look(&replica).await;
    let previews = watch.alerts_preview(&wish(None)).await.unwrap();
    let kinds: Vec<_> = previews
        .iter()
        .map(|one| (one.kind, one.at, one.changes))
        .collect();
    let expected = [
        (NoticeKind::AtOnce, START_S, 1),
        (NoticeKind::Digest, START_S + 4 * HOUR_S, 2),
    ];
    assert_eq!(kinds, expected);
    assert!(watched.told().is_empty(), "nothing is sent");

    watch.alerts_deliver().await.unwrap();
    watched.pass(4 * HOUR_S);
    watch.alerts_deliver().await.unwrap();
    let bodies = watched.told().into_iter().map(|body| body.to_string());
    let shown = previews.iter().flat_map(|one| &one.messages);
    let shown = shown.map(|body| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body.to_string()
    });
    assert_eq!(bodies.collect::<Vec<_>>(), shown.collect::<Vec<_>>());

    for form in ChannelKind::ALL
        .map(Form::Of)
        .into_iter()
        .chain([Form::Text])
    {
        let previews = watch.alerts_preview(&wish(Some(form))).await.unwrap();
        let messages: Vec<_> = previews.iter().flat_map(|one| &one.messages).collect();
        assert!(messages.len() >= 2, "{form:?}");
        assert!(
            messages[0].contains("`x`") || messages[0].contains("\"x\""),
            "{messages:?}"
        );
    }
    let mute = Mute {
        id: 0,
        pattern: "lake:default.orders.x".to_owned(),
        until: None,
        why: String::new(),
        at: 0,
    };
    watch.mute_add(&mute).await.unwrap();
    let muted = watch.alerts_preview(&wish(None)).await.unwrap();
    assert_eq!(muted.len(), 1, "by the mutes of today");
    let later = PreviewWish {
        since: START_S + 1,
        ..wish(None)
    };
    assert!(watch.alerts_preview(&later).await.unwrap().is_empty());
    let nobody = PreviewWish {
        channel: Some("nobody".to_owned()),
        ..wish(None)
    };
    let missing = watch.alerts_preview(&nobody).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    let alerts = watch.alert_list(&AlertFilter::default()).await.unwrap();
    assert_eq!(alerts.len(), 3, "nothing is written");
}
