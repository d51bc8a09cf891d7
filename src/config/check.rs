//! What the types cannot say: values that are well formed and still cannot work.

use super::{Settings, error::ConfigError};
use crate::auth::Authenticator;
use crate::database_url::database_url_check;
use crate::error::Error;
use crate::model::{Location, Storage};
use crate::secret::SECRET_SHOWN;
use crate::store::Store;
use crate::watch::WatchSetup;
use crate::{rest, thrift};

/// The least message limit that still lets a table with some columns through.
const MESSAGE_BYTES_LEAST: usize = 64 * 1024;
/// Lengths on the wire are signed 32-bit numbers.
const MESSAGE_BYTES_MOST: usize = i32::MAX as usize;

/// A row of a replica is kept for an hour without a sign of life: all must give some meanwhile.
const REPLICA_BEAT_INTERVAL_MOST_S: u64 = 600;

impl Settings {
    /// Checks every section; the first fault is told.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.thrift_check()?;
        self.tls_check()?;
        self.security_check()?;
        self.memory_check()?;
        self.database_check()?;
        self.warehouse_check()?;
        let storage = &self.storage;
        for (store, checked) in [
            ("s3", storage.s3.check()),
            ("gcs", storage.gcs.check()),
            ("azure", storage.azure.check()),
        ] {
            checked.map_err(|(key, why)| {
                let value = self.value_of(&["storage", store, key]);
                ConfigError::invalid(format!("storage.{store}.{key}"), &value, why)
            })?;
        }
        self.storage.queue.check().map_err(|(key, why)| {
            let value = self.value_of(&["storage", "queue", key]);
            ConfigError::invalid(format!("storage.queue.{key}"), &value, why)
        })?;
        self.naming.check().map_err(|(key, why)| {
            let value = self.value_of(&["naming", key]);
            ConfigError::invalid(format!("naming.{key}"), &value, why.to_string())
        })?;
        self.hive_check()?;
        self.watch_check()?;
        // What was written is not shown: it may hold a password.
        self.server
            .pages()
            .map_err(|why| ConfigError::invalid("server.public_url", &SECRET_SHOWN, why))?;
        self.http.host_rules().map_err(|why| {
            let hosts = self.http.hosts.join(", ");
            ConfigError::invalid("http.hosts", &hosts, why.to_string())
        })?;
        at_least_one(&[
            ("http.ready_timeout_ms", self.http.ready_timeout_ms),
            ("http.request_timeout_s", self.http.request_timeout_s),
            ("http.body_bytes_max", self.http.body_bytes_max as u64),
            ("http.connections_max", self.http.connections_max as u64),
            ("http.header_timeout_s", self.http.header_timeout_s),
            ("http.write_timeout_s", self.http.write_timeout_s),
            ("storage.footer_bytes_max", self.storage.footer_bytes_max),
        ])?;
        self.shares_check()?;
        self.tasks_check()?;
        self.traces_check()?;
        let level = &self.log.level;
        self.log
            .check()
            .map_err(|why| ConfigError::invalid("log.level", level, why))
    }

    fn tls_check(&self) -> Result<(), ConfigError> {
        let ports = [("thrift.tls", self.thrift.tls), ("http.tls", self.http.tls)];
        self.tls.check(ports).map_err(|(key, why)| {
            let last = key.rsplit('.').next().unwrap_or(key);
            let value = self.value_of(&["tls", last]);
            ConfigError::invalid(key, &value, why)
        })
    }

    /// What an operator has to say aloud: a port that other machines reach and that asks nobody for a proof.
    fn security_check(&self) -> Result<(), ConfigError> {
        Authenticator::new(&self.security).map_err(|(key, why)| {
            let path: Vec<&str> = key.split(['.', '[', ']']).collect();
            let value = self.value_of(&path);
            ConfigError::invalid(key, &value, why)
        })?;
        for (key, listen, usage) in [
            ("thrift.listen", self.thrift.listen, self.thrift.tls),
            ("http.listen", self.http.listen, self.http.tls),
        ] {
            let is_here = listen.ip().to_canonical().is_loopback();
            if is_here || self.tls.proves_all(usage) || self.security.insecure {
                continue;
            }
            let why = "other machines reach it, and it asks nobody who they are: let it require certificates of clients \
                       (docs/SECURITY.md), listen on 127.0.0.1, or accept that with security.insecure = true \
                       (SKEP_SECURITY__INSECURE=true), where the network lets only those in whom you trust";
            return Err(ConfigError::invalid(key, &listen, why));
        }
        Ok(())
    }

    fn traces_check(&self) -> Result<(), ConfigError> {
        self.traces.check().map_err(|(key, why)| {
            let value = self.value_of(&["traces", key]);
            ConfigError::invalid(format!("traces.{key}"), &value, why)
        })
    }

    fn tasks_check(&self) -> Result<(), ConfigError> {
        at_least_one(&[
            (
                "tasks.lake_cleanup_interval_s",
                self.tasks.lake_cleanup_interval_s,
            ),
            ("tasks.job_interval_s", self.tasks.job_interval_s),
            (
                "tasks.event_retention_interval_s",
                self.tasks.event_retention_interval_s,
            ),
            (
                "tasks.lock_reaper_interval_s",
                self.tasks.lock_reaper_interval_s,
            ),
            (
                "tasks.replica_beat_interval_s",
                self.tasks.replica_beat_interval_s,
            ),
            (
                "tasks.discovery_interval_s",
                self.tasks.discovery_interval_s,
            ),
            (
                "tasks.discovery_tables_concurrent_max",
                self.tasks.discovery_tables_concurrent_max as u64,
            ),
            (
                "tasks.discovery_upkeep_interval_s",
                self.tasks.discovery_upkeep_interval_s,
            ),
            (
                "tasks.freshness_interval_s",
                self.tasks.freshness_interval_s,
            ),
            ("tasks.search_interval_s", self.tasks.search_interval_s),
            (
                "tasks.schema_diff_interval_s",
                self.tasks.schema_diff_interval_s,
            ),
            (
                "tasks.alert_delivery_interval_s",
                self.tasks.alert_delivery_interval_s,
            ),
            (
                "tasks.watch_upkeep_interval_s",
                self.tasks.watch_upkeep_interval_s,
            ),
        ])?;
        let beat_s = self.tasks.replica_beat_interval_s;
        if beat_s > REPLICA_BEAT_INTERVAL_MOST_S {
            let why = format!("it must be at most {REPLICA_BEAT_INTERVAL_MOST_S}");
            let key = "tasks.replica_beat_interval_s";
            return Err(ConfigError::invalid(key, &beat_s, why));
        }
        Ok(())
    }

    fn thrift_check(&self) -> Result<(), ConfigError> {
        let bytes = self.thrift.message_bytes_max;
        if !(MESSAGE_BYTES_LEAST..=MESSAGE_BYTES_MOST).contains(&bytes) {
            let why = format!("it must lie between {MESSAGE_BYTES_LEAST} and {MESSAGE_BYTES_MOST}");
            return Err(ConfigError::invalid(
                "thrift.message_bytes_max",
                &bytes,
                why,
            ));
        }
        if self.thrift.listen == self.http.listen && self.http.listen.port() != 0 {
            let why = "thrift.listen has the same address";
            return Err(ConfigError::invalid("http.listen", &self.http.listen, why));
        }
        at_least_one(&[
            ("thrift.connections_max", self.thrift.connections_max as u64),
            ("thrift.idle_timeout_s", self.thrift.idle_timeout_s),
            ("thrift.message_timeout_s", self.thrift.message_timeout_s),
            ("thrift.call_timeout_s", self.thrift.call_timeout_s),
        ])
    }

    fn shares_check(&self) -> Result<(), ConfigError> {
        let (thrift, http) = (&self.thrift, &self.http);
        for (port, share, most) in [
            (
                "thrift",
                thrift.connections_per_client(),
                thrift.connections_max,
            ),
            ("http", http.connections_per_client(), http.connections_max),
        ] {
            if share == 0 || share > most {
                let key = format!("{port}.connections_per_client_max");
                let why =
                    format!("it must lie between 1 and {port}.connections_max, which is {most}");
                return Err(ConfigError::invalid(key, &share, why));
            }
        }
        Ok(())
    }

    /// The largest request that one setting allows must find room in the others, or it could never be served.
    fn memory_check(&self) -> Result<(), ConfigError> {
        let server = &self.server;
        let client = server.bytes_in_flight_per_client_max;
        let needs = [
            (
                "thrift.message_bytes_max",
                thrift::message_cost(self.thrift.message_bytes_max),
            ),
            (
                "http.body_bytes_max",
                rest::body_cost(self.http.body_bytes_max),
            ),
        ];
        if let Some((setting, bytes)) = needs.into_iter().find(|(_, bytes)| *bytes > client) {
            let why = format!("a request as large as {setting} allows takes {bytes} bytes");
            let key = "server.bytes_in_flight_per_client_max";
            return Err(ConfigError::invalid(key, &client, why));
        }
        if server.bytes_in_flight_max < client {
            let why = "it must not be below server.bytes_in_flight_per_client_max";
            let value = server.bytes_in_flight_max;
            let key = "server.bytes_in_flight_max";
            return Err(ConfigError::invalid(key, &value, why));
        }
        Ok(())
    }

    fn database_check(&self) -> Result<(), ConfigError> {
        let url = self.database.url.reveal();
        // Whoever sets a password in the address's place is not shown it.
        let shown = if url.contains(':') {
            self.database.url_shown()
        } else {
            SECRET_SHOWN.to_owned()
        };
        let refused = |why: String| ConfigError::invalid("database.url", &shown, why);
        database_url_check(url).map_err(refused)?;
        Store::check(&self.database.store()).map_err(|failure| match failure {
            Error::Invalid(why) => refused(why),
            other => refused(other.to_string()),
        })?;
        at_least_one(&[
            (
                "database.connections_max",
                u64::from(self.database.connections_max),
            ),
            (
                "database.acquire_timeout_ms",
                self.database.acquire_timeout_ms,
            ),
            (
                "database.statement_timeout_ms",
                self.database.statement_timeout_ms,
            ),
            ("database.idle_timeout_s", self.database.idle_timeout_s),
            (
                "database.connection_age_max_s",
                self.database.connection_age_max_s,
            ),
            (
                "database.transaction_attempts_max",
                self.database.transaction_attempts_max.into(),
            ),
        ])
    }

    fn warehouse_check(&self) -> Result<(), ConfigError> {
        let text = &self.warehouse.location;
        let refuse = |why: String| Err(ConfigError::invalid("warehouse.location", text, why));
        match Location::parse(text) {
            Err(error) => refuse(error.to_string()),
            Ok(at) if at.is_root() && at.storage() == Storage::File => {
                refuse("the root of the file system cannot be a warehouse".to_owned())
            }
            Ok(at) if !self.storage.reaches(&at) => {
                let reached = self.storage.reached_schemes();
                refuse(format!("skep reaches {reached} only"))
            }
            Ok(at) => self.place_rules(at).map(drop),
        }
    }

    /// The sections of the watch together, as the server puts them together.
    fn watch_check(&self) -> Result<(), ConfigError> {
        let setup = WatchSetup::new(&self.watch, &self.sources, &self.alerts);
        setup.map(drop).map_err(|fault| {
            let path: Vec<&str> = fault.key.split('.').collect();
            let value = self.value_of(&path);
            ConfigError::invalid(fault.key, &value, fault.why)
        })
    }

    fn hive_check(&self) -> Result<(), ConfigError> {
        let most = self.hive.partitions_per_request_max;
        if most < -1 || most == 0 {
            let why = "it must be -1 (no limit) or at least 1";
            return Err(ConfigError::invalid(
                "hive.partitions_per_request_max",
                &most,
                why,
            ));
        }
        for (key, value) in [
            ("hive.lock_timeout_s", self.hive.lock_timeout_s),
            ("tasks.event_kept_s", self.tasks.event_kept_s),
            ("tasks.job_kept_s", self.tasks.job_kept_s),
            (
                "tasks.discovery_history_kept_s",
                self.tasks.discovery_history_kept_s,
            ),
        ] {
            if value < 1 {
                return Err(ConfigError::invalid(key, &value, "it must be at least 1"));
            }
        }
        Ok(())
    }

    /// A value as it is printed: secrets stay hidden.
    fn value_of(&self, path: &[&str]) -> String {
        let mut value = toml::Value::try_from(self).ok();
        // Behind the number of a list's section there is nothing before the next dot.
        for name in path.iter().filter(|name| !name.is_empty()) {
            value = value.and_then(|inside| match name.parse::<usize>() {
                Ok(number) => inside.get(number).cloned(),
                Err(_) => inside.get(name).cloned(),
            });
        }
        value.map_or_else(|| "(unset)".to_owned(), |found| found.to_string())
    }
}

fn at_least_one(values: &[(&str, u64)]) -> Result<(), ConfigError> {
    match values.iter().find(|(_, value)| *value == 0) {
        Some((key, value)) => Err(ConfigError::invalid(*key, value, "it must be at least 1")),
        None => Ok(()),
    }
}
