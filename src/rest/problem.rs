//! Failures as `application/problem+json` (RFC 9457): the one shape in which HTTP errors leave.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A failed request.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The kind of failure, the same for every occurrence.
    pub(super) title: &'static str,
    /// This occurrence.
    pub(super) detail: String,
}

impl Problem {
    /// Something that skep depends on does not answer.
    pub(super) fn unavailable(detail: String) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            title: "not available at the moment",
            detail,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, kind, body.to_string()).into_response()
    }
}
