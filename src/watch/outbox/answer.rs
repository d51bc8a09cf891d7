//! What people say to alerts: that they have seen one, or that it can wait.

use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Entity, Error, Result};
use crate::model::{Alert, AlertFilter, AlertState, NoticeEntry, NoticeKind, SEEN, SchemaChange};
use crate::store::Session;
use crate::transact;
use crate::watch::Operations;
use crate::watch::Watch;
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeSet, HashMap};

/// Alerts of one page at most.
const PAGE_LENGTH_MAX: usize = 10_000;
/// Changes that are acknowledged in one transaction.
const CHANGES_PER_TRANSACTION_MAX: usize = 500;
/// Seconds that an alert can be put off.
const SNOOZE_S_MAX: i64 = 366 * 24 * 3600;

impl Operations<'_> {
    /// The alerts that a filter lets through, the newest first; 10,000 at most.
    #[boxed]
    pub async fn alert_list(&self, filter: &AlertFilter) -> Result<Vec<Alert>> {
        self.authorize(Action::See, Resource::Server).await?;
        let filter = AlertFilter {
            limit: filter.limit.min(PAGE_LENGTH_MAX),
            ..filter.clone()
        };
        let mut session = self.store.session().await?;
        session.alert_list(&filter).await
    }

    /// Says that an alert was seen: it is not sent any more, on no channel. `NotFound`; one that was sent or muted is
    /// marked too.
    #[boxed]
    pub async fn alert_acknowledge(&self, id: i64) -> Result<Alert> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let found = transact!(self.store, |session| {
            let Some(alert) = session.alert_get(id).await? else {
                return Ok(None);
            };
            let told = (alert.subject.as_str(), alert.entry.key.as_str(), alert.at);
            self.told_acknowledge(session, told).await?;
            // On a channel that left the configuration.
            session.alert_set(id, AlertState::Acknowledged).await?;
            session.alert_get(id).await
        })?;
        found.ok_or_else(|| Error::NotFound(Entity::own("alert", &id)))
    }

    /// The changes of these numbers, as far as there are, each with what channels were told of it, or are to be.
    #[boxed]
    pub async fn schema_changes_told(&self, ids: &[i64]) -> Result<Vec<ToldChange>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        self.changes_told(&mut session, ids).await
    }

    /// Says that a change was seen: it is told no more, on no channel. Gives what the channels were told of it, or were
    /// to be. `NotFound`.
    #[boxed]
    pub async fn schema_change_acknowledge(&self, id: i64) -> Result<Vec<Alert>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let found = self.changes_acknowledge(&[id]).await?.pop();
        let found = found.ok_or_else(|| Error::NotFound(Entity::own("change", &id)))?;
        Ok(found.alerts)
    }

    /// The same of many changes, of which some may not be there; gives those that are.
    #[boxed]
    pub async fn schema_changes_acknowledge(&self, ids: &[i64]) -> Result<Vec<ToldChange>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut seen = Vec::with_capacity(ids.len());
        for ids in ids.chunks(CHANGES_PER_TRANSACTION_MAX) {
            seen.extend(self.changes_acknowledge(ids).await?);
        }
        Ok(seen)
    }

    /// Puts an alert off until a time, in seconds since the epoch; one that was sent is sent again then. `NotFound`, `Argument`
    /// for a time that is past or more than a year away, `NotAllowed` for one that nobody is to be told of any more.
    #[boxed]
    pub async fn alert_snooze(&self, id: i64, until: i64) -> Result<Alert> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let due_at = self.snooze_end(until).await?;
        transact!(self.store, |session| {
            let is_put_off = session.alert_put_off(id, due_at).await?;
            match session.alert_get(id).await? {
                Some(alert) if is_put_off => Ok(alert),
                Some(alert) => Err(cannot_wait(&alert)),
                None => Err(Error::NotFound(Entity::own("alert", &id))),
            }
        })
    }

    /// The same of many alerts; gives those that are put off. Those that are gone, and those of which nobody is to be told any
    /// more, are passed over. All of the others or none.
    #[boxed]
    pub async fn alerts_snooze(&self, ids: &BTreeSet<i64>, until: i64) -> Result<Vec<Alert>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let due_at = self.snooze_end(until).await?;
        transact!(self.store, |session| {
            let mut found = Vec::new();
            for id in ids {
                if session.alert_put_off(*id, due_at).await? {
                    found.extend(session.alert_get(*id).await?);
                }
            }
            Ok(found)
        })
    }
}

