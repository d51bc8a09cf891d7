//! One call of each operation, and what it is to ask before it does anything.

use super::beside::beside_objects;
use super::house::{House, at, database, function, function_at, orders, table};
use super::services::services;
use crate::harness::place;
use futures::future::BoxFuture;
use skep::catalog::Action::{self, Alter, Create, Drop, Operate, See, Write};
use skep::catalog::{
    AddOptions, AlterOptions, DatabaseChange, DatabaseSpec, DropOptions, DropSelection,
    PartitionAlterOptions, PartitionChange, PartitionKey, PartitionSelection, PartitionSpec,
    TableChange, Unconditional, ValuesRequest,
};
use skep::error::Result;
use skep::model::{AnswerKey, Caller, DatabaseRef, KeptAnswer, Name};

/// One call of an operation.
pub(super) struct Call<'a> {
    pub(super) name: &'static str,
    pub(super) asked: Vec<(Action, String)>,
    pub(super) run: BoxFuture<'a, Result<()>>,
}

/// A call that asks one thing.
pub(super) fn call<'a, T>(
    name: &'static str,
    action: Action,
    resource: &str,
    run: impl Future<Output = Result<T>> + Send + 'a,
) -> Call<'a> {
    Call {
        name,
        asked: vec![(action, resource.to_owned())],
        run: Box::pin(async move { run.await.map(drop) }),
    }
}

/// What most calls act on.
pub(super) const HIVE: &str = "catalog hive";
pub(super) const SERVER: &str = "the server";
pub(super) const SHOP: &str = "database shop";
pub(super) const ORDERS: &str = "table shop.orders";

/// The calls of all operations.
pub(super) fn all<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let mut calls = databases(house, caller);
    calls.extend(tables(house, caller));
    calls.extend(partitions_read(house, caller));
    calls.extend(partitions_written(house, caller));
    calls.extend(partitions_moved(house, caller));
    calls.extend(statistics_and_functions(house, caller));
    calls.extend(beside_objects(house, caller));
    calls.extend(services(house, caller));
    calls
}

fn databases<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("catalog_list", See, SERVER, async move {
            catalog.catalog_list().await
        }),
        call("catalog_get", See, HIVE, async move {
            catalog.catalog_get(&Name::new("hive")).await
        }),
        call("database_create", Create, HIVE, async move {
            let at = DatabaseRef::new("hive", "new");
            catalog.database_create(at, DatabaseSpec::default()).await
        }),
        call("database_get", See, SHOP, async move {
            catalog.database_get(&database()).await
        }),
        call("database_names", See, HIVE, async move {
            catalog.database_names(&Name::new("hive"), None).await
        }),
        call("databases", See, HIVE, async move {
            catalog.databases(&Name::new("hive"), None).await
        }),
        call("database_alter", Alter, SHOP, async move {
            let spec = DatabaseSpec::default();
            catalog.database_alter(&database(), spec).await
        }),
        call("database_change", Alter, SHOP, async move {
            let change = DatabaseChange::default();
            catalog
                .database_change(&database(), &change, &Unconditional)
                .await
        }),
        call("database_drop", Drop, SHOP, async move {
            catalog
                .database_drop(&database(), true, true, &Unconditional)
                .await
        }),
        call("lint", See, HIVE, async move {
            catalog.lint(&Name::new("hive"), None, None, 10).await
        }),
        call("answer_claim", See, SERVER, async move {
            catalog.answer_claim(&answer_key(), 10).await
        }),
        call("answer_keep", See, SERVER, async move {
            let answer = KeptAnswer {
                status: 200,
                kind: None,
                location: None,
                tag: None,
                body: Vec::new(),
            };
            catalog.answer_keep("name", "holder", &answer).await
        }),
        call("answer_release", See, SERVER, async move {
            catalog.answer_release("name", "holder").await
        }),
        call("config_value", See, SERVER, async move {
            catalog.config_value("hive.txn.timeout").await
        }),
        call("pending_deletes_retry", Operate, SERVER, async move {
            catalog.pending_deletes_retry().await
        }),
    ]
}

fn answer_key() -> AnswerKey {
    AnswerKey {
        name: "name".to_owned(),
        caller: "caller".to_owned(),
        fingerprint: "fingerprint".to_owned(),
    }
}

