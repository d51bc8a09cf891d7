//! Names of partitions, and distinct values of their keys.

use super::expression::readable;
use super::list::values_of;
use super::max_of;
use crate::catalog::{PartitionSelection, ValuesRequest};
use crate::error::Error;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use hms::types::{self, FieldSchema};
use hms::{args, replies};

/// A missing table has no values in Hive but a `MetaException`.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_partition_names,
    fetch_partition_names_req,
    get_partition_names_req,
    get_partition_names_ps,
    get_partition_names_ps_req,
    get_partition_values(not_found: MetaException),
];

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

async fn get_partition_names(call: Call<'_>) -> Answer {
    let args: args::GetPartitionNames<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let max = max_of(args.max_parts);
    let names = call
        .catalog()
        .partition_names(&at, PartitionSelection::All, max)
        .await?;
    call.reply(&replies::GetPartitionNames {
        success: Some(texts(&names)),
        ..Default::default()
    })
}

async fn fetch_partition_names_req(call: Call<'_>) -> Answer {
    let args: args::FetchPartitionNamesReq<'_> = call.arguments()?;
    let request = required(args.partition_req, "partitionReq")?;
    let at = name::table_of(&request)?;
    let max = max_of(request.max_parts);
    let names = call
        .catalog()
        .partition_names(&at, PartitionSelection::All, max)
        .await?;
    let success = Some(texts(&names));
    call.reply(&replies::FetchPartitionNamesReq {
        success,
        ..Default::default()
    })
}

/// The names that an expression means. Only what can be read is answered: a superset would be shown to people.
async fn get_partition_names_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionNamesReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    if request.order.is_some_and(|order| !order.trim().is_empty()) {
        return Err(
            Error::Unsupported("partition names are given in their own order only".into()).into(),
        );
    }
    let Some(filter) = readable(request.expr) else {
        return Err(Error::Unsupported(
            "the expression is in a form that only Hive can read".into(),
        )
        .into());
    };
    let selection = PartitionSelection::Filter(filter);
    let max = max_of(request.max_parts);
    let names = call.catalog().partition_names(&at, selection, max).await?;
    call.reply(&replies::GetPartitionNamesReq {
        success: Some(texts(&names)),
        ..Default::default()
    })
}

/// Whole values are compared. The real servers match a text prefix here (`p=7` finds `p=70` too), which no client
/// wants.
async fn get_partition_names_ps(call: Call<'_>) -> Answer {
    let args: args::GetPartitionNamesPs<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let values = values_of(args.part_vals.as_deref())?;
    let selection = PartitionSelection::Values(&values);
    let names = call
        .catalog()
        .partition_names(&at, selection, max_of(args.max_parts))
        .await?;
    call.reply(&replies::GetPartitionNamesPs {
        success: Some(texts(&names)),
        ..Default::default()
    })
}

async fn get_partition_names_ps_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionNamesPsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    let values = request
        .part_values
        .as_deref()
        .map(|values| strings(Some(values)));
    let selection = match &values {
        Some(values) => PartitionSelection::Values(values),
        None => PartitionSelection::All,
    };
    let names = call
        .catalog()
        .partition_names(&at, selection, max_of(request.max_parts))
        .await?;
    let response = types::GetPartitionNamesPsResponse {
        names: texts(&names),
    };
    call.reply(&replies::GetPartitionNamesPsReq {
        success: Some(response),
        ..Default::default()
    })
}

async fn get_partition_values(call: Call<'_>) -> Answer {
    let args: args::GetPartitionValues<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let rows = call
        .catalog()
        .partition_values(
            &at,
            ValuesRequest {
                keys: &key_names(&request.partition_keys),
                filter: request.filter.unwrap_or_default(),
                distinct: request
                    .apply_distinct
                    .unwrap_or(types::PartitionValuesRequest::APPLY_DISTINCT_DEFAULT),
                order: &key_names(request.partition_order.as_deref().unwrap_or_default()),
                ascending: request
                    .ascending
                    .unwrap_or(types::PartitionValuesRequest::ASCENDING_DEFAULT),
                max: max_of(request.max_parts),
            },
        )
        .await?;
    let rows = rows
        .iter()
        .map(|row| types::PartitionValuesRow { row: texts(row) });
    let response = types::PartitionValuesResponse {
        partition_values: rows.collect(),
    };
    call.reply(&replies::GetPartitionValues {
        success: Some(response),
        ..Default::default()
    })
}

fn key_names<'a>(keys: &[FieldSchema<'a>]) -> Vec<&'a str> {
    keys.iter()
        .map(|key| key.name.unwrap_or_default())
        .collect()
}
