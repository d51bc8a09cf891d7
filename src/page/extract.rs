//! Reading requests: what is wrong with one is told on a page.

use super::Shared;
use super::failure::Failure;
use crate::error::Error;
use crate::http::{form_read, path_read, query_read};
use axum::extract::rejection::RawFormRejection;
use axum::extract::{FromRequest, FromRequestParts, RawForm, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The variable segments of the path, decoded.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Shared>> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        let read = path_read(parts).await;
        read.map(Self).map_err(|fault| Failure::Faulty(fault.why))
    }
}

/// The query. What a page does not know is passed over: addresses are passed on with all kinds of additions.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        let read = query_read(parts.uri.query().unwrap_or_default());
        read.map(Self).map_err(|fault| Failure::Faulty(fault.why))
    }
}

/// The fields of a form that is sent, 16 KiB at most.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Self::Rejection> {
        let sent = RawForm::from_request(request, shared).await;
        let RawForm(sent) = sent.map_err(|refused| Error::Invalid(words_of(&refused)))?;
        let read = form_read(&sent);
        Ok(Self(read.map_err(|fault| Error::Invalid(fault.why))?))
    }
}

fn words_of(refused: &RawFormRejection) -> String {
    match refused {
        RawFormRejection::InvalidFormContentType(_) => {
            "this is no form: send the fields as application/x-www-form-urlencoded".to_owned()
        }
        other => other.body_text(),
    }
}
