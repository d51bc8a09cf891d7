//! Long lists, filters, and what changes something.

use super::Browser;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

on_every_database!(
    partitions_are_seen_page_by_page_each_once,
    partitions_are_seen_from_the_end_and_lead_to_those_beside_them
);

const TABLE: &str = "/databases/shop/tables/orders";

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let pieces = text.split(from).skip(1);
    pieces.filter_map(|piece| piece.split(to).next()).collect()
}

async fn partitions_are_seen_page_by_page_each_once(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let new: Vec<Value> = (0..250)
        .map(|number| json!({"values": ["1", format!("{number:03}")]}))
        .collect();
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": new}))
        .await
        .expect(200);
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let text = browser.text(&format!("{path}{next}"), 200).await;
        let names = between(&text, "<bdi>dt=1/hour=", "</bdi>");
        seen.extend(names.into_iter().map(str::to_owned));
        assert_eq!(text.contains("First page"), !next.is_empty());
        let Some(link) = between(&text, "rel=\"next\" href=\"", "\"")
            .first()
            .map(|link| link.replace("&#38;", "&"))
        else {
            break;
        };
        next = link;
    }
    let all: Vec<String> = (0..250).map(|number| format!("{number:03}")).collect();
    assert_eq!(seen, all);
    let text = browser
        .text(&format!("{path}?filter=hour%20%3E%3D%20%27249%27"), 200)
        .await;
    assert_eq!(between(&text, "<bdi>dt=1/hour=", "</bdi>"), ["249"]);
    // What is wrong with a filter is said beside it, and it is still there to be mended.
    let text = browser
        .text(&format!("{path}?filter=hour%20%3E%3D%20%27"), 400)
        .await;
    assert!(
        text.contains("role=\"alert\"") && text.contains("value=\"hour &#62;= &#39;\""),
        "{text}"
    );
}

async fn partitions_are_seen_from_the_end_and_lead_to_those_beside_them(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let new: Vec<Value> = (0..250)
        .map(|number| json!({"values": [(number % 2).to_string(), format!("{number:03}")]}))
        .collect();
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": new}))
        .await
        .expect(200);
    let of_day = |day: usize| (0..250).rev().filter(move |number| number % 2 == day);
    let all: Vec<String> = of_day(1)
        .chain(of_day(0))
        .map(|n| format!("{n:03}"))
        .collect();
    // All, those that a stretch of names holds, and those that no stretch does.
    for (filter, wanted) in [
        ("", all.clone()),
        ("filter=dt+%3D+%270%27&", all[125..].to_vec()),
        ("filter=dt+%3D+%270%27+or+dt+%3D+%271%27&", all.clone()),
        ("filter=hour+%3C+%27003%27&", names(&["001", "002", "000"])),
        ("filter=dt+%3D+%270%27+and+dt+%3D+%271%27&", Vec::new()),
    ] {
        let (mut seen, mut next) = (Vec::new(), format!("?{filter}order=newest"));
        loop {
            let text = browser.text(&format!("{path}{next}"), 200).await;
            let names = between(&text, "/hour=", "</bdi>");
            seen.extend(names.into_iter().map(str::to_owned));
            assert_eq!(text.contains("First page"), next.contains("after="));
            assert!(text.contains("name=\"order\" value=\"newest\""), "{text}");
            let link = between(&text, "rel=\"next\" href=\"", "\"");
            let Some(link) = link.first() else { break };
            next = link.replace("&#38;", "&");
            assert!(next.contains("order=newest"), "{next}");
        }
        assert_eq!(seen, wanted, "{filter}");
    }
    let text = browser
        .text(&format!("{path}?order=newest&filter=hour+%3E"), 400)
        .await;
    assert!(text.contains("role=\"alert\""), "{text}");

    // Beside the last one of a day stands the first one of the next.
    for (name, previous, next) in [
        ("dt=0%2Fhour=000", None, Some("dt=0/hour=002")),
        (
            "dt=0%2Fhour=248",
            Some("dt=0/hour=246"),
            Some("dt=1/hour=001"),
        ),
        ("dt=1%2Fhour=249", Some("dt=1/hour=247"), None),
    ] {
        let text = browser.text(&format!("{path}/{name}"), 200).await;
        for (way, name) in [("prev", previous), ("next", next)] {
            let links = between(&text, &format!("<a rel=\"{way}\" href=\""), "</a>");
            assert_eq!(links.is_empty(), name.is_none(), "{way}: {text}");
            let told = name.map(|name| format!("<bdi>{name}</bdi>"));
            let is_told = told.is_none_or(|told| links[0].contains(&told));
            assert!(is_told, "{way}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_between_a_page_and_its_stream_is_told_all_the_same() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let partitions = format!("{TABLE}/partitions");
    for page in [&partitions, "/events"] {
        let text = browser.text(page, 200).await;
        let stream = between(&text, "data-follow=\"", "\"")[0].replace("&amp;", "&");
        // The browser asks for it once the page is there.
        let new = json!({"partitions": [{"values": [format!("of{}", page.len()), "1"]}]});
        rest.post(&partitions, new).await.expect(200);
        let stream = format!("/{}", stream.trim_start_matches("../"));
        let mut told = browser.open(&stream).await;
        let mut text = String::new();
        while !text.contains(&format!("of{}", page.len())) {
            let piece = told.chunk().await.unwrap();
            text.push_str(std::str::from_utf8(&piece.expect("it goes on")).unwrap());
        }
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_released_by_a_button_of_the_page_itself_alone() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let lock = json!({"rqst": {
        "component": [{"type": 3, "level": 2, "dbname": "shop", "tablename": "orders"}],
        "user": "<b>ann</b>", "hostname": "a.example",
    }});
    let granted = server
        .ask(move |client| client.call("lock", lock).unwrap())
        .await;
    let id = granted["lockid"].as_i64().expect("a number");
    let text = browser.text("/locks", 200).await;
    assert!(
        text.contains("exclusive of shop.orders") && text.contains("&#60;b&#62;ann"),
        "{text}"
    );
    let release = format!("/locks/{id}/release");
    let foreign = browser
        .request(Method::POST, &release)
        .header("origin", "https://evil.example");
    assert_eq!(
        foreign.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        browser.open(&release).await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    let own = browser
        .request(Method::POST, &release)
        .header("origin", format!("http://{}", server.http()));
    let own = own.send().await.unwrap();
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    assert_eq!(own.headers()["location"], "../../locks");
    assert!(
        browser
            .text("/locks", 200)
            .await
            .contains("Nobody holds one")
    );
    let again = browser
        .request(Method::POST, &release)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}
