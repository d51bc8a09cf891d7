//! Following the object store's messages: seconds from the object to its partition. A message is only a hint where to
//! look; what is registered is what lies there at that moment, so that doubled, late and disordered messages do no harm.

use super::Discovery;
use super::Operations;
use super::footer::Fits;
use super::judge::{Sighting, Verdict};
use super::known::name_hash;
use super::record::Record;
use super::site::{Root, Site};
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::hive::directory_name::is_hidden;
use crate::lake::{EventKind, ObjectEvent};
use crate::model::{
    DiscoveryMode, DiscoverySkip, Freshness, RunCause, RunCounts, RunOutcome, SkipKind, Storage,
    TableRef,
};
use crate::store::DiscoveryTableUpdate;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Seconds from the message of a deletion to the sweep that looks for what is gone: deletions come in flocks.
const SWEEP_AFTER_DELETE_S: i64 = 600;

/// What became of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventsReport {
    /// Objects that lie in no table that takes part, or in no directory of its partitions.
    pub ignored: u64,
    /// Partition directories that the objects lie in, known ones included.
    pub directories: u64,
    /// Partitions added.
    pub added: u64,
    /// Partitions moved to a better root.
    pub moved: u64,
    /// New partitions that were registered although their files do not fit their table.
    pub misfits: u64,
    /// LIST requests.
    pub requests: u64,
    /// Seconds from the first object of the slowest new partition to its registration.
    pub lag_s: Option<i64>,
}

/// The roots of the tables that messages concern, by bucket and key, so that an object finds its table by walking up its own path: the longest
/// root wins, however many tables there are.
#[derive(Default)]
struct Roots {
    by_place: HashMap<String, Vec<(usize, usize)>>,
}

/// A place that messages point to: the table, the root, the directory below it.
type Place = (usize, usize, String);

/// What messages say of a directory.
#[derive(Default)]
struct Hint {
    is_created: bool,
    is_removed: bool,
}

impl Roots {
    fn new(sites: &[Site]) -> Self {
        let mut roots = Self::default();
        for (table, site) in sites.iter().enumerate() {
            for root in &site.roots {
                let at = &root.location;
                if at.storage() != Storage::S3 {
                    continue;
                }
                let place = if at.is_root() {
                    at.bucket().to_owned()
                } else {
                    format!("{}/{}", at.bucket(), at.key())
                };
                let entry = roots.by_place.entry(place).or_default();
                entry.push((table, root.rank));
            }
        }
        roots
    }

    /// The roots that a place lies in, those of the longest prefix alone, and the path below them.
    fn find<'p>(&self, place: &'p str) -> Option<(&[(usize, usize)], &'p str)> {
        let mut end = place.len();
        while let Some(at) = place[..end].rfind('/') {
            if let Some(found) = self.by_place.get(&place[..at]) {
                return Some((found, &place[at + 1..]));
            }
            end = at;
        }
        None
    }
}

impl Operations<'_> {
    /// Registers the partitions that objects were written to. When this returns, what was to be registered is
    /// committed, and the messages may go. An error means that they must come again; nothing is lost then.
    #[boxed]
    pub async fn discovery_events(&self, events: &[ObjectEvent]) -> Result<EventsReport> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut report = EventsReport::default();
        if events.is_empty() {
            return Ok(report);
        }
        let sites = self.sites_above(events).await?;
        let mut hints: BTreeMap<Place, Hint> = BTreeMap::new();
        let mut skips: BTreeMap<usize, Vec<DiscoverySkip>> = BTreeMap::new();
        let roots = Roots::new(&sites);
        for event in events {
            let place = format!("{}/{}", event.bucket, event.key);
            let Some((found, path)) = roots.find(&place) else {
                report.ignored += 1;
                continue;
            };
            for &(table, rank) in found {
                let root = &sites[table].roots[rank];
                match hint_of(root, path, event, &mut hints, table) {
                    Some(Ok(())) => {}
                    Some(Err(skip)) => skips.entry(table).or_default().push(DiscoverySkip {
                        first_seen_at: self.now(),
                        last_seen_at: self.now(),
                        ..skip
                    }),
                    None => report.ignored += 1,
                }
            }
        }
        for (table, skips) in &skips {
            self.record_skips(&sites[*table].table, skips).await?;
        }
        report.directories = hints.len() as u64;
        let mut hints = hints.into_iter().peekable();
        while let Some(((table, _, _), _)) = hints.peek() {
            let table = *table;
            let mut own = Vec::new();
            while let Some(hint) = hints.next_if(|((other, _, _), _)| *other == table) {
                own.push(hint);
            }
            let (counts, freshness, misfits) = self.events_register(&sites[table], own).await?;
            report.misfits += misfits;
            report.lag_s = report
                .lag_s
                .max(freshness.and_then(|freshness| freshness.lag_s));
            report.added += counts.added;
            report.moved += counts.moved;
            report.requests += counts.requests;
        }
        Ok(report)
    }
}

