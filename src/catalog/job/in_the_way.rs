//! Whether unfinished work is in the way of who wants to use a place or to drop what is there.

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::{Location, Storage};
use crate::store::{Session, Sources};
use std::collections::HashSet;

/// Fails where a job, but for one, is moving data to one of these places or away from one, as far as `sources` says, or to or
/// from what lies above or below.
pub(in crate::catalog) async fn places_unmoved(
    session: &mut Session,
    but_for: Option<i64>,
    places: &[&Location],
    sources: Sources,
) -> Result<()> {
    match session.job_moving_at(but_for, places, sources).await? {
        Some((job, place)) => Err(Error::NotAllowed(format!(
            "location {place} cannot be used yet: job {job} moves data there or away; try again"
        ))),
        None => Ok(()),
    }
}

impl Catalog {
    /// A job, but for one, that brings data to or from one of these places: why it is in the way of a deletion, and the place.
    pub(super) async fn job_met(
        &self,
        but_for: Option<i64>,
        places: &[&Location],
    ) -> Result<Option<(String, Location)>> {
        let mut session = self.store.session().await?;
        let met = session.job_moving_at(but_for, places, Sources::All).await?;
        Ok(met.map(|(job, place)| {
            let reason = format!("job {job} is still at work at {place}; it is deleted afterwards");
            (reason, place)
        }))
    }
}

/// Fails where one directory of the file system that is to be moved lies in another one, or is it: the first move would take
/// the data of the second along.
pub(super) fn places_apart(from: &[&Location]) -> Result<()> {
    let mut met: HashSet<&Location> = HashSet::new();
    let files = || from.iter().filter(|one| one.storage() == Storage::File);
    let twice = files().find(|one| !met.insert(one));
    let inside = files().find(|one| {
        let above = std::iter::successors(one.parent(), Location::parent);
        above.into_iter().any(|above| met.contains(&above))
    });
    match twice.or(inside) {
        Some(place) => Err(Error::NotAllowed(format!(
            "location {place} is that of another partition too, or lies inside it: they cannot be moved together"
        ))),
        None => Ok(()),
    }
}
