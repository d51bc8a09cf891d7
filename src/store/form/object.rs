//! The stored form of a whole database, table, partition or function inside an event: as it was at that moment, in one
//! text, while the rows of the tables go on changing. A descriptor is named by its number, as in those rows.

use crate::model::{
    Column, Database, DatabaseRef, Function, FunctionRef, FunctionResource, Location, Name,
    Parameters, Partition, PrincipalType, StorageDescriptor, Table, TableRef, TableType,
};
use crate::store::sql::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Descriptors by number.
pub(in crate::store) type Descriptors = HashMap<i64, Arc<StorageDescriptor>>;

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct DatabaseForm<'a> {
    id: i64,
    catalog: Cow<'a, str>,
    database: Cow<'a, str>,
    description: Option<Cow<'a, str>>,
    location: Cow<'a, str>,
    managed_location: Option<Cow<'a, str>>,
    parameters: Cow<'a, Parameters>,
    owner: Option<Cow<'a, str>>,
    owner_type: Option<i32>,
    created_at: i64,
    #[serde(rename = "rest")]
    unknown_fields: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct TableForm<'a> {
    id: i64,
    catalog: Cow<'a, str>,
    database: Cow<'a, str>,
    table: Cow<'a, str>,
    table_type: Cow<'a, str>,
    owner: Option<Cow<'a, str>>,
    owner_type: Option<i32>,
    created_at: i64,
    last_access_at: i64,
    retention: i32,
    partition_keys: Vec<(String, String, Option<String>)>,
    location: Option<Cow<'a, str>>,
    pub(in crate::store) descriptor: i64,
    parameters: Cow<'a, Parameters>,
    view_original_text: Option<Cow<'a, str>>,
    view_expanded_text: Option<Cow<'a, str>>,
    #[serde(rename = "rest")]
    unknown_fields: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct PartitionForm<'a> {
    name: Cow<'a, str>,
    values: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<Cow<'a, str>>,
    pub(in crate::store) descriptor: i64,
    created_at: i64,
    last_access_at: i64,
    parameters: Cow<'a, Parameters>,
    #[serde(rename = "rest", default, skip_serializing_if = "String::is_empty")]
    unknown_fields: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct FunctionForm<'a> {
    id: i64,
    catalog: Cow<'a, str>,
    database: Cow<'a, str>,
    name: Cow<'a, str>,
    class_name: Option<Cow<'a, str>>,
    owner: Option<Cow<'a, str>>,
    owner_type: Option<i32>,
    created_at: i64,
    function_type: Option<i32>,
    resources: Vec<(Option<i32>, Option<String>)>,
}

pub(in crate::store) fn borrowed(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

pub(in crate::store) fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

fn place(location: Option<&Location>) -> Option<Cow<'_, str>> {
    location.map(|location| Cow::Borrowed(location.as_str()))
}

fn placed(text: Option<Cow<'_, str>>) -> Option<Location> {
    owned(text).map(Location::from_stored)
}

fn bytes_of(text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(text).map_err(Failure::fault)
}

fn descriptor_in(descriptors: &Descriptors, id: i64) -> Result<Arc<StorageDescriptor>, Failure> {
    let found = descriptors.get(&id).cloned();
    found.ok_or_else(|| Failure::fault(format!("descriptor {id} of an event is missing")))
}

impl<'a> DatabaseForm<'a> {
    pub(in crate::store) fn new(database: &'a Database) -> Self {
        Self {
            id: database.id,
            catalog: database.at.catalog.as_str().into(),
            database: database.at.database.as_str().into(),
            description: borrowed(database.description.as_ref()),
            location: database.location.as_str().into(),
            managed_location: place(database.managed_location.as_ref()),
            parameters: Cow::Borrowed(&database.parameters),
            owner: borrowed(database.owner.as_ref()),
            owner_type: database.owner_type.map(|owner_type| owner_type.0),
            created_at: database.created_at,
            unknown_fields: STANDARD.encode(&database.unknown_fields),
        }
    }

    pub(in crate::store) fn into_database(self) -> Result<Box<Database>, Failure> {
        Ok(Box::new(Database {
            id: self.id,
            at: DatabaseRef::new(self.catalog.as_ref(), self.database.as_ref()),
            description: owned(self.description),
            location: Location::from_stored(self.location.into_owned()),
            managed_location: placed(self.managed_location),
            parameters: self.parameters.into_owned(),
            owner: owned(self.owner),
            owner_type: self.owner_type.map(PrincipalType),
            created_at: self.created_at,
            unknown_fields: bytes_of(&self.unknown_fields)?,
        }))
    }
}

