//! The channels that were configured, how sending on each goes, and trying one.

use super::deliver::send_error;
use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Entity, Error, Result};
use crate::model::{ChannelState, ChannelStatus, Notice, NoticeKind};
use crate::store::AlertBacklog;
use crate::transact;
use crate::watch::Operations;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Every channel, by name.
    #[boxed]
    pub async fn channel_list(&self) -> Result<Vec<ChannelStatus>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        let backlog = session.alert_backlog(now).await?;
        let mut channels = Vec::with_capacity(self.setup.channels.len());
        for (name, setup) in &self.setup.channels {
            let state = session.alert_channel_get(name).await?;
            let waits = backlog.iter().find(|one| one.channel == *name);
            channels.push(ChannelStatus {
                name: name.clone(),
                kind: setup.settings.kind.as_str().to_owned(),
                sources: setup.settings.sources.clone(),
                digest_at: setup.digest.next_after(now.seconds()),
                pending: waits.map_or(0, |one| one.pending),
                oldest_due_at: waits.and_then(|one| one.oldest_due_at),
                state,
            });
        }
        Ok(channels)
    }

    /// How much waits on each channel where something does, those that are not configured any more among them.
    #[boxed]
    pub async fn alert_backlog(&self) -> Result<Vec<AlertBacklog>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        session.alert_backlog(now).await
    }

    /// Sends a test message on a channel at once. `NotFound`, `Unavailable` where the channel does not answer,
    /// `NotAllowed` with its words where it refuses. Once it was taken, what was held up is sent at once.
    #[boxed]
    pub async fn channel_test(&self, name: &str) -> Result<()> {
        self.authorize(Action::Operate, Resource::Channel(name))
            .await?;
        let Some(setup) = self.setup.channels.get(name) else {
            return Err(Error::NotFound(Entity::own("channel", name)));
        };
        let now = self.now().await?;
        let notice = Notice {
            kind: NoticeKind::Test,
            subject: "skep".to_owned(),
            at: now.seconds(),
            entries: Vec::new(),
            pages: None,
        };
        self.notice_send(setup, &notice)
            .await
            .map_err(|failure| send_error(name, failure))?;
        transact!(self.store, |session| {
            let state = ChannelState {
                next_at: DatabaseTime::default(),
                failures: 0,
                last_error: None,
                last_sent_at: Some(now.seconds()),
                ..session.alert_channel_get(name).await?
            };
            session.alert_channel_put(name, &state).await?;
            session.alert_retry(name, now).await
        })
    }
}
