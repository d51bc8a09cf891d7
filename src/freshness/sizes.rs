//! Sizes that nobody noted: where a table asks for it, the directory of a partition that is to be judged is listed, and what it
//! holds is noted as discovery notes it. One that still grows is looked at again before it is judged.

use super::Freshness;
use super::slot::Slot;
use crate::back_off::BackOff;
use crate::catalog::service::{NUM_FILES, NUM_ROWS, TOTAL_SIZE, change_events};
use crate::error::Result;
use crate::lake::Measure;
use crate::model::{Expectation, FreshnessState, ListingPause, Parameters, Partition, Table};
use crate::transact;
use futures::{StreamExt, stream};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The property of a partition that says when freshness counted its directory, in seconds since the epoch: such a size may be
/// counted anew where it lacks.
const COUNTED_AT: &str = "skep.expect.counted-at";
/// Directories that one look counts; the others are looked at by the next one.
pub(super) const COUNTED_MAX: usize = 200;
/// Directories of a table that are counted at the same time.
const CONCURRENT_MAX: usize = 4;
/// Objects of a directory that are listed: what has more is not counted.
const OBJECTS_MAX: usize = 100_000;
/// The longest that one directory may take.
const DIRECTORY_MAX: Duration = Duration::from_secs(10);
/// The longest that the directories of all tables of a round take, and of one that is looked at by hand.
pub(super) const COUNTING_MAX: Duration = Duration::from_secs(10);
/// Seconds after its last file in which a directory may get another one; then it is looked at again.
const GROWING_S: i64 = 60;
/// Looks at a directory that still grows, before it is judged as it is.
const LOOKS_MAX: i64 = 5;
/// Seconds until what was not looked at in this look is.
const LEFT_S: i64 = 5;
/// The pauses of directories that were listed in vain, in seconds.
const FAILED: BackOff = BackOff::of_seconds(300, 3_600);
/// Seconds after its data had to be there in which a stretch waits for its sizes.
const WAITED_S_MAX: i64 = 6 * 3600;

/// What became of the directories of a look.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    /// Partitions by their stretch, with all that is known of their sizes.
    pub(super) known: Vec<(Slot, Partition)>,
    /// Stretches that cannot be judged yet, with the seconds until they are looked at again.
    pub(super) open: BTreeMap<Slot, i64>,
    /// Stretches whose directories were listed in vain, and are not listed again for a while, by their beginning.
    pub(super) pauses: BTreeMap<i64, ListingPause>,
}

impl Sizes {
    /// A stretch of which more has to be counted than one look counts.
    pub(super) fn leave(&mut self, slot: Slot) {
        self.open.insert(slot, LEFT_S);
    }

    /// A partition of which nothing new is known for so many seconds. What was counted before holds until then; another one is
    /// waited for, and not for ever.
    fn put_off(
        &mut self,
        slot: Slot,
        partition: Partition,
        expectation: &Expectation,
        (now, wait_s): (i64, i64),
    ) {
        if is_counted(&partition) || !is_waited_for(slot, expectation, now) {
            self.known.push((slot, partition));
        } else {
            self.open.entry(slot).or_insert(wait_s);
        }
    }
}

/// What a directory showed.
enum Seen {
    Counted(Measure),
    /// It has too many objects, or skep does not reach it.
    Uncountable,
    /// The store did not answer, or not in time.
    Failed,
    /// The time was over before the store was asked.
    Unasked,
}

/// Whether a stretch of which a size is not known waits for it still, instead of being judged without.
pub(super) fn is_waited_for(slot: Slot, expectation: &Expectation, now: i64) -> bool {
    now < slot.due_at(expectation) + WAITED_S_MAX
}

/// Whether a partition tells neither how many bytes nor how many rows it has.
pub(super) fn is_untold(partition: &Partition) -> bool {
    let told = |key: &str| partition.parameters.get(key)?.trim().parse::<u64>().ok();
    told(TOTAL_SIZE).is_none() && told(NUM_ROWS).is_none_or(|rows| rows == 0)
}

