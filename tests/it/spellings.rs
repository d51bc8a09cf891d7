//! However a place is written, every operation that compares places takes it for the same one: by each of S3's three
//! words, with and without slashes and dots that mean nothing, and as a file with and without a scheme.

use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database, place};
use crate::s3::S3Server;
use crate::thrift::objects::{database, partitioned, table};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

on_every_database!(
    who_uses_a_place_by_any_word_finds_what_was_dropped_there_gone,
    a_place_by_another_word_is_no_move,
    a_place_by_another_word_is_no_move_on_a_file_system,
    what_lies_inside_by_any_word_goes_along_and_what_begins_alike_stays,
    what_lies_inside_by_any_word_goes_along_on_a_file_system,
);

/// Where data lies, and how its places are written.
#[derive(Clone)]
enum Storage {
    Bucket(Arc<S3Server>),
    Disk(PathBuf),
}

impl Storage {
    /// Ways to write one place.
    fn spellings(&self, path: &str) -> [String; 4] {
        match self {
            Self::Bucket(_) => [
                format!("s3://lake/{path}"),
                format!("s3a://lake//{path}/"),
                format!("s3n://lake/./{path}//"),
                format!("S3A://lake/{path}/."),
            ],
            Self::Disk(folder) => {
                let folder = folder.display();
                [
                    format!("file:{folder}/{path}"),
                    format!("file://{folder}//{path}/"),
                    format!("{folder}/./{path}"),
                    format!("FILE:{folder}/{path}/.//"),
                ]
            }
        }
    }

    /// Puts a file that was written an hour ago, where that can be said.
    fn put(&self, path: &str) {
        match self {
            Self::Bucket(s3) => {
                let written = SystemTime::now() - Duration::from_hours(1);
                let written = written.duration_since(UNIX_EPOCH).unwrap().as_millis();
                s3.put_at("lake", path, i64::try_from(written).unwrap());
            }
            Self::Disk(folder) => {
                let file = folder.join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, "x").unwrap();
            }
        }
    }

    fn has(&self, path: &str) -> bool {
        match self {
            Self::Bucket(s3) => s3.keys("lake").iter().any(|key| key == path),
            Self::Disk(folder) => folder.join(path).exists(),
        }
    }
}

/// A server whose warehouse is the directory `w` of a bucket.
async fn in_bucket(database: &TestDatabase) -> (Storage, TestServer) {
    let s3 = S3Server::start(&["lake"]).await;
    let storage = s3.storage_settings();
    let server = TestServer::start_with(database, |settings| {
        settings.storage = storage;
        "s3a://lake/w".clone_into(&mut settings.warehouse.location);
    });
    let server = server.await;
    (Storage::Bucket(Arc::new(s3)), server)
}

/// The same of a folder.
async fn on_disk(database: &TestDatabase) -> (Storage, TestServer) {
    let server = TestServer::start_with(database, |settings| {
        let warehouse = &mut settings.warehouse.location;
        let root = warehouse.strip_suffix("/warehouse").unwrap().to_owned();
        *warehouse = format!("{root}/w");
    });
    let server = server.await;
    let folder = server.warehouse().parent().unwrap().to_path_buf();
    (Storage::Disk(folder), server)
}

fn create(client: &mut Client, mut table: Value, at: Option<&str>) {
    if let Some(at) = at {
        table["sd"]["location"] = json!(at);
    }
    client
        .call("create_table", json!({ "tbl": table }))
        .unwrap();
}

/// A table with one key, `ds`.
fn create_keyed(client: &mut Client, database: &str, name: &str, at: Option<&str>) {
    create(client, partitioned(database, name, &[("ds", "string")]), at);
}

fn partition(table: &str, value: &str, at: Option<&str>) -> Value {
    let mut sd = partitioned("default", table, &[])["sd"].clone();
    if let Some(at) = at {
        sd["location"] = json!(at);
    }
    json!({ "dbName": "default", "tableName": table, "values": [value], "sd": sd, "parameters": {} })
}

fn add(client: &mut Client, table: &str, value: &str, at: Option<&str>) {
    let new = json!({ "new_part": partition(table, value, at) });
    client.call("add_partition", new).unwrap();
}

