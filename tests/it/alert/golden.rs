//! The messages as Slack gets them, compared with files that were looked at in Slack's own form.
//! `UPDATE_GOLDEN=1 cargo test --test it golden` writes them anew.

use super::{Notice, NoticeEntry, NoticeKind, Severity};
use skep::alert::{Alerter, Poster, Slack};
use skep::secret::Secret;
use std::path::Path;

/// Where the files stand.
const FOLDER: &str = "tests/it/alert/golden";

fn entry(severity: Severity, object: &str, text: &str, effects: &[&str]) -> NoticeEntry {
    NoticeEntry {
        key: object.to_owned(),
        severity,
        object: object.to_owned(),
        text: text.to_owned(),
        effects: effects.iter().map(|effect| (*effect).to_owned()).collect(),
        owner: None,
    }
}

fn compare(name: &str, kind: NoticeKind, entries: Vec<NoticeEntry>) {
    let notice = Notice {
        kind,
        subject: "shop".to_owned(),
        at: 1_763_967_600,
        entries,
    };
    let slack = Slack::new(
        Secret::new("http://127.0.0.1:1/"),
        Poster::new(super::TIMEOUT),
    );
    let bodies = slack.parts(&notice).into_iter().map(|part| {
        let body: serde_json::Value = serde_json::from_str(&part.body).expect("JSON");
        serde_json::to_string_pretty(&body).expect("JSON")
    });
    let made = bodies.collect::<Vec<_>>().join("\n") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(format!("{name}.json"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &made).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, expected, "{name}: see the head of this file");
}

#[test]
fn a_digest() {
    let mut first = entry(
        Severity::Breaking,
        "shop.orders.price",
        "type changed from numeric(10,2) to text",
        &[
            "Trino, Spark: reading old files as the new type fails",
            "table t1_shop.orders_snapshot_1d_daily: column price is decimal(10,2)",
            "view mart.daily_revenue names the column",
        ],
    );
    first.owner = Some("<@U024BE7LH>".to_owned());
    let mut second = entry(
        Severity::Risky,
        "shop.orders.customer_id",
        "column customer_id was probably renamed to buyer_id (same type and position)",
        &["table t1_shop.orders_snapshot_1d_daily: column customer_id will be null"],
    );
    second.owner = Some("data-team".to_owned());
    let third = entry(
        Severity::Additive,
        "shop.orders.gift_note",
        "column gift_note text was added",
        &["table t1_shop.orders_snapshot_1d_daily: column gift_note is missing"],
    );
    compare("digest", NoticeKind::Digest, vec![first, second, third]);
}

#[test]
fn names_that_were_made_to_mislead() {
    let entries = vec![
        entry(
            Severity::Breaking,
            "shop.<!channel>.`rm -rf`",
            "column *all* <https://evil.example|click here> & _more_ was dropped\nsecond line\u{7}",
            &["<!here> look", "\u{202E}gnp.exe"],
        ),
        entry(
            Severity::Additive,
            "shop.bees.comment",
            &format!("comment changed to {}", "x".repeat(64 * 1024)),
            &[],
        ),
    ];
    compare("hostile", NoticeKind::AtOnce, entries);
}

#[test]
fn an_alarm_a_quiet_day_and_a_test() {
    let alarm = entry(
        Severity::Alarm,
        "source shop",
        "the source was not reached since 2025-11-23 07:00 UTC: connection refused",
        &["changes of this source are not seen until it answers again"],
    );
    compare("alarm", NoticeKind::Alarm, vec![alarm]);
    compare("quiet", NoticeKind::Quiet, Vec::new());
    compare("test", NoticeKind::Test, Vec::new());
}
