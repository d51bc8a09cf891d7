//! Jobs: what a drop leaves to do is seen over gRPC as over REST.

use super::{channel, refused, shop};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use skep_wire::v1::job_service_client::JobServiceClient;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{DeleteTableRequest, GetJobRequest, JobKind, JobPhase, ListJobsRequest};
use tonic::Code;

on_every_database!(what_a_drop_deletes_is_a_job);

async fn what_a_drop_deletes_is_a_job(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let mut tables = TableServiceClient::new(shop(&server).await);
    let mut client = JobServiceClient::new(channel(&server).await);
    let gone = DeleteTableRequest {
        name: super::table_name("orders"),
        delete_data: true,
        ..DeleteTableRequest::default()
    };
    tables.delete_table(gone).await.unwrap();
    let listed = client.list_jobs(ListJobsRequest::default()).await;
    let listed = listed.unwrap().into_inner();
    let job = &listed.jobs[0];
    assert_eq!((job.kind(), listed.next), (JobKind::DropTable, None));
    assert!(job.subject.contains("shop.orders"), "{job:?}");
    assert!(job.create_time.is_some());
    let found = client.get_job(GetJobRequest { id: job.id }).await.unwrap();
    assert_eq!(found.get_ref().job.as_ref().map(|one| one.id), Some(job.id));
    let over_rest = Rest::of(&server).get(&format!("/jobs/{}", job.id)).await;
    assert_eq!(over_rest.expect(200)["kind"], "drop_table");
    for (kind, phase, count) in [
        (JobKind::DropTable, JobPhase::Unspecified, 1),
        (JobKind::Truncate, JobPhase::Unspecified, 0),
        (JobKind::Unspecified, JobPhase::Undoing, 0),
    ] {
        let request = ListJobsRequest {
            kind: kind.into(),
            phase: phase.into(),
            ..ListJobsRequest::default()
        };
        let found = client.list_jobs(request).await.unwrap();
        assert_eq!(found.get_ref().jobs.len(), count, "{kind:?} {phase:?}");
    }
    let odd = ListJobsRequest {
        phase: 99,
        ..ListJobsRequest::default()
    };
    let failure = client.list_jobs(odd).await.unwrap_err();
    refused(
        &failure,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("phase"),
    );
    let failure = client
        .get_job(GetJobRequest { id: 99_999 })
        .await
        .unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
}
