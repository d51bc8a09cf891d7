//! The stored form of what a job needs to go on.
//!
//! JSON, legible in the database's own shell. Fields may be added with a default, never renamed: the process that goes on
//! with a job may be of a later version than the one that began it. The change of the catalog has the form of its event.

use crate::model::{EventBody, JobMove, JobTarget, JobWork, Location, TableRef};
use crate::store::form::packing::{from_json, to_json};
use crate::store::sql::failure::Failure;
use serde::{Deserialize, Serialize};
use std::ops::Range;

#[derive(Serialize, Deserialize)]
struct WorkForm {
    moves: Vec<MoveForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<TargetForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct MoveForm {
    from: String,
    to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct TargetForm {
    id: i64,
    catalog: String,
    database: String,
    table: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// The text of what a job needs but for its change.
pub(in crate::store) fn work_text(work: &JobWork) -> Result<String, Failure> {
    let moves = work.moves.iter().map(|one| MoveForm {
        from: one.from.to_string(),
        to: one.to.to_string(),
        mark: one.mark.clone(),
    });
    let target = work.target.as_ref().map(|target| TargetForm {
        id: target.id,
        catalog: target.at.catalog.to_string(),
        database: target.at.database.to_string(),
        table: target.at.table.to_string(),
        location: target.location.as_ref().map(Location::to_string),
    });
    to_json(&WorkForm {
        moves: moves.collect(),
        target,
        expected: work.expected.clone(),
    })
}

/// Reads [`work_text`].
pub(in crate::store) fn work_of(text: &str, change: EventBody) -> Result<JobWork, Failure> {
    let form: WorkForm = from_json(text)?;
    let target = form.target.map(|target| JobTarget {
        id: target.id,
        at: TableRef {
            catalog: target.catalog.as_str().into(),
            database: target.database.as_str().into(),
            table: target.table.as_str().into(),
        },
        location: target.location.map(Location::from_stored),
    });
    Ok(JobWork {
        moves: form.moves.into_iter().map(move_of).collect(),
        change,
        target,
        expected: form.expected,
    })
}

/// Where the directories of a job come from, and where they go, out of [`work_text`].
pub(in crate::store) fn ways_of(text: &str) -> Result<(Vec<Location>, Vec<Location>), Failure> {
    let form: WorkForm = from_json(text)?;
    let moves = form.moves.into_iter().map(move_of);
    Ok(moves.map(|one| (one.from, one.to)).unzip())
}

/// The first moves of a job, and how many there are, out of [`work_text`].
pub(in crate::store) fn moves_of(text: &str, limit: usize) -> Result<(Vec<JobMove>, u64), Failure> {
    let form: WorkForm = from_json(text)?;
    let total = form.moves.len() as u64;
    let moves = form.moves.into_iter().take(limit).map(move_of);
    Ok((moves.collect(), total))
}

fn move_of(form: MoveForm) -> JobMove {
    JobMove {
        from: Location::from_stored(form.from),
        to: Location::from_stored(form.to),
        mark: form.mark,
    }
}

/// Ranges of numbers; NULL stands for none.
pub(in crate::store) fn ranges_text(ranges: &[Range<i64>]) -> Result<Option<String>, Failure> {
    if ranges.is_empty() {
        return Ok(None);
    }
    let pairs: Vec<(i64, i64)> = ranges
        .iter()
        .map(|range| (range.start, range.end))
        .collect();
    to_json(&pairs).map(Some)
}

/// Reads [`ranges_text`].
pub(in crate::store) fn ranges_of(text: Option<&str>) -> Result<Vec<Range<i64>>, Failure> {
    let pairs: Vec<(i64, i64)> = text.map_or_else(|| Ok(Vec::new()), from_json)?;
    Ok(pairs.into_iter().map(|(start, end)| start..end).collect())
}
