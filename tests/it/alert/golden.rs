//! The messages as Slack gets them, compared with files that were looked at in Slack's own form.
//! `UPDATE_GOLDEN=1 cargo test --test it golden` writes them anew.

use super::{Notice, NoticeEntry, NoticeKind, Severity};
use skep::alert::{Alerter, Form, Poster, Slack};
use skep::model::PublicUrl;
use skep::secret::Secret;
use std::path::Path;

/// Where the files stand.
const FOLDER: &str = "tests/it/alert/golden";

fn entry(severity: Severity, object: &str, text: &str, effects: &[&str]) -> NoticeEntry {
    NoticeEntry {
        key: object.to_owned(),
        change: None,
        severity,
        source: None,
        column: None,
        object: object.to_owned(),
        text: text.to_owned(),
        effects: effects.iter().map(|effect| (*effect).to_owned()).collect(),
        owner: None,
    }
}

fn notice(kind: NoticeKind, entries: Vec<NoticeEntry>) -> Notice {
    Notice {
        kind,
        subject: "shop".to_owned(),
        at: 1_763_967_600,
        entries,
        pages: None,
    }
}

fn compare(name: &str, notice: &Notice) {
    let slack = Slack::new(
        Secret::new("http://127.0.0.1:1/"),
        Poster::new(super::TIMEOUT),
    );
    let bodies = slack.parts(notice).into_iter().map(|part| {
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

/// An entry of the change of a column.
fn column(
    number: i64,
    name: &str,
    severity: Severity,
    text: &str,
    effects: &[&str],
) -> NoticeEntry {
    NoticeEntry {
        change: Some(number),
        column: Some(name.to_owned()),
        ..entry(severity, &format!("public.orders.{name}"), text, effects)
    }
}

#[test]
fn a_digest() {
    let mut first = column(
        101,
        "price",
        Severity::Breaking,
        "column `price` of `public.orders`: type changed from `numeric(10,2)` to `text` (another kind)",
        &[
            "the view `mart.daily_revenue` names it",
            "Trino, Presto, Spark: breaking: the column cannot be converted (`decimal(10,2)` in `t1_shop.orders` (t1), `string` in new files)",
        ],
    );
    first.owner = Some("<@U024BE7LH>".to_owned());
    let mut second = column(
        102,
        "buyer_id",
        Severity::Risky,
        "column `customer_id` of `public.orders` renamed to `buyer_id`, as it seems (a guess: same type and place)",
        &["`t1_shop.orders` (t1) gets nothing for `customer_id` any more"],
    );
    second.owner = Some("data-team".to_owned());
    let added = ["gift", "email", "order_note"].into_iter().zip(103..);
    let added = added.map(|(name, number)| {
        let text = format!("column `{name}` of `public.orders` added (`text`)");
        let lacks = format!("`t1_shop.orders` (t1) lacks the column `{name}` (`string`)");
        column(number, name, Severity::Additive, &text, &[&lacks])
    });
    let entries = [first, second].into_iter().chain(added).collect();
    compare("digest", &notice(NoticeKind::Digest, entries));
}

/// Three changes of one table, the last two in a row.
fn linked() -> Notice {
    let text = |name: &str| format!("column `{name}` of `public.orders` added (`text`)");
    let added = [("gift", 101), ("email", 103), ("note", 104)];
    let added =
        added.map(|(name, number)| column(number, name, Severity::Additive, &text(name), &[]));
    Notice {
        pages: Some(PublicUrl::parse("https://skep.example.com/catalog/").expect("an address")),
        ..notice(NoticeKind::AtOnce, added.to_vec())
    }
}

#[test]
fn a_message_with_a_link_to_acknowledge() {
    compare("linked", &linked());
}

#[test]
fn every_form_has_the_link_and_none_has_it_once_it_was_seen() {
    let page = "https://skep.example.com/catalog/acknowledge?changes=";
    let bodies = |name: &str, notice: &Notice| {
        let form = Form::parse(name).expect("a form");
        let parts = form.parts(notice).into_iter();
        parts.map(|part| part.body).collect::<Vec<_>>().concat()
    };
    let seen = Notice {
        kind: NoticeKind::Answer,
        ..linked()
    };
    for name in Form::names() {
        let links = match name {
            // What is a piece of its own is told by itself there.
            "webhook" | "pagerduty" | "log" => ["101", "103", "104"].as_slice(),
            _ => &["101,103-104"],
        };
        let told = bodies(name, &linked());
        for numbers in links {
            assert!(told.contains(&format!("{page}{numbers}")), "{name}: {told}");
        }
        assert!(!bodies(name, &seen).contains(page), "{name}");
        let unlinked = Notice {
            pages: None,
            ..linked()
        };
        assert!(!bodies(name, &unlinked).contains("acknowledge"), "{name}");
    }
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
    compare("hostile", &notice(NoticeKind::AtOnce, entries));
}

#[test]
fn an_alarm_a_quiet_day_and_a_test() {
    let alarm = entry(
        Severity::Alarm,
        "source shop",
        "the source was not reached since 2025-11-23 07:00 UTC: connection refused",
        &["changes of this source are not seen until it answers again"],
    );
    compare("alarm", &notice(NoticeKind::Alarm, vec![alarm]));
    compare("quiet", &notice(NoticeKind::Quiet, Vec::new()));
    compare("test", &notice(NoticeKind::Test, Vec::new()));
}
