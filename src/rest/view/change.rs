//! Changes of sources: what happened, how grave it is, and whom it reaches.

use super::moment;
use super::storage::ColumnView;
use crate::model::{AppliedColumn, ChangeTarget, EngineEffect, SchemaChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SchemaChange)]
pub struct ChangeView {
    /// Its number; absent where two snapshots were compared and nothing was kept
    pub id: Option<i64>,
    /// The source
    pub source: String,
    /// When it was found
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The snapshot before
    pub from_snapshot: i64,
    /// The snapshot after
    pub to_snapshot: i64,
    /// What tells it from every other change, on every replica and day
    pub key: String,
    /// Its kind
    #[schema(example = "column_added")]
    pub kind: String,
    /// `breaking`, `risky` or `additive`: the gravest of the engines
    pub severity: String,
    /// The table, by its name after the change
    #[schema(example = "shop.orders")]
    pub table: String,
    /// What it is about
    #[schema(example = "shop.orders.price")]
    pub object: String,
    /// What happened, in one line
    pub text: String,
    /// What follows from it, a line each
    pub effects: Vec<String>,
    /// Who is to look at it
    pub owner: Option<String>,
    /// How grave it is to each engine
    pub engines: Vec<EngineEffectView>,
    /// The catalog tables that are filled from the table
    pub targets: Vec<ChangeTargetView>,
    /// When its columns were added to the targets
    #[schema(format = DateTime)]
    pub applied_at: Option<String>,
}

/// What a change means to one engine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EngineEffect)]
pub struct EngineEffectView {
    /// The engine
    #[schema(example = "Trino")]
    pub engine: String,
    /// `breaking`, `risky` or `additive`
    pub severity: String,
    /// Why, where it is not the same for all
    pub why: Option<String>,
}

/// A catalog table that a change reaches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ChangeTarget)]
pub struct ChangeTargetView {
    /// Its database
    pub database: String,
    /// Its name
    pub table: String,
    /// Whether it existed when the change was found
    pub exists: bool,
    /// The tier of its database
    pub tier: Option<String>,
    /// Columns that the source has and the table lacks, with the types that a dump gives them
    pub lacks: Vec<ColumnView>,
    /// Columns that the table has and the source lost
    pub surplus: Vec<String>,
    /// The column whose type differs now
    pub differs: Option<String>,
    /// Views of the catalog that name the column, as `database.view`
    pub views: Vec<String>,
}

/// A page of changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SchemaChangeList)]
pub struct ChangeListView {
    /// The changes, the newest first
    pub changes: Vec<ChangeView>,
    /// What to pass as `before` for the next page; absent on the last one
    pub next: Option<i64>,
}

/// What differs between two snapshots.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SchemaDiff)]
pub struct DiffView {
    /// The snapshot before; absent where nothing differs
    pub from_snapshot: Option<i64>,
    /// The snapshot after; absent where nothing differs
    pub to_snapshot: Option<i64>,
    /// The changes, by table
    pub changes: Vec<ChangeView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<usize>,
}

/// What was added to the tables that a change reaches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AppliedChange)]
pub struct AppliedView {
    /// The columns
    pub columns: Vec<AppliedColumnView>,
}

/// A column of a catalog table that its source has.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AppliedColumn)]
pub struct AppliedColumnView {
    /// The table's database
    pub database: String,
    /// The table
    pub table: String,
    /// The column
    pub column: ColumnView,
    /// Whether this call added it; false where the table had it by then
    pub added: bool,
}

impl From<SchemaChange> for ChangeView {
    fn from(change: SchemaChange) -> Self {
        Self {
            id: Some(change.id).filter(|id| *id != 0),
            source: change.source,
            at: moment(change.at),
            from_snapshot: change.from_snapshot,
            to_snapshot: change.to_snapshot,
            key: change.key,
            kind: change.kind,
            severity: change.severity.as_str().to_owned(),
            table: change.table.to_string(),
            object: change.object,
            text: change.text,
            effects: change.effects,
            owner: change.owner,
            engines: change
                .engines
                .into_iter()
                .map(EngineEffectView::from)
                .collect(),
            targets: change
                .targets
                .into_iter()
                .map(ChangeTargetView::from)
                .collect(),
            applied_at: change.applied_at.and_then(moment),
        }
    }
}

impl From<EngineEffect> for EngineEffectView {
    fn from(effect: EngineEffect) -> Self {
        Self {
            engine: effect.engine,
            severity: effect.severity.as_str().to_owned(),
            why: effect.why,
        }
    }
}

impl From<ChangeTarget> for ChangeTargetView {
    fn from(target: ChangeTarget) -> Self {
        Self {
            database: target.table.database.to_string(),
            table: target.table.table.to_string(),
            exists: target.exists,
            tier: target.tier,
            lacks: target.lacks.iter().map(ColumnView::from).collect(),
            surplus: target.surplus,
            differs: target.differs,
            views: target.views,
        }
    }
}

impl From<AppliedColumn> for AppliedColumnView {
    fn from(applied: AppliedColumn) -> Self {
        Self {
            database: applied.table.database.to_string(),
            table: applied.table.table.to_string(),
            column: ColumnView::from(&applied.column),
            added: applied.added,
        }
    }
}
