//! One change of a source, as a value that can be told, classed, undone by its opposite and applied.

use super::canonical::TypeStep;
use crate::model::{SourceColumn, SourceTable, SourceTableKind, SourceTableRef};

/// What changed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table, by its name after the change.
    pub table: SourceTableRef,
    /// What changed about it.
    pub kind: ChangeKind,
}

/// Why two names were taken for one thing. Most sources do not tell that something was renamed: then it is a guess, made
/// only where there is one candidate on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenameGuess {
    /// The new column has the same type and stands at the same place among its neighbours.
    SamePlace,
    /// Both have the same comment.
    SameComment,
    /// The new table has exactly the same columns.
    SameColumns,
    /// The source says that it is the same one.
    Identity,
    /// The names differ in case alone, and none else does: the engines of the lake see one name.
    SameLetters,
}

/// The kinds of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// A table or view is new.
    TableAdded(Box<SourceTable>),
    /// A table or view is gone, and the source proves it.
    TableDropped(Box<SourceTable>),
    /// A table or view has another name: a guess.
    TableRenamed {
        /// The name before.
        from: SourceTableRef,
        /// Why it is thought so.
        guess: RenameGuess,
    },
    /// Under a name that was there before stands another table of the source, which had another name. The source says so.
    TableReplaced {
        /// The name that it had.
        from: SourceTableRef,
    },
    /// A table became a partition of another one: its rows are read there.
    TableAttached {
        /// The table that it is a partition of.
        to: SourceTableRef,
    },
    /// A partition became a table of its own: its rows are read in the other one no more.
    TableDetached {
        /// The table that it was a partition of.
        from: SourceTableRef,
        /// What it is now.
        table: Box<SourceTable>,
    },
    /// A table became a view, or a view a table.
    TableKindChanged {
        /// What it was.
        before: SourceTableKind,
        /// What it is.
        after: SourceTableKind,
    },
    /// The table's comment.
    TableCommentChanged {
        /// The comment before.
        before: Option<String>,
        /// The comment after.
        after: Option<String>,
    },
    /// A view's query.
    ViewChanged {
        /// The query before.
        before: Option<String>,
        /// The query after.
        after: Option<String>,
    },
    /// A view cannot be read any more: what it reads is not there.
    ViewBroken,
    /// A view that was broken can be read.
    ViewMended {
        /// Its columns.
        columns: Vec<SourceColumn>,
    },
    /// The primary key was added, dropped or has other columns.
    PrimaryKeyChanged {
        /// Its columns before; empty without one.
        before: Vec<String>,
        /// Its columns after; empty without one.
        after: Vec<String>,
    },
    /// A unique key was added, dropped or has other columns.
    UniqueKeyChanged {
        /// The key's name.
        name: String,
        /// Its columns before; `None` when it is new.
        before: Option<Vec<String>>,
        /// Its columns after; `None` when it is gone.
        after: Option<Vec<String>>,
    },
    /// A column is new.
    ColumnAdded {
        /// The column.
        column: SourceColumn,
        /// Its place, from 0.
        at: usize,
        /// Whether it stands after all older columns.
        last: bool,
        /// A column whose name differs by case alone, which is no difference in the lake.
        twin: Option<String>,
    },
    /// A column is gone.
    ColumnDropped {
        /// The column as it was.
        column: SourceColumn,
        /// Its place, from 0.
        at: usize,
        /// A column that is left whose name differs by case alone: the lake's column of both is filled by it.
        left: Option<String>,
    },
    /// A column has another name: a guess.
    ColumnRenamed {
        /// The name before.
        from: String,
        /// The name after.
        to: String,
        /// Why it is thought so.
        guess: RenameGuess,
        /// Whether another column has the old name now.
        taken: bool,
        /// Another column whose name differs from the new one by case alone, which is no difference in the lake.
        twin: Option<String>,
        /// A column that is left whose name differs from the old one by case alone.
        left: Option<String>,
    },
    /// A column was dropped and another one added under its name, which the source tells.
    ColumnReplaced {
        /// Its name.
        column: String,
    },
    /// The columns stand in another order; both lists hold the names after.
    ColumnsReordered {
        /// The order before.
        before: Vec<String>,
        /// The order after.
        after: Vec<String>,
    },
    /// A column's type means something else.
    TypeChanged {
        /// The column.
        column: String,
        /// The type before, in the source's words.
        before: String,
        /// The type after.
        after: String,
        /// Whether the new one is wider, narrower or of another kind.
        step: TypeStep,
    },
    /// Whether a column may be null.
    NullabilityChanged {
        /// The column.
        column: String,
        /// Whether it may be null now.
        nullable: bool,
    },
    /// Whether `SELECT *` leaves a column out.
    VisibilityChanged {
        /// The column.
        column: String,
        /// Whether it does now.
        hidden: bool,
    },
    /// A column's default.
    DefaultChanged {
        /// The column.
        column: String,
        /// The default before.
        before: Option<String>,
        /// The default after.
        after: Option<String>,
    },
    /// A column's comment.
    ColumnCommentChanged {
        /// The column.
        column: String,
        /// The comment before.
        before: Option<String>,
        /// The comment after.
        after: Option<String>,
    },
}

