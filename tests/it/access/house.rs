//! A catalog with discovery and a watch over a database of its own, where the test decides who may do what, and something
//! of everything in it.

use crate::harness::{TestDatabase, place};
use futures::future::{self, BoxFuture};
use skep::alert::AlertSettings;
use skep::catalog::{
    Action, AllowAll, Authorizer, Catalog, CatalogSettings, DatabaseSpec, LockFilter, LockSpec,
    PartitionSelection, PlaceRules, Resource,
};
use skep::clock::Clock;
use skep::discovery::Discovery;
use skep::error::{Error, Result};
use skep::freshness::Freshness;
use skep::lake::{Lake, StorageSettings};
use skep::model::{
    AlertFilter, Caller, Column, DatabaseRef, Function, FunctionRef, LockComponent, LockLevel,
    LockType, Mute, Name, Serde, StorageDescriptor, Table, TableRef, TableType, Way,
};
use skep::naming::{NamingPolicy, NamingRules};
use skep::search::Search;
use skep::source::{SourceKind, SourceSettings};
use skep::watch::{Watch, WatchSettings, WatchSetup};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

/// What the denying authorizer says.
pub(super) const REFUSAL: &str = "nobody may do anything";

/// Remembers what it was asked, in order, and lets everything through.
#[derive(Debug, Default)]
pub(super) struct Counting(Mutex<Vec<(Action, String)>>);

impl Counting {
    /// What was asked since the last time.
    pub(super) fn take(&self) -> Vec<(Action, String)> {
        std::mem::take(&mut *self.0.lock().expect("nobody panicked"))
    }
}

impl Authorizer for Counting {
    fn authorize<'a>(
        &'a self,
        caller: &'a Caller,
        action: Action,
        resource: Resource<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        assert_eq!(caller.user, "ann");
        let mut asked = self.0.lock().expect("nobody panicked");
        asked.push((action, shown(resource)));
        Box::pin(future::ready(Ok(())))
    }
}

/// Lets nothing through.
#[derive(Debug)]
pub(super) struct Denying;

impl Authorizer for Denying {
    fn authorize<'a>(
        &'a self,
        _caller: &'a Caller,
        _action: Action,
        _resource: Resource<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(future::ready(Err(Error::Denied(REFUSAL.to_owned()))))
    }
}

fn shown(resource: Resource<'_>) -> String {
    match resource {
        Resource::Server => "the server".to_owned(),
        Resource::Catalog(name) => format!("catalog {name}"),
        Resource::Database(at) => format!("database {}", at.database),
        Resource::Table(at) => format!("table {}.{}", at.database, at.table),
        Resource::Function(at) => format!("function {}.{}", at.database, at.name),
        Resource::Source(name) => format!("source {name}"),
        Resource::Channel(name) => format!("channel {name}"),
    }
}

/// The rooms whose operations are called.
pub(super) struct House {
    pub(super) catalog: Arc<Catalog>,
    pub(super) discovery: Discovery,
    pub(super) freshness: Freshness,
    pub(super) search: Search,
    pub(super) watch: Watch,
    folder: tempfile::TempDir,
}

/// Who asks in these tests.
pub(super) fn ann() -> Caller {
    Caller {
        user: "ann".to_owned(),
        groups: Vec::new(),
        via: Way::Rest,
        principal: None,
    }
}

pub(super) fn database() -> DatabaseRef {
    DatabaseRef::new("hive", "shop")
}

pub(super) fn at(table: &str) -> TableRef {
    database().table(table)
}

pub(super) fn function_at(name: &str) -> FunctionRef {
    FunctionRef {
        catalog: Name::new("hive"),
        database: Name::new("shop"),
        name: Name::new(name),
    }
}

pub(super) fn orders() -> TableRef {
    at("orders")
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    }
}

/// A table of `shop` with the key `dt`.
pub(super) fn table(name: &str) -> Table {
    Table {
        id: 0,
        at: at(name),
        table_type: TableType::Managed,
        owner: None,
        owner_type: None,
        created_at: 0,
        last_access_at: 0,
        retention: 0,
        partition_keys: vec![column("dt")],
        location: None,
        descriptor: Arc::new(StorageDescriptor {
            columns: Some(vec![column("id")]),
            serde: Some(Serde::default()),
            ..StorageDescriptor::default()
        }),
        parameters: [("skep.discovery".to_owned(), "on".to_owned())].into(),
        view_original_text: None,
        view_expanded_text: None,
        unknown_fields: Vec::new(),
    }
}

pub(super) fn function(name: &str) -> Function {
    Function {
        id: 0,
        at: function_at(name),
        class_name: Some("org.example.F".to_owned()),
        owner: None,
        owner_type: None,
        created_at: 0,
        function_type: Some(1),
        resources: Vec::new(),
    }
}

