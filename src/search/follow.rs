//! Keeping the index of words in step: what is there already is walked through once, then the log of events says which tables
//! changed. Each step is one transaction that moves the place in the log on with the words it wrote, so a kill loses nothing.

use super::words::words_of;
use super::{Operations, Search};
use crate::catalog::service::{Lease, tables_named};
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::{EventKind, Table, TableRef};
use crate::store::{SearchPlace, Session, TableWords};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Whoever has it keeps the index; the other replicas need not.
const LEASE: &str = "search";
/// Tables of one step.
const TABLES_PER_STEP: usize = 50;
/// Tables that are in memory at the same time: each may have thousands of columns, or a long text of a view.
const TABLES_PER_READ: usize = 10;
/// Events of one step; most are of partitions and mean nothing here.
const EVENTS_PER_STEP: usize = 1_000;
/// How long an activation goes on; the next one does. A server that ends waits for it.
const ACTIVATION_MAX: Duration = Duration::from_secs(10);
/// Tables that are gone and forgotten in one statement.
const GONE_PER_STEP: usize = 500;

/// Events that others wrote between two steps from which on they are let be: what they wait for comes first.
const EVENTS_OF_WRITERS: i64 = 10;
/// How many times as long as a step took the index rests among them after it, and how long at most.
const RESTS_AMONG_WRITERS: u32 = 9;
const REST_MAX: Duration = Duration::from_secs(2);

/// What one step did.
#[derive(Default)]
struct Step {
    /// Tables whose words were looked at.
    tables: u64,
    /// The last event that there was, of a step that looked for it.
    last_event: Option<i64>,
}

impl Step {
    fn of_tables(tables: u64) -> Self {
        Self {
            tables,
            last_event: None,
        }
    }
}

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
        let activated = Instant::now();
        let (mut last_event, mut among_writers) = (None, false);
        while activated.elapsed() < ACTIVATION_MAX {
            let began = Instant::now();
            let Some(step) = self.step().await? else {
                followed.has_more = false;
                break;
            };
            followed.tables += step.tables;
            followed.has_more = true;
            if let Some(last) = step.last_event {
                let before = last_event.replace(last);
                among_writers = before.is_some_and(|before| last - before > EVENTS_OF_WRITERS);
            }
            if among_writers {
                let rest = began.elapsed() * RESTS_AMONG_WRITERS;
                tokio::time::sleep(rest.min(REST_MAX)).await;
            }
        }
        Ok(followed)
    }

    /// Takes one step; `None` where there is none to take.
    async fn step(&self) -> Result<Option<Step>> {
        let mut session = self.store.session().await?;
        let place = session.search_place().await?;
        drop(session);
        match place {
            None => self.begin(None).await?,
            Some(place) if place.is_followed() => return self.events_step(place).await,
            Some(place) if place.is_sweeping() => self.sweep_step(place).await?,
            Some(place) => {
                let tables = self.walk_step(place).await?;
                return Ok(Some(Step::of_tables(tables)));
            }
        }
        Ok(Some(Step::default()))
    }

    /// Begins to walk through all tables: at first, and where events are gone that nobody has followed.
    async fn begin(&self, before: Option<SearchPlace>) -> Result<()> {
        transact!(self.store, |session| {
            let event_id = session.event_last_id().await?;
            let place = SearchPlace::at_the_beginning(event_id);
            session.search_place_move(before, place).await
        })?;
        Ok(())
    }

    /// The words of the next tables of the walk.
    async fn walk_step(&self, place: SearchPlace) -> Result<u64> {
        transact!(self.store, |session| {
            let refs = session
                .search_tables_after(place.walked_to, TABLES_PER_STEP)
                .await?;
            let is_last = refs.len() < TABLES_PER_STEP;
            let last_id = refs.last().map_or(place.walked_to, |(id, _)| *id);
            let next = if is_last {
                // Of an index that is made anew, tables may be gone.
                place.before_the_sweep()
            } else {
                place.walked_to(last_id)
            };
            if !session.search_place_move(Some(place), next).await? {
                return Ok(0);
            }
            let names: Vec<TableRef> = refs.into_iter().map(|(_, at)| at).collect();
            words_put(session, &names).await
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
            self.begin(Some(place)).await?;
            return Ok(Some(Step::default()));
        }
        let mut names: BTreeSet<TableRef> = BTreeSet::new();
        let mut saw_drop = false;
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
                    saw_drop = true;
                }
                _ => {}
            }
        }
        if reached == place.event_id {
            return Ok(None);
        }
        let names: Vec<TableRef> = names.into_iter().collect();
        let tables = transact!(self.store, |session| {
            let mut next = place.after_event(reached);
            if saw_drop {
                next = next.before_the_sweep();
            }
            if !session.search_place_move(Some(place), next).await? {
                return Ok(0);
            }
            words_put(session, &names).await
        })?;
        Ok(Some(Step {
            tables,
            last_event: Some(last),
        }))
    }

    /// Removes the words of some tables that are gone.
    async fn sweep_step(&self, place: SearchPlace) -> Result<()> {
        transact!(self.store, |session| {
            let gone = session.search_words_forget_gone(GONE_PER_STEP).await?;
            if gone < GONE_PER_STEP {
                let next = place.after_the_sweep();
                session.search_place_move(Some(place), next).await?;
            }
            Ok(())
        })
    }
}

/// Writes the words of some tables, a few at a time: the text of a view may be megabytes. Gives how many tables there still are.
async fn words_put(session: &mut Session, names: &[TableRef]) -> Result<u64> {
    let mut count = 0;
    for names in names.chunks(TABLES_PER_READ) {
        let tables = tables_named(session, names).await?;
        session.search_words_put(&words_of_all(&tables)).await?;
        count += tables.len() as u64;
    }
    Ok(count)
}

fn words_of_all(tables: &[Table]) -> Vec<TableWords> {
    let words = tables.iter().map(|table| TableWords {
        table_id: table.id,
        words: words_of(table),
    });
    words.collect()
}