/// Whether what it tells was counted by a look.
pub(super) fn is_counted(partition: &Partition) -> bool {
    partition.parameters.contains_key(COUNTED_AT)
}

impl Freshness {
    /// Counts the directories of partitions and notes what they hold; until a moment, after which nothing more is asked of a
    /// store. No connection to the database is held meanwhile.
    pub(super) async fn sizes_count(
        &self,
        table: &Table,
        expectation: &Expectation,
        wanted: Vec<(Slot, Partition)>,
        state: &FreshnessState,
        until: Instant,
    ) -> Result<Sizes> {
        let now = state.now.seconds();
        let mut sizes = Sizes::default();
        let paused = state.listing_pauses.iter();
        let paused = paused.filter(|(_, pause)| pause.until > now);
        sizes.pauses = paused.map(|(from, pause)| (*from, *pause)).collect();
        let (resting, wanted): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|(slot, _)| sizes.pauses.contains_key(&slot.from));
        for (slot, partition) in resting {
            let pause = sizes.pauses.get(&slot.from);
            let wait_s = pause.map_or(GROWING_S, |pause| pause.until - now);
            sizes.put_off(slot, partition, expectation, (now, wait_s));
        }
        let mut counted = Vec::new();
        let mut looks = stream::iter(wanted)
            .map(|(slot, partition)| async move {
                let seen = self.directory_count(table, &partition, until).await;
                (slot, partition, seen)
            })
            .buffer_unordered(CONCURRENT_MAX);
        while let Some((slot, partition, seen)) = looks.next().await {
            match seen {
                Seen::Counted(measure) if !grows(&measure, slot.due_at(expectation), now) => {
                    counted.push((slot, partition, measure));
                }
                // What was counted before holds until it is settled.
                Seen::Counted(_) if is_counted(&partition) => {
                    sizes.known.push((slot, partition));
                }
                Seen::Counted(_) => {
                    sizes.open.insert(slot, GROWING_S);
                }
                Seen::Failed => {
                    let before = state.listing_pauses.get(&slot.from);
                    let failures = before.map_or(0, |pause| pause.failures);
                    let wait_s = FAILED.pause_s(failures);
                    let pause = ListingPause {
                        failures: failures + 1,
                        until: now + wait_s,
                    };
                    sizes.pauses.insert(slot.from, pause);
                    sizes.put_off(slot, partition, expectation, (now, wait_s));
                }
                Seen::Unasked => sizes.put_off(slot, partition, expectation, (now, GROWING_S)),
                Seen::Uncountable => sizes.known.push((slot, partition)),
            }
        }
        drop(looks);
        let noted = self.sizes_note(table, &counted, now).await?;
        let slots = counted.into_iter().map(|(slot, ..)| slot);
        sizes.known.extend(slots.zip(noted));
        Ok(sizes)
    }

    async fn directory_count(&self, table: &Table, partition: &Partition, until: Instant) -> Seen {
        let lake = self.catalog.lake();
        let place = partition.full_location(table.location.as_ref());
        let Some(place) = place.filter(|place| lake.reaches(place)) else {
            return Seen::Uncountable;
        };
        let Some(left) = until.checked_duration_since(Instant::now()) else {
            return Seen::Unasked;
        };
        let count = lake.measure(&place, OBJECTS_MAX);
        match tokio::time::timeout(left.min(DIRECTORY_MAX), count).await {
            Ok(Ok(measure)) if measure.is_whole => Seen::Counted(measure),
            Ok(Ok(_)) => {
                tracing::warn!(%place, "a directory has more than {OBJECTS_MAX} objects, and its size is not counted");
                Seen::Uncountable
            }
            Ok(Err(failure)) => {
                tracing::warn!(%place, %failure, "the size of a directory is counted later");
                Seen::Failed
            }
            Err(_) => {
                tracing::warn!(%place, "the size of a directory is counted later: the store is slow");
                Seen::Failed
            }
        }
    }

    /// Notes the sizes of partitions with an event each, as any change of their properties; not where somebody has written to
    /// one meanwhile. Gives the partitions with their sizes, in their order.
    async fn sizes_note(
        &self,
        table: &Table,
        counted: &[(Slot, Partition, Measure)],
        now: i64,
    ) -> Result<Vec<Partition>> {
        let after = counted.iter().map(|(_, before, measure)| {
            let mut after = before.clone();
            if size_put(&mut after.parameters, measure) {
                let at = now.to_string();
                after.parameters.insert(COUNTED_AT.into(), at);
            }
            after
        });
        let after: Vec<Partition> = after.collect();
        let before = counted.iter().map(|(_, before, _)| before);
        let changes = before.zip(&after).filter(|(before, after)| before != after);
        let changes: Vec<(&Partition, &Partition)> = changes.collect();
        if changes.is_empty() {
            return Ok(after);
        }
        transact!(self.store, |session| {
            let held = session.table_get_locked(&table.at).await?;
            let Some(held) = held.filter(|held| held.id == table.id) else {
                return Ok(());
            };
            let mut written = Vec::with_capacity(changes.len());
            for (before, after) in &changes {
                let stored = session.partition_get(table.id, &before.name).await?;
                if stored.as_ref() == Some(*before) {
                    written.push(((*before).clone(), (*after).clone()));
                }
            }
            let noted: Vec<Partition> = written.iter().map(|(_, after)| after.clone()).collect();
            if noted.is_empty() {
                return Ok(());
            }
            session.partition_update(&held, &noted).await?;
            let events = change_events(&held, written);
            session.event_append(self.catalog.now(), &events).await?;
            Ok(())
        })?;
        Ok(after)
    }
}

