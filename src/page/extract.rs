//! Reading requests: what is wrong with one is told on a page.

use super::Shared;
use super::failure::Failure;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The variable segments of the path, decoded.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Shared>> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        match axum::extract::Path::<T>::from_request_parts(parts, shared).await {
            Ok(axum::extract::Path(segments)) => Ok(Self(segments)),
            Err(refused) => Err(Failure::Faulty(refused.body_text())),
        }
    }
}

/// The query. What a page does not know is passed over: addresses are passed on with all kinds of additions.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        match axum::extract::Query::<T>::from_request_parts(parts, shared).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(refused) => Err(Failure::Faulty(refused.body_text())),
        }
    }
}

/// The fields of a form that is sent, 16 KiB at most.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Self::Rejection> {
        match axum::extract::Form::<T>::from_request(request, shared).await {
            Ok(axum::extract::Form(fields)) => Ok(Self(fields)),
            Err(refused) => Err(Failure::Faulty(refused.body_text())),
        }
    }
}
