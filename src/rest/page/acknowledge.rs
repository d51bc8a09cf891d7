//! The page that links of messages lead to: some changes of sources, and a button that says that they were seen. To look at
//! it changes nothing, for chats look at links by themselves.

use super::{escape, page};
use crate::model::AlertState;
use crate::number_ranges::{collapsed, range};
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::moment;
use crate::watch::ToldChange;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Changes that one page says are seen.
const CHANGES_MAX: usize = 1_000;
/// Changes that it writes out; the others are counted.
const CHANGES_SHOWN_MAX: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rest) struct ChangesQuery {
    /// Their numbers: `101-112,120`.
    changes: String,
}

impl ChangesQuery {
    fn numbers(&self) -> Result<BTreeSet<i64>, Problem> {
        let mut numbers = BTreeSet::new();
        for text in self.changes.split(',') {
            let range = range(text).map_err(|why| Problem::field("changes", why))?;
            numbers.extend(range);
            if numbers.len() > CHANGES_MAX {
                let why = format!("more than {CHANGES_MAX} changes");
                return Err(Problem::field("changes", why));
            }
        }
        Ok(numbers)
    }
}

/// Shows the changes.
pub(in crate::rest) async fn ask(
    asked: Asked,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Problem> {
    let numbers: Vec<i64> = query.numbers()?.into_iter().collect();
    let found = asked.watch().schema_changes_told(&numbers).await?;
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
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Problem> {
    let numbers = query.numbers()?;
    let list: Vec<i64> = numbers.iter().copied().collect();
    let watch = asked.watch();
    for told in watch.schema_changes_told(&list).await? {
        watch.schema_change_acknowledge(told.change.id).await?;
    }
    // Written without the path, which a proxy may have cut.
    let back = format!("?changes={}", collapsed(&numbers).join(","));
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

fn shown(numbers: &[i64], found: &[ToldChange]) -> Response {
    if found.is_empty() {
        let text = "<h1>No such changes</h1>\n<p>Changes are forgotten after a time \
                    (<code>watch.changes_kept_s</code>), and with their source.</p>";
        return page("No such changes", text);
    }
    let (count, missing) = (found.len(), numbers.len() - found.len());
    let noun = if count == 1 { "change" } else { "changes" };
    let unseen = found.iter().filter(|one| state(one) == State::Unseen);
    let unseen = unseen.count();
    let mut body = format!("<h1>{count} {noun}</h1>\n<ul>\n");
    for one in found.iter().take(CHANGES_SHOWN_MAX) {
        item_write(one, &mut body);
    }
    body.push_str("</ul>\n");
    // Writing to a String cannot fail.
    if count > CHANGES_SHOWN_MAX {
        let _ = writeln!(body, "<p>and {} more</p>", count - CHANGES_SHOWN_MAX);
    }
    if missing > 0 {
        let _ = writeln!(
            body,
            "<p>{missing} of these numbers mean no change any more.</p>"
        );
    }
    if unseen > 0 {
        let _ = writeln!(
            body,
            "<form method=\"post\"><p>Who acknowledges them says that somebody looks after them: no channel is told of them \
             again.</p>\n<button type=\"submit\">Acknowledge {unseen}</button></form>"
        );
    } else {
        body.push_str("<p role=\"status\">Nothing is left to acknowledge.</p>\n");
    }
    page(&format!("{count} {noun} · skep"), &body)
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
        "<li><strong>{}</strong> · change {} of {} · {state}<br>{}<br><small>{}{}</small></li>",
        change.severity.as_str(),
        change.id,
        escape(&change.source),
        names_marked(&change.text),
        escape(&moment(change.at).unwrap_or_default()),
        owner.unwrap_or_default(),
    );
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
    fn names_are_code_and_nothing_of_them_is_markup() {
        assert_eq!(
            names_marked("column `<b>` of `a&b` added"),
            "column <code>&lt;b&gt;</code> of <code>a&amp;b</code> added"
        );
    }
}
