//! What a client is told whose request comes to no front end: a problem in JSON (RFC 9457), or a status of gRPC.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Why a request comes to no front end.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    retryable: bool,
}

impl Refusal {
    /// There is no room for it now.
    pub(super) fn unavailable(detail: String) -> Self {
        Self {
            kind: "urn:skep:problem:unavailable",
            title: "not available at the moment",
            status: 503,
            detail,
            retryable: true,
        }
    }

    /// It came without TLS to a port that takes nothing else.
    pub(super) fn plain(detail: String) -> Self {
        Self {
            kind: "urn:skep:problem:invalid-request",
            title: "the request cannot be understood",
            status: 400,
            detail,
            retryable: false,
        }
    }

    /// A page of another origin asks for a change.
    pub(super) fn cross_origin(detail: String) -> Self {
        Self {
            kind: "urn:skep:problem:cross-origin",
            title: "pages of other origins may not change anything",
            status: 403,
            detail,
            retryable: false,
        }
    }

    /// It is for a host that this server is not.
    pub(super) fn misdirected(detail: String) -> Self {
        Self {
            kind: "urn:skep:problem:misdirected",
            title: "the request is for another host",
            status: 421,
            detail,
            retryable: false,
        }
    }

    /// What is wrong, in words.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// The whole answer of HTTP/1.1 on a connection that ends with it.
    pub(super) fn last_words(&self) -> String {
        let body = self.body();
        let status = self.status();
        let retry = if self.retryable {
            "Retry-After: 1\r\n"
        } else {
            ""
        };
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
             {retry}Connection: close\r\n\r\n{body}",
            body.len()
        )
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        if is_grpc(asked) {
            return self.of_grpc();
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status(), kind, self.body()).into_response()
    }

    /// The answer as a gRPC client reads it: the status of HTTP means nothing to it.
    fn of_grpc(&self) -> Response {
        // PERMISSION_DENIED or UNAVAILABLE; the words are printable ASCII, and a percent sign begins no escape in them.
        let code = if self.retryable { "14" } else { "7" };
        let words = self.detail.replace('%', "%25");
        let mut response = StatusCode::OK.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/grpc"),
        );
        headers.insert("grpc-status", HeaderValue::from_static(code));
        if let Ok(words) = HeaderValue::from_str(&words) {
            headers.insert("grpc-message", words);
        }
        response
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn body(&self) -> String {
        // Texts and numbers alone: it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether a request is one of gRPC's, by its type.
pub fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_client_is_told_in_the_form_that_it_reads() {
        let refusal = Refusal::misdirected("100 % elsewhere".to_owned());
        let mut headers = HeaderMap::new();
        assert_eq!(refusal.answer(&headers).status(), 421);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/grpc+proto"),
        );
        let answer = refusal.answer(&headers);
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["grpc-status"], "7");
        assert_eq!(answer.headers()["grpc-message"], "100 %25 elsewhere");
    }
}
