//! Places where work of the catalog's own is not finished: what was dropped there is not deleted yet, or a job brings data
//! there. What a listing shows of such a place is not what will be there, so nothing is registered at it until that work
//! is done. Writes nothing.

use crate::error::Result;
use crate::model::{DiscoverySkip, Location, Partition, SkipKind, Table};
use crate::store::{Session, Sources};

/// Deletions that one question tells of.
const DELETIONS_PER_QUESTION: usize = 500;

/// Those of the found partitions whose place is unfinished, each with its reason. The caller holds the table's row, for
/// which all wait who drop, move or rename its partitions.
pub(super) async fn unfinished(
    session: &mut Session,
    table: &Table,
    found: impl IntoIterator<Item = &Partition>,
    now: i64,
) -> Result<Vec<DiscoverySkip>> {
    let places = found.into_iter();
    let mut open: Vec<Location> = places
        .filter_map(|one| one.full_location(table.location.as_ref()))
        .collect();
    let mut skips = Vec::new();
    if open.is_empty() {
        return Ok(skips);
    }
    session.jobs_hold().await?;
    if !session.places_are_unsettled().await? {
        return Ok(skips);
    }
    loop {
        let places: Vec<&Location> = open.iter().collect();
        let taken = taken(session, &places).await?;
        if taken.is_empty() {
            return Ok(skips);
        }
        // Each that was told of takes one away at least, so this ends.
        open.retain(|location| {
            let Some((_, reason)) = taken.iter().find(|(place, _)| place.overlaps(location)) else {
                return true;
            };
            skips.push(DiscoverySkip {
                path: location.to_string(),
                kind: SkipKind::Incomplete,
                reason: reason.clone(),
                first_seen_at: now,
                last_seen_at: now,
            });
            false
        });
    }
}

/// What overlaps some of these places, with the reason; nothing only where nothing does.
async fn taken(session: &mut Session, places: &[&Location]) -> Result<Vec<(Location, String)>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    if let Some((job, place)) = session.job_moving_at(None, places, Sources::OnFile).await? {
        return Ok(vec![(place, format!("job {job} is moving data there"))]);
    }
    let deletions = session
        .pending_delete_overlapping(places, DELETIONS_PER_QUESTION)
        .await?;
    let reason = "what was dropped there is not deleted yet";
    let deletions = deletions.into_iter();
    Ok(deletions
        .map(|one| (one.location, reason.to_owned()))
        .collect())
}