/// Writes how much a directory holds; false where that stands there already.
fn size_put(parameters: &mut Parameters, measure: &Measure) -> bool {
    let figures = [(NUM_FILES, measure.files), (TOTAL_SIZE, measure.bytes)];
    let mut is_news = false;
    for (name, figure) in figures {
        let figure = figure.to_string();
        let known = parameters.get(name) == Some(&figure);
        is_news |= !known;
        if !known {
            parameters.insert(name.into(), figure);
        }
    }
    is_news
}

/// Whether a directory whose data had to be there at a time gets more files still. Its last one is young then; but it is waited
/// for so long alone after that time, or after the first file of one that came later.
fn grows(measure: &Measure, due_at: i64, now: i64) -> bool {
    let is_young = |at: i64, age_s: i64| (now - age_s..=now + GROWING_S).contains(&at);
    let longest_s = GROWING_S * LOOKS_MAX;
    let is_awaited = now < due_at + longest_s || is_young(measure.oldest_at, longest_s);
    measure.files > 0 && is_young(measure.newest_at, GROWING_S) && is_awaited
}

#[cfg(test)]
mod tests {
    use super::{GROWING_S, LOOKS_MAX, grows};
    use crate::lake::Measure;

    #[test]
    fn a_directory_is_waited_for_while_files_come_and_not_for_ever() {
        let due_at = 1_000_000;
        let written = |oldest_at, newest_at| Measure {
            files: 2,
            bytes: 20,
            newest_at,
            oldest_at,
            is_whole: true,
        };
        let longest_s = GROWING_S * LOOKS_MAX;
        for (oldest, newest, now, expected) in [
            // It came in time and is whole.
            (-3_000, -600, 0, false),
            // A file came just now.
            (-3_000, -5, 0, true),
            (-3_000, longest_s - 2, longest_s - 1, true),
            // It gets files for ever.
            (-3_000, longest_s, longest_s, false),
            // It came late, and is being written.
            (7_190, 7_200, 7_200, true),
            (7_190, 7_200, 7_200 + GROWING_S + 1, false),
            // Clocks that are far ahead tell nothing.
            (90_000, 90_000, 0, false),
        ] {
            let measure = written(due_at + oldest, due_at + newest);
            assert_eq!(
                grows(&measure, due_at, due_at + now),
                expected,
                "{measure:?}"
            );
        }
        assert!(!grows(&Measure::default(), due_at, due_at));
    }
}
