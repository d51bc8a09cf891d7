//! What a table has of some stretches of time, read off the names of its partitions; where the volume matters, also what the
//! partitions of the same time of earlier weeks tell of theirs.

use super::Freshness;
use super::gap::Judged;
use super::judge::{Found, WEEKS_BEFORE, lack};
use super::sizes::{COUNTED_MAX, Sizes, is_counted, is_untold, is_waited_for};
use super::slot::Slot;
use crate::catalog::service::{
    CalendarSample, LEADS_MAX, NUM_ROWS, TOTAL_SIZE, calendar_sample, day_names, key_names,
};
use crate::error::{Error, Result};
use crate::hive::calendar_key::CalendarKeys;
use crate::hive::partition_name::values_of_name;
use crate::model::{Expectation, FreshnessState, ListingPause, Partition, Table};
use crate::store::{PARTITIONS_NAMED_MAX, Session};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Names that one look reads.
const NAMES_MAX: usize = 200_000;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Each of the stretches, in the order of their times.
    pub(super) judged: Vec<Judged>,
    /// The end of the newest stretch of which there is data, as far as it was seen.
    pub(super) newest: Option<i64>,
    /// Stretches that cannot be judged yet, with the seconds until they are looked at again: their sizes are not known, or not
    /// settled.
    pub(super) open: BTreeMap<Slot, i64>,
    /// Stretches whose directories were listed in vain, by their beginning; `None` where nobody asks for their sizes.
    pub(super) listing_pauses: Option<BTreeMap<i64, ListingPause>>,
}

/// Partitions by the stretch that they are of.
type Names = BTreeMap<Slot, Vec<String>>;

impl Freshness {
    /// Looks at stretches of a table, which are given in the order of their times; directories are counted until a moment.
    /// `Invalid` where its partitions do not tell their time as finely as the table expects data.
    pub(super) async fn look(
        &self,
        table: &Table,
        expectation: &Expectation,
        slots: &[Slot],
        state: &FreshnessState,
        until: Instant,
    ) -> Result<Looked> {
        let keys = key_names(table);
        let now = state.now.seconds();
        let mut session = self.store.session().await?;
        let (sample, has_partitions) = calendar_sample(&mut session, table.id, &keys, now).await?;
        let Some(sample) = sample else {
            if has_partitions {
                let why = "the last of its partitions, by name, tell no day: nothing can be expected of them";
                return Err(Error::Invalid(why.into()));
            }
            return Ok(judged(slots, &BTreeMap::new(), expectation));
        };
        let mut wanted: BTreeSet<Slot> = slots.iter().copied().collect();
        if expectation.volume.is_some() {
            let regular = slots.iter().filter(|slot| slot.is_regular(expectation));
            wanted.extend(regular.flat_map(|slot| before(*slot, expectation)));
        }
        let names = self
            .names_of(&mut session, table, (&sample, &keys), expectation, &wanted)
            .await?;
        let (mut found, mut open) = (BTreeMap::new(), BTreeMap::new());
        let mut listing_pauses = None;
        if expectation.volume.is_some() {
            let mut sizes = Sizes::default();
            let asks = |slot: &Slot, partition: &Partition| {
                let is_judged = expectation.lists_sizes && slot.is_regular(expectation);
                // What lacks still is counted anew.
                let lacks = || state.judged_until.is_some_and(|until| slot.to <= until);
                is_judged
                    && slots.binary_search(slot).is_ok()
                    && (is_untold(partition) || is_counted(partition) && lacks())
            };
            let asked = volumes(&mut session, table, &names, asks, &mut found, &mut sizes).await?;
            drop(session);
            let counted = self.sizes_count(table, expectation, asked, state, until);
            let counted = counted.await?;
            for (slot, partition) in &counted.known {
                add(found.entry(*slot).or_insert(NOTHING), partition);
            }
            open = sizes.open;
            open.retain(|slot, _| is_waited_for(*slot, expectation, now));
            open.extend(counted.open);
            listing_pauses = Some(counted.pauses);
        } else {
            found.extend(names.iter().map(|(slot, names)| {
                let found = Found {
                    partitions: names.len() as u64,
                    ..Found::default()
                };
                (*slot, found)
            }));
        }
        let mut looked = judged(slots, &found, expectation);
        let newest = slot_of(expectation, &sample).map(|slot| slot.to);
        looked.newest = looked.newest.max(newest);
        looked.judged.retain(|one| !open.contains_key(&one.slot));
        looked.open = open;
        looked.listing_pauses = listing_pauses;
        Ok(looked)
    }

    async fn names_of(
        &self,
        session: &mut Session,
        table: &Table,
        (sample, keys): (&CalendarSample, &[String]),
        expectation: &Expectation,
        wanted: &BTreeSet<Slot>,
    ) -> Result<Names> {
        let by_hour: BTreeMap<(Date, i8), Slot> = wanted
            .iter()
            .map(|slot| ((slot.day, slot.hour), *slot))
            .collect();
        let hours = expectation.every.hours();
        let (mut found, mut with_hour, mut without_hour) = (Names::new(), false, false);
        let mut left = NAMES_MAX;
        // A writer that was changed may have left a table with days in two forms.
        let forms = sample.keys.forms();
        for (first, last) in stretches(wanted) {
            let ranges = CalendarKeys::day_ranges_of(&forms, keys, first, last);
            let take = |names: Vec<String>| {
                left = left.saturating_sub(names.len());
                for name in names {
                    let values = values_of_name(&name);
                    let Some(time) = forms.iter().find_map(|form| form.time(&values)) else {
                        continue;
                    };
                    let hour = match time.hour.map(i8::try_from) {
                        Some(Ok(hour)) => hour / hours * hours,
                        _ if expectation.every.is_daily() => 0,
                        // One that tells a day alone, or an hour that is none, is of no hour.
                        _ => {
                            without_hour = true;
                            continue;
                        }
                    };
                    with_hour = true;
                    if let Some(slot) = by_hour.get(&(time.day, hour)) {
                        found.entry(*slot).or_default().push(name);
                    }
                }
            };
            let is_whole = day_names(session, table.id, &ranges, NAMES_MAX, take).await?;
            if !is_whole || left == 0 {
                return Err(Error::Invalid(format!(
                    "a look would have to read more than {NAMES_MAX} names of partitions, or those behind more than {LEADS_MAX} values before the day"
                )));
            }
        }
        if without_hour && !with_hour {
            let why = "its partitions tell days and no hours: skep.expect.every can only be 1d";
            return Err(Error::Invalid(why.into()));
        }
        Ok(found)
    }
}

