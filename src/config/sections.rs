//! The sections that belong to no module of their own, with their defaults and why.

use crate::budget::BudgetLimits;
use crate::comma_list;
use crate::front::{client_share, listen_address_read};
use crate::http::{HostRule, HostRuleError, HttpLimits};
use crate::model::PublicUrl;
use crate::secret::{Secret, url_shown};
use crate::store::StoreSettings;
use crate::tls::TlsUse;
use serde::{Deserialize, Serialize, Serializer};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// `[http]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Where to listen.
    #[serde(deserialize_with = "listen_address_read")]
    pub listen: SocketAddr,
    /// Whether the port speaks TLS: `off`, `optional` (either way, as each client begins) or `required`.
    pub tls: TlsUse,
    /// Names by which clients reach the port, beside `server.public_url`, addresses and names of private networks:
    /// `skep.example.com`, or `*.example.com` for all below it.
    #[serde(deserialize_with = "comma_list::read")]
    pub hosts: Vec<String>,
    /// Milliseconds that the readiness check waits for the database.
    pub ready_timeout_ms: u64,
    /// Seconds one request may take before its client is told so.
    pub request_timeout_s: u64,
    /// Bytes of one request's body at most.
    pub body_bytes_max: usize,
    /// Connections at once at most; further ones are answered with 503 and closed.
    pub connections_max: usize,
    /// Of these, connections that one client may hold: an address, a /64 network of IPv6. All clients behind one proxy are
    /// one. Unset: half of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_per_client_max: Option<usize>,
    /// Seconds that a client may take for the headers of a request, the time it is idle before them included.
    pub header_timeout_s: u64,
    /// Seconds that a client may take nothing of an answer before its connection is closed.
    pub write_timeout_s: u64,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9084)),
            tls: TlsUse::Off,
            hosts: Vec::new(),
            ready_timeout_ms: 2_000,
            request_timeout_s: 300,
            body_bytes_max: 16 * 1024 * 1024,
            connections_max: 1_000,
            connections_per_client_max: None,
            header_timeout_s: 60,
            write_timeout_s: 60,
        }
    }
}

impl HttpSettings {
    /// The connections that one client may hold.
    pub fn connections_per_client(&self) -> usize {
        client_share(self.connections_max, self.connections_per_client_max)
    }

    /// The names by which clients reach the port.
    pub fn host_rules(&self) -> Result<Vec<HostRule>, HostRuleError> {
        self.hosts.iter().map(|host| host.parse()).collect()
    }

    /// What the HTTP port is bounded by.
    pub fn limits(&self) -> HttpLimits {
        HttpLimits {
            ready_timeout: Duration::from_millis(self.ready_timeout_ms),
            request_timeout: Duration::from_secs(self.request_timeout_s),
            body_bytes_max: self.body_bytes_max,
            connections_max: self.connections_max,
            connections_per_client_max: self.connections_per_client(),
            header_timeout: Duration::from_secs(self.header_timeout_s),
            write_timeout: Duration::from_secs(self.write_timeout_s),
        }
    }
}

/// `[database]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite:PATH`, `postgres://…` or `mysql://…` (MariaDB too). It may hold a password.
    #[serde(serialize_with = "url_without_password")]
    pub url: Secret,
    /// A file that holds the URL, instead of the URL itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// Most connections to the database; with SQLite, most readers beside the one writer.
    pub connections_max: u32,
    /// Longest wait for a free connection, the time to open one included.
    pub acquire_timeout_ms: u64,
    /// Longest time of one statement.
    pub statement_timeout_ms: u64,
    /// How long a connection waits for its next use before it is closed.
    pub idle_timeout_s: u64,
    /// How old a connection may become.
    pub connection_age_max_s: u64,
    /// How often a transaction that lost against a concurrent one is run, the first included.
    pub transaction_attempts_max: u32,
}

/// The default of `database.url`.
pub(super) const DATABASE_URL_DEFAULT: &str = "sqlite:./skep-data/skep.db";

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: Secret::new(DATABASE_URL_DEFAULT),
            url_file: None,
            connections_max: 16,
            acquire_timeout_ms: 10_000,
            statement_timeout_ms: 30_000,
            idle_timeout_s: 300,
            connection_age_max_s: 1_800,
            transaction_attempts_max: 12,
        }
    }
}

impl DatabaseSettings {
    /// What the store is opened with.
    pub fn store(&self) -> StoreSettings {
        StoreSettings {
            connections_max: self.connections_max,
            acquire_timeout: Duration::from_millis(self.acquire_timeout_ms),
            statement_timeout: Duration::from_millis(self.statement_timeout_ms),
            idle_timeout: Duration::from_secs(self.idle_timeout_s),
            connection_age_max: Duration::from_secs(self.connection_age_max_s),
            transaction_attempts_max: self.transaction_attempts_max,
            ..StoreSettings::new(self.url.reveal())
        }
    }

    /// The URL with its password left out, for logs and pages.
    pub fn url_shown(&self) -> String {
        url_shown(self.url.reveal())
    }
}

fn url_without_password<S: Serializer>(url: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&url_shown(url.reveal()))
}

/// `[warehouse]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WarehouseSettings {
    /// The directory below which databases and tables get theirs: `file:///…`, `s3://…`, `s3a://…`
    /// or a path, which may be relative to the working directory.
    pub location: String,
}

