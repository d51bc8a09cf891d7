//! Freshness as somebody sees it: every operation is asked for by a caller, and asks in turn whether that one may.

use super::Freshness;
use crate::catalog::service::SYSTEM;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::Caller;
use std::ops::Deref;

/// The operations of freshness for one caller.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    freshness: &'a Freshness,
    caller: &'a Caller,
}

impl Freshness {
    /// The operations, for whoever asks.
    pub fn for_caller<'a>(&'a self, caller: &'a Caller) -> Operations<'a> {
        Operations {
            freshness: self,
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
    pub(in crate::freshness) async fn authorize(
        &self,
        action: Action,
        resource: Resource<'_>,
    ) -> Result<()> {
        let catalog = &self.freshness.catalog;
        catalog.authorize(self.caller, action, resource).await
    }
}

impl Deref for Operations<'_> {
    type Target = Freshness;

    fn deref(&self) -> &Freshness {
        self.freshness
    }
}
