//! Counters. Handles are resolved once, so that counting costs nanoseconds.

use std::time::Duration;

/// The counters of one server.
#[derive(Debug, Default)]
pub struct Metrics {}

impl Metrics {
    /// A Thrift call has ended.
    pub fn thrift_call(&self, _method: &'static str, _ok: bool, _took: Duration) {}

    /// A client asked for a method that is not served.
    pub fn thrift_unknown_method(&self) {}

    /// A connection was accepted.
    pub fn thrift_connection_opened(&self) {}

    /// A connection has ended.
    pub fn thrift_connection_closed(&self) {}

    /// A connection was closed for what it sent.
    pub fn thrift_connection_refused(&self) {}
}
