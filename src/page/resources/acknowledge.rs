//! The page that links of messages lead to: some changes of sources, and a button that says that they were seen. To look at
//! it changes nothing, for chats look at links by themselves.

use super::pieces::{Piece, pieces};
use super::told::Told;
use crate::error::{Entity, Error};
use crate::model::ACKNOWLEDGE_CHANGES_MAX;
use crate::number_ranges::{collapsed, range};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, page};
use crate::page::show::{When, when};
use crate::watch::ToldChange;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Changes that it writes out; the others are counted.
const CHANGES_SHOWN_MAX: usize = 100;
/// Lines of what follows from a change that it writes out; the others are counted.
const EFFECTS_SHOWN_MAX: usize = 5;

#[derive(Debug, Deserialize)]
pub(in crate::page) struct AcknowledgeQuery {
    /// The numbers of the changes: `101-112,120`.
    #[serde(default)]
    changes: String,
}

impl AcknowledgeQuery {
    /// The error says what is wrong with them, for people.
    fn numbers(&self) -> Result<BTreeSet<i64>, Failure> {
        let faulty = |why: String| {
            Failure::Faulty(format!(
                "This link is not whole: {why}. It ends with ?changes=101-112,120"
            ))
        };
        let mut numbers = BTreeSet::new();
        for text in self.changes.split(',') {
            numbers.extend(range(text).map_err(&faulty)?);
            if numbers.len() > ACKNOWLEDGE_CHANGES_MAX {
                let why = format!("this page takes {ACKNOWLEDGE_CHANGES_MAX} changes at most");
                return Err(faulty(why));
            }
        }
        Ok(numbers)
    }
}

#[derive(Template)]
#[template(path = "acknowledge.html")]
struct AcknowledgePage {
    shell: Shell,
    changes: Vec<ToldRow>,
    /// Changes that are not written out.
    more: usize,
    /// Numbers that no change has.
    missing: usize,
    /// What the button says; nothing where all were seen.
    unseen: String,
}

struct ToldRow {
    id: i64,
    severity: &'static str,
    source: String,
    state: &'static str,
    text: Vec<Piece>,
    effects: Vec<Vec<Piece>>,
    effects_more: usize,
    owner: String,
    at: Option<When>,
}

/// Shows the changes.
pub(in crate::page) async fn ask(
    asked: Asked,
    Query(query): Query<AcknowledgeQuery>,
) -> Result<Response, Failure> {
    let numbers: Vec<i64> = query.numbers()?.into_iter().collect();
    let mut found = asked.watch().schema_changes_told(&numbers).await?;
    // The gravest first, as messages tell them.
    found.sort_by_key(|one| (one.change.severity, one.change.id));
    let (status, title) = match found.len() {
        0 => (StatusCode::NOT_FOUND, "No such changes".to_owned()),
        count => (StatusCode::OK, counted(count)),
    };
    let now = asked.now();
    let unseen = found
        .iter()
        .filter(|one| Told::of(one) == Told::Unseen)
        .count();
    let shown = AcknowledgePage {
        shell: Shell::of(&asked, Section::Changes, title),
        changes: found
            .iter()
            .take(CHANGES_SHOWN_MAX)
            .map(|one| row(one, now))
            .collect(),
        more: found.len().saturating_sub(CHANGES_SHOWN_MAX),
        missing: numbers.len() - found.len(),
        unseen: match (unseen, found.len()) {
            (0, _) => String::new(),
            (1, 1) => "this change".to_owned(),
            (unseen, _) => counted(unseen),
        },
    };
    Ok(page(status, &shown))
}

/// Says that they were seen, and shows them as they are then.
pub(in crate::page) async fn acknowledge(
    asked: Asked,
    Query(query): Query<AcknowledgeQuery>,
) -> Result<Response, Failure> {
    let numbers = query.numbers()?;
    let list: Vec<i64> = numbers.iter().copied().collect();
    let found = asked.watch().schema_changes_acknowledge(&list).await?;
    if found.is_empty() {
        return Err(Error::NotFound(Entity::own("change", &query.changes)).into());
    }
    let found: BTreeSet<i64> = found.iter().map(|one| one.change.id).collect();
    let found = collapsed(&found).join(",");
    tracing::info!(changes = found, "changes were acknowledged on their page");
    let numbers = collapsed(&numbers).join(",");
    // Written without the path, which a proxy may have cut.
    let back = format!("?changes={numbers}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

fn counted(count: usize) -> String {
    let noun = if count == 1 { "change" } else { "changes" };
    format!("{count} {noun}")
}

fn row(told: &ToldChange, now: i64) -> ToldRow {
    let change = &told.change;
    let effects = change.effects.iter().take(EFFECTS_SHOWN_MAX);
    ToldRow {
        id: change.id,
        severity: change.severity.as_str(),
        source: change.source.clone(),
        state: Told::of(told).as_str(),
        text: pieces(&change.text),
        effects: effects.map(|effect| pieces(effect)).collect(),
        effects_more: change.effects.len().saturating_sub(EFFECTS_SHOWN_MAX),
        owner: change.owner.clone().unwrap_or_default(),
        at: when(change.at, now),
    }
}

#[cfg(test)]
mod tests {
    use super::AcknowledgeQuery;
    use crate::model::PublicUrl;

    fn numbers(text: &str) -> Option<Vec<i64>> {
        let changes = text.to_owned();
        let numbers = AcknowledgeQuery { changes }.numbers().ok()?;
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
}
