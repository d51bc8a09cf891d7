//! What is wrong with a table, as alerts: once when it begins, over all replicas, and once when it is over, to whom its
//! beginning was told.

use crate::alert::ChannelKind;
use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{Alert, AlertState, Mute, NoticeEntry, NoticeKind, OVER, Severity};
use crate::store::Session;
use crate::watch::outbox::write::state_of;
use crate::watch::settings::ChannelSetup;
use crate::watch::{Watch, next_moment};
use std::collections::HashSet;

/// Something that is wrong with a table.
#[derive(Debug)]
pub(super) struct Matter<'a> {
    /// What channels and mutes know such matters by, where others name a source.
    pub(super) subject: &'static str,
    /// The same on every replica, and for no other matter.
    pub(super) key: String,
    /// How grave it is; `None` where nobody is told.
    pub(super) severity: Option<Severity>,
    /// The table: `shop.orders`.
    pub(super) table: &'a str,
    /// What happened, in one line.
    pub(super) text: &'a str,
    /// What follows of it.
    pub(super) effect: String,
}

/// What was said already of ends, by channel: two matters of one table may end for one reason, which is told once.
pub(super) type Said = HashSet<(String, String)>;

impl Watch {
    /// What the channels are to tell of its beginning, by the configuration as it is; those to which it is muted among them.
    pub(super) fn matter_alerts(
        &self,
        matter: &Matter<'_>,
        mutes: &[Mute],
        now: DatabaseTime,
    ) -> Vec<Alert> {
        let Some(severity) = matter.severity else {
            return Vec::new();
        };
        let owner = self.setup.impact.target_owner(matter.table);
        let entry = NoticeEntry {
            key: matter.key.clone(),
            change: None,
            severity,
            source: None,
            object: matter.table.to_owned(),
            column: None,
            text: matter.text.to_owned(),
            effects: vec![matter.effect.clone()],
            owner: owner.map(str::to_owned),
        };
        let state = state_of(mutes, matter.subject, matter.table);
        let channels = self.setup.channels.iter();
        let alerts = channels.filter_map(|(name, setup)| {
            let (kind, due_at) = told_how(setup, matter.subject, severity, now)?;
            let alert = alert_of(name, matter.subject, entry.clone(), now);
            Some(Alert {
                kind,
                due_at,
                state,
                ..alert
            })
        });
        alerts.collect()
    }

    /// Tells its end on the channels that were told of the beginning at `told_at`, or are to be; not where the same was `said`
    /// already, but to who knows each matter by its key.
    pub(super) async fn matter_over(
        &self,
        session: &mut Session,
        (matter, told_at): (&Matter<'_>, i64),
        over_text: &str,
        said: &mut Said,
        now: DatabaseTime,
    ) -> Result<()> {
        let channels: Vec<&str> = self.setup.channels.keys().map(String::as_str).collect();
        let begun = session
            .alert_siblings(&channels, matter.subject, &matter.key, told_at)
            .await?;
        let heard = begun.iter().filter(|alert| match alert.state {
            AlertState::Sent | AlertState::Pending => true,
            // Who has seen what was sent waits for its end; what was never sent has none.
            AlertState::Acknowledged => alert.sent_at.is_some(),
            AlertState::Muted | AlertState::GivenUp | AlertState::Over => false,
        });
        let alerts = heard.filter_map(|begun| {
            let setup = self.setup.channels.get(&begun.channel)?;
            // Where the beginning waits still, the end takes it back; nobody is told of either.
            let is_told = begun.state != AlertState::Pending;
            let is_by_key = setup.settings.kind == ChannelKind::PagerDuty;
            let line = (begun.channel.clone(), over_text.to_owned());
            if is_told && !said.insert(line) && !is_by_key {
                return None;
            }
            let due_at = match begun.kind {
                NoticeKind::Digest => next_moment(&setup.digest, now),
                _ => now,
            };
            let entry = NoticeEntry {
                key: format!("{}{OVER}", begun.entry.key),
                severity: Severity::Additive,
                text: over_text.to_owned(),
                effects: Vec::new(),
                ..begun.entry.clone()
            };
            let alert = alert_of(&begun.channel, matter.subject, entry, now);
            Some(Alert {
                kind: begun.kind,
                due_at,
                ..alert
            })
        });
        session.alert_insert(&alerts.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// How and when a channel tells a matter; `None` where it does not.
fn told_how(
    setup: &ChannelSetup,
    subject: &str,
    severity: Severity,
    now: DatabaseTime,
) -> Option<(NoticeKind, DatabaseTime)> {
    let settings = &setup.settings;
    if !settings.covers(subject) {
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

/// An alert that is to be told at once.
fn alert_of(channel: &str, subject: &str, entry: NoticeEntry, now: DatabaseTime) -> Alert {
    Alert {
        id: 0,
        channel: channel.to_owned(),
        subject: subject.to_owned(),
        change_id: None,
        kind: NoticeKind::AtOnce,
        entry,
        at: now.seconds(),
        due_at: now,
        state: AlertState::Pending,
        attempts: 0,
        last_error: None,
        sent_at: None,
        thread: None,
    }
}
