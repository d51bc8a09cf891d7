//! The nouns of the catalog. They know neither the wire nor SQL; nothing here is serializable on purpose: each
//! front end and the store write their own form, so that none of them can be changed by accident.

mod alert;
mod answer;
mod caller;
mod column;
mod database;
mod decimal;
mod descriptor;
mod discovery;
mod discovery_settings;
mod event;
mod event_digest;
mod expectation;
mod freshness;
mod function;
mod job;
mod location;
mod lock;
mod name;
mod notice;
mod partition;
mod principal;
mod public_url;
mod replica;
mod sample;
mod source;
mod statistics;
mod table;
mod table_properties;
mod trouble;
mod watch;

pub use alert::{Alert, AlertFilter, AlertState, ChannelState, ChannelStatus, Mute};
pub use answer::{AnswerClaim, AnswerKey, KeptAnswer};
pub use caller::{Caller, Way};
pub use column::Column;
pub use database::{Catalog, Database};
pub use decimal::Decimal;
pub use descriptor::{Serde, Skew, SortColumn, StorageDescriptor};
pub use discovery::{
    DiscoveryRun, DiscoverySkip, DiscoveryState, DiscoveryTable, Freshness, RunCause, RunCounts,
    RunOutcome, SkipKind,
};
pub use discovery_settings::{
    DISCOVERY_PROPERTY_PREFIX, DiscoveryMode, DiscoverySettings, Retention, RootSettings,
    SchemaPolicy, is_discovery_property,
};
pub use event::{Event, EventBody, EventKind, NewEvent};
pub use event_digest::EventDigest;
pub use expectation::{
    EXPECTATION_PROPERTY_PREFIX, EXPECTED_CLOCK, EXPECTED_SINCE, Expectation, Rhythm, VolumeRange,
    expectation_name_fault, is_expectation_property,
};
pub use freshness::{FreshnessGap, FreshnessState, GapKind, ListingPause};
pub use function::{Function, FunctionResource};
pub use job::{
    Job, JobFailure, JobFilter, JobKind, JobMove, JobPhase, JobProgress, JobTarget, JobWork, NewJob,
};
pub use location::{LOCATION_BYTES_MAX, Location, LocationError, Storage};
pub use lock::{Lock, LockComponent, LockLevel, LockState, LockType};
pub use name::{DEFAULT_CATALOG, DatabaseRef, FunctionRef, Name, TableRef};
pub use notice::{
    DISCOVERY_SUBJECT, FRESHNESS_SUBJECT, Notice, NoticeEntry, NoticeKind, OVER, OWN_SUBJECTS,
    SEEN, Severity,
};
pub use partition::Partition;
pub use principal::{Peer, Principal, PrincipalNameError, Proof};
pub use public_url::{ACKNOWLEDGE_CHANGES_MAX, ACKNOWLEDGE_PATH, PublicUrl};
pub use replica::{REPLICA_SILENT_INTERVALS, Replica, ReplicaIdentity};
pub use sample::{SampledDirectory, SampledFile};
pub use source::{
    Coverage, SNAPSHOT_COLUMNS_MAX, SNAPSHOT_TABLES_MAX, SOURCE_NAME_BYTES_MAX,
    SOURCE_TEXT_BYTES_MAX, Snapshot, SnapshotError, SourceColumn, SourceDialect, SourceTable,
    SourceTableKind, SourceTableRef, TABLE_COLUMNS_MAX, VIEW_BYTES_MAX,
};
pub use statistics::{Bounds, ColumnStatistics, Figures, Lengths, NOT_KNOWN, Range};
pub use table::{PrincipalType, Table, TableMeta, TableType};
pub use table_properties::PropertyError;
pub use trouble::{Trouble, TroubleEnd, TroubleKind};
pub use watch::{
    AppliedColumn, ChangeFilter, ChangeTarget, EngineEffect, SchemaChange, SnapshotAt,
    SnapshotInfo, SourceOrigin, SourceState, WATCH_NAME_BYTES_MAX, WatchCause, is_watch_name,
};

use std::collections::BTreeMap;

/// String properties of a database, table, partition or serde. Every key that a client sends survives, byte for
/// byte. The order is the keys', so that two equal maps have one form.
pub type Parameters = BTreeMap<String, String>;
