//! The forms of answers and failures that scripts read.

use super::{Skep, shop};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn scripts_get_yaml_csv_and_bare_names() {
    let (_server, skep) = shop().await;
    let yaml = skep.run(&["table", "show", "shop.orders", "--output", "yaml"]);
    assert!(yaml.contains("name: orders\n"), "{yaml}");
    assert!(yaml.contains("tier: "), "{yaml}");
    let list = skep.run(&["database", "list", "--output", "yaml"]);
    assert_eq!(list.matches("- catalog: ").count(), 2, "{list}");

    let csv = skep.run(&["table", "list", "shop", "-o", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "name,type,format,keys,location");
    assert!(
        lines[1].starts_with("shop.orders,managed,parquet,\"dt, hour\",file:"),
        "{csv}"
    );
    let facts = skep.run(&["database", "show", "shop", "-o", "csv"]);
    assert!(
        facts.starts_with("fact,value\nname,shop\n") && facts.contains("description,sales\n"),
        "{facts}"
    );

    let names = skep.run(&["table", "list", "shop", "--output", "name"]);
    assert_eq!(names, "shop.orders\n");
    let shown = skep.run(&["table", "show", names.trim(), "--output=name"]);
    assert_eq!(shown, names, "a name is what other commands take");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_ages_and_scripts_moments() {
    let (_server, skep) = shop().await;
    let events = ["events", "--database", "shop"];
    let shown = skep.run(&events);
    let is_age = |line: &str| line.contains(" ago ") || line.contains(" now ");
    assert!(shown.lines().skip(1).all(is_age), "{shown}");
    let exact = skep.run(&[&events[..], &["--output", "csv"]].concat());
    let at = exact.lines().nth(1).and_then(|line| line.split(',').nth(1));
    let at: jiff::Timestamp = at.expect("a moment").parse().expect("RFC 3339");
    let table = skep.json(&["table", "show", "shop.orders", "--json"]);
    let made: jiff::Timestamp = table[0]["created_at"].as_str().unwrap().parse().unwrap();
    assert!((at.as_second() - made.as_second()).abs() < 60, "{exact}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_objects_where_answers_are() {
    let (_server, skep) = shop().await;
    let failed = |arguments: &[&str]| {
        let (code, text) = skep.fail(arguments);
        let object: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(object["exit_code"], code, "{text}");
        object
    };
    let missing = failed(&["table", "show", "shop.ordres", "--json"]);
    assert_eq!(missing["kind"], "not-found");
    assert_eq!(missing["status"], 404);
    assert_eq!(missing["message"], "Table shop.ordres does not exist");
    assert_eq!(missing["hint"], "did you mean shop.orders?");
    let invalid = failed(&[
        "table", "create", "shop.t", "--column", "a nosuch", "-o", "json",
    ]);
    assert_eq!(invalid["exit_code"], 2);
    let away = failed(&[
        "--json",
        "database",
        "list",
        "--server",
        "http://127.0.0.1:1",
    ]);
    assert_eq!(away["kind"], "unreachable");
    assert_eq!(away["status"], Value::Null);
    let usage = failed(&["database", "lst", "--json"]);
    assert_eq!(usage["kind"], "usage");
    assert!(usage["hint"].as_str().unwrap().contains("list"), "{usage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_all_commands_stand_anywhere_on_the_line() {
    let (server, skep) = shop().await;
    let url = format!("http://{}", server.http());
    let away = Skep {
        server: "http://127.0.0.1:1".to_owned(),
    };
    let wanted = skep.run(&["database", "list", "--output", "name"]);
    for line in [
        ["--server", &url, "-o", "name", "database", "list"],
        ["database", "--server", &url, "-o", "name", "list"],
        ["database", "list", "-o", "name", "--server", &url],
        ["-o", "name", "database", "list", "--server", &url],
    ] {
        assert_eq!(away.run(&line), wanted, "{line:?}");
    }
    let (code, text) = skep.fail(&["database", "list", "--json", "--output", "csv"]);
    assert!(code == 2 && text.contains("cannot be used with"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_a_hit_is_an_empty_list_and_a_list_of_no_catalog_a_failure() {
    let (_server, skep) = shop().await;
    let none = ["find", "nobody_has_this", "-o", "csv"];
    assert_eq!(skep.run(&none), "table,found in,owner,comment\n");
    assert_eq!(
        skep.run(&["lint", "-o", "csv"]),
        "name,kind,reason,pattern\n"
    );
    for list in [
        ["find", "orders"],
        ["freshness", "list"],
        ["discovery", "list"],
    ] {
        let (code, told) = skep.fail(&[list[0], list[1], "--catalog", "nowhere"]);
        assert!(code == 3 && told.contains("nowhere"), "{code}: {told}");
    }
}
