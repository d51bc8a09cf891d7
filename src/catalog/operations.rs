//! The catalog as somebody sees it: every operation is asked for by a caller, and asks in turn whether that one may.
//!
//! The bodies stand with their nouns, in `impl Operations` blocks; what they share stands on [`Catalog`], which asks
//! nobody. The first line of an operation is its question. One that is made of others calls what is below them, so that
//! one request is one question; the few that touch two things (an exchange, a move into another database) ask twice.

use super::Catalog;
use super::access::{Action, Resource};
use crate::error::Result;
use crate::model::{Caller, Way};
use std::ops::Deref;
use std::sync::LazyLock;

/// skep itself.
pub(crate) static SYSTEM: LazyLock<Caller> = LazyLock::new(Caller::system);

/// The operations of a catalog for one caller.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    catalog: &'a Catalog,
    /// Who asks.
    pub(in crate::catalog) caller: &'a Caller,
}

impl Catalog {
    /// The operations, for whoever asks.
    pub fn for_caller<'a>(&'a self, caller: &'a Caller) -> Operations<'a> {
        Operations {
            catalog: self,
            caller,
        }
    }

    /// The operations, for background work of skep itself.
    pub fn for_system(&self) -> Operations<'_> {
        self.for_caller(&SYSTEM)
    }

    /// Fails with `Denied` where the caller may not do this. skep's own work asks nobody: what it may do stands in its
    /// code.
    pub(crate) async fn authorize(
        &self,
        caller: &Caller,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<()> {
        if caller.via == Way::Task {
            return Ok(());
        }
        self.authorizer.authorize(caller, action, resource).await
    }
}

impl Operations<'_> {
    /// The question that each operation begins with.
    pub(in crate::catalog) async fn authorize(
        &self,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<()> {
        self.catalog.authorize(self.caller, action, resource).await
    }
}

impl Deref for Operations<'_> {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        self.catalog
    }
}
