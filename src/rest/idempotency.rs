//! Requests that may be sent again: with the header `Idempotency-Key` an operation is done once, and who sends the same
//! again gets what was answered then, from whichever replica.

use super::extract::{body_limit, body_read};
use super::problem::{Kind, Problem};
use super::{Shared, caller};
use crate::budget::Reservation;
use crate::model::{AnswerClaim, AnswerKey, KeptAnswer};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::response::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The header.
pub(super) const KEY: &str = "Idempotency-Key";
/// What says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Bytes of a key at most.
const KEY_BYTES_MAX: usize = 255;
/// Bytes of an answer that is kept at most; a larger one is given once, and its request is done again.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Seconds beyond the time of a request after which it is over for certain.
const OVER_S: u64 = 60;

/// Runs a request, or gives the answer that it got before.
pub(super) async fn once<F: Future<Output = Response>>(
    request: Request,
    shared: Arc<Shared>,
    run: impl FnOnce(Request, Arc<Shared>) -> F,
) -> Response {
    match key_of(request.headers()) {
        Ok(None) => run(request, shared).await,
        Ok(Some(key)) => keyed(key, request, shared, run)
            .await
            .unwrap_or_else(Problem::into_response),
        Err(problem) => problem.into_response(),
    }
}

async fn keyed<F: Future<Output = Response>>(
    key: String,
    request: Request,
    shared: Arc<Shared>,
    run: impl FnOnce(Request, Arc<Shared>) -> F,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let limit = body_limit(&parts.headers, &shared)?;
    let bytes = body_read(body, limit, &parts.extensions).await?;
    let caller = caller(&parts.extensions);
    let target = parts.uri.path_and_query();
    let target = target.map_or("", PathAndQuery::as_str);
    let key = AnswerKey {
        name: hash(&[caller.user.as_bytes(), key.as_bytes()]),
        caller: hash(&[caller.user.as_bytes(), client(&parts.extensions).as_bytes()]),
        fingerprint: hash(&[parts.method.as_str().as_bytes(), target.as_bytes(), &bytes]),
    };
    let catalog = shared.catalog.for_caller(&caller);
    let seconds = shared.port.limits.request_timeout.as_secs() + OVER_S;
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let holder = match catalog.answer_claim(&key, seconds).await? {
        AnswerClaim::New(holder) => holder,
        AnswerClaim::Kept(answer) => return Ok(again(answer)),
        AnswerClaim::UnderWay => {
            let text = "the same request is under way; ask again for its answer";
            return Err(Problem::later(Kind::Conflict, text));
        }
        AnswerClaim::OtherRequest => {
            let text = format!("{KEY} came with another request within a day");
            return Err(Problem::key_reused(KEY, text));
        }
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = run(request, Arc::clone(&shared)).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let kept = if parts.status.is_success() && body.len() <= ANSWER_BYTES_MAX {
        let answer = kept_of(&parts, &body);
        catalog.answer_keep(&key.name, &holder, &answer).await
    } else {
        catalog.answer_release(&key.name, &holder).await
    };
    if let Err(failure) = kept {
        // It is done or refused: to say otherwise would have it done again.
        tracing::warn!(%failure, "the answer to a request with a key cannot be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn kept_of(parts: &Parts, body: &[u8]) -> KeptAnswer {
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    KeptAnswer {
        status: parts.status.as_u16(),
        kind: text(header::CONTENT_TYPE),
        location: text(header::LOCATION),
        tag: text(header::ETAG),
        body: body.to_vec(),
    }
}

/// The key, if there is one.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) && keys.next().is_none() => {
            Ok(Some(key.to_owned()))
        }
        _ => {
            let text = format!("{KEY} is one text of 1 to {KEY_BYTES_MAX} printable characters");
            Err(Problem::field(KEY, text))
        }
    }
}

/// An answer that was given before.
fn again(answer: KeptAnswer) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    for (name, text) in [
        (header::CONTENT_TYPE, answer.kind),
        (header::LOCATION, answer.location),
        (header::ETAG, answer.tag),
    ] {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(name, value);
        }
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    (status, headers, answer.body).into_response()
}

/// Whose share of the kept answers a request takes: one client that uses up its own takes nothing from the others.
fn client(extensions: &Extensions) -> String {
    let reservation = extensions.get::<Arc<Reservation>>();
    reservation.map_or_else(String::new, |held| held.address().to_string())
}

/// A hash of parts, each with its length, so that none runs into the next.
fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
