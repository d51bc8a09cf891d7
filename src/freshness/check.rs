//! A look at a table that is due: which stretches are to be judged since the last one, what they and the lasting gaps have by
//! now, and what is written down of it, once over all replicas.

use super::gap::{GapChanges, Judged};
use super::judge::Lack;
use super::look::Looked;
use super::sizes::COUNTING_MAX;
use super::slot::Slot;
use super::wording::{self, Of};
use super::{Freshness, Operations};
use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::model::{Expectation, FreshnessGap, FreshnessState, Table, TableRef, TroubleEnd};
use crate::store::{FreshnessUpdate, without_nul};
use crate::transact;
use async_recursion::async_recursion as boxed;
use futures::{StreamExt, stream};
use std::collections::BTreeSet;
use std::time::Instant;

/// Tables that one round looks at.
const TABLES_PER_ROUND: usize = 200;
/// Tables that are looked at at the same time.
const CONCURRENT_MAX: usize = 4;
/// How far back a look reaches, and how long a gap is looked after, in seconds.
pub(super) const HORIZON_S: i64 = 31 * 24 * 3600;
/// Seconds between two looks at a table of which something lacks since less than an hour: so soon it is noticed that it has come.
const LACKING_S: i64 = 30;
/// Seconds that a look which lists directories has a table for itself: longer than it may list.
const CLAIM_S: i64 = 60;
/// Seconds until a look that came to nothing is tried again.
const FAULTY_S: i64 = 300;
/// Stretches that are looked over for the next one of which data has to come: a year of days, a fortnight of hours.
const NEXT_MAX: usize = 366;
/// Seconds until a table is looked at again of which nothing is expected for long.
const IDLE_S: i64 = 24 * 3600;

/// What is to be looked at.
#[derive(Debug)]
pub(super) struct Plan {
    /// The stretches, in the order of their times: those that are due, and those of gaps that last.
    pub(super) slots: Vec<Slot>,
    /// The end of the last one that is due.
    pub(super) judged_until: Option<i64>,
    /// When the next one is.
    pub(super) next_at: i64,
}

/// What a round of looks came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FreshnessRound {
    /// Tables that were looked at.
    pub looked: u64,
    /// Whether more are due.
    pub has_more: bool,
}

impl Operations<'_> {
    /// Looks at some of the tables whose moment has come, the longest due first; those whose directories may have to be listed
    /// after the others, so that a store that does not answer keeps nobody waiting who asks it nothing.
    #[boxed]
    pub async fn freshness_check_due(&self) -> Result<FreshnessRound> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let due = session.freshness_tables_due(TABLES_PER_ROUND).await?;
        drop(session);
        let mut round = FreshnessRound {
            looked: 0,
            has_more: due.len() == TABLES_PER_ROUND,
        };
        let lists = |(state, _): &(FreshnessState, TableRef)| state.lists_sizes();
        let (listing, others): (Vec<_>, Vec<_>) = due.into_iter().partition(lists);
        for some in [others, listing] {
            let until = Instant::now() + COUNTING_MAX;
            let mut looks = stream::iter(some)
                .map(|(state, at)| async move { self.check_at(&at, &state, until).await })
                .buffer_unordered(CONCURRENT_MAX);
            while let Some(look) = looks.next().await {
                look?;
                round.looked += 1;
            }
        }
        Ok(round)
    }
}

impl Freshness {
    async fn check_at(&self, at: &TableRef, state: &FreshnessState, until: Instant) -> Result<()> {
        match self.catalog.table_read(at).await {
            Ok(table) => self.check_noted(&table, state, until).await,
            Err(failure) => self.failure_note(at, state, failure).await,
        }
    }

    /// Looks at a table whose row was read as `state`, and notes where that comes to nothing: the others must not wait for it.
    /// Directories are counted until a moment. Fails only where not even that could be noted.
    pub(super) async fn check_noted(
        &self,
        table: &Table,
        state: &FreshnessState,
        until: Instant,
    ) -> Result<()> {
        let Some(state) = self.claimed(state).await? else {
            return Ok(());
        };
        match self.check(table, &state, until).await {
            Ok(()) => Ok(()),
            Err(failure) => self.failure_note(&table.at, &state, failure).await,
        }
    }

