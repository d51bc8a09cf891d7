//! The stored form of what is kept as text: property maps, columns, storage descriptors.
//!
//! It is JSON: quick to read, legible in the database's own shell, and able to hold the NUL that PostgreSQL's text
//! cannot. The domain's types are not serializable on purpose, so the form is spelled out here. Fields may be added
//! with a default, never renamed: old rows stay as they are, and a descriptor's hash is that of its text.

use crate::model::{Column, Parameters, Serde, Skew, SortColumn, StorageDescriptor};
use crate::store::sql::failure::Failure;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::borrow::Cow;

/// Writes a form.
pub(in crate::store) fn to_json<T: Serialize>(form: &T) -> Result<String, Failure> {
    serde_json::to_string(form).map_err(Failure::fault)
}

/// Reads a form.
pub(in crate::store) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(Failure::fault)
}

/// A property map; NULL stands for the empty one.
pub(in crate::store) fn parameters_text(
    parameters: &Parameters,
) -> Result<Option<String>, Failure> {
    if parameters.is_empty() {
        return Ok(None);
    }
    to_json(parameters).map(Some)
}

/// Reads [`parameters_text`].
pub(in crate::store) fn parameters_of(text: Option<&str>) -> Result<Parameters, Failure> {
    text.map_or_else(|| Ok(Parameters::new()), from_json)
}

/// A column as `[name, type, comment]`.
pub(in crate::store) type ColumnForm = (String, String, Option<String>);

pub(in crate::store) fn column_form(column: &Column) -> ColumnForm {
    (
        column.name.clone(),
        column.data_type.clone(),
        column.comment.clone(),
    )
}

pub(in crate::store) fn column_of((name, data_type, comment): ColumnForm) -> Column {
    Column {
        name,
        data_type,
        comment,
    }
}

/// Columns; NULL stands for none.
pub(in crate::store) fn columns_text(columns: &[Column]) -> Result<Option<String>, Failure> {
    if columns.is_empty() {
        return Ok(None);
    }
    to_json(&columns.iter().map(column_form).collect::<Vec<_>>()).map(Some)
}

/// Reads [`columns_text`].
pub(in crate::store) fn columns_of(text: Option<&str>) -> Result<Vec<Column>, Failure> {
    let forms: Vec<ColumnForm> = text.map_or_else(|| Ok(Vec::new()), from_json)?;
    Ok(forms.into_iter().map(column_of).collect())
}

#[derive(Serialize, Deserialize)]
struct DescriptorForm<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<ColumnForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input_format: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_format: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "is_false")]
    compressed: bool,
    #[serde(default)]
    bucket_count: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serde: Option<SerdeForm<'a>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    bucket_columns: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sort_columns: Vec<(String, i32)>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    parameters: Cow<'a, Parameters>,
    #[serde(default, skip_serializing_if = "is_empty")]
    skew_columns: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    skew_values: Cow<'a, [Vec<String>]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    skew_locations: Cow<'a, [(Vec<String>, String)]>,
    #[serde(default, skip_serializing_if = "is_false")]
    stored_as_sub_directories: bool,
}

#[derive(Serialize, Deserialize)]
struct SerdeForm<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    library: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    parameters: Cow<'a, Parameters>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serializer_class: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deserializer_class: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serde_type: Option<i32>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

fn is_empty_map(map: &Parameters) -> bool {
    map.is_empty()
}

