//! A look at a place that is no table yet: a sample of its directories, the heads of some files, and what a sweep would find.
//! Nothing is written, and nothing is opted in.

use super::Operations;
use super::plan::DiscoveryPlan;
use super::progress::RunProgress;
use super::proposal::{FileKind, Proposal, ProposedFile, table, table_name};
use super::run::tally_for;
use super::scan::Sink;
use super::scope::DiscoveryScope;
use crate::catalog::{Action, Catalog, Resource};
use crate::error::{Error, Result};
use crate::guess::{self, FileFormat, HEAD_BYTES, LEFT_OUT_MAX, LayoutGuess, TAIL_BYTES, Tail};
use crate::hive::directory_name::is_hidden;
use crate::lake::{LakeError, Sample};
use crate::layout::Layout;
use crate::model::{
    Column, DISCOVERY_PROPERTY_PREFIX, DatabaseRef, Location, RunCounts, SampledDirectory, Table,
};
use crate::telemetry::causes;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

/// Notes of a proposal at most; of more their number is told.
const NOTES_MAX: usize = 100;
/// Files that are looked into.
const FILES_MAX: usize = 6;
/// LIST requests of the sweep that shows what would be found.
const PLAN_REQUESTS_MAX: u64 = 100;

/// What is proposed of which place.
#[derive(Debug, Clone)]
pub struct ProposalWanted {
    /// The place.
    pub location: Location,
    /// The database that the table would stand in.
    pub database: DatabaseRef,
    /// The name it would have; by default after the place.
    pub name: Option<String>,
    /// The template of its directories; by default guessed.
    pub layout: Option<String>,
}

/// A file of a sample.
struct Candidate {
    path: String,
    bytes: u64,
}

/// What a look into a file told.
struct Look {
    found: Result<FileKind, String>,
    columns: Vec<Column>,
    notes: Vec<String>,
}

/// What the looks into all files of a sample told.
#[derive(Default)]
struct Looks {
    files: Vec<ProposedFile>,
    /// The columns of each file that could be read, with its format and its path.
    columns: Vec<(FileFormat, String, Vec<Column>)>,
    notes: Vec<String>,
}

