//! The writes, in rounds: each makes tables and partitions of its own and leaves nothing behind.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::client::Client;
use super::connection::Request;
use super::fixture::{self, BATCH, WRITES};
use super::measure::{Sample, Server};

/// Tables made in one round.
const CREATES: usize = 20;
/// Columns of the tables that are written.
const COLUMNS: usize = 20;
/// The operations, in the order of a round.
pub(crate) const OPERATIONS: [&str; 5] = [
    "create_table",
    "add_partitions 1,000",
    "alter_partitions 1,000",
    "drop_partitions 1,000",
    "drop_table with 1,000 partitions",
];

/// One round on one server: the samples of [`OPERATIONS`].
pub(crate) fn round(server: &Server, number: usize) -> Result<[Sample; 5]> {
    let mut admin = Client::connect(server.address)?;
    let name = |table: usize| format!("r{number}_{table}");
    let make = |name: &str, keys| json!({ "tbl": fixture::table(WRITES, name, COLUMNS, keys) });
    let drop = |name: &str| json!({ "dbname": WRITES, "name": name, "deleteData": true });

    let tables: Vec<Request> = (0..CREATES)
        .map(|table| fixture::request("create_table", make(&name(table), false)))
        .collect();
    let created = server.once(&tables)?;
    for table in 0..CREATES {
        admin.call("drop_table", drop(&name(table)))?;
    }

    let parted = name(CREATES);
    admin.call("create_table", make(&parted, true))?;
    let parts: Vec<Value> = (0..BATCH)
        .map(|number| fixture::partition(WRITES, &parted, COLUMNS, number))
        .collect();
    let add = [fixture::request(
        "add_partitions",
        json!({ "new_parts": parts }),
    )];
    let added = server.once(&add)?;
    let stored = json!({ "db_name": WRITES, "tbl_name": parted, "max_parts": -1 });
    let mut changed = admin.call("get_partitions", stored)?;
    let found = changed.as_array().map_or(0, Vec::len);
    ensure!(found == BATCH, "{found} partitions were added");
    for part in changed.as_array_mut().into_iter().flatten() {
        part["parameters"]["numRows"] = json!("2000");
    }
    let alter = json!({ "db_name": WRITES, "tbl_name": parted, "new_parts": changed });
    let altered = server.once(&[fixture::request("alter_partitions", alter)])?;

    let names: Vec<String> = (0..BATCH).map(fixture::name).collect();
    let drop_partitions = json!({ "req": {
        "dbName": WRITES, "tblName": parted, "parts": { "names": names },
        "deleteData": true, "needResult": false,
    } });
    let dropped = server.once(&[fixture::request("drop_partitions_req", drop_partitions)])?;
    server.once(&add)?;
    let whole = server.once(&[fixture::request("drop_table", drop(&parted))])?;
    Ok([created, added, altered, dropped, whole])
}
