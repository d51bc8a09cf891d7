//! The background work of a server: which tasks run, how often, and over what.

use super::Parts;
use crate::catalog::Catalog;
use crate::config::Settings;
use crate::discovery::DiscoveryScope;
use crate::http;
use crate::lake::Queue;
use crate::model::ReplicaIdentity;
use crate::tasks::{
    self, AlertDelivery, DiscoveryQueue, DiscoveryUpkeep, EventRetention, Jobs, LakeCleanup,
    LockReaper, ReplicaBeat, Runner, Sampling, SchemaDiff, WatchUpkeep,
};
use crate::telemetry::{Metrics, SAMPLE_EVERY_S};
use crate::watch::Watch;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// Starts what works on the catalog.
pub(super) fn tasks_start(
    settings: &Settings,
    parts: &Parts,
    queue: Option<Queue>,
    metrics: &Arc<Metrics>,
    shutdown: &CancellationToken,
) -> Runner {
    let runner = Runner::new(Arc::clone(metrics), shutdown.clone());
    let every = &settings.tasks;
    let catalog = || Arc::clone(&parts.catalog);
    let discovery = || Arc::clone(&parts.discovery);
    runner.spawn(
        LakeCleanup { catalog: catalog() },
        every.lake_cleanup_interval_s,
    );
    let jobs = Jobs {
        catalog: catalog(),
        metrics: Arc::clone(metrics),
        kept_s: every.job_kept_s,
    };
    runner.spawn(jobs, every.job_interval_s);
    let retention = EventRetention {
        catalog: catalog(),
        kept_s: every.event_kept_s,
    };
    runner.spawn(retention, every.event_retention_interval_s);
    runner.spawn(
        LockReaper { catalog: catalog() },
        every.lock_reaper_interval_s,
    );
    for scope in [DiscoveryScope::Window, DiscoveryScope::Sweep] {
        let looks = tasks::Discovery::new(
            discovery(),
            Arc::clone(metrics),
            scope,
            every.discovery_tables_concurrent_max,
            shutdown.clone(),
        );
        runner.spawn(looks, every.discovery_interval_s);
    }
    if let Some(queue) = queue {
        let messages = DiscoveryQueue {
            discovery: discovery(),
            queue,
            metrics: Arc::clone(metrics),
            shutdown: shutdown.clone(),
        };
        runner.spawn(messages, every.discovery_interval_s);
    }
    let upkeep = DiscoveryUpkeep {
        discovery: discovery(),
        watch: Arc::clone(&parts.watch),
        metrics: Arc::clone(metrics),
        history_kept_s: every.discovery_history_kept_s,
    };
    runner.spawn(upkeep, every.discovery_upkeep_interval_s);
    let freshness = tasks::Freshness {
        freshness: Arc::clone(&parts.freshness),
        watch: Arc::clone(&parts.watch),
        metrics: Arc::clone(metrics),
    };
    runner.spawn(freshness, every.freshness_interval_s);
    let search = tasks::Search {
        search: Arc::clone(&parts.search),
    };
    runner.spawn(search, every.search_interval_s);
    watch_tasks_start(&runner, settings, &parts.watch, metrics);
    runner
}

/// Starts what tells of this process itself.
pub(super) fn own_tasks_start(
    runner: &Runner,
    settings: &Settings,
    catalog: &Arc<Catalog>,
    port: &http::Shared,
    own: ReplicaIdentity,
) {
    let beat = ReplicaBeat {
        catalog: Arc::clone(catalog),
        metrics: Arc::clone(&port.metrics),
        own,
        began: Instant::now(),
    };
    runner.spawn_now(beat, settings.tasks.replica_beat_interval_s);
    let sampling = Sampling {
        metrics: Arc::clone(&port.metrics),
        budget: port.budget.clone(),
    };
    runner.spawn(sampling, SAMPLE_EVERY_S);
}

fn watch_tasks_start(
    runner: &Runner,
    settings: &Settings,
    watch: &Arc<Watch>,
    metrics: &Arc<Metrics>,
) {
    let every = &settings.tasks;
    for source in settings.sources.keys() {
        metrics.watch().source_begin(source);
    }
    let diff = SchemaDiff {
        watch: Arc::clone(watch),
        metrics: Arc::clone(metrics),
        sources_concurrent_max: settings.watch.sources_concurrent_max,
    };
    runner.spawn(diff, every.schema_diff_interval_s);
    for channel in settings.alerts.channels.keys() {
        let delivery = AlertDelivery {
            watch: Arc::clone(watch),
            metrics: Arc::clone(metrics),
            channel: channel.clone(),
        };
        runner.spawn(delivery, every.alert_delivery_interval_s);
    }
    let upkeep = WatchUpkeep {
        watch: Arc::clone(watch),
        metrics: Arc::clone(metrics),
    };
    runner.spawn(upkeep, every.watch_upkeep_interval_s);
}
