//! Altering and renaming partitions, and exchanging them between tables.

use super::table_missing_as;
use crate::catalog::PartitionAlterOptions;
use crate::error::Error;
use crate::model::TableRef;
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::environment::{flag, value};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::{partition, strings};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition_list::{PartitionList, Success};
use hms::types::{self, EnvironmentContext};
use hms::{args, replies};

/// What is missing or in the way makes an alter an invalid operation, and an exchange a `MetaException`.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    alter_partition(not_found: InvalidOperationException),
    alter_partition_with_environment_context(not_found: InvalidOperationException),
    alter_partitions(not_found: InvalidOperationException),
    alter_partitions_with_environment_context(not_found: InvalidOperationException),
    alter_partitions_req(not_found: InvalidOperationException),
    rename_partition(not_found: InvalidOperationException, already_exists: InvalidOperationException),
    rename_partition_req(not_found: InvalidOperationException, already_exists: InvalidOperationException),
    exchange_partition(not_found: MetaException),
    exchange_partitions(not_found: MetaException),
];

fn options(context: Option<&EnvironmentContext<'_>>, is_list: bool) -> PartitionAlterOptions {
    PartitionAlterOptions {
        keep_statistics: flag(context, "DO_NOT_UPDATE_STATS"),
        statistics_are_exact: value(context, "STATS_GENERATED") == Some("TASK"),
        columns_of_table: is_list,
    }
}

/// A partition without its table.
fn one_unplaced(_: &TableRef) -> Error {
    Error::NotAllowed("Unable to alter partition because table or database does not exist.".into())
}

/// Partitions without their table.
fn many_unplaced(_: &TableRef) -> Error {
    Error::NotAllowed("Unable to alter partitions because table or database does not exist.".into())
}

async fn alter_one(
    call: &Call<'_>,
    at: &TableRef,
    wire: Option<&types::Partition<'_>>,
    context: Option<&EnvironmentContext<'_>>,
) -> Result<(), Failure> {
    let draft = partition::draft(required(wire, "new_part")?, Some(at.catalog.as_str()))?;
    let options = options(context, false);
    let altered = call
        .catalog()
        .partitions_alter(at, vec![draft], options)
        .await;
    Ok(altered.map_err(|failure| table_missing_as(failure, one_unplaced))?)
}

async fn alter_partition(call: Call<'_>) -> Answer {
    let args: args::AlterPartition<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    alter_one(&call, &at, args.new_part.as_ref(), None).await?;
    call.reply(&replies::AlterPartition::default())
}

async fn alter_partition_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AlterPartitionWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    alter_one(
        &call,
        &at,
        args.new_part.as_ref(),
        args.environment_context.as_ref(),
    )
    .await?;
    call.reply(&replies::AlterPartitionWithEnvironmentContext::default())
}

async fn alter_list(
    call: &Call<'_>,
    at: &TableRef,
    wire: Option<&[types::Partition<'_>]>,
    context: Option<&EnvironmentContext<'_>>,
) -> Result<(), Failure> {
    let drafts = partition::drafts(required(wire, "new_parts")?, Some(at.catalog.as_str()))?;
    let altered = call
        .catalog()
        .partitions_alter(at, drafts, options(context, true))
        .await;
    Ok(altered.map_err(|failure| table_missing_as(failure, many_unplaced))?)
}

async fn alter_partitions(call: Call<'_>) -> Answer {
    let args: args::AlterPartitions<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    alter_list(&call, &at, args.new_parts.as_deref(), None).await?;
    call.reply(&replies::AlterPartitions::default())
}

async fn alter_partitions_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AlterPartitionsWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    alter_list(
        &call,
        &at,
        args.new_parts.as_deref(),
        args.environment_context.as_ref(),
    )
    .await?;
    call.reply(&replies::AlterPartitionsWithEnvironmentContext::default())
}

async fn alter_partitions_req(call: Call<'_>) -> Answer {
    let args: args::AlterPartitionsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let context = request.environment_context.as_deref();
    alter_list(&call, &at, Some(&request.partitions), context).await?;
    let success = Some(types::AlterPartitionsResponse::default());
    call.reply(&replies::AlterPartitionsReq {
        success,
        ..Default::default()
    })
}

async fn rename(
    call: &Call<'_>,
    at: &TableRef,
    old: Option<&[&str]>,
    wire: Option<&types::Partition<'_>>,
) -> Result<(), Failure> {
    let draft = partition::draft(required(wire, "new_part")?, Some(at.catalog.as_str()))?;
    let options = PartitionAlterOptions::default();
    let renamed = call
        .catalog()
        .partition_rename(at, &strings(old), draft, options)
        .await;
    Ok(renamed.map_err(|failure| table_missing_as(failure, one_unplaced))?)
}

async fn rename_partition(call: Call<'_>) -> Answer {
    let args: args::RenamePartition<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    rename(
        &call,
        &at,
        args.part_vals.as_deref(),
        args.new_part.as_ref(),
    )
    .await?;
    call.reply(&replies::RenamePartition::default())
}

async fn rename_partition_req(call: Call<'_>) -> Answer {
    let args: args::RenamePartitionReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    if request.clone_part.unwrap_or(false) {
        return Err(Error::Unsupported("a partition cannot be cloned".into()).into());
    }
    let at = name::table_of(&request)?;
    rename(
        &call,
        &at,
        Some(&request.part_vals),
        Some(&request.new_part),
    )
    .await?;
    let success = Some(types::RenamePartitionResponse::default());
    call.reply(&replies::RenamePartitionReq {
        success,
        ..Default::default()
    })
}

async fn exchange(
    call: &Call<'_>,
    spec: Option<&[(&str, &str)]>,
    source: (Option<&str>, Option<&str>),
    target: (Option<&str>, Option<&str>),
) -> Result<PartitionList, Failure> {
    let spec = required(spec, "partitionSpecs")?;
    let source = name::table(source.0, source.1)?;
    let target = name::table(target.0, target.1)?;
    let moved = call
        .catalog()
        .partitions_exchange(spec, &source, &target)
        .await?;
    Ok(PartitionList::of(&moved, call.protocol))
}

/// Hive answers with an empty partition.
async fn exchange_partition(call: Call<'_>) -> Answer {
    let args: args::ExchangePartition<'_> = call.arguments()?;
    let source = (args.source_db, args.source_table_name);
    let target = (args.dest_db, args.dest_table_name);
    exchange(&call, args.partition_specs.as_deref(), source, target).await?;
    let success = Some(types::Partition::default());
    call.reply(&replies::ExchangePartition {
        success,
        ..Default::default()
    })
}

async fn exchange_partitions(call: Call<'_>) -> Answer {
    let args: args::ExchangePartitions<'_> = call.arguments()?;
    let source = (args.source_db, args.source_table_name);
    let target = (args.dest_db, args.dest_table_name);
    let list = exchange(&call, args.partition_specs.as_deref(), source, target).await?;
    call.reply_list(list, Success)
}
