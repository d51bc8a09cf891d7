//! Discovery as messages.

use super::{moment, table_name};
use crate::discovery::DiscoveryStatus;
use crate::model::{DiscoveryRun, DiscoverySkip};
use skep_wire::v1;

/// Where a table's discovery stands.
pub(in crate::grpc) fn discovery(status: DiscoveryStatus) -> v1::Discovery {
    let roots = status.roots.into_iter().map(|root| v1::DiscoveryRoot {
        name: root.name,
        location: root.location,
        layout: root.layout,
        window_seconds: root.window_s,
    });
    let state = status.state;
    let (on, problem) = match status.settings {
        Ok(settings) => (settings.on, None),
        Err(why) => (false, Some(why)),
    };
    v1::Discovery {
        name: Some(table_name(&status.at)),
        on,
        problem,
        roots: roots.collect(),
        window_time: moment(state.window_at),
        sweep_time: moment(state.sweep_at),
        pause_time: state.paused_at.and_then(moment),
        failures: state.failures,
        last_run_time: state.last_run_at.and_then(moment),
        last_error: state.last_error,
        requests_today: state.requests_today,
        newest_object_time: state.freshness.and_then(|fresh| moment(fresh.object_at)),
        stale: status.is_stale,
    }
}

/// A run.
pub(in crate::grpc) fn discovery_run(run: DiscoveryRun) -> v1::DiscoveryRun {
    v1::DiscoveryRun {
        id: run.id,
        cause: run.cause.as_str().to_owned(),
        outcome: run.outcome.as_str().to_owned(),
        start_time: moment(run.started_at),
        end_time: run.ended_at.and_then(moment),
        requests: run.counts.requests,
        found: run.counts.found,
        added: run.counts.added,
        moved: run.counts.moved,
        dropped: run.counts.dropped,
        skipped: run.counts.skipped,
        error: run.error,
        undo_time: run.undone_at.and_then(moment),
    }
}

/// A directory that is no partition.
pub(in crate::grpc) fn skipped_directory(skip: DiscoverySkip) -> v1::SkippedDirectory {
    v1::SkippedDirectory {
        path: skip.path,
        kind: skip.kind.as_str().to_owned(),
        reason: skip.reason,
        first_seen_time: moment(skip.first_seen_at),
        last_seen_time: moment(skip.last_seen_at),
    }
}
