//! The hand-made sequences: what clients do and where implementations of the protocol differ.
//! Each one works in databases of its own, named after it, so that they may follow one another.

mod alter;
mod databases;
mod events;
mod filters;
mod functions;
mod listings;
mod locks;
mod malformed;
mod names;
mod partition_reads;
mod partitions;
mod statistics;
mod tables;

use serde_json::{Value, json};

use super::reasons::OWN_NAME;
use super::step::{Sequence, Step, call};

/// A function that lists the requests of a sequence.
type Steps = fn() -> Vec<Step>;

/// All of them.
pub(crate) fn all() -> Vec<Sequence> {
    let sequences = [
        ("session", session as Steps),
        ("databases", databases::steps),
        ("tables", tables::steps),
        ("listings", listings::steps),
        ("alter", alter::steps),
        ("partitions", partitions::steps),
        ("names", names::steps),
        ("filters", filters::steps),
        ("statistics", statistics::steps),
        ("functions", functions::steps),
        ("locks", locks::steps),
        ("events", events::steps),
        ("malformed", malformed::steps),
    ];
    sequences
        .into_iter()
        .map(|(name, steps)| Sequence {
            name: name.to_owned(),
            steps: steps(),
        })
        .collect()
}

/// What a client asks when it connects.
fn session() -> Vec<Step> {
    let config = |name: &str, default: &str| {
        call(
            "get_config_value",
            json!({ "name": name, "defaultValue": default }),
        )
    };
    vec![
        call("getName", json!({})).differs(OWN_NAME),
        call("getStatus", json!({})),
        call(
            "set_ugi",
            json!({ "user_name": "ann", "group_names": ["staff", "admin"] }),
        ),
        call("get_database", json!({ "name": "default" })),
        call("get_all_databases", json!({})),
        config("hive.metastore.warehouse.dir", "none"),
        config("hive.no.such.key", "fallback"),
        config("metastore.txn.timeout", "300s"),
        config("javax.jdo.option.ConnectionPassword", "x"),
        config("hive.metastore.try.direct.sql", "x"),
        config("user.home", "x"),
        call(
            "get_config_value",
            json!({ "name": null, "defaultValue": "d" }),
        ),
        call("get_config_value", json!({ "name": "hive.no.such.key" })),
        call("shutdown", json!({})),
        call("get_database", json!({ "name": "default" })),
    ]
}

/// A column, a partition key or an argument.
pub(crate) fn column(name: &str, ty: &str) -> Value {
    json!({ "name": name, "type": ty })
}

/// A storage descriptor as Hive writes it for text files, with these columns.
fn storage(columns: &[Value]) -> Value {
    json!({
        "cols": columns,
        "inputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "compressed": false,
        "numBuckets": -1,
        "serdeInfo": {
            "serializationLib": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "parameters": { "serialization.format": "1" },
        },
        "bucketCols": [],
        "sortCols": [],
        "parameters": {},
    })
}

/// A managed table with two columns and the given partition keys.
pub(crate) fn table(database: &str, name: &str, keys: &[Value]) -> Value {
    json!({
        "dbName": database,
        "tableName": name,
        "owner": "ann",
        "createTime": 0,
        "lastAccessTime": 0,
        "retention": 0,
        "sd": storage(&[column("id", "bigint"), column("note", "string")]),
        "partitionKeys": keys,
        "parameters": {},
        "tableType": "MANAGED_TABLE",
    })
}

/// The value changed at these pointers; a null takes the member away.
pub(crate) fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, new) in changes {
        let (parent, key) = pointer
            .rsplit_once('/')
            .expect("a pointer starts with a slash");
        let parent = value.pointer_mut(parent).expect("the parent exists");
        let members = parent.as_object_mut().expect("the parent is an object");
        if new.is_null() {
            members.remove(key);
        } else {
            members.insert(key.to_owned(), new.clone());
        }
    }
    value
}

/// A partition with the storage descriptor of `table`, at its default location.
pub(crate) fn partition(database: &str, table: &str, values: &[&str]) -> Value {
    json!({
        "dbName": database,
        "tableName": table,
        "values": values,
        "createTime": 0,
        "lastAccessTime": 0,
        "sd": storage(&[column("id", "bigint"), column("note", "string")]),
        "parameters": {},
    })
}

/// The request that makes a database.
pub(crate) fn create_database(name: &str) -> Step {
    call(
        "create_database",
        json!({ "database": { "name": name, "parameters": {} } }),
    )
}

/// The request that makes a table.
pub(crate) fn create_table(table: Value) -> Step {
    call("create_table", json!({ "tbl": table }))
}
