//! Column statistics: what one front end writes, the other reads equal.

use super::{channel, refused, shop, table_name};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::{Value, json};
use skep_wire::v1::column_statistics::Values;
use skep_wire::v1::statistics_service_client::StatisticsServiceClient;
use skep_wire::v1::{
    BinaryValues, BooleanValues, ColumnStatistics, DateValues, DecimalValues,
    DeleteStatisticsRequest, DoubleValues, GetStatisticsRequest, GetStatisticsResponse, LongValues,
    StringValues, TimestampValues, UpdateStatisticsRequest,
};
use tonic::Code;
use tonic::transport::Channel;

on_every_database!(statistics_are_the_same_over_grpc_and_rest);

const TABLE: &str = "/databases/shop/tables/figures/statistics";
const PARTITION: &str = "/databases/shop/tables/figures/partitions/dt=1%2Fhour=2/statistics";
const PARTITION_NAME: &str = "dt=1/hour=2";

/// A column: its name, its type, and its values in the words of REST and of gRPC.
type Kind = (&'static str, &'static str, Value, Values);

/// A column of each kind of values, by name.
fn kinds() -> Vec<Kind> {
    let mut kinds = [bounded(), counted()].concat();
    kinds.sort_by_key(|(name, ..)| *name);
    kinds
}

/// Those that lie between bounds.
fn bounded() -> Vec<Kind> {
    let text = |text: &str| Some(text.to_owned());
    vec![
        (
            "d",
            "double",
            json!({"kind": "double", "low": 0.5, "high": null}),
            Values::DoubleValues(DoubleValues {
                low: Some(0.5),
                high: None,
            }),
        ),
        (
            "l",
            "bigint",
            json!({"kind": "long", "low": i64::MIN, "high": 9}),
            Values::LongValues(LongValues {
                low: Some(i64::MIN),
                high: Some(9),
            }),
        ),
        (
            "m",
            "decimal(9,2)",
            json!({"kind": "decimal", "low": "-12.50", "high": "0.07"}),
            Values::DecimalValues(DecimalValues {
                low: text("-12.50"),
                high: text("0.07"),
            }),
        ),
        (
            "t",
            "date",
            json!({"kind": "date", "low": 1, "high": 20_000}),
            Values::DateValues(DateValues {
                low: Some(1),
                high: Some(20_000),
            }),
        ),
        (
            "u",
            "timestamp",
            json!({"kind": "timestamp", "low": null, "high": 20_000}),
            Values::TimestampValues(TimestampValues {
                low: None,
                high: Some(20_000),
            }),
        ),
    ]
}

/// Those whose values are counted or measured.
fn counted() -> Vec<Kind> {
    vec![
        (
            "b",
            "boolean",
            json!({"kind": "boolean", "trues": 2, "falses": 3}),
            Values::BooleanValues(BooleanValues {
                trues: 2,
                falses: 3,
            }),
        ),
        (
            "s",
            "string",
            json!({"kind": "string", "longest": 9, "average": 2.5}),
            Values::StringValues(StringValues {
                longest: 9,
                average: 2.5,
            }),
        ),
        (
            "y",
            "binary",
            json!({"kind": "binary", "longest": 9, "average": 2.5}),
            Values::BinaryValues(BinaryValues {
                longest: 9,
                average: 2.5,
            }),
        ),
    ]
}

/// What REST is sent, and shows but for types and moments.
fn in_json() -> Vec<Value> {
    let kinds = kinds().into_iter();
    kinds
        .map(|(name, _, values, _)| {
            json!({"column": name, "nulls": 1, "distinct": 4, "values": values})
        })
        .collect()
}

/// The same over gRPC.
fn in_messages() -> Vec<ColumnStatistics> {
    let kinds = kinds().into_iter();
    kinds
        .map(|(name, _, _, values)| ColumnStatistics {
            column: name.to_owned(),
            nulls: Some(1),
            distinct: Some(4),
            values: Some(values),
            ..ColumnStatistics::default()
        })
        .collect()
}

/// A table with a column of each kind, and a partition of it.
async fn figures(rest: &Rest) {
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    let columns: Vec<Value> = kinds()
        .iter()
        .map(|(name, kind, _, _)| json!({"name": name, "type": kind}))
        .collect();
    let table = json!({"name": "figures", "columns": columns, "storage": {"format": "parquet"},
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}]});
    rest.post("/databases/shop/tables", table).await.expect(201);
    let partition = json!({"partitions": [{"name": PARTITION_NAME}]});
    rest.post("/databases/shop/tables/figures/partitions", partition)
        .await
        .expect(200);
}