fn tables<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("table_create", Create, SHOP, async move {
            catalog.table_create(table("new"), false).await
        }),
        call("table_get", See, ORDERS, async move {
            catalog.table_get(&orders()).await
        }),
        call("tables_by_name", See, SHOP, async move {
            catalog.tables_by_name(&database(), &[]).await
        }),
        call("table_names", See, SHOP, async move {
            catalog.table_names(&database(), None, None).await
        }),
        call("tables_at_place", See, HIVE, async move {
            let hive = Name::new("hive");
            let location = place("s3://lake/orders");
            catalog.tables_at_place(&hive, &location, 1).await
        }),
        call("table_metas", See, HIVE, async move {
            let hive = Name::new("hive");
            catalog.table_metas(&hive, None, None, &[]).await
        }),
        call("table_columns", See, ORDERS, async move {
            catalog.table_columns(&orders(), true).await
        }),
        call("table_names_by_filter", See, SHOP, async move {
            catalog.table_names_by_filter(&database(), "", None).await
        }),
        call("table_alter", Alter, ORDERS, async move {
            let options = AlterOptions::default();
            catalog
                .table_alter(&orders(), table("orders"), &options)
                .await
        }),
        Call {
            asked: vec![
                (Alter, ORDERS.to_owned()),
                (Create, "database default".to_owned()),
            ],
            ..call("table_alter", Alter, ORDERS, async move {
                let mut moved = table("orders");
                moved.at = DatabaseRef::new("hive", "default").table("orders");
                let options = AlterOptions::default();
                catalog.table_alter(&orders(), moved, &options).await
            })
        },
        call("table_change", Alter, ORDERS, async move {
            let change = TableChange::default();
            catalog
                .table_change(&orders(), &change, &Unconditional)
                .await
        }),
        Call {
            asked: vec![
                (Alter, ORDERS.to_owned()),
                (Create, "database default".to_owned()),
            ],
            ..call("table_move", Alter, ORDERS, async move {
                let to = DatabaseRef::new("hive", "default").table("orders");
                catalog.table_move(&orders(), &to).await
            })
        },
        call("table_drop", Drop, ORDERS, async move {
            catalog.table_drop(&orders(), true, &Unconditional).await
        }),
        call("table_truncate", Write, ORDERS, async move {
            catalog.table_truncate(&orders(), None).await
        }),
    ]
}

fn partitions_read<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    let all = PartitionSelection::All;
    vec![
        call("partition_get", See, ORDERS, async move {
            let key = PartitionKey::Name("dt=2026-11-22");
            catalog.partition_get(&orders(), key).await
        }),
        call("partitions_select", See, ORDERS, async move {
            catalog.partitions_select(&orders(), all, None).await
        }),
        call("partition_page", See, ORDERS, async move {
            catalog.partition_page(&orders(), all, None, 10).await
        }),
        call("partition_page_back", See, ORDERS, async move {
            catalog.partition_page_back(&orders(), "", None, 10).await
        }),
        call("partition_neighbours", See, ORDERS, async move {
            catalog
                .partition_neighbours(&orders(), "dt=2026-11-22")
                .await
        }),
        call("partition_calendar", See, ORDERS, async move {
            catalog.partition_calendar(&orders(), None).await
        }),
        call("partition_names_last", See, ORDERS, async move {
            catalog.partition_names_last(&orders(), 1).await
        }),
        call("partition_names", See, ORDERS, async move {
            catalog.partition_names(&orders(), all, None).await
        }),
        call("partition_count", See, ORDERS, async move {
            catalog.partition_count(&orders(), all).await
        }),
        call("partition_values", See, ORDERS, async move {
            let request = ValuesRequest {
                keys: &["dt"],
                filter: "",
                distinct: true,
                order: &[],
                ascending: true,
                max: None,
            };
            catalog.partition_values(&orders(), request).await
        }),
    ]
}

