//! Where things stand by default, and which of them move.

use super::Catalog;
use crate::error::{Error, Result};
use crate::hive::directory_name;
use crate::lake::LakeError;
use crate::model::{Database, Name};

impl Catalog {
    /// A location as the store keeps it: absolute, with its scheme, without doubled or trailing slashes.
    pub(super) fn location_qualified(&self, location: &str) -> Result<String> {
        Ok(self.lake.qualify(location)?)
    }

    /// `<warehouse>/<database>.db`, or the warehouse itself for `default`.
    pub(super) fn database_location_default(&self, database: &Name) -> String {
        let root = self.settings.warehouse_location.trim_end_matches('/');
        if database.as_str() == "default" {
            return root.to_owned();
        }
        format!(
            "{root}/{}",
            directory_name::database_directory(database.as_str())
        )
    }

    /// `<database location>/<table>`, with the characters Hive escapes in directory names.
    pub(super) fn table_location_default(database: &Database, table: &Name) -> String {
        let parent = database
            .managed_location
            .as_ref()
            .unwrap_or(&database.location);
        format!(
            "{}/{}",
            parent.trim_end_matches('/'),
            directory_name::table_directory(table.as_str())
        )
    }
}

impl From<LakeError> for Error {
    fn from(failure: LakeError) -> Self {
        let text = failure.to_string();
        match failure {
            LakeError::Unavailable { source, location } => Self::Unavailable {
                what: format!("location {location}"),
                source,
            },
            LakeError::Unsupported { .. } => Self::Unsupported(text),
            LakeError::Invalid { .. }
            | LakeError::NotFound { .. }
            | LakeError::AlreadyExists { .. }
            | LakeError::Refused { .. }
            | LakeError::Footer { .. }
            | LakeError::Denied { .. } => Self::Invalid(text),
        }
    }
}
