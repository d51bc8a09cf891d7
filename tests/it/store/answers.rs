//! Kept answers: one holder at a time, for a day, by the database's clock.

use crate::harness::{TestDatabase, on_every_database};
use skep::catalog::ANSWER_KEPT_S;
use skep::model::{AnswerClaim, AnswerKey, KeptAnswer};
use skep::store::Store;
use skep::transact;

on_every_database!(
    an_answer_is_kept_for_a_day_and_for_its_own_request,
    whoever_died_at_a_request_loses_it_when_its_time_is_up,
);

fn key(fingerprint: &str) -> AnswerKey {
    AnswerKey {
        name: "n".repeat(64),
        caller: "c".repeat(64),
        fingerprint: fingerprint.to_owned(),
    }
}

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        kind: Some("application/json".to_owned()),
        location: None,
        tag: Some("\"t\"".to_owned()),
        body: vec![0, 159, 146, 150],
    }
}

async fn claim(store: &Store, fingerprint: &str, holder: &str) -> AnswerClaim {
    let key = key(fingerprint);
    transact!(store, |session| {
        session.answer_claim(&key, holder, 60).await
    })
    .unwrap()
}

async fn keep(store: &Store, holder: &str) -> bool {
    let (name, answer) = (key("").name, answer());
    transact!(store, |session| {
        session.answer_keep(&name, holder, &answer).await
    })
    .unwrap()
}

async fn release(store: &Store, holder: &str) -> bool {
    let name = key("").name;
    transact!(store, |session| {
        session.answer_release(&name, holder).await
    })
    .unwrap()
}

fn new(holder: &str) -> AnswerClaim {
    AnswerClaim::New(holder.to_owned())
}

async fn an_answer_is_kept_for_a_day_and_for_its_own_request(test: TestDatabase) {
    let store = test.store().await;
    assert_eq!(claim(&store, "f", "ann").await, new("ann"));
    assert_eq!(claim(&store, "f", "bob").await, AnswerClaim::UnderWay);
    assert_eq!(claim(&store, "g", "bob").await, AnswerClaim::OtherRequest);
    assert!(!keep(&store, "bob").await && !release(&store, "bob").await);
    assert!(keep(&store, "ann").await);
    let kept = AnswerClaim::Kept(answer());
    assert_eq!(claim(&store, "f", "bob").await, kept);
    assert_eq!(claim(&store, "g", "bob").await, AnswerClaim::OtherRequest);
    let expired = transact!(store, |session| {
        session.answer_expire(ANSWER_KEPT_S).await
    });
    assert_eq!(expired.unwrap(), 0);
    test.execute(&format!(
        "UPDATE skep_answers SET at = at - {}",
        ANSWER_KEPT_S + 1
    ))
    .await;
    let expired = transact!(store, |session| {
        session.answer_expire(ANSWER_KEPT_S).await
    });
    assert_eq!(expired.unwrap(), 1);
    assert_eq!(claim(&store, "g", "bob").await, new("bob"));
    let count = transact!(store, |session| {
        session.answer_count(&key("").caller).await
    });
    assert_eq!(count.unwrap(), 1);
}

async fn whoever_died_at_a_request_loses_it_when_its_time_is_up(test: TestDatabase) {
    let store = test.store().await;
    assert_eq!(claim(&store, "f", "ann").await, new("ann"));
    test.execute("UPDATE skep_answers SET busy_until = busy_until - 61")
        .await;
    assert_eq!(claim(&store, "f", "bob").await, new("bob"));
    assert!(!keep(&store, "ann").await, "it is not hers any more");
    assert!(release(&store, "bob").await);
    assert_eq!(claim(&store, "f", "ann").await, new("ann"));
}
