//! The calls of what a catalog has beside its objects: events, locks, jobs, replicas.

use super::calls::{Call, ORDERS, SERVER, call};
use super::house::{House, lock, orders};
use skep::catalog::Action::{Lock, Operate, See, Write};
use skep::catalog::{EventFilter, LockFilter};
use skep::model::{Caller, JobFilter, ReplicaIdentity};

/// The calls of all of it.
pub(super) fn beside_objects<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let mut calls = events_and_locks(house, caller);
    calls.extend(jobs(house, caller));
    calls.extend(replicas(house, caller));
    calls
}

fn events_and_locks<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("event_last_id", See, SERVER, async move {
            catalog.event_last_id().await
        }),
        call("event_list", See, SERVER, async move {
            catalog.event_list(&EventFilter::default(), 10).await
        }),
        call("event_watch", See, SERVER, async move {
            catalog.event_watch(EventFilter::default(), None).await
        }),
        call("event_count", See, SERVER, async move {
            catalog.event_count(&EventFilter::default()).await
        }),
        call("event_count_lately", See, SERVER, async move {
            catalog.event_count_lately(3600).await
        }),
        call("event_announce", Write, ORDERS, async move {
            catalog.event_announce(&orders(), &[]).await
        }),
        call("events_expire", Operate, SERVER, async move {
            catalog.events_expire(-10).await
        }),
        call("lock_acquire", Lock, SERVER, async move {
            catalog.lock_acquire(&lock()).await
        }),
        call("lock_check", Lock, SERVER, async move {
            catalog.lock_check(1).await
        }),
        call("lock_heartbeat", Lock, SERVER, async move {
            catalog.lock_heartbeat(1, 0).await
        }),
        call("lock_release", Lock, SERVER, async move {
            catalog.lock_release(1).await
        }),
        call("lock_component_count", See, SERVER, async move {
            catalog.lock_component_count().await
        }),
        call("lock_waiting_count", See, SERVER, async move {
            catalog.lock_waiting_count().await
        }),
        call("lock_list", See, SERVER, async move {
            catalog.lock_list(&LockFilter::default()).await
        }),
        call("lock_explain", See, SERVER, async move {
            catalog.lock_explain(1).await
        }),
        call("locks_expire", Operate, SERVER, async move {
            catalog.locks_expire().await
        }),
    ]
}

fn replicas<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call("replica_beat", Operate, SERVER, async move {
            let own = ReplicaIdentity {
                id: "a".to_owned(),
                host: "host".to_owned(),
                process_id: 1,
                version: "1".to_owned(),
                http_address: String::new(),
                thrift_address: String::new(),
                beats_every_s: 10,
            };
            catalog.replica_beat(&own, 0).await
        }),
        call("replica_list", See, SERVER, async move {
            catalog.replica_list().await
        }),
        call("replica_leave", Operate, SERVER, async move {
            catalog.replica_leave("a").await
        }),
    ]
}

fn jobs<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let catalog = house.catalog.for_caller(caller);
    vec![
        call(
            "job_get",
            See,
            SERVER,
            async move { catalog.job_get(1).await },
        ),
        call("job_list", See, SERVER, async move {
            catalog.job_list(&JobFilter::default()).await
        }),
        call("job_counts", See, SERVER, async move {
            catalog.job_counts().await
        }),
        call("jobs_resume", Operate, SERVER, async move {
            catalog.jobs_resume(10).await
        }),
        call("jobs_expire", Operate, SERVER, async move {
            catalog.jobs_expire(0).await
        }),
    ]
}
