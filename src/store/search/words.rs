//! The words of tables as rows: one for each word and table, and all of a table's in one text, so that what has not changed is
//! not written.

use crate::error::Result;
use crate::model::TableRef;
use crate::store::discovery::table::table_ref_of;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a word; what is longer is cut.
pub const SEARCH_WORD_BYTES_MAX: usize = 128;

/// What a word is in its table, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchWordKind {
    /// A part of a column's name.
    Column,
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
            Self::Owner => 1,
            Self::Comment => 2,
            Self::Field => 3,
            Self::ColumnComment => 4,
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

/// A row to be written: the word, its table, its kind.
type WordRow<'a> = (&'a str, i64, i64);

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

    /// Makes the rows of some tables what their words are now; each table once.
    pub async fn search_words_put(&mut self, tables: &[TableWords]) -> Result<()> {
        let ids: Vec<i64> = tables.iter().map(|table| table.table_id).collect();
        let known = self.search_words_known(&ids).await?;
        let texts: Vec<String> = tables.iter().map(|table| text_of(&table.words)).collect();
        let mut added: Vec<WordRow<'_>> = Vec::new();
        let mut changed: Vec<(i64, &str)> = Vec::new();
        for (table, text) in tables.iter().zip(&texts) {
            let old = known.get(&table.table_id).map_or("", String::as_str);
            if old == text {
                continue;
            }
            let (old, new) = (lines_of(old), lines_of(text));
            let kept: BTreeSet<&str> = new.iter().map(|line| word_of(line)).collect();
            let removed = old.iter().map(|line| word_of(line));
            let removed: Vec<&str> = removed.filter(|word| !kept.contains(word)).collect();
            self.search_words_delete(table.table_id, &removed).await?;
            let words = table.words.iter().zip(text.split(BETWEEN).skip(1));
            let words = words.filter(|(_, line)| !old.contains(line));
            added.extend(
                words.map(|(one, _)| (one.word.as_str(), table.table_id, one.kind.number())),
            );
            changed.push((table.table_id, text));
        }
        self.search_words_insert(&added).await?;
        let mut rest = changed.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 2, rest, |(_, text)| text.len());
            let (rows, later) = rest.split_at(count);
            let statement = self
                .statement("INSERT INTO skep_search_tables (table_id, words) VALUES ")
                .rows(rows.iter().map(|(id, text)| [(*id).into(), (*text).into()]))
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
                "SELECT s.table_id, s.words FROM skep_search_tables s
                 LEFT JOIN skep_tables t ON t.id = s.table_id
                 WHERE t.id IS NULL LIMIT ?",
            )
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let mut gone = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut cells = row.cells();
            let (id, text) = (cells.integer()?, cells.string()?);
            let words: Vec<&str> = lines_of(&text).into_iter().map(word_of).collect();
            self.search_words_delete(id, &words).await?;
            gone.push(id);
        }
        for ids in gone.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_search_tables WHERE table_id IN ")
                .list(ids);
            self.execute(&statement).await?;
        }
        Ok(gone.len())
    }

    async fn search_words_known(&mut self, ids: &[i64]) -> Result<BTreeMap<i64, String>, Failure> {
        let mut known = BTreeMap::new();
        for ids in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("SELECT table_id, words FROM skep_search_tables WHERE table_id IN ")
                .list(ids);
            for row in &self.rows(&statement).await? {
                let mut cells = row.cells();
                known.insert(cells.integer()?, cells.string()?);
            }
        }
        Ok(known)
    }

    async fn search_words_delete(&mut self, table_id: i64, words: &[&str]) -> Result<(), Failure> {
        for words in words.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_search_words WHERE table_id = ?")
                .bind(table_id)
                .text(" AND word IN ")
                .list(words);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    async fn search_words_insert(&mut self, rows: &[WordRow<'_>]) -> Result<(), Failure> {
        let mut rest = rows;
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 3, rest, |row| row.0.len());
            let (now, later) = rest.split_at(count);
            let statement = self
                .statement("INSERT INTO skep_search_words (word, table_id, kind) VALUES ")
                .rows(
                    now.iter()
                        .map(|(word, id, kind)| [(*word).into(), (*id).into(), (*kind).into()]),
                )
                .upsert(&["word", "table_id"], &["kind"]);
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
