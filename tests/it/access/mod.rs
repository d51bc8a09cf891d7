//! Who may do what is asked by every operation: once, before it does anything, of the right thing. No authentication
//! stands behind it yet; the question does.

mod beside;
mod calls;
mod house;
mod services;

use crate::harness::TestDatabase;
use calls::all;
use house::{Counting, Denying, House, REFUSAL, ann};
use skep::error::Error;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The rooms and their engines: what front ends may call of an engine itself asks nobody, because it tells and changes
/// nothing that belongs to anybody.
const ENGINES: [(&str, &str, &[&str]); 5] = [
    (
        "catalog",
        "Catalog",
        &[
            "new",
            "with_authorizer",
            "for_caller",
            "for_system",
            "bootstrap",
            "settings",
            // The process's own clock.
            "now",
            "ping",
            "job_figures",
            "jobs_stop",
        ],
    ),
    (
        "discovery",
        "Discovery",
        &["new", "for_caller", "for_system"],
    ),
    (
        "freshness",
        "Freshness",
        &["new", "for_caller", "for_system"],
    ),
    ("search", "Search", &["new", "for_caller", "for_system"]),
    ("watch", "Watch", &["new", "for_caller", "for_system"]),
];

fn sources_of(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            sources_of(&path, texts);
        } else {
            texts.push(std::fs::read_to_string(&path).expect("the file can be read"));
        }
    }
}

/// The names of the public functions in the blocks of a room's code that begin with `head`.
fn public_functions(room: &str, head: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let mut texts = Vec::new();
    sources_of(&root, &mut texts);
    let mut names = BTreeSet::new();
    for text in texts {
        let mut inside = false;
        for line in text.lines() {
            inside = (inside || line == head) && line != "}";
            let Some(rest) = line.strip_prefix("    pub ").filter(|_| inside) else {
                continue;
            };
            let words = ["const ", "async "];
            let rest = words
                .iter()
                .fold(rest, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
            if let Some(rest) = rest.strip_prefix("fn ") {
                let end = rest.find(['(', '<']).expect("a function has arguments");
                names.insert(rest[..end].to_owned());
            }
        }
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_once_whether_its_caller_may() {
    let test = TestDatabase::sqlite().await;
    let counting = Arc::new(Counting::default());
    let house = House::new(&test, counting.clone()).await;
    let caller = ann();
    let mut called = BTreeSet::new();
    for call in all(&house, &caller) {
        // Whether it works out is no matter here: the question comes first.
        drop(call.run.await);
        assert_eq!(counting.take(), call.asked, "{}", call.name);
        called.insert(call.name.to_owned());
    }
    let mut there = BTreeSet::new();
    for (room, _, _) in ENGINES {
        there.extend(public_functions(room, "impl Operations<'_> {"));
    }
    assert_eq!(
        called, there,
        "each operation stands in calls.rs or services.rs"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_nothing_is_refused_everything_and_changes_nothing() {
    let test = TestDatabase::sqlite().await;
    let house = House::new(&test, Arc::new(Denying)).await;
    let caller = ann();
    let before = house.seen().await;
    for call in all(&house, &caller) {
        match call.run.await {
            Err(Error::Denied(why)) => assert_eq!(why, REFUSAL, "{}", call.name),
            other => panic!("{}: {other:?}", call.name),
        }
    }
    assert_eq!(house.seen().await, before);
}

#[test]
fn what_asks_nobody_is_not_public() {
    for (room, engine, known) in ENGINES {
        let public = public_functions(room, &format!("impl {engine} {{"));
        let known: BTreeSet<String> = known.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(public, known, "operations stand in impl Operations blocks");
    }
}
