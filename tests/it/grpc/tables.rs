//! Databases and tables: what one front end writes, each other reads equal.

use super::{channel, column, orders, refused, shop, table_name};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::json;
use skep_wire::v1::catalog_service_client::CatalogServiceClient;
use skep_wire::v1::database_service_client::DatabaseServiceClient;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{
    CreateDatabaseRequest, CreateTableRequest, DatabaseName, DeleteDatabaseRequest,
    DeleteTableRequest, GetDatabaseRequest, GetTableRequest, ListCatalogsRequest,
    ListDatabasesRequest, ListTablesRequest, RenameTableRequest, Storage, TableType,
    UpdateDatabaseRequest,
};
use tonic::Code;

on_every_database!(
    databases_are_made_and_listed,
    databases_change_and_end,
    tables_are_the_same_to_every_front_end
);

fn database(name: &str) -> Option<DatabaseName> {
    Some(DatabaseName {
        catalog: String::new(),
        database: name.to_owned(),
    })
}

async fn databases_are_made_and_listed(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = channel(&server).await;
    let mut catalogs = CatalogServiceClient::new(channel.clone());
    let found = catalogs.list_catalogs(ListCatalogsRequest {}).await;
    assert_eq!(found.unwrap().get_ref().catalogs[0].name, "hive");

    let mut client = DatabaseServiceClient::new(channel);
    for name in ["b", "a", "c"] {
        let made = client
            .create_database(CreateDatabaseRequest {
                name: database(name),
                description: Some(format!("the database {name}")),
                parameters: [("k".to_owned(), "v".to_owned())].into(),
                ..CreateDatabaseRequest::default()
            })
            .await
            .unwrap()
            .into_inner()
            .database
            .unwrap();
        assert_eq!(made.name, name);
        assert!(
            made.create_time
                .is_some_and(|at| at.seconds > 1_700_000_000)
        );
    }
    let again = CreateDatabaseRequest {
        name: database("a"),
        ..CreateDatabaseRequest::default()
    };
    let failure = client.create_database(again).await.unwrap_err();
    refused(&failure, Code::AlreadyExists, "ALREADY_EXISTS", None);
    assert_eq!(failure.message(), "Database a already exists");

    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let page = ListDatabasesRequest {
            after: after.clone(),
            limit: 2,
            ..ListDatabasesRequest::default()
        };
        let page = client.list_databases(page).await.unwrap().into_inner();
        names.extend(page.databases.into_iter().map(|one| one.name));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(names, ["a", "b", "c", "default"]);
}

async fn databases_change_and_end(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let mut client = DatabaseServiceClient::new(channel(&server).await);
    let made = CreateDatabaseRequest {
        name: database("b"),
        description: Some("the database b".to_owned()),
        parameters: [("k".to_owned(), "v".to_owned())].into(),
        ..CreateDatabaseRequest::default()
    };
    client.create_database(made).await.unwrap();
    let change = UpdateDatabaseRequest {
        name: database("b"),
        owner: Some("ann".to_owned()),
        set_parameters: [("new".to_owned(), "x".to_owned())].into(),
        remove_parameters: vec!["k".to_owned()],
        ..UpdateDatabaseRequest::default()
    };
    let changed = client.update_database(change.clone()).await.unwrap();
    let changed = changed.into_inner().database.unwrap();
    assert_eq!(changed.owner.as_deref(), Some("ann"));
    assert_eq!(changed.description.as_deref(), Some("the database b"));
    assert_eq!(
        changed.parameters.into_iter().collect::<Vec<_>>(),
        [("new".to_owned(), "x".to_owned())]
    );
    let both = UpdateDatabaseRequest {
        remove_parameters: vec!["new".to_owned()],
        ..change
    };
    let failure = client.update_database(both).await.unwrap_err();
    let field = Some("remove_parameters");
    refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);

    let over_rest = Rest::of(&server).get("/databases/b").await.expect(200);
    assert_eq!(over_rest["owner"], "ann");
    let gone = DeleteDatabaseRequest {
        name: database("b"),
        ..DeleteDatabaseRequest::default()
    };
    client.delete_database(gone.clone()).await.unwrap();
    let failure = client.delete_database(gone).await.unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
    let nothing = client.get_database(GetDatabaseRequest { name: None }).await;
    let field = Some("name.database");
    refused(
        &nothing.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );
}

