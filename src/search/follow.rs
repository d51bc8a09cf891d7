//! Keeping the index of words in step: what is there already is walked through once, then the log of events says which tables
//! changed. Each step is one transaction that moves the place in the log on with the words it wrote, so a kill loses nothing.

use super::words::words_of;
use super::{Operations, Search};
use crate::catalog::service::{Lease, tables_named};
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::{EventKind, Table, TableRef};
use crate::store::{SearchPlace, TableWords};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeSet;

/// Whoever has it keeps the index; the other replicas need not.
const LEASE: &str = "search";
/// Tables of one step: each may have thousands of columns.
const TABLES_PER_STEP: usize = 50;
/// Events of one step; most are of partitions and mean nothing here.
const EVENTS_PER_STEP: usize = 1_000;
/// Steps of one activation; the next one goes on.
const STEPS_MAX: usize = 400;
/// Tables that are gone and forgotten in one statement.
const GONE_PER_STEP: usize = 500;

/// What one activation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Tables whose words were looked at.
    pub tables: u64,
    /// Whether there is more to do.
    pub has_more: bool,
}

impl Operations<'_> {
    /// Brings the index of words nearer to what the tables are; nothing where another replica is at it.
    #[boxed]
    pub async fn search_follow(&self) -> Result<Followed> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let place = session.search_place().await?;
        let last = session.event_last_id().await?;
        drop(session);
        if place.is_some_and(|place| place.is_followed() && place.event_id == last) {
            return Ok(Followed::default());
        }
        let lease = Lease::new(LEASE.to_owned());
        let done = self.catalog.lease_hold(&lease, self.steps()).await?;
        Ok(done.unwrap_or_default())
    }
}

impl Search {
    async fn steps(&self) -> Result<Followed> {
        let mut followed = Followed::default();
        let mut saw_drop = false;
        for _ in 0..STEPS_MAX {
            let Some(step) = self.step().await? else {
                followed.has_more = false;
                break;
            };
            followed.tables += step.tables;
            followed.has_more = true;
            saw_drop |= step.saw_drop;
        }
        if saw_drop {
            self.forget_gone().await?;
        }
        Ok(followed)
    }

    /// Takes one step; `None` where there is none to take.
    async fn step(&self) -> Result<Option<Step>> {
        let mut session = self.store.session().await?;
        let place = session.search_place().await?;
        drop(session);
        match place {
            None => self.begin(None).await.map(Some),
            Some(place) if place.is_followed() => self.events_step(place).await,
            Some(place) => self.walk_step(place).await.map(Some),
        }
    }

    /// Begins to walk through all tables: at first, and where events are gone that nobody has followed.
    async fn begin(&self, before: Option<SearchPlace>) -> Result<Step> {
        transact!(self.store, |session| {
            let event_id = session.event_last_id().await?;
            let place = SearchPlace::at_the_beginning(event_id);
            session.search_place_move(before, place).await
        })?;
        Ok(Step::default())
    }

    /// The words of the next tables of the walk.
    async fn walk_step(&self, place: SearchPlace) -> Result<Step> {
        let tables = transact!(self.store, |session| {
            let refs = session
                .search_tables_after(place.walked_to, TABLES_PER_STEP)
                .await?;
            let is_last = refs.len() < TABLES_PER_STEP;
            let last_id = refs.last().map_or(place.walked_to, |(id, _)| *id);
            let next = if is_last {
                place.after_the_walk()
            } else {
                place.walked_to(last_id)
            };
            if !session.search_place_move(Some(place), next).await? {
                return Ok(0);
            }
            let names: Vec<TableRef> = refs.into_iter().map(|(_, at)| at).collect();
            let tables = tables_named(session, &names).await?;
            session.search_words_put(&words_of_all(&tables)).await?;
            Ok(tables.len())
        })?;
        Ok(Step {
            tables: tables as u64,
            saw_drop: false,
        })
    }

    /// The words of the tables that the next events name.
    async fn events_step(&self, place: SearchPlace) -> Result<Option<Step>> {
        let mut session = self.store.session().await?;
        // Before the events: one that comes between must not look like one that is gone.
        let last = session.event_last_id().await?;
        let heads = session.event_heads(place.event_id, EVENTS_PER_STEP).await?;
        drop(session);
        let are_gone = match heads.first() {
            Some(first) => first.id != place.event_id + 1,
            None => last > place.event_id,
        };
        if are_gone {
            return self.begin(Some(place)).await.map(Some);
        }
        let mut names: BTreeSet<TableRef> = BTreeSet::new();
        let mut step = Step::default();
        let mut reached = place.event_id;
        for head in heads {
            if names.len() == TABLES_PER_STEP {
                break;
            }
            reached = head.id;
            match (head.kind, head.database, head.table) {
                (
                    Some(EventKind::CreateTable | EventKind::AlterTable),
                    Some(database),
                    Some(table),
                ) => {
                    names.insert(TableRef {
                        catalog: head.catalog,
                        database,
                        table,
                    });
                }
                (Some(EventKind::DropTable | EventKind::DropDatabase), _, _) => {
                    step.saw_drop = true;
                }
                _ => {}
            }
        }
        if reached == place.event_id {
            return Ok(None);
        }
        let names: Vec<TableRef> = names.into_iter().collect();
        step.tables = transact!(self.store, |session| {
            let next = place.after_event(reached);
            if !session.search_place_move(Some(place), next).await? {
                return Ok(0);
            }
            let tables = tables_named(session, &names).await?;
            session.search_words_put(&words_of_all(&tables)).await?;
            Ok(tables.len() as u64)
        })?;
        Ok(Some(step))
    }

    /// Removes the words of tables that are gone.
    async fn forget_gone(&self) -> Result<()> {
        loop {
            let gone = transact!(self.store, |session| {
                session.search_words_forget_gone(GONE_PER_STEP).await
            })?;
            if gone < GONE_PER_STEP {
                return Ok(());
            }
        }
    }
}

/// What one step did.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    tables: u64,
    saw_drop: bool,
}

fn words_of_all(tables: &[Table]) -> Vec<TableWords> {
    let words = tables.iter().map(|table| TableWords {
        table_id: table.id,
        words: words_of(table),
    });
    words.collect()
}
