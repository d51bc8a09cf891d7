//! The page that links of messages lead to: some changes of sources, and a button that says that they were seen. To look at
//! it changes nothing, for chats look at links by themselves.

use super::{escape, page};
use crate::model::{ACKNOWLEDGE_CHANGES_MAX, AlertState};
use crate::number_ranges::{collapsed, range};
use crate::rest::Shared;
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::moment;
use crate::watch::ToldChange;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// Changes that it writes out; the others are counted.
const CHANGES_SHOWN_MAX: usize = 100;
/// Lines of what follows from a change that it writes out; the others are counted.
const EFFECTS_SHOWN_MAX: usize = 5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rest) struct ChangesQuery {
    /// Their numbers: `101-112,120`.
    changes: String,
}

impl ChangesQuery {
    /// The error says what is wrong with them, for people.
    fn numbers(&self) -> Result<BTreeSet<i64>, String> {
        let mut numbers = BTreeSet::new();
        for text in self.changes.split(',') {
            numbers.extend(range(text)?);
            if numbers.len() > ACKNOWLEDGE_CHANGES_MAX {
                return Err(format!(
                    "this page takes {ACKNOWLEDGE_CHANGES_MAX} changes at most"
                ));
            }
        }
        Ok(numbers)
    }
}

/// The numbers that a link asks for. Where it is faulty, a page says so.
pub(in crate::rest) struct Numbers(BTreeSet<i64>);

impl FromRequestParts<Arc<Shared>> for Numbers {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let query = Query::<ChangesQuery>::from_request_parts(parts, shared).await;
        let query =
            query.map_err(|_| faulty("it wants the numbers of changes, and nothing else"))?;
        query.0.numbers().map(Self).map_err(|why| faulty(&why))
    }
}

