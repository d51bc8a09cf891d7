//! Kits: ready tables for the logs that AWS services write.

use super::storage::ColumnView;
use crate::kit::Kit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A ready table for one kind of log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Kit)]
pub struct KitView {
    /// What a new table asks for it by
    #[schema(example = "cloudtrail")]
    pub name: String,
    /// What it is
    pub title: String,
    /// The directories below the table's location
    pub layout: String,
    /// The data columns
    pub columns: Vec<ColumnView>,
    /// The partition keys, in order
    pub partition_keys: Vec<ColumnView>,
}

/// All kits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = KitList)]
pub struct KitListView {
    /// The kits, by name
    pub kits: Vec<KitView>,
}

impl From<&Kit> for KitView {
    fn from(kit: &Kit) -> Self {
        Self {
            name: kit.name.to_owned(),
            title: kit.title.to_owned(),
            layout: kit.layout.to_owned(),
            columns: kit.columns().iter().map(ColumnView::from).collect(),
            partition_keys: kit.partition_keys().iter().map(ColumnView::from).collect(),
        }
    }
}