    /// The row as it is while this look goes on; `None` where another replica looks. A look that asks the database alone is as
    /// cheap as the question who makes it; one that lists directories is made by one.
    async fn claimed(&self, state: &FreshnessState) -> Result<Option<FreshnessState>> {
        if !state.lists_sizes() {
            return Ok(Some(state.clone()));
        }
        let until = DatabaseTime::from_database(state.now.seconds() + CLAIM_S);
        let is_ours = transact!(self.store, |session| {
            session.freshness_table_claim(state, until).await
        })?;
        Ok(is_ours.then(|| FreshnessState {
            due_at: until,
            ..state.clone()
        }))
    }

    /// Notes that a look came to nothing, and where that is for a fault of the table, that people are to be told.
    async fn failure_note(
        &self,
        at: &TableRef,
        state: &FreshnessState,
        failure: Error,
    ) -> Result<()> {
        let now = state.now.seconds();
        if let Error::NotFound(_) = failure {
            // One that was dropped meanwhile has taken its row with it.
            return Ok(());
        }
        let table = at.shown();
        if failure.retryable() {
            // Who does not answer now says nothing of the table, which is asked again soon; the others do not wait for it.
            tracing::warn!(table, %failure, "a table's freshness is looked at later");
            let update = FreshnessUpdate {
                due_at: now + LACKING_S,
                error: state.error.clone(),
                ..FreshnessUpdate::default()
            };
            return transact!(self.store, |session| {
                session.freshness_table_update(state, &update).await?;
                Ok(())
            });
        }
        let error = without_nul(&failure.to_string());
        if state.error.as_deref() != Some(error.as_str()) {
            tracing::warn!(table, error, "a table's freshness cannot be told");
        }
        let fault = wording::fault(state.table_id, &table, &error, now);
        let update = FreshnessUpdate {
            due_at: now + FAULTY_S,
            error: Some(error),
            ..FreshnessUpdate::default()
        };
        transact!(self.store, |session| {
            if session.freshness_table_update(state, &update).await? {
                session.freshness_gap_open(&fault).await?;
            }
            Ok(())
        })
    }

    /// Looks at a table whose row was read as `state`.
    async fn check(&self, table: &Table, state: &FreshnessState, until: Instant) -> Result<()> {
        // Another table has its name by now; the row is due still, by its own one.
        if table.id != state.table_id {
            return Ok(());
        }
        let expectation = Expectation::of_table(table);
        let expectation = expectation.map_err(Error::Property)?;
        let Some(expectation) = expectation else {
            // It is gone with the properties, but for a version that knew nothing of it.
            return transact!(self.store, |session| {
                session.freshness_table_forget(table.id).await
            });
        };
        let mut session = self.store.session().await?;
        let gaps = session.freshness_gaps(table.id).await?;
        drop(session);
        let now = state.now.seconds();
        let mut plan = plan(&expectation, state, &gaps, now);
        let mut looked = self
            .look(table, &expectation, &plan.slots, state, until)
            .await?;
        let (old, lasting): (Vec<_>, Vec<_>) =
            gaps.into_iter().partition(|gap| now - gap.to > HORIZON_S);
        plan.leave(&mut looked, &lasting, state.judged_until, now);
        let name = table.at.shown();
        let lasting_before = lasting.len();
        let newest_began = lasting.iter().map(|gap| gap.began_at).max();
        let of = Of {
            table_id: table.id,
            table: &name,
            expectation: &expectation,
            now,
        };
        let mut changes = of.changes(lasting, &looked.judged);
        let ended = changes.updated.iter().filter(|gap| gap.end.is_some());
        let is_lacking = lasting_before + changes.opened.len() > ended.count();
        changes.updated.extend(old.into_iter().map(given_up));
        let next_at = if is_lacking {
            plan.next_at.min(now + soon(&changes, newest_began, now))
        } else {
            plan.next_at
        };
        let update = FreshnessUpdate {
            due_at: next_at.max(now + 1),
            judged_until: plan.judged_until,
            newest: looked.newest,
            error: None,
            listing_pauses: looked.listing_pauses,
        };
        self.write(table, state, &update, &changes.opened, &changes.updated)
            .await
    }