fn drop_table(client: &mut Client, name: &str) {
    let arguments = json!({ "dbname": "default", "name": name, "deleteData": true });
    client.call("drop_table", arguments).unwrap();
}

fn get(client: &mut Client, database: &str, table: &str) -> Value {
    let arguments = json!({ "dbname": database, "tbl_name": table });
    client.call("get_table", arguments).unwrap()
}

fn alter(client: &mut Client, database: &str, table: &str, new: &Value) -> Result<Value, Failure> {
    let arguments = json!({ "dbname": database, "tbl_name": table, "new_tbl": new });
    client.call("alter_table", arguments)
}

fn rename_partition(client: &mut Client, old: &str, new: &Value) {
    let arguments = json!({
        "db_name": "default", "tbl_name": new["tableName"], "part_vals": [old], "new_part": new,
    });
    client.call("rename_partition", arguments).unwrap();
}

fn exchange(client: &mut Client, value: &str, from: &str, to: &str) {
    let arguments = json!({
        "partitionSpecs": { "ds": value },
        "source_db": "default", "source_table_name": from,
        "dest_db": "default", "dest_table_name": to,
    });
    client.call("exchange_partition", arguments).unwrap();
}

fn partition_place(client: &mut Client, table: &str, value: &str) -> String {
    let arguments = json!({ "db_name": "default", "tbl_name": table, "part_vals": [value] });
    let found = client.call("get_partition", arguments).unwrap();
    found["sd"]["location"].as_str().unwrap().to_owned()
}

/// Makes use of a place, written in one of the ways.
type Use = fn(&mut Client, &str);

/// Every operation that takes a place into use. The default place of what they make is `w/NAME`, or `w/p/ds=NAME`.
const USES: [(&str, &str, Use); 9] = [
    ("w/a", "create_table", |client, at| {
        create(client, table("default", "a"), Some(at));
    }),
    ("w/b", "create_table inside", |client, at| {
        create(client, table("default", "b"), Some(&format!("{at}/inside")));
    }),
    ("w/c/inside", "create_table above", |client, at| {
        create(client, table("default", "c"), Some(&format!("{at}/..")));
    }),
    ("w/d", "add_partition", |client, at| {
        add(client, "p", "d", Some(at));
    }),
    ("w/e", "alter_partition", |client, at| {
        add(client, "p", "e", None);
        let arguments = json!({
            "db_name": "default", "tbl_name": "p", "new_part": partition("p", "e", Some(at)),
        });
        client.call("alter_partition", arguments).unwrap();
    }),
    ("w/f", "set location", |client, at| {
        create(client, table("default", "f0"), None);
        let mut moved = get(client, "default", "f0");
        moved["sd"]["location"] = json!(at);
        alter(client, "default", "f0", &moved).unwrap();
    }),
    ("w/g", "rename table", |client, _| {
        create(client, table("default", "g0"), None);
        alter(client, "default", "g0", &table("default", "g")).unwrap();
    }),
    ("w/p/ds=h", "rename partition", |client, _| {
        add(client, "p", "h0", None);
        rename_partition(
            client,
            "h0",
            &partition("p", "h", Some("s3a://lake/w/p/ds=h0")),
        );
    }),
    ("w/p/ds=i", "exchange", |client, _| {
        create_keyed(client, "default", "q", None);
        add(client, "q", "i", None);
        exchange(client, "i", "q", "p");
    }),
];

async fn who_uses_a_place_by_any_word_finds_what_was_dropped_there_gone(database: TestDatabase) {
    let (storage, server) = in_bucket(&database).await;
    let Storage::Bucket(s3) = storage.clone() else {
        unreachable!("it is a bucket");
    };
    server
        .ask(move |client| {
            create_keyed(client, "default", "p", None);
            for (number, (path, what, use_place)) in USES.into_iter().enumerate() {
                let spelled = storage.spellings(path);
                let dropped = &spelled[number % spelled.len()];
                create(client, table("default", "dropped"), Some(dropped));
                let (old, beside) = (format!("{path}/old"), format!("{path}2/beside"));
                storage.put(&old);
                storage.put(&beside);
                s3.fail("DeleteObjects", "", 0, 1, 503);
                drop_table(client, "dropped");
                assert!(storage.has(&old), "{what}: the store refused");
                use_place(client, &spelled[(number + 1) % spelled.len()]);
                assert!(!storage.has(&old), "{what}: {dropped}");
                assert!(storage.has(&beside), "{what}: {dropped}");
            }
        })
        .await;
}

