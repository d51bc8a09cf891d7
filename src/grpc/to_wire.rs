//! From the model to messages.

mod calendar;
mod discovery;
mod explanation;
mod freshness;
mod naming;
mod replica;
mod run;
mod search;
mod source;
mod statistics;
mod watch;

pub(super) use calendar::calendar;
pub(super) use discovery::{discovery, discovery_run, skipped_directory};
pub(super) use explanation::explanation;
pub(super) use freshness::freshness;
pub(super) use naming::{kit, lint_place, naming_rules, offender};
pub(super) use replica::replica;
pub(super) use run::{proposal, run_plan, run_progress, run_report};
pub(super) use search::search_hit;
pub(super) use source::{snapshot, source, source_test};
pub(super) use statistics::column_statistics;
pub(super) use watch::{alert, alert_preview, applied_column, channel, mute, schema_change};

use super::condition::etag;
use super::failure::reason;
use crate::catalog::{AddedEach, ListedLock, PartitionAt, TABLE_COMMENT};
use crate::error::Error;
use crate::front::words;
use crate::hive::storage_format::StorageFormat;
use crate::model::{
    Catalog, Column, Database, EventDigest, Function, Location, LockComponent, LockState, LockType,
    Partition, StorageDescriptor, Table, TableRef, TableType,
};
use prost_types::Timestamp;
use skep_wire::v1;

/// Hive's number of an ascending sort order.
const ASCENDING: i32 = 1;

/// A moment in seconds since the epoch; nothing for 0, by which Hive means that nobody knows.
pub(super) fn moment(seconds: i64) -> Option<Timestamp> {
    (seconds != 0).then_some(Timestamp { seconds, nanos: 0 })
}

fn place(location: Option<&Location>) -> Option<String> {
    location.map(Location::to_string)
}

/// A catalog.
pub(super) fn catalog(catalog: Catalog) -> v1::Catalog {
    v1::Catalog {
        name: catalog.name.to_string(),
        description: catalog.description,
        location: catalog.location,
    }
}

/// The name of a table.
fn table_name(at: &TableRef) -> v1::TableName {
    v1::TableName {
        catalog: at.catalog.to_string(),
        database: at.database.to_string(),
        table: at.table.to_string(),
    }
}

/// A database.
pub(super) fn database(database: Database) -> v1::Database {
    v1::Database {
        etag: etag(&database),
        catalog: database.at.catalog.to_string(),
        name: database.at.database.to_string(),
        description: database.description,
        location: database.location.to_string(),
        managed_location: place(database.managed_location.as_ref()),
        owner: database.owner,
        create_time: moment(database.created_at),
        parameters: database.parameters,
    }
}

fn table_type(table_type: &TableType) -> i32 {
    let word = match table_type {
        TableType::Managed => v1::TableType::Managed,
        TableType::External => v1::TableType::External,
        TableType::VirtualView => v1::TableType::View,
        TableType::MaterializedView => v1::TableType::MaterializedView,
        TableType::Other(_) => v1::TableType::Other,
    };
    word.into()
}

fn column(column: &Column) -> v1::Column {
    v1::Column {
        name: column.name.clone(),
        r#type: column.data_type.clone(),
        comment: column.comment.clone(),
    }
}

fn format_of(descriptor: &StorageDescriptor) -> Option<String> {
    let serde = descriptor.serde.as_ref()?;
    let format = StorageFormat::of_serde(serde.library.as_deref()?)?;
    Some(format.name.to_owned())
}

fn storage(descriptor: &StorageDescriptor) -> v1::Storage {
    let serde = descriptor.serde.as_ref();
    let sorted = descriptor.sort_columns.iter().map(|one| v1::SortColumn {
        column: one.column.clone(),
        ascending: one.order == ASCENDING,
    });
    v1::Storage {
        format: format_of(descriptor),
        input_format: descriptor.input_format.clone(),
        output_format: descriptor.output_format.clone(),
        serde: serde.and_then(|serde| serde.library.clone()),
        serde_parameters: serde.map(|one| one.parameters.clone()).unwrap_or_default(),
        compressed: descriptor.compressed,
        bucket_count: descriptor.bucket_count,
        bucket_columns: descriptor.bucket_columns.clone(),
        sort_columns: sorted.collect(),
        parameters: descriptor.parameters.clone(),
    }
}

fn columns_of(descriptor: &StorageDescriptor) -> Vec<v1::Column> {
    let columns = descriptor.columns.iter().flatten();
    columns.map(column).collect()
}

/// A table.
pub(super) fn table(table: Table) -> v1::Table {
    v1::Table {
        etag: etag(&table),
        catalog: table.at.catalog.to_string(),
        database: table.at.database.to_string(),
        name: table.at.table.to_string(),
        r#type: table_type(&table.table_type),
        comment: table.parameters.get(TABLE_COMMENT).cloned(),
        owner: table.owner,
        create_time: moment(table.created_at),
        location: place(table.location.as_ref()),
        columns: columns_of(&table.descriptor),
        partition_keys: table.partition_keys.iter().map(column).collect(),
        storage: Some(storage(&table.descriptor)),
        parameters: table.parameters,
        view_text: table.view_original_text,
    }
}

