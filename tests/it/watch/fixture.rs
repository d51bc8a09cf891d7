//! Replicas over one test's database: a catalog whose own tables are the source, a listener that plays the channel, and
//! a clock that stands still.

use crate::alert::Listener;
use crate::harness::{TestDatabase, place};
use skep::alert::{AlertSettings, ChannelKind, ChannelSettings, Threshold};
use skep::catalog::{Catalog, CatalogSettings, PlaceRules};
use skep::clock::Clock;
use skep::error::Error;
use skep::lake::{Lake, StorageSettings};
use skep::model::{Column, DatabaseRef, StorageDescriptor, Table, TableRef, TableType, WatchCause};
use skep::naming::{NamingPolicy, NamingRules};
use skep::secret::Secret;
use skep::source::{SourceKind, SourceSettings};
use skep::watch::{
    DeliveryReport, Operations, TargetRule, Watch, WatchReport, WatchSettings, WatchSetup,
};
use std::sync::Arc;

/// 2026-11-25 05:00 UTC: an hour before the daily look, four before the daily digest.
pub(super) const START_S: i64 = 1_795_582_800;
/// An hour.
pub(super) const HOUR_S: i64 = 3_600;
/// A day.
pub(super) const DAY_S: i64 = 24 * HOUR_S;

/// What the replicas of a test share.
pub(crate) struct Watched {
    pub(super) test: TestDatabase,
    pub(super) clock: Clock,
    pub(super) listener: Listener,
    pub(super) watch: WatchSettings,
    pub(super) source: SourceSettings,
    pub(super) channel: ChannelSettings,
    /// The names of more channels like it.
    pub(super) others: Vec<&'static str>,
    folder: tempfile::TempDir,
}

/// One process of them.
pub(crate) struct Replica {
    catalog: Arc<Catalog>,
    watch: Watch,
}

impl Replica {
    pub(super) fn catalog(&self) -> skep::catalog::Operations<'_> {
        self.catalog.for_system()
    }

    pub(super) fn watch(&self) -> skep::watch::Operations<'_> {
        self.watch.for_system()
    }
}

