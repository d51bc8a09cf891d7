//! Whole partitions: all, by leading values, by filter. Answers are encoded as the pages come from the store.
//!
//! `skipColumnSchemaForPartition` is not honoured on purpose: columns may always be filled in.

use super::{answer_selection, max_of, select, table_missing_as, unplaced};
use crate::catalog::PartitionSelection;
use crate::error::Result;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{Success, Wrapped};
use hms::{args, replies};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_partitions,
    get_partitions_req,
    get_partitions_with_auth,
    get_partitions_ps,
    get_partitions_ps_with_auth,
    get_partitions_ps_with_auth_req,
    get_partitions_by_filter,
    get_partitions_by_filter_req,
    get_num_partitions_by_filter,
    get_partitions_pspec,
    get_part_specs_by_filter,
];

async fn get_partitions(call: Call<'_>) -> Answer {
    let args: args::GetPartitions<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    answer_selection(&call, &at, PartitionSelection::All, max_of(args.max_parts)).await
}

async fn get_partitions_with_auth(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsWithAuth<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    answer_selection(&call, &at, PartitionSelection::All, max_of(args.max_parts)).await
}

async fn get_partitions_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let patterns = ParameterPatterns::new(
        request.include_param_key_pattern,
        request.exclude_param_key_pattern,
    );
    let max = max_of(request.max_parts);
    let list = select(&call, &at, PartitionSelection::All, max, patterns).await?;
    call.reply_list(list, |list| Success(Wrapped::new(list)))
}

/// Leading values as an argument.
pub(super) fn values_of(values: Option<&[&str]>) -> Result<Vec<String>> {
    Ok(strings(Some(required(values, "part_vals")?)))
}

async fn get_partitions_ps(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsPs<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let values = values_of(args.part_vals.as_deref())?;
    let selection = PartitionSelection::Values(&values);
    answer_selection(&call, &at, selection, max_of(args.max_parts)).await
}

async fn get_partitions_ps_with_auth(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsPsWithAuth<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let values = values_of(args.part_vals.as_deref())?;
    let selection = PartitionSelection::Values(&values);
    answer_selection(&call, &at, selection, max_of(args.max_parts)).await
}

/// Later Hive 4 clients ask for exact names by it too, and for all partitions by leaving out both.
async fn get_partitions_ps_with_auth_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsPsWithAuthReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let patterns = ParameterPatterns::new(
        request.include_param_key_pattern,
        request.exclude_param_key_pattern,
    );
    if let Some(names) = request
        .part_names
        .as_deref()
        .filter(|names| !names.is_empty())
    {
        let selection = PartitionSelection::Names(names);
        let list = select(&call, &at, selection, None, patterns).await?;
        return call.reply_list(list, |list| Success(Wrapped::new(list)));
    }
    let values = request
        .part_vals
        .as_deref()
        .map(|values| strings(Some(values)));
    let selection = match &values {
        Some(values) => PartitionSelection::Values(values),
        None => PartitionSelection::All,
    };
    let list = select(&call, &at, selection, max_of(request.max_parts), patterns).await?;
    call.reply_list(list, |list| Success(Wrapped::new(list)))
}

async fn get_partitions_by_filter(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsByFilter<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let selection = PartitionSelection::Filter(args.filter.unwrap_or_default());
    answer_selection(&call, &at, selection, max_of(args.max_parts)).await
}

async fn get_partitions_by_filter_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsByFilterReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let patterns = ParameterPatterns::new(
        request.include_param_key_pattern,
        request.exclude_param_key_pattern,
    );
    let selection = PartitionSelection::Filter(request.filter.unwrap_or_default());
    let list = select(&call, &at, selection, max_of(request.max_parts), patterns).await?;
    call.reply_list(list, Success)
}

async fn get_num_partitions_by_filter(call: Call<'_>) -> Answer {
    let args: args::GetNumPartitionsByFilter<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let selection = PartitionSelection::Filter(args.filter.unwrap_or_default());
    let count = call
        .catalog()
        .partition_count(&at, selection)
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let success = Some(i32::try_from(count).unwrap_or(i32::MAX));
    call.reply(&replies::GetNumPartitionsByFilter {
        success,
        ..Default::default()
    })
}

async fn get_partitions_pspec(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsPspec<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let max = max_of(args.max_parts);
    let patterns = ParameterPatterns::default();
    let list = select(&call, &at, PartitionSelection::All, max, patterns).await?;
    call.reply_list(list, |list| Success(list.into_specs()))
}

/// Flink reads partitions by this form alone.
async fn get_part_specs_by_filter(call: Call<'_>) -> Answer {
    let args: args::GetPartSpecsByFilter<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let selection = PartitionSelection::Filter(args.filter.unwrap_or_default());
    let max = max_of(args.max_parts);
    let list = select(&call, &at, selection, max, ParameterPatterns::default()).await?;
    call.reply_list(list, |list| Success(list.into_specs()))
}
