//! What tables may say of their discovery, and what is told where it makes no sense.

use crate::harness::place;
use skep::model::{
    Column, DatabaseRef, DiscoveryMode, DiscoverySettings, Parameters, Retention, SchemaPolicy,
    Table, TableType,
};

fn table(properties: &[(&str, &str)]) -> Table {
    let properties = properties.iter();
    let mut parameters: Parameters = properties
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    parameters.insert("EXTERNAL".into(), "TRUE".into());
    Table {
        id: 1,
        at: DatabaseRef::new("hive", "d").table("t"),
        table_type: TableType::External,
        owner: None,
        owner_type: None,
        created_at: 0,
        last_access_at: 0,
        retention: 0,
        partition_keys: vec![Column {
            name: "dt".into(),
            data_type: "string".into(),
            comment: None,
        }],
        location: Some(place("s3://lake/t")),
        descriptor: std::sync::Arc::default(),
        parameters,
        view_original_text: None,
        view_expanded_text: None,
        unknown_fields: Vec::new(),
    }
}

fn settings(properties: &[(&str, &str)]) -> DiscoverySettings {
    DiscoverySettings::of_table(&table(properties))
        .unwrap()
        .unwrap()
}

fn fault(properties: &[(&str, &str)]) -> String {
    let error = DiscoverySettings::of_table(&table(properties)).unwrap_err();
    assert!(properties.iter().any(|(key, _)| *key == error.property));
    error.to_string()
}

#[test]
fn a_table_that_asks_for_nothing_has_no_settings() {
    let asked = DiscoverySettings::of_table(&table(&[("comment", "x")]));
    assert_eq!(asked, Ok(None));
}

#[test]
fn the_switch_alone_gives_the_defaults() {
    let one = settings(&[("skep.discovery", "on")]);
    assert!(one.on);
    assert_eq!(one.mode, DiscoveryMode::Add, "nothing is dropped unasked");
    assert_eq!((one.interval_s, one.sweep_interval_s), (None, Some(86_400)));
    assert_eq!(one.schema, SchemaPolicy::Warn);
    assert_eq!(one.roots.len(), 1);
    assert_eq!(one.roots[0].location, None);
    assert_eq!(one.retention, None);
}

#[test]
fn hives_own_properties_are_honoured_and_skeps_switch_wins() {
    let hive = settings(&[
        ("discover.partitions", "TRUE"),
        ("partition.retention.period", "7 days"),
    ]);
    assert!(hive.on);
    let week = Retention {
        period_s: 7 * 86_400,
        purge: false,
    };
    assert_eq!(hive.retention, Some(week));
    assert!(!settings(&[("discover.partitions", "false")]).on);
    assert!(!settings(&[("discover.partitions", "true"), ("skep.discovery", "off")]).on);
    let purged = settings(&[
        ("partition.retention.period", "60"),
        ("external.table.purge", "true"),
    ]);
    assert!(!purged.on, "retention needs no discovery");
    let minute = Retention {
        period_s: 60,
        purge: true,
    };
    assert_eq!(purged.retention, Some(minute));
    let mut managed = table(&[("partition.retention.period", "60")]);
    managed.parameters.remove("EXTERNAL");
    let managed = DiscoverySettings::of_table(&managed).unwrap().unwrap();
    assert_eq!(managed.retention, None, "external tables only");
}