impl Default for WarehouseSettings {
    fn default() -> Self {
        Self {
            location: "./skep-data/warehouse".to_owned(),
        }
    }
}

/// `[hive]`: named after Hive's own settings, which clients may ask for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HiveSettings {
    /// Seconds after which a lock without a heartbeat is gone (`metastore.txn.timeout`).
    pub lock_timeout_s: i64,
    /// Whether an alter that changes a column's type into an incompatible one is refused
    /// (`hive.metastore.disallow.incompatible.col.type.changes`).
    pub disallow_incompatible_column_changes: bool,
    /// How many partitions one request may return in full; −1 is no limit
    /// (`metastore.limit.partition.request`).
    pub partitions_per_request_max: i64,
    /// Whether new tables and partitions get `numFiles` and `totalSize` of what their directory
    /// already holds (`metastore.stats.autogather`).
    pub gather_statistics: bool,
}

impl Default for HiveSettings {
    fn default() -> Self {
        Self {
            lock_timeout_s: 300,
            disallow_incompatible_column_changes: true,
            partitions_per_request_max: -1,
            gather_statistics: true,
        }
    }
}

/// `[tasks]`: background work. Every task may run on every replica at once.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TasksSettings {
    /// Seconds between two looks for dropped data that could not be deleted.
    pub lake_cleanup_interval_s: u64,
    /// Seconds between two looks for jobs that a process left behind.
    pub job_interval_s: u64,
    /// Seconds that the line of a job that has ended is kept.
    pub job_kept_s: i64,
    /// Seconds between two looks for notification events that are too old.
    pub event_retention_interval_s: u64,
    /// Seconds that a notification event is kept. Hive keeps a day
    /// (`metastore.event.db.listener.timetolive`); a week survives a long weekend.
    pub event_kept_s: i64,
    /// Seconds between two looks for locks whose owner is gone.
    pub lock_reaper_interval_s: u64,
    /// Seconds between two signs of life of this process; after three without one it is shown as gone.
    pub replica_beat_interval_s: u64,
    /// Seconds between two looks for tables whose discovery is due.
    pub discovery_interval_s: u64,
    /// Tables that discovery looks at at the same time, windows and sweeps apart.
    pub discovery_tables_concurrent_max: usize,
    /// Seconds between two looks for tables without fresh data, and for runs that are too old.
    pub discovery_upkeep_interval_s: u64,
    /// Seconds that a run of discovery is kept, and can be undone.
    pub discovery_history_kept_s: i64,
    /// Seconds between two looks for tables whose data had to come, and for what is to be told of it.
    pub freshness_interval_s: u64,
    /// Seconds between two looks for tables whose words changed, which search finds them by.
    pub search_interval_s: u64,
    /// Seconds between two looks for sources that are due.
    pub schema_diff_interval_s: u64,
    /// Seconds between two looks for alerts that are to be sent.
    pub alert_delivery_interval_s: u64,
    /// Seconds between two looks for what is too old in the history of the watch.
    pub watch_upkeep_interval_s: u64,
}

impl Default for TasksSettings {
    fn default() -> Self {
        Self {
            lake_cleanup_interval_s: 30,
            job_interval_s: 5,
            job_kept_s: 7 * 24 * 3600,
            event_retention_interval_s: 3600,
            event_kept_s: 7 * 24 * 3600,
            lock_reaper_interval_s: 60,
            replica_beat_interval_s: 10,
            discovery_interval_s: 1,
            discovery_tables_concurrent_max: 8,
            discovery_upkeep_interval_s: 60,
            discovery_history_kept_s: 30 * 24 * 3600,
            freshness_interval_s: 10,
            search_interval_s: 2,
            schema_diff_interval_s: 10,
            alert_delivery_interval_s: 5,
            watch_upkeep_interval_s: 60,
        }
    }
}

/// `[server]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Where people reach the HTTP port, such as `https://skep.example.com`: messages have links to its pages then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Seconds after SIGTERM in which everything is served as before, while `/readyz` fails already: a load balancer needs
    /// them to send its clients elsewhere.
    pub grace_s: u64,
    /// Seconds that running calls get to end after that, or after SIGINT.
    pub drain_timeout_s: u64,
    /// Bytes that the requests and answers of all clients may hold in memory at once.
    pub bytes_in_flight_max: usize,
    /// Bytes of these that one client (one address) may hold.
    pub bytes_in_flight_per_client_max: usize,
    /// Milliseconds that a request waits for memory before it is refused.
    pub bytes_in_flight_wait_ms: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            grace_s: 3,
            drain_timeout_s: 20,
            bytes_in_flight_max: 1024 * 1024 * 1024,
            bytes_in_flight_per_client_max: 512 * 1024 * 1024,
            bytes_in_flight_wait_ms: 5_000,
        }
    }
}

impl ServerSettings {
    /// Where people reach the HTTP port. The error says what is wrong with the address.
    pub fn pages(&self) -> Result<Option<PublicUrl>, String> {
        self.public_url.as_deref().map(PublicUrl::parse).transpose()
    }

    /// What the budget of bytes in flight is made with.
    pub fn budget(&self) -> BudgetLimits {
        BudgetLimits {
            total_bytes: self.bytes_in_flight_max,
            client_bytes: self.bytes_in_flight_per_client_max,
            wait: Duration::from_millis(self.bytes_in_flight_wait_ms),
        }
    }
}
