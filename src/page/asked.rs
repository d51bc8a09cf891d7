//! A request with who sent it: the one way from a page to the operations.

use super::Shared;
use super::links::root_of;
use crate::front::caller;
use crate::model::{Caller, Peer, Way};
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
    /// How links of this page lead to the root of the pages.
    pub(super) root: String,
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

    /// From when ages are told, in seconds since the epoch.
    pub(super) fn now(&self) -> i64 {
        self.catalog().now()
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
            root: root_of(parts.uri.path()),
            caller: caller(Way::Page, &Peer::told(parts.extensions.get()), None),
        })
    }
}
