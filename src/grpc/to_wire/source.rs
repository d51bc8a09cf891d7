//! Sources as messages.

use super::moment;
use crate::model::SnapshotInfo;
use crate::source::{SourceSettings, SourceUrl};
use crate::watch::{SourceStatus, SourceTest};
use skep_wire::v1;
use std::path::PathBuf;

/// A source.
pub(in crate::grpc) fn source(source: SourceStatus) -> v1::Source {
    let tables = source.snapshot.as_ref().map(|snapshot| snapshot.tables);
    v1::Source {
        name: source.name,
        kind: source.settings.kind.as_str().to_owned(),
        schedule: source.settings.schedule.clone(),
        time_zone: source.settings.time_zone.clone(),
        paused: source.settings.paused,
        next_time: moment(source.state.next_at.seconds()),
        last_ok_time: source.state.last_ok_at.and_then(moment),
        failures: source.state.failures,
        last_error: source.state.last_error,
        tables,
        origin: source.origin.as_str().to_owned(),
        settings: Some(settings(source.settings)),
        last_run_time: source.state.last_run_at.and_then(moment),
        lost: source.state.lost,
        alarm_time: source.state.alarmed_at.and_then(moment),
        snapshot: source.snapshot.map(snapshot),
    }
}

/// What is told of a source, without secrets.
fn settings(settings: SourceSettings) -> v1::SourceSettings {
    let path = |path: Option<PathBuf>| path.map(|path| path.display().to_string());
    let patterns = settings.ghosts;
    v1::SourceSettings {
        kind: settings.kind.as_str().to_owned(),
        url: settings.url.as_ref().map(SourceUrl::shown),
        url_env: settings.url_env,
        url_file: path(settings.url_file),
        include: settings.include,
        exclude: settings.exclude,
        ghosts: Some(v1::PatternList { patterns }),
        schedule: Some(settings.schedule),
        time_zone: Some(settings.time_zone),
        time_limit_seconds: Some(settings.time_limit_s),
        tables_max: Some(settings.tables_max as u64),
        ca_file: path(settings.ca_file),
        views: Some(settings.views),
        paused: Some(settings.paused),
    }
}

/// A snapshot.
pub(in crate::grpc) fn snapshot(info: SnapshotInfo) -> v1::Snapshot {
    v1::Snapshot {
        id: info.id,
        read_time: moment(info.at),
        tables: info.tables,
        columns: info.columns,
        bytes: info.bytes,
        digest: info.digest,
    }
}

/// What a source answered.
pub(in crate::grpc) fn source_test(test: SourceTest) -> v1::TestSourceResponse {
    let check = test.check;
    v1::TestSourceResponse {
        version: check.version,
        schemas: check.schemas,
        tables_readable: check.tables_readable,
        tables_unreadable: check.tables_unreadable,
        rules_unmatched: test.rules_unmatched,
    }
}
