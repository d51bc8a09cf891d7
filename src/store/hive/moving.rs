//! Where jobs are moving data. Whoever is about to use a place asks, so this is asked far more often than it changes: what a
//! job moves is written once, and a process reads it once. An exchange may have a hundred thousand directories.

use crate::error::Result;
use crate::model::{JobPhase, Location, Storage, TableRef};
use crate::store::form::job::ways_of;
use crate::store::form::place::PlaceSet;
use crate::store::hive::known_ways::Ways;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Cells;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::sync::Arc;

/// Which places that jobs take data from are in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sources {
    /// Those on the machine's own file system: on an object store the source of a move stays as it is until the move is
    /// committed.
    OnFile,
    /// All of them: what would be deleted there has been copied already, or will be.
    All,
}

/// What a question for unfinished work reads: a number for each kind of it, of which most are NULL most of the time. It has no
/// arguments, so that it is planned once.
const UNSETTLED: &str = "(SELECT MIN(id) FROM skep_pending_deletes),
    (SELECT MIN(next_at) FROM skep_jobs WHERE phase = 'planned'),
    (SELECT MIN(next_at) FROM skep_jobs WHERE phase = 'copying'),
    (SELECT MIN(next_at) FROM skep_jobs WHERE phase = 'undoing')";

/// What who is about to make a table asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOutlook {
    /// There is one of that name.
    pub is_there: bool,
    /// As [`Session::places_are_unsettled`] says.
    pub places_are_unsettled: bool,
}

impl Session {
    /// Whether anything is on its way, or waits to be deleted, anywhere. Mostly nothing is, and one statement tells.
    pub async fn places_are_unsettled(&mut self) -> Result<bool> {
        let statement = self.statement("SELECT ").text(UNSETTLED);
        match self.row(&statement).await? {
            Some(row) => Ok(is_unsettled(&mut row.cells())?),
            None => Ok(true),
        }
    }

    /// Both in one statement: whether there is such a table, and whether anything is on its way anywhere.
    pub async fn table_outlook(&mut self, at: &TableRef) -> Result<TableOutlook> {
        let database = at.database_ref();
        let statement = self
            .statement(
                "SELECT (SELECT t.id FROM skep_tables t WHERE t.name = ? AND t.database_id = ",
            )
            .bind(at.table.as_str())
            .database_id(&database)
            .text("), ")
            .text(UNSETTLED);
        let row = self.row(&statement).await?;
        let row = row.ok_or_else(|| Failure::fault("a SELECT without FROM has one row"))?;
        let mut cells = row.cells();
        Ok(TableOutlook {
            is_there: cells.integer_or_null()?.is_some(),
            places_are_unsettled: is_unsettled(&mut cells)?,
        })
    }

    /// A job that is moving data to a place that overlaps one of these locations, or from such a place as far as `sources`
    /// says, and that place, but for one job.
    pub async fn job_moving_at(
        &mut self,
        but_for: Option<i64>,
        locations: &[&Location],
        sources: Sources,
    ) -> Result<Option<(i64, Location)>> {
        let statement = self
            .statement("SELECT id FROM skep_jobs WHERE phase IN ")
            .list(&JobPhase::MOVING.map(JobPhase::as_str));
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        let ids = ids.collect::<Result<Vec<i64>, Failure>>()?;
        if ids.is_empty() {
            return Ok(None);
        }
        let used = PlaceSet::of(locations.iter().copied());
        for (id, ways) in self.job_ways(&ids).await? {
            if Some(id) == but_for {
                continue;
            }
            let in_the_way =
                |from: &&Location| sources == Sources::All || from.storage() == Storage::File;
            let moved = ways.from.iter().filter(in_the_way);
            let mut places = ways.to.iter().chain(moved);
            if let Some(place) = places.find(|place| used.overlaps(place)) {
                return Ok(Some((id, place.clone())));
            }
        }
        Ok(None)
    }

    async fn job_ways(&mut self, ids: &[i64]) -> Result<Vec<(i64, Arc<Ways>)>, Failure> {
        let (mut found, unknown) = self.known_ways().of(ids);
        for chunk in unknown.chunks(LIST_LENGTH_MAX) {
            // One that has ended since has none.
            let statement = self
                .statement("SELECT id, work FROM skep_jobs WHERE work IS NOT NULL AND id IN ")
                .list(chunk);
            for row in &self.rows(&statement).await? {
                let mut cells = row.cells();
                let id = cells.integer()?;
                let (from, to) = ways_of(cells.text()?)?;
                let ways = Arc::new(Ways { from, to });
                self.known_ways().insert(id, &ways);
                found.push((id, ways));
            }
        }
        found.sort_unstable_by_key(|(id, _)| *id);
        Ok(found)
    }
}

/// Reads what [`UNSETTLED`] gives.
fn is_unsettled(cells: &mut Cells<'_>) -> Result<bool, Failure> {
    for _ in 0..4 {
        if cells.integer_or_null()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::UNSETTLED;
    use crate::model::JobPhase;

    #[test]
    fn unfinished_work_is_that_of_the_phases_that_move_data() {
        let asked: Vec<&str> = UNSETTLED.split('\'').skip(1).step_by(2).collect();
        assert_eq!(asked, JobPhase::MOVING.map(JobPhase::as_str));
    }
}
