//! The end of the log, for those who watch it. While somebody does, one task of the process looks for new events and reads each
//! once; all watchers take it from there. Who falls behind what is kept reads the log itself.

use super::catalogs::catalog_there;
use crate::catalog::{Action, Catalog, EventFilter, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::EventDigest;
use crate::store::Session;
use async_recursion::async_recursion as boxed;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often the log is asked for its last number while somebody watches: what a watcher waits for at most, beside the reading.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// How long the task waits after a failure; those who watch are told of it at once.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Events that are read at once.
const EVENTS_PER_READ: usize = 500;
/// What is kept of the newest events: their number, and their bytes in memory.
const EVENTS_KEPT_MAX: usize = 10_000;
const BYTES_KEPT_MAX: usize = 16 * 1024 * 1024;
/// Events that a watcher is given at once, and their bytes.
const EVENTS_PER_TURN_MAX: usize = 500;
const BYTES_PER_TURN_MAX: usize = 1024 * 1024;

/// The newest events of the log, as far as this process has read it.
#[derive(Debug)]
pub(super) struct EventTail {
    kept: Mutex<Kept>,
    /// The number of the last event that is known; an error where the log could not be read.
    news: watch::Sender<News>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// Nobody looks.
    Asleep,
    /// The last event.
    Last(i64),
    /// The log could not be read.
    Failed,
}

/// All events after a number that this version knows the kind of, the newest last.
#[derive(Debug, Default)]
struct Kept {
    /// What came up to this number is not here.
    from: i64,
    events: VecDeque<Arc<EventDigest>>,
    bytes: usize,
}

impl Default for EventTail {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            news: watch::Sender::new(News::Asleep),
        }
    }
}

impl Kept {
    /// Nothing yet of what comes after a number.
    fn after_all(from: i64) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    fn push(&mut self, event: EventDigest) {
        self.bytes += event.bytes();
        self.events.push_back(Arc::new(event));
        while self.events.len() > EVENTS_KEPT_MAX || self.bytes > BYTES_KEPT_MAX {
            match self.events.pop_front() {
                Some(oldest) => {
                    self.bytes -= oldest.bytes();
                    self.from = oldest.id;
                }
                None => break,
            }
        }
    }

    /// What comes after a number, as much as one turn takes; `None` where that is not kept any more.
    fn after(&self, id: i64) -> Option<Vec<Arc<EventDigest>>> {
        if id < self.from {
            return None;
        }
        let seen = self.events.partition_point(|event| event.id <= id);
        let mut bytes = 0;
        let turn = self.events.range(seen..).take(EVENTS_PER_TURN_MAX);
        let turn = turn.take_while(|event| {
            let is_room = bytes < BYTES_PER_TURN_MAX;
            bytes += event.bytes();
            is_room
        });
        Some(turn.cloned().collect())
    }
}

impl EventTail {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operations<'_> {
    /// Follows the log after a number; `None` is after the last event that there is now. Of a filter the numbers do not count.
    ///
    /// Fails with `Argument` for a number that no event has yet, and with `NotAllowed` where some of what comes after it is past
    /// its time, and with `NotFound` of the filter's catalog.
    #[boxed]
    pub async fn event_watch(&self, filter: EventFilter, after: Option<i64>) -> Result<EventWatch> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let last = session.event_last_id().await?;
        if let Some(after) = after {
            event_after_check(after, last)?;
            if is_gone(&mut session, after, last).await? {
                return Err(gone(after, last));
            }
        }
        if let Some(name) = &filter.catalog {
            catalog_there(&mut session, name).await?;
        }
        drop(session);
        let catalog: Catalog = (**self).clone();
        Ok(EventWatch {
            news: catalog.event_tail_join(last),
            catalog,
            filter,
            after: after.unwrap_or(last),
        })
    }
}

impl Catalog {
    /// Wakes the task where it sleeps.
    fn event_tail_join(&self, last: i64) -> watch::Receiver<News> {
        let tail = Arc::clone(&self.event_tail);
        let news = tail.news.subscribe();
        let woken = tail.news.send_if_modified(|news| {
            let is_asleep = *news == News::Asleep;
            if is_asleep {
                *news = News::Last(last);
            }
            is_asleep
        });
        if woken {
            *tail.kept() = Kept::after_all(last);
            let catalog = self.clone();
            tokio::spawn(async move { catalog.event_tail_follow(last).await });
        }
        news
    }

