//! Partitions of any number, a page a message. Each page is read when the client has taken the one before, by a connection of the
//! database that nobody holds meanwhile.

use super::Answers;
use crate::catalog::{PARTITION_PAGE_BYTES, PartitionSelection};
use crate::error::Error;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::TableRef;
use futures::{StreamExt, stream};
use prost::Message;
use skep_wire::v1::{ListPartitionsRequest, ListPartitionsResponse, Partition};
use std::collections::VecDeque;

/// Partitions that are read at once at most.
const PAGE: usize = 1000;
/// Bytes after which a message takes no more partitions: clients take 4 MiB where they are not told otherwise.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// Where a listing stands.
struct Listing {
    asked: Asked,
    at: TableRef,
    filter: String,
    after: Option<String>,
    /// How many more are wanted.
    left: usize,
    /// What is read and not sent.
    waiting: VecDeque<Partition>,
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
        waiting: VecDeque::new(),
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
        if self.waiting.is_empty() {
            // What is read may be as large as that: it is counted as it is afterwards.
            self.asked.hold(PARTITION_PAGE_BYTES).await?;
            self.read().await?;
        }
        let (mut partitions, mut bytes) = (Vec::new(), 0);
        while bytes < MESSAGE_BYTES
            && let Some(one) = self.waiting.pop_front()
        {
            bytes += one.encoded_len();
            partitions.push(one);
        }
        if partitions.is_empty() {
            return Ok(None);
        }
        let page = ListPartitionsResponse { partitions };
        self.asked.count(&page).await?;
        Ok(Some(page))
    }

    async fn read(&mut self) -> Result<(), Error> {
        if self.left == 0 {
            return Ok(());
        }
        let selection = PartitionSelection::Filter(&self.filter);
        let size = PAGE.min(self.left);
        let after = self.after.as_deref();
        let catalog = self.asked.catalog();
        let page = catalog
            .partition_page(&self.at, selection, after, size)
            .await?;
        let partitions = page.found.partitions.iter();
        self.left = match page.next {
            Some(_) => self.left - partitions.len(),
            None => 0,
        };
        self.after = page.next;
        let root = page.found.table.location.as_ref();
        self.waiting = partitions
            .map(|one| to_wire::partition_listed(one, root))
            .collect();
        Ok(())
    }
}
