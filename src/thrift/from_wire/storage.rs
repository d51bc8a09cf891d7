//! Storage descriptors and columns.

use super::{parameters, strings, text};
use crate::model::{Column, Serde, Skew, SortColumn, StorageDescriptor};
use hms::types;

/// Columns and partition keys, in order. Hive keeps their names in lower case, whatever was sent.
pub(in crate::thrift) fn columns(fields: &[types::FieldSchema<'_>]) -> Vec<Column> {
    fields
        .iter()
        .map(|field| Column {
            name: field.name.unwrap_or_default().to_lowercase(),
            data_type: field.r#type.unwrap_or_default().to_owned(),
            comment: text(field.comment),
        })
        .collect()
}

/// Everything but the location, which stands beside the descriptor in the domain.
pub(in crate::thrift) fn descriptor(sd: &types::StorageDescriptor<'_>) -> StorageDescriptor {
    StorageDescriptor {
        columns: sd.cols.as_deref().map(columns),
        input_format: text(sd.input_format),
        output_format: text(sd.output_format),
        compressed: sd.compressed.unwrap_or(false),
        bucket_count: sd.num_buckets.unwrap_or(0),
        serde: sd.serde_info.as_deref().map(serde),
        bucket_columns: strings(sd.bucket_cols.as_deref()),
        sort_columns: sd.sort_cols.iter().flatten().map(sort_column).collect(),
        parameters: parameters(sd.parameters.as_deref()),
        skew: sd.skewed_info.as_deref().map(skew).unwrap_or_default(),
        stored_as_sub_directories: sd.stored_as_sub_directories.unwrap_or(false),
    }
}

fn serde(info: &types::SerDeInfo<'_>) -> Serde {
    Serde {
        name: text(info.name),
        library: text(info.serialization_lib),
        parameters: parameters(info.parameters.as_deref()),
        description: text(info.description),
        serializer_class: text(info.serializer_class),
        deserializer_class: text(info.deserializer_class),
        serde_type: info.serde_type.map(|kind| kind.0),
    }
}

fn sort_column(order: &types::Order<'_>) -> SortColumn {
    SortColumn {
        column: order.col.unwrap_or_default().to_owned(),
        order: order.order.unwrap_or(0),
    }
}

fn skew(info: &types::SkewedInfo<'_>) -> Skew {
    let owned = |list: &Vec<&str>| {
        list.iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<String>>()
    };
    Skew {
        columns: strings(info.skewed_col_names.as_deref()),
        values: info.skewed_col_values.iter().flatten().map(owned).collect(),
        locations: info
            .skewed_col_value_location_maps
            .iter()
            .flatten()
            .map(|(values, location)| (owned(values), (*location).to_owned()))
            .collect(),
    }
}
