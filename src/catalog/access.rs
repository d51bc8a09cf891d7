//! Who may do what: the one question that each operation asks before it does anything, and who answers it.
//!
//! An operation names its action and what it acts on, once. Nothing is refused yet: [`AllowAll`] answers until somebody
//! is authenticated. A partition goes with its table, and so do its statistics.

use crate::error::Result;
use crate::model::{Caller, DatabaseRef, FunctionRef, Name, TableRef};
use futures::future::{self, BoxFuture};
use std::fmt;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// To learn that something is there, and what is known of it.
    See,
    /// To make something inside of it.
    Create,
    /// To change what it is.
    Alter,
    /// To change what it holds: partitions, statistics, data.
    Write,
    /// To take it away.
    Drop,
    /// To take locks, keep and return them.
    Lock,
    /// To make skep work at it: runs, tests, what people answer to alerts, upkeep.
    Operate,
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource<'a> {
    /// All of it: what belongs to no catalog.
    Server,
    /// A catalog.
    Catalog(&'a Name),
    /// A database.
    Database(&'a DatabaseRef),
    /// A table or view with its partitions.
    Table(&'a TableRef),
    /// A function.
    Function(&'a FunctionRef),
    /// A source of the schema watch.
    Source(&'a str),
    /// A channel of its alerts.
    Channel(&'a str),
}

/// Decides. The answer may stand in a database, so it may take its time.
pub trait Authorizer: fmt::Debug + Send + Sync {
    /// Fails with [`Denied`](crate::error::Error::Denied) where the caller may not do this.
    fn authorize<'a>(
        &'a self,
        caller: &'a Caller,
        action: Action,
        resource: Resource<'a>,
    ) -> BoxFuture<'a, Result<()>>;
}

/// Everybody may do everything.
#[derive(Debug, Clone, Copy)]
pub struct AllowAll;

impl Authorizer for AllowAll {
    fn authorize<'a>(
        &'a self,
        _caller: &'a Caller,
        _action: Action,
        _resource: Resource<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(future::ready(Ok(())))
    }
}
