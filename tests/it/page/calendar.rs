//! The calendar: what is there, what is missing, how much it is.

use super::Browser;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::{Value, json};

on_every_database!(a_missing_day_and_a_missing_hour_are_seen_at_a_glance);

const TABLE: &str = "/databases/shop/tables/orders";

async fn a_missing_day_and_a_missing_hour_are_seen_at_a_glance(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let text = browser.text(&format!("{TABLE}/calendar"), 200).await;
    assert!(
        text.contains("None of its last partitions tells a day"),
        "{text}"
    );
    fill(&rest).await;

    let text = browser.text(&format!("{TABLE}/calendar"), 200).await;
    assert!(
        text.contains("In 2026, 4 of its days have partitions, 95 in all"),
        "{text}"
    );
    for told in [
        "2026-11-01: 24 of 24 hours",
        "2026-11-02: 23 of 24 hours",
        "2026-11-03: no partition",
        "2026-11-03 to 2026-11-04: no partition",
        "the last of 2026-11-06",
        "2026-11-02: without the hour 07",
        "2026-01-01 to 2026-10-31: no partition",
        "class=\"gap\" title=\"2026-11-04",
        "class=\"none\" title=\"2026-12-31",
        "class=\"shade4\" title=\"2026-11-05",
        "?year=2025\"",
        // A day leads to its partitions, and one without any to its month.
        "/partitions?filter=dt+%3E%3D+%272026-11-01%27+and+dt+%3C+%272026-11-02%27\"><span class=\"hidden\">2026-11-01: 24",
        "/calendar/2026-11\"><span class=\"hidden\">2026-11-03: no partition",
        "title=\"2026-10-31: no partition\"><span class=\"hidden\">",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("?year=2027"), "{text}");
    let text = browser
        .text(&format!("{TABLE}/calendar?year=2025"), 200)
        .await;
    assert!(
        text.contains("In 2025, 1 of its days") && text.contains("Nothing, from"),
        "{text}"
    );

    // A year beside those that have partitions leads to the nearest that has.
    for (year, link) in [(2031, "2026"), (1990, "2025")] {
        let path = format!("{TABLE}/calendar?year={year}");
        let text = browser.text(&path, 200).await;
        assert!(text.contains(&format!("?year={link}\"")), "{text}");
        assert_eq!(text.matches("?year=").count(), 1, "{text}");
    }

    year_is_told(&rest).await;
    month_is_told(&browser).await;
    for path in [
        "calendar/2026-13",
        "calendar/2026-00",
        "calendar/99999-01",
        "calendar?year=0",
        "calendar?year=x",
    ] {
        let refused = browser.open(&format!("{TABLE}/{path}")).await;
        assert!(
            refused.status().is_client_error(),
            "{path}: {}",
            refused.status()
        );
    }
}

