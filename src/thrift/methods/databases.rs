//! Databases: every spelling of create, read, alter and drop.

use crate::catalog::Unconditional;
use crate::model::Name;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::{self};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire;
use hms::{args, replies, types};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_all_databases,
    get_databases,
    get_database,
    get_database_req,
    get_databases_req,
    create_database,
    create_database_req,
    alter_database,
    alter_database_req,
    drop_database,
    drop_database_req,
];

fn texts(names: &[Name]) -> Option<Vec<&str>> {
    Some(names.iter().map(Name::as_str).collect())
}

async fn get_all_databases(call: Call<'_>) -> Answer {
    let names = call
        .catalog()
        .database_names(&Name::new(crate::model::DEFAULT_CATALOG), None)
        .await?;
    call.reply(&replies::GetAllDatabases {
        success: texts(&names),
        ..Default::default()
    })
}

async fn get_databases(call: Call<'_>) -> Answer {
    let args: args::GetDatabases<'_> = call.arguments()?;
    let (catalog, pattern) = name::catalog_and_database(args.pattern.unwrap_or("*"))?;
    let names = call
        .catalog()
        .database_names(&catalog, pattern.as_deref())
        .await?;
    call.reply(&replies::GetDatabases {
        success: texts(&names),
        ..Default::default()
    })
}

async fn get_database(call: Call<'_>) -> Answer {
    let args: args::GetDatabase<'_> = call.arguments()?;
    let database = call
        .catalog()
        .database_get(&name::database(args.name, "name")?)
        .await?;
    call.reply(&replies::GetDatabase {
        success: Some(to_wire::database::database(&database)),
        ..Default::default()
    })
}

async fn get_database_req(call: Call<'_>) -> Answer {
    let args: args::GetDatabaseReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::database_in(request.catalog_name, request.name, "name")?;
    let database = call.catalog().database_get(&at).await?;
    call.reply(&replies::GetDatabaseReq {
        success: Some(to_wire::database::database(&database)),
        ..Default::default()
    })
}

async fn get_databases_req(call: Call<'_>) -> Answer {
    let args: args::GetDatabasesReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let catalog = Name::new(
        request
            .catalog_name
            .unwrap_or(crate::model::DEFAULT_CATALOG),
    );
    let databases = call.catalog().databases(&catalog, request.pattern).await?;
    let response = types::GetDatabaseObjectsResponse {
        databases: databases.iter().map(to_wire::database::database).collect(),
    };
    call.reply(&replies::GetDatabasesReq {
        success: Some(response),
        ..Default::default()
    })
}

async fn create_database(call: Call<'_>) -> Answer {
    let args: args::CreateDatabase<'_> = call.arguments()?;
    let (at, spec) = from_wire::database::database(&required(args.database, "database")?)?;
    call.catalog().database_create(at, spec).await?;
    call.reply(&replies::CreateDatabase::default())
}

async fn create_database_req(call: Call<'_>) -> Answer {
    let args: args::CreateDatabaseReq<'_> = call.arguments()?;
    let request = required(args.create_database_request, "createDatabaseRequest")?;
    let database = types::Database {
        name: Some(request.database_name),
        description: request.description,
        location_uri: request.location_uri,
        parameters: request.parameters,
        owner_name: request.owner_name,
        owner_type: request.owner_type,
        catalog_name: request.catalog_name,
        managed_location_uri: request.managed_location_uri,
        r#type: request.r#type,
        connector_name: request.data_connector_name,
        remote_dbname: request.remote_dbname,
        ..Default::default()
    };
    let (at, spec) = from_wire::database::database(&database)?;
    call.catalog().database_create(at, spec).await?;
    call.reply(&replies::CreateDatabaseReq::default())
}

async fn alter_database(call: Call<'_>) -> Answer {
    let args: args::AlterDatabase<'_> = call.arguments()?;
    let at = name::database_of(&args)?;
    let spec = from_wire::database::spec(&required(args.db, "db")?);
    call.catalog().database_alter(&at, spec).await?;
    call.reply(&replies::AlterDatabase::default())
}

async fn alter_database_req(call: Call<'_>) -> Answer {
    let args: args::AlterDatabaseReq<'_> = call.arguments()?;
    let request = required(args.alter_db_req, "alterDbReq")?;
    let at = name::database_in(
        request.new_db.catalog_name,
        Some(request.old_db_name),
        "oldDbName",
    )?;
    call.catalog()
        .database_alter(&at, from_wire::database::spec(&request.new_db))
        .await?;
    call.reply(&replies::AlterDatabaseReq::default())
}

async fn drop_database(call: Call<'_>) -> Answer {
    let args: args::DropDatabase<'_> = call.arguments()?;
    let at = name::database(args.name, "name")?;
    let (delete_data, cascade) = (
        args.delete_data.unwrap_or(false),
        args.cascade.unwrap_or(false),
    );
    call.catalog()
        .database_drop(&at, delete_data, cascade, &Unconditional)
        .await?;
    call.reply(&replies::DropDatabase::default())
}

/// The newest form answers with a struct; older clients skip it.
async fn drop_database_req(call: Call<'_>) -> Answer {
    let args: args::DropDatabaseReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::database_in(request.catalog_name, Some(request.name), "name")?;
    call.catalog()
        .database_drop(&at, request.delete_data, request.cascade, &Unconditional)
        .await?;
    let response = types::AsyncOperationResp {
        finished: Some(true),
        ..Default::default()
    };
    call.reply(&replies::DropDatabaseReq {
        success: Some(response),
        ..Default::default()
    })
}
