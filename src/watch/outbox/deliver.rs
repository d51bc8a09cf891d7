//! Sending what is due, one part at a time. What a part tells is marked as sent right after the channel took it, so that
//! a kill repeats one part at most: the one that was taken and not yet marked.

use super::digest::{digest, told_at};
use crate::alert::{Alerter, Part, SendError};
use crate::back_off::BackOff;
use crate::catalog::service::{LEASE_S, Lease};
use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::model::{Alert, ChannelState, Notice, NoticeKind};
use crate::store::without_nul;
use crate::transact;
use crate::watch::Operations;
use crate::watch::Watch;
use crate::watch::settings::ChannelSetup;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Alerts of one kind that one look at a channel takes up; the next look takes the rest.
const ALERTS_PER_LOOK_MAX: usize = 5_000;
/// After how long a look at a channel begins no further notice. The next one goes on where this one ended, alarms first.
const LOOK_MAX: Duration = Duration::from_secs(5);
/// The longest pause after a channel did not answer.
const BACK_OFF_S_MAX: i64 = 30 * 60;
/// The pauses after a channel did not answer.
const BACK_OFF: BackOff = BackOff::of_seconds(15, BACK_OFF_S_MAX);
/// Seconds until what a channel refused is tried again: somebody has to mend it.
const REFUSED_S: i64 = 3600;

/// Refusals after which an alert is given up: three days of trying.
const REFUSALS_MAX: i64 = 72;
/// Seconds after its time at which an alert is given up that no channel took: the channel is down, or gone.
const OVERDUE_S_MAX: i64 = 7 * 24 * 3600;

/// What a look at the channels did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Messages that channels took.
    pub sent: u64,
    /// Messages that channels refused.
    pub refused: u64,
    /// Messages that are to be tried again: the channel did not answer, or asked for a pause.
    pub failed: u64,
    /// Alerts that were refused once too often, and are not sent any more.
    pub given_up: u64,
}

/// What became of a message.
enum Outcome {
    /// The thread that it was told in, where the channel has threads.
    Taken(Option<String>),
    /// How many alerts were given up by it.
    Refused(u64),
    /// The channel rests.
    Paused,
    /// The lease is gone: another process is at it.
    Lost,
}

/// A notice that is to be sent, with the alerts of its entries and the thread that it goes into.
pub(super) struct Due {
    pub(super) notice: Notice,
    ids: Vec<i64>,
    thread: Option<String>,
}

impl Due {
    fn new(notice: Notice, ids: Vec<i64>) -> Self {
        Self {
            notice,
            ids,
            thread: None,
        }
    }
}

impl Operations<'_> {
    /// Gives up what no channel took for a week, those of channels that are not configured any more among it.
    #[boxed]
    pub async fn alerts_give_up(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let before = self.now().await?.plus_s(-OVERDUE_S_MAX);
        let given_up = transact!(self.store, |session| {
            session.alert_give_up_overdue(before).await
        })?;
        if given_up > 0 {
            tracing::error!(
                alerts = given_up,
                "no channel took these alerts for a week: they are given up"
            );
        }
        Ok(given_up)
    }

    /// Sends what is due on a channel, unless another replica is at it. Each channel has its own turns, so that one that hangs
    /// holds up no other. Nothing where there is no such channel.
    #[boxed]
    pub async fn channel_deliver(&self, name: &str) -> Result<DeliveryReport> {
        self.authorize(Action::Operate, Resource::Server).await?;
        match self.setup.channels.get(name) {
            Some(setup) => self.channel_look(name, setup).await,
            None => Ok(DeliveryReport::default()),
        }
    }
}

impl Watch {
    async fn channel_look(&self, name: &str, setup: &ChannelSetup) -> Result<DeliveryReport> {
        if !self.channel_has_work(name).await? {
            return Ok(DeliveryReport::default());
        }
        let lease = Lease::new(format!("alerts:{name}"));
        let look = Box::pin(self.channel_send(name, setup, &lease));
        Ok(self
            .catalog
            .lease_hold(&lease, look)
            .await?
            .unwrap_or_default())
    }

