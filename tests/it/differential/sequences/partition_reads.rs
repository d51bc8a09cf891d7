//! Partitions read one at a time and listed in every way, from the tables of `partitions`.

use serde_json::{Value, json};

use super::super::step::{Step, call};
use super::partitions::{DB, get};

pub(super) fn reading() -> Vec<Step> {
    let by_name = |table: &str, name: Value| {
        call(
            "get_partition_by_name",
            json!({ "db_name": DB, "tbl_name": table, "part_name": name }),
        )
    };
    let auth = |table: &str, values: Value| {
        call(
            "get_partition_with_auth",
            json!({
                "db_name": DB, "tbl_name": table, "part_vals": values, "user_name": "ann", "group_names": [],
            }),
        )
    };
    vec![
        get("p", &["zzz", "1"]),
        get("p", &["a"]),
        get("p", &["a", "1", "2"]),
        get("p", &[]),
        get("none", &["a"]),
        get("plain", &["a"]),
        call(
            "get_partition",
            json!({ "db_name": "none", "tbl_name": "p", "part_vals": ["a"] }),
        ),
        call("get_partition", json!({ "db_name": DB, "tbl_name": "p" })),
        call(
            "get_partition",
            json!({ "db_name": DB, "part_vals": ["a", "1"] }),
        ),
        call(
            "get_partition",
            json!({ "tbl_name": "p", "part_vals": ["a", "1"] }),
        ),
        call("get_partition", json!({})),
        by_name("p", json!("ds=a/n=1")),
        by_name("p", json!("DS=a/N=1")),
        by_name("p", json!("ds=zzz/n=1")),
        by_name("p", json!("ds=a")),
        by_name("p", json!("")),
        by_name("p", Value::Null),
        by_name("none", json!("ds=a")),
        auth("p", json!(["a", "1"])),
        auth("p", json!(["zzz", "1"])),
        auth("p", json!(["a"])),
        auth("none", json!(["a"])),
        call(
            "get_partition_with_auth",
            json!({ "db_name": DB, "tbl_name": "p", "part_vals": ["a", "1"] }),
        ),
    ]
}

pub(super) fn listing() -> Vec<Step> {
    let mut steps = Vec::new();
    for method in ["get_partitions", "get_partition_names"] {
        let list = |table: &str, max: i16| {
            call(
                method,
                json!({ "db_name": DB, "tbl_name": table, "max_parts": max }),
            )
        };
        steps.extend([
            list("p", -1),
            list("p", 3),
            list("p", 0),
            list("p", -5),
            list("P", 1),
            list("one", -1),
            list("plain", -1),
            list("none", -1),
            call(
                method,
                json!({ "db_name": "none", "tbl_name": "p", "max_parts": -1 }),
            ),
            call(method, json!({ "db_name": DB, "tbl_name": "p" })),
            call(method, json!({})),
        ]);
    }
    for method in [
        "get_partitions_ps",
        "get_partition_names_ps",
        "get_partitions_ps_with_auth",
    ] {
        let list = |table: &str, values: Value, max: i16| {
            call(
                method,
                json!({ "db_name": DB, "tbl_name": table, "part_vals": values, "max_parts": max }),
            )
        };
        steps.extend([
            list("p", json!(["m"]), -1),
            list("p", json!(["m", ""]), -1),
            list("p", json!(["", "1"]), -1),
            list("p", json!(["", ""]), 2),
            list("p", json!(["m", "2"]), -1),
            list("p", json!(["zzz"]), -1),
            list("p", json!(["m", "1", "x"]), -1),
            list("p", json!([]), -1),
            list("p", Value::Null, -1),
            list("none", json!(["m"]), -1),
            list("plain", json!(["m"]), -1),
            list("p", json!(["m"]), 0),
        ]);
    }
    let by_names = |table: &str, names: Value| {
        call(
            "get_partitions_by_names",
            json!({ "db_name": DB, "tbl_name": table, "names": names }),
        )
    };
    steps.extend([
        by_names("p", json!(["ds=m/n=2", "ds=a/n=1"])),
        by_names("p", json!(["ds=a/n=1", "ds=a/n=1", "ds=zzz/n=1", "junk", ""])),
        by_names("p", json!(["DS=a/N=1"])),
        by_names("p", json!([])),
        by_names("p", Value::Null),
        by_names("none", json!(["ds=a"])),
        call("get_partitions_by_names", json!({ "db_name": "none", "tbl_name": "p", "names": ["ds=a"] })),
        call("get_partitions_with_auth", json!({
            "db_name": DB, "tbl_name": "p", "max_parts": 2, "user_name": "ann", "group_names": ["g"],
        })),
    ]);
    steps
}