/// Shows the changes.
pub(in crate::rest) async fn ask(
    asked: Asked,
    Numbers(numbers): Numbers,
) -> Result<Response, Problem> {
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let mut found = asked.watch().schema_changes_told(&numbers).await?;
    // The gravest first, as messages tell them.
    found.sort_by_key(|one| (one.change.severity, one.change.id));
    let status = if found.is_empty() {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    Ok((status, shown(&numbers, &found)).into_response())
}

/// Says that they were seen, and shows them as they are then.
pub(in crate::rest) async fn acknowledge(
    asked: Asked,
    Numbers(numbers): Numbers,
) -> Result<Response, Problem> {
    let list: Vec<i64> = numbers.iter().copied().collect();
    asked.watch().schema_changes_acknowledge(&list).await?;
    let numbers = collapsed(&numbers).join(",");
    tracing::info!(changes = numbers, "changes were acknowledged on their page");
    // Written without the path, which a proxy may have cut.
    let back = format!("?changes={numbers}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

/// The page for a link that was cut, or made by hand.
fn faulty(why: &str) -> Response {
    let text = format!(
        "<h1>This link is not whole</h1>\n<p>{}: <code>?changes=101-112,120</code></p>",
        escape(why)
    );
    let page = page("This link is not whole", &text);
    (StatusCode::BAD_REQUEST, page).into_response()
}

fn shown(numbers: &[i64], found: &[ToldChange]) -> Response {
    if found.is_empty() {
        let text = "<h1>No such changes</h1>\n<p>Changes are forgotten after a time \
                    (<code>watch.changes_kept_s</code>), and with their source.</p>";
        return page("No such changes", text);
    }
    let (count, missing) = (found.len(), numbers.len() - found.len());
    let noun = |count| if count == 1 { "change" } else { "changes" };
    let title = format!("{count} {}", noun(count));
    let unseen = found.iter().filter(|one| state(one) == State::Unseen);
    let unseen = unseen.count();
    let mut body = format!("<h1>{title}</h1>\n<ul>\n");
    for one in found.iter().take(CHANGES_SHOWN_MAX) {
        item_write(one, &mut body);
    }
    body.push_str("</ul>\n");
    // Writing to a String cannot fail.
    if count > CHANGES_SHOWN_MAX {
        let _ = writeln!(body, "<p>and {} more</p>", count - CHANGES_SHOWN_MAX);
    }
    if missing > 0 {
        let numbers = match missing {
            1 => "number".to_owned(),
            some => format!("{some} numbers"),
        };
        let _ = writeln!(body, "<p>No change has the other {numbers}.</p>");
    }
    if unseen > 0 {
        let what = match (unseen, count) {
            (1, 1) => "this change".to_owned(),
            _ => format!("{unseen} {}", noun(unseen)),
        };
        let _ = writeln!(
            body,
            "<form method=\"post\"><p>Who acknowledges a change says that somebody looks after it: no channel is told of it \
             again.</p>\n<button type=\"submit\">Acknowledge {what}</button></form>"
        );
    } else {
        body.push_str("<p role=\"status\">Nothing is left to acknowledge.</p>\n");
    }
    page(&format!("{title} · skep"), &body)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No channel is told of it.
    Untold,
    Unseen,
    Seen,
}

fn state(told: &ToldChange) -> State {
    let mut alerts = told.alerts.iter();
    match told.alerts.as_slice() {
        [] => State::Untold,
        _ if alerts.all(|alert| alert.state == AlertState::Acknowledged) => State::Seen,
        _ => State::Unseen,
    }
}

fn item_write(told: &ToldChange, body: &mut String) {
    let change = &told.change;
    let state = match state(told) {
        State::Untold => "told on no channel",
        State::Unseen => "not seen yet",
        State::Seen => "acknowledged",
    };
    let owner = change.owner.as_ref();
    let owner = owner.map(|owner| format!(" · owner {}", escape(owner)));
    // Writing to a String cannot fail.
    let _ = writeln!(
        body,
        "<li><strong>{}</strong> · change {} of {} · {state}<br>{}<br>",
        change.severity.as_str(),
        change.id,
        escape(&change.source),
        names_marked(&change.text),
    );
    for effect in change.effects.iter().take(EFFECTS_SHOWN_MAX) {
        let _ = writeln!(body, "• {}<br>", names_marked(effect));
    }
    if let Some(more @ 1..) = change.effects.len().checked_sub(EFFECTS_SHOWN_MAX) {
        let _ = writeln!(body, "• and {more} more<br>");
    }
    let at = moment(change.at).unwrap_or_default();
    let owner = owner.unwrap_or_default();
    let _ = writeln!(body, "<small>{}{owner}</small></li>", escape(&at));
}

/// A text with what stands in backticks as code; they come in pairs.
fn names_marked(text: &str) -> String {
    let mut marked = String::new();
    for (number, piece) in text.split('`').enumerate() {
        let piece = escape(piece);
        if number % 2 == 1 {
            // Writing to a String cannot fail.
            let _ = write!(marked, "<code>{piece}</code>");
        } else {
            marked.push_str(&piece);
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::{ChangesQuery, names_marked};
    use crate::model::PublicUrl;

    fn numbers(text: &str) -> Option<Vec<i64>> {
        let changes = text.to_owned();
        let numbers = ChangesQuery { changes }.numbers().ok()?;
        Some(numbers.into_iter().collect())
    }

    #[test]
    fn numbers_are_read_and_bounded() {
        assert_eq!(numbers("8-10,103, 9"), Some(vec![8, 9, 10, 103]));
        assert_eq!(numbers("1-1000").map(|all| all.len()), Some(1_000));
        for text in ["", "x", "1,", "1-1001", "1-900,2000-2200", "1-10000000000"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }

    #[test]
    fn every_link_of_a_message_is_read() {
        let pages = PublicUrl::parse("https://skep.example.com").unwrap();
        for changes in [1..=1, 1..=1_000, 1..=2_000, 999_000..=999_999] {
            let links = pages.acknowledge(changes.clone());
            let read = links.iter().flat_map(|link| {
                let (_, text) = link.split_once("?changes=").unwrap();
                numbers(text).unwrap()
            });
            assert!(read.eq(changes));
        }
    }

    #[test]
    fn names_are_code_and_nothing_of_them_is_markup() {
        assert_eq!(
            names_marked("column `<b>` of `a&b` added"),
            "column <code>&lt;b&gt;</code> of <code>a&amp;b</code> added"
        );
    }
}