fn cannot_wait(alert: &Alert) -> Error {
    let why = match alert.state {
        AlertState::Acknowledged => "it was seen",
        AlertState::Muted => "it is muted",
        _ => "it is over",
    };
    Error::NotAllowed(format!(
        "alert {} cannot be put off: {why}, and nobody is told of it any more",
        alert.id
    ))
}

/// A change, and what channels were told of it, or are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldChange {
    /// The change.
    pub change: SchemaChange,
    /// What each channel was told, or is to be; empty where none is.
    pub alerts: Vec<Alert>,
}

/// One thing that channels are told of: the source, its key and when it was written.
type Told<'a> = (&'a str, &'a str, i64);

impl Watch {
    /// The end of a snooze, which is to be within a year.
    async fn snooze_end(&self, until: i64) -> Result<DatabaseTime> {
        let now = self.now().await?.seconds();
        if until <= now || until - now > SNOOZE_S_MAX {
            let why = "an alert can be put off until a time that is within a year from now";
            return Err(Error::argument("until", why));
        }
        Ok(DatabaseTime::from_database(until))
    }

    /// Marks as seen what every channel was told of one thing.
    async fn told_acknowledge(
        &self,
        session: &mut Session,
        (source, key, at): Told<'_>,
    ) -> Result<()> {
        let channels = self.channels();
        let mut alerts = session.alert_siblings(&channels, source, key, at).await?;
        self.alerts_acknowledge(session, alerts.iter_mut()).await
    }

    async fn changes_acknowledge(&self, ids: &[i64]) -> Result<Vec<ToldChange>> {
        transact!(self.store, |session| {
            let mut told = self.changes_told(session, ids).await?;
            let alerts = told.iter_mut().flat_map(|one| &mut one.alerts);
            self.alerts_acknowledge(session, alerts).await?;
            Ok(told)
        })
    }

    async fn changes_told(&self, session: &mut Session, ids: &[i64]) -> Result<Vec<ToldChange>> {
        let changes = session.schema_change_get_list(ids).await?;
        let keys: BTreeSet<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        let keys: Vec<&str> = keys.into_iter().collect();
        let mut told: HashMap<(String, String, i64), Vec<Alert>> = HashMap::new();
        for alert in session.alerts_of_keys(&self.channels(), &keys).await? {
            let of = (alert.subject.clone(), alert.entry.key.clone(), alert.at);
            told.entry(of).or_default().push(alert);
        }
        let changes = changes.into_iter().map(|change| {
            let of = (change.source.clone(), change.key.clone(), change.at);
            let alerts = told.get(&of).cloned().unwrap_or_default();
            ToldChange { change, alerts }
        });
        Ok(changes.collect())
    }

    /// Marks alerts as seen, and tells the channels that want to hear of it.
    async fn alerts_acknowledge(
        &self,
        session: &mut Session,
        alerts: impl Iterator<Item = &mut Alert>,
    ) -> Result<()> {
        let now = session.now().await?;
        let (mut ids, mut answers) = (Vec::new(), Vec::new());
        for alert in alerts {
            if alert.state != AlertState::Acknowledged && alert.sent_at.is_some() {
                answers.extend(self.answer_to(alert, now));
            }
            alert.state = AlertState::Acknowledged;
            ids.push(alert.id);
        }
        session.alerts_acknowledge(&ids).await?;
        session.alert_insert(&answers).await?;
        Ok(())
    }

    fn channels(&self) -> Vec<&str> {
        self.setup.channels.keys().map(String::as_str).collect()
    }

    /// What a channel is told of an answer to what it told, where it wants to hear of it.
    fn answer_to(&self, alert: &Alert, now: DatabaseTime) -> Option<Alert> {
        let setup = self.setup.channels.get(&alert.channel)?;
        let answer = || Alert {
            kind: NoticeKind::Answer,
            entry: NoticeEntry {
                key: format!("{}{SEEN}", alert.entry.key),
                ..alert.entry.clone()
            },
            at: now.seconds(),
            due_at: now,
            state: AlertState::Pending,
            ..alert.clone()
        };
        let has_place = alert.thread.is_some() || !setup.channel.has_threads();
        (setup.channel.hears_answers() && has_place).then(answer)
    }
}