    /// Looks for events until nobody watches.
    async fn event_tail_follow(&self, mut last: i64) {
        let tail = &self.event_tail;
        loop {
            let asleep = tail.news.send_if_modified(|news| {
                // Nobody can join between the question and the answer: both hold the channel's lock.
                let is_alone = tail.news.receiver_count() == 0;
                if is_alone {
                    *news = News::Asleep;
                }
                is_alone
            });
            if asleep {
                return;
            }
            match self.event_tail_read(&mut last).await {
                Ok(()) => {
                    tail.news.send_if_modified(|news| {
                        let is_new = *news != News::Last(last);
                        *news = News::Last(last);
                        is_new
                    });
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(failure) => {
                    tracing::debug!(error = %failure, "the log of events could not be read");
                    tail.news.send_replace(News::Failed);
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// Reads what came after `last`, and moves it on.
    async fn event_tail_read(&self, last: &mut i64) -> Result<()> {
        let mut session = self.store.session().await?;
        let newest = session.event_last_id().await?;
        while *last < newest {
            let filter = EventFilter {
                after: *last,
                up_to: Some(newest),
                ..EventFilter::default()
            };
            let events = session.event_list(&filter, EVENTS_PER_READ).await?;
            let end = events.last().map_or(newest, |event| event.id);
            let gone = is_gone(&mut session, *last, newest).await?;
            let mut kept = self.event_tail.kept();
            if gone {
                // They are past their time already: who has not seen them is told so.
                *kept = Kept::after_all(newest);
                *last = newest;
                break;
            }
            for event in events {
                kept.push(event.into());
            }
            *last = end;
        }
        Ok(())
    }
}

/// Whether some of what came after a number, up to the last one there is, is past its time.
async fn is_gone(session: &mut Session, after: i64, last: i64) -> Result<bool> {
    let first = match session.event_first_id().await? {
        0 => last + 1,
        first => first,
    };
    Ok(after < last && first > after + 1)
}

/// Fails for a place in the log that is none: a reader who has it took it from another log, or from this one before it was set back,
/// and would miss all that comes until then.
pub fn event_after_check(after: i64, last: i64) -> Result<()> {
    if after < 0 {
        return Err(Error::argument(
            "after",
            "the number of an event is not negative",
        ));
    }
    if after > last {
        let why = format!("there is no event {after} yet: the last one is {last}");
        return Err(Error::argument("after", why));
    }
    Ok(())
}

fn gone(after: i64, last: i64) -> Error {
    Error::NotAllowed(format!(
        "the events after {after} are not kept any more (tasks.event_kept_s): read what there is anew, and go on after {last}"
    ))
}

/// Somebody who watches the log.
#[derive(Debug)]
pub struct EventWatch {
    catalog: Catalog,
    filter: EventFilter,
    after: i64,
    news: watch::Receiver<News>,
}

impl EventWatch {
    /// The number of the last event that was looked at.
    pub fn position(&self) -> i64 {
        self.after
    }

    /// Waits for events that the filter lets through, and gives some of them, in order. Fails with `Unavailable` where the log
    /// cannot be read, and with `NotAllowed` where some of what comes next is past its time. Nothing is lost where this is
    /// dropped while it waits.
    #[boxed]
    pub async fn next(&mut self) -> Result<Vec<Arc<EventDigest>>> {
        loop {
            let news = *self.news.borrow_and_update();
            match news {
                News::Last(last) if self.after < last => {
                    let turn = self.turn(last).await?;
                    if !turn.is_empty() {
                        return Ok(turn);
                    }
                    continue;
                }
                News::Failed => {
                    return Err(Error::Unavailable {
                        what: "the log of events".to_owned(),
                        source: "it could not be read".into(),
                    });
                }
                News::Last(_) | News::Asleep => {}
            }
            // The sender lives as long as the catalog.
            let _ = self.news.changed().await;
        }
    }

    /// What comes next, perhaps nothing that the filter lets through.
    async fn turn(&mut self, last: i64) -> Result<Vec<Arc<EventDigest>>> {
        let kept = self.catalog.event_tail.kept().after(self.after);
        if let Some(turn) = kept {
            self.after = turn.last().map_or(last, |event| event.id);
            let wanted = turn.into_iter().filter(|event| self.lets_through(event));
            return Ok(wanted.collect());
        }
        let filter = EventFilter {
            after: self.after,
            up_to: Some(last),
            ..self.filter.clone()
        };
        let mut session = self.catalog.store.session().await?;
        let events = session.event_list(&filter, EVENTS_PER_TURN_MAX).await?;
        if is_gone(&mut session, self.after, last).await? {
            return Err(gone(self.after, last));
        }
        self.after = events.last().map_or(last, |event| event.id);
        let events = events.into_iter();
        Ok(events.map(|event| Arc::new(event.into())).collect())
    }

    /// As the store decides by the same filter.
    fn lets_through(&self, event: &EventDigest) -> bool {
        let filter = &self.filter;
        let is_of = |wanted: &Option<_>, of: Option<&_>| wanted.is_none() || wanted.as_ref() == of;
        is_of(&filter.catalog, Some(&event.catalog))
            && is_of(&filter.database, event.database.as_ref())
            && (filter.tables.is_empty()
                || event
                    .table
                    .as_ref()
                    .is_some_and(|table| filter.tables.contains(table)))
            && !filter.skip.contains(&event.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_KEPT_MAX, EVENTS_KEPT_MAX, EVENTS_PER_TURN_MAX, Kept};
    use crate::model::{EventDigest, EventKind, Name};

    fn event(id: i64, file: &str) -> EventDigest {
        EventDigest {
            id,
            at: 0,
            kind: EventKind::Insert,
            catalog: Name::new("hive"),
            database: None,
            table: None,
            renamed_to: None,
            partitions: Vec::new(),
            files: vec![file.to_owned()],
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_has_no_gap() {
        let mut kept = Kept::after_all(0);
        assert!(kept.after(0).unwrap().is_empty());
        assert!(kept.after(-1).is_none());
        for id in 1..=i64::try_from(EVENTS_KEPT_MAX).unwrap() + 5 {
            kept.push(event(id, ""));
        }
        assert_eq!(kept.events.len(), EVENTS_KEPT_MAX);
        assert!(kept.after(4).is_none(), "the fifth is gone");
        let turn = kept.after(5).unwrap();
        assert_eq!((turn[0].id, turn.len()), (6, EVENTS_PER_TURN_MAX));
        assert_eq!(kept.from, 5);
        let last = kept.events.back().unwrap().id;
        assert!(kept.after(last).unwrap().is_empty());
        assert!(kept.after(last + 7).unwrap().is_empty());
        let large = "x".repeat(BYTES_KEPT_MAX / 2);
        for id in last + 1..last + 4 {
            kept.push(event(id, &large));
        }
        assert_eq!(kept.events.len(), 1);
        assert_eq!(kept.after(last + 2).unwrap().len(), 1);
    }
}
