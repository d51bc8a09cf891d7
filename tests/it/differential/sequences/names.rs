//! Partition names: which characters are escaped, and what a name is taken apart into.

use serde_json::json;

use super::super::step::{Step, call};
use super::{column, create_database, create_table, partition, table};

const DB: &str = "names_db";

/// Values that file systems, SQL, regular expressions or the escape itself might trip over.
const ODD_VALUES: [&str; 34] = [
    "plain",
    "with space",
    "a/b",
    "a:b",
    "a=b",
    "a%b",
    "100%",
    "%2F",
    "%zz",
    "a\"b",
    "a'b",
    "a#b",
    "a*b",
    "a?b",
    "a\\b",
    "{x}",
    "[x]",
    "^x",
    "a|b",
    "a~b",
    "a<b>",
    "a&b",
    "a;b",
    "a,b",
    "a.b",
    "..",
    "한국어",
    "😀",
    "é",
    "tab\tin",
    "new\nline",
    "del\u{7f}",
    "__HIVE_DEFAULT_PARTITION__",
    "2024-01-01 00:00:00",
];

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        create_database(DB),
        create_table(table(DB, "o", &[column("Key", "string")])),
    ];
    for value in ODD_VALUES {
        steps.push(call(
            "add_partition",
            json!({ "new_part": partition(DB, "o", &[value]) }),
        ));
        steps.push(call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "o", "part_vals": [value] }),
        ));
        steps.push(call(
            "get_partition_names_ps",
            json!({
                "db_name": DB, "tbl_name": "o", "part_vals": [value], "max_parts": -1,
            }),
        ));
    }
    steps.push(call(
        "get_partition_names",
        json!({ "db_name": DB, "tbl_name": "o", "max_parts": -1 }),
    ));
    for name in [
        "key=a%2Fb",
        "key=a/b",
        "key=%zz",
        "key=100%25",
        "key=한국어",
        "key=with space",
        "key=__HIVE_DEFAULT_PARTITION__",
    ] {
        steps.extend([
            call(
                "get_partition_by_name",
                json!({ "db_name": DB, "tbl_name": "o", "part_name": name }),
            ),
            call(
                "get_partitions_by_names",
                json!({ "db_name": DB, "tbl_name": "o", "names": [name] }),
            ),
        ]);
    }
    for name in [
        "",
        "a=1",
        "a=1/b=2",
        "a=%2F%41/B=x%",
        "a=1/b",
        "a",
        "/a=1/",
        "a==b",
        "A=1/a=2",
        "a=",
    ] {
        steps.extend([
            call("partition_name_to_vals", json!({ "part_name": name })),
            call("partition_name_to_spec", json!({ "part_name": name })),
        ]);
    }
    steps.push(call(
        "drop_table",
        json!({ "dbname": DB, "name": "o", "deleteData": true }),
    ));
    steps
}