fn partitions_written<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("partitions_add", Write, ORDERS, async move {
            let options = AddOptions {
                if_not_exists: true,
                gather_statistics: false,
                directories: true,
            };
            catalog.partitions_add(&orders(), Vec::new(), options).await
        }),
        call("partitions_add_told", Write, ORDERS, async move {
            let options = AddOptions {
                if_not_exists: true,
                gather_statistics: false,
                directories: true,
            };
            catalog
                .partitions_add_told(&table("orders"), Vec::new(), options)
                .await
        }),
        call("partitions_drop_each", Write, ORDERS, async move {
            let names = vec!["dt=2026-11-29".to_owned()];
            catalog.partitions_drop_each(&orders(), &names, false).await
        }),
        call("partitions_add_each", Write, ORDERS, async move {
            let options = AddOptions {
                if_not_exists: true,
                gather_statistics: false,
                directories: false,
            };
            let specs = vec![PartitionSpec::default()];
            catalog.partitions_add_each(&orders(), specs, options).await
        }),
        call("partition_append", Write, ORDERS, async move {
            let values = vec!["2026-11-23".to_owned()];
            catalog.partition_append(&orders(), values, false).await
        }),
        call("partition_append_by_name", Write, ORDERS, async move {
            catalog
                .partition_append_by_name(&orders(), "dt=2026-11-24", false)
                .await
        }),
        call("partitions_alter", Write, ORDERS, async move {
            let options = PartitionAlterOptions::default();
            catalog
                .partitions_alter(&orders(), Vec::new(), options)
                .await
        }),
        call("partition_change", Write, ORDERS, async move {
            let change = PartitionChange::default();
            let key = PartitionKey::Name("dt=2026-11-22");
            catalog
                .partition_change(&orders(), key, &change, &Unconditional)
                .await
        }),
        call("partition_move", Write, ORDERS, async move {
            let to = ["2026-11-26".to_owned()];
            let key = PartitionKey::Name("dt=2026-11-22");
            catalog.partition_move(&orders(), key, &to).await
        }),
    ]
}

fn partitions_moved<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("partition_rename", Write, ORDERS, async move {
            let draft = skep::catalog::PartitionDraft {
                at: orders(),
                values: vec!["2026-11-25".to_owned()],
                location: None,
                descriptor: None,
                created_at: 0,
                last_access_at: 0,
                parameters: skep::model::Parameters::new(),
                unknown_fields: Vec::new(),
            };
            let old = ["2026-11-22".to_owned()];
            let options = PartitionAlterOptions::default();
            catalog
                .partition_rename(&orders(), &old, draft, options)
                .await
        }),
        call("partitions_drop", Write, ORDERS, async move {
            let options = DropOptions {
                delete_data: true,
                if_exists: true,
            };
            let gone = DropSelection::Name("dt=2026-11-22");
            catalog
                .partitions_drop(&orders(), gone, options, &Unconditional)
                .await
        }),
        Call {
            asked: vec![
                (Write, ORDERS.to_owned()),
                (Write, "table shop.other".to_owned()),
            ],
            ..call("partitions_exchange", Write, ORDERS, async move {
                let spec = [("dt", "2026-11-22")];
                catalog
                    .partitions_exchange(&spec, &orders(), &at("other"))
                    .await
            })
        },
    ]
}

fn statistics_and_functions<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("table_statistics", See, ORDERS, async move {
            catalog.table_statistics(&orders(), "hive", &[]).await
        }),
        call("partition_statistics", See, ORDERS, async move {
            catalog
                .partition_statistics(&orders(), "hive", &[], &[])
                .await
        }),
        call("statistics_aggregate", See, ORDERS, async move {
            catalog
                .statistics_aggregate(&orders(), "hive", &[], &[])
                .await
        }),
        call("statistics_update", Write, ORDERS, async move {
            catalog
                .statistics_update(&orders(), "hive", &[], false)
                .await
        }),
        call("statistics_delete", Write, ORDERS, async move {
            catalog.statistics_delete(&orders(), None, None, &[]).await
        }),
        call("function_create", Create, SHOP, async move {
            catalog.function_create(function("g")).await
        }),
        call("function_get", See, "function shop.f", async move {
            catalog.function_get(&function_at("f")).await
        }),
        call("function_names", See, SHOP, async move {
            catalog.function_names(&database(), None).await
        }),
        call("function_list", See, HIVE, async move {
            catalog.function_list(&Name::new("hive")).await
        }),
        call("function_alter", Alter, "function shop.f", async move {
            catalog
                .function_alter(&function_at("f"), function("f"))
                .await
        }),
        call("function_drop", Drop, "function shop.f", async move {
            catalog.function_drop(&function_at("f")).await
        }),
    ]
}