    /// Whether there is anything to send or to decide; without it no lease is asked for every few seconds.
    async fn channel_has_work(&self, name: &str) -> Result<bool> {
        let now = self.now().await?;
        let mut session = self.store.session().await?;
        let state = session.alert_channel_get(name).await?;
        if state.next_at > now {
            return Ok(false);
        }
        if state.digest_at.is_none_or(|at| at <= now) {
            return Ok(true);
        }
        session.alert_any_due(name, now).await
    }

    async fn channel_send(
        &self,
        name: &str,
        setup: &ChannelSetup,
        lease: &Lease,
    ) -> Result<DeliveryReport> {
        let mut report = DeliveryReport::default();
        let begun = Instant::now();
        for Due {
            notice,
            ids,
            mut thread,
        } in self.notices_due(name, setup).await?
        {
            if begun.elapsed() > LOOK_MAX {
                return Ok(report);
            }
            for part in setup.channel.parts(&notice) {
                if report.sent > 0 {
                    tokio::time::sleep(setup.channel.pause()).await;
                }
                let ids = ids.get(part.entries.clone()).unwrap_or_default();
                let sending = (&part, ids, thread.as_deref());
                match self.part_send(name, setup, lease, sending).await? {
                    Outcome::Taken(in_thread) => {
                        report.sent += 1;
                        thread = in_thread;
                    }
                    Outcome::Refused(given_up) => {
                        report.refused += 1;
                        report.given_up += given_up;
                    }
                    Outcome::Paused => {
                        report.failed += 1;
                        return Ok(report);
                    }
                    Outcome::Lost => return Ok(report),
                }
            }
            if notice.kind == NoticeKind::Quiet {
                self.digest_move(name, setup).await?;
            }
        }
        Ok(report)
    }

    /// What is to be sent now, alarms first.
    async fn notices_due(&self, name: &str, setup: &ChannelSetup) -> Result<Vec<Due>> {
        let now = self.now().await?;
        let mut notices = Vec::new();
        for kind in [NoticeKind::Alarm, NoticeKind::AtOnce, NoticeKind::Answer] {
            let due = self.alerts_due(name, kind, now).await?;
            notices.extend(by_subject(kind, due, now.seconds()));
        }
        let waited = self.alerts_due(name, NoticeKind::Digest, now).await?;
        let has_digest = !waited.is_empty();
        if has_digest {
            let (notice, ids) = digest(waited, now.seconds());
            notices.push(Due::new(notice, ids));
        }
        let quiet = self.quiet_digest(name, setup, has_digest).await?;
        notices.extend(quiet.map(|notice| Due::new(notice, Vec::new())));
        for due in &mut notices {
            due.notice.pages.clone_from(&self.setup.pages);
        }
        Ok(notices)
    }

    /// What of one kind a channel is to be told now, without what is over already.
    async fn alerts_due(
        &self,
        name: &str,
        kind: NoticeKind,
        now: DatabaseTime,
    ) -> Result<Vec<Alert>> {
        let mut session = self.store.session().await?;
        let due = session
            .alert_due(name, kind, now, ALERTS_PER_LOOK_MAX)
            .await?;
        drop(session);
        self.settled_leave(due).await
    }

    /// Sends a part, into a thread where there is one, and writes down what became of it. `ids` are the alerts that it tells.
    async fn part_send(
        &self,
        name: &str,
        setup: &ChannelSetup,
        lease: &Lease,
        (part, ids, thread): (&Part, &[i64], Option<&str>),
    ) -> Result<Outcome> {
        let (holder, lease_name) = (&lease.holder, &lease.name);
        if !self
            .catalog
            .lease_extend(lease_name, holder, LEASE_S)
            .await?
        {
            return Ok(Outcome::Lost);
        }
        let sent = setup.channel.send_in(part, thread).await;
        let now = self.now().await?;
        let (outcome, error) = match &sent {
            Ok(begun) => {
                let thread = thread.map(str::to_owned).or_else(|| begun.clone());
                (Outcome::Taken(thread), None)
            }
            Err(SendError::Refused(_)) => (Outcome::Refused(0), sent.as_ref().err()),
            Err(_) => (Outcome::Paused, sent.as_ref().err()),
        };
        let error = error.map(|error| without_nul(&error.to_string()));
        if let Some(error) = &error {
            tracing::warn!(channel = name, error, "a channel did not take a message");
        }
        let given_up = transact!(self.store, |session| {
            let before = session.alert_channel_get(name).await?;
            let mut given_up = 0;
            let state = match &error {
                None => {
                    let thread = match &outcome {
                        Outcome::Taken(thread) => thread.as_deref(),
                        _ => None,
                    };
                    session.alert_sent(ids, now.seconds(), thread).await?;
                    after_taken(&before, now)
                }
                Some(error) => {
                    let is_refused = matches!(outcome, Outcome::Refused(_));
                    let due_at = is_refused.then(|| now.plus_s(REFUSED_S));
                    session.alert_failed(ids, error, due_at).await?;
                    if is_refused {
                        given_up = session.alert_give_up_refused(ids, REFUSALS_MAX).await?;
                    }
                    after_failed(&before, &sent, error, now)
                }
            };
            session.alert_channel_put(name, &state).await?;
            Ok(given_up)
        })?;
        if given_up > 0 {
            tracing::error!(
                channel = name,
                alerts = given_up,
                "a channel kept refusing alerts: they are given up"
            );
        }
        Ok(match outcome {
            Outcome::Refused(_) => Outcome::Refused(given_up),
            outcome => outcome,
        })
    }

