//! Which views of the catalog name what goes or changes its meaning. They are read by pages, and only those are kept that
//! name one of the tables in question, within a limit.

use crate::diff::change::{Change, ChangeKind};
use crate::diff::mention::{names_column, names_table, view_sql};
use crate::error::Result;
use crate::model::{DEFAULT_CATALOG, DatabaseRef, Name, TableType};
use crate::store::Session;
use std::collections::{HashMap, HashSet};

/// Views that one change names at most.
const VIEWS_MAX: usize = 50;
/// Views that are read at once.
const VIEWS_PER_PAGE: usize = 100;
/// Bytes of queries that are kept at most; views beyond them are not looked at.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What of a table a view is looked through for.
pub(super) enum Named {
    /// The table itself.
    Table,
    /// A column, by its name before the change.
    Column(String),
}

impl Named {
    /// What a change takes away or gives another meaning; `None` where views do not mind.
    pub(super) fn by(change: &Change) -> Option<Self> {
        Some(match &change.kind {
            ChangeKind::ColumnDropped { column, .. } => Self::Column(column.name.clone()),
            ChangeKind::ColumnRenamed { from, .. } => Self::Column(from.clone()),
            ChangeKind::TypeChanged { column, .. } | ChangeKind::ColumnReplaced { column } => {
                Self::Column(column.clone())
            }
            ChangeKind::TableDropped(_)
            | ChangeKind::TableRenamed { .. }
            | ChangeKind::TableReplaced { .. } => Self::Table,
            _ => return None,
        })
    }
}

/// The views that name tables in question, by these.
#[derive(Default)]
pub(super) struct Views {
    texts: Vec<(String, String)>,
    by_table: HashMap<String, Vec<usize>>,
    bytes: usize,
    is_cut: bool,
}

impl Views {
    /// Looks through every view of the default catalog for these tables, whose names are in lower case.
    pub(super) async fn read(session: &mut Session, tables: &HashSet<String>) -> Result<Self> {
        let mut read = Self::default();
        if tables.is_empty() {
            return Ok(read);
        }
        let catalog = Name::new(DEFAULT_CATALOG);
        for database in session.database_names(&catalog).await? {
            let at = DatabaseRef {
                catalog: catalog.clone(),
                database,
            };
            let views = Some(&TableType::VirtualView);
            let names = session.table_names(&at, views).await?;
            for page in names.chunks(VIEWS_PER_PAGE) {
                for view in session.table_list_by_names(&at, page).await? {
                    let text = view.view_expanded_text.or(view.view_original_text);
                    let name = format!("{}.{}", view.at.database, view.at.table);
                    read.take(name, &text.unwrap_or_default(), tables, KEPT_BYTES_MAX);
                    if read.is_cut {
                        return Ok(read);
                    }
                }
            }
        }
        Ok(read)
    }

    /// Keeps a view if it names one of the tables, and notes where there is no room for it.
    fn take(&mut self, name: String, text: &str, tables: &HashSet<String>, room: usize) {
        let sql = view_sql(text).into_owned();
        let words: HashSet<String> = sql
            .split(|one: char| !(one.is_alphanumeric() || one == '_'))
            .map(str::to_lowercase)
            .filter(|word| tables.contains(word))
            .collect();
        if words.is_empty() {
            return;
        }
        self.bytes += sql.len();
        if self.bytes > room {
            self.is_cut = true;
            return;
        }
        for word in words {
            self.by_table
                .entry(word)
                .or_default()
                .push(self.texts.len());
        }
        self.texts.push((name, sql));
    }

    /// Whether there are more views than were looked at.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The views that name that of the table, a limited number of them.
    pub(super) fn naming(&self, table: &str, what: &Named) -> Vec<String> {
        let candidates = self.by_table.get(&table.to_lowercase());
        let named = candidates.into_iter().flatten().filter_map(|index| {
            let (at, sql) = &self.texts[*index];
            let names = match what {
                Named::Column(column) => names_column(sql, table, column),
                Named::Table => names_table(sql, table),
            };
            names.then(|| at.clone())
        });
        named.take(VIEWS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_views_of_the_tables_in_question_are_kept_within_the_limit() {
        let tables = HashSet::from(["orders".to_owned()]);
        let mut views = Views::default();
        let texts = [
            ("t2.a", "SELECT price FROM t1.Orders"),
            ("t2.b", "SELECT price FROM t1.customers"),
            ("t2.c", "SELECT id FROM t1.orders WHERE 'price' = 'x'"),
        ];
        for (name, text) in texts {
            views.take(name.to_owned(), text, &tables, 100);
        }
        assert_eq!((views.texts.len(), views.is_cut()), (2, false));
        let price = Named::Column("price".to_owned());
        assert_eq!(views.naming("orders", &price), ["t2.a"]);
        assert_eq!(views.naming("ORDERS", &Named::Table), ["t2.a", "t2.c"]);
        views.take("t2.d".to_owned(), &"orders ".repeat(10), &tables, 100);
        assert_eq!((views.texts.len(), views.is_cut()), (2, true));
    }
}
