//! A place that is no table yet: what table it would be, and that it is that table once it is made.

use super::fixture::{World, at};
use super::schema::fitting;
use skep::discovery::{Proposal, ProposalWanted};
use skep::error::{Error, Result};
use skep::guess::FileFormat;
use skep::model::{DatabaseRef, Location, Table};

fn wanted(location: &str) -> ProposalWanted {
    ProposalWanted {
        location: Location::parse(location).expect("it is a location"),
        database: DatabaseRef::new("hive", "default"),
        name: None,
        layout: None,
    }
}

async fn propose(world: &World, wanted: &ProposalWanted) -> Result<Proposal> {
    let discovery = world.discovery().for_system();
    discovery
        .discovery_propose(wanted, &std::sync::Arc::default())
        .await
}

fn columns(table: &Table) -> Vec<String> {
    let columns = table.descriptor.columns.iter().flatten();
    columns
        .map(|column| format!("{} {}", column.name, column.data_type))
        .collect()
}

fn keys(table: &Table) -> Vec<String> {
    let keys = table.partition_keys.iter();
    keys.map(|key| format!("{} {}", key.name, key.data_type))
        .collect()
}

/// Makes the proposed table and sweeps it: the names of its partitions.
async fn made(world: &World, table: Table) -> Vec<String> {
    let name = table.at.table.to_string();
    let catalog = world.running.catalog.for_system();
    catalog
        .table_create(table, false)
        .await
        .expect("it is made");
    world.sweep(&name).await;
    world.names(&name).await
}

#[tokio::test]
async fn hours_of_a_log_are_a_table_with_a_day_and_an_hour() {
    let world = World::quiet().await;
    for (day, hour) in [("24", "22"), ("24", "23"), ("25", "00")] {
        let key = format!("clicks/2026/11/{day}/{hour}/part-0.json");
        world.s3.put(
            "lake",
            &key,
            "{\"id\":1,\"page\":\"/\"}\n{\"id\":2,\"ms\":0.5}\n",
        );
    }
    world.s3.put("lake", "clicks/README.txt", "what this is");
    world.s3.put("lake", "clicks/_tmp/x", "data");
    world
        .s3
        .put("lake", "clicks/2026/11/old/00/part-0.json", "{}");
    let proposal = propose(&world, &wanted("s3://lake/clicks")).await.unwrap();
    assert_eq!(proposal.layout.template, "{dt:%Y/%m/%d}/{hour:%H}");
    assert_eq!(keys(&proposal.table), ["dt date", "hour string"]);
    assert_eq!(
        columns(&proposal.table),
        ["id bigint", "page string", "ms double"]
    );
    assert_eq!((proposal.layout.seen, proposal.layout.fitting), (5, 3));
    let left_out: Vec<&str> = proposal
        .layout
        .left_out
        .iter()
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(left_out, ["", "_tmp", "2026/11/old"]);
    assert!(!proposal.layout.evidence.is_empty());
    let planned: Vec<String> = proposal
        .plan
        .added
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let statement = proposal.create_table.expect("its columns are known");
    assert!(
        statement.contains("'{dt:%Y/%m/%d}/{hour:%H}'"),
        "{statement}"
    );
    assert!(statement.contains("`ms` double"), "{statement}");
    // Nothing was made; what was shown is what comes.
    let catalog = world.running.catalog.for_system();
    assert!(catalog.table_get(&at("clicks")).await.is_err());
    let mut names = made(&world, proposal.table).await;
    names.sort();
    let mut planned = planned;
    planned.sort();
    assert_eq!(names, planned);
    assert_eq!(
        names,
        [
            "dt=2026-11-24/hour=22",
            "dt=2026-11-24/hour=23",
            "dt=2026-11-25/hour=00"
        ]
    );
}

#[tokio::test]
async fn keys_in_names_keep_their_names_and_parquet_tells_its_columns() {
    let world = World::quiet().await;
    for directory in ["year=2026/month=09/shop=7", "year=2026/month=10/shop=12"] {
        let key = format!("sales/{directory}/part-0.parquet");
        world.s3.put("lake", &key, fitting());
    }
    let proposal = propose(&world, &wanted("s3://lake/sales")).await.unwrap();
    assert_eq!(
        keys(&proposal.table),
        ["year int", "month string", "shop int"]
    );
    assert_eq!(columns(&proposal.table), ["id bigint"]);
    let statement = proposal
        .create_table
        .clone()
        .expect("its columns are known");
    assert!(statement.contains("STORED AS PARQUET"), "{statement}");
    assert_eq!(
        made(&world, proposal.table).await,
        ["year=2026/month=09/shop=7", "year=2026/month=10/shop=12"]
    );
}

