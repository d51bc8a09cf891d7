//! Search as somebody uses it: every operation is asked for by a caller, and asks in turn whether that one may.

use super::Search;
use crate::catalog::service::SYSTEM;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::Caller;
use std::ops::Deref;

/// The operations of search for one caller.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    search: &'a Search,
    caller: &'a Caller,
}

impl Search {
    /// The operations, for whoever asks.
    pub fn for_caller<'a>(&'a self, caller: &'a Caller) -> Operations<'a> {
        Operations {
            search: self,
            caller,
        }
    }

    /// The operations, for background work of skep itself.
    pub fn for_system(&self) -> Operations<'_> {
        self.for_caller(&SYSTEM)
    }
}

impl Operations<'_> {
    /// The question that each operation begins with.
    pub(in crate::search) async fn authorize(
        &self,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<()> {
        let catalog = &self.search.catalog;
        catalog.authorize(self.caller, action, resource).await
    }
}

impl Deref for Operations<'_> {
    type Target = Search;

    fn deref(&self) -> &Search {
        self.search
    }
}
