//! Notification events. The message is the JSON that Hive's `json-0.2` messages hold; objects in it are text in
//! Thrift's JSON protocol. It is made when the event is read: what is stored is the event itself.

use super::{function, seconds, storage};
use crate::model::{Database, Event, EventBody, EventKind, Location, Name, Partition, Table};
use hms::protocol::JsonWriter;
use hms::{Protocol, types};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The format of the messages, which every reader knows.
const MESSAGE_FORMAT: &str = "json-0.2";

/// The message of an event, written member by member: that of a hundred thousand partitions holds as many objects, of which
/// one is in memory at a time.
struct Message<'a>(&'a Event);

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0;
        let new = &event.event;
        let mut members = serializer.serialize_map(None)?;
        // Readers refuse a message without these two, but not an empty text.
        members.serialize_entry("server", "")?;
        members.serialize_entry("servicePrincipal", "")?;
        members.serialize_entry("timestamp", &event.at)?;
        if let EventBody::Partitions { table, partitions } = &new.body {
            let values = |one| key_values(table, one);
            let object = |one| partition_json(table, one);
            let files = |one: &Partition| json!({ "partitionName": one.name, "files": [] });
            members.serialize_entry("partitions", &Each(partitions, values))?;
            members.serialize_entry("partitionListJson", &Each(partitions, object))?;
            members.serialize_entry("partitionFiles", &Each(partitions, files))?;
        }
        let Value::Object(own) = own_members(event) else {
            return Err(S::Error::custom("a message has members"));
        };
        for (name, value) in [("db", &new.database), ("table", &new.table)] {
            if let (Some(value), false) = (value, own.contains_key(name)) {
                members.serialize_entry(name, value.as_str())?;
            }
        }
        for (name, value) in &own {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

/// A list whose members are made one by one.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// A text that grows up to a bound.
struct Bounded {
    bytes: Vec<u8>,
    room: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.room {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The message of an event; nothing where it is longer than so many bytes.
fn message(event: &Event, room: usize) -> Option<String> {
    let mut text = Bounded {
        bytes: Vec::new(),
        room,
    };
    serde_json::to_writer(&mut text, &Message(event)).ok()?;
    String::from_utf8(text.bytes).ok()
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
    /// Makes the message; nothing where it is longer than so many bytes.
    pub(in crate::thrift) fn of(event: &Event, room: usize) -> Option<Self> {
        Some(Self {
            message: message(event, room)?,
            id: event.id,
            at: event.at,
            kind: event.event.kind,
            catalog: event.event.catalog.clone(),
            database: event.event.database.clone(),
            table: event.event.table.clone(),
        })
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

/// The members that an event of this kind has beside the common ones, and beside the lists of partitions.
fn own_members(event: &Event) -> Value {
    match &event.event.body {
        EventBody::Partitions { table, .. } => json!({
            "tableType": table.table_type.as_str(),
            "tableObjJson": table_json(table),
        }),
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
