//! Who registers a place while what holds it is dropped: either the drop sees it and leaves its data, or it is refused.

use super::{partition, table_at};
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::thrift::objects::partitioned;
use serde_json::json;
use std::fs;

on_every_database!(what_is_registered_while_its_place_is_dropped_keeps_its_data,);

/// How often it is tried: each time the two meet at another moment.
const ROUNDS: usize = 40;

async fn what_is_registered_while_its_place_is_dropped_keeps_its_data(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let warehouse = server.warehouse();
    let address = server.thrift();
    server
        .ask(move |client| {
            let logs = partitioned("default", "logs", &[("dt", "string")]);
            client.call("create_table", json!({ "tbl": logs })).unwrap();
            for round in 0..ROUNDS {
                let outer = warehouse.join(format!("outer{round}"));
                let at = |below: &str| format!("file:{}/{below}", outer.display());
                let made = json!({ "tbl": table_at(&format!("outer{round}"), &at("")) });
                client.call("create_table", made).unwrap();
                for below in ["own/old", "table/precious", "dt=1/precious"] {
                    let path = outer.join(below);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, "x").unwrap();
                }
                let table = json!({ "tbl": table_at(&format!("inner{round}"), &at("table")) });
                let day = partition("logs", &format!("{round}"), &at("dt=1"));
                let asked = [
                    ("create_table", table, outer.join("table/precious")),
                    (
                        "add_partition",
                        json!({ "new_part": day }),
                        outer.join("dt=1/precious"),
                    ),
                ];
                let kept = std::thread::scope(|scope| {
                    let asked = asked.map(|(method, arguments, file)| {
                        scope.spawn(move || {
                            let mut client = Client::connect(address).unwrap();
                            let is_registered = client.call(method, arguments).is_ok();
                            (is_registered && file.exists(), file)
                        })
                    });
                    let dropping = json!({
                        "dbname": "default", "name": format!("outer{round}"), "deleteData": true,
                    });
                    client.call("drop_table", dropping).unwrap();
                    asked.map(|one| one.join().unwrap())
                });
                for (was_there, file) in kept {
                    assert!(
                        !was_there || file.exists(),
                        "round {round}: {}",
                        file.display()
                    );
                }
            }
        })
        .await;
}
