//! Failures as pages: the one mapping from the core's error to what people are told.

use super::shell::{Section, Shell, page};
use super::{filters, links};
use crate::error::Error;
use crate::front::{Cut, failure_log, words};
use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Seconds after which a browser may try again what a dependency prevented.
const RETRY_AFTER_S: &str = "1";

/// Why there is no such page as was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// An operation failed.
    Of(Error),
    /// The address makes no sense, in words.
    Faulty(String),
    /// No page has that address.
    NoSuchPage,
    /// The address is of a page that is only looked at, or of an action that is only taken.
    NoSuchMethod,
}

impl From<Error> for Failure {
    fn from(failure: Error) -> Self {
        failure_log(&failure);
        Self::Of(failure)
    }
}

impl From<Cut> for Failure {
    fn from(cut: Cut) -> Self {
        cut.into_error("the page").into()
    }
}

/// What a failed request is told; [`told`] makes the page of it, which knows the address.
#[derive(Debug, Clone)]
struct Told {
    status: StatusCode,
    title: &'static str,
    why: String,
}

impl Failure {
    fn told(self) -> Told {
        let (status, title, why) = match self {
            Self::NoSuchPage => (
                StatusCode::NOT_FOUND,
                "No such page",
                "No page has this address.".to_owned(),
            ),
            Self::NoSuchMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "No such action",
                "This address is not used in this way.".to_owned(),
            ),
            Self::Faulty(why) => (StatusCode::BAD_REQUEST, "This address makes no sense", why),
            Self::Of(failure) => {
                let (status, title) = of_error(&failure);
                (status, title, words(&failure))
            }
        };
        Told { status, title, why }
    }
}

fn of_error(failure: &Error) -> (StatusCode, &'static str) {
    match failure {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
        Error::Invalid(_) | Error::Argument { .. } | Error::Property(_) => {
            (StatusCode::BAD_REQUEST, "This makes no sense")
        }
        Error::InvalidObject(_) => (StatusCode::UNPROCESSABLE_ENTITY, "This makes no sense"),
        Error::Denied(_) => (StatusCode::FORBIDDEN, "You may not"),
        Error::AlreadyExists(_)
        | Error::NotAllowed(_)
        | Error::Outdated(_)
        | Error::Conflict(_) => (StatusCode::CONFLICT, "Not now"),
        Error::Unsupported(_) => (StatusCode::NOT_IMPLEMENTED, "skep does not do this"),
        Error::Unavailable { .. } | Error::Unfinished { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available at the moment",
        ),
        Error::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "A fault of the server"),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let told = self.told();
        let mut response = told.status.into_response();
        if told.status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = header::HeaderValue::from_static(RETRY_AFTER_S);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(told);
        response
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    shell: Shell,
    why: String,
    /// What stands above the address, by name, where nothing stands there.
    above: Vec<(String, String)>,
}

/// Gives every failure its page.
pub(super) async fn told(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    let Some(told) = response.extensions_mut().remove::<Told>() else {
        return response;
    };
    let mut answer = shown(&uri, told);
    let retry = response.headers_mut().remove(header::RETRY_AFTER);
    if let Some(seconds) = retry {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

fn shown(uri: &Uri, told: Told) -> Response {
    let above = if told.status == StatusCode::NOT_FOUND {
        links::above(uri.path())
    } else {
        Vec::new()
    };
    let shown = FailurePage {
        shell: Shell::at(uri.path(), Section::None, told.title),
        why: told.why,
        above,
    };
    page(told.status, &shown)
}

/// The page for an address that no front end knows.
pub fn no_such_page(uri: &Uri) -> Response {
    shown(uri, Failure::NoSuchPage.told())
}