/// The stretch of the newest partition that was seen.
fn slot_of(expectation: &Expectation, sample: &CalendarSample) -> Option<Slot> {
    let hour = i8::try_from(sample.newest.hour.unwrap_or_default()).ok()?;
    let moment = sample.newest.day.at(hour, 0, 0, 0);
    let moment = expectation.time_zone.to_timestamp(moment).ok()?;
    Slot::holding(expectation, moment.as_second())
}

/// The same stretch of earlier weeks; those that the clocks made longer or shorter tell nothing of it.
fn before(slot: Slot, expectation: &Expectation) -> impl Iterator<Item = Slot> {
    let weeks = (1..=WEEKS_BEFORE).filter_map(move |weeks| slot.weeks_before(expectation, weeks));
    weeks.filter(|week| week.to > week.from && week.is_regular(expectation))
}

/// The days of the stretches, those that follow each other together.
fn stretches(wanted: &BTreeSet<Slot>) -> Vec<(Date, Date)> {
    let mut all: Vec<(Date, Date)> = Vec::new();
    for slot in wanted {
        match all.last_mut() {
            Some((_, last)) if *last == slot.day || last.tomorrow().ok() == Some(slot.day) => {
                *last = slot.day;
            }
            _ => all.push((slot.day, slot.day)),
        }
    }
    all
}

fn judged(slots: &[Slot], found: &BTreeMap<Slot, Found>, expectation: &Expectation) -> Looked {
    let of = |slot: &Slot| found.get(slot).copied().unwrap_or_default();
    let judged = slots.iter().map(|slot| {
        let range = expectation.volume.filter(|_| slot.is_regular(expectation));
        let weeks = range.map(|_| before(*slot, expectation));
        let weeks: Vec<Found> = weeks.into_iter().flatten().map(|week| of(&week)).collect();
        Judged {
            slot: *slot,
            lack: lack(of(slot), &weeks, range),
        }
    });
    let with_data = slots.iter().filter(|slot| of(slot).partitions > 0);
    Looked {
        newest: with_data.map(|slot| slot.to).max(),
        judged: judged.collect(),
        open: BTreeMap::new(),
        listing_pauses: None,
    }
}

/// Adds what the partitions of each stretch tell of their volume. Gives those whose directories are to be counted, by what `asks`
/// says; the stretches of more of them than one look counts are left.
async fn volumes(
    session: &mut Session,
    table: &Table,
    names: &Names,
    asks: impl Fn(&Slot, &Partition) -> bool + Send,
    found: &mut BTreeMap<Slot, Found>,
    sizes: &mut Sizes,
) -> Result<Vec<(Slot, Partition)>> {
    let slots = names
        .iter()
        .flat_map(|(slot, names)| names.iter().map(|name| (name.as_str(), *slot)));
    let slots: BTreeMap<&str, Slot> = slots.collect();
    let all: Vec<&str> = slots.keys().copied().collect();
    let mut asked = Vec::new();
    for chunk in all.chunks(PARTITIONS_NAMED_MAX) {
        let mut left = chunk;
        while !left.is_empty() {
            let page = session.partition_page_named(table.id, left).await?;
            for partition in &page.partitions {
                let Some(slot) = slots.get(partition.name.as_str()) else {
                    continue;
                };
                if !asks(slot, partition) {
                    add(found.entry(*slot).or_insert(NOTHING), partition);
                } else if asked.len() < COUNTED_MAX {
                    asked.push((*slot, partition.clone()));
                } else {
                    add(found.entry(*slot).or_insert(NOTHING), partition);
                    sizes.leave(*slot);
                }
            }
            let Some(last) = page.partitions.last().filter(|_| !page.ended) else {
                break;
            };
            let seen = left.partition_point(|name| *name <= last.name.as_str());
            left = &left[seen..];
        }
    }
    Ok(asked)
}

/// What no partitions have.
const NOTHING: Found = Found {
    partitions: 0,
    rows: Some(0),
    bytes: Some(0),
};

fn add(found: &mut Found, partition: &Partition) {
    let number = |key: &str| partition.parameters.get(key)?.trim().parse::<u64>().ok();
    let bytes = number(TOTAL_SIZE);
    // Writers that do not count say so by none, or by less than none.
    let rows = number(NUM_ROWS).filter(|rows| *rows > 0 || bytes == Some(0));
    found.partitions += 1;
    found.rows = found
        .rows
        .zip(rows)
        .map(|(all, one)| all.saturating_add(one));
    found.bytes = found
        .bytes
        .zip(bytes)
        .map(|(all, one)| all.saturating_add(one));
}
