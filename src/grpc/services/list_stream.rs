//! Partitions of any number, a page a message. Each page is read when the client has taken the one before, by a connection of the
//! database that nobody holds meanwhile.

use super::Answers;
use crate::catalog::PartitionSelection;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::TableRef;
use futures::{StreamExt, stream};
use skep_wire::v1::{ListPartitionsRequest, ListPartitionsResponse};

/// Partitions of a message.
const PAGE: usize = 1000;

/// Where a listing stands.
struct Listing {
    asked: Asked,
    at: TableRef,
    filter: String,
    after: Option<String>,
    /// How many more are wanted.
    left: usize,
}

/// The pages of a listing. What is wrong with the request itself is told before the first of them.
pub(super) async fn pages(
    asked: Asked,
    request: ListPartitionsRequest,
) -> Result<Answers<ListPartitionsResponse>, Failure> {
    let at = from_wire::table("table", request.table)?;
    let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
    let mut listing = Listing {
        asked,
        at,
        filter: request.filter,
        after: from_wire::some_text(&request.after).map(str::to_owned),
        left: if limit == 0 { usize::MAX } else { limit },
    };
    let first = listing.next().await?;
    let rest = stream::unfold(Some(listing), async |listing| {
        let mut listing = listing?;
        match listing.next().await {
            Ok(Some(page)) => Some((Ok(page), Some(listing))),
            Ok(None) => None,
            Err(failure) => Some((Err(failure.into()), None)),
        }
    });
    Ok(stream::iter(first.map(Ok)).chain(rest).boxed())
}

impl Listing {
    async fn next(&mut self) -> Result<Option<ListPartitionsResponse>, Failure> {
        if self.left == 0 {
            return Ok(None);
        }
        let selection = PartitionSelection::Filter(&self.filter);
        let found = self
            .asked
            .catalog()
            .partition_page(
                &self.at,
                selection,
                self.after.as_deref(),
                PAGE.min(self.left),
            )
            .await?;
        let Some(last) = found.partitions.last() else {
            return Ok(None);
        };
        self.left -= found.partitions.len();
        let root = found.table.location.as_ref();
        let partitions = found.partitions.iter();
        let partitions = partitions.map(|one| to_wire::partition_listed(one, root));
        let page = ListPartitionsResponse {
            partitions: partitions.collect(),
        };
        self.after = Some(last.name.clone());
        self.asked.count(&page).await?;
        Ok(Some(page))
    }
}
