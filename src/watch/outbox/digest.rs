//! When a digest is due and what it says: all that waited for it, by source, the gravest first; on quiet days nothing,
//! or that nothing changed, where that is known and somebody asked for it.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{Alert, ChannelState, Notice, NoticeEntry, NoticeKind, Severity};
use crate::transact;
use crate::watch::Watch;
use crate::watch::settings::ChannelSetup;

impl Watch {
    /// The digest that says that nothing changed, where one is due; moves the channel's digest on.
    pub(super) async fn quiet_digest(
        &self,
        name: &str,
        setup: &ChannelSetup,
        has_digest: bool,
    ) -> Result<Option<Notice>> {
        let now = self.now().await?;
        let mut session = self.store.session().await?;
        let state = session.alert_channel_get(name).await?;
        let is_due = state.digest_at.is_some_and(|at| at <= now);
        if state.digest_at.is_some() && !is_due {
            return Ok(None);
        }
        let mut quiet = None;
        if let (Some(digest_at), true) = (state.digest_at, setup.settings.quiet_days) {
            let since = now.plus_s(-length_s(setup, digest_at)).seconds();
            let told = has_digest || session.alert_any_since(name, since).await?;
            if !told {
                quiet = self.quiet_subject(setup, since).await?;
            }
        }
        drop(session);
        if quiet.is_none() {
            self.digest_move(name, setup).await?;
        }
        Ok(quiet.map(|subject| Notice {
            kind: NoticeKind::Quiet,
            subject,
            at: now.seconds(),
            entries: Vec::new(),
            pages: None,
        }))
    }

    /// Sets the channel's digest to the next moment.
    pub(super) async fn digest_move(&self, name: &str, setup: &ChannelSetup) -> Result<()> {
        let next = setup.digest.next_after(self.now().await?.seconds());
        transact!(self.store, |session| {
            let state = ChannelState {
                digest_at: next.map(DatabaseTime::from_database),
                ..session.alert_channel_get(name).await?
            };
            session.alert_channel_put(name, &state).await
        })
    }

    /// Of whom it can be said that nothing changed since a time; `None` unless each source of the channel was read
    /// since then.
    async fn quiet_subject(&self, setup: &ChannelSetup, since: i64) -> Result<Option<String>> {
        let sources = self.sources_seen().await?;
        let of_channel = sources
            .into_iter()
            .filter(|source| setup.settings.covers(&source.name) && !source.settings.paused);
        let of_channel: Vec<_> = of_channel.collect();
        let all_read = of_channel
            .iter()
            .all(|source| source.state.last_ok_at.is_some_and(|at| at >= since));
        Ok(match (all_read, of_channel.as_slice()) {
            (false, _) | (true, []) => None,
            (true, [only]) => Some(only.name.clone()),
            (true, some) => Some(format!("{} sources", some.len())),
        })
    }
}

/// Seconds that a digest looks back: a day's digest a day, an hour's an hour. Counted from now, so that one that comes
/// late says nothing about times of which nobody knows.
fn length_s(setup: &ChannelSetup, digest_at: DatabaseTime) -> i64 {
    let digest_at = digest_at.seconds();
    let next = setup.digest.next_after(digest_at);
    next.map_or(24 * 3600, |next| next - digest_at)
}

/// What waited for a digest as one notice, and the alerts in the order of its entries. Where there are several sources,
/// each object says whose it is.
pub(super) fn digest(mut alerts: Vec<Alert>, now: i64) -> (Notice, Vec<i64>) {
    alerts.sort_by_cached_key(told_at);
    let mut sources: Vec<&str> = alerts.iter().map(|alert| alert.subject.as_str()).collect();
    sources.dedup();
    let subject = match sources.as_slice() {
        [only] => (*only).to_owned(),
        some => format!("{} sources", some.len()),
    };
    let is_one = sources.len() == 1;
    let ids = alerts.iter().map(|alert| alert.id).collect();
    let entries = alerts.into_iter().map(|alert| NoticeEntry {
        source: (!is_one).then_some(alert.subject),
        ..alert.entry
    });
    let notice = Notice {
        kind: NoticeKind::Digest,
        subject,
        at: now,
        entries: entries.collect(),
        pages: None,
    };
    (notice, ids)
}

/// Where an alert stands in its notice: by source, the gravest first, what is told of a table together.
pub(super) fn told_at(alert: &Alert) -> (String, Severity, String, i64) {
    (
        alert.subject.clone(),
        alert.entry.severity,
        alert.entry.table().to_owned(),
        alert.id,
    )
}
