//! `grpc.health.v1`, as load balancers and Kubernetes ask it: whether calls can be served, by the same rule as `/readyz`.

use super::Shared;
use super::failure::Failure;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// How often a watcher's state is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The state of all services; they are served together or not at all.
#[derive(Debug, Clone)]
pub(super) struct Readiness {
    pub(super) shared: Arc<Shared>,
    /// The names that may be asked for.
    pub(super) services: Arc<[String]>,
}

impl Readiness {
    fn knows(&self, request: &HealthCheckRequest) -> bool {
        let service = &request.service;
        service.is_empty() || self.services.contains(service)
    }

    async fn now(&self) -> ServingStatus {
        let limit = self.shared.port.limits.ready_timeout;
        if self.shared.port.leaving.is_cancelled() {
            return ServingStatus::NotServing;
        }
        match self.shared.catalog.ping(limit).await {
            Ok(()) => ServingStatus::Serving,
            Err(_) => ServingStatus::NotServing,
        }
    }
}

fn told(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[tonic::async_trait]
impl Health for Readiness {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if !self.knows(request.get_ref()) {
            return Err(Status::not_found("there is no such service"));
        }
        Ok(Response::new(told(self.now().await)))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        if !self.knows(request.get_ref()) {
            let unknown = stream::iter([Ok(told(ServingStatus::ServiceUnknown))]);
            let ending = self.shared.port.ending.clone();
            let end = stream::once(async move {
                ending.cancelled().await;
                Err(Failure::ending().into())
            });
            return Ok(Response::new(unknown.chain(end).boxed()));
        }
        let states = stream::unfold(Some((self.clone(), None)), async |watching| {
            let (readiness, before) = watching?;
            loop {
                let now = readiness.now().await;
                if Some(now) != before {
                    return Some((Ok(told(now)), Some((readiness, Some(now)))));
                }
                let leaving = &readiness.shared.port.leaving;
                tokio::select! {
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = leaving.cancelled(), if !leaving.is_cancelled() => {}
                    () = readiness.shared.port.ending.cancelled() => {
                        return Some((Err(Failure::ending().into()), None));
                    }
                }
            }
        });
        Ok(Response::new(states.boxed()))
    }
}
