//! Troubles of discovery as alerts: each is told once over all replicas, and once that it is over, to whom its beginning
//! was told.

use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{
    Alert, AlertState, DISCOVERY_SUBJECT, Mute, NoticeEntry, NoticeKind, OVER, Severity, Trouble,
    TroubleEnd, TroubleKind,
};
use crate::store::Session;
use crate::transact;
use crate::watch::Watch;
use crate::watch::outbox::write::{shown, state_of};
use crate::watch::settings::ChannelSetup;
use crate::watch::{Operations, next_moment};
use async_recursion::async_recursion as boxed;

/// Troubles that one transaction tells.
const TROUBLES_PER_TRANSACTION_MAX: usize = 200;

impl Operations<'_> {
    /// Writes what channels are to tell of troubles that began or ended since the last time, and gives their number.
    /// What began and ended in between is not told.
    #[boxed]
    pub async fn troubles_tell(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut told = 0;
        let mut after = (0, String::new());
        loop {
            let now = self.now().await?;
            let page = transact!(self.store, |session| {
                let mutes = session.mute_list(now).await?;
                let (table_id, kind) = &after;
                let page = session
                    .discovery_troubles_untold(
                        (*table_id, kind.as_str()),
                        TROUBLES_PER_TRANSACTION_MAX,
                    )
                    .await?;
                for trouble in &page {
                    self.trouble_tell(session, trouble, &mutes, now).await?;
                }
                Ok(page)
            })?;
            told += page.len() as u64;
            let Some(last) = page.last() else {
                return Ok(told);
            };
            after = (last.table_id, last.kind.as_str().to_owned());
        }
    }
}

