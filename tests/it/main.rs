//! The integration tests: one binary, so that it links once. Nothing here needs more than a Rust
//! toolchain and the databases whose addresses the environment gives.

mod access;
mod alert;
mod cli;
mod client;
#[path = "client/tests.rs"]
mod client_tests;
mod compose;
mod config;
mod config_words;
mod coverage;
mod deploy;
mod discovery;
mod dropped_data;
mod faults;
mod footer;
mod freshness;
mod grpc;
mod harness;
mod http;
mod jobs;
mod keys;
mod lake;
mod lake_age;
mod lake_undo;
mod naming;
mod page;
mod places;
mod plans;
mod queue;
mod replicas;
mod rest;
mod s3;
mod scan;
mod search;
mod server;
mod soak;
mod source;
mod spellings;
mod store;
mod stores;
mod tasks;
mod thrift;
mod tidy;
mod traces;
mod watch;
