//! The variable segments of a path.

use super::Fault;
use super::words::wanted_words;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// What a segment is called that cannot be told by its name.
const WHOLE: &str = "path";

/// The variable segments of the path that a request was routed by, decoded, in their order.
pub async fn path_read<T: DeserializeOwned + Send>(parts: &mut Parts) -> Result<T, Fault> {
    let refused = match Path::<T>::from_request_parts(parts, &()).await {
        Ok(Path(segments)) => return Ok(segments),
        Err(PathRejection::FailedToDeserializePathParams(refused)) => refused.into_kind(),
        Err(other) => return Err(Fault::at(WHOLE.to_owned(), other.body_text())),
    };
    let (at, value, wanted) = match &refused {
        ErrorKind::ParseErrorAtIndex {
            index,
            value,
            expected_type,
        } => {
            let at = named(parts, |place, _| place == *index).await;
            (at, value, *expected_type)
        }
        ErrorKind::ParseErrorAtKey {
            key,
            value,
            expected_type,
        } => (Some(key.clone()), value, *expected_type),
        ErrorKind::ParseError {
            value,
            expected_type,
        } => {
            let at = named(parts, |_, one| one == value).await;
            (at, value, *expected_type)
        }
        ErrorKind::InvalidUtf8InPathParam { key } => {
            let why = format!("{key} is no UTF-8 once its percent-encoding is undone");
            return Err(Fault::at(key.clone(), why));
        }
        other => return Err(Fault::at(WHOLE.to_owned(), other.to_string())),
    };
    let field = at.unwrap_or_else(|| WHOLE.to_owned());
    let wanted = wanted_words(wanted);
    let why = format!("{field} is '{value}' and must be {wanted}");
    Err(Fault::at(field, why))
}

/// The name of the segment that is meant, by its place or its value.
async fn named(parts: &mut Parts, is_meant: impl Fn(usize, &str) -> bool) -> Option<String> {
    let segments = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let mut segments = segments.iter().enumerate();
    let found = segments.find(|(place, (_, value))| is_meant(*place, value));
    found.map(|(_, (name, _))| name.to_owned())
}
