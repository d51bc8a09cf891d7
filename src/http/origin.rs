//! Where a request comes from: a host that is this server's, and no page of another origin where it changes something.

use super::host::is_own;
use super::machines::OF_MACHINES;
use super::refusal::Refusal;
use super::{NO_ROUTE, Shared};
use crate::model::PublicUrl;
use crate::telemetry::fault_due;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;

/// Characters of a host that are shown.
const HOST_CHARS_MAX: usize = 100;

/// Lets a request pass, or refuses it before any front end sees it.
pub(super) async fn origin(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let refusal = misdirected(&shared, uri, headers)
        .or_else(|| cross_origin(method, uri, headers, shared.pages.as_ref()));
    let Some(refusal) = refusal else {
        return next.run(request).await;
    };
    if let Some(repeated) = fault_due(refusal.detail()) {
        tracing::warn!(why = refusal.detail(), repeated, "a request was refused");
    }
    let answer = refusal.answer(headers);
    let (method, route) = (super::gate::method_label(method), NO_ROUTE.to_owned());
    let status = answer.status().as_u16();
    shared
        .metrics
        .http_request(method, route, status, Duration::ZERO);
    answer
}

/// The host and port that a request is for; HTTP/2 has them in the request itself.
pub fn authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let of_uri = uri.authority().map(axum::http::uri::Authority::as_str);
    of_uri.or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// Refuses a request for a host that this server is not. Who names no host at all is no browser.
fn misdirected(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
    if OF_MACHINES.contains(&uri.path()) {
        return None;
    }
    let named = uri.authority().is_some() || headers.contains_key(header::HOST);
    let authority = authority(uri, headers);
    let several = headers.get_all(header::HOST).iter().nth(1).is_some();
    let own = !several
        && authority.map_or(!named, |authority| {
            is_own(authority, shared.pages.as_ref(), &shared.hosts)
        });
    (!own).then(|| {
        let shown: String = authority
            .unwrap_or("a name that is no text")
            .chars()
            .filter(char::is_ascii_graphic)
            .take(HOST_CHARS_MAX)
            .collect();
        Refusal::misdirected(format!(
            "this server does not know that it is {shown}: where that is right, list the name in http.hosts, or say it in \
             server.public_url"
        ))
    })
}

/// Refuses a change that a browser sends for a page of another origin. Browsers name the page's origin with every change;
/// other clients name none, and pages cannot leave it out. A proxy may ask by another host than the one that people reach, `pages`.
fn cross_origin(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    pages: Option<&PublicUrl>,
) -> Option<Refusal> {
    if method.is_safe() {
        return None;
    }
    let origin = headers.get(header::ORIGIN);
    let is_public = |origin: &HeaderValue| {
        pages.is_some_and(|pages| {
            let public = pages.origin().as_bytes();
            origin.as_bytes().eq_ignore_ascii_case(public)
        })
    };
    if origin.is_some_and(is_public) {
        return None;
    }
    // A browser that names no origin still says whether the page is another site's; and another scheme is another site.
    if !is_of_this_site(headers) {
        let text = "the page is another site's, as Sec-Fetch-Site says";
        return Some(Refusal::cross_origin(text.to_owned()));
    }
    let origin = origin?;
    if origin == "null" {
        let text = "the page has no origin (`null`): a file, or one that its own site keeps apart";
        return Some(Refusal::cross_origin(text.to_owned()));
    }
    (!is_of_this_host(origin.as_bytes(), uri, headers)).then(|| {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        Refusal::cross_origin(format!(
            "the page's origin {origin} is not this server: where it is, say so in server.public_url"
        ))
    })
}

/// Whether an origin is of the host that is asked. Schemes are not compared, for what ends TLS before this server changes them.
fn is_of_this_host(origin: &[u8], uri: &Uri, headers: &HeaderMap) -> bool {
    let origin = std::str::from_utf8(origin).ok();
    let Some((scheme, host)) = origin.and_then(|text| text.split_once("://")) else {
        return false;
    };
    // Browsers leave it out of both, proxies write it: `Host: $host:$server_port` of nginx.
    let default_port = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    let bare = |host: &str| {
        let host = host.strip_suffix(default_port).unwrap_or(host);
        host.to_ascii_lowercase()
    };
    authority(uri, headers).is_some_and(|own| bare(own) == bare(host))
}

/// Whether a browser says that the page which asks is this server's, or a person; true where it says nothing.
fn is_of_this_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_none_or(|site| [&b"same-origin"[..], b"none"].contains(&site.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::cross_origin;
    use crate::model::PublicUrl;
    use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

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
            if let Some(origin) = origin {
                let value = HeaderValue::from_bytes(origin.as_bytes()).unwrap();
                headers.insert(header::ORIGIN, value);
            }
            // HTTP/2 says the host in the request.
            let whole = Uri::from_static("http://127.0.0.1:9084/api");
            let problem = cross_origin(&method, &whole, &headers, None);
            assert_eq!(problem.is_some(), refused, "{method} {origin:?}");
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:9084"));
            let problem = cross_origin(&method, &Uri::from_static("/api"), &headers, None);
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
            let problem = cross_origin(&Method::POST, &Uri::default(), &headers, None);
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
            let problem = cross_origin(&Method::POST, &Uri::default(), &headers, Some(&pages));
            assert_eq!(problem.is_some(), refused, "{origin}");
        }
    }

    #[test]
    fn a_port_that_goes_without_saying_makes_no_page_foreign() {
        for (origin, host, refused) in [
            ("https://skep", "skep:443", false),
            ("http://skep:80", "skep", false),
            ("http://skep", "skep:443", true),
            ("https://skep", "skep:4430", true),
            ("https://skep", "skep:443:443", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            let problem = cross_origin(&Method::POST, &Uri::default(), &headers, None);
            assert_eq!(problem.is_some(), refused, "{origin} {host}");
        }
    }

    #[test]
    fn a_page_of_this_host_by_another_scheme_is_foreign_where_that_can_be_told() {
        for (origin, site, refused) in [
            ("http://skep", None, false),
            ("https://skep", None, false),
            ("http://skep", Some("cross-site"), true),
            ("http://skep", Some("same-site"), true),
            ("https://skep", Some("same-origin"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("skep"));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            let problem = cross_origin(&Method::POST, &Uri::default(), &headers, None);
            assert_eq!(problem.is_some(), refused, "{origin} {site:?}");
        }
    }
}
