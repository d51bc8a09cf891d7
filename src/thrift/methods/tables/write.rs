//! Creating, altering and dropping tables.

use crate::catalog::{AlterOptions, Expected, Unconditional};
use crate::model::TableRef;
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::environment::{alter_options, flag};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::{self};
use crate::thrift::method::{Method, methods};
use crate::thrift::methods::constraints::none_sent;
use hms::types::{self, EnvironmentContext};
use hms::{args, replies};

/// A missing database is an invalid object to a create, a missing table an invalid operation to an alter.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    create_table(not_found: InvalidObjectException),
    create_table_with_environment_context(not_found: InvalidObjectException),
    create_table_req(not_found: InvalidObjectException),
    alter_table(not_found: InvalidOperationException),
    alter_table_with_environment_context(not_found: InvalidOperationException),
    alter_table_with_cascade(not_found: InvalidOperationException),
    alter_table_req(not_found: InvalidOperationException),
    drop_table,
    drop_table_with_environment_context,
    drop_table_req,
];

async fn create(
    call: &Call<'_>,
    table: Option<&types::Table<'_>>,
    context: Option<&EnvironmentContext<'_>>,
) -> Result<(), Failure> {
    let table = from_wire::table::table(required(table, "tbl")?, None)?;
    let gather = !flag(context, "DO_NOT_UPDATE_STATS");
    Ok(call.catalog().table_create(table, gather).await?)
}

async fn create_table(call: Call<'_>) -> Answer {
    let args: args::CreateTable<'_> = call.arguments()?;
    create(&call, args.tbl.as_ref(), None).await?;
    call.reply(&replies::CreateTable::default())
}

async fn create_table_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::CreateTableWithEnvironmentContext<'_> = call.arguments()?;
    create(&call, args.tbl.as_ref(), args.environment_context.as_ref()).await?;
    call.reply(&replies::CreateTableWithEnvironmentContext::default())
}

async fn create_table_req(call: Call<'_>) -> Answer {
    let args: args::CreateTableReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    none_sent(&types::SQLAllTableConstraints {
        primary_keys: request.primary_keys,
        foreign_keys: request.foreign_keys,
        unique_constraints: request.unique_constraints,
        not_null_constraints: request.not_null_constraints,
        default_constraints: request.default_constraints,
        check_constraints: request.check_constraints,
    })?;
    create(&call, Some(&request.table), request.env_context.as_deref()).await?;
    call.reply(&replies::CreateTableReq::default())
}

async fn alter(
    call: &Call<'_>,
    at: &TableRef,
    table: Option<&types::Table<'_>>,
    options: &AlterOptions,
) -> Result<(), Failure> {
    let wire = required(table, "new_tbl")?;
    let table = from_wire::table::table(wire, Some(at.catalog.as_str()))?;
    Ok(call.catalog().table_alter(at, table, options).await?)
}

async fn alter_table(call: Call<'_>) -> Answer {
    let args: args::AlterTable<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    alter(&call, &at, args.new_tbl.as_ref(), &AlterOptions::default()).await?;
    call.reply(&replies::AlterTable::default())
}

async fn alter_table_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AlterTableWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let options = alter_options(args.environment_context.as_ref());
    alter(&call, &at, args.new_tbl.as_ref(), &options).await?;
    call.reply(&replies::AlterTableWithEnvironmentContext::default())
}

async fn alter_table_with_cascade(call: Call<'_>) -> Answer {
    let args: args::AlterTableWithCascade<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let options = AlterOptions {
        cascade: args.cascade.unwrap_or(false),
        ..Default::default()
    };
    alter(&call, &at, args.new_tbl.as_ref(), &options).await?;
    call.reply(&replies::AlterTableWithCascade::default())
}

async fn alter_table_req(call: Call<'_>) -> Answer {
    let args: args::AlterTableReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let mut options = alter_options(request.environment_context.as_deref());
    if let Some((key, value)) = request
        .expected_parameter_key
        .zip(request.expected_parameter_value)
    {
        options.expected = Some(Expected {
            key: key.to_owned(),
            value: value.to_owned(),
        });
    }
    alter(&call, &at, Some(&request.table), &options).await?;
    let response = types::AlterTableResponse::default();
    call.reply(&replies::AlterTableReq {
        success: Some(response),
        ..Default::default()
    })
}

async fn drop_table(call: Call<'_>) -> Answer {
    let args: args::DropTable<'_> = call.arguments()?;
    let at = name::table(args.dbname, args.name)?;
    call.catalog()
        .table_drop(&at, args.delete_data.unwrap_or(false), &Unconditional)
        .await?;
    call.reply(&replies::DropTable::default())
}

async fn drop_table_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::DropTableWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table(args.dbname, args.name)?;
    call.catalog()
        .table_drop(&at, args.delete_data.unwrap_or(false), &Unconditional)
        .await?;
    call.reply(&replies::DropTableWithEnvironmentContext::default())
}

async fn drop_table_req(call: Call<'_>) -> Answer {
    let args: args::DropTableReq<'_> = call.arguments()?;
    let request = required(args.drop_table_req, "dropTableReq")?;
    let at = name::table_of(&request)?;
    call.catalog()
        .table_drop(&at, request.delete_data.unwrap_or(false), &Unconditional)
        .await?;
    let response = types::AsyncOperationResp {
        finished: Some(true),
        ..Default::default()
    };
    call.reply(&replies::DropTableReq {
        success: Some(response),
        ..Default::default()
    })
}
