//! What people say to alerts: that they have seen one, or that it can wait.

use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Entity, Error, Result};
use crate::model::{Alert, AlertFilter, AlertState};
use crate::transact;
use crate::watch::Operations;
use crate::watch::Watch;
use async_recursion::async_recursion as boxed;

/// Alerts of one page at most.
const PAGE_LENGTH_MAX: usize = 10_000;
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

    /// Says that an alert was seen: it is not sent any more. `NotFound`; one that was sent or muted is marked too.
    #[boxed]
    pub async fn alert_acknowledge(&self, id: i64) -> Result<Alert> {
        self.authorize(Action::Operate, Resource::Server).await?;
        self.alert_set(id, AlertState::Acknowledged, None).await
    }

    /// Puts an alert off until a time, in seconds since the epoch; one that was sent is sent again then. `NotFound`,
    /// `Invalid` for a time that is past or more than a year away.
    #[boxed]
    pub async fn alert_snooze(&self, id: i64, until: i64) -> Result<Alert> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let now = self.now().await?.seconds();
        if until <= now || until - now > SNOOZE_S_MAX {
            let why = "an alert can be put off until a time that is within a year from now";
            return Err(Error::Invalid(why.into()));
        }
        self.alert_set(
            id,
            AlertState::Pending,
            Some(DatabaseTime::from_database(until)),
        )
        .await
    }
}

impl Watch {
    async fn alert_set(
        &self,
        id: i64,
        state: AlertState,
        due_at: Option<DatabaseTime>,
    ) -> Result<Alert> {
        let alert = transact!(self.store, |session| {
            session.alert_set(id, state, due_at).await?;
            session.alert_get(id).await
        })?;
        alert.ok_or_else(|| Error::NotFound(Entity::own("alert", &id)))
    }
}
