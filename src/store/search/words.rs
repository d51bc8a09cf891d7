//! The words of tables as rows: one for each word and table, and all of a table's in one text, so that what has not changed is
//! not written.

use crate::error::Result;
use crate::model::TableRef;
use crate::store::discovery::table::table_ref_of;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement, rows_in_next_statement};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a word; what is longer is cut.
pub const SEARCH_WORD_BYTES_MAX: usize = 128;

/// What a word is in its table, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchWordKind {
    /// A column's name.
    Column,
    /// What follows the first part of a column's name: `id` of `customer_id`.
    ColumnPart,
    /// A part of its owner.
    Owner,
    /// A word of its comment.
    Comment,
    /// A part of the name of a field inside of a column's type.
    Field,
    /// A word of a column's comment.
    ColumnComment,
    /// What a view reads.
    Read,
}

impl SearchWordKind {
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Column => 0,
            Self::ColumnPart => 1,
            Self::Owner => 2,
            Self::Comment => 3,
            Self::Field => 4,
            Self::ColumnComment => 5,
            Self::Read => 9,
        }
    }
}

/// A word that a table is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWord {
    /// In lower case, without control characters, [`SEARCH_WORD_BYTES_MAX`] bytes at most.
    pub word: String,
    /// What it is.
    pub kind: SearchWordKind,
}

/// All words of a table, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableWords {
    /// The table's number.
    pub table_id: i64,
    /// The words.
    pub words: Vec<SearchWord>,
}

/// What stands before and behind each word in the text of all.
pub(super) const BETWEEN: char = '\n';

/// All words in one text, each in a line with the number of its kind.
fn text_of(words: &[SearchWord]) -> String {
    let mut text = String::from(BETWEEN);
    for one in words {
        text.push_str(&one.word);
        text.push(' ');
        text.push_str(&one.kind.number().to_string());
        text.push(BETWEEN);
    }
    text
}

/// The lines of such a text: each a word and its kind.
fn lines_of(text: &str) -> BTreeSet<&str> {
    text.split(BETWEEN)
        .filter(|line| !line.is_empty())
        .collect()
}

fn word_of(line: &str) -> &str {
    line.rsplit_once(' ').map_or(line, |(word, _)| word)
}

/// A row to be written.
struct Entry<'a> {
    catalog_id: i64,
    word: &'a str,
    table_id: i64,
    kind: i64,
}

/// What is known of a table: its catalog, and the text of its words so far.
struct Known {
    catalog_id: i64,
    text: String,
}

