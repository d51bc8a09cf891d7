//! What is to be told, written in the transaction of the change or the fault itself: whoever sees one sees the other.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::hive::text_pattern::glob_matches;
use crate::model::{
    Alert, AlertState, Mute, NoticeEntry, NoticeKind, OVER, SchemaChange, Severity, SourceState,
};
use crate::store::{Session, without_nul};
use crate::watch::settings::ChannelSetup;
use crate::watch::{Watch, next_moment};
use std::collections::HashSet;

/// The key of the alarm that a source shows less than it showed.
pub(in crate::watch) const SIGHT: &str = "alarm:sight";
/// What an alarm about a source speaks of.
const ALARM_OBJECT: &str = "watch";

impl Watch {
    /// Writes what each channel is to tell of changes of a source: not what it was told within the window, and muted
    /// what nobody wants to hear.
    pub(in crate::watch) async fn alerts_write(
        &self,
        session: &mut Session,
        source: &str,
        changes: &[SchemaChange],
        now: DatabaseTime,
    ) -> Result<()> {
        if changes.is_empty() || self.setup.channels.is_empty() {
            return Ok(());
        }
        let mutes = session.mute_list(now).await?;
        let since = now.plus_s(-self.setup.dedupe_window_s).seconds();
        for (name, setup) in &self.setup.channels {
            if !setup.settings.covers(source) {
                continue;
            }
            let short_lived = self
                .short_lived_leave(session, name, source, changes)
                .await?;
            let told = |change: &&SchemaChange| {
                setup.settings.severity_min.covers(change.severity)
                    && !change.is_told_within
                    && !short_lived.contains(&change.object)
            };
            let changes: Vec<&SchemaChange> = changes.iter().filter(told).collect();
            let keys: Vec<&str> = changes.iter().map(|change| change.key.as_str()).collect();
            let mut known: HashSet<String> = session.alert_keys_since(name, &keys, since).await?;
            let mut alerts = Vec::with_capacity(changes.len());
            for change in changes {
                if known.insert(change.key.clone()) {
                    alerts.push(alert_of(name, setup, change, &mutes, now));
                }
            }
            session.alert_insert(&alerts).await?;
        }
        Ok(())
    }

    /// Writes that the watch over a source does not work, for each channel that is told of it.
    pub(in crate::watch) async fn alarm_write(
        &self,
        session: &mut Session,
        source: &str,
        state: &SourceState,
        now: DatabaseTime,
    ) -> Result<()> {
        let text = match (&state.last_error, state.failures) {
            (Some(error), failures) if failures > 0 => {
                format!("the source could not be read {failures} times in a row: {error}")
            }
            _ => "the source was not read although its time came more than an hour ago".to_owned(),
        };
        tracing::error!(source, text, "the watch over a source does not work");
        let effect = match state.last_ok_at {
            Some(at) => format!("changes since {} are not known yet", shown(at)),
            None => "it was never read".to_owned(),
        };
        let entry = NoticeEntry {
            key: format!("alarm:{}", now.seconds()),
            change: None,
            severity: Severity::Alarm,
            source: None,
            column: None,
            object: ALARM_OBJECT.to_owned(),
            text,
            effects: vec![effect],
            owner: self.setup.impact.source_owner(source).map(str::to_owned),
        };
        self.alarm_insert(session, source, entry, now).await
    }

    /// Writes that the watch over a source works again.
    pub(in crate::watch) async fn alarm_clear(
        &self,
        session: &mut Session,
        source: &str,
        state: &SourceState,
        now: DatabaseTime,
    ) -> Result<()> {
        let since = state.alarmed_at.unwrap_or(now.seconds());
        let entry = NoticeEntry {
            key: format!("alarm:{since}{OVER}"),
            change: None,
            severity: Severity::Additive,
            source: None,
            column: None,
            object: ALARM_OBJECT.to_owned(),
            text: "the source is read again".to_owned(),
            effects: Vec::new(),
            owner: None,
        };
        self.alarm_insert(session, source, entry, now).await
    }