async fn tables_are_the_same_to_every_front_end(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = TableServiceClient::new(channel);
    let get = |name: &str| GetTableRequest {
        name: table_name(name),
    };
    let orders = client.get_table(get("orders")).await.unwrap();
    let orders = orders.into_inner().table.unwrap();
    assert_eq!(orders.r#type(), TableType::Managed);
    assert_eq!(orders.columns, [column("id", "bigint")]);
    assert_eq!(
        orders.partition_keys,
        [column("dt", "date"), column("hour", "int")]
    );
    let storage = orders.storage.unwrap();
    assert_eq!(storage.format.as_deref(), Some("parquet"));

    let over_rest = Rest::of(&server).get("/databases/shop/tables/orders").await;
    let over_rest = over_rest.expect(200);
    assert_eq!(over_rest["location"], json!(orders.location));
    assert_eq!(over_rest["storage"]["serde"], json!(storage.serde));
    assert_eq!(over_rest["parameters"], json!(orders.parameters));
    let over_thrift = server
        .ask(|client| {
            let at = json!({"dbname": "shop", "tbl_name": "orders"});
            client.call("get_table", at).unwrap()
        })
        .await;
    assert_eq!(over_thrift["sd"]["cols"][0]["type"], "bigint");
    assert_eq!(over_thrift["sd"]["location"], json!(orders.location));
    assert_eq!(over_thrift["parameters"], json!(orders.parameters));

    let view = CreateTableRequest {
        name: table_name("recent"),
        r#type: TableType::View.into(),
        columns: vec![column("id", "bigint")],
        view_text: Some("SELECT id FROM shop.orders".to_owned()),
        ..CreateTableRequest::default()
    };
    let view = client.create_table(view).await.unwrap().into_inner();
    let text = view.table.unwrap().view_text;
    assert_eq!(text.as_deref(), Some("SELECT id FROM shop.orders"));
    let views = ListTablesRequest {
        database: database("shop"),
        r#type: TableType::View.into(),
        ..ListTablesRequest::default()
    };
    let views = client.list_tables(views).await.unwrap().into_inner();
    assert_eq!(views.tables.len(), 1);
    assert_eq!(
        (views.tables[0].name.as_str(), views.next),
        ("recent", None)
    );

    let rename = RenameTableRequest {
        name: table_name("orders"),
        new_table: Some("orders2".to_owned()),
        new_database: None,
    };
    let renamed = client.rename_table(rename).await.unwrap().into_inner();
    assert_eq!(renamed.table.unwrap().name, "orders2");
    let failure = client.get_table(get("orders")).await.unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
    let gone = DeleteTableRequest {
        name: table_name("orders2"),
        delete_data: true,
        ..DeleteTableRequest::default()
    };
    client.delete_table(gone).await.unwrap();
    let left = Rest::of(&server).get("/databases/shop/tables").await;
    assert_eq!(crate::rest::names(&left.expect(200)["tables"]), ["recent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_table_is_told_with_its_field() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = TableServiceClient::new(shop(&server).await);
    let named = |change: fn(&mut CreateTableRequest)| {
        let mut request = orders();
        request.name = table_name("other");
        change(&mut request);
        request
    };
    for (request, reason, field) in [
        (
            named(|new| new.name = None),
            "INVALID_REQUEST",
            Some("name.database"),
        ),
        (
            named(|new| new.r#type = 99),
            "INVALID_REQUEST",
            Some("type"),
        ),
        (
            named(|new| new.r#type = TableType::MaterializedView.into()),
            "INVALID_REQUEST",
            Some("type"),
        ),
        (
            named(|new| new.storage = None),
            "INVALID_REQUEST",
            Some("storage.format"),
        ),
        (
            named(|new| new.location = Some("nowhere".to_owned())),
            "INVALID_REQUEST",
            Some("location"),
        ),
        (
            named(|new| {
                new.storage = Some(Storage {
                    bucket_count: 4,
                    ..Storage::default()
                });
            }),
            "INVALID_REQUEST",
            Some("storage"),
        ),
        (
            named(|new| new.columns = vec![column("a", "text")]),
            "INVALID_OBJECT",
            Some("columns[0].type"),
        ),
        (
            named(|new| new.kit = Some("nothing".to_owned())),
            "INVALID_REQUEST",
            Some("kit"),
        ),
    ] {
        let failure = client.create_table(request).await.unwrap_err();
        refused(&failure, Code::InvalidArgument, reason, field);
    }
    let many = ListTablesRequest {
        database: database("shop"),
        limit: 1001,
        ..ListTablesRequest::default()
    };
    let failure = client.list_tables(many).await.unwrap_err();
    refused(
        &failure,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("limit"),
    );
}
