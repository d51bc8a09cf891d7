//! The catalog that the reads are measured on, the same on every server, and the requests of the
//! operations. It is made once per server and kept, so that a second run starts at once.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::client::{Client, Options, call_bytes};
use super::connection::Request;

/// Tables of the database whose names are listed.
const TABLES: usize = 1_000;
/// Tables that single reads go round.
const READ_TABLES: usize = 100;
/// Partitions of the table that is read.
const PARTITIONS: usize = 10_000;
/// Partitions of one day.
const DAY_PARTITIONS: usize = 24;
/// Columns of the table that is read.
const COLUMNS: usize = 50;
/// Partitions and columns of the table that shows what a large answer takes.
const LONG_PARTITIONS: usize = 100_000;
const LONG_COLUMNS: usize = 20;
/// Partitions in one write, and in one read by name.
pub(crate) const BATCH: usize = 1_000;
/// Different requests that point reads of partitions go round.
const READ_PARTITIONS: usize = 500;

const MANY_TABLES: &str = "bench_tables";
const PARTED: &str = "bench_parted";
/// The database of the writes.
pub(crate) const WRITES: &str = "bench_writes";
const WIDE: &str = "wide";
const LONG: &str = "long";

/// Makes the databases, tables and partitions where they are missing.
pub(crate) fn prepare(client: &mut Client) -> Result<()> {
    for database in [MANY_TABLES, PARTED, WRITES] {
        if client
            .call("get_database", json!({ "name": database }))
            .is_err()
        {
            client.call(
                "create_database",
                json!({ "database": { "name": database, "parameters": {} } }),
            )?;
        }
    }
    let made = client.call("get_all_tables", json!({ "db_name": MANY_TABLES }))?;
    for number in made.as_array().map_or(0, Vec::len)..TABLES {
        client.call(
            "create_table",
            json!({ "tbl": table(MANY_TABLES, &format!("t{number:04}"), 20, false) }),
        )?;
    }
    let left_over = client.call("get_all_tables", json!({ "db_name": WRITES }))?;
    for name in left_over.as_array().into_iter().flatten() {
        client.call(
            "drop_table",
            json!({ "dbname": WRITES, "name": name, "deleteData": true }),
        )?;
    }
    prepare_partitions(client, WIDE, COLUMNS, PARTITIONS)
}

/// Makes the table of the large answer where it is missing; a real metastore takes minutes for it.
pub(crate) fn prepare_long(client: &mut Client) -> Result<()> {
    prepare_partitions(client, LONG, LONG_COLUMNS, LONG_PARTITIONS)
}

fn prepare_partitions(
    client: &mut Client,
    name: &str,
    columns: usize,
    partitions: usize,
) -> Result<()> {
    if client
        .call("get_table", json!({ "dbname": PARTED, "tbl_name": name }))
        .is_err()
    {
        client.call(
            "create_table",
            json!({ "tbl": table(PARTED, name, columns, true) }),
        )?;
    }
    let names = client.call(
        "get_partition_names",
        json!({ "db_name": PARTED, "tbl_name": name, "max_parts": -1 }),
    )?;
    let found = names.as_array().map_or(0, Vec::len);
    if found == partitions {
        return Ok(());
    }
    ensure!(
        found == 0,
        "{PARTED}.{name} has {found} partitions: drop it and start anew"
    );
    for first in (0..partitions).step_by(BATCH) {
        let parts: Vec<Value> = (first..first + BATCH)
            .map(|number| partition(PARTED, name, columns, number))
            .collect();
        client.call("add_partitions", json!({ "new_parts": parts }))?;
    }
    Ok(())
}

/// A read and the numbers of connections at which it is measured.
pub(crate) struct Operation {
    /// Its name in the report.
    pub(crate) name: &'static str,
    /// The numbers of connections; each sends its next call when its last one was answered.
    pub(crate) connections: &'static [usize],
    /// The numbers of clients that open a connection for every call.
    pub(crate) connecting: &'static [usize],
    /// The calls that the connections go round.
    pub(crate) requests: Vec<Request>,
}

/// All reads. Their requests are made for one server, because each remembers its reply's length.
pub(crate) fn operations() -> Vec<Operation> {
    let mut operations = small_reads();
    operations.extend(large_reads());
    operations
}

