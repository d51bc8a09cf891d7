//! Single changes of a table's columns.

use crate::hive::column_change::{ColumnChange, ColumnPlace};
use crate::hive::written_type::{written_name, written_type};
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
    /// The change, with its type read as people write it. Fails with the field at fault, and why.
    pub fn read(self) -> Result<ColumnChange, (&'static str, String)> {
        let name = |field, text: &str| match written_name(text) {
            // Hive keeps names in lower case.
            Ok(name) => Ok(name.to_lowercase()),
            Err(why) => Err((field, why)),
        };
        let typed = |text: &str| written_type(text).map_err(|why| ("type", why));
        Ok(match self {
            Self::Add {
                name: new,
                data_type,
                comment,
                first,
                after,
            } => ColumnChange::Add {
                column: Column {
                    name: name("name", &new)?,
                    data_type: typed(&data_type)?,
                    comment,
                },
                place: place(first, after)?.unwrap_or(ColumnPlace::Last),
            },
            Self::Drop { name } => ColumnChange::Drop { name },
            Self::Rename { name: old, to } => ColumnChange::Rename {
                name: old,
                to: name("to", &to)?,
            },
            Self::Retype { name, data_type } => ColumnChange::Retype {
                name,
                data_type: typed(&data_type)?,
            },
            Self::Comment { name, comment } => ColumnChange::Comment { name, comment },
            Self::Move { name, first, after } => ColumnChange::Move {
                name,
                place: place(first, after)?
                    .ok_or_else(|| ("after", "say where it goes: first or after".to_owned()))?,
            },
        })
    }
}

fn place(
    first: bool,
    after: Option<String>,
) -> Result<Option<ColumnPlace>, (&'static str, String)> {
    match (first, after) {
        (true, Some(_)) => Err(("after", "give first or after, not both".to_owned())),
        (true, None) => Ok(Some(ColumnPlace::First)),
        (false, Some(name)) => Ok(Some(ColumnPlace::After(name))),
        (false, None) => Ok(None),
    }
}
