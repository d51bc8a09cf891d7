//! Single changes of a table's columns.

use crate::hive::column_change::ColumnChange;
use crate::hive::written_column::{ColumnFault, written_change, written_new_place, written_place};
use crate::model::Column;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change of one column. Columns are named without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ColumnChange)]
pub enum ColumnChangeView {
    /// A column more, behind all others where it is not said otherwise.
    Add {
        /// Its name
        #[schema(example = "item", pattern = r"\S")]
        name: String,
        /// Hive's type
        #[serde(rename = "type")]
        #[schema(example = "bigint")]
        data_type: String,
        /// What it means
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Whether it stands before all others
        #[serde(default)]
        first: bool,
        /// The column behind which it stands
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// A column less; its data stays in the files.
    Drop {
        /// The column
        name: String,
    },
    /// Another name; files that name their columns keep the old one.
    Rename {
        /// The column
        name: String,
        /// Its new name
        #[schema(example = "product", pattern = r"\S")]
        to: String,
    },
    /// Another type.
    Retype {
        /// The column
        name: String,
        /// Hive's type
        #[serde(rename = "type")]
        #[schema(example = "bigint")]
        data_type: String,
    },
    /// Another comment.
    Comment {
        /// The column
        name: String,
        /// What it means; null takes the comment away
        comment: Option<String>,
    },
    /// Another place: the first, or behind a column.
    Move {
        /// The column
        name: String,
        /// Whether it stands before all others
        #[serde(default)]
        first: bool,
        /// The column behind which it stands
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
}

impl ColumnChangeView {
    /// The change, with its names and its type read as people write them. Fails with the field at fault, and why.
    pub fn read(self) -> Result<ColumnChange, ColumnFault> {
        written_change(match self {
            Self::Add {
                name,
                data_type,
                comment,
                first,
                after,
            } => ColumnChange::Add {
                column: Column {
                    name,
                    data_type,
                    comment,
                },
                place: written_place(first, after)?,
            },
            Self::Drop { name } => ColumnChange::Drop { name },
            Self::Rename { name, to } => ColumnChange::Rename { name, to },
            Self::Retype { name, data_type } => ColumnChange::Retype { name, data_type },
            Self::Comment { name, comment } => ColumnChange::Comment { name, comment },
            Self::Move { name, first, after } => ColumnChange::Move {
                name,
                place: written_new_place(first, after)?,
            },
        })
    }
}
