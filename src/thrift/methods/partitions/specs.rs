//! `get_partitions_with_specs` of Hive 4: a listing that says which fields it needs.
//!
//! Whole partitions are answered, whatever the projection: a client that asked for less ignores the rest.

use super::select;
use crate::catalog::PartitionSelection;
use crate::error::{Error, Result};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{Success, Wrapped};
use hms::args;
use hms::types::{GetPartitionsFilterSpec, PartitionFilterMode};

pub(in crate::thrift) static METHODS: &[Method] = methods![get_partitions_with_specs,];

/// The fields of a partition; a projection names them or what lies inside them, as `sd.location`.
const FIELDS: [&str; 10] = [
    "values",
    "dbName",
    "tableName",
    "createTime",
    "lastAccessTime",
    "sd",
    "parameters",
    "privileges",
    "catName",
    "writeId",
];

async fn get_partitions_with_specs(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsWithSpecs<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let projection = request.projection_spec.unwrap_or_default();
    for path in projection.field_list.iter().flatten() {
        let field = path.split('.').next().unwrap_or_default();
        if !FIELDS.contains(&field) {
            return Err(
                Error::Invalid(format!("Error: {path} is not a field of a partition")).into(),
            );
        }
    }
    let patterns = ParameterPatterns::new(
        projection.include_param_key_pattern,
        projection.exclude_param_key_pattern,
    );
    let wanted = wanted(request.filter_spec.as_deref())?;
    let selection = match &wanted {
        Wanted::Names(names) => PartitionSelection::Names(names),
        Wanted::Values(values) => PartitionSelection::Values(values),
        Wanted::Filter(filter) => PartitionSelection::Filter(filter),
    };
    let list = select(&call, &at, selection, None, patterns).await?;
    call.reply_list(list, |list| Success(Wrapped::new(list.into_specs())))
}

/// What the filter specification asks for.
enum Wanted<'a> {
    Names(Vec<&'a str>),
    Values(Vec<String>),
    Filter(String),
}

fn wanted<'a>(spec: Option<&GetPartitionsFilterSpec<'a>>) -> Result<Wanted<'a>> {
    let filters = spec
        .and_then(|spec| spec.filters.as_deref())
        .unwrap_or_default();
    match spec.and_then(|spec| spec.filter_mode) {
        Some(PartitionFilterMode::BY_NAMES) => Ok(Wanted::Names(filters.to_vec())),
        Some(PartitionFilterMode::BY_VALUES) => Ok(Wanted::Values(strings(Some(filters)))),
        Some(PartitionFilterMode::BY_EXPR) => {
            let terms: Vec<String> = filters.iter().map(|filter| format!("({filter})")).collect();
            Ok(Wanted::Filter(terms.join(" and ")))
        }
        None if filters.is_empty() => Ok(Wanted::Filter(String::new())),
        None => Err(Error::Invalid(
            "filters are given without a filter mode".into(),
        )),
        Some(other) => Err(Error::Invalid(format!(
            "the filter mode {} is unknown",
            other.0
        ))),
    }
}
