//! One partition, by values or by name; and many, by their names.

use super::select;
use crate::catalog::{PartitionKey, PartitionSelection};
use crate::model::TableRef;
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{PartitionList, SinglePartition, Success, Wrapped};
use hms::args;

/// A name that lacks a key is a missing partition to a reader.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_partition,
    get_partition_with_auth,
    get_partition_req,
    get_partition_by_name(invalid_object: NoSuchObjectException),
    get_partitions_by_names,
    get_partitions_by_names_req,
];

async fn answer_one(call: &Call<'_>, at: &TableRef, key: PartitionKey<'_>) -> Answer {
    let found = call.catalog().partition_get(at, key).await?;
    call.reply(&Success(SinglePartition::new(&found, call.protocol)))
}

async fn get_partition(call: Call<'_>) -> Answer {
    let args: args::GetPartition<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let values = required(args.part_vals.as_deref(), "part_vals")?;
    let values = strings(Some(values));
    answer_one(&call, &at, PartitionKey::Values(&values)).await
}

/// Partitions carry no privileges of their own.
async fn get_partition_with_auth(call: Call<'_>) -> Answer {
    let args: args::GetPartitionWithAuth<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let values = required(args.part_vals.as_deref(), "part_vals")?;
    let values = strings(Some(values));
    answer_one(&call, &at, PartitionKey::Values(&values)).await
}

async fn get_partition_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let values = strings(Some(&request.part_vals));
    let found = call
        .catalog()
        .partition_get(&at, PartitionKey::Values(&values))
        .await?;
    call.reply(&Success(Wrapped::new(SinglePartition::new(
        &found,
        call.protocol,
    ))))
}

async fn get_partition_by_name(call: Call<'_>) -> Answer {
    let args: args::GetPartitionByName<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let name = required(args.part_name, "part_name")?;
    answer_one(&call, &at, PartitionKey::Name(name)).await
}

async fn named(
    call: &Call<'_>,
    at: &TableRef,
    names: Option<&[&str]>,
    patterns: ParameterPatterns,
) -> Result<PartitionList, Failure> {
    let names = required(names, "names")?;
    select(call, at, PartitionSelection::Names(names), None, patterns).await
}

async fn get_partitions_by_names(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsByNames<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let list = named(
        &call,
        &at,
        args.names.as_deref(),
        ParameterPatterns::default(),
    )
    .await?;
    call.reply_list(list, Success)
}

/// The request has no catalog of its own; Hive 4 writes it before the database.
async fn get_partitions_by_names_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsByNamesReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let patterns = ParameterPatterns::new(
        request.include_param_key_pattern,
        request.exclude_param_key_pattern,
    );
    let list = named(&call, &at, request.names.as_deref(), patterns).await?;
    call.reply_list(list, |list| Success(Wrapped::new(list)))
}