impl<'a> TableForm<'a> {
    pub(in crate::store) fn new(table: &'a Table, descriptor: i64) -> Self {
        let keys = table.partition_keys.iter();
        Self {
            id: table.id,
            catalog: table.at.catalog.as_str().into(),
            database: table.at.database.as_str().into(),
            table: table.at.table.as_str().into(),
            table_type: table.table_type.as_str().into(),
            owner: borrowed(table.owner.as_ref()),
            owner_type: table.owner_type.map(|owner_type| owner_type.0),
            created_at: table.created_at,
            last_access_at: table.last_access_at,
            retention: table.retention,
            partition_keys: keys
                .map(|key| (key.name.clone(), key.data_type.clone(), key.comment.clone()))
                .collect(),
            location: place(table.location.as_ref()),
            descriptor,
            parameters: Cow::Borrowed(&table.parameters),
            view_original_text: borrowed(table.view_original_text.as_ref()),
            view_expanded_text: borrowed(table.view_expanded_text.as_ref()),
            unknown_fields: STANDARD.encode(&table.unknown_fields),
        }
    }

    pub(in crate::store) fn into_table(
        self,
        descriptors: &Descriptors,
    ) -> Result<Box<Table>, Failure> {
        let keys = self.partition_keys.into_iter();
        Ok(Box::new(Table {
            id: self.id,
            at: TableRef {
                catalog: Name::new(&self.catalog),
                database: Name::new(&self.database),
                table: Name::new(&self.table),
            },
            table_type: TableType::parse(&self.table_type),
            owner: owned(self.owner),
            owner_type: self.owner_type.map(PrincipalType),
            created_at: self.created_at,
            last_access_at: self.last_access_at,
            retention: self.retention,
            partition_keys: keys
                .map(|(name, data_type, comment)| Column {
                    name,
                    data_type,
                    comment,
                })
                .collect(),
            location: placed(self.location),
            descriptor: descriptor_in(descriptors, self.descriptor)?,
            parameters: self.parameters.into_owned(),
            view_original_text: owned(self.view_original_text),
            view_expanded_text: owned(self.view_expanded_text),
            unknown_fields: bytes_of(&self.unknown_fields)?,
        }))
    }
}

impl<'a> PartitionForm<'a> {
    pub(in crate::store) fn new(partition: &'a Partition, descriptor: i64) -> Self {
        Self {
            name: partition.name.as_str().into(),
            values: Cow::Borrowed(&partition.values),
            location: place(partition.location.as_ref()),
            descriptor,
            created_at: partition.created_at,
            last_access_at: partition.last_access_at,
            parameters: Cow::Borrowed(&partition.parameters),
            unknown_fields: STANDARD.encode(&partition.unknown_fields),
        }
    }

    pub(in crate::store) fn into_partition(
        self,
        descriptors: &Descriptors,
    ) -> Result<Partition, Failure> {
        Ok(Partition {
            values: self.values.into_owned(),
            name: self.name.into_owned(),
            location: placed(self.location),
            descriptor: descriptor_in(descriptors, self.descriptor)?,
            created_at: self.created_at,
            last_access_at: self.last_access_at,
            parameters: self.parameters.into_owned(),
            unknown_fields: bytes_of(&self.unknown_fields)?,
        })
    }
}

impl<'a> FunctionForm<'a> {
    pub(in crate::store) fn new(function: &'a Function) -> Self {
        let resources = function.resources.iter();
        Self {
            id: function.id,
            catalog: function.at.catalog.as_str().into(),
            database: function.at.database.as_str().into(),
            name: function.at.name.as_str().into(),
            class_name: borrowed(function.class_name.as_ref()),
            owner: borrowed(function.owner.as_ref()),
            owner_type: function.owner_type.map(|owner_type| owner_type.0),
            created_at: function.created_at,
            function_type: function.function_type,
            resources: resources
                .map(|one| (one.resource_type, one.uri.clone()))
                .collect(),
        }
    }

    pub(in crate::store) fn into_function(self) -> Box<Function> {
        let resources = self.resources.into_iter();
        Box::new(Function {
            id: self.id,
            at: FunctionRef {
                catalog: Name::new(&self.catalog),
                database: Name::new(&self.database),
                name: Name::new(&self.name),
            },
            class_name: owned(self.class_name),
            owner: owned(self.owner),
            owner_type: self.owner_type.map(PrincipalType),
            created_at: self.created_at,
            function_type: self.function_type,
            resources: resources
                .map(|(resource_type, uri)| FunctionResource { resource_type, uri })
                .collect(),
        })
    }
}
