//! Over thirty kinds of change, made on real databases as people make them, from the first look to the message in
//! Slack: each is found once, graded, and told once, in the words of the golden files (`golden/`).
//! `UPDATE_GOLDEN=1 scripts/with-databases cargo test --test it source::changes` writes them anew.

mod mysql;
mod postgres;

use super::{settings, snapshot};
use crate::alert::Listener;
use crate::harness::{TestDatabase, place, run};
use crate::watch::fixture::{EveryChannel, table_of};
use skep::alert::{AlertSettings, ChannelKind, ChannelSettings, Threshold};
use skep::catalog::{Catalog, CatalogSettings, DatabaseSpec, PlaceRules};
use skep::clock::Clock;
use skep::diff::impact::dumped;
use skep::lake::{Lake, StorageSettings};
use skep::model::{DatabaseRef, Snapshot, WatchCause};
use skep::naming::{NamingPolicy, NamingRules};
use skep::secret::Secret;
use skep::source::SourceKind;
use skep::watch::{OwnerRule, TargetRule, Watch, WatchReport, WatchSettings, WatchSetup};
use std::path::Path;
use std::sync::Arc;

/// Where the messages stand as Slack gets them.
const FOLDER: &str = "tests/it/source/changes/golden";
/// 2026-11-25 05:00 UTC.
const START_MS: i64 = 1_795_582_800_000;
/// An hour.
const HOUR_MS: i64 = 3_600_000;

/// One kind of change.
struct Kind {
    /// What makes the table.
    before: &'static str,
    /// What changes it.
    after: &'static str,
    /// Severity, kind and object of what is found.
    found: &'static [&'static str],
}

/// skep over a database of its own, with a source `shop`, a channel and a clock that stands still.
struct Told {
    catalog: Arc<Catalog>,
    watch: Watch,
    clock: Clock,
    slack: Listener,
    /// Of the source; written as `shop` in what is compared.
    schema: String,
    _folder: tempfile::TempDir,
}

impl Told {
    async fn new(own: &TestDatabase, source: &TestDatabase, kind: SourceKind) -> Self {
        let (slack, clock) = (Listener::start().await, Clock::fixed(START_MS));
        let channel = ChannelSettings {
            kind: ChannelKind::Slack,
            url: Some(Secret::new(slack.url())),
            at_once: Threshold::Never,
            ..ChannelSettings::default()
        };
        let alerts = AlertSettings {
            channels: [("data".to_owned(), channel)].into(),
            ..AlertSettings::default()
        };
        let owner = |pattern: &str, owner: &str| OwnerRule {
            pattern: pattern.to_owned(),
            owner: owner.to_owned(),
        };
        let watch = WatchSettings {
            owners: vec![
                owner("shop:{_}.m_column_renamed", "<@U024BE7LH>"),
                owner("{_}.b_table_dropped", "shop & co <data>"),
            ],
            targets: vec![TargetRule {
                source: "shop:{_}.{table}".to_owned(),
                table: "t1_shop.{table}".to_owned(),
            }],
            tiers: vec!["t1".to_owned()],
            ..WatchSettings::default()
        };
        let sources = [("shop".to_owned(), settings(kind, source.url()))].into();
        let setup = WatchSetup::new(&watch, &sources, &alerts).expect("the settings work");
        let folder = tempfile::tempdir().expect("a folder");
        let settings = CatalogSettings {
            places: PlaceRules::everywhere(place(format!("file:{}", folder.path().display()))),
            warehouse_location: place(format!("file:{}", folder.path().display())),
            lock_timeout_s: 300,
            disallow_incompatible_column_changes: false,
            partitions_per_request_max: -1,
            gather_statistics: false,
            naming: NamingRules::default(),
            naming_policy: NamingPolicy::Off,
        };
        let lake = Lake::new(&StorageSettings::default(), &[]);
        let catalog = Catalog::new(own.store().await, lake, clock.clone(), settings);
        catalog.bootstrap().await.expect("the first database");
        let schema = match kind {
            SourceKind::Postgres => "shop".to_owned(),
            _ => source.name().to_owned(),
        };
        let catalog = Arc::new(catalog);
        Self {
            watch: Watch::new(Arc::clone(&catalog), setup),
            catalog,
            clock,
            slack,
            schema,
            _folder: folder,
        }
    }

