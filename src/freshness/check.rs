//! A look at a table that is due: which stretches are to be judged since the last one, what they and the lasting gaps have by
//! now, and what is written down of it, once over all replicas.

use super::slot::Slot;
use super::wording::Of;
use super::{Freshness, Operations};
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{Expectation, FreshnessGap, FreshnessState, Table, TableRef, TroubleEnd};
use crate::store::{FreshnessUpdate, without_nul};
use crate::transact;
use async_recursion::async_recursion as boxed;
use futures::{StreamExt, stream};
use std::collections::BTreeSet;

/// Tables that are asked for at once.
const TABLES_PER_PAGE: usize = 200;
/// Tables that are looked at at the same time.
const CONCURRENT_MAX: usize = 4;
/// How far back a look reaches, and how long a gap is looked after, in seconds.
const HORIZON_S: i64 = 31 * 24 * 3600;
/// Seconds between two looks at a table of which something lacks: so soon it is noticed that it has come.
const LACKING_S: i64 = 30;
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

impl Operations<'_> {
    /// Looks at the tables whose moment has come. Gives how many were looked at, and for how many that came to nothing.
    #[boxed]
    pub async fn freshness_check_due(&self) -> Result<(u64, u64)> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let (mut looked, mut failed) = (0, 0);
        loop {
            let mut session = self.store.session().await?;
            let due = session.freshness_tables_due(TABLES_PER_PAGE).await?;
            drop(session);
            let is_last = due.len() < TABLES_PER_PAGE;
            let mut looks = stream::iter(due)
                .map(|(state, at)| async move { self.check_noted(&at, &state).await })
                .buffer_unordered(CONCURRENT_MAX);
            while let Some(look) = looks.next().await {
                looked += 1;
                failed += u64::from(!look?);
            }
            if is_last {
                return Ok((looked, failed));
            }
        }
    }
}

impl Freshness {
    /// Looks at a table, and notes where that comes to nothing: the others must not wait for it. False where it did. Fails only
    /// where not even that could be noted.
    async fn check_noted(&self, at: &TableRef, state: &FreshnessState) -> Result<bool> {
        let failure = match self.check(at, state).await {
            Ok(()) => return Ok(true),
            // Dropped meanwhile; its row is gone with it.
            Err(Error::NotFound(_)) => return Ok(true),
            Err(failure) => failure,
        };
        let error = without_nul(&failure.to_string());
        if state.error.as_deref() != Some(error.as_str()) {
            tracing::warn!(
                table = at.shown(),
                error,
                "a table's freshness cannot be told"
            );
        }
        let update = FreshnessUpdate {
            due_at: state.now.seconds() + FAULTY_S,
            error: Some(error),
            ..FreshnessUpdate::default()
        };
        transact!(self.store, |session| {
            session.freshness_table_update(state, &update).await
        })?;
        Ok(false)
    }

    /// Looks at a table whose row was read as `state`.
    pub(super) async fn check(&self, at: &TableRef, state: &FreshnessState) -> Result<()> {
        let table = self.catalog.table_read(at).await?;
        let expectation = Expectation::of_table(&table);
        let expectation = expectation.map_err(|fault| Error::Invalid(fault.to_string()))?;
        // Its row has changed since it was read, and will be due again.
        let Some(expectation) = expectation else {
            return Ok(());
        };
        let mut session = self.store.session().await?;
        let gaps = session.freshness_gaps(table.id).await?;
        drop(session);
        let now = state.now.seconds();
        let plan = plan(&expectation, state, &gaps, now);
        let looked = self.look(&table, &expectation, &plan.slots, now).await?;
        let (old, lasting): (Vec<_>, Vec<_>) =
            gaps.into_iter().partition(|gap| now - gap.to > HORIZON_S);
        let name = at.shown();
        let lasting_before = lasting.len();
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
            plan.next_at.min(now + LACKING_S)
        } else {
            plan.next_at
        };
        let update = FreshnessUpdate {
            due_at: next_at.max(now + 1),
            judged_until: plan.judged_until,
            newest: looked.newest,
            error: None,
        };
        self.write(&table, state, &update, &changes.opened, &changes.updated)
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

/// What is to be looked at now.
pub(super) fn plan(
    expectation: &Expectation,
    state: &FreshnessState,
    gaps: &[FreshnessGap],
    now: i64,
) -> Plan {
    let stated = expectation.begin(state.since.seconds());
    let begin = state.judged_until.unwrap_or(stated);
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
            if slot.is_expected(expectation) {
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

fn given_up(gap: FreshnessGap) -> FreshnessGap {
    FreshnessGap {
        end: Some(TroubleEnd::Gone),
        text: "it is not looked after any more: that was a month ago".to_owned(),
        ..gap
    }
}
