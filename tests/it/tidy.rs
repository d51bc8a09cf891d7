//! Conventions that a compiler does not check: the floors, what belongs to one floor alone, the size of files, and
//! that each file says why it exists.

mod circles;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Lines of a source file at most.
const FILE_LINES_MAX: usize = 500;

/// The floors of `docs/ARCHITECTURE.md`, from the ground up. A module imports from floors below its own.
const FLOORS: [&[&str]; 15] = [
    &[
        "back_off",
        "budget",
        "choice",
        "clock",
        "comma_list",
        "crypto",
        "database_url",
        "deadline",
        "error",
        "humane",
        "model",
        "number_ranges",
        "period",
        "schedule",
        "secret",
        "telemetry",
        "tls",
        "unseen",
    ],
    &["hive"],
    &["diff", "filter", "layout", "naming"],
    &["kit"],
    &["guess"],
    &["alert", "auth", "lake", "source", "store"],
    &["catalog"],
    &["discovery", "freshness", "search", "watch"],
    &["front"],
    &["http"],
    &["grpc", "page", "rest", "tasks", "thrift"],
    &["config"],
    &["server"],
    &["cli"],
    &["main"],
];

/// Crates that one or two modules alone may know.
const OWNERS: &[(&str, &[&str])] = &[
    // The demo makes a source of its own.
    ("sqlx", &["cli", "source", "store"]),
    ("parquet", &["cli"]),
    ("object_store", &["lake"]),
    // A Parquet footer is Thrift's compact protocol: one reader of it for clients and files.
    ("hms", &["lake", "thrift"]),
    ("lettre", &["alert"]),
    (
        "axum",
        &["grpc", "http", "page", "rest", "server", "thrift"],
    ),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("tokio_io_timeout", &["http"]),
    ("tower_http", &["http"]),
    ("prost", &["grpc", "guess"]),
    ("skep_wire", &["grpc"]),
    ("tonic", &["grpc"]),
    ("tonic_health", &["grpc"]),
    ("tonic_reflection", &["grpc"]),
    ("tonic_types", &["grpc"]),
    ("tonic_web", &["grpc"]),
    ("utoipa", &["rest"]),
    ("utoipa_axum", &["rest"]),
    ("serde_urlencoded", &["http"]),
    ("clap", &["cli"]),
    ("anstream", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["cli", "guess"]),
    ("serde_saphyr", &["cli"]),
    ("terminal_size", &["cli"]),
    ("askama", &["page"]),
    ("pulldown_cmark", &["page"]),
    ("indicatif", &["cli", "humane"]),
    ("opentelemetry", &["telemetry"]),
    ("opentelemetry_http", &["telemetry"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("opentelemetry_sdk", &["telemetry"]),
    ("x509_parser", &["auth"]),
    ("tokio_rustls", &["tls"]),
    ("reqwest", &["alert", "cli", "lake", "source", "telemetry"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    for entry in entries {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            (
                path.strip_prefix(&root)
                    .expect("it lies below the root")
                    .to_owned(),
                text,
            )
        })
        .collect()
}

/// The module of a file below `src`: its first folder, or its own name.
fn module(path: &Path) -> String {
    let first = path.components().next().expect("a path has a part");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The code of a file without its comments and its unit tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_run_downwards_only() {
    let mut breaches = String::new();
    for (path, text) in below("src") {
        let own = module(&path);
        // The roots of the crates only name rooms; that crates know each other downwards is cargo's own rule.
        if own == "lib" || own.starts_with("lib_") {
            continue;
        }
        let Some(own_floor) = floor(&own) else {
            let _ = writeln!(
                breaches,
                "src/{}: the module {own} stands on no floor",
                path.display()
            );
            continue;
        };
        for line in code(&text) {
            for piece in line.split("crate::").skip(1) {
                let name: String = piece
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if name == own || line.contains("$crate::") {
                    continue;
                }
                // The nouns on the ground know each other.
                if floor(&name).is_some_and(|used| used > 0 && used >= own_floor) {
                    let _ = writeln!(
                        breaches,
                        "src/{}: {own} must not import {name}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "imports run downwards only (docs/ARCHITECTURE.md):\n{breaches}"
    );
}

#[test]
fn each_outside_crate_has_its_place() {
    let mut breaches = String::new();
    for (path, text) in below("src") {
        let own = module(&path);
        for (name, owners) in OWNERS {
            let used = code(&text).any(|line| {
                line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                    .any(|word| word.starts_with(&format!("{name}::")))
            });
            if used && !owners.contains(&own.as_str()) {
                let _ = writeln!(
                    breaches,
                    "src/{}: {name} belongs to {owners:?}",
                    path.display()
                );
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "a crate is known to its owners alone:\n{breaches}"
    );
}

#[test]
fn the_inside_of_the_catalog_is_known_to_the_floor_above_it_alone() {
    let knows = |own: &str| ["catalog", "discovery", "freshness", "search", "watch"].contains(&own);
    let breaches: Vec<PathBuf> = below("src")
        .into_iter()
        .filter(|(path, _)| !knows(&module(path)))
        .filter(|(_, text)| code(text).any(|line| line.contains("catalog::service")))
        .map(|(path, _)| path)
        .collect();
    assert!(
        breaches.is_empty(),
        "front ends and tasks use the catalog's operations: {breaches:?}"
    );
}

#[test]
fn front_ends_and_tasks_know_operations_alone() {
    let rooms = ["catalog", "discovery", "freshness", "search", "watch"];
    let mut inner = Vec::new();
    for (path, text) in below("src") {
        if !rooms.contains(&module(&path).as_str()) {
            continue;
        }
        for line in text
            .lines()
            .filter(|line| line.starts_with("    pub(crate) "))
        {
            if let Some((_, rest)) = line.split_once(" fn ") {
                let end = rest.find(['(', '<']).unwrap_or(rest.len());
                inner.push(format!(".{}(", &rest[..end]));
            }
        }
    }
    assert!(!inner.is_empty(), "the floor above is given something");
    let mut breaches = String::new();
    for (path, text) in below("src") {
        let own = module(&path);
        if !["grpc", "rest", "tasks", "thrift"].contains(&own.as_str()) {
            continue;
        }
        for line in code(&text) {
            let inner = inner.iter().any(|call| line.contains(call.as_str()));
            // A client's request is not skep's own work.
            let system = own != "tasks" && line.contains("for_system");
            if inner || system {
                let _ = writeln!(breaches, "src/{}: {}", path.display(), line.trim());
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "front ends call the operations for their caller, tasks for the system:\n{breaches}"
    );
}

#[test]
fn files_are_short_and_say_why_they_exist() {
    let mut breaches = String::new();
    for folder in ["src", "hms", "tests", "benches"] {
        for (path, text) in below(folder) {
            let lines = text.lines().count();
            if lines > FILE_LINES_MAX {
                let _ = writeln!(breaches, "{folder}/{}: {lines} lines", path.display());
            }
            if !text.starts_with("//!") {
                let _ = writeln!(
                    breaches,
                    "{folder}/{}: does not open with why it exists",
                    path.display()
                );
            }
        }
    }
    assert!(
        breaches.is_empty(),
        "at most {FILE_LINES_MAX} lines, opened by `//!`:\n{breaches}"
    );
}