impl Watched {
    /// A source `lake` of the catalog's own tables, and a webhook `data`.
    pub(crate) async fn new(test: TestDatabase) -> Self {
        let listener = Listener::start().await;
        let channel = ChannelSettings {
            kind: ChannelKind::Webhook,
            url: Some(Secret::new(listener.url())),
            ..ChannelSettings::default()
        };
        Self {
            test,
            clock: Clock::fixed(START_S * 1000),
            listener,
            watch: WatchSettings {
                sources_over_rest: true,
                ..WatchSettings::default()
            },
            source: SourceSettings::new(SourceKind::Catalog, None),
            channel,
            others: Vec::new(),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A replica by these settings.
    pub(crate) async fn replica(&self) -> Replica {
        let names = ["data"].into_iter().chain(self.others.iter().copied());
        let channels = names.map(|name| (name.to_owned(), self.channel.clone()));
        let alerts = AlertSettings {
            channels: channels.collect(),
            ..AlertSettings::default()
        };
        let sources = [("lake".to_owned(), self.source.clone())].into();
        let setup = WatchSetup::new(&self.watch, &sources, &alerts).expect("the settings work");
        let settings = CatalogSettings {
            places: PlaceRules::everywhere(place(format!("file:{}", self.folder.path().display()))),
            warehouse_location: place(format!("file:{}", self.folder.path().display())),
            lock_timeout_s: 300,
            disallow_incompatible_column_changes: false,
            partitions_per_request_max: -1,
            gather_statistics: false,
            naming: NamingRules::default(),
            naming_policy: NamingPolicy::Off,
        };
        let lake = Lake::new(&StorageSettings::default(), &[]);
        let store = self.test.store().await;
        let catalog = Catalog::new(store, lake, self.clock.clone(), settings);
        catalog.bootstrap().await.expect("the first database");
        let catalog = Arc::new(catalog);
        Replica {
            watch: Watch::new(Arc::clone(&catalog), setup),
            catalog,
        }
    }

    /// Everything is told at once.
    pub(super) fn at_once(mut self) -> Self {
        self.channel.at_once = Threshold::Additive;
        self
    }

    /// Columns of the catalog's table are filled from those of another of its tables.
    pub(super) fn mapped(mut self) -> Self {
        self.watch.targets = vec![TargetRule {
            source: "default.{table}".to_owned(),
            table: "t1.{table}_daily".to_owned(),
        }];
        self.watch.tiers = vec!["t1".to_owned()];
        self
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.advance_ms(seconds * 1000);
    }

    /// The JSON bodies that the channel got.
    pub(crate) fn told(&self) -> Vec<serde_json::Value> {
        let received = self.listener.received();
        let bodies = received.iter().map(|one| serde_json::from_str(&one.body));
        bodies.map(|body| body.expect("JSON")).collect()
    }

    /// The texts of everything that the channel was told.
    pub(super) fn told_texts(&self) -> Vec<String> {
        let told = self.told();
        let entries = told.iter().filter_map(|body| body["entries"].as_array());
        let texts = entries
            .flatten()
            .map(|entry| entry["text"].as_str().expect("a text").to_owned());
        texts.collect()
    }
}

pub(super) fn at(table: &str) -> TableRef {
    DatabaseRef::new("hive", "default").table(table)
}

/// A view or table with columns `name type`.
pub(super) fn table(at: TableRef, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|column| {
        let (name, data_type) = column.split_once(' ').expect("a name and a type");
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    });
    table_of(at, columns.collect())
}

/// A managed table with these columns.
pub(crate) fn table_of(at: TableRef, columns: Vec<Column>) -> Table {
    Table {
        id: 0,
        at,
        table_type: TableType::Managed,
        owner: None,
        owner_type: None,
        created_at: 0,
        last_access_at: 0,
        retention: 0,
        partition_keys: Vec::new(),
        location: None,
        descriptor: Arc::new(StorageDescriptor {
            columns: Some(columns),
            ..StorageDescriptor::default()
        }),
        parameters: skep::model::Parameters::new(),
        view_original_text: None,
        view_expanded_text: None,
        unknown_fields: Vec::new(),
    }
}

/// Makes a table of the database `default`, or gives it other columns.
pub(crate) async fn columns_set(replica: &Replica, name: &str, columns: &[&str]) {
    table_set(replica, table(at(name), columns)).await;
}

/// The same for any place.
pub(super) async fn table_set_at(replica: &Replica, at: TableRef, columns: &[&str]) {
    table_set(replica, table(at, columns)).await;
}

/// Makes a view.
pub(super) async fn view_set(replica: &Replica, name: &str, text: &str) {
    let view = Table {
        table_type: TableType::VirtualView,
        view_original_text: Some(text.to_owned()),
        view_expanded_text: Some(text.to_owned()),
        ..table(at(name), &["x int"])
    };
    table_set(replica, view).await;
}

pub(super) async fn table_set(replica: &Replica, wanted: Table) {
    let place = wanted.at.clone();
    let Ok(before) = replica.catalog().table_get(&place).await else {
        replica
            .catalog()
            .table_create(wanted, false)
            .await
            .expect("the table is made");
        return;
    };
    let after = Table {
        descriptor: wanted.descriptor,
        ..before
    };
    replica
        .catalog()
        .table_alter(&place, after, &skep::catalog::AlterOptions::default())
        .await
        .expect("the table is altered");
}

/// A look at the source that goes through.
pub(crate) async fn look(replica: &Replica) -> WatchReport {
    replica
        .watch()
        .watch_run("lake", WatchCause::Manual)
        .await
        .expect("the source is read")
}

/// What the tasks of all channels do, each in a turn of its own.
pub(crate) trait EveryChannel {
    /// Sends what is due on every channel, and waits for the slowest.
    async fn alerts_deliver(&self) -> Result<DeliveryReport, Error>;
}

impl EveryChannel for Operations<'_> {
    async fn alerts_deliver(&self) -> Result<DeliveryReport, Error> {
        let channels = self.channel_list().await?;
        let turns = channels.iter().map(|one| self.channel_deliver(&one.name));
        let mut all = DeliveryReport::default();
        for report in futures::future::join_all(turns).await {
            let report = report?;
            all.sent += report.sent;
            all.refused += report.refused;
            all.failed += report.failed;
            all.given_up += report.given_up;
        }
        Ok(all)
    }
}

/// What the task of a replica does in one round.
pub(super) async fn round(replica: &Replica) {
    for name in replica.watch().watch_due().await.expect("what is due") {
        replica.watch().watch_run_due(&name).await.expect("a run");
    }
    replica.watch().watch_late_tell().await.expect("late ones");
    replica.watch().alerts_deliver().await.expect("a delivery");
}
