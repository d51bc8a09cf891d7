//! The settings of a process: one TOML file, and over it the environment (`SKEP_SECTION__KEY`).
//!
//! A key that does not exist is an error that names the nearest one which does; a value that
//! cannot work is an error that names key, value and reason. All of it is told before anything is
//! opened. There is no global: the loaded [`Settings`] are handed on. Sections that belong to one
//! module are defined there (`alert`, `catalog`, `lake`, `naming`, `source`, `telemetry`, `thrift`) and only put together here.

mod check;
mod error;
mod here;
mod keys;
mod load;
mod place;
mod sections;
mod told;
mod variables;

pub use error::ConfigError;
pub use keys::known_keys;
pub use sections::{
    DatabaseSettings, HiveSettings, HttpSettings, ServerSettings, TasksSettings, WarehouseSettings,
};
pub use variables::{
    CA_VARIABLE, CERTIFICATE_VARIABLE, ENVIRONMENT_PREFIX, KEY_VARIABLE, SERVER_VARIABLE,
};

use crate::alert::AlertSettings;
use crate::auth::SecuritySettings;
use crate::catalog::PlaceRules;
use crate::lake::StorageSettings;
use crate::model::Location;
use crate::naming::NamingSettings;
use crate::source::SourceSettings;
use crate::telemetry::{LogSettings, TracesSettings};
use crate::thrift::ThriftSettings;
use crate::tls::{TlsSettings, TlsUse};
use crate::watch::WatchSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything an operator may decide. The default serves on this machine alone, from
/// `./skep-data`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The Hive Metastore port.
    pub thrift: ThriftSettings,
    /// The port of the web page, the health checks and the metrics.
    pub http: HttpSettings,
    /// The files of TLS, for both.
    pub tls: TlsSettings,
    /// Who may come in, and as whom.
    pub security: SecuritySettings,
    /// Where the catalog itself is kept.
    pub database: DatabaseSettings,
    /// Where tables without a location of their own go.
    pub warehouse: WarehouseSettings,
    /// How tables' files are reached.
    pub storage: StorageSettings,
    /// What Hive's own configuration decides about its metastore.
    pub hive: HiveSettings,
    /// The patterns that names are to follow.
    pub naming: NamingSettings,
    /// How changes of sources are found, and whom they reach.
    pub watch: WatchSettings,
    /// The sources whose schemas are watched, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, SourceSettings>,
    /// Who is told of them.
    pub alerts: AlertSettings,
    /// The background work.
    pub tasks: TasksSettings,
    /// The process as a whole.
    pub server: ServerSettings,
    /// Where spans of requests are sent.
    pub traces: TracesSettings,
    /// What is logged, and how.
    pub log: LogSettings,
}

impl Settings {
    /// Whether one of the ports speaks TLS.
    pub fn speaks_tls(&self) -> bool {
        let ports = [self.thrift.tls, self.http.tls];
        ports.iter().any(|usage| *usage != TlsUse::Off)
    }

    /// `storage.allowed_locations` as it is in force.
    pub fn allowed_locations(&self) -> Vec<String> {
        let listed = self.storage.allowed_locations.clone();
        listed.unwrap_or_else(|| {
            let ports = [self.thrift.listen, self.http.listen];
            PlaceRules::allowed_default(ports.iter().all(|port| port.ip().is_loopback()))
        })
    }

    /// Where data may lie and what may be deleted, of a server with this warehouse.
    pub fn place_rules(&self, warehouse: Location) -> Result<PlaceRules, ConfigError> {
        let allowed = self.allowed_locations();
        let deletable = &self.storage.deletable_locations;
        let rules = PlaceRules::new(warehouse, &allowed, deletable, &self.storage);
        rules.map_err(|(key, value, why)| ConfigError::invalid(key, &value, why))
    }

    /// The settings in force as TOML, secrets as `***` and the database's password left out. Keys
    /// that are not set and have no default are missing.
    pub fn to_toml(&self) -> String {
        // Settings are plain tables of text, numbers and truth values: these always serialize.
        toml::to_string(self).unwrap_or_else(|error| format!("# {error}\n"))
    }
}
