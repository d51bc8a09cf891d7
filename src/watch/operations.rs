//! The watch as somebody sees it: every operation is asked for by a caller, and asks in turn whether that one may.

use super::Watch;
use crate::catalog::service::SYSTEM;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::Caller;
use std::ops::Deref;

/// The operations of the watch for one caller.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    watch: &'a Watch,
    caller: &'a Caller,
}

impl Watch {
    /// The operations, for whoever asks.
    pub fn for_caller<'a>(&'a self, caller: &'a Caller) -> Operations<'a> {
        Operations {
            watch: self,
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
    pub(in crate::watch) async fn authorize(
        &self,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<()> {
        let catalog = &self.watch.catalog;
        catalog.authorize(self.caller, action, resource).await
    }
}

impl Deref for Operations<'_> {
    type Target = Watch;

    fn deref(&self) -> &Watch {
        self.watch
    }
}
