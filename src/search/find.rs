//! Asking: which tables a search finds, and why.

use super::query::Query;
use super::words::{parts_of, read_by_view, view_text, words_of};
use super::{Operations, Search};
use crate::catalog::service::tables_named;
use crate::catalog::{Action, Resource};
use crate::diff::mention;
use crate::error::Result;
use crate::model::{Name, Table, TableMeta, TableRef};
use crate::store::{SearchWordKind, Searched};
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, BTreeSet};

/// Characters that a word of a search has at least where it is no name of a table.
const TERM_CHARS_MIN: usize = 2;

/// Tables that are in memory at the same time: each may have thousands of columns.
const TABLES_PER_READ: usize = 50;

/// A table that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The table.
    pub meta: TableMeta,
    /// What of it was found.
    pub why: Why,
}

/// What of a table has what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its name.
    Name,
    /// A column: its name, a field inside of its type, or its comment.
    Column {
        /// The column's name.
        name: String,
        /// The column's comment.
        comment: Option<String>,
    },
    /// Its owner.
    Owner,
    /// Its comment.
    Comment,
}

impl Operations<'_> {
    /// The tables of a catalog in which every word of a text is found: those first whose names have it (the very name, then those
    /// that begin so), then those of whose columns, owner or comments a word begins so; `max` at most.
    ///
    /// What is not a name is found within seconds of its writing. Of a word that thousands of tables have the first ones are looked
    /// at; a second word narrows them.
    #[boxed]
    pub async fn search_tables(&self, catalog: &Name, text: &str, max: usize) -> Result<Vec<Hit>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let Some(query) = Query::parse(text) else {
            return Ok(Vec::new());
        };
        let searched = Searched {
            catalog,
            database: query.database.as_ref(),
            first: &query.first,
            others: &query.others,
        };
        let mut session = self.store.session().await?;
        let named = session.search_by_name(&searched, max).await?;
        let mut hits: Vec<Hit> = named
            .into_iter()
            .map(|meta| Hit {
                meta,
                why: Why::Name,
            })
            .collect();
        if hits.len() < max && query.first.chars().count() >= TERM_CHARS_MIN {
            let found = session.search_by_words(&searched, max).await?;
            let known: BTreeSet<&TableRef> = hits.iter().map(|hit| &hit.meta.at).collect();
            let found: Vec<TableRef> = found.into_iter().filter(|at| !known.contains(at)).collect();
            for found in found.chunks(TABLES_PER_READ) {
                let tables = tables_named(&mut session, found).await?.into_iter();
                let mut tables: BTreeMap<TableRef, Table> =
                    tables.map(|table| (table.at.clone(), table)).collect();
                // As the database ranked them; what is not so any more is left out.
                let tables = found.iter().filter_map(|at| tables.remove(at));
                hits.extend(tables.filter_map(|table| hit_of(table, &query)));
            }
        }
        hits.truncate(max);
        Ok(hits)
    }

    /// The views whose text names a table, as far as it can be told without reading SQL as their engine does; `max` at most. A
    /// view is known within seconds of its making.
    #[boxed]
    pub async fn search_views_of(&self, at: &TableRef, max: usize) -> Result<Vec<TableMeta>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.views_of(at, max).await
    }
}

impl Search {
    async fn views_of(&self, at: &TableRef, max: usize) -> Result<Vec<TableMeta>> {
        let mut session = self.store.session().await?;
        let word = read_by_view(at.table.as_str());
        let found = session.search_by_word(&at.catalog, &word, max).await?;
        let views = tables_named(&mut session, &found).await?;
        let views = views.into_iter().filter(|view| reads(view, at));
        Ok(views.map(meta_of).collect())
    }
}

/// Whether a view's text names a table, by its database too where that is another one than the view's.
fn reads(view: &Table, at: &TableRef) -> bool {
    view_text(view).is_some_and(|text| {
        view.at != *at
            && mention::names_table(text, at.table.as_str())
            && (view.at.database == at.database || mention::names_table(text, at.database.as_str()))
    })
}

fn meta_of(table: Table) -> TableMeta {
    TableMeta {
        comment: table.parameters.get("comment").cloned(),
        at: table.at,
        table_type: table.table_type,
        owner: table.owner,
    }
}

/// What of a table a search finds, as the table is now; `None` where it does not.
fn hit_of(table: Table, query: &Query) -> Option<Hit> {
    let words = words_of(&table);
    let mut why: Option<(SearchWordKind, &str)> = None;
    for term in query.terms() {
        if table.at.table.as_str().contains(term) {
            continue;
        }
        let found = words.iter().filter(|one| one.word.starts_with(term));
        let kinds = found.map(|one| one.kind);
        let kind = kinds.filter(|kind| *kind != SearchWordKind::Read).min()?;
        if why.is_none_or(|(known, _)| kind < known) {
            why = Some((kind, term));
        }
    }
    let why = match why {
        None => Why::Name,
        Some((SearchWordKind::Owner, _)) => Why::Owner,
        Some((SearchWordKind::Comment, _)) => Why::Comment,
        Some((_, term)) => column_of(&table, term)?,
    };
    Some(Hit {
        meta: meta_of(table),
        why,
    })
}

/// The first column whose name has a part that begins so, else the first of whose fields or comment one does.
fn column_of(table: &Table, term: &str) -> Option<Why> {
    let columns = table.descriptor.columns.as_deref().unwrap_or_default();
    let columns = || columns.iter().chain(&table.partition_keys);
    let begins = |parts: Vec<String>| parts.iter().any(|part| part.starts_with(term));
    let named = columns().find(|column| begins(parts_of(&column.name)));
    let told = || {
        columns().find(|column| {
            let mut fields = super::words::fields_of(&column.data_type);
            let comment = column.comment.as_deref().unwrap_or_default();
            fields.any(|field| begins(parts_of(field)))
                || super::words::text_words(comment).any(|word| word.starts_with(term))
        })
    };
    named.or_else(told).map(|column| Why::Column {
        name: column.name.clone(),
        comment: column.comment.clone(),
    })
}
