//! Sources, schema changes and alerts by the command line.

use super::Skep;
use crate::alert::Listener;
use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use crate::rest::watch::{entries_told, server, source, target, told};
use crate::watch::grants::Reader;
use serde_json::json;

/// Adds the source `shop`, which nobody has read yet.
fn shop_add(skep: &Skep, source: &TestDatabase) {
    let add = ["source", "add", "shop", "--kind", "sqlite", "--url"];
    skep.run(&[&add[..], &[source.url()]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_stops_a_deployment_where_a_change_is_grave() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let skep = Skep::of(&server);
    target(&Rest::of(&server)).await;
    let add = ["source", "add", "shop", "--kind", "sqlite"];
    let (code, text) = skep.fail(&add);
    assert!(code == 2 && text.contains("url"), "{text}");
    let added = skep.run(&[&add[..], &["--url", source.url(), "--exclude", "*.tmp_*"]].concat());
    assert!(
        added.contains("not read yet") && added.contains("*.tmp_*"),
        "{added}"
    );
    let check = skep.run(&["source", "test", "shop"]);
    assert!(check.contains("readable tables"), "{check}");
    skep.run(&["schema", "check", "shop"]);
    assert!(skep.run(&["source", "list"]).contains("ok"));

    source
        .execute("ALTER TABLE orders ADD COLUMN colour INTEGER")
        .await;
    let (additive, breaking) = (
        skep.output(&["schema", "check", "shop", "--fail-on", "additive"], ""),
        skep.output(&["schema", "check", "shop"], ""),
    );
    assert_eq!(additive.status.code(), Some(1), "{additive:?}");
    let shown = String::from_utf8(additive.stdout).unwrap();
    assert!(shown.contains("main.orders.colour"), "{shown}");
    assert!(
        breaking.status.success(),
        "it was found before: {breaking:?}"
    );
    source.execute("ALTER TABLE orders DROP COLUMN note").await;
    let grave = skep.output(&["schema", "check", "shop", "--json"], "");
    assert_eq!(grave.status.code(), Some(1), "{grave:?}");
    let report: serde_json::Value = serde_json::from_slice(&grave.stdout).unwrap();
    assert_eq!(report["changes"][0]["kind"], "column_dropped");
    let complaint = String::from_utf8(grave.stderr).unwrap();
    assert!(
        complaint.contains("changes of shop that are breaking: 1"),
        "{complaint}"
    );

    let log = skep.json(&["schema", "log", "shop", "--json"]);
    assert_eq!(log.len(), 2);
    let latest = skep.json(&["schema", "log", "--limit", "1", "--json"]);
    assert_eq!(latest[0]["kind"], "column_dropped");
    let snapshots = skep.json(&["schema", "snapshots", "shop", "--json"]);
    assert_eq!(snapshots.len(), 3);
    let first = snapshots[2]["id"].to_string();
    let differs = skep.json(&["schema", "diff", "shop", "--from", &first, "--json"]);
    assert_eq!(differs.len(), 2);
    let (code, text) = skep.fail(&["schema", "diff", "shop", "--from", "dawn"]);
    assert!(code == 2 && text.contains("dawn"), "{text}");
    let added = log.iter().find(|one| one["kind"] == "column_added");
    let number = added.unwrap()["id"].to_string();
    let applied = skep.run(&["schema", "apply", &number]);
    assert!(
        applied.contains("t1_shop.orders_snapshot  colour"),
        "{applied}"
    );
    // Found moments apart, they may be told in one message.
    assert_eq!(entries_told(&listener, 2).await.len(), 2);
    skep.run(&["source", "remove", "shop"]);
    assert_eq!(skep.fail(&["source", "show", "shop"]).0, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_passes_where_the_table_was_altered_before_its_source() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let (skep, rest) = (Skep::of(&server), Rest::of(&server));
    target(&rest).await;
    shop_add(&skep, &source);
    skep.run(&["schema", "check", "shop"]);
    let more = json!({"columns": [{"change": "add", "name": "colour", "type": "bigint"}]});
    let table = "/databases/t1_shop/tables/orders_snapshot";
    rest.patch(table, more).await.expect(200);
    source
        .execute("ALTER TABLE orders ADD COLUMN colour INTEGER")
        .await;
    let check = skep.output(&["schema", "check", "shop", "--fail-on", "risky"], "");
    let shown = String::from_utf8(check.stdout).unwrap();
    assert!(
        check.status.success() && shown.contains("has the column `colour` already"),
        "{shown}"
    );
}

/// A report shows a thousand changes, the gravest of all: those that it does not show are not graver.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_more_changes_than_are_shown_goes_by_the_gravest_of_all() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let (skep, rest) = (Skep::of(&server), Rest::of(&server));
    target(&rest).await;
    shop_add(&skep, &source);
    skep.run(&["schema", "check", "shop"]);
    let tables = |begin: &str| {
        let statements =
            (0..1_050).map(|number| format!("CREATE TABLE {begin}{number} (id INTEGER);"));
        statements.collect::<String>()
    };
    source.execute(&tables("a")).await;
    let harmless = skep.output(&["schema", "check", "shop"], "");
    assert!(harmless.status.success(), "{harmless:?}");
    source.execute(&tables("b")).await;
    // The last of them, by its name.
    source.execute("ALTER TABLE orders DROP COLUMN note").await;
    let grave = skep.output(&["schema", "check", "shop", "--json"], "");
    assert_eq!(grave.status.code(), Some(1), "{grave:?}");
    let report: serde_json::Value = serde_json::from_slice(&grave.stdout).unwrap();
    assert_eq!(report["changes_count"], 1_051);
    assert_eq!(report["changes"].as_array().unwrap().len(), 1_000);
    let complaint = String::from_utf8(grave.stderr).unwrap();
    assert!(complaint.contains("that are breaking: 1"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_a_source_that_shows_less_than_it_did_fails() {
    let (database, shop) = (TestDatabase::sqlite().await, TestDatabase::mysql().await);
    shop.execute("CREATE TABLE orders (id int); CREATE TABLE items (id int)")
        .await;
    let reader = Reader::new(&shop).await;
    let server = TestServer::start_with(&database, |settings| {
        settings.tasks.schema_diff_interval_s = 86_400;
        settings
            .sources
            .insert("shop".to_owned(), reader.settings());
    });
    let server = server.await;
    let skep = Skep::of(&server);
    skep.run(&["schema", "check", "shop"]);
    reader.revoke(&shop).await;
    let check = skep.output(&["schema", "check", "shop"], "");
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    let told = String::from_utf8(check.stderr).unwrap();
    let wanted = "2 tables of shop cannot be checked: the source shows less than it did";
    assert!(told.contains(wanted), "{told}");
    let listed = skep.run(&["source", "list"]);
    assert!(listed.contains("blind: 2 of the 2 tables"), "{listed}");
    reader.remove(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_answered() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let skep = Skep::of(&server);
    skep.run(&["alerts", "test", "team"]);
    assert_eq!(told(&listener, 1).await[0]["kind"], "test");
    shop_add(&skep, &source);
    let muted = skep.run(&[
        "alerts",
        "mute",
        "shop:*.secret*",
        "--for",
        "3d",
        "--why",
        "known",
    ]);
    assert!(muted.contains("shop:*.secret*"), "{muted}");
    skep.run(&["source", "run", "shop"]);
    source
        .execute("ALTER TABLE orders ADD COLUMN secret TEXT")
        .await;
    source
        .execute("ALTER TABLE orders ADD COLUMN colour INTEGER")
        .await;
    skep.run(&["source", "run", "shop"]);
    told(&listener, 2).await;
    let muted = skep.json(&["alerts", "list", "--state", "muted", "--json"]);
    assert_eq!(muted[0]["object"], "main.orders.secret");
    let others = skep.json(&["alerts", "list", "--json"]);
    assert_eq!(others.len(), 2);
    let other = others
        .iter()
        .find(|one| one["object"] == "main.orders.colour");
    let id = other.unwrap()["id"].to_string();
    let shown = ["alerts", "preview", "--since", "1h", "--channel", "team"];
    let shown = skep.run(&[&shown[..], &["--format", "text"]].concat());
    assert!(
        shown.contains("# team: at_once about shop") && shown.contains("ADDITIVE"),
        "{shown}"
    );
    let (code, text) = skep.fail(&["alerts", "preview", "--format", "fax"]);
    assert!(code == 2 && text.contains("pagerduty"), "{text}");
    let (code, text) = skep.fail(&["alerts", "snooze", &id]);
    assert!(code == 2 && text.contains("--for"), "{text}");
    let snoozed = skep.run(&["alerts", "snooze", &id, "--for", "8h"]);
    assert!(snoozed.contains("pending"), "{snoozed}");
    let seen = skep.run(&["alerts", "ack", &id]);
    assert!(seen.contains("acknowledged"), "{seen}");
    let mutes = skep.json(&["alerts", "mutes", "--json"]);
    skep.run(&["alerts", "unmute", &mutes[0]["id"].to_string()]);
    assert_eq!(skep.json(&["alerts", "mutes", "--json"]).len(), 0);
    assert!(skep.run(&["alerts", "channels"]).contains("webhook"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_even_sent() {
    // Nobody listens there, so a request would fail in another way.
    let skep = Skep {
        server: "http://127.0.0.1:1".to_owned(),
    };
    let url = "postgres://skep:hunter2@127.0.0.1/shop";
    let (code, text) = skep.fail(&["source", "add", "s", "--kind", "postgres", "--url", url]);
    assert!(code == 2 && text.contains("--url-env"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checked_configuration_shows_sources_and_channels_without_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("skep.toml");
    let text = r#"
        [sources.shop]
        kind = "postgres"
        url = "postgres://skep:hunter2@db.internal/shop"
        exclude = ["public.tmp_*"]
        [alerts.channels.team]
        kind = "slack"
        url = "https://hooks.example.org/services/hunter2"
        sources = ["shop*"]
    "#;
    std::fs::write(&file, text).unwrap();
    let skep = Skep {
        server: String::new(),
    };
    let shown = skep.run(&["--config", file.to_str().unwrap(), "check-config"]);
    for part in [
        "[sources.shop]",
        r#"url = "postgres://skep:***@db.internal/shop""#,
        "public.tmp_*",
        "[alerts.channels.team]",
        "shop*",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    std::fs::write(&file, text.replace("exclude", "exlude")).unwrap();
    let (_, complaint) = skep.fail(&["--config", file.to_str().unwrap(), "check-config"]);
    assert!(
        complaint.contains("did you mean sources.shop.exclude?"),
        "{complaint}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checked_configuration_says_what_is_missing_here() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("skep.toml");
    let text = r#"
        [sources.shop]
        kind = "postgres"
        url_env = "NO_SUCH_VARIABLE_OF_SKEP"
        ca_file = "/no/such/file.pem"
        [alerts.channels.team]
        kind = "log"
        sources = ["ship*", "sh*"]
    "#;
    std::fs::write(&file, text).unwrap();
    let skep = Skep {
        server: String::new(),
    };
    let check = ["--config", file.to_str().unwrap(), "check-config"];
    let (code, told) = skep.fail(&check);
    assert_eq!(code, 1, "{told}");
    for part in [
        "sources.shop.url_env: the variable NO_SUCH_VARIABLE_OF_SKEP is not set",
        "sources.shop.ca_file: there is no file /no/such/file.pem",
        "alerts.channels.team.sources: there is no source ship*",
        "3 settings cannot work here",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    std::fs::write(
        &file,
        "[alerts.channels.team]\nkind = 'log'\ntime_zone = 'Berlin'",
    )
    .unwrap();
    let (_, told) = skep.fail(&check);
    assert!(told.contains("alerts.channels.team.time_zone"), "{told}");
    let rules = "[sources.shop]\nkind = 'catalog'\n[[watch.targets]]\n";
    for (source, wanted) in [
        ("ship:public.{t}", "there is no source ship"),
        ("shop.public.{t}", "write shop:public.{t}"),
    ] {
        let rule = format!("{rules}source = '{source}'\ntable = 't1.{{t}}'");
        std::fs::write(&file, rule).unwrap();
        let (_, told) = skep.fail(&check);
        assert!(
            told.contains("watch.targets") && told.contains(wanted),
            "{told}"
        );
    }
    std::fs::write(&file, "[watch]\nengines = ['trino', 'sparc']").unwrap();
    let (_, told) = skep.fail(&check);
    let wanted = r#""sparc" is none of trino, presto, spark"#;
    assert!(told.contains(wanted), "{told}");
}
