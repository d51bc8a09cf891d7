//! The messages that the pictures of the documentation show, sent by the product.

use super::fixture::{EveryChannel, HOUR_S, Watched, columns_set, look, table_set_at, view_set};
use crate::alert::picture_compare;
use crate::harness::TestDatabase;
use skep::alert::{ChannelKind, Threshold};
use skep::catalog::DatabaseSpec;
use skep::model::DatabaseRef;
use skep::watch::OwnerRule;

/// A source whose table fills one of the catalog, of which a view is made, and its owner.
async fn filled() -> Watched {
    let mut watched = Watched::new(TestDatabase::sqlite().await).await.mapped();
    watched.channel.kind = ChannelKind::Slack;
    watched.watch.owners = vec![OwnerRule {
        pattern: "default.{_}".to_owned(),
        owner: "<@U024BE7LH>".to_owned(),
    }];
    watched
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_of_a_change_shows_what_is_told() {
    let watched = filled().await;
    let replica = watched.replica().await;
    let tier = DatabaseRef::new("hive", "t1");
    let catalog = replica.catalog();
    let made = catalog.database_create(tier.clone(), DatabaseSpec::default());
    made.await.unwrap();
    let columns = ["id int", "price decimal(10,2)", "customer_id bigint"];
    table_set_at(&replica, tier.table("orders_daily"), &columns).await;
    columns_set(&replica, "orders", &columns).await;
    view_set(
        &replica,
        "revenue",
        "SELECT sum(price) FROM t1.orders_daily",
    )
    .await;
    look(&replica).await;
    let after = ["id int", "price string", "customer_id bigint"];
    columns_set(&replica, "orders", &after).await;
    look(&replica).await;
    replica.watch().alerts_deliver().await.unwrap();
    let received = watched.listener.received();
    assert_eq!(received.len(), 1, "{received:?}");
    picture_compare("slack-change", &received[0].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_of_a_digest_shows_what_is_told() {
    let mut watched = filled().await;
    watched.channel.at_once = Threshold::Never;
    let replica = watched.replica().await;
    let before = ["id int", "price int", "note string", "old_code string"];
    columns_set(&replica, "orders", &before).await;
    columns_set(&replica, "customers", &["id int", "name string"]).await;
    look(&replica).await;
    let mut after = vec![
        "id bigint".to_owned(),
        "price int".to_owned(),
        "note string".to_owned(),
    ];
    after.extend((1..=15).map(|number| format!("score_{number} double")));
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    columns_set(&replica, "orders", &after).await;
    let customers = ["id int", "name string", "email string", "country string"];
    columns_set(&replica, "customers", &customers).await;
    columns_set(&replica, "returns", &["id int", "reason string"]).await;
    look(&replica).await;
    watched.pass(4 * HOUR_S);
    replica.watch().alerts_deliver().await.unwrap();
    let received = watched.listener.received();
    assert_eq!(received.len(), 1, "{received:?}");
    picture_compare("slack-digest", &received[0].body);
}
