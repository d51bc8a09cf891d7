//! What a directory that was found means: a new partition, one that moves to a better root, a known one, or none, with
//! the reason. Pure but for the time that is handed in.

use super::site::{Root, Site};
use super::{ROOT_PARAMETER, RUN_PARAMETER};
use crate::catalog::service::{NUM_FILES, TOTAL_SIZE, last_ddl_time_fill};
use crate::error::Result;
use crate::filter::value_fits;
use crate::hive::stats_json::COLUMN_STATS_ACCURATE;
use crate::lake::{FoundPartition, SampleFile};
use crate::model::{DiscoverySkip, Location, Parameters, Partition, SkipKind};
use crate::period::period_shown;
use crate::store::PARTITION_NAME_BYTES_MAX;
use std::sync::Arc;

/// What is known of a directory's files.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) location: Location,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Seconds since the epoch.
    pub(super) newest_at: i64,
    /// Seconds since the epoch.
    pub(super) oldest_at: i64,
    /// Whether the writer has said that it is complete.
    pub(super) has_marker: bool,
    pub(super) sample: Option<SampleFile>,
}

impl Sighting {
    pub(super) fn new(root: &Root, found: &FoundPartition) -> Self {
        Self {
            location: root.location.below(&found.path),
            files: found.files,
            bytes: found.bytes,
            newest_at: found.newest_at,
            oldest_at: found.oldest_at,
            has_marker: found.marker,
            sample: found.sample.clone(),
        }
    }
}

/// A decision.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is nothing to do.
    Known,
    /// It is too old to be kept: no partition, and not worth a line for each.
    Expired,
    /// It is no partition now.
    Skip(DiscoverySkip),
    /// It is to be registered.
    Add(Candidate),
    /// A registered partition is to point here.
    Move(Candidate),
}

/// A partition to write, with what was seen of it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) partition: Partition,
    pub(super) sighting: Sighting,
}

impl Site {
    /// Decides of a directory with these values; `existing` is the partition of that name.
    pub(super) fn judge(
        &self,
        root: &Root,
        values: &[String],
        sighting: Sighting,
        existing: Option<&Partition>,
        now: i64,
    ) -> Result<Verdict> {
        let name = self.name(values)?;
        let skip = |kind, reason: String| {
            Verdict::Skip(DiscoverySkip {
                path: sighting.location.to_string(),
                kind,
                reason,
                first_seen_at: now,
                last_seen_at: now,
            })
        };
        if name.len() > PARTITION_NAME_BYTES_MAX {
            let reason = format!(
                "its name would have {} bytes, more than the {PARTITION_NAME_BYTES_MAX} that can be stored",
                name.len()
            );
            return Ok(skip(SkipKind::Name, reason));
        }
        if existing.is_some_and(|existing| !self.may_move(existing, root)) {
            return Ok(Verdict::Known);
        }
        if let Some(why) = self.why_misfit(values) {
            return Ok(skip(SkipKind::Layout, why));
        }
        if self.is_expired(root, values, sighting.newest_at, now) {
            return Ok(Verdict::Expired);
        }
        if let Some(why) = why_incomplete(root, values, &sighting, now) {
            return Ok(skip(SkipKind::Incomplete, why));
        }
        Ok(match existing {
            None => Verdict::Add(Candidate {
                partition: self.partition_new(name, values, root, &sighting, now),
                sighting,
            }),
            Some(existing) => Verdict::Move(Candidate {
                partition: self.partition_moved(existing, root, &sighting, now),
                sighting,
            }),
        })
    }

    /// Which value is none of its key's type: engines would fail on every query of the table.
    fn why_misfit(&self, values: &[String]) -> Option<String> {
        let mut pairs = self.table.partition_keys.iter().zip(values);
        let (key, value) = pairs.find(|(key, value)| !value_fits(&key.data_type, value))?;
        Some(format!(
            "{value:?} is no value of the key {} of type {}",
            key.name, key.data_type
        ))
    }

    /// Whether a registered partition lies in a root that is less preferred than this one. What lies in no root was
    /// put there by somebody, and stays.
    pub(super) fn may_move(&self, existing: &Partition, root: &Root) -> bool {
        if !self.has_choice() {
            return false;
        }
        let location = existing.full_location(self.table.location.as_ref());
        let lies_in = location.and_then(|location| self.root_of(&location));
        lies_in.is_some_and(|lies_in| lies_in.rank > root.rank)
    }

    /// Whether a directory is older than the table keeps partitions: what retention drops is not added again.
    pub(super) fn is_expired(
        &self,
        root: &Root,
        values: &[String],
        newest_at: i64,
        now: i64,
    ) -> bool {
        let Some(retention) = self.settings.retention else {
            return false;
        };
        let ended_at = root.layout.span(values).map_or(newest_at, |(_, end)| end);
        ended_at.saturating_add(retention.period_s) <= now
    }

    fn partition_new(
        &self,
        name: String,
        values: &[String],
        root: &Root,
        sighting: &Sighting,
        now: i64,
    ) -> Partition {
        let table_location = self.table.location.as_ref();
        let location = Partition::own_location(sighting.location.clone(), table_location, &name);
        let mut parameters = Parameters::new();
        last_ddl_time_fill(&mut parameters, now);
        self.parameters_fill(&mut parameters, root, sighting);
        Partition {
            values: values.to_vec(),
            name,
            location,
            descriptor: Arc::clone(&self.table.descriptor),
            created_at: now,
            last_access_at: 0,
            parameters,
            unknown_fields: Vec::new(),
        }
    }

    pub(super) fn partition_moved(
        &self,
        existing: &Partition,
        root: &Root,
        sighting: &Sighting,
        now: i64,
    ) -> Partition {
        let fresh =
            self.partition_new(existing.name.clone(), &existing.values, root, sighting, now);
        let mut moved = existing.clone();
        moved.location = fresh.location;
        // The figures of the old place do not hold for the new one.
        for key in [
            super::SCHEMA_PARAMETER,
            "numRows",
            "rawDataSize",
            COLUMN_STATS_ACCURATE,
        ] {
            moved.parameters.remove(key);
        }
        moved.parameters.extend(fresh.parameters);
        moved
    }

    fn parameters_fill(&self, parameters: &mut Parameters, root: &Root, sighting: &Sighting) {
        parameters.insert(NUM_FILES.into(), sighting.files.to_string());
        parameters.insert(TOTAL_SIZE.into(), sighting.bytes.to_string());
        if self.has_choice() {
            parameters.insert(ROOT_PARAMETER.into(), root.name.clone());
        }
    }
}

impl Candidate {
    /// Notes the run that writes it.
    pub(super) fn sign(&mut self, run_id: i64) {
        let parameters = &mut self.partition.parameters;
        parameters.insert(RUN_PARAMETER.into(), run_id.to_string());
    }
}

/// Why a directory is not complete yet, where its root asks for a sign.
fn why_incomplete(root: &Root, values: &[String], sighting: &Sighting, now: i64) -> Option<String> {
    match (&root.marker, root.delay_s) {
        (Some(_), _) if sighting.has_marker => None,
        // With both, the delay is for writers that died before they could say so.
        (_, Some(delay_s)) => {
            let span = root.layout.span(values);
            let complete_at = span.map_or(sighting.newest_at, |(_, end)| end) + delay_s;
            (complete_at > now).then(|| {
                let delay = period_shown(delay_s);
                format!("its time is not over by {delay} yet")
            })
        }
        (Some(marker), None) => Some(format!("the marker {marker} is missing")),
        (None, None) => None,
    }
}