/// Reads of one thing, or of a few rows.
fn small_reads() -> Vec<Operation> {
    let tables = (0..READ_TABLES).map(|number| {
        let name = format!("t{:04}", number * (TABLES / READ_TABLES));
        request(
            "get_table",
            json!({ "dbname": MANY_TABLES, "tbl_name": name }),
        )
    });
    let partitions = (0..READ_PARTITIONS).map(|number| {
        let values = values(number * (PARTITIONS / READ_PARTITIONS));
        of_wide("get_partition", json!({ "part_vals": values }))
    });
    let database = request("get_database", json!({ "name": PARTED }));
    let day = format!("ds = \"{}\"", values(DAY_PARTITIONS * 100)[0]);
    let by_filter = json!({ "filter": day, "max_parts": -1 });
    vec![
        Operation {
            name: "get_table",
            connections: &[1, 16, 64],
            connecting: &[1, 64],
            requests: tables.collect(),
        },
        Operation {
            name: "get_database",
            connections: &[1, 16, 64],
            connecting: &[1, 64],
            requests: vec![database],
        },
        Operation {
            name: "get_partition of 10,000",
            connections: &[1, 16, 64],
            connecting: &[1],
            requests: partitions.collect(),
        },
        Operation {
            name: "get_partitions_by_filter, a day of 10,000",
            connections: &[1, 16, 64],
            connecting: &[],
            requests: vec![of_wide("get_partitions_by_filter", by_filter)],
        },
    ]
}

/// Reads of a thousand things and more.
fn large_reads() -> Vec<Operation> {
    let tables = request("get_all_tables", json!({ "db_name": MANY_TABLES }));
    let names: Vec<String> = (0..BATCH)
        .map(|number| name(number * (PARTITIONS / BATCH)))
        .collect();
    let all = json!({ "max_parts": -1 });
    vec![
        Operation {
            name: "get_all_tables 1,000",
            connections: &[1, 16],
            connecting: &[],
            requests: vec![tables],
        },
        Operation {
            name: "get_partition_names 10,000",
            connections: &[1, 16],
            connecting: &[],
            requests: vec![of_wide("get_partition_names", all.clone())],
        },
        Operation {
            name: "get_partitions_by_names 1,000",
            connections: &[1],
            connecting: &[],
            requests: vec![of_wide(
                "get_partitions_by_names",
                json!({ "names": names }),
            )],
        },
        Operation {
            name: "get_partitions 10,000 of 50 columns",
            connections: &[1],
            connecting: &[],
            requests: vec![of_wide("get_partitions", all)],
        },
    ]
}

/// The read whose answer is so large that memory shows it.
pub(crate) fn long_read() -> Operation {
    let args = json!({ "db_name": PARTED, "tbl_name": LONG, "max_parts": -1 });
    Operation {
        name: "get_partitions 100,000 of 20 columns",
        connections: &[1],
        connecting: &[],
        requests: vec![request("get_partitions", args)],
    }
}

/// A call about the table with many partitions.
fn of_wide(method: &str, mut args: Value) -> Request {
    args["db_name"] = json!(PARTED);
    args["tbl_name"] = json!(WIDE);
    request(method, args)
}

/// A call in its wire form.
pub(crate) fn request(method: &str, args: Value) -> Request {
    Request::new(call_bytes(method, args, Options::default()))
}

/// A table with this many columns and, if it has keys, the keys `ds` and `hour`.
pub(crate) fn table(database: &str, name: &str, columns: usize, keys: bool) -> Value {
    let keys = if keys {
        json!([{ "name": "ds", "type": "string" }, { "name": "hour", "type": "int" }])
    } else {
        json!([])
    };
    json!({
        "dbName": database, "tableName": name, "owner": "bench", "createTime": 0, "lastAccessTime": 0,
        "retention": 0, "sd": storage(columns), "partitionKeys": keys, "tableType": "MANAGED_TABLE",
        "parameters": { "comment": "a table of the benchmark", "parquet.compression": "ZSTD" },
    })
}

/// The partition of this number: the hours of one day after the other.
pub(crate) fn partition(database: &str, table: &str, columns: usize, number: usize) -> Value {
    json!({
        "dbName": database, "tableName": table, "values": values(number), "createTime": 0,
        "lastAccessTime": 0, "sd": storage(columns),
        "parameters": { "numRows": "1000", "rawDataSize": "123456" },
    })
}

/// The name of the partition of this number.
pub(crate) fn name(number: usize) -> String {
    let [day, hour] = values(number);
    format!("ds={day}/hour={hour}")
}

fn values(number: usize) -> [String; 2] {
    let day = number / DAY_PARTITIONS;
    let date = format!(
        "20{:02}-{:02}-{:02}",
        10 + day / 336,
        day / 28 % 12 + 1,
        day % 28 + 1
    );
    [date, (number % DAY_PARTITIONS).to_string()]
}

fn storage(columns: usize) -> Value {
    let columns: Vec<Value> = (0..columns)
        .map(|number| {
            let ty = ["bigint", "string", "double", "timestamp", "decimal(18,4)"][number % 5];
            json!({ "name": format!("column_{number:02}"), "type": ty, "comment": format!("what column {number} holds") })
        })
        .collect();
    json!({
        "cols": columns,
        "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "outputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "compressed": false,
        "numBuckets": -1,
        "serdeInfo": {
            "serializationLib": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            "parameters": { "serialization.format": "1" },
        },
        "bucketCols": [],
        "sortCols": [],
        "parameters": {},
    })
}
