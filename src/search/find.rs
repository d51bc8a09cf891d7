//! Asking: which tables a search finds, and why.

use super::query::Query;
use super::words::{fields_of, parts_of, read_by_view, text_words, view_text, words_said};
use super::{Operations, Search};
use crate::catalog::service::{catalog_there, tables_named};
use crate::catalog::{Action, Resource, TABLE_COMMENT};
use crate::diff::mention;
use crate::error::Result;
use crate::model::{Column, Name, Table, TableMeta, TableRef};
use crate::store::{SearchWordKind, Searched, TableOutline};
use async_recursion::async_recursion as boxed;
use std::collections::BTreeSet;

/// Bytes that a word of a search has at least where it is no name of a table: one letter, but for scripts in which that is a word,
/// finds everything.
const TERM_BYTES_MIN: usize = 2;
/// Columns of tables that one search looks at, to say what it found.
const COLUMNS_LOOKED_MAX: usize = 100_000;
/// Views that are in memory at the same time, each with its text.
const VIEWS_PER_READ: usize = 5;
/// Bytes of the texts of views that are looked at for one table.
const VIEW_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Names in the text of a view that are looked up.
const READ_NAMES_MAX: usize = 1_000;

/// Tables that are in memory at the same time: each may have thousands of columns.
const TABLES_PER_READ: usize = 25;

/// A table that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The table.
    pub meta: TableMeta,
    /// What of it was found.
    pub why: Why,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The tables, the best first.
    pub hits: Vec<Hit>,
    /// Whether more were found than were wanted.
    pub has_more: bool,
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
    /// at; a second word narrows them. A catalog that is not there is `NotFound`.
    #[boxed]
    pub async fn search_tables(&self, catalog: &Name, text: &str, max: usize) -> Result<Found> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let mut hits = self.hits_of_text(catalog, text, max + 1).await?;
        if hits.is_empty() {
            // Whose tables were found is there.
            catalog_there(&mut self.store.session().await?, catalog).await?;
        }
        let has_more = hits.len() > max;
        hits.truncate(max);
        Ok(Found { hits, has_more })
    }

    /// The views whose text names a table, as far as it can be told without reading SQL as their engine does; `max` at most. A
    /// view is known within seconds of its making.
    #[boxed]
    pub async fn search_views_of(&self, at: &TableRef, max: usize) -> Result<Vec<TableMeta>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.views_of(at, max).await
    }

    /// The tables and views that a view's text names, as far as it can be told without reading SQL as its engine does; `max` at
    /// most. What stands without its database is one of the view's own.
    #[boxed]
    pub async fn search_read_by(&self, view: &Table, max: usize) -> Result<Vec<TableMeta>> {
        self.authorize(Action::See, Resource::Table(&view.at))
            .await?;
        self.read_by(view, max).await
    }
}

impl Search {
    async fn hits_of_text(&self, catalog: &Name, text: &str, max: usize) -> Result<Vec<Hit>> {
        let Some(query) = Query::parse(text) else {
            return Ok(Vec::new());
        };
        let has_database = query.database.is_some();
        let hits = self.hits(catalog, query, max).await?;
        if !has_database || !hits.is_empty() {
            return Ok(hits);
        }
        // What is no database is a text with a dot in it.
        match Query::of_words(text) {
            Some(words) => self.hits(catalog, words, max).await,
            None => Ok(hits),
        }
    }

