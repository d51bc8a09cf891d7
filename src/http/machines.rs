//! Probes and scrapes: what machines ask, all the time.

/// What machines ask that go by names of their own: it tells nothing of the data.
pub(super) const OF_MACHINES: [&str; 5] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/healthz",
    "/metrics",
    "/readyz",
];