    /// Sends one notice at once, whatever waits, and says what the channel answered.
    pub(super) async fn notice_send(
        &self,
        setup: &ChannelSetup,
        notice: &Notice,
    ) -> Result<(), SendError> {
        let mut thread = None;
        for part in setup.channel.parts(notice) {
            let begun = setup.channel.send_in(&part, thread.as_deref()).await?;
            thread = thread.or(begun);
        }
        Ok(())
    }
}

fn after_taken(before: &ChannelState, now: DatabaseTime) -> ChannelState {
    ChannelState {
        next_at: DatabaseTime::default(),
        failures: 0,
        last_error: None,
        last_sent_at: Some(now.seconds()),
        digest_at: before.digest_at,
    }
}

fn after_failed(
    before: &ChannelState,
    sent: &Result<Option<String>, SendError>,
    error: &str,
    now: DatabaseTime,
) -> ChannelState {
    let failures = before.failures + 1;
    let pause_s = match sent {
        // The message waits by itself; others may be fine.
        Ok(_) | Err(SendError::Refused(_)) => 0,
        Err(SendError::Busy {
            retry_after: Some(pause),
        }) => seconds(*pause),
        Err(SendError::Busy { retry_after: None } | SendError::Unavailable(_)) => {
            BACK_OFF.pause_by_chance_s(failures.saturating_sub(1))
        }
    };
    ChannelState {
        next_at: if pause_s == 0 {
            DatabaseTime::default()
        } else {
            now.plus_s(pause_s)
        },
        failures,
        last_error: Some(error.to_owned()),
        last_sent_at: before.last_sent_at,
        digest_at: before.digest_at,
    }
}

fn seconds(pause: Duration) -> i64 {
    i64::try_from(pause.as_secs().max(1)).unwrap_or(BACK_OFF_S_MAX)
}

/// A notice for each source; answers by the thread that they go into.
pub(super) fn by_subject(kind: NoticeKind, alerts: Vec<Alert>, now: i64) -> Vec<Due> {
    let mut subjects: BTreeMap<(String, Option<String>), Vec<Alert>> = BTreeMap::new();
    for mut alert in alerts {
        // What is told anew, after it was put off, begins a thread of its own.
        let thread = alert.thread.take().filter(|_| kind == NoticeKind::Answer);
        let of = (alert.subject.clone(), thread);
        subjects.entry(of).or_default().push(alert);
    }
    let notices = subjects.into_iter().map(|((subject, thread), mut alerts)| {
        alerts.sort_by_cached_key(told_at);
        let ids = alerts.iter().map(|alert| alert.id).collect();
        let entries = alerts.into_iter().map(|alert| alert.entry).collect();
        let notice = Notice {
            kind,
            subject,
            at: now,
            entries,
            pages: None,
        };
        Due {
            notice,
            ids,
            thread,
        }
    });
    notices.collect()
}

/// What a caller is told of a channel that did not take a message.
pub(super) fn send_error(name: &str, failure: SendError) -> Error {
    match failure {
        SendError::Refused(_) => Error::NotAllowed(format!("channel {name}: {failure}")),
        SendError::Busy { .. } | SendError::Unavailable(_) => Error::Unavailable {
            what: format!("the channel {name} ({failure})"),
            source: failure.into(),
        },
    }
}