    async fn hits(&self, catalog: &Name, query: Query, max: usize) -> Result<Vec<Hit>> {
        let query = self.rarest_first(catalog, query).await?;
        let searched = Searched {
            catalog,
            database: query.database.as_ref(),
            whole: &query.whole,
            first: &query.first,
            others: &query.others,
        };
        // To walk through all names takes the database longest: it looks up the words meanwhile.
        let (named, found) =
            tokio::join!(self.by_name(&searched, max), self.by_words(&searched, max));
        // What has some of the words elsewhere is looked at, to say where.
        let has_all = |meta: &TableMeta| lacking(&query, &meta.at).next().is_none();
        let (named, partly): (Vec<_>, Vec<_>) =
            named?.into_iter().partition(|(_, meta)| has_all(meta));
        let mut known: BTreeSet<i64> = named.iter().map(|(id, _)| *id).collect();
        let hits = named.into_iter().map(|(_, meta)| Hit {
            meta,
            why: Why::Name,
        });
        let mut hits: Vec<Hit> = hits.collect();
        let looked = partly.into_iter().map(|(id, _)| id).chain(found?);
        let looked: Vec<i64> = looked.filter(|id| known.insert(*id)).collect();
        if hits.len() == max || looked.is_empty() {
            return Ok(hits);
        }
        let mut session = self.store.session().await?;
        let mut columns_left = COLUMNS_LOOKED_MAX;
        let wanted = max - hits.len();
        let mut ranked: Vec<(Rank, Hit)> = Vec::new();
        for ids in looked.chunks(TABLES_PER_READ) {
            let mut outlines = session.search_outlines(catalog, ids).await?;
            // What is not so any more is left out.
            for outline in ids.iter().filter_map(|id| outlines.remove(id)) {
                columns_left = columns_left.saturating_sub(outline.columns.len());
                ranked.extend(hit_of(outline, &query));
            }
            if columns_left == 0 {
                break;
            }
            // Words are cut without a wait: others have their turn between.
            tokio::task::yield_now().await;
        }
        // Among equals as the database has them. Which word was looked up first is told by nothing.
        ranked.sort_by_key(|(rank, _)| *rank);
        hits.extend(ranked.into_iter().map(|(_, hit)| hit).take(wanted));
        Ok(hits)
    }

    /// The search by the word that the fewest rows of the index begin with: what is in every table finds nothing.
    async fn rarest_first(&self, catalog: &Name, query: Query) -> Result<Query> {
        // One word needs no choice, and in one database all its tables are looked at.
        if query.others.is_empty() || query.database.is_some() {
            return Ok(query);
        }
        let terms = query.terms().filter(|term| term.len() >= TERM_BYTES_MIN);
        let terms: Vec<&str> = terms.collect();
        if terms.is_empty() {
            return Ok(query);
        }
        let mut session = self.store.session().await?;
        let counted = session.search_word_rows(catalog, &terms).await?;
        drop(session);
        let rarest = terms.iter().zip(counted).min_by_key(|(_, rows)| *rows);
        let rarest = rarest.map(|(term, _)| (*term).to_owned());
        Ok(match rarest {
            Some(term) => query.by(&term),
            None => query,
        })
    }

    async fn by_name(&self, searched: &Searched<'_>, max: usize) -> Result<Vec<(i64, TableMeta)>> {
        let mut session = self.store.session().await?;
        session.search_by_name(searched, max).await
    }

    async fn by_words(&self, searched: &Searched<'_>, max: usize) -> Result<Vec<i64>> {
        if searched.first.len() < TERM_BYTES_MIN {
            return Ok(Vec::new());
        }
        let mut session = self.store.session().await?;
        session.search_by_words(searched, max).await
    }