impl Session {
    /// The next `limit` tables of all catalogs after a number, with their names.
    pub async fn search_tables_after(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, TableRef)>> {
        let statement = self
            .statement(
                "SELECT t.id, c.name, d.name, t.name FROM skep_tables t
                 JOIN skep_databases d ON d.id = t.database_id
                 JOIN skep_catalogs c ON c.id = d.catalog_id
                 WHERE t.id > ? ORDER BY t.id LIMIT ?",
            )
            .bind(after)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| {
            let mut cells = row.cells();
            Ok((cells.integer()?, table_ref_of(&mut cells)?))
        });
        Ok(found.collect::<Result<_, Failure>>()?)
    }

    /// Makes the rows of some tables what their words are now; each table once. Those that are gone have none.
    pub async fn search_words_put(&mut self, tables: &[TableWords]) -> Result<()> {
        let ids: Vec<i64> = tables.iter().map(|table| table.table_id).collect();
        let known = self.search_words_known(&ids).await?;
        let texts: Vec<String> = tables.iter().map(|table| text_of(&table.words)).collect();
        let mut added: Vec<Entry<'_>> = Vec::new();
        let mut changed: Vec<(i64, i64, &str)> = Vec::new();
        for (table, text) in tables.iter().zip(&texts) {
            let table_id = table.table_id;
            let Some(known) = known.get(&table_id) else {
                continue;
            };
            let (catalog_id, old) = (known.catalog_id, known.text.as_str());
            if old == text {
                continue;
            }
            let (old, new) = (lines_of(old), lines_of(text));
            let kept: BTreeSet<&str> = new.iter().map(|line| word_of(line)).collect();
            let removed = old.iter().map(|line| word_of(line));
            let removed: Vec<&str> = removed.filter(|word| !kept.contains(word)).collect();
            self.search_words_delete(catalog_id, table_id, &removed)
                .await?;
            let words = table.words.iter().zip(text.split(BETWEEN).skip(1));
            let words = words.filter(|(_, line)| !old.contains(line));
            added.extend(words.map(|(one, _)| Entry {
                catalog_id,
                word: &one.word,
                table_id,
                kind: one.kind.number(),
            }));
            changed.push((table_id, catalog_id, text));
        }
        self.search_words_insert(&added).await?;
        let mut rest = changed.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 3, rest, |(_, _, text)| text.len());
            let (rows, later) = rest.split_at(count);
            let rows = rows
                .iter()
                .map(|(id, catalog, text)| [(*id).into(), (*catalog).into(), (*text).into()]);
            let statement = self
                .statement("INSERT INTO skep_search_texts (table_id, catalog_id, words) VALUES ")
                .rows(rows)
                .upsert(&["table_id"], &["words"]);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(())
    }

    /// Removes the words of tables that are there no more, `limit` tables at most; gives how many there were.
    pub async fn search_words_forget_gone(&mut self, limit: usize) -> Result<usize> {
        let statement = self
            .statement(
                "SELECT s.table_id, s.catalog_id, s.words FROM skep_search_texts s
                 LEFT JOIN skep_tables t ON t.id = s.table_id
                 WHERE t.id IS NULL LIMIT ?",
            )
            .bind(limit);
        let gone = self.search_texts(&statement).await?;
        for (&id, known) in &gone {
            let words: Vec<&str> = lines_of(&known.text).into_iter().map(word_of).collect();
            self.search_words_delete(known.catalog_id, id, &words)
                .await?;
        }
        let ids: Vec<i64> = gone.keys().copied().collect();
        for ids in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_search_texts WHERE table_id IN ")
                .list(ids);
            self.execute(&statement).await?;
        }
        Ok(gone.len())
    }

    async fn search_words_known(&mut self, ids: &[i64]) -> Result<BTreeMap<i64, Known>, Failure> {
        let mut known = BTreeMap::new();
        for ids in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT t.id, d.catalog_id, s.words FROM skep_tables t
                     JOIN skep_databases d ON d.id = t.database_id
                     LEFT JOIN skep_search_texts s ON s.table_id = t.id
                     WHERE t.id IN ",
                )
                .list(ids);
            known.extend(self.search_texts(&statement).await?);
        }
        Ok(known)
    }

    async fn search_texts(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<BTreeMap<i64, Known>, Failure> {
        let rows = self.rows(statement).await?;
        let known = rows.iter().map(|row| {
            let mut cells = row.cells();
            let id = cells.integer()?;
            let known = Known {
                catalog_id: cells.integer()?,
                text: cells.string_or_null()?.unwrap_or_default(),
            };
            Ok((id, known))
        });
        known.collect()
    }

    async fn search_words_delete(
        &mut self,
        catalog_id: i64,
        table_id: i64,
        words: &[&str],
    ) -> Result<(), Failure> {
        for words in words.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_search_entries WHERE catalog_id = ? AND table_id = ?")
                .bind(catalog_id)
                .bind(table_id)
                .text(" AND word IN ")
                .list(words);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    async fn search_words_insert(&mut self, rows: &[Entry<'_>]) -> Result<(), Failure> {
        let mut rest = rows;
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 4, rest, |row| row.word.len());
            let (now, later) = rest.split_at(count);
            let rows = now.iter().map(|row| {
                let ids = (row.catalog_id.into(), row.table_id.into());
                [ids.0, row.word.into(), ids.1, row.kind.into()]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_search_entries (catalog_id, word, table_id, kind) VALUES ",
                )
                .rows(rows)
                .upsert(&["catalog_id", "word", "table_id"], &["kind"]);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_from_their_text() {
        let word = |word: &str, kind| SearchWord {
            word: word.to_owned(),
            kind,
        };
        let text = text_of(&[
            word("order_id", SearchWordKind::Column),
            word("reads:orders", SearchWordKind::Read),
        ]);
        assert_eq!(text, "\norder_id 0\nreads:orders 9\n");
        let words: Vec<&str> = lines_of(&text).into_iter().map(word_of).collect();
        assert_eq!(words, ["order_id", "reads:orders"]);
        assert!(lines_of(&text_of(&[])).is_empty());
    }
}
