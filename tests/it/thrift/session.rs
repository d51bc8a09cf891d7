//! What belongs to the connection and to the service itself: who the client is, settings, version, health.

use super::databases::fault;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    a_client_introduces_itself_once,
    settings_are_told_and_secrets_are_not,
    a_connection_has_settings_of_its_own,
    the_service_tells_of_itself_and_cannot_be_stopped,
);

async fn a_client_introduces_itself_once(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let me = json!({ "user_name": "ann", "group_names": ["bees", "honey"] });
            let names = client.call("set_ugi", me.clone()).unwrap();
            assert_eq!(names, json!(["bees", "honey"]));
            let again = client.call("set_ugi", me).unwrap_err();
            assert_eq!(fault(&again), ("MetaException", 1));
            client.call("getName", json!({})).unwrap();
        })
        .await;
}

async fn settings_are_told_and_secrets_are_not(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let warehouse = format!("file:{}", server.warehouse().display());
    server
        .ask(move |client| {
            let mut ask = |key: Value, default: &str| {
                let args = json!({ "name": key, "defaultValue": default });
                client.call("get_config_value", args)
            };
            for key in ["hive.metastore.warehouse.dir", "metastore.warehouse.dir"] {
                assert_eq!(ask(json!(key), "").unwrap(), json!(warehouse), "{key}");
            }
            assert_eq!(ask(json!("metastore.txn.timeout"), "").unwrap(), "300s");
            assert_eq!(
                ask(json!("hive.nobody.knows"), "mine").unwrap(),
                "mine",
                "what is not known is as the client has it"
            );
            assert_eq!(ask(Value::Null, "mine").unwrap(), "mine");
            for key in ["javax.jdo.option.ConnectionURL", "hive.some.password"] {
                let refused = ask(json!(key), "").unwrap_err();
                assert_eq!(fault(&refused), ("ConfigValSecurityException", 1), "{key}");
            }
            let alone = json!({ "name": "hive.nobody.knows" });
            let nothing = client.call("get_config_value", alone).unwrap_err();
            assert_eq!(nothing.name(), "UnknownResult", "neither value nor default");
        })
        .await;
}

async fn a_connection_has_settings_of_its_own(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let key = "metastore.client.socket.timeout";
            let set = json!({ "key": key, "value": "17s" });
            client.call("setMetaConf", set).unwrap();
            let get = json!({ "key": key });
            assert_eq!(client.call("getMetaConf", get).unwrap(), "17s");
            let other = json!({ "key": "hive.exec.reducers.max", "value": "1" });
            let refused = client.call("setMetaConf", other).unwrap_err();
            assert_eq!(fault(&refused), ("MetaException", 1));
        })
        .await;
    server
        .ask(|client| {
            let get = json!({ "key": "metastore.client.socket.timeout" });
            let value = client.call("getMetaConf", get).unwrap();
            assert_ne!(value, "17s", "another connection is not touched");
            client.call("flushCache", json!({})).unwrap();
        })
        .await;
}

async fn the_service_tells_of_itself_and_cannot_be_stopped(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            assert_eq!(client.call("getName", json!({})).unwrap(), "skep");
            assert_eq!(client.call("getVersion", json!({})).unwrap(), "3.0");
            assert_eq!(client.call("getStatus", json!({})).unwrap(), "ALIVE");
            assert_eq!(client.call("getStatusDetails", json!({})).unwrap(), "");
            let since = client.call("aliveSince", json!({})).unwrap();
            assert!(since.as_i64().unwrap() > 1_700_000_000, "{since}");
            // Both are oneway: what follows on the same connection shows that nothing was answered or stopped.
            client.call("shutdown", json!({})).unwrap();
            client.call("reinitialize", json!({})).unwrap();
            assert_eq!(client.call("getName", json!({})).unwrap(), "skep");
        })
        .await;
}
