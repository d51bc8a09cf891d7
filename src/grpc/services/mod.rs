//! The services: a line a method, and in a file a noun the functions behind them.

mod add_stream;
mod alerts;
mod batch;
mod batch_get;
mod calendar;
mod catalogs;
mod databases;
mod discovery;
mod discovery_run;
mod events;
mod freshness;
mod functions;
mod jobs;
mod list_stream;
mod locks;
mod partition_changes;
mod partition_name;
mod partitions;
mod sources;
mod statistics;
mod tables;

use super::Shared;
use super::asked::Asked;
use super::failure::Failure;
use crate::error::Error;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use prost::Message;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// All services.
#[derive(Debug, Clone)]
pub(super) struct Services(pub(super) Arc<Shared>);

/// What a method does with a request.
type Work<Q, A> = fn(Asked, Q) -> BoxFuture<'static, Result<A, Failure>>;
/// An answer of many messages.
type Answers<A> = BoxStream<'static, Result<A, Status>>;

impl Services {
    /// Runs a method that changes nothing.
    async fn read<Q, A: Message>(
        &self,
        request: Request<Q>,
        work: Work<Q, A>,
    ) -> Result<Response<A>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let answer = work(asked.clone(), request.into_inner()).await?;
        asked.count(&answer).await?;
        Ok(Response::new(answer))
    }

    /// Runs a method that changes something.
    async fn change<Q, A: Message>(
        &self,
        request: Request<Q>,
        work: Work<Q, A>,
    ) -> Result<Response<A>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let answer = work(asked.clone(), request.into_inner()).await?;
        asked.owe(&answer);
        Ok(Response::new(answer))
    }
}

/// What is told where settings are refused: by the name of the one that makes no sense, where it is one of those that begin with
/// `prefix`, else by what `other` names.
fn settings_refused(error: Error, prefix: &str, other: &str) -> Failure {
    let Error::Property(fault) = error else {
        return error.into();
    };
    let name = fault.property.strip_prefix(prefix);
    let field = name.map_or(other.to_owned(), |name| format!("settings[{name:?}]"));
    Failure::field(field, fault.to_string())
}

/// An error by an argument that this interface calls by another name.
fn renamed(error: Error, theirs: &str, ours: &'static str) -> Failure {
    match error {
        Error::Argument { name, why } if name == theirs => Error::argument(ours, why),
        other => other,
    }
    .into()
}

/// The items of one page out of a list that was read with one item more than the page holds, and the key of the last one where
/// there are more.
fn page_of<T, K>(mut items: Vec<T>, size: usize, key: impl Fn(&T) -> K) -> (Vec<T>, Option<K>) {
    if items.len() <= size {
        return (items, None);
    }
    items.truncate(size);
    let next = items.last().map(key);
    (items, next)
}
