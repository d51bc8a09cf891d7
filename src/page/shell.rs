//! What all pages have around their own content: the head, the way to the other pages, and what browsers are told to refuse.

use super::asked::Asked;
use super::assets::{ICON, SCRIPT, STYLE};
use super::links::root_of;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// A browser loads the files of this server alone, runs no script of a page's own text, sends forms nowhere else, and shows a page
/// inside no other, where a click could be stolen.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The pages that every page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Data,
    Discovery,
    Freshness,
    Changes,
    Alerts,
    Sources,
    Jobs,
    Locks,
    Events,
    Server,
    /// None of them.
    None,
}

impl Section {
    const SHOWN: [(Self, &'static str, &'static str); 10] = [
        (Self::Data, "", "Data"),
        (Self::Discovery, "discovery", "Discovery"),
        (Self::Freshness, "freshness", "Freshness"),
        (Self::Changes, "changes", "Changes"),
        (Self::Alerts, "alerts", "Alerts"),
        (Self::Sources, "sources", "Sources"),
        (Self::Jobs, "jobs", "Jobs"),
        (Self::Locks, "locks", "Locks"),
        (Self::Events, "events", "Events"),
        (Self::Server, "server", "Server"),
    ];
}

/// What a page has around its content.
#[derive(Debug)]
pub(super) struct Shell {
    /// What it is about: its heading, and what the browser's tab says.
    pub(super) title: String,
    /// How its links lead to the root of the pages. They are relative, so that they hold behind a proxy that cuts a path, too.
    pub(super) root: String,
    /// What the box for searching holds.
    pub(super) query: String,
    /// The names of the files that it loads.
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    pub(super) icon: &'static str,
    /// The server's version.
    pub(super) version: &'static str,
    here: Section,
}

/// A page that every page leads to.
pub(super) struct Way {
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) is_here: bool,
}

impl Shell {
    /// The shell of the page that was asked for.
    pub(super) fn of(asked: &Asked, here: Section, title: impl Into<String>) -> Self {
        Self::with(asked.root.clone(), here, title.into())
    }

    /// The shell of a page at a path.
    pub(super) fn at(path: &str, here: Section, title: impl Into<String>) -> Self {
        Self::with(root_of(path), here, title.into())
    }

    fn with(root: String, here: Section, title: String) -> Self {
        Self {
            title,
            root,
            query: String::new(),
            style: &STYLE.name,
            script: &SCRIPT.name,
            icon: &ICON.name,
            version: env!("CARGO_PKG_VERSION"),
            here,
        }
    }

    pub(super) fn ways(&self) -> impl Iterator<Item = Way> {
        let here = self.here;
        Section::SHOWN
            .into_iter()
            .map(move |(section, path, name)| Way {
                path,
                name,
                is_here: section == here,
            })
    }
}

/// The answer of a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match template.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        // Templates write to memory, which does not fail.
        Err(failure) => {
            tracing::error!(%failure, "a page cannot be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The answer of a page that is there.
pub(super) fn found(template: &impl Template) -> Response {
    page(StatusCode::OK, template)
}
