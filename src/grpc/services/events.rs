//! The log of what changed.

use super::{Answers, Services};
use crate::catalog::{EventFilter, EventWatch, event_after_check};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size};
use crate::grpc::to_wire;
use crate::model::EventDigest;
use async_recursion::async_recursion as boxed;
use futures::{StreamExt, stream};
use skep_wire::v1::event_service_server::EventService;
use skep_wire::v1::{
    ListEventsRequest, ListEventsResponse, WatchEventsRequest, WatchEventsResponse,
};
use std::time::Duration;
use tonic::{Request, Response, Status};

/// How often a watcher is told where the log is, although nothing came.
const QUIET_MAX: Duration = Duration::from_secs(15);

#[tonic::async_trait]
impl EventService for Services {
    type WatchEventsStream = Answers<WatchEventsResponse>;

    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        self.read(request, list).await
    }

    async fn watch_events(
        &self,
        request: Request<WatchEventsRequest>,
    ) -> Result<Response<Self::WatchEventsStream>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let request = request.into_inner();
        let filter = from_wire::event_filter(request.filter, 0)?;
        let watch = asked.catalog().event_watch(filter, request.after).await;
        let watch = watch.map_err(Failure::from)?;
        Ok(Response::new(watched(asked, watch)))
    }
}

#[boxed]
async fn list(asked: Asked, request: ListEventsRequest) -> Result<ListEventsResponse, Failure> {
    let size = page_size(request.limit)?;
    let filter = from_wire::event_filter(request.filter, request.after)?;
    // Read before the list, so that a follower who stops at it has missed nothing.
    let last = asked.catalog().event_last_id().await?;
    event_after_check(request.after, last)?;
    let filter = EventFilter {
        up_to: Some(last),
        ..filter
    };
    let found = asked.catalog().event_list(&filter, size).await?;
    if let Some(catalog) = filter.catalog.as_ref().filter(|_| found.is_empty()) {
        // That there is no such catalog is another answer than that nothing happened in it.
        asked.catalog().catalog_get(catalog).await?;
    }
    let next = found.last().map_or(last, |event| event.id);
    let digests = found.into_iter().map(EventDigest::from);
    let events = digests.map(|digest| to_wire::event(&digest)).collect();
    Ok(ListEventsResponse { events, next, last })
}

fn watched(asked: Asked, watch: EventWatch) -> Answers<WatchEventsResponse> {
    // Where it begins, so that one that breaks at once goes on from there.
    let begin = WatchEventsResponse {
        events: Vec::new(),
        next: watch.position(),
    };
    let answers = stream::unfold(Some((asked, watch)), async |watching| {
        let (asked, mut watch) = watching?;
        match next(&asked, &mut watch).await {
            Ok(answer) => Some((Ok(answer), Some((asked, watch)))),
            Err(failure) => Some((Err(failure.into()), None)),
        }
    });
    stream::iter([Ok(begin)]).chain(answers).boxed()
}

async fn next(asked: &Asked, watch: &mut EventWatch) -> Result<WatchEventsResponse, Failure> {
    let ending = asked.shared.port.ending.clone();
    let came = tokio::select! {
        came = tokio::time::timeout(QUIET_MAX, watch.next()) => came,
        () = ending.cancelled() => return Err(Failure::ending()),
    };
    let events = match came {
        Ok(came) => came?.iter().map(|event| to_wire::event(event)).collect(),
        Err(_) => Vec::new(),
    };
    let answer = WatchEventsResponse {
        events,
        next: watch.position(),
    };
    asked.count(&answer).await?;
    Ok(answer)
}
