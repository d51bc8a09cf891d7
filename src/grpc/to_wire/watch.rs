//! Changes of sources, and what people are told, as messages.

use super::{column, moment, table_name};
use crate::model::{Alert, AlertState, AppliedColumn, ChannelStatus, Mute, SchemaChange, Severity};
use crate::watch::AlertPreview;
use skep_wire::v1;

fn severity(severity: Severity) -> i32 {
    let word = match severity {
        Severity::Breaking => v1::Severity::Breaking,
        Severity::Risky => v1::Severity::Risky,
        Severity::Alarm => v1::Severity::Alarm,
        Severity::Additive => v1::Severity::Additive,
    };
    word.into()
}

fn state(state: AlertState) -> i32 {
    let word = match state {
        AlertState::Pending => v1::AlertState::Pending,
        AlertState::Sent => v1::AlertState::Sent,
        AlertState::Muted => v1::AlertState::Muted,
        AlertState::Acknowledged => v1::AlertState::Acknowledged,
        AlertState::GivenUp => v1::AlertState::GivenUp,
        AlertState::Over => v1::AlertState::Over,
    };
    word.into()
}

/// A change of a source.
pub(in crate::grpc) fn schema_change(change: SchemaChange) -> v1::SchemaChange {
    let targets = change
        .targets
        .iter()
        .map(|target| table_name(&target.table));
    v1::SchemaChange {
        id: change.id,
        find_time: moment(change.at),
        kind: change.kind.as_str().to_owned(),
        severity: severity(change.severity),
        targets: targets.collect(),
        apply_time: change.applied_at.and_then(moment),
        source: change.source,
        object: change.object,
        text: change.text,
        effects: change.effects,
        owner: change.owner,
    }
}

/// One thing to tell on one channel.
pub(in crate::grpc) fn alert(alert: Alert) -> v1::Alert {
    v1::Alert {
        id: alert.id,
        channel: alert.channel,
        source: alert.subject,
        change: alert.change_id,
        severity: severity(alert.entry.severity),
        object: alert.entry.object,
        text: alert.entry.text,
        effects: alert.entry.effects,
        owner: alert.entry.owner,
        create_time: moment(alert.at),
        due_time: moment(alert.due_at.seconds()),
        state: state(alert.state),
        attempts: alert.attempts,
        last_error: alert.last_error,
        send_time: alert.sent_at.and_then(moment),
    }
}

/// What need not be told.
pub(in crate::grpc) fn mute(mute: Mute) -> v1::Mute {
    v1::Mute {
        id: mute.id,
        pattern: mute.pattern,
        end_time: mute.until.and_then(moment),
        why: mute.why,
        create_time: moment(mute.at),
    }
}

/// A channel.
pub(in crate::grpc) fn channel(channel: ChannelStatus) -> v1::Channel {
    v1::Channel {
        name: channel.name,
        kind: channel.kind,
        sources: channel.sources,
        pending: channel.pending,
    }
}

/// A column that a change brought to a table.
pub(in crate::grpc) fn applied_column(applied: &AppliedColumn) -> v1::AppliedColumn {
    v1::AppliedColumn {
        table: Some(table_name(&applied.table)),
        column: Some(column(&applied.column)),
        added: applied.added,
    }
}

/// A notice that a channel would get.
pub(in crate::grpc) fn alert_preview(preview: AlertPreview) -> v1::AlertPreview {
    v1::AlertPreview {
        channel: preview.channel,
        kind: preview.kind.as_str().to_owned(),
        subject: preview.subject,
        send_time: moment(preview.at),
        changes: preview.changes as u64,
        format: preview.form.as_str().to_owned(),
        messages: preview.messages,
    }
}