#[test]
fn every_property_is_read() {
    let all = settings(&[
        ("skep.discovery", "true"),
        ("skep.discovery.layout", "{dt:%Y/%m/%d}"),
        ("skep.discovery.time-zone", "Asia/Seoul"),
        ("skep.discovery.mode", "Sync"),
        ("skep.discovery.interval", "1m"),
        ("skep.discovery.window", "6h"),
        ("skep.discovery.sweep-interval", "off"),
        ("skep.discovery.marker", "_SUCCESS"),
        ("skep.discovery.schema", "quarantine"),
        ("skep.discovery.requests-per-day-max", "1000"),
        ("skep.discovery.drop-count-max", "5"),
        ("skep.discovery.drop-share-max", "50 %"),
        ("skep.discovery.fresh-within", "2h"),
        ("skep.discovery.roots", "cold, hot"),
        ("skep.discovery.root.cold.delay", "30m"),
        ("skep.discovery.root.cold.window", "3d"),
        ("skep.discovery.root.hot.location", "s3://hot/t"),
        ("skep.discovery.root.hot.layout", "{dt:%Y-%m-%d}"),
        ("skep.discovery.root.hot.marker", "_DONE"),
    ]);
    assert_eq!(all.mode, DiscoveryMode::Sync);
    assert_eq!((all.interval_s, all.sweep_interval_s), (Some(60), None));
    assert_eq!(all.time_zone, "Asia/Seoul");
    assert_eq!((all.drop_count_max, all.drop_share_max), (5, 50));
    assert_eq!(all.requests_per_day_max, 1000);
    assert_eq!(all.fresh_within_s, Some(7200));
    let [cold, hot] = all.roots.as_slice() else {
        panic!("{:?}", all.roots);
    };
    assert_eq!(
        (cold.name.as_str(), cold.location.as_deref()),
        ("cold", None)
    );
    assert_eq!((cold.delay_s, cold.window_s), (Some(1800), 3 * 86_400));
    assert_eq!(cold.marker.as_deref(), Some("_SUCCESS"), "the table's");
    assert_eq!(hot.location.as_deref(), Some("s3://hot/t"));
    assert_eq!((hot.delay_s, hot.window_s), (None, 6 * 3600));
    assert_eq!(hot.layout.as_deref(), Some("{dt:%Y-%m-%d}"));
    assert_eq!(hot.marker.as_deref(), Some("_DONE"));
}

#[test]
fn what_makes_no_sense_names_its_property() {
    for (key, value, told) in [
        ("skep.discovery", "maybe", "on, true, off, false"),
        ("skep.discovery.layuot", "x", "is unknown"),
        ("skep.discoveryx", "x", "is unknown"),
        ("skep.discovery.mode", "mirror", "add, sync"),
        ("skep.discovery.interval", "1s", "5 seconds or more"),
        ("skep.discovery.interval", "often", "30s, 5m, 6h or 7d"),
        ("skep.discovery.window", "-1h", "30s, 5m, 6h or 7d"),
        ("skep.discovery.window", "9999999999999999999d", "30s, 5m"),
        ("skep.discovery.marker", "a/b", "name of a file"),
        ("skep.discovery.schema", "strict", "off, warn, quarantine"),
        ("skep.discovery.requests-per-day-max", "0", "1 or more"),
        ("skep.discovery.drop-share-max", "101", "from 0 to 100"),
        ("skep.discovery.roots", "a b", "letters, digits"),
        ("skep.discovery.roots", "a,a", "twice"),
        (
            "skep.discovery.root.x.location",
            "s3://b/x",
            "does not list",
        ),
        ("skep.discovery.root.x.colour", "red", "is unknown"),
        ("partition.retention.period", "soon", "30s, 5m, 6h or 7d"),
    ] {
        let error = fault(&[(key, value)]);
        assert!(error.contains(key) && error.contains(told), "{error}");
    }
}

#[test]
fn a_table_without_keys_has_nothing_to_discover() {
    let mut flat = table(&[("skep.discovery", "on")]);
    flat.partition_keys.clear();
    let flat = DiscoverySettings::of_table(&flat).unwrap().unwrap();
    assert!(!flat.on);
}

#[test]
fn a_mistyped_beginning_is_told_too() {
    let on = ("skep.discovery", "on");
    let error = fault(&[on, ("skep.discovry.mode", "sync")]);
    assert!(
        error.contains("skep.discovry.mode") && error.contains("did you mean skep.discovery.mode?"),
        "{error}"
    );
    let other = DiscoverySettings::of_table(&table(&[on, ("skep.colour", "red")]));
    assert!(other.is_ok(), "{other:?}");
}