impl Look {
    fn refused(why: String) -> Self {
        Self {
            found: Err(why),
            columns: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Operations<'_> {
    /// What table a place would be: its layout and columns, guessed from a sample of at most
    /// [`SAMPLE_REQUESTS_MAX`](crate::lake::SAMPLE_REQUESTS_MAX) listings and the heads of six files, and what a sweep of a
    /// hundred requests would find of it.
    ///
    /// Fails with `Invalid` for a place that the configuration does not allow, for a layout that makes no sense, and where
    /// there is nothing; with `NotFound` or `Unavailable` where the store says so.
    #[boxed]
    pub async fn discovery_propose(
        &self,
        wanted: &ProposalWanted,
        progress: &Arc<RunProgress>,
    ) -> Result<Proposal> {
        self.authorize(Action::Create, Resource::Database(&wanted.database))
            .await?;
        let location = wanted.location.clone();
        Catalog::location_external(&location)?;
        self.catalog.place_allow(&location)?;
        if let Some(template) = &wanted.layout {
            Layout::parse(template, &guess::template_keys(template))
                .map_err(|failure| Error::Invalid(failure.to_string()))?;
        }
        let sample = self.lake.sample(&location).await?;
        let mut layout = guess::layout(&sample.directories, wanted.layout.as_deref());
        let candidates = candidates(&sample, &layout);
        if candidates.is_empty() && layout.seen == 0 {
            return Err(Error::Invalid(self.why_nothing(&location, &sample).await));
        }
        let Looks {
            files,
            columns,
            mut notes,
        } = self.files_look(&location, candidates).await?;
        notes.extend(sample.notes);
        let format = format_of(&files, &mut notes);
        let is_text = !matches!(
            format,
            Some(FileFormat::Parquet | FileFormat::Orc | FileFormat::Avro)
        );
        let of_format = columns
            .into_iter()
            .filter(|(own, _, _)| Some(own) == format.as_ref())
            .map(|(_, path, own)| (path, own));
        let joined = guess::join(of_format.collect(), &layout.keys, is_text);
        notes.extend(joined.notes);
        let notes = foremost(&layout, bounded(notes));
        let at = wanted.database.table(
            wanted
                .name
                .clone()
                .unwrap_or_else(|| table_name(&location))
                .as_str(),
        );
        let has_columns = layout.kit.is_some() || !joined.columns.is_empty();
        let is_ready = has_columns && !layout.fits_none();
        let table = table(
            at,
            location.clone(),
            &layout,
            format.as_ref(),
            joined.columns,
        );
        let mut plan = self.proposal_plan(&table, progress).await?;
        settle(&mut plan, &location, &mut layout);
        Ok(Proposal {
            create_table: is_ready.then(|| guess::create_table(&table)),
            table,
            is_given: wanted.layout.is_some(),
            layout,
            files,
            notes,
            requests: sample.requests,
            is_whole: sample.is_whole,
            plan,
        })
    }

    /// Looks into each of these files.
    async fn files_look(&self, location: &Location, candidates: Vec<Candidate>) -> Result<Looks> {
        let mut looks = Looks::default();
        for Candidate { path, bytes } in candidates {
            let look = self.file_look(&location.below(&path), bytes).await?;
            looks.notes.extend(look.notes);
            if let Ok(kind) = &look.found {
                let own = (kind.format.clone(), path.clone(), look.columns);
                looks.columns.push(own);
            }
            let found = look.found;
            looks.files.push(ProposedFile { path, bytes, found });
        }
        Ok(looks)
    }

    /// Why there is nothing to propose of a place, in words.
    async fn why_nothing(&self, location: &Location, sample: &Sample) -> String {
        let is_bare = |directory: &SampledDirectory| {
            directory.directories.is_empty()
                && directory.files.is_empty()
                && directory.odd.is_empty()
        };
        if !sample.directories.iter().all(is_bare) {
            return format!("there are no files with data in what was looked at of {location}");
        }
        // A file has another size than one byte, and says so.
        let is_file = !location.path().trim_matches('/').is_empty()
            && matches!(
                self.lake.range(location, 0..1, 1).await,
                Ok(_) | Err(LakeError::Footer { .. })
            );
        if is_file {
            return format!("{location} is a file: the directory that it lies in is wanted");
        }
        format!("there is nothing at {location}: no files with data, and no directories")
    }

    /// What a sweep of the table would find.
    async fn proposal_plan(
        &self,
        table: &Table,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryPlan> {
        let mut plan = DiscoveryPlan::default();
        if !table.is_partitioned() {
            return Ok(plan);
        }
        let mut table = table.clone();
        // The columns are those of the files: their footers need no second look.
        let schema = format!("{DISCOVERY_PROPERTY_PREFIX}.schema");
        table.parameters.insert(schema, "off".to_owned());
        let Some(site) = self.discovery_site(table)? else {
            return Ok(plan);
        };
        let scope = DiscoveryScope::Sweep;
        let mut tally = tally_for(&site, scope, progress);
        let mut sink = Sink::Plan(&mut plan);
        let scanned = self.site_scan(&site, scope, PLAN_REQUESTS_MAX, &mut sink, &mut tally);
        if let Err(failure) = scanned.await {
            // What was found so far is worth more than none of it.
            tally.stopped = Some(causes(&failure));
        }
        plan.counts = RunCounts {
            added: plan.counts.added,
            ..tally.counts
        };
        plan.stopped = tally.stopped;
        Ok(plan)
    }

    /// What a file is, and its columns. What the store refuses is an error; what the file is to blame for is told of it.
    async fn file_look(&self, at: &Location, bytes: u64) -> Result<Look> {
        let head = match self.lake.range(at, 0..bytes.min(HEAD_BYTES), bytes).await {
            Ok(head) => head,
            Err(failure) => return Ok(Look::refused(told(failure)?)),
        };
        let read = match guess::read(&head, bytes <= HEAD_BYTES) {
            Ok(read) => read,
            Err(why) => return Ok(Look::refused(why)),
        };
        let mut notes = read.notes;
        let columns = match read.format {
            FileFormat::Parquet => match self.lake.footer(at, bytes).await {
                Ok(footer) => {
                    let left_out = footer.unsupported.into_iter().take(2 * NOTES_MAX);
                    notes.extend(left_out.map(|column| {
                        format!(
                            "the column {:?} is left out: {}",
                            column.name, column.reason
                        )
                    }));
                    Ok(footer.columns)
                }
                Err(failure) => Err(told(failure)?),
            },
            FileFormat::Orc => self.orc_columns(at, bytes).await?,
            _ => Ok(read.columns),
        };
        Ok(match columns {
            Ok(columns) => Look {
                found: Ok(FileKind {
                    format: read.format,
                    compression: read.compression,
                    columns: columns.len(),
                }),
                columns,
                notes,
            },
            Err(why) => Look::refused(why),
        })
    }

    async fn orc_columns(&self, at: &Location, bytes: u64) -> Result<Result<Vec<Column>, String>> {
        let mut wanted = TAIL_BYTES;
        // A tail says once how long it is.
        for _ in 0..2 {
            let begin = bytes.saturating_sub(wanted);
            let end = match self.lake.range(at, begin..bytes, bytes).await {
                Ok(end) => end,
                Err(failure) => return Ok(Err(told(failure)?)),
            };
            match guess::orc_tail(&end, bytes) {
                Ok(Tail::Columns(columns)) => return Ok(Ok(columns)),
                Ok(Tail::Needs(needed)) => wanted = needed,
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Err("its ORC tail is damaged".to_owned()))
    }
}

/// Notes in order, each once, up to [`NOTES_MAX`]; of more their number is told.
fn bounded(mut notes: Vec<String>) -> Vec<String> {
    notes.sort();
    notes.dedup();
    if notes.len() > NOTES_MAX {
        let more = notes.len() - NOTES_MAX;
        notes.truncate(NOTES_MAX);
        notes.push(format!("and {more} more"));
    }
    notes
}

/// The notes, before them that the layout is of no use.
fn foremost(layout: &LayoutGuess, mut notes: Vec<String>) -> Vec<String> {
    if layout.fits_none() {
        let why = "the layout fits none of the directories with data: no statement is made of it";
        notes.insert(0, why.to_owned());
    }
    notes
}

/// What a file itself is to blame for, in words; anything else is an error.
fn told(failure: LakeError) -> Result<String> {
    match failure {
        LakeError::Footer { source, .. } => Ok(source.to_string()),
        LakeError::Denied { .. } => Ok("skep may not read it".to_owned()),
        LakeError::NotFound { .. } => Ok("it has gone meanwhile".to_owned()),
        other => Err(other.into()),
    }
}

/// Puts what a sweep would find in order, and tells of the directories that fit the layout and still would be no partitions: a
/// second one that means the same partition, a value that is none of its key's type.
fn settle(plan: &mut DiscoveryPlan, location: &Location, layout: &mut LayoutGuess) {
    plan.added
        .sort_by(|one, other| (&one.name, &one.location).cmp(&(&other.name, &other.location)));
    let holds = layout.holding();
    // A whole bucket is written with a slash.
    let root = location.as_str().trim_end_matches('/');
    let room = LEFT_OUT_MAX.saturating_sub(layout.left_out.len());
    let below = plan.skipped.iter().filter_map(|skip| {
        let path = skip.path.strip_prefix(root)?.trim_matches('/');
        Some((path.to_owned(), skip.reason.clone()))
    });
    let is_told = |path: &String| layout.left_out.iter().any(|(told, _)| told == path);
    let mut more: Vec<(String, String)> = below
        .filter(|(path, _)| holds(path) && !is_told(path))
        .collect();
    more.sort();
    more.truncate(room);
    layout.left_out.extend(more);
}

/// Some files of directories that would be partitions, or that lie in the place of an unpartitioned table: the newest of
/// each directory, of directories that are spread over all. What a layout leaves out has no say in the columns.
fn candidates(sample: &Sample, layout: &LayoutGuess) -> Vec<Candidate> {
    let holds = layout.holding();
    let is_inside = |directory: &&SampledDirectory| {
        !directory.path.split('/').any(is_hidden) && holds(&directory.path)
    };
    let of_directory = |directory: &SampledDirectory| {
        let data = directory.files.iter();
        let data = data.filter(|file| file.bytes > 0 && !is_hidden(&file.name));
        let newest = data.max_by_key(|file| file.modified_at)?;
        let path = match directory.path.as_str() {
            "" => newest.name.clone(),
            path => format!("{path}/{}", newest.name),
        };
        let (bytes, at) = (newest.bytes, newest.modified_at);
        Some((at, Candidate { path, bytes }))
    };
    let mut found: Vec<(i64, Candidate)> = sample
        .directories
        .iter()
        .filter(is_inside)
        .filter_map(of_directory)
        .collect();
    found.sort_by(|(one, one_file), (other, other_file)| {
        other
            .cmp(one)
            .then_with(|| other_file.path.cmp(&one_file.path))
    });
    let step = found.len().div_ceil(FILES_MAX).max(1);
    let spread = found.into_iter().step_by(step).map(|(_, file)| file);
    spread.collect()
}

/// The format of most files, the newest first. Where there are several, it says so.
fn format_of(files: &[ProposedFile], notes: &mut Vec<String>) -> Option<FileFormat> {
    let told: Vec<&FileFormat> = files
        .iter()
        .filter_map(|file| file.found.as_ref().ok())
        .map(|kind| &kind.format)
        .collect();
    let mut best: Option<(&FileFormat, usize)> = None;
    for format in &told {
        let count = told.iter().filter(|other| other == &format).count();
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((format, count));
        }
    }
    let (format, count) = best?;
    if count < told.len() {
        notes.push(format!(
            "{} of {} files that were looked into are of another format: engines read all files of a table by one",
            told.len() - count,
            told.len()
        ));
    }
    Some(format.clone())
}

#[cfg(test)]
mod tests {
    use super::super::plan::PlannedPartition;
    use super::{
        DiscoveryPlan, LayoutGuess, Location, NOTES_MAX, Sample, SampledDirectory, bounded,
        candidates, settle,
    };
    use crate::guess::{layout, template_keys};
    use crate::model::{DiscoverySkip, SampledFile, SkipKind};

    fn directory(path: &str, directories: &[&str], files: &[&str]) -> SampledDirectory {
        let file = |name: &&str| SampledFile {
            name: (*name).to_owned(),
            bytes: 1,
            modified_at: 0,
        };
        SampledDirectory {
            path: path.to_owned(),
            directories: directories.iter().map(|name| (*name).to_owned()).collect(),
            files: files.iter().map(file).collect(),
            ..SampledDirectory::default()
        }
    }

    #[test]
    fn what_a_layout_leaves_out_has_no_say_in_the_columns() {
        let days = ["dt=2026-11-24", "dt=2026-11-25"];
        let mut sample = Sample {
            directories: vec![directory("", &[&days[..], &["tmp"]].concat(), &["README"])],
            ..Sample::default()
        };
        let days = days.iter().map(|day| directory(day, &[], &["a.parquet"]));
        sample.directories.extend(days);
        sample
            .directories
            .push(directory("tmp", &[], &["z.parquet"]));
        let read = |guess: &LayoutGuess| {
            let files = candidates(&sample, guess).into_iter();
            let mut paths: Vec<String> = files.map(|file| file.path).collect();
            paths.sort();
            paths
        };
        let guess = layout(&sample.directories, None);
        let inside = ["dt=2026-11-24/a.parquet", "dt=2026-11-25/a.parquet"];
        assert_eq!(read(&guess), inside);
        // Without partitions every file is one of the table.
        assert_eq!(read(&LayoutGuess::default()).len(), 4);
    }

    #[test]
    fn what_would_be_found_is_in_order_and_twins_are_told() {
        let found = |name: &str| PlannedPartition {
            name: name.to_owned(),
            location: format!("s3://lake/t/{name}"),
            files: 1,
            bytes: 1,
            newest_at: 0,
        };
        let skip = |path: &str| DiscoverySkip {
            path: path.to_owned(),
            kind: SkipKind::Layout,
            reason: "it means the partition p=a%3Ab".to_owned(),
            first_seen_at: 0,
            last_seen_at: 0,
        };
        let mut plan = DiscoveryPlan {
            added: vec![found("p=b"), found("p=a%3Ab")],
            skipped: vec![skip("s3://lake/t/p=a:b"), skip("s3://lake/t/tmp")],
            ..DiscoveryPlan::default()
        };
        let mut guess = LayoutGuess {
            template: "p={p}".to_owned(),
            keys: template_keys("p={p}"),
            ..LayoutGuess::default()
        };
        let location = Location::parse("s3://lake/t").expect("it is a location");
        settle(&mut plan, &location, &mut guess);
        let names: Vec<&str> = plan.added.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["p=a%3Ab", "p=b"]);
        // What does not fit is told by the layout itself.
        let told: Vec<&str> = guess
            .left_out
            .iter()
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(told, ["p=a:b"]);
    }

    #[test]
    fn notes_are_told_once_and_not_without_end() {
        let note = |number: usize| format!("note {number:04}");
        let few = bounded(vec![note(2), note(1), note(2)]);
        assert_eq!(few, [note(1), note(2)]);
        let most = bounded((0..NOTES_MAX).map(note).collect());
        assert_eq!(most.len(), NOTES_MAX);
        let more = bounded((0..NOTES_MAX + 7).map(note).collect());
        assert_eq!(more.len(), NOTES_MAX + 1);
        assert_eq!(more.last().map(String::as_str), Some("and 7 more"));
    }
}
