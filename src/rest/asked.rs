//! A request with who sent it: the one way from a handler to the operations.

use super::{Shared, caller};
use crate::model::Caller;
use crate::{catalog, discovery, freshness, search, watch};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

/// What handlers ask through.
#[derive(Debug)]
pub(super) struct Asked {
    /// What all requests share.
    pub(super) shared: Arc<Shared>,
    caller: Caller,
}

impl Asked {
    /// The operations on Hive's nouns.
    pub(super) fn catalog(&self) -> catalog::Operations<'_> {
        self.shared.catalog.for_caller(&self.caller)
    }

    /// Those of discovery.
    pub(super) fn discovery(&self) -> discovery::Operations<'_> {
        self.shared.discovery.for_caller(&self.caller)
    }

    /// Those of what data tables expect.
    pub(super) fn freshness(&self) -> freshness::Operations<'_> {
        self.shared.freshness.for_caller(&self.caller)
    }

    /// Those of search.
    pub(super) fn search(&self) -> search::Operations<'_> {
        self.shared.search.for_caller(&self.caller)
    }

    /// Those of the watch and its alerts.
    pub(super) fn watch(&self) -> watch::Operations<'_> {
        self.shared.watch.for_caller(&self.caller)
    }
}

impl FromRequestParts<Arc<Shared>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self {
            shared: Arc::clone(shared),
            caller: caller(&parts.extensions),
        })
    }
}
