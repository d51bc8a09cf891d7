//! Storage descriptors and columns. Collections are set even where they are empty: Trino fails on absent ones.

use super::{parameters, strings};
use crate::model::{Column, Serde, Skew, StorageDescriptor};
use hms::types;

/// Columns, in order.
pub(in crate::thrift) fn columns(columns: &[Column]) -> Vec<types::FieldSchema<'_>> {
    columns
        .iter()
        .map(|column| types::FieldSchema {
            name: Some(&column.name),
            r#type: Some(&column.data_type),
            comment: column.comment.as_deref(),
        })
        .collect()
}

/// A descriptor with its location.
pub(in crate::thrift) fn descriptor<'a>(
    descriptor: &'a StorageDescriptor,
    location: Option<&'a str>,
) -> types::StorageDescriptor<'a> {
    types::StorageDescriptor {
        cols: descriptor.columns.as_deref().map(columns),
        location,
        input_format: descriptor.input_format.as_deref(),
        output_format: descriptor.output_format.as_deref(),
        compressed: Some(descriptor.compressed),
        num_buckets: Some(descriptor.bucket_count),
        serde_info: Some(Box::new(
            descriptor.serde.as_ref().map(serde).unwrap_or_default(),
        )),
        bucket_cols: strings(&descriptor.bucket_columns),
        sort_cols: Some(
            descriptor
                .sort_columns
                .iter()
                .map(|sort| types::Order {
                    col: Some(&sort.column),
                    order: Some(sort.order),
                })
                .collect(),
        ),
        parameters: parameters(&descriptor.parameters),
        skewed_info: Some(Box::new(skew(&descriptor.skew))),
        stored_as_sub_directories: Some(descriptor.stored_as_sub_directories),
    }
}

fn serde(serde: &Serde) -> types::SerDeInfo<'_> {
    types::SerDeInfo {
        name: serde.name.as_deref(),
        serialization_lib: serde.library.as_deref(),
        parameters: parameters(&serde.parameters),
        description: serde.description.as_deref(),
        serializer_class: serde.serializer_class.as_deref(),
        deserializer_class: serde.deserializer_class.as_deref(),
        serde_type: serde.serde_type.map(types::SerdeType),
    }
}

fn skew(skew: &Skew) -> types::SkewedInfo<'_> {
    types::SkewedInfo {
        skewed_col_names: strings(&skew.columns),
        skewed_col_values: Some(
            skew.values
                .iter()
                .map(|values| values.iter().map(String::as_str).collect())
                .collect(),
        ),
        skewed_col_value_location_maps: Some(
            skew.locations
                .iter()
                .map(|(values, location)| {
                    (
                        values.iter().map(String::as_str).collect(),
                        location.as_str(),
                    )
                })
                .collect(),
        ),
    }
}