    async fn write(
        &self,
        table: &Table,
        seen: &FreshnessState,
        update: &FreshnessUpdate,
        opened: &[FreshnessGap],
        updated: &[FreshnessGap],
    ) -> Result<()> {
        let is_ours = transact!(self.store, |session| {
            if !session.freshness_table_update(seen, update).await? {
                return Ok(false);
            }
            if seen.error.is_some() {
                session
                    .freshness_fault_end(seen.table_id, wording::FAULT_OVER)
                    .await?;
            }
            for gap in opened {
                session.freshness_gap_open(gap).await?;
            }
            for gap in updated {
                session.freshness_gap_update(gap).await?;
            }
            Ok(true)
        })?;
        if !is_ours {
            return Ok(());
        }
        let table = table.at.shown();
        for gap in opened {
            tracing::warn!(table, kind = gap.kind.as_str(), "{}", gap.text);
        }
        for gap in updated.iter().filter(|gap| gap.end.is_some()) {
            tracing::info!(table, kind = gap.kind.as_str(), "{}", gap.text);
        }
        Ok(())
    }
}

impl Plan {
    /// Leaves what cannot be judged yet for a later look: it, and what is due after it, is due still then. Gaps in which such a
    /// stretch lies last.
    pub(super) fn leave(
        &mut self,
        looked: &mut Looked,
        lasting: &[FreshnessGap],
        judged_before: Option<i64>,
        now: i64,
    ) {
        let is_new = |slot: &&Slot| judged_before.is_none_or(|until| slot.to > until);
        if let Some(first) = looked.open.keys().find(is_new) {
            self.judged_until = self.judged_until.map(|until| until.min(first.from));
        }
        if let Some(wait_s) = looked.open.values().min() {
            self.next_at = self.next_at.min(now + wait_s);
        }
        for slot in looked.open.keys() {
            let of = lasting
                .iter()
                .find(|gap| slot.from < gap.to && slot.to > gap.from);
            looked.judged.extend(of.map(|gap| Judged {
                slot: *slot,
                lack: Some(Lack {
                    kind: gap.kind,
                    volume: None,
                }),
            }));
        }
        looked.judged.sort_by_key(|one| one.slot);
    }
}

/// What is to be looked at now.
pub(super) fn plan(
    expectation: &Expectation,
    state: &FreshnessState,
    gaps: &[FreshnessGap],
    now: i64,
) -> Plan {
    let stated = expectation.begin(state.since.seconds());
    let begin = state.judged_until.unwrap_or(stated).max(stated);
    let mut slots = BTreeSet::new();
    let mut judged_until = None;
    let mut next = Slot::holding(expectation, begin.max(now - HORIZON_S));
    while let Some(slot) = next.filter(|slot| slot.due_at(expectation) <= now) {
        if slot.is_expected(expectation) {
            slots.insert(slot);
        }
        judged_until = Some(slot.to);
        next = slot.next(expectation);
    }
    let mut left = NEXT_MAX;
    while let Some(slot) = next.filter(|slot| !slot.is_expected(expectation) && left > 0) {
        left -= 1;
        next = slot.next(expectation);
    }
    let next_at = next.map_or(now + IDLE_S, |slot| slot.due_at(expectation));
    for gap in gaps.iter().filter(|gap| now - gap.to <= HORIZON_S) {
        let mut inside = Slot::holding(expectation, gap.from);
        while let Some(slot) = inside.filter(|slot| slot.from < gap.to) {
            // Where the clocks were changed to those of another zone, it may reach into what is not due yet.
            let is_due = slot.due_at(expectation) <= now;
            let is_looked_after = slot.to > stated.max(now - HORIZON_S);
            if slot.is_expected(expectation) && is_due && is_looked_after {
                slots.insert(slot);
            }
            inside = slot.next(expectation);
        }
    }
    Plan {
        slots: slots.into_iter().collect(),
        judged_until,
        next_at,
    }
}

/// Seconds until the next look at a table of which something lacks: soon where that is news, seldom where it lasts.
fn soon(changes: &GapChanges, newest_began: Option<i64>, now: i64) -> i64 {
    let age_s = newest_began.map_or(0, |began| now - began);
    if !changes.opened.is_empty() || age_s < 3_600 {
        LACKING_S
    } else if age_s < 86_400 {
        LACKING_S * 4
    } else {
        LACKING_S * 20
    }
}

fn given_up(gap: FreshnessGap) -> FreshnessGap {
    FreshnessGap {
        end: Some(TroubleEnd::Gone),
        text: "it is not looked after any more: that was a month ago".to_owned(),
        ..gap
    }
}
