//! Locks of engines.

use super::moment;
use crate::catalog::{ExplainedLock, ListedLock};
use crate::clock::DatabaseTime;
use crate::model::{LockComponent, LockState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A lock that an engine holds or waits for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Lock)]
pub struct LockView {
    /// Its number; smaller ones come first
    pub id: i64,
    /// Whether it is granted
    pub state: LockStateView,
    /// The user that asked for it
    pub user: String,
    /// The machine that asked for it
    pub host: String,
    /// What the client calls itself
    pub agent: Option<String>,
    /// Seconds since its holder gave a sign of life; after `hive.lock_timeout_s` it runs out
    pub idle_s: i64,
    /// When it was granted
    #[schema(format = DateTime)]
    pub acquired_at: Option<String>,
    /// The number of the lock that it waits for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<i64>,
    /// What it covers
    pub components: Vec<LockComponentView>,
}

/// Whether a lock is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LockStateView {
    /// It is.
    Acquired,
    /// Others stand in its way.
    Waiting,
    /// It will not be.
    Refused,
}

/// A part of what a lock covers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LockComponent)]
pub struct LockComponentView {
    /// How strong: `shared_read`, `shared_write`, `exclusive_write`, `exclusive`
    #[serde(rename = "type")]
    pub lock_type: String,
    /// The catalog
    pub catalog: String,
    /// The database
    pub database: String,
    /// The table; absent is the whole database
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The partition; absent is the whole table
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

/// A page of locks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LockList)]
pub struct LockListView {
    /// The locks, by number
    pub locks: Vec<LockView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<i64>,
}

/// A lock, and why it waits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ExplainedLock)]
pub struct ExplainedLockView {
    /// The lock
    pub lock: LockView,
    /// The one that it waits for, then the one that this waits for, to the one that holds
    pub waits_for: Vec<LockView>,
}

impl From<LockComponent> for LockComponentView {
    fn from(component: LockComponent) -> Self {
        Self {
            lock_type: component.lock_type.as_str().to_owned(),
            catalog: component.catalog.to_string(),
            database: component.database.to_string(),
            table: component.table.map(|name| name.to_string()),
            partition: component.partition,
        }
    }
}

impl From<ListedLock> for LockView {
    fn from(listed: ListedLock) -> Self {
        let lock = listed.lock;
        let acquired_at = lock.acquired_at.map(DatabaseTime::seconds);
        Self {
            id: lock.id,
            state: match lock.state {
                LockState::Acquired => LockStateView::Acquired,
                LockState::Waiting => LockStateView::Waiting,
                LockState::Aborted | LockState::NotAcquired => LockStateView::Refused,
            },
            user: lock.user,
            host: lock.hostname,
            agent: lock.agent_info,
            idle_s: lock.idle_s,
            acquired_at: acquired_at.and_then(moment),
            blocked_by: listed.blocked_by,
            components: lock.components.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ExplainedLock> for ExplainedLockView {
    fn from(explained: ExplainedLock) -> Self {
        Self {
            lock: explained.lock.into(),
            waits_for: explained.waits_for.into_iter().map(Into::into).collect(),
        }
    }
}