    /// Makes the tables that a job would fill from those of the source, with the types that a dump gives them.
    async fn fill(&self, source: &Snapshot) {
        let catalog = self.catalog.for_system();
        let database = DatabaseRef::new("hive", "t1_shop");
        catalog
            .database_create(database.clone(), DatabaseSpec::default())
            .await
            .expect("the database is made");
        for seen in source.tables() {
            let columns = seen.columns.iter();
            let columns = columns.filter_map(|column| dumped(column, source.dialect()));
            let made = table_of(database.table(seen.at.name.as_str()), columns.collect());
            catalog
                .table_create(made, false)
                .await
                .expect("the table is made");
        }
    }

    async fn look(&self) -> WatchReport {
        let report = self
            .watch
            .for_system()
            .watch_run("shop", WatchCause::Manual)
            .await;
        report.expect("the source is read")
    }

    /// Sends what is due and gives everything that Slack got so far, a message each.
    async fn delivered(&self) -> Vec<String> {
        self.watch
            .for_system()
            .alerts_deliver()
            .await
            .expect("a delivery");
        let received = self.slack.received();
        let bodies = received.iter().map(|message| {
            let body: serde_json::Value = serde_json::from_str(&message.body).expect("JSON");
            let text = serde_json::to_string_pretty(&body).expect("JSON");
            text.replace(&self.schema, "shop")
        });
        bodies.collect()
    }
}

fn sql(kind: SourceKind, statements: &str) -> String {
    match kind {
        SourceKind::Postgres => format!("SET search_path = shop; {statements}"),
        _ => statements.to_owned(),
    }
}

fn golden(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, made).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(made, expected, "{name}: see the head of this file");
}

/// Makes all changes and compares what is found, what is told and when.
async fn all_told(source: &TestDatabase, kind: SourceKind, kinds: &[Kind]) {
    for one in kinds.iter().filter(|one| !one.before.is_empty()) {
        source.execute(&sql(kind, one.before)).await;
    }
    let own = TestDatabase::sqlite().await;
    let told = Told::new(&own, source, kind).await;
    told.fill(&snapshot(&settings(kind, source.url())).await)
        .await;
    let baseline = told.look().await;
    assert!(baseline.baseline && baseline.changes.is_empty());
    assert!(told.look().await.changes.is_empty());

    for one in kinds {
        source.execute(&sql(kind, one.after)).await;
    }
    let report = told.look().await;
    assert_eq!(report.unread, 0);
    let mut made: Vec<String> = report
        .changes
        .iter()
        .map(|change| {
            let object = change.object.replacen(&told.schema, "shop", 1);
            format!("{} {} {object}", change.severity.as_str(), change.kind)
        })
        .collect();
    let mut wanted: Vec<&str> = kinds.iter().flat_map(|one| one.found).copied().collect();
    made.sort();
    wanted.sort_unstable();
    assert_eq!(made, wanted);

    assert_eq!(told.delivered().await, [""; 0], "the digest is at nine");
    told.clock.advance_ms(4 * HOUR_MS);
    let messages = told.delivered().await;
    golden(&format!("{kind}.json"), &(messages.join("\n") + "\n"));

    // Told once: neither the next look nor the next digest repeats anything.
    assert!(told.look().await.changes.is_empty());
    told.clock.advance_ms(24 * HOUR_MS);
    assert_eq!(told.delivered().await.len(), messages.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    run(TestDatabase::postgres().await, |database| async move {
        database.execute(postgres::PREPARE).await;
        all_told(&database, SourceKind::Postgres, postgres::KINDS).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb() {
    run(TestDatabase::mysql().await, |database| async move {
        all_told(&database, SourceKind::Mysql, mysql::KINDS).await;
    })
    .await;
}
