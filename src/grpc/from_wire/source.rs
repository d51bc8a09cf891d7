//! Sources, and their snapshots.

use crate::grpc::failure::Failure;
use crate::model::SnapshotAt;
use crate::source::{SourceKind, SourceSettings, SourceUrl};
use skep_wire::v1;
use skep_wire::v1::snapshot_at::At;

/// What is told of a new source.
pub(in crate::grpc) fn source_settings(
    sent: Option<v1::SourceSettings>,
) -> Result<SourceSettings, Failure> {
    let sent = sent.unwrap_or_default();
    let kind = SourceKind::try_from(sent.kind);
    let kind = kind.map_err(|why| Failure::field("settings.kind", why))?;
    let default = SourceSettings::new(kind, None);
    Ok(SourceSettings {
        kind,
        url: sent.url.map(SourceUrl::new),
        url_env: sent.url_env,
        url_file: sent.url_file.map(Into::into),
        include: sent.include,
        exclude: sent.exclude,
        ghosts: sent.ghosts.map_or(default.ghosts, |list| list.patterns),
        schedule: sent.schedule.unwrap_or(default.schedule),
        time_zone: sent.time_zone.unwrap_or(default.time_zone),
        time_limit_s: sent.time_limit_seconds.unwrap_or(default.time_limit_s),
        tables_max: sent.tables_max.map_or(default.tables_max, |count| {
            usize::try_from(count).unwrap_or(usize::MAX)
        }),
        ca_file: sent.ca_file.map(Into::into),
        views: sent.views.unwrap_or(default.views),
        paused: sent.paused.unwrap_or(default.paused),
    })
}

/// The snapshot that is meant; `None` where nothing is said.
pub(in crate::grpc) fn snapshot_at(sent: Option<v1::SnapshotAt>) -> Option<SnapshotAt> {
    match sent?.at? {
        At::Id(id) => Some(SnapshotAt::Id(id)),
        At::Time(time) => Some(SnapshotAt::At(time.seconds)),
    }
}