fn borrowed(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

/// A descriptor's text. Equal descriptors have equal texts.
pub(in crate::store) fn descriptor_text(descriptor: &StorageDescriptor) -> Result<String, Failure> {
    let serde = descriptor.serde.as_ref().map(|serde| SerdeForm {
        name: borrowed(serde.name.as_ref()),
        library: borrowed(serde.library.as_ref()),
        parameters: Cow::Borrowed(&serde.parameters),
        description: borrowed(serde.description.as_ref()),
        serializer_class: borrowed(serde.serializer_class.as_ref()),
        deserializer_class: borrowed(serde.deserializer_class.as_ref()),
        serde_type: serde.serde_type,
    });
    let columns = descriptor.columns.as_ref();
    let sort = descriptor.sort_columns.iter();
    to_json(&DescriptorForm {
        columns: columns.map(|columns| columns.iter().map(column_form).collect()),
        input_format: borrowed(descriptor.input_format.as_ref()),
        output_format: borrowed(descriptor.output_format.as_ref()),
        compressed: descriptor.compressed,
        bucket_count: descriptor.bucket_count,
        serde,
        bucket_columns: Cow::Borrowed(&descriptor.bucket_columns),
        sort_columns: sort.map(|sort| (sort.column.clone(), sort.order)).collect(),
        parameters: Cow::Borrowed(&descriptor.parameters),
        skew_columns: Cow::Borrowed(&descriptor.skew.columns),
        skew_values: Cow::Borrowed(&descriptor.skew.values),
        skew_locations: Cow::Borrowed(&descriptor.skew.locations),
        stored_as_sub_directories: descriptor.stored_as_sub_directories,
    })
}

/// Reads [`descriptor_text`].
pub(in crate::store) fn descriptor_of(text: &str) -> Result<StorageDescriptor, Failure> {
    let form: DescriptorForm<'static> = from_json(text)?;
    let sort = form.sort_columns.into_iter();
    Ok(StorageDescriptor {
        columns: form
            .columns
            .map(|columns| columns.into_iter().map(column_of).collect()),
        input_format: owned(form.input_format),
        output_format: owned(form.output_format),
        compressed: form.compressed,
        bucket_count: form.bucket_count,
        serde: form.serde.map(|serde| Serde {
            name: owned(serde.name),
            library: owned(serde.library),
            parameters: serde.parameters.into_owned(),
            description: owned(serde.description),
            serializer_class: owned(serde.serializer_class),
            deserializer_class: owned(serde.deserializer_class),
            serde_type: serde.serde_type,
        }),
        bucket_columns: form.bucket_columns.into_owned(),
        sort_columns: sort
            .map(|(column, order)| SortColumn { column, order })
            .collect(),
        parameters: form.parameters.into_owned(),
        skew: Skew {
            columns: form.skew_columns.into_owned(),
            values: form.skew_values.into_owned(),
            locations: form.skew_locations.into_owned(),
        },
        stored_as_sub_directories: form.stored_as_sub_directories,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_comes_back_as_it_was() {
        let parameters = Parameters::from([("k\0".into(), "\"v\"\u{1F41D}".into())]);
        let descriptor = StorageDescriptor {
            columns: Some(vec![
                Column {
                    name: "a".into(),
                    data_type: "int".into(),
                    comment: Some(String::new()),
                },
                Column {
                    name: "B".into(),
                    data_type: "array<int>".into(),
                    comment: None,
                },
            ]),
            input_format: Some("in".into()),
            output_format: None,
            compressed: true,
            bucket_count: -1,
            serde: Some(Serde {
                library: Some("lib".into()),
                parameters: parameters.clone(),
                serde_type: Some(0),
                ..Serde::default()
            }),
            bucket_columns: vec!["a".into()],
            sort_columns: vec![SortColumn {
                column: "a".into(),
                order: 1,
            }],
            parameters,
            skew: Skew {
                columns: vec!["a".into()],
                values: vec![vec!["1".into()]],
                locations: vec![(vec!["1".into()], "s3://b/1".into())],
            },
            stored_as_sub_directories: true,
        };
        let text = descriptor_text(&descriptor).unwrap();
        assert_eq!(descriptor_of(&text).unwrap(), descriptor);
        let empty = StorageDescriptor::default();
        assert_eq!(
            descriptor_of(&descriptor_text(&empty).unwrap()).unwrap(),
            empty
        );
    }

    #[test]
    fn no_columns_and_absent_columns_differ() {
        let none = StorageDescriptor {
            columns: Some(Vec::new()),
            ..StorageDescriptor::default()
        };
        let text = descriptor_text(&none).unwrap();
        assert_ne!(
            text,
            descriptor_text(&StorageDescriptor::default()).unwrap()
        );
        assert_eq!(descriptor_of(&text).unwrap(), none);
    }
}
