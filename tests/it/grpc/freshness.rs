//! What tables expect of their data: the same over gRPC and REST.

use super::{refused, shop, table_name};
use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use skep_wire::v1::freshness_service_client::FreshnessServiceClient;
use skep_wire::v1::{
    CheckFreshnessRequest, DeleteFreshnessRequest, FreshnessStanding, GapKind, GetFreshnessRequest,
    ListFreshnessRequest, UpdateFreshnessRequest,
};
use std::collections::BTreeMap;
use tonic::Code;

fn expecting(settings: &[(&str, &str)]) -> UpdateFreshnessRequest {
    let settings = settings.iter();
    let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    UpdateFreshnessRequest {
        name: table_name("orders"),
        settings: settings.collect::<BTreeMap<_, _>>(),
        unset: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_table_expects_is_the_same_over_grpc_and_rest() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = FreshnessServiceClient::new(shop(&server).await);
    let name = table_name("orders");
    let nothing = client.get_freshness(GetFreshnessRequest { name: name.clone() });
    refused(
        &nothing.await.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        None,
    );
    let wrong = client
        .update_freshness(expecting(&[("every", "90m")]))
        .await;
    refused(
        &wrong.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("settings[\"every\"]"),
    );

    let wanted = expecting(&[("every", "1d"), ("within", "1h"), ("since", "2026-11-20")]);
    let stands = client.update_freshness(wanted).await.unwrap().into_inner();
    let stands = stands.table.expect("a table");
    assert_eq!(stands.standing(), FreshnessStanding::Lacking);
    assert_eq!(stands.expectation.unwrap().within_seconds, 3600);
    let checked = client.check_freshness(CheckFreshnessRequest { name: name.clone() });
    let checked = checked.await.unwrap().into_inner().table.unwrap();
    assert_eq!(checked.standing(), FreshnessStanding::Lacking);
    assert_eq!(checked.gaps.len(), 1);
    assert_eq!(checked.gaps[0].kind(), GapKind::Missing);

    let all = client.list_freshness(ListFreshnessRequest::default());
    let all = all.await.unwrap().into_inner().tables;
    assert_eq!(all, std::slice::from_ref(&checked));
    let of_catalog = |catalog: &str| ListFreshnessRequest {
        catalog: catalog.to_owned(),
        ..ListFreshnessRequest::default()
    };
    let in_hive = client.list_freshness(of_catalog("hive")).await.unwrap();
    assert_eq!(in_hive.into_inner().tables, all);
    let nowhere = client.list_freshness(of_catalog("nowhere")).await;
    refused(&nowhere.unwrap_err(), Code::NotFound, "NOT_FOUND", None);
    let lacking = ListFreshnessRequest {
        lacking: true,
        ..ListFreshnessRequest::default()
    };
    let lacking = client.list_freshness(lacking).await.unwrap();
    assert_eq!(lacking.into_inner().tables, all);
    let over_rest = Rest::of(&server)
        .get("/databases/shop/tables/orders/freshness")
        .await
        .expect(200);
    assert_eq!(over_rest["standing"], "lacking");
    assert_eq!(over_rest["gaps"][0]["text"], checked.gaps[0].text.as_str());

    let unset = UpdateFreshnessRequest {
        name: name.clone(),
        unset: vec!["since".to_owned(), "within".to_owned()],
        ..UpdateFreshnessRequest::default()
    };
    let stands = client.update_freshness(unset).await.unwrap().into_inner();
    let stands = stands.table.expect("a table");
    assert_eq!(stands.expectation.unwrap().within_seconds, 86_400);
    client
        .delete_freshness(DeleteFreshnessRequest { name })
        .await
        .unwrap();
    let all = client.list_freshness(ListFreshnessRequest::default());
    assert!(all.await.unwrap().into_inner().tables.is_empty());
}
