//! Functions and locks: the same over gRPC and REST as engines make them.

use super::{channel, refused};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::json;
use skep_wire::v1::function_service_client::FunctionServiceClient;
use skep_wire::v1::lock_service_client::LockServiceClient;
use skep_wire::v1::{
    CreateFunctionRequest, DatabaseName, DeleteFunctionRequest, ExplainLockRequest,
    FunctionResource, GetFunctionRequest, ListFunctionsRequest, ListLocksRequest, LockState,
    LockType, ReleaseLockRequest, ResourceType,
};
use tonic::Code;

on_every_database!(
    functions_are_the_same_to_every_front_end,
    whoever_waits_is_told_for_whom
);

fn default() -> Option<DatabaseName> {
    Some(DatabaseName {
        catalog: String::new(),
        database: "default".to_owned(),
    })
}

/// A function with an archive.
fn clean() -> CreateFunctionRequest {
    CreateFunctionRequest {
        database: default(),
        name: "Clean".to_owned(),
        class_name: "com.example.Clean".to_owned(),
        owner: Some("ann".to_owned()),
        resources: vec![FunctionResource {
            r#type: ResourceType::Jar.into(),
            uri: Some("s3://lake/udf.jar".to_owned()),
        }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_function_is_told() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = FunctionServiceClient::new(channel(&server).await);
    let new = clean();
    client.create_function(new.clone()).await.unwrap();
    let failure = client.create_function(new.clone()).await.unwrap_err();
    refused(&failure, Code::AlreadyExists, "ALREADY_EXISTS", None);
    let nameless = CreateFunctionRequest {
        name: String::new(),
        ..new.clone()
    };
    let failure = client.create_function(nameless).await.unwrap_err();
    refused(
        &failure,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("name"),
    );
    let classless = CreateFunctionRequest {
        name: "other".to_owned(),
        class_name: String::new(),
        ..new
    };
    let failure = client.create_function(classless).await.unwrap_err();
    refused(&failure, Code::InvalidArgument, "INVALID_OBJECT", None);
}

async fn functions_are_the_same_to_every_front_end(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let rest = Rest::of(&server);
    let mut client = FunctionServiceClient::new(channel(&server).await);
    let new = clean();
    let made = client.create_function(new.clone()).await.unwrap();
    let made = made.into_inner().function.unwrap();
    assert_eq!(
        (made.name.as_str(), made.resources.clone()),
        ("clean", new.resources.clone())
    );
    let path = "/databases/default/functions";
    let second = json!({
        "name": "tidy", "class_name": "com.example.Tidy",
        "resources": [{ "type": "archive", "uri": "s3://lake/a.zip" }],
    });
    let made = rest.post(path, second).await;
    assert_eq!(made.location, "/api/v1/databases/default/functions/tidy");
    assert_eq!(made.expect(201)["resources"][0]["type"], "archive");
    let listed = rest.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(listed["functions"][0]["name"], "clean");
    assert_eq!(listed["next"], "clean");
    let page = ListFunctionsRequest {
        database: default(),
        after: "clean".to_owned(),
        ..ListFunctionsRequest::default()
    };
    let page = client.list_functions(page).await.unwrap().into_inner();
    assert_eq!((page.functions[0].name.as_str(), page.next), ("tidy", None));
    let over_thrift = server
        .ask(|client| {
            let at = json!({ "dbName": "default", "funcName": "clean" });
            client.call("get_function", at).unwrap()
        })
        .await;
    assert_eq!(over_thrift["className"], "com.example.Clean");
    assert_eq!(over_thrift["resourceUris"][0]["uri"], "s3://lake/udf.jar");

    let get = GetFunctionRequest {
        database: default(),
        name: "tidy".to_owned(),
    };
    client.get_function(get.clone()).await.unwrap();
    rest.delete(&format!("{path}/tidy")).await.expect(204);
    let failure = client.get_function(get).await.unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
    let gone = DeleteFunctionRequest {
        database: default(),
        name: "clean".to_owned(),
    };
    client.delete_function(gone).await.unwrap();
    rest.get(&format!("{path}/clean"))
        .await
        .problem(404, "not-found");
    rest.get("/databases/nothing/functions")
        .await
        .problem(404, "not-found");
}

/// An engine's request for a table alone, and the number of its lock.
async fn locked(server: &TestServer, user: &'static str) -> i64 {
    let lock = server
        .ask(move |client| {
            let component = json!({
                "type": 3, "level": 2, "dbname": "default", "tablename": "orders",
            });
            let request = json!({
                "component": [component], "user": user, "hostname": "h", "agentInfo": "trino",
            });
            client.call("lock", json!({ "rqst": request })).unwrap()
        })
        .await;
    lock["lockid"].as_i64().unwrap()
}

async fn whoever_waits_is_told_for_whom(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let rest = Rest::of(&server);
    let mut client = LockServiceClient::new(channel(&server).await);
    let (first, second) = (locked(&server, "ann").await, locked(&server, "bob").await);
    let third = locked(&server, "eve").await;
    let all = client.list_locks(ListLocksRequest::default()).await;
    let all = all.unwrap().into_inner().locks;
    let told: Vec<(i64, LockState, Option<i64>)> = all
        .iter()
        .map(|one| (one.id, one.state(), one.blocked_by))
        .collect();
    let (acquired, waiting) = (LockState::Acquired, LockState::Waiting);
    assert_eq!(
        told,
        [
            (first, acquired, None),
            (second, waiting, Some(first)),
            (third, waiting, Some(first))
        ]
    );
    let held = &all[0];
    assert_eq!(
        (held.user.as_str(), held.agent.as_deref()),
        ("ann", Some("trino"))
    );
    assert_eq!(held.components[0].r#type(), LockType::Exclusive);
    assert_eq!(held.components[0].table.as_deref(), Some("orders"));
    let why = client.explain_lock(ExplainLockRequest { id: second }).await;
    let why = why.unwrap().into_inner();
    assert_eq!(why.lock.unwrap().user, "bob");
    assert_eq!(why.waits_for.len(), 1);
    assert_eq!(why.waits_for[0].id, first);

    let listed = rest
        .get("/locks?database=default&table=orders&limit=2")
        .await;
    let listed = listed.expect(200);
    assert_eq!(listed["next"], second);
    assert_eq!(listed["locks"][1]["state"], "waiting");
    assert_eq!(listed["locks"][1]["components"][0]["type"], "exclusive");
    let elsewhere = rest.get("/locks?database=other").await.expect(200);
    assert_eq!(elsewhere["locks"], json!([]));
    let why = rest.get(&format!("/locks/{third}")).await.expect(200);
    assert_eq!(why["waits_for"][0]["user"], "ann");
    rest.delete(&format!("/locks/{first}")).await.expect(204);
    rest.get(&format!("/locks/{first}"))
        .await
        .problem(404, "not-found");
    let state = server
        .ask(move |client| {
            let request = json!({ "rqst": { "lockid": second } });
            client.call("check_lock", request).unwrap()
        })
        .await;
    assert_eq!(state["state"], "ACQUIRED", "it is granted now");
    client
        .release_lock(ReleaseLockRequest { id: second })
        .await
        .unwrap();
    let failure = client.release_lock(ReleaseLockRequest { id: second }).await;
    refused(&failure.unwrap_err(), Code::NotFound, "NOT_FOUND", None);
}
