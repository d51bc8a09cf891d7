//! Failures as `application/problem+json` (RFC 9457): the one shape in which HTTP errors leave, and the one mapping from
//! the core's error to it.

use super::view::problem::{ProblemView, SubjectView};
use crate::catalog::ObjectFault;
use crate::error::Error;
use crate::front::{failure_log, words};
use crate::http::Fault;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// Seconds after which a client may try again what a dependency or a concurrent writer prevented.
const RETRY_AFTER_S: &str = "1";

/// What kinds of problem there are. A client tells them apart by their slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The thing asked for does not exist.
    NotFound,
    /// A thing of that name exists already.
    AlreadyExists,
    /// The request cannot be understood.
    InvalidRequest,
    /// What was sent is understood and cannot be stored.
    InvalidObject,
    /// The present state forbids it.
    NotAllowed,
    /// It is not as the request expects it.
    Outdated,
    /// The caller may not.
    Denied,
    /// A concurrent writer won every time.
    Conflict,
    /// skep does not do this.
    Unsupported,
    /// A dependency does not answer, or not in time.
    Unavailable,
    /// A fault of skep.
    Internal,
    /// No such path.
    NoSuchPath,
    /// The path does not answer this method.
    NoSuchMethod,
    /// The body is larger than the limit.
    TooLarge,
    /// The body is no JSON by its type.
    MediaType,
    /// The key of a request came with another one.
    KeyReused,
}

impl Kind {
    /// Slug and title.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not-found", "does not exist"),
            Self::AlreadyExists => ("already-exists", "exists already"),
            Self::InvalidRequest => ("invalid-request", "the request cannot be understood"),
            Self::InvalidObject => ("invalid-object", "what was sent cannot be stored"),
            Self::NotAllowed => ("not-allowed", "the present state forbids it"),
            Self::Outdated => ("outdated", "it is not as the request expects it"),
            Self::Denied => ("denied", "the caller may not do this"),
            Self::Conflict => ("conflict", "concurrent writers were faster"),
            Self::Unsupported => ("unsupported", "skep does not do this"),
            Self::Unavailable => ("unavailable", "not available at the moment"),
            Self::Internal => ("internal", "a fault of the server"),
            Self::NoSuchPath => ("no-such-path", "no such path"),
            Self::NoSuchMethod => ("no-such-method", "no such method"),
            Self::TooLarge => ("too-large", "the body is too large"),
            Self::MediaType => ("media-type", "the body is of another type"),
            Self::KeyReused => ("key-reused", "the key came with another request"),
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::AlreadyExists | Self::NotAllowed | Self::Conflict => StatusCode::CONFLICT,
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::InvalidObject | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Outdated => StatusCode::PRECONDITION_FAILED,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::Unsupported => StatusCode::NOT_IMPLEMENTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// A failed request.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    /// This occurrence.
    detail: String,
    retryable: bool,
    subject: Option<Box<SubjectView>>,
    /// The field or query parameter at fault.
    field: Option<String>,
}

impl Problem {
    /// A problem of a kind, told in words.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            retryable: false,
            subject: None,
            field: None,
        }
    }

    /// A request that cannot be understood because of one field or parameter.
    pub(super) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(Kind::InvalidRequest, detail)
        }
    }

    /// A body beyond the limit.
    pub(super) fn too_large(limit: usize) -> Self {
        let text = format!("a body may have {limit} bytes at most (http.body_bytes_max)");
        Self::new(Kind::TooLarge, text)
    }

    /// The key of another request.
    pub(super) fn key_reused(field: &str, detail: String) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(Kind::KeyReused, detail)
        }
    }

    /// What the same request may do later.
    pub(super) fn later(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            retryable: true,
            ..Self::new(kind, detail)
        }
    }

    /// Something that skep depends on does not answer.
    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::later(Kind::Unavailable, detail)
    }
}

impl From<Fault> for Problem {
    fn from(Fault { field, why }: Fault) -> Self {
        Self {
            field,
            ..Self::new(Kind::InvalidRequest, why)
        }
    }
}

impl From<ObjectFault> for Problem {
    fn from(ObjectFault { field, why }: ObjectFault) -> Self {
        let detail = format!("{field}: {why}");
        Self {
            field: Some(field),
            ..Self::new(Kind::InvalidObject, detail)
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        failure_log(&error);
        let (kind, entity) = match &error {
            Error::NotFound(entity) => (Kind::NotFound, Some(entity)),
            Error::AlreadyExists(entity) => (Kind::AlreadyExists, Some(entity)),
            Error::Invalid(_) | Error::Argument { .. } | Error::Property(_) => {
                (Kind::InvalidRequest, None)
            }
            Error::InvalidObject(_) => (Kind::InvalidObject, None),
            Error::NotAllowed(_) => (Kind::NotAllowed, None),
            Error::Outdated(entity) => (Kind::Outdated, Some(entity)),
            Error::Denied(_) => (Kind::Denied, None),
            Error::Conflict(_) => (Kind::Conflict, None),
            Error::Unsupported(_) => (Kind::Unsupported, None),
            Error::Unavailable { .. } | Error::Unfinished { .. } => (Kind::Unavailable, None),
            Error::Internal { .. } => (Kind::Internal, None),
        };
        Self {
            kind,
            detail: words(&error),
            retryable: error.retryable(),
            subject: entity.and_then(SubjectView::of).map(Box::new),
            field: match error {
                Error::Argument { name, .. } => Some(name.to_owned()),
                _ => None,
            },
        }
    }
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        let (slug, title) = problem.kind.words();
        let status = problem.kind.status();
        Self {
            kind: format!("urn:skep:problem:{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: problem.detail,
            retryable: problem.retryable,
            subject: problem.subject.map(|subject| *subject),
            field: problem.field,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let retryable = self.retryable;
        let mut response = (status, Json(ProblemView::from(self))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if retryable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}

pub(super) fn unknown_path(uri: &Uri) -> Problem {
    Problem::new(
        Kind::NoSuchPath,
        format!("{} is not served; see /", uri.path()),
    )
}

pub(super) async fn unknown_method(method: Method, uri: Uri) -> Problem {
    Problem::new(
        Kind::NoSuchMethod,
        format!("{} does not answer {method}", uri.path()),
    )
}