    async fn views_of(&self, at: &TableRef, max: usize) -> Result<Vec<TableMeta>> {
        let mut session = self.store.session().await?;
        let word = read_by_view(at.table.as_str());
        let found = session.search_by_word(&at.catalog, &word, max).await?;
        let (mut views, mut bytes_left) = (Vec::new(), VIEW_BYTES_MAX);
        for found in found.chunks(VIEWS_PER_READ) {
            for view in tables_named(&mut session, found).await? {
                bytes_left = bytes_left.saturating_sub(view_text(&view).map_or(0, str::len));
                if reads(&view, at) {
                    views.push(meta_of(view));
                }
            }
            if bytes_left == 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(views)
    }

    async fn read_by(&self, view: &Table, max: usize) -> Result<Vec<TableMeta>> {
        let text = view_text(view).unwrap_or_default();
        let own = own_database(view, text);
        let mut paths = mention::paths(text, READ_NAMES_MAX);
        for name in paths.iter_mut().flatten() {
            *name = name.to_lowercase();
        }
        let mut called: BTreeSet<(&str, &str)> = BTreeSet::new();
        for path in &paths {
            match path.as_slice() {
                [table] => {
                    called.insert((&own, table));
                }
                // Which of `catalog.database.table.column` there are is not told.
                path => called.extend(path.windows(2).map(|pair| (&*pair[0], &*pair[1]))),
            }
        }
        called.remove(&(view.at.database.as_str(), view.at.table.as_str()));
        if called.is_empty() {
            return Ok(Vec::new());
        }
        let called = Vec::from_iter(called);
        let mut session = self.store.session().await?;
        session.search_called(&view.at.catalog, &called, max).await
    }
}

/// The database of what stands in a view's text without one: the one that Trino noted, else the view's own.
fn own_database(view: &Table, text: &str) -> String {
    let noted = mention::view_database(text).map(|name| name.to_lowercase());
    noted.unwrap_or_else(|| view.at.database.to_string())
}

/// Whether a view's text names a table, by its database too where that is another one than the view's.
fn reads(view: &Table, at: &TableRef) -> bool {
    view_text(view).is_some_and(|text| {
        let database = at.database.as_str();
        view.at != *at
            && mention::names_table(text, at.table.as_str())
            && (own_database(view, text) == database || mention::names_table(text, database))
    })
}

fn meta_of(table: Table) -> TableMeta {
    TableMeta {
        comment: table.parameters.get(TABLE_COMMENT).cloned(),
        at: table.at,
        table_type: table.table_type,
        owner: table.owner,
    }
}

/// How little of a name has what was looked for, words that it lacks, and the most telling place of those.
type Rank = (usize, Option<SearchWordKind>);

/// The words of a search that a table's name lacks.
fn lacking<'q>(query: &'q Query, at: &TableRef) -> impl Iterator<Item = &'q str> {
    let name = at.table.as_str();
    query.terms().filter(move |term| !name.contains(*term))
}

/// What of a table a search finds, as the table is now; `None` where it does not.
fn hit_of(outline: TableOutline, query: &Query) -> Option<(Rank, Hit)> {
    let words = words_said(&outline);
    let mut why: Option<(SearchWordKind, &str)> = None;
    let mut lacks = 0;
    for term in lacking(query, &outline.meta.at) {
        let found = words.iter().filter(|one| one.word.starts_with(term));
        let kind = found.map(|one| one.kind).min()?;
        if why.is_none_or(|(known, _)| kind < known) {
            why = Some((kind, term));
        }
        lacks += 1;
    }
    let rank = (lacks, why.map(|(kind, _)| kind));
    let why = match why {
        None => Why::Name,
        Some((SearchWordKind::Owner, _)) => Why::Owner,
        Some((SearchWordKind::Comment, _)) => Why::Comment,
        Some((_, term)) => column_of(&outline.columns, term)?,
    };
    let meta = outline.meta;
    Some((rank, Hit { meta, why }))
}

/// The column that is called so, else the first whose name begins so, that has a part which does, or of whose fields or comment
/// one does.
fn column_of(columns: &[Column], term: &str) -> Option<Why> {
    let begins = |parts: Vec<String>| parts.iter().any(|part| part.starts_with(term));
    let rank = |column: &&Column| {
        let name = column.name.to_lowercase();
        (name != term, !name.starts_with(term))
    };
    let named = columns.iter().filter(|one| begins(parts_of(&one.name)));
    let named = named.min_by_key(rank);
    let told = || {
        columns.iter().find(|column| {
            let mut fields = fields_of(&column.data_type);
            let comment = column.comment.as_deref().unwrap_or_default();
            fields.any(|field| begins(parts_of(field)))
                || text_words(comment).any(|word| word.starts_with(term))
        })
    };
    named.or_else(told).map(|column| Why::Column {
        name: column.name.clone(),
        comment: column.comment.clone(),
    })
}
