//! Reading tables: one, many, their names, their columns.

use crate::error::{Entity, Error};
use crate::model::{DatabaseRef, Name, Table, TableRef, TableType};
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::method::{Method, methods};
use crate::thrift::{from_wire, to_wire};
use hms::{args, replies, types};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_table,
    get_table_req,
    get_all_tables,
    get_tables,
    get_tables_by_type,
    get_table_meta,
    get_table_names_by_filter(not_found: UnknownDBException),
    get_table_objects_by_name(not_found: UnknownDBException, invalid: InvalidOperationException),
    get_table_objects_by_name_req(not_found: UnknownDBException, invalid: InvalidOperationException),
    get_fields(not_found: UnknownTableException),
    get_fields_with_environment_context(not_found: UnknownTableException),
    get_fields_req(not_found: UnknownTableException),
    get_schema(not_found: UnknownTableException),
    get_schema_with_environment_context(not_found: UnknownTableException),
    get_schema_req(not_found: UnknownTableException),
];

fn texts(names: &[Name]) -> Option<Vec<&str>> {
    Some(names.iter().map(Name::as_str).collect())
}

async fn get_table(call: Call<'_>) -> Answer {
    let args: args::GetTable<'_> = call.arguments()?;
    let table = call.catalog().table_get(&name::table_of(&args)?).await?;
    call.reply(&replies::GetTable {
        success: Some(to_wire::table::table(&table)),
        ..Default::default()
    })
}

async fn get_table_req(call: Call<'_>) -> Answer {
    let args: args::GetTableReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let table = call.catalog().table_get(&at).await?;
    let result = types::GetTableResult {
        table: to_wire::table::table(&table),
        ..Default::default()
    };
    call.reply(&replies::GetTableReq {
        success: Some(result),
        ..Default::default()
    })
}

async fn get_all_tables(call: Call<'_>) -> Answer {
    let args: args::GetAllTables<'_> = call.arguments()?;
    let at = name::database_of(&args)?;
    let names = call.catalog().table_names(&at, None, None).await?;
    call.reply(&replies::GetAllTables {
        success: texts(&names),
        ..Default::default()
    })
}

async fn get_tables(call: Call<'_>) -> Answer {
    let args: args::GetTables<'_> = call.arguments()?;
    let at = name::database_of(&args)?;
    let names = call.catalog().table_names(&at, args.pattern, None).await?;
    call.reply(&replies::GetTables {
        success: texts(&names),
        ..Default::default()
    })
}

/// A null pattern means all: Flink sends one.
async fn get_tables_by_type(call: Call<'_>) -> Answer {
    let args: args::GetTablesByType<'_> = call.arguments()?;
    let at = name::database_of(&args)?;
    let wanted = args.table_type.map(TableType::parse);
    let names = call
        .catalog()
        .table_names(&at, args.pattern, wanted.as_ref())
        .await?;
    call.reply(&replies::GetTablesByType {
        success: texts(&names),
        ..Default::default()
    })
}

/// An empty list of types means all: Trino sends one.
async fn get_table_meta(call: Call<'_>) -> Answer {
    let args: args::GetTableMeta<'_> = call.arguments()?;
    let (catalog, databases) = name::catalog_and_database(args.db_patterns.unwrap_or("*"))?;
    let types = from_wire::strings(args.tbl_types.as_deref());
    let metas = call
        .catalog()
        .table_metas(&catalog, databases.as_deref(), args.tbl_patterns, &types)
        .await?;
    let success = Some(metas.iter().map(to_wire::table::table_meta).collect());
    call.reply(&replies::GetTableMeta {
        success,
        ..Default::default()
    })
}

async fn get_table_names_by_filter(call: Call<'_>) -> Answer {
    let args: args::GetTableNamesByFilter<'_> = call.arguments()?;
    let at = known_database(args.dbname)?;
    let Some(filter) = args.filter else {
        return Err(Error::NotAllowed("null cannot apply null filter".into()).into());
    };
    let max = usize::try_from(args.max_tables.unwrap_or(-1)).ok();
    let names = call
        .catalog()
        .table_names_by_filter(&at, filter, max)
        .await?;
    call.reply(&replies::GetTableNamesByFilter {
        success: texts(&names),
        ..Default::default()
    })
}

/// A database argument whose absence is "unknown database" to Hive.
fn known_database(text: Option<&str>) -> Result<DatabaseRef, Failure> {
    let given = text.filter(|text| !text.is_empty());
    let unknown = || Error::NotFound(Entity::Worded("DB name is null or empty".into()));
    Ok(name::database(Some(given.ok_or_else(unknown)?), "dbname")?)
}

