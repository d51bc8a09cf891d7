//! The outbox as rows: what is to be told on which channel, and what became of it.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{Alert, AlertFilter, AlertState, NoticeEntry, NoticeKind};
use crate::store::form::packing::{from_json, to_json};
use crate::store::form::severity::{severity_number, severity_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

const COLUMNS: &str =
    "SELECT id, channel, subject, change_id, alert_key, kind, severity, entry, at, due_at, state,
        attempts, last_error, sent_at, thread
 FROM skep_alerts ";
/// Alerts of a page where the filter names no number.
const PAGE_LENGTH: usize = 100;

#[derive(Serialize, Deserialize)]
struct EntryForm {
    object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    effects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// How much waits on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertBacklog {
    /// The channel.
    pub channel: String,
    /// Alerts that are to be sent, now or later.
    pub pending: u64,
    /// When the oldest of those that are due was to be sent, in seconds since the epoch.
    pub oldest_due_at: Option<i64>,
    /// For how many seconds that one has waited; 0 where none is due.
    pub age_s: i64,
}

fn alert_of(row: &Row) -> Result<Alert, Failure> {
    let mut cells = row.cells();
    let (id, channel, subject) = (cells.integer()?, cells.string()?, cells.string()?);
    let (change_id, key) = (cells.integer_or_null()?, cells.string()?);
    let kind = NoticeKind::parse(cells.text()?).ok_or_else(|| Failure::fault("unknown kind"))?;
    let severity = severity_of(cells.integer()?)?;
    let form: EntryForm = from_json(cells.text()?)?;
    let (at, due_at) = (cells.integer()?, cells.time()?);
    let state = AlertState::parse(cells.text()?);
    Ok(Alert {
        id,
        channel,
        subject,
        change_id,
        kind,
        entry: NoticeEntry {
            key,
            change: change_id,
            severity,
            source: None,
            object: form.object,
            column: form.column,
            text: form.text,
            effects: form.effects,
            owner: form.owner,
        },
        at,
        due_at,
        state: state.ok_or_else(|| Failure::fault("unknown state"))?,
        attempts: cells.integer()?,
        last_error: cells.string_or_null()?,
        sent_at: cells.integer_or_null()?,
        thread: cells.string_or_null()?,
    })
}

impl Session {
    /// Writes alerts and gives their number; their own numbers and what became of them do not count.
    pub async fn alert_insert(&mut self, alerts: &[Alert]) -> Result<u64> {
        if alerts.is_empty() {
            return Ok(0);
        }
        let count = i64::try_from(alerts.len()).map_err(Failure::fault)?;
        let ids = self.sequence_advance("alert", count).await?;
        let mut forms = Vec::with_capacity(alerts.len());
        for alert in alerts {
            let entry = &alert.entry;
            forms.push(to_json(&EntryForm {
                object: entry.object.clone(),
                column: entry.column.clone(),
                text: entry.text.clone(),
                effects: entry.effects.clone(),
                owner: entry.owner.clone(),
            })?);
        }
        let rows: Vec<_> = ids.zip(alerts.iter().zip(&forms)).collect();
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let count =
                rows_in_next_statement(self.dialect(), 13, rest, |(_, (_, form))| form.len());
            let (chunk, later) = rest.split_at(count);
            let rows = chunk.iter().map(|(id, (alert, form))| {
                [
                    (*id).into(),
                    alert.channel.as_str().into(),
                    alert.subject.as_str().into(),
                    alert.change_id.into(),
                    alert.entry.key.as_str().into(),
                    alert.kind.as_str().into(),
                    severity_number(alert.entry.severity).into(),
                    form.as_str().into(),
                    alert.at.into(),
                    alert.due_at.into(),
                    alert.state.as_str().into(),
                    0_i64.into(),
                    alert.thread.as_deref().into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_alerts
                        (id, channel, subject, change_id, alert_key, kind, severity, entry, at, due_at,
                         state, attempts, thread)
                     VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(alerts.len() as u64)
    }

    /// Those of the keys of which a channel was told, or is to be, by a row of that time or later; what was over before it
    /// was told was not.
    pub async fn alert_keys_since(
        &mut self,
        channel: &str,
        keys: &[&str],
        since: i64,
    ) -> Result<HashSet<String>> {
        let mut known = HashSet::new();
        for chunk in keys.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT alert_key FROM skep_alerts
                     WHERE channel = ? AND at >= ? AND state <> ? AND alert_key IN ",
                )
                .bind(channel)
                .bind(since)
                .bind(AlertState::Over.as_str())
                .list(chunk);
            for row in &self.rows(&statement).await? {
                known.insert(row.cells().string()?);
            }
        }
        Ok(known)
    }

    /// The alerts that a filter lets through, the newest first.
    pub async fn alert_list(&mut self, filter: &AlertFilter) -> Result<Vec<Alert>> {
        let mut statement = self
            .statement(COLUMNS)
            .text("WHERE id < ?")
            .bind(filter.before.unwrap_or(i64::MAX));
        if let Some(numbers) = &filter.numbers {
            let numbers: Vec<i64> = numbers.iter().copied().collect();
            statement = statement.text(" AND id IN ").list(&numbers);
        }
        if let Some(channel) = &filter.channel {
            statement = statement.text(" AND channel = ?").bind(channel.as_str());
        }
        if let Some(subject) = &filter.subject {
            statement = statement.text(" AND subject = ?").bind(subject.as_str());
        }
        if let Some(state) = filter.state {
            statement = statement.text(" AND state = ?").bind(state.as_str());
        }
        if let Some(severity) = filter.severity {
            statement = statement
                .text(" AND severity <= ?")
                .bind(severity_number(severity));
        }
        let limit = match filter.limit {
            0 => PAGE_LENGTH,
            limit => limit,
        };
        let statement = statement.text(" ORDER BY id DESC LIMIT ?").bind(limit);
        alerts_of(&self.rows(&statement).await?)
    }

    /// The alert of this number.
    pub async fn alert_get(&mut self, id: i64) -> Result<Option<Alert>> {
        let statement = self.statement(COLUMNS).text("WHERE id = ?").bind(id);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(alert_of).transpose()?)
    }

    /// What a channel is to be sent by now, of one kind, in the order in which it was written.
    pub async fn alert_due(
        &mut self,
        channel: &str,
        kind: NoticeKind,
        now: DatabaseTime,
        limit: usize,
    ) -> Result<Vec<Alert>> {
        let statement = self
            .statement(COLUMNS)
            .text(
                "WHERE channel = ? AND state = ? AND due_at <= ? AND kind = ? ORDER BY id LIMIT ?",
            )
            .bind(channel)
            .bind(AlertState::Pending.as_str())
            .bind(now)
            .bind(kind.as_str())
            .bind(limit);
        alerts_of(&self.rows(&statement).await?)
    }

    /// What waits for a channel's digest about a source and was never tried.
    pub async fn alert_untold(&mut self, channel: &str, subject: &str) -> Result<Vec<Alert>> {
        let statement = self
            .statement(COLUMNS)
            .text(
                "WHERE channel = ? AND state = ? AND subject = ? AND kind = ? AND attempts = 0
                 ORDER BY id",
            )
            .bind(channel)
            .bind(AlertState::Pending.as_str())
            .bind(subject)
            .bind(NoticeKind::Digest.as_str());
        alerts_of(&self.rows(&statement).await?)
    }

    /// Whether there is anything that a channel is to be sent by now.
    pub async fn alert_any_due(&mut self, channel: &str, now: DatabaseTime) -> Result<bool> {
        let statement = self
            .statement(
                "SELECT id FROM skep_alerts WHERE channel = ? AND state = ? AND due_at <= ? LIMIT 1",
            )
            .bind(channel)
            .bind(AlertState::Pending.as_str())
            .bind(now);
        Ok(self.row(&statement).await?.is_some())
    }

    /// Whether a channel was told anything, or is to be, by a row of that time or later.
    pub async fn alert_any_since(&mut self, channel: &str, since: i64) -> Result<bool> {
        let statement = self
            .statement("SELECT id FROM skep_alerts WHERE channel = ? AND at >= ? LIMIT 1")
            .bind(channel)
            .bind(since);
        Ok(self.row(&statement).await?.is_some())
    }

    /// Says of alerts that the channel took them, in which thread. Those that were acknowledged meanwhile stay so.
    pub async fn alert_sent(&mut self, ids: &[i64], at: i64, thread: Option<&str>) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "UPDATE skep_alerts
                     SET state = ?, sent_at = ?, thread = ?, attempts = attempts + 1,
                         last_error = NULL
                     WHERE state = ? AND id IN ",
                )
                .bind(AlertState::Sent.as_str())
                .bind(at)
                .bind(thread)
                .bind(AlertState::Pending.as_str())
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// Says of alerts that the channel did not take them: it refused them, and is asked again at a time; `None` leaves
    /// that to the channel, which did not answer.
    pub async fn alert_failed(
        &mut self,
        ids: &[i64],
        error: &str,
        due_at: Option<DatabaseTime>,
    ) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let mut statement = self
                .statement("UPDATE skep_alerts SET attempts = attempts + 1, last_error = ?")
                .bind(error);
            if let Some(due_at) = due_at {
                statement = statement
                    .text(", refusals = refusals + 1, due_at = ?")
                    .bind(due_at);
            }
            let statement = statement
                .text(" WHERE state = ? AND id IN ")
                .bind(AlertState::Pending.as_str())
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// Gives up those of the alerts that the channel has refused so often, and gives their number.
    pub async fn alert_give_up_refused(&mut self, ids: &[i64], refusals: i64) -> Result<u64> {
        let mut given_up = 0;
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "UPDATE skep_alerts SET state = ? WHERE state = ? AND refusals >= ? AND id IN ",
                )
                .bind(AlertState::GivenUp.as_str())
                .bind(AlertState::Pending.as_str())
                .bind(refusals)
                .list(chunk);
            given_up += self.execute(&statement).await?;
        }
        Ok(given_up)
    }

    /// Gives up what was to be sent before a time and was not taken since, and gives its number.
    pub async fn alert_give_up_overdue(&mut self, before: DatabaseTime) -> Result<u64> {
        let statement = self
            .statement("UPDATE skep_alerts SET state = ? WHERE state = ? AND due_at < ?")
            .bind(AlertState::GivenUp.as_str())
            .bind(AlertState::Pending.as_str())
            .bind(before);
        Ok(self.execute(&statement).await?)
    }

    /// Puts an alert into a state. False where there is none.
    pub async fn alert_set(&mut self, id: i64, state: AlertState) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_alerts SET state = ?")
            .bind(state.as_str())
            .text(" WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Has an alert wait until a time, unless nobody is to be told of it any more by now. `false`: it stays as it is, or is not there.
    pub async fn alert_put_off(&mut self, id: i64, due_at: DatabaseTime) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_alerts SET state = ?")
            .bind(AlertState::Pending.as_str())
            // What was put off on purpose is not among what waits for a channel to be mended.
            .text(", due_at = ?, refusals = 0, last_error = NULL")
            .bind(due_at)
            .text(" WHERE id = ?")
            .bind(id)
            .text(" AND state IN ")
            .list(&AlertState::WAITING.map(AlertState::as_str));
        Ok(self.execute(&statement).await? > 0)
    }

    /// What channels were told, or are to be, of things that have these keys, in the order of the alerts' numbers.
    pub async fn alerts_of_keys(&mut self, channels: &[&str], keys: &[&str]) -> Result<Vec<Alert>> {
        let mut found = Vec::new();
        if channels.is_empty() {
            return Ok(found);
        }
        for keys in keys.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(COLUMNS)
                .text("WHERE channel IN ")
                .list(channels)
                .text(" AND alert_key IN ")
                .list(keys);
            let rows = self.rows(&statement).await?;
            found.extend(alerts_of(&rows)?);
        }
        found.sort_by_key(|alert| alert.id);
        Ok(found)
    }

    /// What channels were told, or are to be, of one thing: the alerts about a source that have that key and were written
    /// at that moment.
    pub async fn alert_siblings(
        &mut self,
        channels: &[&str],
        source: &str,
        key: &str,
        at: i64,
    ) -> Result<Vec<Alert>> {
        let mut found = self.alerts_of_keys(channels, &[key]).await?;
        found.retain(|alert| alert.subject == source && alert.at == at);
        Ok(found)
    }

    /// Marks alerts as seen.
    pub async fn alerts_acknowledge(&mut self, ids: &[i64]) -> Result<()> {
        for ids in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("UPDATE skep_alerts SET state = ? WHERE id IN ")
                .bind(AlertState::Acknowledged.as_str())
                .list(ids);
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// Makes due at once what a channel refused: it was mended.
    pub async fn alert_retry(&mut self, channel: &str, now: DatabaseTime) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_alerts SET due_at = ?, refusals = 0
                 WHERE channel = ? AND state = ? AND due_at > ? AND last_error IS NOT NULL",
            )
            .bind(now)
            .bind(channel)
            .bind(AlertState::Pending.as_str())
            .bind(now);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Drops what was not sent about a source.
    pub async fn alert_drop_unsent(&mut self, subject: &str) -> Result<()> {
        let statement = self
            .statement("DELETE FROM skep_alerts WHERE subject = ? AND state = ?")
            .bind(subject)
            .bind(AlertState::Pending.as_str());
        self.execute(&statement).await?;
        Ok(())
    }

    /// How much waits on each channel where something does.
    pub async fn alert_backlog(&mut self, now: DatabaseTime) -> Result<Vec<AlertBacklog>> {
        let statement = self
            .statement(
                "SELECT channel, COUNT(*), MIN(due_at) FROM skep_alerts WHERE state = ? GROUP BY channel",
            )
            .bind(AlertState::Pending.as_str());
        let rows = self.rows(&statement).await?;
        let backlog = rows.iter().map(|row| {
            let mut cells = row.cells();
            let channel = cells.string()?;
            let pending = u64::try_from(cells.integer()?).map_err(Failure::fault)?;
            let oldest = cells.time_or_null()?.filter(|due_at| *due_at <= now);
            Ok(AlertBacklog {
                channel,
                pending,
                oldest_due_at: oldest.map(DatabaseTime::seconds),
                age_s: oldest.map_or(0, |due_at| now.since_s(due_at)),
            })
        });
        Ok(backlog.collect::<Result<_, Failure>>()?)
    }

    /// Removes up to `limit` alerts that were written before a time and wait for nothing, and gives their number.
    pub async fn alert_expire(&mut self, before: i64, limit: usize) -> Result<u64> {
        self.delete_older(
            "SELECT id FROM skep_alerts WHERE at < ? AND state <> 'pending' ORDER BY id LIMIT ?",
            "DELETE FROM skep_alerts WHERE id IN ",
            before,
            limit,
        )
        .await
    }
}

fn alerts_of(rows: &[Row]) -> Result<Vec<Alert>> {
    Ok(rows.iter().map(alert_of).collect::<Result<_, Failure>>()?)
}