async fn a_place_by_another_word_is_no_move(database: TestDatabase) {
    let (storage, server) = in_bucket(&database).await;
    server
        .ask(move |client| places_stay(&storage, client))
        .await;
}

async fn a_place_by_another_word_is_no_move_on_a_file_system(database: TestDatabase) {
    let (storage, server) = on_disk(&database).await;
    server
        .ask(move |client| places_stay(&storage, client))
        .await;
}

/// What is told that it lies where it lies stays there, and its parts with it.
fn places_stay(storage: &Storage, client: &mut Client) {
    create_keyed(client, "default", "t", None);
    add(client, "t", "a", None);
    storage.put("w/t/ds=a/file");
    let own = place(&storage.spellings("w/t/ds=a")[0]);
    for at in storage.spellings("w/t") {
        let mut same = get(client, "default", "t");
        same["sd"]["location"] = json!(at);
        alter(client, "default", "t", &same).unwrap();
        assert_eq!(place(partition_place(client, "t", "a")), own, "{at}");
    }
    for at in storage.spellings("w/t/ds=a") {
        let arguments = json!({
            "db_name": "default", "tbl_name": "t", "new_part": partition("t", "a", Some(&at)),
        });
        client.call("alter_partition", arguments).unwrap();
        assert_eq!(place(partition_place(client, "t", "a")), own, "{at}");
    }
    // The new name's own directory is where the partition lies already.
    for (number, at) in storage.spellings("w/t/ds=c").iter().enumerate() {
        let old = format!("b{number}");
        add(client, "t", &old, Some(at));
        storage.put("w/t/ds=c/file");
        rename_partition(client, &old, &partition("t", "c", Some(at)));
        assert_eq!(place(partition_place(client, "t", "c")), place(at));
        let arguments = json!({
            "db_name": "default", "tbl_name": "t", "part_vals": ["c"], "deleteData": false,
        });
        client.call("drop_partition", arguments).unwrap();
    }
    // Two databases over one directory.
    let shared = storage.spellings("w/shared");
    for (name, at) in ["d0", "d1"].into_iter().zip(&shared) {
        let mut new = database(name);
        new["locationUri"] = json!(at);
        client
            .call("create_database", json!({ "database": new }))
            .unwrap();
    }
    create_keyed(client, "d0", "s", None);
    storage.put("w/shared/s/file");
    let mut moved = get(client, "d0", "s");
    moved["dbName"] = json!("d1");
    alter(client, "d0", "s", &moved).unwrap();
    let found = get(client, "d1", "s");
    let at = found["sd"]["location"].as_str().unwrap();
    assert_eq!(place(at), place(format!("{}/s", shared[0])));
    for file in ["w/t/ds=a/file", "w/t/ds=c/file", "w/shared/s/file"] {
        assert!(storage.has(file), "{file} stays");
    }
}

async fn what_lies_inside_by_any_word_goes_along_and_what_begins_alike_stays(
    database: TestDatabase,
) {
    let (storage, server) = in_bucket(&database).await;
    server
        .ask(move |client| parts_go_along(&storage, client))
        .await;
    assert_eq!(
        database
            .number("SELECT COUNT(*) FROM skep_pending_deletes")
            .await,
        0
    );
}

async fn what_lies_inside_by_any_word_goes_along_on_a_file_system(database: TestDatabase) {
    let (storage, server) = on_disk(&database).await;
    server
        .ask(move |client| parts_go_along(&storage, client))
        .await;
}