#[tokio::test]
async fn the_logs_of_a_service_are_known_by_their_directories() {
    let world = World::quiet().await;
    for region in ["eu-west-1", "us-east-1"] {
        let key = format!("trail/AWSLogs/123456789012/CloudTrail/{region}/2026/11/25/x.json.gz");
        world.s3.put("lake", &key, "packed");
    }
    let proposal = propose(&world, &wanted("s3://lake/trail")).await.unwrap();
    assert_eq!(proposal.layout.kit.map(|kit| kit.name), Some("cloudtrail"));
    assert!(!columns(&proposal.table).is_empty());
    assert_eq!(proposal.plan.counts.added, 2);
}

#[tokio::test]
async fn a_place_without_partitions_is_a_table_without_keys() {
    let world = World::quiet().await;
    world.s3.put(
        "lake",
        "rates/eur.csv",
        "day,rate\n2026-01-01,1.1\n2026-01-02,1.2\n",
    );
    let proposal = propose(&world, &wanted("s3://lake/rates")).await.unwrap();
    assert!(proposal.table.partition_keys.is_empty());
    assert_eq!(columns(&proposal.table), ["day string", "rate double"]);
    assert_eq!(proposal.table.parameters["skip.header.line.count"], "1");
    let found = proposal.files[0].found.as_ref().expect("it is text");
    assert!(matches!(found.format, FileFormat::Separated { .. }));
    assert!(!proposal.table.parameters.contains_key("skep.discovery"));
}

#[tokio::test]
async fn a_given_layout_is_tried_and_a_wrong_one_says_why() {
    let world = World::quiet().await;
    world
        .s3
        .put("lake", "t/web-20261125/part-0", "a line of a log\n");
    let mut asked = wanted("s3://lake/t");
    asked.layout = Some("{source}-{dt:%Y%m%d}".to_owned());
    asked.name = Some("web_log".to_owned());
    let proposal = propose(&world, &asked).await.unwrap();
    assert!(proposal.is_given);
    assert_eq!(proposal.plan.added[0].name, "source=web/dt=2026-11-25");
    assert_eq!(proposal.table.at, at("web_log"));

    asked.layout = Some("{dt:%Q}".to_owned());
    let refused = propose(&world, &asked).await;
    assert!(matches!(refused, Err(Error::Invalid(why)) if why.contains("%Q")));
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_is_no_proposal() {
    let world = World::quiet().await;
    let nothing = propose(&world, &wanted("s3://lake/nothing")).await;
    assert!(
        matches!(&nothing, Err(Error::Invalid(why)) if why.contains("no files with data")),
        "{nothing:?}"
    );
    let strict = World::start(
        None,
        std::sync::Arc::clone(&world.s3),
        world.clock.clone(),
        |settings| {
            settings.tasks.discovery_interval_s = 3600;
            settings.storage.deletable_locations = vec!["s3://hot".to_owned()];
            settings.storage.allowed_locations = Some(vec!["s3://hot".to_owned()]);
        },
    )
    .await;
    world.s3.put("lake", "t/dt=1/f", "data");
    let refused = propose(&strict, &wanted("s3://lake/t")).await;
    assert!(
        matches!(&refused, Err(Error::Argument { name: "location", why }) if why.contains("allowed_locations")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_damaged_is_told_and_the_others_speak() {
    let world = World::quiet().await;
    world.s3.put("lake", "t/dt=2026-01-01/part-0", fitting());
    let cut = fitting();
    world.s3.put(
        "lake",
        "t/dt=2026-01-02/part-0",
        cut[..cut.len() / 2].to_vec(),
    );
    let proposal = propose(&world, &wanted("s3://lake/t")).await.unwrap();
    assert_eq!(columns(&proposal.table), ["id bigint"]);
    let damaged = proposal.files.iter().filter(|file| file.found.is_err());
    assert_eq!(damaged.count(), 1, "{:?}", proposal.files);
}