fn ask(partition: &str, engine: &str, columns: &[&str]) -> GetStatisticsRequest {
    GetStatisticsRequest {
        table: table_name("figures"),
        partition: partition.to_owned(),
        engine: engine.to_owned(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// What gRPC shows, by column, without types and moments, which must be there.
async fn shown(
    client: &mut StatisticsServiceClient<Channel>,
    request: GetStatisticsRequest,
) -> Vec<ColumnStatistics> {
    let answer = client.get_statistics(request).await.unwrap();
    let GetStatisticsResponse { columns, .. } = answer.into_inner();
    let mut columns: Vec<ColumnStatistics> = columns
        .into_iter()
        .map(|mut one| {
            assert!(one.analyze_time.take().is_some(), "{one:?}");
            let kind = one.r#type.take();
            let known = kinds();
            let wanted = known.iter().find(|(name, ..)| *name == one.column);
            assert_eq!(kind.as_deref(), wanted.map(|(_, kind, ..)| *kind));
            one
        })
        .collect();
    columns.sort_by(|one, other| one.column.cmp(&other.column));
    columns
}

/// The same of REST.
async fn shown_by_rest(rest: &Rest, path: &str) -> Vec<Value> {
    let answer = rest.get(path).await.expect(200);
    let mut columns = answer["columns"].as_array().expect("a list").clone();
    for column in &mut columns {
        let column = column.as_object_mut().unwrap();
        column.remove("analyzed_at").expect("a moment");
        column.remove("type").expect("a type");
    }
    columns.sort_by_key(|one| one["column"].to_string());
    columns
}

async fn statistics_are_the_same_over_grpc_and_rest(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let rest = Rest::of(&server);
    figures(&rest).await;
    let mut client = StatisticsServiceClient::new(channel(&server).await);
    for (path, partition, other_path, other) in [
        (TABLE, "", PARTITION, PARTITION_NAME),
        (PARTITION, PARTITION_NAME, TABLE, ""),
    ] {
        let none = shown(&mut client, ask(partition, "", &[])).await;
        assert!(none.is_empty(), "{none:?}");
        rest.put(path, json!({"columns": in_json()}))
            .await
            .expect(204);
        let found = shown(&mut client, ask(partition, "", &[])).await;
        assert_eq!(found, in_messages(), "{path}");
        let some = shown(&mut client, ask(partition, "hive", &["L", "s"])).await;
        assert_eq!(some.len(), 2, "{some:?}");
        let none = shown(&mut client, ask(partition, "trino", &[])).await;
        assert!(none.is_empty(), "{none:?}");

        let update = UpdateStatisticsRequest {
            table: table_name("figures"),
            partition: other.to_owned(),
            engine: "impala".to_owned(),
            columns: in_messages(),
        };
        client.update_statistics(update).await.unwrap();
        let told = shown_by_rest(&rest, &format!("{other_path}?engine=impala")).await;
        assert_eq!(told, in_json(), "{other_path}");

        let forget = |columns: &[&str]| DeleteStatisticsRequest {
            table: table_name("figures"),
            partition: partition.to_owned(),
            engine: String::new(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        };
        client.delete_statistics(forget(&["l"])).await.unwrap();
        let again = client.delete_statistics(forget(&["l"])).await.unwrap_err();
        refused(&again, Code::NotFound, "NOT_FOUND", None);
        let left = shown_by_rest(&rest, path).await;
        assert_eq!(left.len(), kinds().len() - 1);
        client.delete_statistics(forget(&[])).await.unwrap();
        assert_eq!(shown_by_rest(&rest, path).await, [] as [Value; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_that_cannot_be_are_refused_with_the_field_at_fault() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = StatisticsServiceClient::new(shop(&server).await);
    let decimal = Values::DecimalValues(DecimalValues {
        low: Some("x".to_owned()),
        high: None,
    });
    let text = Values::StringValues(StringValues {
        longest: 3,
        average: 2.0,
    });
    let request = "INVALID_REQUEST";
    let object = "INVALID_OBJECT";
    let faults: [(UpdateStatisticsRequest, _, _); 9] = [
        (update(|one| one.table = None), request, "table.database"),
        (
            update(|one| one.columns = vec![of_column("id", None)]),
            request,
            "columns[0].values",
        ),
        (
            update(|one| one.columns.push(of_column("", long()))),
            request,
            "columns[1].column",
        ),
        (
            update(|one| one.partition = "hour".to_owned()),
            request,
            "partition",
        ),
        (
            update(|one| one.columns = vec![of_column("x", long())]),
            object,
            "columns[0].column",
        ),
        (
            update(|one| one.columns.push(of_column("ID", long()))),
            object,
            "columns[1].column",
        ),
        (
            update(|one| one.columns = vec![of_column("id", Some(decimal))]),
            object,
            "columns[0].values",
        ),
        (
            update(|one| one.columns = vec![of_column("id", Some(text))]),
            object,
            "columns[0].values",
        ),
        (
            update(|one| one.columns[0].nulls = Some(-2)),
            object,
            "columns[0].nulls",
        ),
    ];
    for (request, reason, field) in faults {
        let failure = client.update_statistics(request).await.unwrap_err();
        refused(&failure, Code::InvalidArgument, reason, Some(field));
    }
}

fn long() -> Option<Values> {
    let (low, high) = (Some(1), Some(2));
    Some(Values::LongValues(LongValues { low, high }))
}

fn of_column(column: &str, values: Option<Values>) -> ColumnStatistics {
    ColumnStatistics {
        column: column.to_owned(),
        values,
        ..ColumnStatistics::default()
    }
}

/// A request that is right but for `change`.
fn update(change: impl FnOnce(&mut UpdateStatisticsRequest)) -> UpdateStatisticsRequest {
    let mut request = UpdateStatisticsRequest {
        table: table_name("orders"),
        columns: vec![of_column("id", long())],
        ..UpdateStatisticsRequest::default()
    };
    change(&mut request);
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_of_what_is_not_there_are_refused() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = StatisticsServiceClient::new(shop(&server).await);
    let nameless = GetStatisticsRequest {
        table: table_name("orders"),
        columns: vec![String::new()],
        ..GetStatisticsRequest::default()
    };
    let failure = client.get_statistics(nameless).await.unwrap_err();
    let field = Some("columns[0]");
    refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    let missing = GetStatisticsRequest {
        table: table_name("orders"),
        partition: "dt=2026-11-22/hour=1".to_owned(),
        ..GetStatisticsRequest::default()
    };
    let failure = client.get_statistics(missing).await.unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
}
