//! Which earlier deletions a drop takes along.

use crate::error::Result;
use crate::model::Location;
use crate::store::{NewPendingDelete, Session};
use std::collections::{HashMap, HashSet};

/// Earlier deletions that one drop takes along.
const COVERED_MAX: usize = 10_000;

/// Earlier deletions that wait at or below places which are dropped or emptied now, by those places. What they are to take is
/// older than this drop, so it takes it along; and a later try of theirs goes by a time that may be a second too late.
pub(super) async fn deletions_covered(
    session: &mut Session,
    pending: &[NewPendingDelete<'_>],
) -> Result<HashMap<Location, Vec<i64>>> {
    let mut covered: HashMap<Location, Vec<i64>> = HashMap::new();
    let places: HashSet<&Location> = pending.iter().map(|one| one.location).collect();
    let listed: Vec<&Location> = places.iter().copied().collect();
    if !session.places_are_unsettled().await? {
        return Ok(covered);
    }
    let found = session
        .pending_delete_overlapping(&listed, COVERED_MAX)
        .await?;
    for earlier in found.into_iter().filter(|one| one.copied_to.is_none()) {
        let at_or_above = std::iter::successors(Some(earlier.location.clone()), Location::parent);
        let above = at_or_above.into_iter().find(|above| places.contains(above));
        if let Some(above) = above {
            covered.entry(above).or_default().push(earlier.id);
        }
    }
    Ok(covered)
}
