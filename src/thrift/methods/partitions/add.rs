//! Adding partitions: described in full, or appended with their values alone.

use super::{answer_only, table_missing_as};
use crate::catalog::{AddOptions, PartitionDraft, PartitionsOf};
use crate::error::Error;
use crate::model::{Column, StorageDescriptor, TableRef};
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::environment::flag;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::{partition, storage, strings};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition_list::{PartitionList, Success, Wrapped};
use hms::types::{self, EnvironmentContext};
use hms::{args, replies};
use std::sync::Arc;

/// A missing table makes the partition an invalid object.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    add_partition(not_found: InvalidObjectException),
    add_partition_with_environment_context(not_found: InvalidObjectException),
    add_partitions(not_found: InvalidObjectException),
    add_partitions_req(not_found: InvalidObjectException),
    add_partitions_pspec(not_found: InvalidObjectException),
    append_partition(not_found: InvalidObjectException),
    append_partition_with_environment_context(not_found: InvalidObjectException),
    append_partition_by_name(not_found: InvalidObjectException),
    append_partition_by_name_with_environment_context(not_found: InvalidObjectException),
    append_partition_req(not_found: InvalidObjectException),
];

/// Whether the files of existing directories are to be counted.
fn gathers(context: Option<&EnvironmentContext<'_>>) -> bool {
    !flag(context, "DO_NOT_UPDATE_STATS") && !flag(context, "DO_NOT_POPULATE_QUICK_STATS")
}

/// A partition without its table.
fn one_unplaced(_: &TableRef) -> Error {
    Error::InvalidObject("Unable to add partition because table or database do not exist".into())
}

/// Partitions without their table.
fn many_unplaced(at: &TableRef) -> Error {
    Error::InvalidObject(format!(
        "Unable to add partitions because database or table {}.{} does not exist",
        at.database, at.table
    ))
}

async fn add_one(
    call: &Call<'_>,
    wire: Option<&types::Partition<'_>>,
    context: Option<&EnvironmentContext<'_>>,
) -> Answer {
    let draft = partition::draft(required(wire, "new_part")?, None)?;
    let at = draft.at.clone();
    let options = AddOptions {
        if_not_exists: false,
        gather_statistics: gathers(context),
        directories: true,
    };
    let added = call
        .catalog()
        .partitions_add(&at, vec![draft], options)
        .await
        .map_err(|failure| table_missing_as(failure, one_unplaced))?;
    answer_only(call, &added)
}

async fn add_partition(call: Call<'_>) -> Answer {
    let args: args::AddPartition<'_> = call.arguments()?;
    add_one(&call, args.new_part.as_ref(), None).await
}

async fn add_partition_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AddPartitionWithEnvironmentContext<'_> = call.arguments()?;
    add_one(
        &call,
        args.new_part.as_ref(),
        args.environment_context.as_ref(),
    )
    .await
}

/// Adds partitions to the table that the first of them names, and counts them.
async fn add_list(call: &Call<'_>, drafts: Vec<PartitionDraft>) -> Result<i32, Failure> {
    let Some(first) = drafts.first() else {
        return Ok(0);
    };
    let at = first.at.clone();
    let options = AddOptions {
        if_not_exists: false,
        gather_statistics: true,
        directories: true,
    };
    let added = call
        .catalog()
        .partitions_add(&at, drafts, options)
        .await
        .map_err(|failure| table_missing_as(failure, many_unplaced))?;
    Ok(i32::try_from(added.partitions.len()).unwrap_or(i32::MAX))
}

/// Trino compares the number with what it sent.
async fn add_partitions(call: Call<'_>) -> Answer {
    let args: args::AddPartitions<'_> = call.arguments()?;
    let drafts = partition::drafts(required(args.new_parts.as_deref(), "new_parts")?, None)?;
    let success = Some(add_list(&call, drafts).await?);
    call.reply(&replies::AddPartitions {
        success,
        ..Default::default()
    })
}

/// Spark reads from the answer which partitions are new: it must list those alone.
async fn add_partitions_req(call: Call<'_>) -> Answer {
    let args: args::AddPartitionsReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let mut drafts = partition::drafts(&request.parts, Some(at.catalog.as_str()))?;
    let skips_columns = request.skip_column_schema_for_partition.unwrap_or(false);
    if skips_columns {
        let columns = match request.partition_col_schema.as_deref() {
            Some(fields) => Some(storage::columns(fields)),
            None => call
                .catalog()
                .table_get(&at)
                .await?
                .descriptor
                .columns
                .clone(),
        };
        columns_fill(&mut drafts, columns.as_deref());
    }
    if drafts.is_empty() {
        let nothing = types::AddPartitionsResult::default();
        return call.reply(&replies::AddPartitionsReq {
            success: Some(nothing),
            ..Default::default()
        });
    }
    let options = AddOptions {
        if_not_exists: request.if_not_exists,
        gather_statistics: gathers(request.environment_context.as_deref()),
        directories: true,
    };
    let added = call
        .catalog()
        .partitions_add(&at, drafts, options)
        .await
        .map_err(|failure| table_missing_as(failure, many_unplaced))?;
    let list = PartitionList::of(&added, call.protocol);
    let wants_result = request
        .need_result
        .unwrap_or(types::AddPartitionsRequest::NEED_RESULT_DEFAULT);
    let columns = added
        .table
        .descriptor
        .columns
        .as_deref()
        .filter(|_| skips_columns);
    call.reply_list(list, |list| {
        Success(Wrapped {
            result: wants_result.then_some(list),
            has_unknown: None,
            columns,
        })
    })
}

