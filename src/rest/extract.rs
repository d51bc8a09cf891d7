//! Reading requests: path, query and body, each refused with the field at fault and, where one was mistyped, with the
//! nearest right one.

use super::Shared;
use super::problem::{Kind, Problem};
use super::view::moment_parse;
use crate::budget::Reservation;
use crate::error::Error;
use crate::http::{Fault, InflateError, inflate, path_read, plain_words, query_read};
use crate::model::{DEFAULT_CATALOG, DatabaseRef, Name, Severity, TableRef};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::sync::Arc;

/// Bytes in memory for each byte of JSON: the shortest values, `"",`, are 24 bytes each in a list that grows.
const JSON_FACTOR: usize = 16;

/// The variable segments of the path, decoded.
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Shared>> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(path_read(parts).await?))
    }
}

/// The query. Parameters that the operation does not know are refused.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(query_read(parts.uri.query().unwrap_or_default())?))
    }
}

/// A JSON body. Fields that the operation does not know are refused.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !is_json(kind) {
            let text = format!("send Content-Type: application/json instead of '{kind}'");
            return Err(Problem::new(Kind::MediaType, text));
        }
        let limit = body_limit(request.headers(), shared)?;
        let (parts, body) = request.into_parts();
        let reservation = reservation_of(&parts.extensions)?;
        let inflating = is_gzip(&parts.headers)?;
        let bytes = body_read(body, limit, &parts.extensions).await?;
        let bytes = if inflating {
            inflated(&bytes, limit, &reservation).await?
        } else {
            bytes
        };
        let values = body_cost(bytes.len()) - bytes.len();
        reservation.grow(values).await.map_err(Error::from)?;
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            // Serde would read a list as the fields of the object, in their order in the code.
            let why = "the body is a list and must be an object";
            return Err(Problem::new(Kind::InvalidRequest, why));
        }
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let body = serde_path_to_error::deserialize(&mut json);
        let body = body.map_err(|failure| match failure.inner().classify() {
            Category::Syntax | Category::Eof | Category::Io => no_json(failure.inner()),
            Category::Data => Fault::of("field", &failure).into(),
        })?;
        json.end().map_err(|failure| no_json(&failure))?;
        Ok(Self(body))
    }
}

fn no_json(failure: &serde_json::Error) -> Problem {
    let words = failure.to_string();
    let plain = plain_words(&words);
    // Where nothing was sent, the words say so themselves.
    let why = if plain == words {
        format!("the body is no JSON: {words}")
    } else {
        plain
    };
    Problem::new(Kind::InvalidRequest, why)
}

/// A database of the path, in the catalog that the query names.
pub(super) fn database_at(catalog: Option<&str>, database: &str) -> DatabaseRef {
    DatabaseRef::new(catalog_at(catalog), database)
}

/// A table of the path, in the catalog that the query names.
pub(super) fn table_at(catalog: Option<&str>, (database, table): &(String, String)) -> TableRef {
    database_at(catalog, database).table(table.as_str())
}

/// The catalog that the query names; `hive` where it names none.
pub(super) fn catalog_at(catalog: Option<&str>) -> Name {
    Name::new(catalog.unwrap_or(DEFAULT_CATALOG))
}

/// A moment that a field or parameter names, in seconds since the epoch.
pub(super) fn moment_of(field: &'static str, text: &str) -> Result<i64, Problem> {
    moment_parse(text).ok_or_else(|| {
        let why = "a moment such as 2026-11-22T10:00:00Z, or a day such as 2026-11-22";
        Problem::field(field, format!("{field} is '{text}' and must be {why}"))
    })
}

/// The severity that the parameter `severity` names.
pub(super) fn severity_of(text: Option<&str>) -> Result<Option<Severity>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let found = Severity::parse(text);
    found.map(Some).ok_or_else(|| {
        let known = Severity::ALL.map(Severity::as_str).join(", ");
        let why = format!("severity is '{text}' and must be one of {known}");
        Problem::field("severity", why)
    })
}

/// Whether a body is compressed. Fails for a coding other than gzip.
fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else {
        return Ok(false);
    };
    let coding = String::from_utf8_lossy(coding.as_bytes());
    match coding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Ok(true),
        "" | "identity" => Ok(false),
        _ => {
            let text =
                format!("send the body plain or with Content-Encoding: gzip, not '{coding}'");
            Err(Problem::new(Kind::MediaType, text))
        }
    }
}

async fn inflated(
    bytes: &[u8],
    limit: usize,
    reservation: &Reservation,
) -> Result<Vec<u8>, Problem> {
    inflate(bytes, limit, reservation)
        .await
        .map_err(|failure| match failure {
            InflateError::TooLong(limit) => Problem::too_large(limit),
            InflateError::Refused(exhausted) => Error::from(exhausted).into(),
            InflateError::Broken(_) => Problem::new(Kind::InvalidRequest, failure.to_string()),
        })
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let (kind, subtype) = kind.split_once('/').unwrap_or_default();
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json") || subtype.to_ascii_lowercase().ends_with("+json"))
}

/// What a body of so many bytes holds of the server's budget, bytes: itself, and the values it is read into.
pub fn body_cost(body_bytes: usize) -> usize {
    body_bytes.saturating_mul(1 + JSON_FACTOR)
}

/// Bytes of a body at most. One that says how large it is need not be waited for.
pub(super) fn body_limit(headers: &HeaderMap, shared: &Shared) -> Result<usize, Problem> {
    let limit = shared.port.limits.body_bytes_max;
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    Ok(limit)
}

fn reservation_of(extensions: &Extensions) -> Result<Arc<Reservation>, Problem> {
    let reservation = extensions.get::<Arc<Reservation>>().cloned();
    Ok(reservation.ok_or_else(|| Error::internal("a request without a frame"))?)
}

/// The bytes of a body, each piece counted as it arrives.
pub(super) async fn body_read(
    body: axum::body::Body,
    limit: usize,
    extensions: &Extensions,
) -> Result<Vec<u8>, Problem> {
    let reservation = reservation_of(extensions)?;
    let mut bytes = Vec::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|failure| {
            let text = format!("the body did not arrive: {failure}");
            Problem::new(Kind::InvalidRequest, text)
        })?;
        if bytes.len() + piece.len() > limit {
            return Err(Problem::too_large(limit));
        }
        reservation.grow(piece.len()).await.map_err(Error::from)?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_known_by_its_type() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(is_json(kind), json, "{kind}");
        }
    }
}
