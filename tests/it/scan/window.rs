//! What a window run costs: an idle table is looked at for the price of a few requests, however long its history is.

use super::{keys, remote, request, scan};
use skep::lake::ScanRequest;
use skep::layout::{Layout, Window};
use std::collections::BTreeSet;

const HOUR_S: i64 = 3_600;
/// Noon of the 31st of December 2024.
const NOW_S: i64 = 1_735_646_400;
/// The first of January 2022.
const BEGIN_S: i64 = 1_640_995_200;

fn hour_path(at_s: i64) -> String {
    let at = jiff::Timestamp::from_second(at_s).unwrap();
    let at = jiff::tz::TimeZone::UTC.to_datetime(at);
    at.strftime("%Y/%m/%d/%H").to_string()
}

#[tokio::test]
async fn an_idle_hourly_table_of_three_years_costs_three_requests_at_most() {
    let (server, lake) = remote().await;
    let layout = Layout::parse("{dt:%Y/%m/%d/%H}", &keys(&["dt"])).unwrap();
    let mut known = BTreeSet::new();
    for at_s in (BEGIN_S..NOW_S).step_by(3_600) {
        let path = hour_path(at_s);
        server.put("lake", &format!("t/{path}/part-0"), "x");
        known.insert(layout.read(&path).unwrap());
    }
    assert_eq!(known.len(), 26_292);
    let skip = |values: &[String]| known.contains(values);
    for window in [
        Window {
            from_s: NOW_S - 3 * HOUR_S,
            to_s: NOW_S,
        },
        Window {
            from_s: NOW_S - 48 * HOUR_S,
            to_s: NOW_S + 2 * HOUR_S,
        },
    ] {
        let before = server.requests("ListObjectsV2");
        let run = ScanRequest {
            skip: &skip,
            ..request("s3a://lake/t", &layout, Some(window))
        };
        let (found, summary) = scan(&lake, run).await.unwrap();
        let sent = server.requests("ListObjectsV2") - before;
        assert!(found.partitions.is_empty() && summary.complete);
        assert!(sent <= 3, "{sent} requests for {window:?}");
        assert_eq!(summary.requests, sent as u64);
    }

    // Two new hours: the level shows both, and each is looked into.
    for hour in 0..2 {
        let path = hour_path(NOW_S + hour * HOUR_S);
        server.put("lake", &format!("t/{path}/part-0"), "x");
    }
    let run = ScanRequest {
        skip: &skip,
        ..request(
            "s3a://lake/t",
            &layout,
            Some(Window {
                from_s: NOW_S - 24 * HOUR_S,
                to_s: NOW_S + 3 * HOUR_S,
            }),
        )
    };
    let (found, summary) = scan(&lake, run).await.unwrap();
    let paths: Vec<&String> = found.partitions.keys().collect();
    assert_eq!(paths, ["2024/12/31/12", "2024/12/31/13"]);
    assert_eq!(summary.requests, 3);
}

#[tokio::test]
async fn a_wide_level_is_entered_where_the_window_begins_and_left_where_it_ends() {
    let (server, lake) = remote().await;
    let layout = Layout::parse("{dt:%Y-%m-%d}-{part}", &keys(&["dt", "part"])).unwrap();
    for day in 0..1_000 {
        let at = jiff::Timestamp::from_second(BEGIN_S + day * 24 * HOUR_S).unwrap();
        let day = jiff::tz::TimeZone::UTC.to_datetime(at);
        let day = day.strftime("%Y-%m-%d");
        for part in ["a", "b", "c"] {
            server.put("lake", &format!("t/{day}-{part}/f"), "x");
        }
    }
    let window = Window {
        from_s: BEGIN_S + 500 * 24 * HOUR_S,
        to_s: BEGIN_S + 502 * 24 * HOUR_S,
    };
    let run = request("s3a://lake/t", &layout, Some(window));
    let (found, summary) = scan(&lake, run).await.unwrap();
    assert_eq!(found.partitions.len(), 6);
    assert_eq!(
        summary.requests, 7,
        "one page of 3,000 directories, and one look into each that is new"
    );
}