pub(super) fn lock() -> LockSpec {
    LockSpec {
        components: vec![LockComponent {
            lock_type: LockType::Exclusive,
            level: LockLevel::Table,
            catalog: Name::new("hive"),
            database: Name::new("shop"),
            table: Some(Name::new("orders")),
            partition: None,
            operation_type: None,
        }],
        transaction_id: 0,
        user: "ann".to_owned(),
        hostname: "here".to_owned(),
        agent_info: None,
    }
}

pub(super) fn mute() -> Mute {
    Mute {
        id: 0,
        pattern: "own:*".to_owned(),
        until: None,
        why: "a test".to_owned(),
        at: 0,
    }
}

pub(super) fn source() -> SourceSettings {
    SourceSettings::new(SourceKind::Catalog, None)
}

impl House {
    /// A house with a database `shop`, a table `orders` with a partition, a function, a lock, a source and a mute.
    pub(super) async fn new(test: &TestDatabase, authorizer: Arc<dyn Authorizer>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Self::open(test, folder, Arc::new(AllowAll)).await;
        first.catalog.bootstrap().await.expect("the first database");
        let catalog = first.catalog.for_system();
        let spec = DatabaseSpec::default();
        let made = catalog.database_create(database(), spec).await;
        made.expect("the database is made");
        let made = catalog.table_create(table("orders"), false).await;
        made.expect("the table is made");
        let values = vec!["2026-11-22".to_owned()];
        let added = catalog.partition_append(&orders(), values, false).await;
        added.expect("the partition is added");
        let made = catalog.function_create(function("f")).await;
        made.expect("the function is made");
        catalog.lock_acquire(&lock()).await.expect("a lock");
        let watch = first.watch.for_system();
        let added = watch.source_add("own", source()).await;
        added.expect("the source is added");
        watch.mute_add(&mute()).await.expect("the mute is added");
        Self::open(test, first.folder, authorizer).await
    }

    async fn open(
        test: &TestDatabase,
        folder: tempfile::TempDir,
        authorizer: Arc<dyn Authorizer>,
    ) -> Self {
        let warehouse_location = place(format!("file:{}", folder.path().display()));
        let settings = CatalogSettings {
            places: PlaceRules::everywhere(warehouse_location.clone()),
            warehouse_location,
            lock_timeout_s: 300,
            disallow_incompatible_column_changes: false,
            partitions_per_request_max: -1,
            gather_statistics: false,
            naming: NamingRules::default(),
            naming_policy: NamingPolicy::Off,
        };
        let lake = Lake::new(&StorageSettings::default(), &[]);
        let store = test.store().await;
        let catalog = Catalog::new(store, lake, Clock::System, settings);
        let catalog = Arc::new(catalog.with_authorizer(authorizer));
        let watch = WatchSettings {
            sources_over_rest: true,
            ..WatchSettings::default()
        };
        let alerts = AlertSettings::default();
        let setup = WatchSetup::new(&watch, &[].into(), &alerts).expect("the settings work");
        Self {
            discovery: Discovery::new(Arc::clone(&catalog)),
            freshness: Freshness::new(Arc::clone(&catalog)),
            search: Search::new(Arc::clone(&catalog)),
            watch: Watch::new(Arc::clone(&catalog), setup),
            catalog,
            folder,
        }
    }

    /// Everything that there is, as text.
    pub(super) async fn seen(&self) -> String {
        let catalog = self.catalog.for_system();
        let (discovery, watch) = (self.discovery.for_system(), self.watch.for_system());
        let hive = Name::new("hive");
        let names = catalog.table_names(&database(), None, None).await;
        let names = names.expect("the names");
        let table = orders();
        let select = catalog.partition_names(&table, PartitionSelection::All, None);
        let locks = catalog.lock_list(&LockFilter::default()).await;
        let mut locks = locks.expect("the locks");
        // A lock gets older by itself.
        for one in &mut locks {
            one.lock.idle_s = 0;
        }
        [
            text(catalog.event_last_id().await),
            text(catalog.databases(&hive, None).await),
            text(catalog.tables_by_name(&database(), &names).await),
            text(select.await),
            text(catalog.function_list(&hive).await),
            text(Ok(locks)),
            text(discovery.discovery_runs(&orders(), None, 100).await),
            text(watch.source_list().await),
            text(watch.mute_list().await),
            text(watch.snapshot_list("own", 100).await),
            text(watch.alert_list(&AlertFilter::default()).await),
        ]
        .join("\n")
    }
}

fn text<T: Debug>(seen: Result<T>) -> String {
    format!("{:?}", seen.expect("the house can be seen"))
}
