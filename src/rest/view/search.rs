//! What a search found.

use super::table::type_text;
use crate::search::{Hit, Why};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A table that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SearchHit)]
pub struct HitView {
    /// The database
    pub database: String,
    /// The table
    pub table: String,
    /// `managed`, `external`, `view` or `materialized_view`; another word where a client of the metastore made one
    #[schema(example = "external")]
    pub r#type: String,
    /// Its comment
    pub comment: Option<String>,
    /// Its owner
    pub owner: Option<String>,
    /// Where the words were found: `name` where all are in it, else the most telling of `column`, `owner` and `comment`
    #[schema(example = "column")]
    pub found_in: String,
    /// The column, where it is one: its name, a field of its type or its comment has the word
    pub column: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SearchHitList)]
pub struct HitListView {
    /// The tables, the best first
    pub tables: Vec<HitView>,
    /// Whether there are more than `limit`: a longer word, or one more, finds fewer
    pub has_more: bool,
}

impl From<Hit> for HitView {
    fn from(hit: Hit) -> Self {
        let (found_in, column) = match hit.why {
            Why::Name => ("name", None),
            Why::Column { name, .. } => ("column", Some(name)),
            Why::Owner => ("owner", None),
            Why::Comment => ("comment", None),
        };
        Self {
            database: hit.meta.at.database.to_string(),
            table: hit.meta.at.table.to_string(),
            r#type: type_text(&hit.meta.table_type),
            comment: hit.meta.comment,
            owner: hit.meta.owner,
            found_in: found_in.to_owned(),
            column,
        }
    }
}
