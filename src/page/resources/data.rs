//! The first page: a box to find things with, and the databases.

use super::{ROWS_MAX, catalog, page_of};
use crate::model::Database;
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct DataQuery {
    /// The last database of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    shell: Shell,
    databases: Vec<DatabaseRow>,
    next: String,
}

struct DatabaseRow {
    name: String,
    link: String,
    owner: String,
    description: String,
}

impl From<&Database> for DatabaseRow {
    fn from(database: &Database) -> Self {
        Self {
            name: database.at.database.to_string(),
            link: links::database(&database.at),
            owner: database.owner.clone().unwrap_or_default(),
            description: database.description.clone().unwrap_or_default(),
        }
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<DataQuery>,
) -> Result<Response, Failure> {
    let all = asked.catalog().databases(&catalog(), None).await?;
    let wanted = all
        .iter()
        .filter(|one| one.at.database.as_str() > query.after.as_str());
    let rows = wanted.take(ROWS_MAX + 1).map(DatabaseRow::from).collect();
    let (databases, more) = page_of::<DatabaseRow>(rows);
    let last = databases.last().filter(|_| more);
    let next = last.map(|last| links::query(&[("after", &last.name)]));
    Ok(found(&DataPage {
        shell: Shell::of(&asked, Section::Data, "Data"),
        databases,
        next: next.unwrap_or_default(),
    }))
}
