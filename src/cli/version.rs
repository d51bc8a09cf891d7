//! `skep version`: which skep this is, and what it speaks and reaches.

use super::cell::Cell;
use super::remote::Remote;
use crate::thrift::served_methods;
use anyhow::Result;
use serde::Serialize;

/// A build of skep.
#[derive(Debug, Serialize)]
struct VersionView {
    /// The version.
    version: &'static str,
    /// The commit that it was built from, where the build was told (`SKEP_COMMIT`).
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'static str>,
    /// What metastore clients are spoken to with.
    protocol: &'static str,
    /// How many methods of the protocol are served.
    methods: usize,
    /// Where the catalog may be kept.
    databases: &'static [&'static str],
    /// Where tables' data is reached.
    storages: &'static [&'static str],
    /// What may be watched.
    sources: &'static [&'static str],
    /// How people are told.
    channels: &'static [&'static str],
}

/// This build.
const BUILD: VersionView = VersionView {
    version: env!("CARGO_PKG_VERSION"),
    commit: option_env!("SKEP_COMMIT"),
    protocol: "Hive Metastore (Thrift) of Hive 2.3 to 4",
    methods: 0,
    databases: &["sqlite", "postgres", "mysql"],
    storages: &[
        "file", "s3", "s3a", "s3n", "gs", "abfss", "abfs", "wasbs", "wasb", "az",
    ],
    sources: &["postgres", "mysql", "sqlite", "elasticsearch", "catalog"],
    channels: &["slack", "teams", "email", "pagerduty", "webhook", "log"],
};

/// Shows this build.
pub(super) fn version(remote: &Remote) -> Result<()> {
    let build = VersionView {
        methods: served_methods().count(),
        ..BUILD
    };
    let facts: [(&str, Cell); 8] = [
        ("version", build.version.into()),
        ("commit", build.commit.unwrap_or_default().into()),
        ("protocol", build.protocol.into()),
        ("methods", (build.methods as u64).into()),
        ("databases", build.databases.join(", ").into()),
        ("storages", build.storages.join(", ").into()),
        ("sources", build.sources.join(", ").into()),
        ("channels", build.channels.join(", ").into()),
    ];
    remote.output().one(&build, &facts)
}