/// Hive's own text for a database that a request for many tables names.
fn database_missing(failure: Error) -> Error {
    match failure {
        Error::NotFound(Entity::Database(at)) => Error::NotFound(Entity::Worded(format!(
            "Could not find database {}",
            at.database
        ))),
        failure => failure,
    }
}

async fn tables_named(
    call: &Call<'_>,
    at: &DatabaseRef,
    names: Option<&[&str]>,
) -> Result<Vec<Table>, Failure> {
    let names = names
        .ok_or_else(|| Error::NotAllowed(format!("{} cannot find null tables", at.database)))?;
    let names: Vec<Name> = names.iter().map(|text| Name::new(text)).collect();
    let found = call.catalog().tables_by_name(at, &names).await;
    Ok(found.map_err(database_missing)?)
}

async fn get_table_objects_by_name(call: Call<'_>) -> Answer {
    let args: args::GetTableObjectsByName<'_> = call.arguments()?;
    let at = known_database(args.dbname)?;
    let tables = tables_named(&call, &at, args.tbl_names.as_deref()).await?;
    let success = Some(tables.iter().map(to_wire::table::table).collect());
    call.reply(&replies::GetTableObjectsByName {
        success,
        ..Default::default()
    })
}

/// Hive 4's `getTables` comes this way too: a pattern and no names.
async fn get_table_objects_by_name_req(call: Call<'_>) -> Answer {
    let args: args::GetTableObjectsByNameReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let mut at = known_database(Some(request.db_name))?;
    if let Some(catalog) = request.cat_name {
        at.catalog = Name::new(catalog);
    }
    let tables = match (&request.tbl_names, request.tables_pattern) {
        (None, Some(pattern)) => {
            let names = call.catalog().table_names(&at, Some(pattern), None).await?;
            call.catalog().tables_by_name(&at, &names).await?
        }
        (names, _) => tables_named(&call, &at, names.as_deref()).await?,
    };
    let result = types::GetTablesResult {
        tables: tables.iter().map(to_wire::table::table).collect(),
    };
    call.reply(&replies::GetTableObjectsByNameReq {
        success: Some(result),
        ..Default::default()
    })
}

async fn columns(
    call: &Call<'_>,
    at: &TableRef,
    keys: bool,
) -> Result<Vec<crate::model::Column>, Failure> {
    Ok(call.catalog().table_columns(at, keys).await?)
}

async fn get_fields(call: Call<'_>) -> Answer {
    let args: args::GetFields<'_> = call.arguments()?;
    let columns = columns(&call, &name::table_of(&args)?, false).await?;
    call.reply(&replies::GetFields {
        success: Some(to_wire::storage::columns(&columns)),
        ..Default::default()
    })
}

async fn get_fields_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::GetFieldsWithEnvironmentContext<'_> = call.arguments()?;
    let columns = columns(&call, &name::table_of(&args)?, false).await?;
    let success = Some(to_wire::storage::columns(&columns));
    call.reply(&replies::GetFieldsWithEnvironmentContext {
        success,
        ..Default::default()
    })
}

async fn get_fields_req(call: Call<'_>) -> Answer {
    let args: args::GetFieldsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let columns = columns(&call, &at, false).await?;
    let response = types::GetFieldsResponse {
        fields: to_wire::storage::columns(&columns),
    };
    call.reply(&replies::GetFieldsReq {
        success: Some(response),
        ..Default::default()
    })
}

async fn get_schema(call: Call<'_>) -> Answer {
    let args: args::GetSchema<'_> = call.arguments()?;
    let columns = columns(&call, &name::table_of(&args)?, true).await?;
    call.reply(&replies::GetSchema {
        success: Some(to_wire::storage::columns(&columns)),
        ..Default::default()
    })
}

async fn get_schema_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::GetSchemaWithEnvironmentContext<'_> = call.arguments()?;
    let columns = columns(&call, &name::table_of(&args)?, true).await?;
    let success = Some(to_wire::storage::columns(&columns));
    call.reply(&replies::GetSchemaWithEnvironmentContext {
        success,
        ..Default::default()
    })
}

async fn get_schema_req(call: Call<'_>) -> Answer {
    let args: args::GetSchemaReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let columns = columns(&call, &at, true).await?;
    let response = types::GetSchemaResponse {
        fields: to_wire::storage::columns(&columns),
    };
    call.reply(&replies::GetSchemaReq {
        success: Some(response),
        ..Default::default()
    })
}
