//! Data of dropped tables and partitions that could not be deleted yet. The drop itself is done; a task tries again.
//!
//! Whoever is about to use places asks what was dropped at, above or below them. Where a bucket lets nothing be deleted
//! there may be a hundred thousand, so a column has each one's place in the form that an index can search
//! ([`form::place`](crate::store::form::place)).

use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::model::Location;
use crate::store::form::place::{Place, PlaceSet, UNKNOWN};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::{Cells, Row};
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement, without_nul};
use std::collections::HashSet;
use std::ops::Range;

const COLUMNS: &str = "SELECT id, location, reason, attempts, created_at, next_at, dropped_ms, failure, copied_to FROM skep_pending_deletes ";
const COLUMNS_WITH_PLACE: &str = "SELECT id, location, reason, attempts, created_at, next_at, dropped_ms, failure, copied_to, place FROM skep_pending_deletes ";

/// Locations that one statement notes: short ones, and each a row of nine values.
const ROWS_PER_INSERT_MAX: usize = 500;
/// Rows that one statement reads by their places.
const ROWS_PER_PAGE: usize = 500;
/// Ranges of numbers in one statement. A job's deletions have few: one for each block of numbers that they came from.
const RANGES_PER_STATEMENT: usize = 64;

/// A location that is still to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelete {
    /// Its number.
    pub id: i64,
    /// What is to be deleted, with everything under it.
    pub location: Location,
    /// Why: the drop that left it.
    pub reason: String,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// When it was noted, in seconds since the epoch.
    pub created_at: i64,
    /// When to try next, in seconds since the epoch.
    pub next_at: DatabaseTime,
    /// How new its files may be, in milliseconds since the epoch, where the clock that stamps them told that.
    pub newest_ms: Option<i64>,
    /// Where it was copied to: then what has its copy there is to be deleted.
    pub copied_to: Option<Location>,
    /// What the last try met, where it was not done.
    pub failure: Option<String>,
}

/// A location that is to be deleted from now on; see [`PendingDelete`].
#[derive(Debug, Clone, Copy)]
pub struct NewPendingDelete<'a> {
    /// What is to be deleted.
    pub location: &'a Location,
    /// How new its files may be.
    pub newest_ms: Option<i64>,
    /// Where it was copied to.
    pub copied_to: Option<&'a Location>,
}

impl<'a> NewPendingDelete<'a> {
    /// Of which nothing more is known.
    pub fn of(location: &'a Location) -> Self {
        Self {
            location,
            newest_ms: None,
            copied_to: None,
        }
    }
}

/// Where the reading by places stands: behind the row of this place and number.
#[derive(Debug)]
struct Mark {
    place: String,
    id: i64,
}

impl Mark {
    /// Before all rows of a place.
    fn before(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            id: i64::MIN,
        }
    }

    /// Behind a row of [`COLUMNS_WITH_PLACE`].
    fn of(row: &Row) -> Result<Self, Failure> {
        let mut cells = row.cells();
        let read = pending_delete(&mut cells)?;
        Ok(Self {
            place: cells.string()?,
            id: read.id,
        })
    }

    /// Before all rows of a later place, or here where that is this one.
    fn moved_to(&self, place: &str) -> Self {
        let id = if place == self.place {
            self.id
        } else {
            i64::MIN
        };
        Self {
            place: place.to_owned(),
            id,
        }
    }
}

/// What was found in a page of rows.
#[derive(Debug)]
struct Page {
    found: Vec<PendingDelete>,
    /// Where they end, unless they were the last ones.
    end: Option<Mark>,
}

impl Session {
    /// Notes a location that is to be deleted, first tried at `next_at`, and gives its number.
    pub async fn pending_delete_insert(
        &mut self,
        location: &Location,
        reason: &str,
        created_at: i64,
        next_at: DatabaseTime,
    ) -> Result<i64> {
        let ids = self
            .pending_delete_insert_list(
                &[NewPendingDelete::of(location)],
                reason,
                created_at,
                next_at,
            )
            .await?;
        ids.into_iter()
            .next()
            .ok_or_else(|| Error::internal("one location has one number"))
    }

