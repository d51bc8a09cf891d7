//! Tables by a part of their name, and by the words of the index.

use super::words::{BETWEEN, SEARCH_WORD_BYTES_MAX, SearchWordKind};
use crate::error::Result;
use crate::hive::name_range::NameRange;
use crate::model::{Name, TableMeta, TableRef};
use crate::store::hive::table_at_place::meta_of;
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::OBJECT_NAME_BYTES_MAX;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};
use std::collections::BTreeSet;

/// Rows of a word that are looked at: a column `id` is in all tables, and nobody reads on so far.
const ROWS_OF_WORD_MAX: usize = 5_000;
/// Tables of whose names one has the first word that are looked at for the others.
const NAMES_LOOKED_MAX: usize = 20_000;

/// What is looked for, in lower case.
#[derive(Debug, Clone, Copy)]
pub struct Searched<'a> {
    /// In this catalog.
    pub catalog: &'a Name,
    /// In this database alone.
    pub database: Option<&'a Name>,
    /// All of it as it was written: what is called so comes first.
    pub whole: &'a str,
    /// What is looked up.
    pub first: &'a str,
    /// What the tables that are found have to have too, in their names or as beginnings of their words.
    pub others: &'a [String],
}

/// Patterns of what a search compares; a statement borrows them.
struct Patterns {
    contains: String,
    begins: String,
    /// That a name begins with all of it.
    begins_whole: String,
    /// That a text of words has one that begins with the first word.
    word: String,
    /// Of each other word, that a name contains it, and that a text of words has one that begins so.
    others: Vec<(String, String)>,
}

impl Patterns {
    fn of(searched: &Searched<'_>, dialect: Dialect) -> Self {
        let escaped = |word: &str| escaped(word, dialect.like().1);
        let begins = format!("{}%", escaped(searched.first));
        let others = searched.others.iter().map(|other| {
            let begins = format!("{}%", escaped(other));
            (format!("%{begins}"), format!("%{BETWEEN}{begins}"))
        });
        Self {
            contains: format!("%{begins}"),
            begins_whole: format!("{}%", escaped(searched.whole)),
            word: format!("%{BETWEEN}{begins}"),
            others: others.collect(),
            begins,
        }
    }
}

impl<'a> Statement<'a> {
    /// Appends what the tables `n`, by their `id` and `name`, have to have beside the first word. Each is looked up when it is
    /// its turn: what comes after the last one that is wanted costs nothing.
    fn searched_too(mut self, patterns: &'a Patterns) -> Self {
        for (at, (name, word)) in patterns.others.iter().enumerate() {
            self = self
                .text(if at == 0 { " WHERE " } else { " AND " })
                .text("(n.name")
                .like(name)
                // No EXISTS: PostgreSQL may read and compare the words of all tables first, to look up a few hundred.
                .text(" OR (SELECT s.words FROM skep_search_texts s WHERE s.table_id = n.id)")
                .like(word)
                .text(")");
        }
        self
    }

    /// Appends that what stands before is as a pattern says.
    fn like(self, pattern: &'a str) -> Self {
        let (like, _) = self.dialect().like();
        self.text(like).bind(pattern)
    }

    /// Appends that what stands before is the number of a catalog. To join the catalogs would let PostgreSQL believe that few
    /// rows are of it.
    fn in_catalog(self, catalog: &'a Name) -> Self {
        self.text(" = (SELECT c.id FROM skep_catalogs c WHERE c.name = ?)")
            .bind(catalog.as_str())
    }

    /// Appends the condition that a row of the index is of a catalog and has a word of a range.
    fn words_between(self, catalog: &'a Name, range: &'a (String, String)) -> Self {
        self.text(" FROM skep_search_entries WHERE catalog_id")
            .in_catalog(catalog)
            .text(" AND word >= ? AND word < ?")
            .bind(range.0.as_str())
            .bind(range.1.as_str())
    }
}

