//! What stands before every handler: the frame of all front ends, and the refusal of changes that a page of another origin
//! asks for.

use super::Shared;
use super::answer::Held;
use super::problem::{Kind, Problem};
use crate::budget::{Account, Reservation};
use crate::error::Error;
use crate::front::{Cut, Frame};
use crate::model::PublicUrl;
use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The label of a request that no path matches: what clients make up must not become labels.
const NO_ROUTE: &str = "none";

/// Runs one request.
pub(super) async fn gate(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => NO_ROUTE.to_owned(),
    };
    // Whoever serves the router puts the client's account in; without one, all are one client.
    let account = request.extensions_mut().remove::<Account>();
    let account = account.unwrap_or_else(|| shared.budget.account(Ipv4Addr::LOCALHOST.into()));
    let reservation = Arc::new(account.reservation());
    request.extensions_mut().insert(Arc::clone(&reservation));
    let frame = Frame {
        span: tracing::debug_span!("http", %method, path = request.uri().path()),
        limit: shared.limits.request_timeout,
        reservation: &reservation,
        bytes: 0,
    };
    frame
        .run(
            answer(request, next, shared.facts.pages.as_ref(), &reservation),
            |cut: Cut| Problem::from(cut.into_error("the request")).into_response(),
            |response: &Response, took| {
                let status = response.status().as_u16();
                let method = method_label(&method);
                shared.metrics.http_request(method, route, status, took);
            },
        )
        .await
}

/// The answer of the handler. What the request took is given back; the answer's own bytes are held until they are sent.
async fn answer(
    request: Request,
    next: Next,
    pages: Option<&PublicUrl>,
    reservation: &Arc<Reservation>,
) -> Response {
    if let Some(problem) = cross_origin(request.method(), request.headers(), pages) {
        return problem.into_response();
    }
    let is_change = !request.method().is_safe();
    let response = next.run(request).await;
    let bytes = response.body().size_hint().lower();
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    reservation.shrink_to(bytes);
    let more = bytes.saturating_sub(reservation.bytes());
    if is_change && response.status().is_success() {
        // To refuse the answer to what is done would be to say that it is not.
        reservation.owe(more);
    } else if let Err(exhausted) = reservation.try_grow(more) {
        return Problem::from(Error::from(exhausted)).into_response();
    }
    response.map(|body| Held::body(body, Arc::clone(reservation)))
}

/// Refuses a change that a browser sends for a page of another origin. Browsers name the page's origin with every
/// change; other clients name none, and pages cannot leave it out. A proxy may ask by another host than the one that people
/// reach, `pages`.
fn cross_origin(
    method: &Method,
    headers: &HeaderMap,
    pages: Option<&PublicUrl>,
) -> Option<Problem> {
    if method.is_safe() {
        return None;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        // A browser that names no origin still says whether the page is another site's.
        let site = headers.get("sec-fetch-site")?;
        let is_own = [&b"same-origin"[..], b"none"].contains(&site.as_bytes());
        return (!is_own).then(|| Problem::new(Kind::CrossOrigin, "the page is another site's"));
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let own = origin
        .to_str()
        .ok()
        .and_then(|text| text.split_once("://"))
        .is_some_and(|(_, authority)| {
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        });
    let public = pages.is_some_and(|pages| {
        origin
            .as_bytes()
            .eq_ignore_ascii_case(pages.origin().as_bytes())
    });
    (!own && !public).then(|| {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let text = format!("the page's origin {origin} is not this server");
        Problem::new(Kind::CrossOrigin, text)
    })
}

/// The method as a label; what a client makes up is one of a kind.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::cross_origin;
    use crate::model::PublicUrl;
    use axum::http::{HeaderMap, HeaderValue, Method, header};

    #[test]
    fn only_changes_of_foreign_pages_are_refused() {
        for (method, origin, refused) in [
            (Method::POST, None, false),
            (Method::POST, Some("http://127.0.0.1:9084"), false),
            (Method::POST, Some("http://127.0.0.1:9085"), true),
            (Method::DELETE, Some("https://evil.example"), true),
            (Method::POST, Some("null"), true),
            (Method::POST, Some("\u{ff}"), true),
            (Method::GET, Some("https://evil.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:9084"));
            if let Some(origin) = origin {
                let value = HeaderValue::from_bytes(origin.as_bytes()).unwrap();
                headers.insert(header::ORIGIN, value);
            }
            let problem = cross_origin(&method, &headers, None);
            assert_eq!(problem.is_some(), refused, "{method} {origin:?}");
        }
    }

    #[test]
    fn a_browser_that_names_no_origin_says_whose_page_it_is() {
        for (site, refused) in [
            ("cross-site", true),
            ("same-site", true),
            ("same-origin", false),
            ("none", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            let problem = cross_origin(&Method::POST, &headers, None);
            assert_eq!(problem.is_some(), refused, "{site}");
        }
    }

    #[test]
    fn pages_that_people_reach_through_a_proxy_are_not_foreign() {
        let pages = PublicUrl::parse("https://skep.example.com/catalog").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("10.0.0.7:9084"));
        for (origin, refused) in [
            ("https://skep.example.com", false),
            ("http://skep.example.com", true),
            ("https://skep.example.com.evil.example", true),
        ] {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            let problem = cross_origin(&Method::POST, &headers, Some(&pages));
            assert_eq!(problem.is_some(), refused, "{origin}");
        }
    }
}
