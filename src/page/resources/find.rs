//! What is called so, has a column that is, or says it.

use super::{ROWS_MAX, catalog, page_of};
use crate::model::{Database, Location};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::{filters, links};
use crate::search::{Hit, SEARCH_CHARS_MAX, Why};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct FindQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    shell: Shell,
    databases: Vec<Found>,
    /// One of them is called so: it comes first.
    is_a_database: bool,
    tables: Vec<Found>,
    /// There are more tables than are shown.
    more: bool,
}

struct Found {
    name: String,
    link: String,
    kind: String,
    comment: String,
    /// The owner, where that is what was found.
    owner: String,
    /// The column, where that is what was found.
    column: Option<FoundColumn>,
}

struct FoundColumn {
    name: String,
    comment: String,
}

impl From<&Database> for Found {
    fn from(database: &Database) -> Self {
        Self {
            name: database.at.database.to_string(),
            link: links::database(&database.at),
            kind: "database".to_owned(),
            comment: database.description.clone().unwrap_or_default(),
            owner: String::new(),
            column: None,
        }
    }
}

impl From<Hit> for Found {
    fn from(Hit { meta, why }: Hit) -> Self {
        let mut found = Self {
            name: format!("{}.{}", meta.at.database, meta.at.table),
            link: links::table(&meta.at),
            kind: super::table::kind(&meta.table_type),
            comment: meta.comment.unwrap_or_default(),
            owner: String::new(),
            column: None,
        };
        match why {
            Why::Name | Why::Comment => {}
            Why::Owner => found.owner = meta.owner.unwrap_or_default(),
            Why::Column { name, comment } => {
                let comment = comment.unwrap_or_default();
                found.column = Some(FoundColumn { name, comment });
            }
        }
        found
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<FindQuery>,
) -> Result<Response, Failure> {
    let wanted = query.q.trim();
    if wanted.is_empty() {
        return Ok(Redirect::to(".").into_response());
    }
    if wanted.chars().count() > SEARCH_CHARS_MAX {
        let why = format!("What is looked for has more than {SEARCH_CHARS_MAX} characters.");
        return Err(Failure::Faulty(why));
    }
    let (databases, (tables, more)) = if let Some(location) = location_of(wanted)? {
        let at_place = asked
            .catalog()
            .tables_at_place(&catalog(), &location, ROWS_MAX + 1)
            .await?;
        let hits = at_place.into_iter().map(|meta| Hit {
            meta,
            why: Why::Name,
        });
        (Vec::new(), page_of(hits.collect()))
    } else {
        let found = asked
            .search()
            .search_tables(&catalog(), wanted, ROWS_MAX)
            .await?;
        let databases = databases_of(&asked, wanted).await?;
        (databases, (found.hits, found.has_more))
    };
    let is_a_database = databases
        .iter()
        .any(|one| one.name == wanted.to_lowercase());
    let mut shell = Shell::of(&asked, Section::Data, format!("Found for “{wanted}”"));
    wanted.clone_into(&mut shell.query);
    Ok(found(&FindPage {
        shell,
        databases,
        is_a_database,
        tables: tables.into_iter().map(Found::from).collect(),
        more,
    }))
}

/// The databases in whose names, descriptions or owners all words are.
async fn databases_of(asked: &Asked, wanted: &str) -> Result<Vec<Found>, Failure> {
    let words = wanted.to_lowercase();
    let all = asked.catalog().databases(&catalog(), None).await?;
    let has_all = |one: &&Database| {
        let said = [one.description.as_deref(), one.owner.as_deref()];
        let said = said.into_iter().flatten().map(str::to_lowercase);
        let mut texts: Vec<String> = said.collect();
        texts.push(one.at.database.to_string());
        let has = |word: &str| texts.iter().any(|text| text.contains(word));
        words.split_whitespace().all(has)
    };
    let databases = all.iter().filter(has_all).take(ROWS_MAX);
    Ok(databases.map(Found::from).collect())
}

/// The place that is looked for, where people ask whose an object is: `s3://lake/orders/dt=1/part-0`, `/data/orders`. What cannot
/// be one is looked for as words, unless it says that it is: that, and what leads elsewhere on its way, is refused.
fn location_of(wanted: &str) -> Result<Option<Location>, Failure> {
    let is_place = wanted.contains("://") || wanted.starts_with('/') || wanted.starts_with("file:");
    if !is_place {
        return Ok(None);
    }
    match Location::parse_asked(wanted) {
        Ok(location) => Ok(Some(location)),
        Err(failure) if failure.is_dotted || wanted.contains("://") => {
            Err(Failure::Faulty(failure.to_string()))
        }
        Err(_) => Ok(None),
    }
}
