//! What need not be told: the page that asks which objects, until when and why, and the way back.

use super::{ROWS_MAX, page_of};
use crate::clock::day_parse;
use crate::error::Error;
use crate::model::Mute;
use crate::page::asked::Asked;
use crate::page::extract::{Form, Path, Query};
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct MuteQuery {
    /// What the form begins with.
    #[serde(default)]
    pattern: String,
}

#[derive(Deserialize)]
pub(in crate::page) struct MuteForm {
    pattern: String,
    /// The day, in UTC, at whose beginning it ends; empty where it holds until it is removed.
    #[serde(default)]
    until: String,
    #[serde(default)]
    why: String,
}

#[derive(Template)]
#[template(path = "mute.html")]
struct MutePage {
    shell: Shell,
    pattern: String,
}

/// A mute that holds.
pub(super) struct MuteRow {
    pub(super) id: i64,
    pub(super) pattern: String,
    pub(super) until: Option<When>,
    pub(super) at: Option<When>,
    pub(super) why: String,
}

/// The mutes that hold, as many as a page has, and whether there are more.
pub(super) async fn rows(asked: &Asked) -> Result<(Vec<MuteRow>, bool), Failure> {
    let now = asked.now();
    let mut mutes = asked.watch().mute_list().await?;
    mutes.truncate(ROWS_MAX + 1);
    let rows = mutes.into_iter().map(|mute| MuteRow {
        id: mute.id,
        pattern: mute.pattern,
        until: mute.until.and_then(|at| when(at, now)),
        at: when(mute.at, now),
        why: mute.why,
    });
    Ok(page_of(rows.collect()))
}

/// Asks for what is to be muted.
pub(in crate::page) async fn ask(asked: Asked, Query(query): Query<MuteQuery>) -> Response {
    found(&MutePage {
        shell: Shell::of(&asked, Section::Alerts, "Mute"),
        pattern: query.pattern,
    })
}

/// Mutes it, and shows the mutes.
pub(in crate::page) async fn mute(
    asked: Asked,
    Form(form): Form<MuteForm>,
) -> Result<Response, Failure> {
    let mute = Mute {
        id: 0,
        pattern: form.pattern.trim().to_owned(),
        until: until(form.until.trim())?,
        why: form.why.trim().to_owned(),
        at: 0,
    };
    let added = asked.watch().mute_add(&mute).await?;
    let pattern = added.pattern;
    tracing::info!(mute = added.id, pattern, "a mute was added on the page");
    Ok(back(&asked))
}

/// The beginning of a day, in seconds since the epoch.
fn until(text: &str) -> Result<Option<i64>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let why = || Error::Invalid(format!("'{text}' is no day such as 2026-12-24"));
    Ok(Some(day_parse(text).ok_or_else(why)?))
}

/// Removes a mute, and shows those that are left.
pub(in crate::page) async fn remove(
    asked: Asked,
    Path(mute): Path<i64>,
) -> Result<Response, Failure> {
    asked.watch().mute_remove(mute).await?;
    tracing::info!(mute, "a mute was removed on the page");
    Ok(back(&asked))
}

/// Relative, since a proxy may have cut a part of the path.
fn back(asked: &Asked) -> Response {
    let way = format!("{}/alerts#mutes", asked.root);
    (StatusCode::SEE_OTHER, [(header::LOCATION, way)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::until;

    #[test]
    fn a_mute_ends_with_the_beginning_of_a_day() {
        assert!(matches!(until(""), Ok(None)));
        assert!(matches!(until("2026-11-22"), Ok(Some(1_795_305_600))));
        assert!(matches!(until("9999-12-31"), Ok(Some(_))));
        for text in ["tomorrow", "2026-13-01", "22.11.2026"] {
            assert!(until(text).is_err(), "{text}");
        }
    }
}
