//! Views that change because their table did: told once, within what they follow from.

use super::fixture::{EveryChannel, Watched, at, columns_set, look, view_set};
use crate::harness::{TestDatabase, on_every_database};
use skep::catalog::Unconditional;
use skep::model::ChangeFilter;

on_every_database!(a_view_that_follows_its_table_is_told_within_its_change);

async fn a_view_that_follows_its_table_is_told_within_its_change(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = watched.replica().await;
    let catalog = replica.catalog();
    columns_set(&replica, "orders", &["id int", "price int"]).await;
    view_set(&replica, "daily", "SELECT price FROM default.orders").await;
    view_set(&replica, "ids", "SELECT id FROM default.orders").await;
    look(&replica).await;
    columns_set(&replica, "orders", &["id int", "price string"]).await;
    for (view, text) in [
        ("daily", "SELECT cast(price AS int) x FROM default.orders"),
        ("ids", "SELECT id + 1 x FROM default.orders"),
    ] {
        catalog
            .table_drop(&at(view), true, &Unconditional)
            .await
            .unwrap();
        view_set(&replica, view, text).await;
    }
    let changes = look(&replica).await.changes;
    let kinds: Vec<_> = changes
        .iter()
        .map(|one| (one.object.as_str(), one.is_told_within))
        .collect();
    let expected = [
        ("default.daily", true),
        ("default.ids", false),
        ("default.orders.price", false),
    ];
    assert_eq!(kinds, expected);
    let watch = replica.watch();
    watch.alerts_deliver().await.unwrap();
    let told = watched.told();
    let entries = told
        .iter()
        .flat_map(|body| body["entries"].as_array().unwrap());
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|one| one["object"].as_str().map(str::to_owned));
    let objects: Vec<_> = entries
        .iter()
        .map(|one| one["object"].as_str().unwrap())
        .collect();
    assert_eq!(objects, ["default.ids", "default.orders.price"]);
    assert_eq!(
        entries[1]["effects"][0],
        "and 1 view of the source: `default.daily`"
    );
    let kept = watch.schema_change_list(&ChangeFilter::default()).await;
    assert_eq!(kept.unwrap().len(), 3, "the history has them all");
}
