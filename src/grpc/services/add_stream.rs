//! Partitions of any number to be added, a batch a message. Each batch is one transaction and one answer; the next one is read when
//! the client can take that.

use super::Answers;
use super::batch::{add_options, batch_add};
use crate::catalog::AddOptions;
use crate::front::{Cut, Frame};
use crate::grpc::asked::Asked;
use crate::grpc::failure::{Failure, of_library};
use crate::grpc::from_wire;
use crate::model::TableRef;
use futures::{StreamExt, stream};
use skep_wire::v1::{AddPartitionsRequest, AddPartitionsResponse};
use tonic::{Status, Streaming};

/// A stream of batches.
struct Adding {
    asked: Asked,
    batches: Streaming<AddPartitionsRequest>,
    /// Bytes of the answer before, which may not be on its way yet.
    answered: usize,
    /// The table and the way that the last message named.
    place: Option<(TableRef, AddOptions)>,
}

/// The answers to batches. The first failure ends them: what was answered before is done.
pub(super) fn answers(
    asked: Asked,
    batches: Streaming<AddPartitionsRequest>,
) -> Answers<AddPartitionsResponse> {
    let adding = Adding {
        asked,
        batches,
        answered: 0,
        place: None,
    };
    let answers = stream::unfold(Some(adding), async |adding| {
        let mut adding = adding?;
        match adding.next().await {
            Ok(Some(answer)) => Some((Ok(answer), Some(adding))),
            Ok(None) => None,
            Err(status) => Some((Err(status), None)),
        }
    });
    answers.boxed()
}

impl Adding {
    async fn next(&mut self) -> Result<Option<AddPartitionsResponse>, Status> {
        // The batch before is done.
        self.asked.reservation().shrink_to(self.answered);
        let batch = tokio::select! {
            batch = self.batches.message() => batch.map_err(of_library)?,
            () = self.asked.shared.port.ending.cancelled() => return Err(Failure::ending().into()),
        };
        let Some(batch) = batch else {
            return Ok(None);
        };
        let asked = self.asked.clone();
        let frame = Frame {
            span: tracing::debug_span!("grpc", batch = batch.partitions.len()),
            limit: asked.shared.port.limits.request_timeout,
            reservation: asked.reservation(),
            bytes: 0,
        };
        let added = frame
            .run(
                self.added(batch),
                |cut: Cut| Err(Failure::from(cut)),
                |_, _| {},
            )
            .await?;
        asked.owe(&added);
        self.answered = asked.reservation().bytes();
        Ok(Some(added))
    }

    async fn added(
        &mut self,
        batch: AddPartitionsRequest,
    ) -> Result<AddPartitionsResponse, Failure> {
        if let Some(named) = batch.table {
            let at = from_wire::table("table", Some(named))?;
            let options = self.place.take().map(|(_, options)| options);
            self.place = Some((at, options.unwrap_or_else(|| add_options(None))));
        }
        let Some((at, options)) = &mut self.place else {
            let why = "the first message has to name the table";
            return Err(Failure::field("table", why));
        };
        if batch.options.is_some() {
            *options = add_options(batch.options);
        }
        let partitions = batch_add(&self.asked, at, *options, batch.partitions).await?;
        Ok(AddPartitionsResponse { partitions })
    }
}
