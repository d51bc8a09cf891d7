//! A request with who sent it: the one way from a method to the operations, and what its answer takes of the budget.

use super::Shared;
use super::failure::Failure;
use crate::budget::Reservation;
use crate::error::Error;
use crate::front::caller;
use crate::model::{Caller, Peer, Way};
use crate::{catalog, discovery, freshness, search, watch};
use prost::Message;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tonic::Request;

/// Bytes in memory for each byte of an answer: its messages, and what they are encoded to.
const ANSWER_FACTOR: usize = 4;

/// What methods ask through.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What all requests share.
    pub(super) shared: Arc<Shared>,
    caller: Caller,
    reservation: Arc<Reservation>,
}

impl Asked {
    /// A request that came through the gate.
    pub(super) fn of<T>(shared: &Arc<Shared>, request: &Request<T>) -> Result<Self, Failure> {
        let reservation = request.extensions().get::<Arc<Reservation>>().cloned();
        let reservation =
            reservation.ok_or_else(|| Error::internal("a request without a frame"))?;
        Ok(Self {
            shared: Arc::clone(shared),
            caller: caller(Way::Grpc, &Peer::told(request.extensions().get()), None),
            reservation,
        })
    }

    /// The operations on Hive's nouns.
    pub(super) fn catalog(&self) -> catalog::Operations<'_> {
        self.shared.catalog.for_caller(&self.caller)
    }

    /// Those of discovery.
    pub(super) fn discovery(&self) -> discovery::Operations<'_> {
        self.shared.discovery.for_caller(&self.caller)
    }

    /// Those of the watch and its alerts.
    pub(super) fn watch(&self) -> watch::Operations<'_> {
        self.shared.watch.for_caller(&self.caller)
    }

    /// Those of what data tables expect.
    pub(super) fn freshness(&self) -> freshness::Operations<'_> {
        self.shared.freshness.for_caller(&self.caller)
    }

    /// Those of search.
    pub(super) fn search(&self) -> search::Operations<'_> {
        self.shared.search.for_caller(&self.caller)
    }

    /// Room for work that a client asked for and that takes its time, shared with REST.
    pub(super) fn run_permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let room = Arc::clone(&self.shared.runs).try_acquire_owned();
        room.map_err(|_| Failure::busy())
    }

    /// What the request holds of the budget.
    pub(super) fn reservation(&self) -> &Arc<Reservation> {
        &self.reservation
    }

    /// Counts bytes of what is to be answered, in place of all that was counted before.
    pub(super) async fn hold(&self, bytes: usize) -> Result<(), Failure> {
        let bytes = bytes * ANSWER_FACTOR;
        self.reservation.shrink_to(bytes);
        let more = bytes.saturating_sub(self.reservation.bytes());
        Ok(self.reservation.grow(more).await?)
    }

    /// Counts an answer, of a request that changed nothing, in place of what the request took.
    pub(super) async fn count(&self, answer: &impl Message) -> Result<(), Failure> {
        self.hold(answer.encoded_len()).await
    }

    /// The same of a change: to refuse the answer to what is done would be to say that it is not.
    pub(super) fn owe(&self, answer: &impl Message) {
        let bytes = answer.encoded_len() * ANSWER_FACTOR;
        self.reservation.shrink_to(bytes);
        let more = bytes.saturating_sub(self.reservation.bytes());
        self.reservation.owe(more);
    }
}