impl Discovery {
    /// Looks at the places of one table and registers what is new there. Gives how many of it have files that do not fit, too.
    async fn events_register(
        &self,
        site: &Site,
        hints: Vec<(Place, Hint)>,
    ) -> Result<(RunCounts, Option<Freshness>, u64)> {
        let state = self.discovery_state(site).await?;
        let mut record = Record::new(site.table.id, RunCause::Event, state.now, None);
        let mut counts = RunCounts::default();
        let removed = hints.iter().any(|(_, hint)| hint.is_removed);
        let (mut adds, mut moves, mut skips) = (Vec::new(), Vec::new(), Vec::new());
        let mut met = HashSet::new();
        for ((_, rank, path), hint) in hints {
            let root = &site.roots[rank];
            let Ok(values) = root.layout.read(&path) else {
                continue;
            };
            let name = site.name(&values)?;
            // The preferred root comes first; what is added from it needs no look at the others.
            if !hint.is_created || met.contains(&name_hash(&name)) {
                continue;
            }
            let mut session = self.store.session().await?;
            let existing = session.partition_get(site.table.id, &name).await?;
            drop(session);
            let may_move = |one: &crate::model::Partition| site.may_move(one, root);
            if !existing.as_ref().is_none_or(may_move) {
                continue;
            }
            counts.requests += 1;
            let Some(found) = self.place_look(root, &path, &values).await? else {
                continue;
            };
            counts.found += 1;
            let sighting = Sighting::new(root, &found);
            match site.judge(root, &values, sighting, existing.as_ref(), self.now())? {
                Verdict::Known | Verdict::Expired => {}
                Verdict::Skip(skip) => skips.push(skip),
                Verdict::Add(candidate) => {
                    met.insert(name_hash(&name));
                    adds.push(candidate);
                }
                Verdict::Move(candidate) => {
                    if let Some(before) = existing {
                        met.insert(name_hash(&name));
                        moves.push((before, candidate));
                    }
                }
            }
        }
        let mut fits = Fits::default();
        let noted = (&mut counts, &mut fits);
        self.candidates_inspect(site, &mut adds, &mut moves, &mut skips, noted.0, noted.1)
            .await;
        self.record_skips(&site.table, &skips).await?;
        record.run.counts = counts;
        let freshness = self
            .candidates_write(site, &mut record, adds, moves)
            .await?;
        if record.has_begun() {
            self.record_end(&mut record, RunOutcome::Done, None).await?;
        }
        self.events_note(site, &record.run.counts, freshness)
            .await?;
        self.fits_note(&site.table, &state, &fits).await?;
        if removed && site.settings.mode == DiscoveryMode::Sync {
            transact!(self.store, |session| {
                session
                    .discovery_sweep_soon(site.table.id, SWEEP_AFTER_DELETE_S)
                    .await
            })?;
        }
        log(&site.table.at, &record);
        Ok((record.run.counts, freshness, fits.misfits))
    }

    /// Leaves the requests and the freshness in the table's row; failures of its schedules stay as they are.
    async fn events_note(
        &self,
        site: &Site,
        counts: &RunCounts,
        freshness: Option<Freshness>,
    ) -> Result<()> {
        if counts.requests == 0 && freshness.is_none() {
            return Ok(());
        }
        let state = self.discovery_state(site).await?;
        let update = DiscoveryTableUpdate {
            failures: state.failures,
            error: state.last_error,
            requests: counts.requests,
            freshness: super::run::freshness_merged(state.freshness, freshness, false),
            ..DiscoveryTableUpdate::default()
        };
        self.discovery_note(&site.table, &update).await
    }
}

/// Takes a message down as a hint. `None` where it says nothing of partitions; `Err` where its directory does not match
/// the layout.
fn hint_of(
    root: &Root,
    path: &str,
    event: &ObjectEvent,
    hints: &mut BTreeMap<Place, Hint>,
    table: usize,
) -> Option<Result<(), DiscoverySkip>> {
    let depth = root.layout.depth();
    let (at, _) = path.match_indices('/').nth(depth.checked_sub(1)?)?;
    let (directory, file) = (&path[..at], &path[at + 1..]);
    if file.is_empty() || directory.split('/').any(is_hidden) {
        return None;
    }
    let is_marker = root.marker.as_deref() == Some(file);
    if !is_marker && file.split('/').any(is_hidden) {
        return None;
    }
    if let Err(mismatch) = root.layout.read(directory) {
        return Some(Err(DiscoverySkip {
            path: root.shown(directory),
            kind: SkipKind::Layout,
            reason: mismatch.reason,
            first_seen_at: 0,
            last_seen_at: 0,
        }));
    }
    let hint = hints
        .entry((table, root.rank, directory.to_owned()))
        .or_default();
    match event.kind {
        EventKind::Created => hint.is_created = true,
        EventKind::Removed => hint.is_removed = true,
    }
    Some(Ok(()))
}

fn log(at: &TableRef, record: &Record) {
    let (database, table, run) = (at.database.as_str(), at.table.as_str(), record.run.id);
    let RunCounts { added, moved, .. } = record.run.counts;
    if record.has_begun() {
        tracing::info!(
            database,
            table,
            run,
            added,
            moved,
            "messages of the object store changed partitions"
        );
    }
}
