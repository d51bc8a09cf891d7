//! Whether unfinished work is in the way of who wants to use a place or to drop what is there.

use crate::error::{Error, Result};
use crate::model::Location;
use crate::store::Session;

/// Fails where a job, but for one, is moving data to one of these places, or away from one on the file system, or to or from
/// what lies above or below.
pub(in crate::catalog) async fn places_unmoved(
    session: &mut Session,
    but_for: Option<i64>,
    places: &[&Location],
) -> Result<()> {
    match session.job_moving_at(but_for, places).await? {
        Some((job, place)) => Err(Error::NotAllowed(format!(
            "location {place} cannot be used yet: job {job} moves data there or away; try again"
        ))),
        None => Ok(()),
    }
}