impl ChangeKind {
    /// The kind's name in logs, keys and JSON.
    pub fn name(&self) -> &'static str {
        match self {
            ChangeKind::TableAdded(_) => "table_added",
            ChangeKind::TableDropped(_) => "table_dropped",
            ChangeKind::TableRenamed { .. } => "table_renamed",
            ChangeKind::TableReplaced { .. } => "table_replaced",
            ChangeKind::TableAttached { .. } => "table_attached",
            ChangeKind::TableDetached { .. } => "table_detached",
            ChangeKind::TableKindChanged { .. } => "table_kind_changed",
            ChangeKind::TableCommentChanged { .. } => "table_comment_changed",
            ChangeKind::ViewChanged { .. } => "view_changed",
            ChangeKind::ViewBroken => "view_broken",
            ChangeKind::ViewMended { .. } => "view_mended",
            ChangeKind::PrimaryKeyChanged { .. } => "primary_key_changed",
            ChangeKind::UniqueKeyChanged { .. } => "unique_key_changed",
            ChangeKind::ColumnAdded { .. } => "column_added",
            ChangeKind::ColumnDropped { .. } => "column_dropped",
            ChangeKind::ColumnRenamed { .. } => "column_renamed",
            ChangeKind::ColumnReplaced { .. } => "column_replaced",
            ChangeKind::ColumnsReordered { .. } => "columns_reordered",
            ChangeKind::TypeChanged { .. } => "type_changed",
            ChangeKind::NullabilityChanged { .. } => "nullability_changed",
            ChangeKind::VisibilityChanged { .. } => "visibility_changed",
            ChangeKind::DefaultChanged { .. } => "default_changed",
            ChangeKind::ColumnCommentChanged { .. } => "column_comment_changed",
        }
    }

    /// The column that the change is about, by its name after; `None` for changes of the table.
    pub fn column(&self) -> Option<&str> {
        match self {
            ChangeKind::ColumnAdded { column, .. } | ChangeKind::ColumnDropped { column, .. } => {
                Some(&column.name)
            }
            ChangeKind::ColumnRenamed { to, .. } => Some(to),
            ChangeKind::ColumnReplaced { column }
            | ChangeKind::TypeChanged { column, .. }
            | ChangeKind::NullabilityChanged { column, .. }
            | ChangeKind::VisibilityChanged { column, .. }
            | ChangeKind::DefaultChanged { column, .. }
            | ChangeKind::ColumnCommentChanged { column, .. } => Some(column),
            _ => None,
        }
    }
}

impl Change {
    /// What it is about, such as `shop.orders` or `shop.orders.price`.
    pub fn object(&self) -> String {
        match self.kind.column() {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.to_string(),
        }
    }
}
