//! Notification events. The message is the JSON that Hive's `json-0.2` messages hold; objects in it are text in
//! Thrift's JSON protocol. It is made when the event is read: what is stored is the event itself.

use super::{function, seconds, storage};
use crate::model::{Database, Event, EventBody, EventKind, Location, Name, Partition, Table};
use hms::protocol::JsonWriter;
use hms::{Protocol, types};
use serde_json::{Map, Value, json};

/// The format of the messages, which every reader knows.
const MESSAGE_FORMAT: &str = "json-0.2";

/// The message of an event.
fn message(event: &Event) -> String {
    let new = &event.event;
    let mut members = Map::new();
    // Readers refuse a message without these two, but not an empty text.
    members.insert("server".into(), "".into());
    members.insert("servicePrincipal".into(), "".into());
    members.insert("timestamp".into(), event.at.into());
    if let Some(database) = &new.database {
        members.insert("db".into(), database.as_str().into());
    }
    if let Some(table) = &new.table {
        members.insert("table".into(), table.as_str().into());
    }
    if let Value::Object(own) = own_members(event) {
        members.extend(own);
    }
    Value::Object(members).to_string()
}

/// An event with its message, without the objects that it tells of.
pub(in crate::thrift) struct Told {
    id: i64,
    at: i64,
    kind: EventKind,
    catalog: Name,
    database: Option<Name>,
    table: Option<Name>,
    message: String,
}

impl Told {
    pub(in crate::thrift) fn of(event: Event) -> Self {
        let message = message(&event);
        Self {
            id: event.id,
            at: event.at,
            kind: event.event.kind,
            catalog: event.event.catalog,
            database: event.event.database,
            table: event.event.table,
            message,
        }
    }

    /// The bytes of its message.
    pub(in crate::thrift) fn bytes(&self) -> usize {
        self.message.len()
    }

    pub(in crate::thrift) fn to_wire(&self) -> types::NotificationEvent<'_> {
        types::NotificationEvent {
            event_id: self.id,
            event_time: seconds(self.at),
            event_type: self.kind.as_str(),
            db_name: self.database.as_ref().map(Name::as_str),
            table_name: self.table.as_ref().map(Name::as_str),
            message: &self.message,
            message_format: Some(MESSAGE_FORMAT),
            cat_name: Some(self.catalog.as_str()),
        }
    }
}

/// The members that an event of this kind has beside the common ones.
fn own_members(event: &Event) -> Value {
    match &event.event.body {
        EventBody::Database(database) => json!({ "dbJson": database_json(database) }),
        EventBody::DatabaseChange { before, after } => json!({
            "dbObjBeforeJson": database_json(before),
            "dbObjAfterJson": database_json(after),
        }),
        EventBody::Table(table) => json!({
            "tableType": table.table_type.as_str(),
            "tableObjJson": table_json(table),
            "files": [],
        }),
        EventBody::TableChange {
            before,
            after,
            is_truncate,
        } => json!({
            "db": before.at.database.as_str(),
            "table": before.at.table.as_str(),
            "tableType": after.table_type.as_str(),
            "tableObjBeforeJson": table_json(before),
            "tableObjAfterJson": table_json(after),
            "isTruncateOp": is_truncate.to_string(),
            "writeId": -1,
        }),
        EventBody::Partitions { table, partitions } => partitions_members(table, partitions),
        EventBody::PartitionChange {
            table,
            before,
            after,
        } => json!({
            "tableType": table.table_type.as_str(),
            "tableObjJson": table_json(table),
            "keyValues": key_values(table, before),
            "partitionObjBeforeJson": partition_json(table, before),
            "partitionObjAfterJson": partition_json(table, after),
            "isTruncateOp": "false",
            "writeId": -1,
        }),
        EventBody::Insert {
            table,
            partition,
            replace,
            files,
        } => insert_members(
            event.event.kind,
            table,
            partition.as_deref(),
            *replace,
            files,
        ),
        EventBody::Function(function) => json!({
            "functionName": function.at.name.as_str(),
            "functionObjJson": JsonWriter::text(&function::function(function)),
        }),
        EventBody::Statistics { partition, columns } => json!({
            "writeId": -1,
            "database": event.event.database.as_ref().map(crate::model::Name::as_str),
            "partName": partition,
            "colName": columns.first(),
            "colNames": columns,
        }),
    }
}

fn partitions_members(table: &Table, partitions: &[Partition]) -> Value {
    let all: Vec<Value> = partitions
        .iter()
        .map(|partition| key_values(table, partition))
        .collect();
    let objects: Vec<String> = partitions
        .iter()
        .map(|partition| partition_json(table, partition))
        .collect();
    let files: Vec<Value> = partitions
        .iter()
        .map(|partition| json!({ "partitionName": partition.name, "files": [] }))
        .collect();
    json!({
        "tableType": table.table_type.as_str(),
        "tableObjJson": table_json(table),
        "partitions": all,
        "partitionListJson": objects,
        "partitionFiles": files,
    })
}

fn insert_members(
    kind: EventKind,
    table: &Table,
    partition: Option<&Partition>,
    replace: bool,
    files: &[String],
) -> Value {
    let object = partition.map(|partition| partition_json(table, partition));
    if kind == EventKind::Reload {
        return json!({ "tableObjJson": table_json(table), "ptnObjJson": object, "refreshEvent": "true" });
    }
    json!({
        "tableType": table.table_type.as_str(),
        "tableObjJson": table_json(table),
        "ptnObjJson": object,
        "partKeyVals": partition.map(|partition| key_values(table, partition)),
        "replace": replace.to_string(),
        "files": files,
    })
}

fn key_values(table: &Table, partition: &Partition) -> Value {
    let pairs = table.partition_keys.iter().zip(&partition.values);
    Value::Object(
        pairs
            .map(|(key, value)| (key.name.clone(), value.as_str().into()))
            .collect(),
    )
}

fn database_json(database: &Database) -> String {
    JsonWriter::text(&super::database::database(database))
}

fn table_json(table: &Table) -> String {
    JsonWriter::text(&super::table::table(table))
}

fn partition_json(table: &Table, partition: &Partition) -> String {
    let location = partition.full_location(table.location.as_ref());
    let unknown: types::Partition<'_> = if partition.unknown_fields.is_empty() {
        types::Partition::default()
    } else {
        Protocol::Binary
            .decode(&partition.unknown_fields)
            .unwrap_or_default()
    };
    let wire = types::Partition {
        values: super::strings(&partition.values),
        db_name: Some(table.at.database.as_str()),
        table_name: Some(table.at.table.as_str()),
        create_time: Some(seconds(partition.created_at)),
        last_access_time: Some(seconds(partition.last_access_at)),
        sd: Some(Box::new(storage::descriptor(
            &partition.descriptor,
            location.as_ref().map(Location::as_str),
        ))),
        parameters: super::parameters(&partition.parameters),
        cat_name: Some(table.at.catalog.as_str()),
        ..unknown
    };
    JsonWriter::text(&wire)
}
