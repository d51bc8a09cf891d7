//! The configuration keys that clients ask a metastore for, answered from skep's own settings.

use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use async_recursion::async_recursion as boxed;

/// Key families that may be asked for.
const FAMILIES: [&str; 4] = ["hive", "hdfs", "mapred", "metastore"];

impl Operations<'_> {
    /// The value of a key, or nothing where skep has no such setting. `Denied` for keys outside the Hive families
    /// and for passwords.
    #[boxed]
    pub async fn config_value(&self, key: &str) -> Result<Option<String>> {
        self.authorize(Action::See, Resource::Server).await?;
        let known = FAMILIES
            .iter()
            .any(|family| key.strip_prefix(family).is_some_and(|k| k.starts_with('.')));
        let secret = key.to_ascii_lowercase().contains("password") || key.contains("secret");
        if !known || secret {
            return Err(Error::Denied(format!(
                "For security reasons, the config key {key} cannot be accessed"
            )));
        }
        let name = key
            .trim_start_matches("hive.")
            .trim_start_matches("metastore.");
        let value = match name {
            "warehouse.dir" | "warehouse.external.dir" => {
                self.settings.warehouse_location.to_string()
            }
            "txn.timeout" => format!("{}s", self.settings.lock_timeout_s),
            "disallow.incompatible.col.type.changes" => self
                .settings
                .disallow_incompatible_column_changes
                .to_string(),
            "limit.partition.request" => self.settings.partitions_per_request_max.to_string(),
            "catalog.default" => crate::model::DEFAULT_CATALOG.into(),
            "stats.autogather" => self.settings.gather_statistics.to_string(),
            // Impala reads the events only where the first is set, and skep always writes them. Old Spark asks the
            // second before it sends a partition filter, and skep always evaluates it.
            "dml.events" | "try.direct.sql" => "true".into(),
            "default.partition.name" | "exec.default.partition.name" => {
                crate::hive::partition_name::DEFAULT_PARTITION.into()
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }
}
