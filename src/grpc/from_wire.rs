//! From messages to what the catalog asks for. Each fault names its field.

mod changes;
mod source;
mod statistics;

pub(super) use changes::{partition_change, table_change};
pub(super) use source::{snapshot_at, source_settings};
pub(super) use statistics::{column_names, engine, statistics};

use super::failure::Failure;
use crate::catalog::{
    DatabaseChange, DatabaseSpec, EventFilter, ObjectFault, ParameterChanges, PartitionSpec,
    StorageSpec, TableSpec, TableSpecFault,
};
use crate::model::{
    AlertState, Column, DEFAULT_CATALOG, DatabaseRef, Function, FunctionRef, FunctionResource,
    Name, Parameters, Severity, TableRef, TableType,
};
use skep_wire::v1;
use std::collections::BTreeMap;

/// Hive's number of functions in Java, the only ones.
const JAVA: i32 = 1;
/// Items of a page at most.
const PAGE_SIZE_MAX: u32 = 1000;
/// Items of a page where the client asks for no number.
const PAGE_SIZE_DEFAULT: u32 = 100;

/// How many items a page is to have. A number beyond the limit is refused, not cut.
pub(super) fn page_size(limit: u32) -> Result<usize, Failure> {
    let size = if limit == 0 { PAGE_SIZE_DEFAULT } else { limit };
    if size > PAGE_SIZE_MAX {
        let why = format!("limit is {limit} and must lie between 1 and {PAGE_SIZE_MAX}");
        return Err(Failure::field("limit", why));
    }
    Ok(usize::try_from(size).unwrap_or(usize::MAX))
}

/// A text that may be left out.
pub(super) fn some_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A catalog; `hive` where none is named.
pub(super) fn catalog(name: &str) -> Name {
    Name::new(some_text(name).unwrap_or(DEFAULT_CATALOG))
}

/// A text that must be there.
pub(super) fn named<'a>(field: &str, text: &'a str) -> Result<&'a str, Failure> {
    some_text(text).ok_or_else(|| Failure::field(field, format!("{field} is missing")))
}

/// The database that a field names.
pub(super) fn database(
    field: &str,
    name: Option<v1::DatabaseName>,
) -> Result<DatabaseRef, Failure> {
    let name = name.unwrap_or_default();
    let database = named(&format!("{field}.database"), &name.database)?;
    Ok(DatabaseRef::new(catalog(&name.catalog), database))
}

/// The table that a field names.
pub(super) fn table(field: &str, name: Option<v1::TableName>) -> Result<TableRef, Failure> {
    let name = name.unwrap_or_default();
    let database = named(&format!("{field}.database"), &name.database)?;
    let table = named(&format!("{field}.table"), &name.table)?;
    Ok(DatabaseRef::new(catalog(&name.catalog), database).table(table))
}

/// The severity that a number stands for; `None` for the unspecified one.
pub(super) fn severity(number: i32) -> Result<Option<Severity>, Failure> {
    match v1::Severity::try_from(number) {
        Ok(v1::Severity::Unspecified) => Ok(None),
        Ok(v1::Severity::Breaking) => Ok(Some(Severity::Breaking)),
        Ok(v1::Severity::Risky) => Ok(Some(Severity::Risky)),
        Ok(v1::Severity::Alarm) => Ok(Some(Severity::Alarm)),
        Ok(v1::Severity::Additive) => Ok(Some(Severity::Additive)),
        Err(_) => Err(unknown("severity", number)),
    }
}

/// The state of an alert that a number stands for; `None` for the unspecified one.
pub(super) fn alert_state(number: i32) -> Result<Option<AlertState>, Failure> {
    match v1::AlertState::try_from(number) {
        Ok(v1::AlertState::Unspecified) => Ok(None),
        Ok(v1::AlertState::Pending) => Ok(Some(AlertState::Pending)),
        Ok(v1::AlertState::Sent) => Ok(Some(AlertState::Sent)),
        Ok(v1::AlertState::Muted) => Ok(Some(AlertState::Muted)),
        Ok(v1::AlertState::Acknowledged) => Ok(Some(AlertState::Acknowledged)),
        Ok(v1::AlertState::GivenUp) => Ok(Some(AlertState::GivenUp)),
        Ok(v1::AlertState::Over) => Ok(Some(AlertState::Over)),
        Err(_) => Err(unknown("state", number)),
    }
}

fn unknown(field: &str, number: i32) -> Failure {
    Failure::field(field, format!("{number} is none of the numbers of {field}"))
}

/// The kind of table that a number stands for; `None` for the unspecified one.
pub(super) fn table_type(number: i32) -> Result<Option<TableType>, Failure> {
    match v1::TableType::try_from(number) {
        Ok(v1::TableType::Unspecified) => Ok(None),
        Ok(v1::TableType::Managed) => Ok(Some(TableType::Managed)),
        Ok(v1::TableType::External) => Ok(Some(TableType::External)),
        Ok(v1::TableType::View) => Ok(Some(TableType::VirtualView)),
        Ok(v1::TableType::MaterializedView) => Ok(Some(TableType::MaterializedView)),
        Ok(v1::TableType::Other) | Err(_) => {
            let why = format!("{number} is no type of table that can be asked for");
            Err(Failure::field("type", why))
        }
    }
}