    /// The same for many locations, in a few statements.
    pub async fn pending_delete_insert_list(
        &mut self,
        locations: &[NewPendingDelete<'_>],
        reason: &str,
        created_at: i64,
        next_at: DatabaseTime,
    ) -> Result<Vec<i64>> {
        let mut ids = Vec::with_capacity(locations.len());
        for chunk in locations.chunks(ROWS_PER_INSERT_MAX) {
            let taken = self.ids_take(chunk.len()).await?;
            ids.extend(taken.clone());
            let places: Vec<Place> = chunk.iter().map(|one| Place::of(one.location)).collect();
            let rows = taken.zip(chunk).zip(&places).map(|((id, new), place)| {
                [
                    id.into(),
                    new.location.as_str().into(),
                    reason.into(),
                    0_i64.into(),
                    created_at.into(),
                    next_at.into(),
                    place.stored().into(),
                    new.newest_ms.into(),
                    new.copied_to.map(Location::as_str).into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at, place,
                        dropped_ms, copied_to)
                     VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
        }
        Ok(ids)
    }

    /// Up to `limit` deletions, due or not, of what lies at, above or below one of these locations; fewer are all. However
    /// many are waiting elsewhere: what lies above is looked up, what lies below is read in the order of the places, and
    /// what is met between two of them is skipped.
    pub async fn pending_delete_overlapping(
        &mut self,
        locations: &[&Location],
        limit: usize,
    ) -> Result<Vec<PendingDelete>> {
        let used = PlaceSet::of(locations.iter().copied());
        let mut found: Vec<PendingDelete> = Vec::new();
        let above = used.above();
        let above: Vec<&str> = [UNKNOWN].into_iter().chain(above).collect();
        for chunk in above.chunks(LIST_LENGTH_MAX) {
            let mut next = Some(Mark::before(UNKNOWN));
            while let Some(mark) = next.filter(|_| found.len() < limit) {
                let statement = self
                    .statement(COLUMNS_WITH_PLACE)
                    .text("WHERE place IN ")
                    .list(chunk);
                let page = self.pending_delete_page(statement, &mark, &used).await?;
                next = page.end;
                found.extend(page.found);
            }
        }
        let stretches = used.stretches();
        let mut next = stretches.first().map(Mark::before);
        while let (Some(mark), Some(last)) =
            (next.filter(|_| found.len() < limit), stretches.last())
        {
            let statement = self
                .statement(COLUMNS_WITH_PLACE)
                .text("WHERE place <= ?")
                .bind(last);
            let page = self.pending_delete_page(statement, &mark, &used).await?;
            next = page
                .end
                .and_then(|end| Some(end.moved_to(stretches.from(&end.place)?)));
            found.extend(page.found);
        }
        // What lies above one and below another was read twice.
        found.sort_unstable_by_key(|row| row.id);
        found.dedup_by_key(|row| row.id);
        found.truncate(limit);
        Ok(found)
    }

    /// Looks at the next rows behind a mark, in the order of their places, for what overlaps one that is used.
    async fn pending_delete_page(
        &mut self,
        statement: Statement<'_>,
        after: &Mark,
        used: &PlaceSet,
    ) -> Result<Page> {
        let place = after.place.as_str();
        let statement = statement
            .text(" AND place >= ? AND (place > ? OR id > ?) ORDER BY place, id LIMIT ?")
            .bind(place)
            .bind(place)
            .bind(after.id)
            .bind(ROWS_PER_PAGE);
        let rows = self.rows(&statement).await?;
        let end = match rows.last() {
            Some(last) if rows.len() == ROWS_PER_PAGE => Some(Mark::of(last)?),
            _ => None,
        };
        let mut found = pending_deletes(&rows)?;
        found.retain(|one| used.overlaps(&one.location));
        Ok(Page { found, end })
    }

    /// Whether this one is still noted.
    pub async fn pending_delete_is(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("SELECT id FROM skep_pending_deletes WHERE id = ?")
            .bind(id);
        Ok(self.row(&statement).await?.is_some())
    }

    /// Those of these numbers that are still noted.
    pub async fn pending_delete_noted(&mut self, ids: &[i64]) -> Result<HashSet<i64>> {
        let mut noted = HashSet::with_capacity(ids.len());
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("SELECT id FROM skep_pending_deletes WHERE id IN ")
                .list(chunk);
            for row in self.rows(&statement).await? {
                noted.insert(row.cells().integer()?);
            }
        }
        Ok(noted)
    }

    /// The first of those that are noted with numbers in these ranges, which are sorted and apart, up to `limit`.
    pub async fn pending_delete_first(
        &mut self,
        ranges: &[Range<i64>],
        limit: usize,
    ) -> Result<Vec<PendingDelete>> {
        let mut first = Vec::new();
        for ranges in ranges.chunks(RANGES_PER_STATEMENT) {
            if first.len() >= limit {
                break;
            }
            let statement = numbered(self.statement(COLUMNS).text("WHERE "), ranges)
                .text(" ORDER BY id LIMIT ?")
                .bind(limit - first.len());
            first.extend(pending_deletes(&self.rows(&statement).await?)?);
        }
        Ok(first)
    }

    /// Those of moves whose copies lie at, above or below one of these locations. Mostly no move has left anything.
    pub async fn pending_delete_copied_to(
        &mut self,
        locations: &[&Location],
    ) -> Result<Vec<PendingDelete>> {
        let ranges = self.job_sources().await?;
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let used = PlaceSet::of(locations.iter().copied());
        let mut found = Vec::new();
        for mut range in ranges {
            loop {
                let statement = self
                    .statement(COLUMNS)
                    .text("WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
                    .bind(range.start)
                    .bind(range.end)
                    .bind(ROWS_PER_PAGE);
                let page = pending_deletes(&self.rows(&statement).await?)?;
                let is_last = page.len() < ROWS_PER_PAGE;
                range.start = page.last().map_or(range.end, |last| last.id + 1);
                found.extend(page.into_iter().filter(|one| {
                    let copy = one.copied_to.as_ref();
                    copy.is_some_and(|copy| used.overlaps(copy))
                }));
                if is_last {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// How many are noted with numbers in these ranges.
    pub async fn pending_delete_left(&mut self, ranges: &[Range<i64>]) -> Result<u64> {
        let mut left = 0;
        for ranges in ranges.chunks(RANGES_PER_STATEMENT) {
            let count = self.statement("SELECT COUNT(*) FROM skep_pending_deletes WHERE ");
            if let Some(row) = self.row(&numbered(count, ranges)).await? {
                left += u64::try_from(row.cells().integer()?).map_err(Failure::fault)?;
            }
        }
        Ok(left)
    }

    /// Up to `limit` locations whose time has come and at which nobody is, the longest due first.
    pub async fn pending_delete_due(
        &mut self,
        now: DatabaseTime,
        limit: usize,
    ) -> Result<Vec<PendingDelete>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE next_at <= ? AND busy_until <= ? ORDER BY next_at, id LIMIT ?")
            .bind(now)
            .bind(now)
            .bind(limit);
        pending_deletes(&self.rows(&statement).await?)
    }

    /// Notes a try in vain and when to try next. Gives false where somebody else has tried meanwhile or is done:
    /// `attempts` are those that the caller knows of, so two replicas do not both take a location.
    pub async fn pending_delete_postpone(
        &mut self,
        id: i64,
        attempts: i64,
        next_at: DatabaseTime,
    ) -> Result<bool> {
        let statement = self
            .statement(
                "UPDATE skep_pending_deletes
                 SET attempts = attempts + 1, next_at = ?
                 WHERE id = ? AND attempts = ?",
            )
            .bind(next_at)
            .bind(id)
            .bind(attempts);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Notes what the last try of these deletions met.
    pub async fn pending_delete_failed(&mut self, ids: &[i64], failure: &str) -> Result<()> {
        let failure = without_nul(failure);
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("UPDATE skep_pending_deletes SET failure = ? WHERE id IN ")
                .bind(failure.as_str())
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// The location is gone.
    pub async fn pending_delete_done(&mut self, id: i64) -> Result<()> {
        self.pending_delete_done_list(&[id]).await
    }

    /// These locations are gone, or are to be left alone.
    pub async fn pending_delete_done_list(&mut self, ids: &[i64]) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_pending_deletes WHERE id IN ")
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }
}

/// Appends that the number lies in one of these ranges.
fn numbered<'a>(mut statement: Statement<'a>, ranges: &[Range<i64>]) -> Statement<'a> {
    for (index, range) in ranges.iter().enumerate() {
        statement = statement
            .text(if index == 0 { "(" } else { " OR " })
            .text("id >= ? AND id < ?")
            .bind(range.start)
            .bind(range.end);
    }
    statement.text(")")
}

/// Reads rows that begin with [`COLUMNS`].
fn pending_deletes(rows: &[Row]) -> Result<Vec<PendingDelete>> {
    let found = rows.iter().map(|row| pending_delete(&mut row.cells()));
    Ok(found.collect::<Result<_, Failure>>()?)
}

/// Reads [`COLUMNS`], in the order of the struct.
fn pending_delete(cells: &mut Cells<'_>) -> Result<PendingDelete, Failure> {
    Ok(PendingDelete {
        id: cells.integer()?,
        location: Location::from_stored(cells.string()?),
        reason: cells.string()?,
        attempts: cells.integer()?,
        created_at: cells.integer()?,
        next_at: cells.time()?,
        newest_ms: cells.integer_or_null()?,
        failure: cells.string_or_null()?,
        copied_to: cells.string_or_null()?.map(Location::from_stored),
    })
}
