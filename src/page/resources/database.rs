//! A database and its tables.

use super::{Property, ROWS_MAX, database_at, page_of, properties};
use crate::model::Table;
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Size, When, number_of, size, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct DatabaseQuery {
    /// The last table of the page before.
    #[serde(default)]
    after: String,
    /// What a name is to contain.
    #[serde(default)]
    name: String,
}

#[derive(Template)]
#[template(path = "database.html")]
struct DatabasePage {
    shell: Shell,
    name: String,
    description: String,
    owner: String,
    location: String,
    created: Option<When>,
    properties: Vec<Property>,
    /// What names contain that are shown.
    wanted: String,
    tables: Vec<TableRow>,
    next: String,
}

struct TableRow {
    name: String,
    link: String,
    kind: String,
    keys: String,
    owner: String,
    comment: String,
    bytes: Option<Size>,
}

impl From<&Table> for TableRow {
    fn from(table: &Table) -> Self {
        let keys = table.partition_keys.iter();
        let keys: Vec<&str> = keys.map(|key| key.name.as_str()).collect();
        Self {
            name: table.at.table.to_string(),
            link: links::table(&table.at),
            kind: super::table::kind(&table.table_type),
            keys: keys.join(", "),
            owner: table.owner.clone().unwrap_or_default(),
            comment: table.parameters.get("comment").cloned().unwrap_or_default(),
            bytes: number_of(&table.parameters, "totalSize").map(size),
        }
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(database): Path<String>,
    Query(query): Query<DatabaseQuery>,
) -> Result<Response, Failure> {
    let at = database_at(&database);
    let catalog = asked.catalog();
    let database = catalog.database_get(&at).await?;
    let wanted = query.name.trim().to_lowercase();
    let names = catalog.table_names(&at, None, None).await?;
    let names = names
        .into_iter()
        .filter(|name| name.as_str() > query.after.as_str() && name.as_str().contains(&wanted));
    let (names, more) = page_of(names.take(ROWS_MAX + 1).collect());
    let tables = catalog.tables_by_name(&at, &names).await?;
    let tables: Vec<TableRow> = tables.iter().map(TableRow::from).collect();
    let last = names.last().filter(|_| more);
    let next = last.map(|last| links::query(&[("name", &wanted), ("after", last.as_str())]));
    let now = asked.now();
    Ok(found(&DatabasePage {
        shell: Shell::of(&asked, Section::Data, at.database.to_string()),
        name: at.database.to_string(),
        description: database.description.unwrap_or_default(),
        owner: database.owner.unwrap_or_default(),
        location: database.location.to_string(),
        created: when(database.created_at, now),
        properties: properties(&database.parameters),
        wanted,
        tables,
        next: next.unwrap_or_default(),
    }))
}