/// Gives partitions that came without columns those of the request. They share one descriptor where they did before.
fn columns_fill(drafts: &mut [PartitionDraft], columns: Option<&[Column]>) {
    let mut last: Option<(Arc<StorageDescriptor>, Arc<StorageDescriptor>)> = None;
    for draft in drafts {
        let Some(old) = draft.descriptor.clone() else {
            continue;
        };
        let new = match &last {
            Some((before, filled)) if Arc::ptr_eq(before, &old) => Arc::clone(filled),
            _ => {
                let mut filled = old.as_ref().clone();
                filled.columns = columns.map(<[_]>::to_vec);
                Arc::new(filled)
            }
        };
        last = Some((old, Arc::clone(&new)));
        draft.descriptor = Some(new);
    }
}

/// Partitions in Hive's packed forms: a plain list, or paths below a descriptor that they share.
/// What a partition that shares its descriptor takes while it is added, bytes.
const SHARED_PARTITION_BYTES: usize = 1_536;

async fn add_partitions_pspec(call: Call<'_>) -> Answer {
    let args: args::AddPartitionsPspec<'_> = call.arguments()?;
    let mut drafts = Vec::new();
    for spec in required(args.new_parts.as_deref(), "new_parts")? {
        let at = name::table_of(spec)?;
        let mut described = match (&spec.partition_list, &spec.shared_sd_partition_spec) {
            (Some(list), _) => {
                let placed: Vec<types::Partition<'_>> = list
                    .partitions
                    .iter()
                    .flatten()
                    .map(|one| types::Partition {
                        db_name: spec.db_name,
                        table_name: spec.table_name,
                        cat_name: spec.cat_name,
                        ..one.clone()
                    })
                    .collect();
                partition::drafts(&placed, None)?
            }
            (None, Some(shared)) => {
                // Sixty bytes of the message become a partition with its place, its rows and its part of an event.
                let count = shared.partitions.iter().flatten().count();
                let work = call.reservation.grow(count * SHARED_PARTITION_BYTES).await;
                work.map_err(Error::from)?;
                shared_drafts(&at, shared)?
            }
            (None, None) => {
                return Err(
                    Error::Invalid("a partition specification holds no partitions".into()).into(),
                );
            }
        };
        drafts.append(&mut described);
    }
    let success = Some(add_list(&call, drafts).await?);
    call.reply(&replies::AddPartitionsPspec {
        success,
        ..Default::default()
    })
}

/// The location of each is the shared one with its own path behind it.
fn shared_drafts(
    at: &TableRef,
    shared: &types::PartitionSpecWithSharedSD<'_>,
) -> Result<Vec<PartitionDraft>, Error> {
    let sd = required(shared.sd.as_ref(), "sd")?;
    let root = required(sd.location.filter(|text| !text.is_empty()), "sd.location")?;
    let descriptor = Arc::new(storage::descriptor(sd));
    let partitions = shared.partitions.iter().flatten().map(|one| {
        let values = required(one.values.as_deref(), "values")?;
        let path = required(one.relative_path, "relativePath")?;
        Ok(PartitionDraft {
            at: at.clone(),
            values: strings(Some(values)),
            location: Some(format!("{root}{path}")),
            descriptor: Some(Arc::clone(&descriptor)),
            created_at: i64::from(one.create_time.unwrap_or(0)),
            last_access_at: i64::from(one.last_access_time.unwrap_or(0)),
            parameters: crate::thrift::from_wire::parameters(one.parameters.as_deref()),
            unknown_fields: Vec::new(),
        })
    });
    partitions.collect()
}

/// By what a partition is appended.
enum Appended<'a> {
    Values(Option<&'a [&'a str]>),
    Name(Option<&'a str>),
}

async fn append(
    call: &Call<'_>,
    at: &TableRef,
    by: Appended<'_>,
    context: Option<&EnvironmentContext<'_>>,
) -> Answer {
    let gather = gathers(context);
    let added: PartitionsOf = match by {
        Appended::Values(values) => {
            let values = strings(Some(required(values, "part_vals")?));
            call.catalog()
                .partition_append(at, values, gather)
                .await
                .map_err(|failure| table_missing_as(failure, one_unplaced))?
        }
        Appended::Name(name) => {
            let name = required(name, "part_name")?;
            call.catalog()
                .partition_append_by_name(at, name, gather)
                .await?
        }
    };
    answer_only(call, &added)
}

async fn append_partition(call: Call<'_>) -> Answer {
    let args: args::AppendPartition<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    append(
        &call,
        &at,
        Appended::Values(args.part_vals.as_deref()),
        None,
    )
    .await
}

async fn append_partition_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AppendPartitionWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let context = args.environment_context.as_ref();
    append(
        &call,
        &at,
        Appended::Values(args.part_vals.as_deref()),
        context,
    )
    .await
}

async fn append_partition_by_name(call: Call<'_>) -> Answer {
    let args: args::AppendPartitionByName<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    append(&call, &at, Appended::Name(args.part_name), None).await
}

async fn append_partition_by_name_with_environment_context(call: Call<'_>) -> Answer {
    let args: args::AppendPartitionByNameWithEnvironmentContext<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    append(
        &call,
        &at,
        Appended::Name(args.part_name),
        args.environment_context.as_ref(),
    )
    .await
}

async fn append_partition_req(call: Call<'_>) -> Answer {
    let args: args::AppendPartitionReq<'_> = call.arguments()?;
    let request = required(args.append_partitions_req, "appendPartitionsReq")?;
    let at = name::table_of(&request)?;
    let by = match request.name {
        Some(name) => Appended::Name(Some(name)),
        None => Appended::Values(request.part_vals.as_deref()),
    };
    append(&call, &at, by, request.environment_context.as_deref()).await
}
