//! Questions about names of partitions that need no table.

use crate::hive::partition_name::{spec_of_name, values_of_name};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::required;
use crate::thrift::method::{Method, methods};
use hms::{args, replies};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    partition_name_to_vals,
    partition_name_to_spec,
    partition_name_has_valid_characters,
];

async fn partition_name_to_vals(call: Call<'_>) -> Answer {
    let args: args::PartitionNameToVals<'_> = call.arguments()?;
    let values = values_of_name(required(args.part_name, "part_name")?);
    let success = Some(values.iter().map(String::as_str).collect());
    call.reply(&replies::PartitionNameToVals {
        success,
        ..Default::default()
    })
}

async fn partition_name_to_spec(call: Call<'_>) -> Answer {
    let args: args::PartitionNameToSpec<'_> = call.arguments()?;
    let spec = spec_of_name(required(args.part_name, "part_name")?);
    let success = Some(
        spec.iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect(),
    );
    call.reply(&replies::PartitionNameToSpec {
        success,
        ..Default::default()
    })
}

/// Every character is valid: names escape what a directory cannot hold (Hive's white list is empty by default too).
async fn partition_name_has_valid_characters(call: Call<'_>) -> Answer {
    let args: args::PartitionNameHasValidCharacters<'_> = call.arguments()?;
    required(args.part_vals, "part_vals")?;
    let success = Some(true);
    call.reply(&replies::PartitionNameHasValidCharacters {
        success,
        ..Default::default()
    })
}