/// What listings show of a table.
pub(super) fn table_summary(table: &Table) -> v1::TableSummary {
    let keys = table.partition_keys.iter().map(|key| key.name.clone());
    v1::TableSummary {
        name: table.at.table.to_string(),
        r#type: table_type(&table.table_type),
        format: format_of(&table.descriptor),
        partition_keys: keys.collect(),
        location: place(table.location.as_ref()),
        comment: table.parameters.get(TABLE_COMMENT).cloned(),
        owner: table.owner.clone(),
    }
}

/// A partition in a listing of a table at this location.
pub(super) fn partition_listed(partition: &Partition, root: Option<&Location>) -> v1::Partition {
    v1::Partition {
        name: partition.name.clone(),
        values: partition.values.clone(),
        location: place(partition.full_location(root).as_ref()),
        create_time: moment(partition.created_at),
        parameters: partition.parameters.clone(),
        columns: Vec::new(),
        storage: None,
        etag: String::new(),
    }
}

/// A partition alone, with all that is known of it.
pub(super) fn partition(found: &PartitionAt) -> v1::Partition {
    let partition = &found.partition;
    v1::Partition {
        columns: columns_of(&partition.descriptor),
        storage: Some(storage(&partition.descriptor)),
        etag: etag(found),
        ..partition_listed(partition, found.table_location.as_ref())
    }
}

/// What became of a partition that was to be added.
pub(super) fn added((name, became): AddedEach) -> v1::AddedPartition {
    match became {
        Ok(found) => {
            let outcome = if found.is_new {
                v1::AddOutcome::Added
            } else {
                v1::AddOutcome::Existed
            };
            let differs = found.differs.into_iter().map(str::to_owned);
            v1::AddedPartition {
                name,
                outcome: outcome.into(),
                location: place(found.location.as_ref()),
                differs: differs.collect(),
                refusal: None,
            }
        }
        Err(why) => v1::AddedPartition {
            name,
            outcome: v1::AddOutcome::Refused.into(),
            location: None,
            differs: Vec::new(),
            refusal: Some(refusal(&why)),
        },
    }
}

fn refusal(why: &Error) -> v1::Refusal {
    v1::Refusal {
        reason: reason(why).to_owned(),
        message: words(why),
    }
}

/// An event.
pub(super) fn event(event: &EventDigest) -> v1::Event {
    v1::Event {
        id: event.id,
        time: moment(event.at),
        kind: event.kind.as_str().to_owned(),
        catalog: event.catalog.to_string(),
        database: event.database.as_ref().map(ToString::to_string),
        table: event.table.as_ref().map(ToString::to_string),
        renamed_to: event.renamed_to.clone(),
        partitions: event.partitions.clone(),
        files: event.files.clone(),
    }
}

/// A function.
pub(super) fn function(function: Function) -> v1::Function {
    let resources = function.resources.into_iter();
    v1::Function {
        catalog: function.at.catalog.to_string(),
        database: function.at.database.to_string(),
        name: function.at.name.to_string(),
        class_name: function.class_name,
        owner: function.owner,
        create_time: moment(function.created_at),
        resources: resources
            .map(|one| v1::FunctionResource {
                // The numbers are Hive's.
                r#type: v1::ResourceType::try_from(one.resource_type.unwrap_or_default())
                    .unwrap_or_default()
                    .into(),
                uri: one.uri,
            })
            .collect(),
    }
}

/// A lock.
pub(super) fn lock(listed: ListedLock) -> v1::Lock {
    let lock = listed.lock;
    let state = match lock.state {
        LockState::Acquired => v1::LockState::Acquired,
        LockState::Waiting => v1::LockState::Waiting,
        LockState::Aborted | LockState::NotAcquired => v1::LockState::Refused,
    };
    v1::Lock {
        id: lock.id,
        state: state.into(),
        user: lock.user,
        host: lock.hostname,
        agent: lock.agent_info,
        idle_seconds: lock.idle_s,
        acquire_time: lock.acquired_at.and_then(|at| moment(at.seconds())),
        blocked_by: listed.blocked_by,
        components: lock.components.into_iter().map(lock_component).collect(),
    }
}

fn lock_component(component: LockComponent) -> v1::LockComponent {
    let strength = match component.lock_type {
        LockType::SharedRead => v1::LockType::SharedRead,
        LockType::SharedWrite => v1::LockType::SharedWrite,
        LockType::ExclusiveWrite => v1::LockType::ExclusiveWrite,
        LockType::Exclusive => v1::LockType::Exclusive,
    };
    v1::LockComponent {
        r#type: strength.into(),
        catalog: component.catalog.to_string(),
        database: component.database.to_string(),
        table: component.table.map(|name| name.to_string()),
        partition: component.partition,
    }
}
