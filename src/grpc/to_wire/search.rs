//! What a search found.

use super::table_type;
use crate::search::{Hit, Why};
use skep_wire::v1::{FoundIn, SearchHit};

/// A table that was found.
pub(in crate::grpc) fn search_hit(hit: Hit) -> SearchHit {
    let (found_in, column) = match hit.why {
        Why::Name => (FoundIn::Name, None),
        Why::Column { name, .. } => (FoundIn::Column, Some(name)),
        Why::Owner => (FoundIn::Owner, None),
        Why::Comment => (FoundIn::Comment, None),
    };
    SearchHit {
        database: hit.meta.at.database.to_string(),
        table: hit.meta.at.table.to_string(),
        r#type: table_type(&hit.meta.table_type),
        comment: hit.meta.comment,
        owner: hit.meta.owner,
        found_in: found_in.into(),
        column,
    }
}