fn parts_go_along(storage: &Storage, client: &mut Client) {
    // Four partitions inside and one place outside that two of them share, each by another word.
    for name in ["t", "u"] {
        create_keyed(client, "default", name, None);
        let inside = storage.spellings(&format!("w/{name}/inside"));
        let outside = storage.spellings(&format!("w/{name}_outside"));
        for (value, at) in ["a", "b", "c", "d"].iter().zip(&inside) {
            add(client, name, value, Some(at));
        }
        for (value, at) in ["e", "f"].iter().zip(&outside) {
            add(client, name, value, Some(at));
        }
        for path in [
            "inside/file",
            "_outside2/beside",
            "_outside/file",
            "2/beside",
        ] {
            let slash = if path.starts_with("inside") { "/" } else { "" };
            storage.put(&format!("w/{name}{slash}{path}"));
        }
    }
    let truncate = json!({ "dbName": "default", "tableName": "t" });
    client.call("truncate_table", truncate).unwrap();
    drop_table(client, "u");
    for name in ["t", "u"] {
        assert!(!storage.has(&format!("w/{name}/inside/file")), "{name}");
        assert!(!storage.has(&format!("w/{name}_outside/file")), "{name}");
        assert!(storage.has(&format!("w/{name}2/beside")), "{name}");
        assert!(storage.has(&format!("w/{name}_outside2/beside")), "{name}");
    }
    // A rename takes along what lies inside, and an exchange what lies wherever.
    create_keyed(client, "default", "v", None);
    for (value, at) in ["a", "b", "c", "d"]
        .iter()
        .zip(storage.spellings("w/v/inside"))
    {
        add(client, "v", value, Some(&at));
    }
    storage.put("w/v/inside/file");
    let renamed = partitioned("default", "x", &[("ds", "string")]);
    alter(client, "default", "v", &renamed).unwrap();
    assert!(storage.has("w/x/inside/file") && !storage.has("w/v/inside/file"));
    let there = place(&storage.spellings("w/x/inside")[0]);
    for value in ["a", "b", "c", "d"] {
        assert_eq!(place(partition_place(client, "x", value)), there, "{value}");
    }
    create_keyed(client, "default", "y", None);
    // What lies at one place goes along with the last of those that are there.
    for value in ["a", "b", "d"] {
        let arguments = json!({
            "db_name": "default", "tbl_name": "x", "part_vals": [value], "deleteData": true,
        });
        client.call("drop_partition", arguments).unwrap();
    }
    assert!(storage.has("w/x/inside/file"));
    exchange(client, "c", "x", "y");
    assert!(storage.has("w/y/ds=c/file") && !storage.has("w/x/inside/file"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_lists_holds_however_it_is_written() {
    let s3 = Arc::new(S3Server::start(&["lake"]).await);
    let storage = Storage::Bucket(Arc::clone(&s3));
    let folder = tempfile::tempdir().unwrap();
    let disk = Storage::Disk(folder.path().to_path_buf());
    for (number, own) in storage.spellings("own").into_iter().enumerate() {
        let reached = s3.storage_settings();
        let allowed = vec![
            storage.spellings("shared")[number].clone(),
            disk.spellings("shared")[number].clone(),
        ];
        let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
            settings.storage = reached;
            settings.storage.allowed_locations = Some(allowed);
            settings.storage.deletable_locations = vec![own.clone()];
        })
        .await;
        let (storage, disk) = (storage.clone(), disk.clone());
        server
            .ask(move |client| {
                let mut number = 0;
                for one in [&storage, &disk] {
                    for at in one.spellings("shared/t") {
                        number += 1;
                        create(client, table("default", &format!("t{number}")), Some(&at));
                    }
                    for at in one.spellings("shared2/t") {
                        let mut refused = table("default", "refused");
                        refused["sd"]["location"] = json!(at);
                        let refused = client.call("create_table", json!({ "tbl": refused }));
                        let told = refused.unwrap_err().to_string();
                        assert!(told.contains("storage.allowed_locations"), "{told}");
                    }
                }
                for at in storage.spellings("own/t") {
                    create(client, table("default", "own"), Some(&at));
                    storage.put("own/t/file");
                    storage.put("own2/t/file");
                    drop_table(client, "own");
                    assert!(!storage.has("own/t/file"), "{own} holds {at}");
                    assert!(storage.has("own2/t/file"));
                }
            })
            .await;
    }
}