impl Session {
    /// The tables and views whose names contain the first word, and in which the others are found, with their numbers: the very
    /// name first, then those that begin so, `limit` at most. It looks at the name of every table, for no index knows the
    /// middles of names.
    pub async fn search_by_name(
        &mut self,
        searched: &Searched<'_>,
        limit: usize,
    ) -> Result<Vec<(i64, TableMeta)>> {
        let patterns = Patterns::of(searched, self.dialect());
        let mut statement = self
            .statement("SELECT t.id, d.name, t.name, t.table_type, t.owner_name, ")
            .text(self.dialect().comment_of_table())
            // What is shown of a table is read for those alone that are.
            .text(
                " FROM (SELECT n.id FROM (SELECT t.id, t.name FROM skep_tables t
                   JOIN skep_databases d ON d.id = t.database_id
                   WHERE t.name",
            )
            .like(&patterns.contains)
            .text(" AND d.catalog_id")
            .in_catalog(searched.catalog);
        if let Some(database) = searched.database {
            statement = statement.text(" AND d.name = ?").bind(database.as_str());
        }
        let statement = statement
            .text(" ORDER BY CASE WHEN t.name = ? THEN 0 WHEN t.name")
            .bind(searched.whole)
            .like(&patterns.begins_whole)
            .text(" THEN 1 WHEN t.name")
            .like(&patterns.begins)
            .text(" THEN 2 ELSE 3 END, t.name, d.name LIMIT ?) n")
            .bind(if patterns.others.is_empty() {
                limit
            } else {
                NAMES_LOOKED_MAX
            })
            .searched_too(&patterns)
            .text(
                " LIMIT ?) m
                 JOIN skep_tables t ON t.id = m.id
                 JOIN skep_databases d ON d.id = t.database_id",
            )
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| {
            let mut cells = row.cells();
            Ok((cells.integer()?, meta_of(&mut cells, searched.catalog)?))
        });
        let mut found = found.collect::<Result<Vec<_>, Failure>>()?;
        // A join keeps no order.
        let rank = |name: &str| {
            let begins = !name.starts_with(searched.first);
            let begins_whole = !name.starts_with(searched.whole);
            (name != searched.whole, begins_whole, begins)
        };
        found.sort_by_cached_key(|(_, one)| {
            let (name, database) = (one.at.table.clone(), one.at.database.clone());
            (rank(name.as_str()), name, database)
        });
        Ok(found)
    }

    /// How many rows the index has of a catalog whose words begin with each of some words, as far as they are looked at.
    pub async fn search_word_rows(&mut self, catalog: &Name, words: &[&str]) -> Result<Vec<usize>> {
        let ranges: Vec<(String, String)> = words.iter().map(|word| range_of(word)).collect();
        let mut statement = self.statement("SELECT ");
        for (at, range) in ranges.iter().enumerate() {
            statement = statement
                .text(if at == 0 { "" } else { ", " })
                .text("(SELECT COUNT(*) FROM (SELECT 1")
                .words_between(catalog, range)
                .text(" LIMIT ?) w)")
                .bind(ROWS_OF_WORD_MAX);
        }
        let row = self.row(&statement).await?;
        let row = row.ok_or_else(|| Failure::fault("the database counted nothing"))?;
        let mut cells = row.cells();
        let counted = words.iter().map(|_| {
            let count = cells.integer()?;
            usize::try_from(count).map_err(Failure::fault)
        });
        Ok(counted.collect::<Result<_, Failure>>()?)
    }

    /// The numbers of the tables and views of which a word of the index begins with the first word, and in which the others are
    /// found: those where it says most first, then by name, `limit` at most. In one database all its tables are looked at, else
    /// so many rows of the first word; of more than twice the limit those that were made first are found.
    pub async fn search_by_words(
        &mut self,
        searched: &Searched<'_>,
        limit: usize,
    ) -> Result<Vec<i64>> {
        let patterns = Patterns::of(searched, self.dialect());
        let range = range_of(searched.first);
        let statement = if let Some(database) = searched.database {
            self.statement(
                "SELECT n.id FROM (SELECT t.id, t.name FROM skep_tables t
                 JOIN skep_databases d ON d.id = t.database_id
                 JOIN skep_search_texts f ON f.table_id = t.id
                 WHERE d.name = ? AND f.words",
            )
            .bind(database.as_str())
            .like(&patterns.word)
            .text(" AND d.catalog_id")
            .in_catalog(searched.catalog)
            .text(" ORDER BY t.name LIMIT ?) n")
            .bind(NAMES_LOOKED_MAX)
            .searched_too(&patterns)
            .text(" LIMIT ?")
            .bind(limit)
        } else {
            self.statement(
                "SELECT t.id FROM (SELECT n.id, n.kind FROM
                   (SELECT w.table_id AS id, MIN(w.kind) AS kind,
                      (SELECT t.name FROM skep_tables t WHERE t.id = w.table_id) AS name FROM
                     (SELECT table_id, kind",
            )
            .words_between(searched.catalog, &range)
            .text(
                " AND kind < ? ORDER BY word LIMIT ?) w
                   GROUP BY w.table_id ORDER BY kind, w.table_id LIMIT ?) n",
            )
            .bind(SearchWordKind::Read.number())
            .bind(ROWS_OF_WORD_MAX)
            .bind(ROWS_OF_WORD_MAX)
            .searched_too(&patterns)
            .text(
                " LIMIT ?) f
                 JOIN skep_tables t ON t.id = f.id
                 JOIN skep_databases d ON d.id = t.database_id
                 ORDER BY f.kind, t.name, d.name LIMIT ?",
            )
            .bind(limit * 2)
            .bind(limit)
        };
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        Ok(ids.collect::<Result<_, Failure>>()?)
    }

    /// The tables and views of a catalog that have this very word, by name, `limit` at most.
    pub async fn search_by_word(
        &mut self,
        catalog: &Name,
        word: &str,
        limit: usize,
    ) -> Result<Vec<TableRef>> {
        let end = word.floor_char_boundary(SEARCH_WORD_BYTES_MAX);
        let statement = self
            .statement(
                "SELECT d.name, t.name FROM
                   (SELECT table_id FROM skep_search_entries WHERE catalog_id",
            )
            .in_catalog(catalog)
            .text(
                " AND word = ? ORDER BY table_id LIMIT ?) w
                 JOIN skep_tables t ON t.id = w.table_id
                 JOIN skep_databases d ON d.id = t.database_id
                 ORDER BY t.name, d.name LIMIT ?",
            )
            .bind(&word[..end])
            .bind(ROWS_OF_WORD_MAX)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| {
            let mut cells = row.cells();
            Ok(TableRef {
                catalog: catalog.clone(),
                database: Name::new(cells.text()?),
                table: Name::new(cells.text()?),
            })
        });
        Ok(found.collect::<Result<_, Failure>>()?)
    }

    /// The tables and views of a catalog that are called so, `limit` at most. What no name can be is none of them.
    pub async fn search_called(
        &mut self,
        catalog: &Name,
        called: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<TableMeta>> {
        let is_name = |text: &str| {
            (1..=OBJECT_NAME_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control)
        };
        let called = called.iter().filter(|(a, b)| is_name(a) && is_name(b));
        let called: Vec<(&str, &str)> = called.copied().collect();
        let mut found = Vec::new();
        for called in called.chunks(LIST_LENGTH_MAX) {
            let left = limit.saturating_sub(found.len());
            found.extend(self.called_page(catalog, called, left).await?);
        }
        Ok(found)
    }

    async fn called_page(
        &mut self,
        catalog: &Name,
        called: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<TableMeta>, Failure> {
        let databases: BTreeSet<&str> = called.iter().map(|(database, _)| *database).collect();
        let names: BTreeSet<&str> = called.iter().map(|(_, name)| *name).collect();
        let [databases, names] = [databases, names].map(Vec::from_iter);
        let dotted: Vec<String> = called.iter().map(|(a, b)| format!("{a}.{b}")).collect();
        let dotted: Vec<&str> = dotted.iter().map(String::as_str).collect();
        let statement = self
            .statement("SELECT d.name, t.name, t.table_type, t.owner_name, ")
            .text(self.dialect().comment_of_table())
            .text(
                " FROM skep_tables t
                 JOIN skep_databases d ON d.id = t.database_id
                 JOIN skep_catalogs c ON c.id = d.catalog_id
                 WHERE c.name = ?",
            )
            .bind(catalog.as_str())
            // Found by the indexes; which belongs to which is told by both together.
            .text(" AND d.name IN ")
            .list(&databases)
            .text(" AND t.name IN ")
            .list(&names)
            .text(" AND CONCAT(d.name, '.', t.name) IN ")
            .list(&dotted)
            .text(" ORDER BY t.name, d.name LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| meta_of(&mut row.cells(), catalog));
        found.collect()
    }
}

/// The words that begin so, as the index keeps them: from the first, itself included, to the second.
fn range_of(word: &str) -> (String, String) {
    let end = word.floor_char_boundary(SEARCH_WORD_BYTES_MAX);
    let range = NameRange::prefix(&word[..end]);
    // Above the last character nothing is.
    let to = range.to.unwrap_or_else(|| "\u{10FFFF}".to_owned());
    (range.from.unwrap_or_default(), to)
}

/// A text as a pattern that means it alone.
fn escaped(word: &str, escape: char) -> String {
    let mut pattern = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '%' | '_') || c == escape {
            pattern.push(escape);
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_pattern_means_its_text_alone() {
        assert_eq!(escaped("a_b%c!d", '!'), "a!_b!%c!!d");
    }
}
