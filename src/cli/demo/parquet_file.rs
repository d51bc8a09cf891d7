//! Parquet files of a few columns, by Parquet's own library.

use anyhow::{Result, bail};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

/// The values of a column.
pub(super) enum Values {
    Longs(Vec<i64>),
    Ints(Vec<i32>),
    Doubles(Vec<f64>),
    Texts(Vec<String>),
}

/// Writes a file of these columns, in the order of the schema, which is in Parquet's own words.
pub(super) fn write(path: &Path, schema: &str, columns: &[Values]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED);
    let file = File::create(path)?;
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties.build()))?;
    let mut group = writer.next_row_group()?;
    for values in columns {
        let Some(mut column) = group.next_column()? else {
            bail!("the schema has fewer columns");
        };
        match values {
            Values::Longs(all) => column.typed::<Int64Type>().write_batch(all, None, None)?,
            Values::Ints(all) => column.typed::<Int32Type>().write_batch(all, None, None)?,
            Values::Doubles(all) => column.typed::<DoubleType>().write_batch(all, None, None)?,
            Values::Texts(all) => {
                let all: Vec<ByteArray> = all.iter().map(|text| text.as_str().into()).collect();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&all, None, None)?
            }
        };
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}