    /// Writes that a source shows less than it showed.
    pub(in crate::watch) async fn sight_alarm(
        &self,
        session: &mut Session,
        source: &str,
        (key, text, effect): (&str, &str, &str),
        now: DatabaseTime,
    ) -> Result<()> {
        tracing::error!(source, text, "a source shows less than it showed");
        let entry = NoticeEntry {
            key: key.to_owned(),
            change: None,
            severity: Severity::Alarm,
            source: None,
            column: None,
            object: ALARM_OBJECT.to_owned(),
            text: text.to_owned(),
            effects: vec![effect.to_owned()],
            owner: self.setup.impact.source_owner(source).map(str::to_owned),
        };
        self.alarm_insert(session, source, entry, now).await
    }

    /// Writes that a source shows all again that it showed.
    pub(in crate::watch) async fn sight_clear(
        &self,
        session: &mut Session,
        source: &str,
        now: DatabaseTime,
    ) -> Result<()> {
        let entry = NoticeEntry {
            key: format!("{SIGHT}{OVER}"),
            change: None,
            severity: Severity::Additive,
            source: None,
            column: None,
            object: ALARM_OBJECT.to_owned(),
            text: "all that the source showed is shown again".to_owned(),
            effects: Vec::new(),
            owner: None,
        };
        self.alarm_insert(session, source, entry, now).await
    }

    async fn alarm_insert(
        &self,
        session: &mut Session,
        source: &str,
        entry: NoticeEntry,
        now: DatabaseTime,
    ) -> Result<()> {
        let mutes = session.mute_list(now).await?;
        let state = state_of(&mutes, source, &entry.object);
        let channels = self.setup.channels.iter();
        let alerts = channels
            .filter(|(_, setup)| setup.settings.covers(source))
            .map(|(name, _)| Alert {
                id: 0,
                channel: name.clone(),
                subject: source.to_owned(),
                change_id: None,
                kind: NoticeKind::Alarm,
                entry: entry.clone(),
                at: now.seconds(),
                due_at: now,
                state,
                attempts: 0,
                last_error: None,
                sent_at: None,
                thread: None,
            });
        let alerts: Vec<Alert> = alerts.collect();
        session.alert_insert(&alerts).await?;
        Ok(())
    }
}

pub(super) fn alert_of(
    channel: &str,
    setup: &ChannelSetup,
    change: &SchemaChange,
    mutes: &[Mute],
    now: DatabaseTime,
) -> Alert {
    let at_once = setup.settings.at_once.covers(change.severity);
    let (kind, due_at) = if at_once {
        (NoticeKind::AtOnce, now)
    } else {
        (NoticeKind::Digest, next_moment(&setup.digest, now))
    };
    Alert {
        id: 0,
        channel: channel.to_owned(),
        subject: change.source.clone(),
        change_id: Some(change.id),
        kind,
        entry: NoticeEntry {
            key: change.key.clone(),
            change: Some(change.id),
            severity: change.severity,
            source: None,
            object: change.object.clone(),
            column: column_of(change),
            text: change.text.clone(),
            effects: change.effects.clone(),
            owner: change.owner.clone(),
        },
        at: now.seconds(),
        due_at,
        state: state_of(mutes, &change.source, &change.object),
        attempts: 0,
        last_error: None,
        sent_at: None,
        thread: None,
    }
}

/// The column that a change is about: what its object has behind its table.
fn column_of(change: &SchemaChange) -> Option<String> {
    let table = without_nul(&change.table.to_string());
    let column = change
        .object
        .strip_prefix(table.as_str())?
        .strip_prefix('.');
    column.map(str::to_owned)
}

pub(super) fn state_of(mutes: &[Mute], source: &str, object: &str) -> AlertState {
    let place = format!("{source}:{object}");
    if mutes.iter().any(|mute| glob_matches(&mute.pattern, &place)) {
        return AlertState::Muted;
    }
    AlertState::Pending
}

/// A time as people read it.
pub(super) fn shown(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M"))
}