impl Watch {
    async fn trouble_tell(
        &self,
        session: &mut Session,
        trouble: &Trouble,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Result<()> {
        match (trouble.told_at, trouble.end) {
            (None, None) => {
                self.trouble_begin(session, trouble, mutes, now).await?;
                session.discovery_trouble_told(trouble, now).await
            }
            (Some(told_at), Some(end)) => {
                self.trouble_over(session, trouble, told_at, end, now)
                    .await?;
                session.discovery_trouble_forget(trouble).await
            }
            (None, Some(_)) => session.discovery_trouble_forget(trouble).await,
            (Some(_), None) => Ok(()),
        }
    }

    async fn trouble_begin(
        &self,
        session: &mut Session,
        trouble: &Trouble,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Result<()> {
        let alerts = self.trouble_alerts(trouble, mutes, now);
        session.alert_insert(&alerts).await?;
        Ok(())
    }

    /// What the channels are to tell of a trouble, by the configuration as it is; those to which it is muted among them.
    pub(super) fn trouble_alerts(
        &self,
        trouble: &Trouble,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Vec<Alert> {
        let Some(severity) = self.setup.troubles.severity(trouble.kind) else {
            return Vec::new();
        };
        let entry = NoticeEntry {
            key: key_of(trouble),
            change: None,
            severity,
            source: None,
            object: trouble.table.clone(),
            column: None,
            text: trouble.text.clone(),
            effects: vec![effect_of(trouble)],
            owner: self
                .setup
                .impact
                .target_owner(&trouble.table)
                .map(str::to_owned),
        };
        let state = state_of(mutes, DISCOVERY_SUBJECT, &trouble.table);
        let channels = self.setup.channels.iter();
        let alerts = channels.filter_map(|(name, setup)| {
            let (kind, due_at) = told_how(setup, severity, now)?;
            Some(alert_of(name, entry.clone(), kind, due_at, state, now))
        });
        alerts.collect()
    }

    /// Tells the end on the channels that were told of the beginning, or are to be.
    async fn trouble_over(
        &self,
        session: &mut Session,
        trouble: &Trouble,
        told_at: i64,
        end: TroubleEnd,
        now: DatabaseTime,
    ) -> Result<()> {
        let channels: Vec<&str> = self.setup.channels.keys().map(String::as_str).collect();
        let begun = session
            .alert_siblings(&channels, DISCOVERY_SUBJECT, &key_of(trouble), told_at)
            .await?;
        let heard = begun.iter().filter(|alert| match alert.state {
            AlertState::Sent | AlertState::Pending => true,
            // Who has seen what was sent waits for its end; what was never sent has none.
            AlertState::Acknowledged => alert.sent_at.is_some(),
            AlertState::Muted | AlertState::GivenUp | AlertState::Over => false,
        });
        let alerts = heard.filter_map(|begun| {
            let setup = self.setup.channels.get(&begun.channel)?;
            let due_at = match begun.kind {
                NoticeKind::Digest => next_moment(&setup.digest, now),
                _ => now,
            };
            let entry = NoticeEntry {
                key: format!("{}{OVER}", begun.entry.key),
                severity: Severity::Additive,
                text: over_text(trouble, end),
                effects: Vec::new(),
                ..begun.entry.clone()
            };
            let state = AlertState::Pending;
            Some(alert_of(
                &begun.channel,
                entry,
                begun.kind,
                due_at,
                state,
                now,
            ))
        });
        session.alert_insert(&alerts.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// How and when a channel tells a trouble; `None` where it does not.
fn told_how(
    setup: &ChannelSetup,
    severity: Severity,
    now: DatabaseTime,
) -> Option<(NoticeKind, DatabaseTime)> {
    let settings = &setup.settings;
    if !settings.covers(DISCOVERY_SUBJECT) {
        return None;
    }
    if severity == Severity::Alarm {
        return Some((NoticeKind::Alarm, now));
    }
    if !settings.severity_min.covers(severity) {
        return None;
    }
    if settings.at_once.covers(severity) {
        return Some((NoticeKind::AtOnce, now));
    }
    Some((NoticeKind::Digest, next_moment(&setup.digest, now)))
}

fn alert_of(
    channel: &str,
    entry: NoticeEntry,
    kind: NoticeKind,
    due_at: DatabaseTime,
    state: AlertState,
    now: DatabaseTime,
) -> Alert {
    Alert {
        id: 0,
        channel: channel.to_owned(),
        subject: DISCOVERY_SUBJECT.to_owned(),
        change_id: None,
        kind,
        entry,
        at: now.seconds(),
        due_at,
        state,
        attempts: 0,
        last_error: None,
        sent_at: None,
        thread: None,
    }
}

/// The same on every replica: a trouble has one beginning.
fn key_of(trouble: &Trouble) -> String {
    let Trouble {
        table_id,
        kind,
        began_at,
        ..
    } = trouble;
    format!("trouble:{table_id}:{}:{began_at}", kind.as_str())
}

fn effect_of(trouble: &Trouble) -> String {
    let table = &trouble.table;
    match trouble.kind {
        TroubleKind::Stale => "queries see no newer data".to_owned(),
        TroubleKind::WindowFails => "new partitions do not appear until a look goes through".to_owned(),
        TroubleKind::SweepFails => {
            "what came late, or is gone, is not seen until a sweep goes through".to_owned()
        }
        TroubleKind::Braked => {
            "the partitions stay; where they are to go, raise the setting that is named for one sweep"
                .to_owned()
        }
        TroubleKind::Mismatch => {
            "queries of these partitions may fail or give other values; the reason stands in their property skep.discovery.schema-warning"
                .to_owned()
        }
        TroubleKind::Quarantined | TroubleKind::LeftOut => {
            format!("queries do not see what lies there; `skep discovery skipped {table}` lists them")
        }
    }
}

fn over_text(trouble: &Trouble, end: TroubleEnd) -> String {
    let table = format!("table `{}`", trouble.table.replace('`', "\u{02CB}"));
    let since = shown(trouble.began_at);
    let what = match (end, trouble.kind) {
        (TroubleEnd::Gone, _) => {
            return format!(
                "{table} takes no part in discovery any more; its trouble began {since}"
            );
        }
        (TroubleEnd::Well, TroubleKind::Stale) => "its data is as fresh as it has to be",
        (TroubleEnd::Well, TroubleKind::WindowFails) => "looks for new partitions go through",
        (TroubleEnd::Well, TroubleKind::SweepFails) => "sweeps go through",
        (TroubleEnd::Well, TroubleKind::Braked) => "a sweep went through without the brake",
        (TroubleEnd::Well, TroubleKind::Mismatch) => "the files of new partitions fit it",
        (TroubleEnd::Well, TroubleKind::Quarantined) => "nothing of it is left out for its files",
        (TroubleEnd::Well, TroubleKind::LeftOut) => "few directories are left out",
    };
    format!("{table} is well again: {what}; its trouble began {since}")
}
