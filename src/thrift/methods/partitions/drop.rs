//! Dropping partitions.

use super::expression::readable;
use super::table_missing_as;
use crate::catalog::{DropOptions, DropSelection, PartitionsOf, Unconditional};
use crate::error::{Entity, Error, Result};
use crate::model::TableRef;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition_list::{PartitionList, Success, Wrapped};
use hms::types::{self, DropPartitionsExpr};
use hms::{args, replies};

/// A name that lacks a key, and too few partitions, are missing partitions to a drop.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    drop_partition,
    drop_partition_with_environment_context,
    drop_partition_by_name(invalid_object: NoSuchObjectException),
    drop_partition_by_name_with_environment_context(invalid_object: NoSuchObjectException),
    drop_partition_req(invalid_object: NoSuchObjectException),
    drop_partitions_req(invalid_object: NoSuchObjectException),
];

/// Drops the partition with these values.
async fn by_values(
    call: &Call<'_>,
    at: &TableRef,
    values: Option<&[&str]>,
    delete_data: Option<bool>,
) -> Result<PartitionsOf> {
    let values = strings(Some(required(values, "part_vals")?));
    let options = DropOptions {
        delete_data: delete_data.unwrap_or(false),
        if_exists: false,
    };
    let selection = DropSelection::Values(&values);
    let dropped = call
        .catalog()
        .partitions_drop(at, selection, options, &Unconditional)
        .await;
    dropped.map_err(|failure| {
        table_missing_as(failure, |at| {
            let values = format!("[{}]", values.join(", "));
            Error::NotFound(Entity::Partition(at.clone(), values))
        })
    })
}

/// Drops the partition that a name means.
async fn by_name(
    call: &Call<'_>,
    at: &TableRef,
    name: Option<&str>,
    delete_data: Option<bool>,
) -> Result<PartitionsOf> {
    let name = required(name, "part_name")?;
    let options = DropOptions {
        delete_data: delete_data.unwrap_or(false),
        if_exists: false,
    };
    call.catalog()
        .partitions_drop(at, DropSelection::Name(name), options, &Unconditional)
        .await
}

async fn drop_partition(call: Call<'_>) -> Answer {
    let args: args::DropPartition<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    by_values(&call, &at, args.part_vals.as_deref(), args.delete_data).await?;
    call.reply(&replies::DropPartition {
        success: Some(true),
        ..Default::default()
    })
}

async fn drop_partition_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::DropPartitionWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    by_values(&call, &at, args.part_vals.as_deref(), args.delete_data).await?;
    call.reply(&replies::DropPartitionWithEnvironmentContext {
        success: Some(true),
        ..Default::default()
    })
}

async fn drop_partition_by_name(call: Call<'_>) -> Answer {
    let args: args::DropPartitionByName<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    by_name(&call, &at, args.part_name, args.delete_data).await?;
    call.reply(&replies::DropPartitionByName {
        success: Some(true),
        ..Default::default()
    })
}

async fn drop_partition_by_name_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::DropPartitionByNameWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    by_name(&call, &at, args.part_name, args.delete_data).await?;
    call.reply(&replies::DropPartitionByNameWithEnvironmentContext {
        success: Some(true),
        ..Default::default()
    })
}

async fn drop_partition_req(call: Call<'_>) -> Answer {
    let args: args::DropPartitionReq<'_> = call.arguments()?;
    let request = required(args.drop_partition_req, "dropPartitionReq")?;
    let at = name::table_of(&request)?;
    match request.part_name {
        Some(name) => by_name(&call, &at, Some(name), request.delete_data).await?,
        None => {
            by_values(
                &call,
                &at,
                request.part_vals.as_deref(),
                request.delete_data,
            )
            .await?
        }
    };
    call.reply(&replies::DropPartitionReq {
        success: Some(true),
        ..Default::default()
    })
}

async fn drop_partitions_req(call: Call<'_>) -> Answer {
    let args: args::DropPartitionsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let options = DropOptions {
        delete_data: request.delete_data.unwrap_or(false),
        if_exists: request
            .if_exists
            .unwrap_or(types::DropPartitionsRequest::IF_EXISTS_DEFAULT),
    };
    let filters;
    let selection = match (&request.parts.names, &request.parts.exprs) {
        (Some(names), _) => DropSelection::Names(names),
        (None, Some(expressions)) => {
            filters = filters_of(expressions)?;
            DropSelection::Filters(&filters)
        }
        (None, None) => {
            return Err(Error::Invalid("the request names no partitions to drop".into()).into());
        }
    };
    let dropped = call
        .catalog()
        .partitions_drop(&at, selection, options, &Unconditional)
        .await?;
    let wants_result = request
        .need_result
        .unwrap_or(types::DropPartitionsRequest::NEED_RESULT_DEFAULT);
    let list = PartitionList::of(&dropped, call.protocol);
    call.reply_list(list, |list| {
        Success(Wrapped {
            result: wants_result.then_some(list),
            has_unknown: None,
            columns: None,
        })
    })
}

/// Filters that can be evaluated exactly. Nothing is dropped by guess: not by an expression that cannot be read, nor
/// by one that is empty.
fn filters_of<'a>(expressions: &[DropPartitionsExpr<'a>]) -> Result<Vec<&'a str>> {
    expressions
        .iter()
        .map(|one| {
            readable(one.expr)
                .filter(|text| !text.trim().is_empty())
                .ok_or_else(|| {
                    Error::Unsupported(
                        "partitions cannot be dropped by an expression that only Hive can read"
                            .into(),
                    )
                })
        })
        .collect()
}
