//! Jobs as rows: what they need to go on, what they hold, and when they are forgotten.

use super::sample::{table, table_ref};
use crate::harness::{TestDatabase, on_every_database, place};
use skep::error::Error;
use skep::model::{
    EventBody, JobFailure, JobFilter, JobKind, JobMove, JobPhase, JobProgress, JobTarget, JobWork,
    NewJob,
};
use skep::store::{JOB_LEASE, Sources, Store};
use skep::transact;

on_every_database!(
    a_job_comes_back_with_all_that_it_needs,
    what_a_job_holds_is_free_once_it_is_committed,
    jobs_that_somebody_is_at_keep_no_other_waiting,
    a_job_that_has_ended_is_forgotten_after_its_time,
);

fn job() -> NewJob {
    let before = table(table_ref("orders"));
    let mut after = before.clone();
    after.at = table_ref("orders_v2");
    NewJob {
        kind: JobKind::RenameTable,
        phase: JobPhase::Planned,
        held: Some("table:7".into()),
        table_id: 7,
        subject: "sales.orders".into(),
        target: Some("sales.orders_v2".into()),
        work: Some(JobWork {
            moves: vec![JobMove {
                from: place("s3://lake/orders"),
                to: place("s3://lake/orders_v2"),
                mark: Some("1:2:3".into()),
            }],
            change: EventBody::TableChange {
                before: Box::new(before),
                after: Box::new(after),
                is_truncate: false,
            },
            target: Some(JobTarget {
                id: 8,
                at: table_ref("target"),
                location: None,
            }),
            expected: Some(("metadata_location".into(), "1".into())),
        }),
        deletions: Vec::new(),
        progress: JobProgress::default(),
    }
}

async fn insert(store: &Store, job: &NewJob) -> Result<i64, Error> {
    transact!(store, |session| {
        let id = session.job_id().await?;
        session.job_insert(id, job).await?;
        Ok(id)
    })
}

async fn a_job_comes_back_with_all_that_it_needs(test: TestDatabase) {
    let store = test.store().await;
    let new = job();
    let id = insert(&store, &new).await.unwrap();
    let mut session = store.session().await.unwrap();
    assert_eq!(session.job_work(id).await.unwrap(), new.work);
    let target = place("s3://lake/orders_v2");
    for (used, found) in [
        ("s3a://lake/orders_v2/dt=1", true),
        ("s3://lake", true),
        ("s3://lake/orders_v2-old", false),
        ("s3://lake/orders", false),
    ] {
        let other = place("s3://elsewhere/x");
        let locations = [&other, &place(used)];
        let wanted = found.then(|| (id, target.clone()));
        let met = session
            .job_moving_at(None, &locations, Sources::OnFile)
            .await
            .unwrap();
        assert_eq!(met, wanted, "{used}");
        let met = session
            .job_moving_at(Some(id), &locations, Sources::OnFile)
            .await
            .unwrap();
        assert_eq!(met, None, "the job's own place");
    }
    let failure = JobFailure {
        kind: "invalid".into(),
        text: "no".into(),
    };
    let progress = JobProgress {
        objects_done: 3,
        objects_total: Some(9),
        bytes_done: 30,
        bytes_total: Some(90),
    };
    transact!(store, |session| {
        session.job_failure_put(id, &failure).await?;
        session.job_progress_put(id, &progress).await?;
        session.job_postpone(id, 60).await
    })
    .unwrap();
    let found = session.job_get(id).await.unwrap().unwrap();
    assert_eq!((found.kind, found.phase), (new.kind, new.phase));
    assert_eq!((found.subject, found.target), (new.subject, new.target));
    assert_eq!((found.failure, found.progress), (Some(failure), progress));
    assert_eq!((found.attempts, found.heard), (1, false));
    assert!(session.job_due(10).await.unwrap().is_empty(), "put off");
    assert_eq!(
        session
            .job_list(&JobFilter {
                limit: 9,
                ..JobFilter::default()
            })
            .await
            .unwrap()
            .len(),
        1
    );
}

/// Those that somebody is at stay due as long as they take, and there may be more of them than are taken up at a time.
async fn jobs_that_somebody_is_at_keep_no_other_waiting(test: TestDatabase) {
    let store = test.store().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let new = NewJob {
            held: Some(format!("table:{number}")),
            ..job()
        };
        ids.push(insert(&store, &new).await.unwrap());
    }
    for id in &ids[..2] {
        let name = format!("{JOB_LEASE}{id}");
        let taken = transact!(store, |session| {
            session.lease_take(&name, "somebody", 60).await
        });
        assert!(taken.unwrap());
    }
    let mut session = store.session().await.unwrap();
    let due = session.job_due(1).await.unwrap();
    assert_eq!(due.iter().map(|job| job.id).collect::<Vec<_>>(), ids[2..]);
    drop(session);
    test.execute("UPDATE skep_leases SET expires_at = expires_at - 61")
        .await;
    let mut session = store.session().await.unwrap();
    assert_eq!(session.job_due(9).await.unwrap().len(), 3);
}

async fn what_a_job_holds_is_free_once_it_is_committed(test: TestDatabase) {
    let store = test.store().await;
    let id = insert(&store, &job()).await.unwrap();
    let failure = insert(&store, &job()).await.unwrap_err();
    assert!(matches!(failure, Error::AlreadyExists(_)), "{failure}");
    let mut session = store.session().await.unwrap();
    let holding = session.job_holding("table:7").await.unwrap().unwrap();
    assert_eq!(holding.id, id);
    let committed = transact!(store, |session| {
        session
            .job_advance(id, JobPhase::Planned, JobPhase::Copying)
            .await?;
        let first = session.job_commit(id, &[4..6, 9..10]).await?;
        let second = session.job_commit(id, &[]).await?;
        Ok((first, second))
    });
    assert_eq!(committed.unwrap(), (true, false));
    assert_eq!(session.job_holding("table:7").await.unwrap(), None);
    assert_eq!(session.job_work(id).await.unwrap(), None);
    let target = place("s3://lake/orders_v2");
    let met = session
        .job_moving_at(None, &[&target], Sources::OnFile)
        .await
        .unwrap();
    assert_eq!(met, None, "the place is nobody's any more");
    let found = session.job_get(id).await.unwrap().unwrap();
    assert_eq!(found.deletions, [4..6, 9..10]);
    insert(&store, &job()).await.unwrap();
}

async fn a_job_that_has_ended_is_forgotten_after_its_time(test: TestDatabase) {
    let store = test.store().await;
    let id = insert(&store, &job()).await.unwrap();
    let other = NewJob {
        held: Some("table:8".into()),
        ..job()
    };
    let other = insert(&store, &other).await.unwrap();
    transact!(store, |session| {
        session
            .job_advance(id, JobPhase::Planned, JobPhase::Failed)
            .await
    })
    .unwrap();
    assert_eq!(
        store
            .session()
            .await
            .unwrap()
            .job_counts()
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(forget_now(&store).await, 0, "it has just ended");
    test.execute("UPDATE skep_jobs SET ended_at = ended_at - 61 WHERE ended_at IS NOT NULL")
        .await;
    assert_eq!(forget_now(&store).await, 1);
    let mut session = store.session().await.unwrap();
    assert!(session.job_get(id).await.unwrap().is_none());
    assert!(session.job_get(other).await.unwrap().is_some());
}

async fn forget_now(store: &Store) -> u64 {
    let mut session = store.session().await.unwrap();
    let ids = session.job_expired(60, 10).await.unwrap();
    transact!(store, |session| { session.job_delete(&ids).await }).unwrap()
}
