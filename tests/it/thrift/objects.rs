//! Objects as clients send them.

use serde_json::{Value, json};

/// A storage descriptor with two columns, as Spark writes a text table's.
pub(crate) fn descriptor(location: Option<&str>) -> Value {
    let mut descriptor = json!({
        "cols": [
            { "name": "id", "type": "bigint", "comment": "the key" },
            { "name": "name", "type": "string" },
        ],
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
    });
    if let Some(location) = location {
        descriptor["location"] = json!(location);
    }
    descriptor
}

/// A managed table at its default location.
pub(crate) fn table(database: &str, name: &str) -> Value {
    json!({
        "dbName": database,
        "tableName": name,
        "owner": "ann",
        "retention": 0,
        "sd": descriptor(None),
        "partitionKeys": [],
        "parameters": { "k": "v" },
        "tableType": "MANAGED_TABLE",
    })
}

/// A managed table with partition keys of the given names and types.
pub(crate) fn partitioned(database: &str, name: &str, keys: &[(&str, &str)]) -> Value {
    let mut table = table(database, name);
    table["partitionKeys"] = keys
        .iter()
        .map(|(name, kind)| json!({ "name": name, "type": kind }))
        .collect();
    table
}

/// A database without a location.
pub(crate) fn database(name: &str) -> Value {
    json!({ "name": name, "description": "a database", "parameters": { "p": "1" }, "ownerName": "ann" })
}