/// How much each hour holds, by what is asked for.
async fn month_is_told(browser: &Browser) {
    let month = format!("{TABLE}/calendar/2026-11");
    let text = browser.text(&month, 200).await;
    for told in [
        "2026-11-02 06 h: 7.00 KiB",
        "2026-11-02 07 h: no partition",
        "300.00 KiB",
        "calendar/2026-12",
        "calendar/2026-10",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let text = browser.text(&format!("{month}?show=rows"), 200).await;
    assert!(text.contains("2026-11-02 06 h: 6 rows"), "{text}");
    let text = browser.text(&format!("{month}?show=files"), 200).await;
    assert!(text.contains("there, and nobody told how much"), "{text}");
    // A day leads to its partitions.
    let filter = "filter=dt+%3E%3D+%272026-11-02%27+and+dt+%3C+%272026-11-03%27";
    assert!(text.contains(filter), "{text}");
    let text = browser
        .text(&format!("{TABLE}/partitions?{filter}"), 200)
        .await;
    assert_eq!(
        text.matches("<bdi>dt=2026-11-02/hour=").count(),
        23,
        "{text}"
    );
}

/// Four days of a year with a missing hour and two missing days between them, one of the year before, and a partition of no day.
async fn fill(rest: &Rest) {
    // Hours without zeros in front, as jobs write them: their order by name is not that of time.
    let hour = |day: &str, hour: usize| json!({"values": [day, hour.to_string()], "total_bytes": 1024 * (hour + 1), "row_count": hour});
    let days = [
        "2025-12-31",
        "2026-11-01",
        "2026-11-02",
        "2026-11-05",
        "2026-11-06",
    ];
    let all = days.iter().flat_map(|day| (0..24).map(|at| hour(day, at)));
    let without_seven = all.filter(|one| one["values"] != json!(["2026-11-02", "7"]));
    let new: Vec<Value> = without_seven
        .chain([json!({"values": ["__HIVE_DEFAULT_PARTITION__", "1"]})])
        .collect();
    rest.post(&format!("{TABLE}/partitions"), json!({"partitions": new}))
        .await
        .expect(200);
}

/// The same year as programs read it.
async fn year_is_told(rest: &Rest) {
    let year = rest.get(&format!("{TABLE}/calendar")).await.expect(200);
    let told = [
        &year["year"],
        &year["first_year"],
        &year["last_year"],
        &year["is_whole"],
    ];
    assert_eq!(
        told,
        [&json!(2026), &json!(2025), &json!(2026), &json!(true)]
    );
    let second = &year["days"][1];
    assert_eq!(
        (&second["day"], &second["partitions"]),
        (&json!("2026-11-02"), &json!(23))
    );
    let hours = second["hours"].as_array().expect("a list");
    assert!(hours.len() == 23 && !hours.contains(&json!(7)), "{hours:?}");
    rest.get(&format!("{TABLE}/calendar?year=0"))
        .await
        .problem(400, "invalid-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_written_as_timestamps_are_days_and_lack_no_hours() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let day = |day: usize| json!({"values": [format!("2026-11-0{day} 00:00:00"), "x"], "total_bytes": 2048});
    let new: Vec<Value> = (1..=3).map(day).collect();
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": new}))
        .await
        .expect(200);
    let text = browser.text(&format!("{TABLE}/calendar"), 200).await;
    assert!(text.contains("2026-11-02: 1 partition"), "{text}");
    assert!(!text.contains("without the hour"), "{text}");
    let text = browser
        .text(&format!("{TABLE}/calendar/2026-11"), 200)
        .await;
    assert!(text.contains("2026-11-02: 2.00 KiB"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_tells_what_lacks_of_expected_data() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    // Days before today, one of which is missing; the clock is the machine's.
    let today = jiff::Timestamp::now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let ago = |days: i64| today.checked_sub(jiff::Span::new().days(days)).unwrap();
    let days = (1..=9).filter(|days| *days != 5);
    let new: Vec<Value> = days
        .map(|days| json!({"values": [ago(days).to_string(), "x"], "row_count": 5}))
        .collect();
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": new}))
        .await
        .expect(200);
    let month = format!("{TABLE}/calendar/{}", ago(5).strftime("%Y-%m"));
    let text = browser.text(&month, 200).await;
    assert!(!text.contains("expected and missing"), "{text}");
    let expected = json!({"settings": {"every": "1d", "since": ago(8).to_string()}});
    let freshness = format!("{TABLE}/freshness");
    rest.patch(&freshness, expected).await.expect(200);
    rest.post(&format!("{freshness}/check"), json!({}))
        .await
        .expect(200);
    let text = browser.text(&month, 200).await;
    let missing = format!("{}: no partition, expected and missing", ago(5));
    assert!(text.contains(&missing), "{missing}: {text}");
    assert!(text.contains("What it expects"), "{text}");
    let lacking = text.matches("class=\"gap\" title=").count();
    let whole = format!("class=\"gap\" title=\"{}", ago(4));
    assert!(lacking >= 1 && !text.contains(&whole), "{text}");
}
