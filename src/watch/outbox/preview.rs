//! What channels would be told of changes that were found, of troubles of discovery and of lacking data that last, by the
//! configuration as it is now. Nothing is sent, and nothing is marked.

use super::deliver::by_subject;
use super::digest::digest;
use super::write::alert_of;
use crate::alert::{Alerter, Form};
use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Entity, Error, Result};
use crate::model::{
    Alert, AlertState, ChangeFilter, FreshnessGap, Mute, Notice, NoticeKind, SchemaChange, Trouble,
};
use crate::watch::settings::ChannelSetup;
use crate::watch::{Operations, Watch};
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashMap};

/// Changes, and troubles, that one preview tells at most.
const CHANGES_MAX: usize = 5_000;
/// Bytes of all messages of one preview.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewWish {
    /// Changes found, and troubles that began, at that time or later, in seconds since the epoch.
    pub since: i64,
    /// The channel; `None` for all.
    pub channel: Option<String>,
    /// The form of the messages; `None` for each channel's own.
    pub form: Option<Form>,
}

/// A notice that a channel would have got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertPreview {
    /// The channel.
    pub channel: String,
    /// Why it would have been sent.
    pub kind: NoticeKind,
    /// What it is about: a source, or how many.
    pub subject: String,
    /// When it would have been sent, or will be, in seconds since the epoch.
    pub at: i64,
    /// How many changes or troubles it tells.
    pub changes: usize,
    /// The form of the messages.
    pub form: Form,
    /// The bodies of its messages as the channel gets them, without secrets.
    pub messages: Vec<String>,
}

impl Operations<'_> {
    /// What channels would be told of the changes and troubles since a time, by channel and time. `NotFound` of the channel, `Invalid`
    /// where that is more than can be shown at once.
    #[boxed]
    pub async fn alerts_preview(&self, wish: &PreviewWish) -> Result<Vec<AlertPreview>> {
        self.authorize(Action::See, Resource::Server).await?;
        let channels = &self.setup.channels;
        let wanted = wish.channel.as_ref();
        if let Some(name) = wanted.filter(|name| !channels.contains_key(*name)) {
            return Err(Error::NotFound(Entity::own("channel", name)));
        }
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        let filter = ChangeFilter {
            since: Some(wish.since),
            limit: CHANGES_MAX + 1,
            ..ChangeFilter::default()
        };
        let mut changes = session.schema_change_list(&filter).await?;
        let troubles = session
            .discovery_troubles_since(wish.since, CHANGES_MAX + 1)
            .await?;
        let gaps = session
            .freshness_gaps_since(wish.since, CHANGES_MAX + 1)
            .await?;
        let mutes = session.mute_list(now).await?;
        drop(session);
        for (what, count) in [
            ("changes", changes.len()),
            ("troubles", troubles.len()),
            ("gaps", gaps.len()),
        ] {
            if count > CHANGES_MAX {
                return Err(Error::Invalid(format!(
                    "there are more than {CHANGES_MAX} {what} in this period: name a later time (since)"
                )));
            }
        }
        let troubles = self.lasting_alerts(&troubles, &gaps, &mutes);
        // They come as people read lists, and are told as they happened.
        changes.reverse();
        let (mut previews, mut bytes) = (Vec::new(), 0);
        let wanted = channels
            .iter()
            .filter(|(name, _)| wanted.is_none_or(|one| one == *name));
        for (name, setup) in wanted {
            let form = wish.form.unwrap_or(Form::Of(setup.settings.kind));
            let mut due = due(name, setup, &changes, &mutes, self.setup.dedupe_window_s);
            let own = troubles
                .iter()
                .filter(|alert| alert.channel == *name && alert.state == AlertState::Pending);
            due.extend(own.cloned());
            for mut notice in notices(due) {
                notice.pages.clone_from(&self.setup.pages);
                let parts = match wish.form {
                    Some(form) => form.parts(&notice),
                    None => setup.channel.parts(&notice),
                };
                bytes += parts.iter().map(|part| part.body.len()).sum::<usize>();
                if bytes > BYTES_MAX {
                    return Err(too_much(&format!("more than {BYTES_MAX} bytes")));
                }
                previews.push(AlertPreview {
                    channel: name.clone(),
                    kind: notice.kind,
                    at: notice.at,
                    changes: notice.entries.len(),
                    form,
                    messages: parts.into_iter().map(|part| part.body).collect(),
                    subject: notice.subject,
                });
            }
        }
        Ok(previews)
    }
}

impl Watch {
    /// What the channels would be told of what lasts, as it began.
    fn lasting_alerts(
        &self,
        troubles: &[Trouble],
        gaps: &[FreshnessGap],
        mutes: &[Mute],
    ) -> Vec<Alert> {
        let troubles = troubles.iter().flat_map(|trouble| {
            let began = DatabaseTime::from_database(trouble.began_at);
            self.trouble_alerts(trouble, mutes, began)
        });
        let gaps = gaps.iter().flat_map(|gap| {
            let began = DatabaseTime::from_database(gap.began_at);
            self.gap_alerts(gap, mutes, began)
        });
        troubles.chain(gaps).collect()
    }
}

fn too_much(what: &str) -> Error {
    Error::Invalid(format!(
        "a preview of this period has {what}: name a later time (since), or one channel (channel)"
    ))
}

/// The alerts that a channel would have got of changes: what it hears of, but not within the window again, nor muted.
fn due(
    name: &str,
    setup: &ChannelSetup,
    changes: &[SchemaChange],
    mutes: &[Mute],
    window_s: i64,
) -> Vec<Alert> {
    let mut told: HashMap<&str, i64> = HashMap::new();
    let mut due = Vec::new();
    for change in changes {
        let settings = &setup.settings;
        let is_told = settings.covers(&change.source)
            && settings.severity_min.covers(change.severity)
            && !change.is_told_within;
        if !is_told {
            continue;
        }
        let before = told.get(change.key.as_str());
        if before.is_some_and(|at| change.at - at <= window_s) {
            continue;
        }
        told.insert(&change.key, change.at);
        let found = DatabaseTime::from_database(change.at);
        let alert = alert_of(name, setup, change, mutes, found);
        if alert.state == AlertState::Pending {
            due.push(alert);
        }
    }
    due
}

/// The notices of alerts, by the time when they are due.
fn notices(due: Vec<Alert>) -> Vec<Notice> {
    let mut moments: BTreeMap<(i64, &str), (NoticeKind, Vec<Alert>)> = BTreeMap::new();
    for alert in due {
        let moment = (alert.due_at.seconds(), alert.kind.as_str());
        let (_, alerts) = moments.entry(moment).or_insert((alert.kind, Vec::new()));
        alerts.push(alert);
    }
    let notices = moments
        .into_iter()
        .flat_map(|((at, _), (kind, mut alerts))| {
            // Alerts that were not written have no numbers, by which those of one table stay in their order.
            for (number, alert) in (0..).zip(&mut alerts) {
                alert.id = number;
            }
            if kind == NoticeKind::Digest {
                return vec![digest(alerts, at).0];
            }
            let notices = by_subject(kind, alerts, at).into_iter();
            notices.map(|due| due.notice).collect()
        });
    notices.collect()
}
