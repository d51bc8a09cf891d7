//! What the files of a new partition say of themselves: one footer read of a Parquet file gives its rows, and its schema
//! shows before the first query whether the table can read it.

use super::Discovery;
use super::SCHEMA_PARAMETER;
use super::judge::Candidate;
use super::site::Site;
use crate::catalog::service::NUM_ROWS;
use crate::diff::coercion::{SchemaGrade, schema_compare};
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::lake::{Footer, LakeError, SampleFile};
use crate::model::{DiscoverySkip, Partition, RunCounts, SchemaPolicy, SkipKind};
use futures::StreamExt;
use futures::stream;

/// Footers that are read at the same time for one run.
const FOOTERS_CONCURRENT_MAX: usize = 16;

/// How the files of a run's new partitions fit their table. Those that are left out count nowhere.
#[derive(Debug, Default)]
pub(super) struct Fits {
    /// Partitions whose file was read and fits.
    pub(super) fitting: u64,
    /// Partitions that were registered although their file does not fit.
    pub(super) misfits: u64,
    /// The name of the first of those, and why.
    pub(super) first: Option<(String, String)>,
}

impl Fits {
    fn note(&mut self, candidate: &Candidate, is_read: bool) {
        let partition = &candidate.partition;
        match partition.parameters.get(SCHEMA_PARAMETER) {
            Some(reason) => {
                self.misfits += 1;
                let first = || (partition.name.clone(), reason.clone());
                self.first.get_or_insert_with(first);
            }
            None => self.fitting += u64::from(is_read),
        }
    }
}

impl Discovery {
    /// Reads a footer of each candidate and writes its rows, and what does not fit, into its parameters. What the table
    /// quarantines becomes a skipped directory. A footer that cannot be read is a thing that does not fit.
    pub(super) async fn candidates_inspect(
        &self,
        site: &Site,
        adds: &mut Vec<Candidate>,
        moves: &mut Vec<(Partition, Candidate)>,
        skips: &mut Vec<DiscoverySkip>,
        counts: &mut RunCounts,
        fits: &mut Fits,
    ) {
        if site.settings.schema == SchemaPolicy::Off || !is_parquet(site) {
            return;
        }
        let samples: Vec<Option<SampleFile>> = adds
            .iter()
            .chain(moves.iter().map(|(_, candidate)| candidate))
            .map(|candidate| candidate.sighting.sample.clone())
            .collect();
        let footers = stream::iter(samples).map(|sample| async move {
            let sample = sample?;
            Some(self.lake.footer(&sample.location, sample.bytes).await)
        });
        let footers = footers.buffered(FOOTERS_CONCURRENT_MAX);
        let mut footers: Vec<_> = footers.collect::<Vec<_>>().await;
        let of_moves = footers.split_off(adds.len());
        let now = self.now();
        let mut keep = |candidate: &mut Candidate, footer: Option<Result<Footer, LakeError>>| {
            let is_read = footer.as_ref().is_some_and(Result::is_ok);
            let skip = inspect(site, candidate, footer, now);
            let is_kept = skip.is_none();
            if is_kept {
                fits.note(candidate, is_read);
            }
            counts.skipped += u64::from(!is_kept);
            skips.extend(skip);
            is_kept
        };
        let mut of_adds = footers.into_iter();
        adds.retain_mut(|one| keep(one, of_adds.next().flatten()));
        let mut of_moves = of_moves.into_iter();
        moves.retain_mut(|(_, one)| keep(one, of_moves.next().flatten()));
    }
}

fn is_parquet(site: &Site) -> bool {
    let format = site.table.descriptor.input_format.as_deref();
    format.is_some_and(|format| format.to_ascii_lowercase().contains("parquet"))
}

/// Writes what a footer says into a candidate; gives the reason where it is quarantined.
fn inspect(
    site: &Site,
    candidate: &mut Candidate,
    footer: Option<Result<Footer, LakeError>>,
    now: i64,
) -> Option<DiscoverySkip> {
    let warning = match footer? {
        Ok(footer) => {
            rows_fill(candidate, footer.rows);
            mismatch(site, &footer)
        }
        // A store that does not answer says nothing of the file.
        Err(failure @ LakeError::Unavailable { .. }) => {
            let location = &candidate.sighting.location;
            tracing::warn!(%location, %failure, "cannot read a footer; its partition is registered without its rows");
            None
        }
        Err(failure) => Some((SchemaGrade::Breaks, failure.to_string())),
    };
    let (grade, reason) = warning?;
    if site.settings.schema == SchemaPolicy::Quarantine && grade == SchemaGrade::Breaks {
        return Some(DiscoverySkip {
            path: candidate.sighting.location.to_string(),
            kind: SkipKind::Schema,
            reason,
            first_seen_at: now,
            last_seen_at: now,
        });
    }
    let parameters = &mut candidate.partition.parameters;
    parameters.insert(SCHEMA_PARAMETER.into(), reason);
    None
}

/// The rows of a partition are known where its only file was read. They are called exact only where the writer has said,
/// by the marker, that no more will come: Hive answers counts from them.
fn rows_fill(candidate: &mut Candidate, rows: u64) {
    if candidate.sighting.files != 1 {
        return;
    }
    let parameters = &mut candidate.partition.parameters;
    parameters.insert(NUM_ROWS.into(), rows.to_string());
    if candidate.sighting.has_marker {
        let mut accuracy = StatsAccuracy::default();
        accuracy.set_basic(true);
        if let Some(text) = accuracy.render() {
            parameters.insert(COLUMN_STATS_ACCURATE.into(), text);
        }
    }
}

/// What of a file's schema the table's engines cannot read as meant, and how bad that is.
fn mismatch(site: &Site, footer: &Footer) -> Option<(SchemaGrade, String)> {
    let columns = site.table.descriptor.columns.as_deref();
    let verdict = schema_compare(columns.unwrap_or_default(), &footer.columns);
    let mut reasons = verdict.reasons();
    let mut grade = verdict.grade();
    for column in &footer.unsupported {
        let is_wanted = columns.unwrap_or_default().iter();
        if is_wanted
            .into_iter()
            .any(|one| one.name.eq_ignore_ascii_case(&column.name))
        {
            grade = SchemaGrade::Breaks;
            reasons.push(format!("{} is {} in the file", column.name, column.reason));
        }
    }
    (grade != SchemaGrade::Ok).then(|| (grade, reasons.join("; ")))
}
