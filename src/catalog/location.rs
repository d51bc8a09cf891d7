//! Where things stand by default, and which of them move.

use super::Catalog;
use crate::error::{Error, Result};
use crate::hive::directory_name;
use crate::model::{Database, Location, Name, Table};

/// The location that was sent as an argument, or an error that names it.
pub(super) fn location_read(argument: &'static str, text: &str) -> Result<Location> {
    Location::parse(text).map_err(|failure| Error::argument(argument, failure.to_string()))
}

impl Catalog {
    /// Fails for a place that must be a directory of its own: a file system's root or a whole bucket is refused, as in
    /// `CREATE TABLE … LOCATION 's3a://bucket'` (Hive 4).
    pub(super) fn location_below_root(location: &Location) -> Result<()> {
        if location.is_root() {
            let why = format!("location {location} is protected: location must not be root path");
            return Err(Error::argument("location", why));
        }
        Ok(())
    }

    /// [`Catalog::location_below_root`] for data that nobody deletes: it may lie in a whole bucket, as the logs of AWS's
    /// services do (Hive 4 refuses that, older ones do not).
    pub(crate) fn location_external(location: &Location) -> Result<()> {
        if location.storage().is_object_store() {
            return Ok(());
        }
        Catalog::location_below_root(location)
    }

    /// Fails for a place that a table of this type cannot be sent to: a root, or where no data may lie.
    pub(super) fn table_location_check(&self, table: &Table, location: &Location) -> Result<()> {
        if table.is_external() {
            Catalog::location_external(location)?;
        } else {
            Catalog::location_below_root(location)?;
        }
        self.place_allow(location)
    }

    /// `<warehouse>/<database>.db`, or the warehouse itself for `default`.
    pub(super) fn database_location_default(&self, database: &Name) -> Location {
        let root = &self.settings.warehouse_location;
        if database.as_str() == "default" {
            return root.clone();
        }
        root.below(&directory_name::database_directory(database.as_str()))
    }

    /// `<database location>/<table>`, with the characters Hive escapes in directory names.
    pub(super) fn table_location_default(database: &Database, table: &Name) -> Location {
        let parent = database
            .managed_location
            .as_ref()
            .unwrap_or(&database.location);
        parent.below(&directory_name::table_directory(table.as_str()))
    }
}