/// A new database.
pub(super) fn database_spec(request: v1::CreateDatabaseRequest) -> DatabaseSpec {
    DatabaseSpec {
        description: request.description,
        location: request.location,
        managed_location: request.managed_location,
        parameters: request.parameters,
        owner: request.owner,
        owner_type: None,
        unknown_fields: Vec::new(),
    }
}

/// Changes of a database.
pub(super) fn database_change(
    request: v1::UpdateDatabaseRequest,
) -> Result<DatabaseChange, Failure> {
    Ok(DatabaseChange {
        description: request.description,
        owner: request.owner,
        parameters: parameter_changes(request.set_parameters, request.remove_parameters)?,
    })
}

fn parameter_changes(set: Parameters, remove: Vec<String>) -> Result<ParameterChanges, Failure> {
    let set = set.into_iter().map(|(key, value)| (key, Some(value)));
    let mut changes: BTreeMap<String, Option<String>> = set.collect();
    for key in remove {
        if let Some(Some(_)) = changes.insert(key.clone(), None) {
            let why = format!("{key} is set and removed");
            return Err(Failure::field("remove_parameters", why));
        }
    }
    Ok(ParameterChanges(changes))
}

/// A new table.
pub(super) fn table_spec(
    name: &TableRef,
    request: v1::CreateTableRequest,
) -> Result<TableSpec, Failure> {
    let columns = |columns: Vec<v1::Column>| columns.into_iter().map(column).collect();
    Ok(TableSpec {
        name: name.table.to_string(),
        table_type: table_type(request.r#type)?,
        comment: request.comment,
        owner: request.owner,
        kit: request.kit,
        columns: columns(request.columns),
        partition_keys: columns(request.partition_keys),
        location: request.location,
        storage: request.storage.map(storage).transpose()?,
        view_text: request.view_text,
        parameters: request.parameters,
    })
}

/// What is wrong with a table that was described.
pub(super) fn table_fault(fault: TableSpecFault) -> Failure {
    match fault {
        TableSpecFault::Field(field, why) => Failure::field(field, why),
        TableSpecFault::Object(fault) if fault.field == "name" => {
            ObjectFault::new("name.table", fault.why).into()
        }
        TableSpecFault::Object(fault) => fault.into(),
    }
}

fn column(column: v1::Column) -> Column {
    Column {
        name: column.name,
        data_type: column.r#type,
        comment: column.comment,
    }
}

fn storage(storage: v1::Storage) -> Result<StorageSpec, Failure> {
    let buckets = storage.bucket_count > 0 || !storage.bucket_columns.is_empty();
    if buckets || !storage.sort_columns.is_empty() || !storage.parameters.is_empty() {
        let why = "buckets, their order and properties of the storage are made by engines";
        return Err(Failure::field("storage", why));
    }
    Ok(StorageSpec {
        format: storage.format,
        input_format: storage.input_format,
        output_format: storage.output_format,
        serde: storage.serde,
        serde_parameters: storage.serde_parameters,
        compressed: storage.compressed,
    })
}

/// A new partition.
pub(super) fn partition_spec(new: v1::NewPartition) -> PartitionSpec {
    PartitionSpec {
        values: (!new.values.is_empty()).then_some(new.values),
        name: new.name,
        location: new.location,
        parameters: new.parameters,
        file_count: new.file_count,
        total_bytes: new.total_bytes,
        row_count: new.row_count,
    }
}

/// Which events are meant.
pub(super) fn event_filter(
    filter: Option<v1::EventFilter>,
    after: i64,
) -> Result<EventFilter, Failure> {
    let filter = filter.unwrap_or_default();
    if !filter.table.is_empty() && filter.database.is_empty() {
        let why = "table is given without its database";
        return Err(Failure::field("filter.table", why));
    }
    let name = |text: &str| some_text(text).map(Name::new);
    Ok(EventFilter {
        after,
        up_to: None,
        catalog: name(&filter.catalog),
        database: name(&filter.database),
        tables: name(&filter.table).into_iter().collect(),
        skip: Vec::new(),
    })
}

/// The function of a name in the database that a request names.
pub(super) fn function(at: Option<v1::DatabaseName>, name: &str) -> Result<FunctionRef, Failure> {
    let at = database("database", at)?;
    Ok(at.function(named("name", name)?))
}

/// A new function.
pub(super) fn new_function(
    at: FunctionRef,
    request: v1::CreateFunctionRequest,
) -> Result<Function, Failure> {
    let mut resources = Vec::with_capacity(request.resources.len());
    for one in request.resources {
        // The numbers are Hive's.
        let known = v1::ResourceType::try_from(one.r#type);
        let known = known.map_err(|_| {
            let why = format!("{} is no type of a resource", one.r#type);
            Failure::field("resources", why)
        })?;
        resources.push(FunctionResource {
            resource_type: (known != v1::ResourceType::Unspecified).then_some(known.into()),
            uri: one.uri,
        });
    }
    Ok(Function {
        id: 0,
        at,
        class_name: some_text(&request.class_name).map(str::to_owned),
        owner: request.owner,
        owner_type: None,
        created_at: 0,
        function_type: Some(JAVA),
        resources,
    })
}
