//! Hive's names for file formats (`STORED AS …`) and the classes that they stand for.

/// The classes by which engines know how to read and write a table's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageFormat {
    /// The name, in lower case.
    pub name: &'static str,
    /// Hadoop's input format class.
    pub input_format: &'static str,
    /// Hadoop's output format class.
    pub output_format: &'static str,
    /// Hive's serde class.
    pub serde: &'static str,
}

const TEXT_INPUT: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";

/// Every format that has a name.
pub const STORAGE_FORMATS: [StorageFormat; 6] = [
    StorageFormat {
        name: "parquet",
        input_format: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        output_format: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serde: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    },
    StorageFormat {
        name: "orc",
        input_format: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        output_format: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        serde: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    },
    StorageFormat {
        name: "avro",
        input_format: "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        output_format: "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        serde: "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    },
    StorageFormat {
        name: "json",
        input_format: TEXT_INPUT,
        output_format: TEXT_OUTPUT,
        serde: "org.apache.hive.hcatalog.data.JsonSerDe",
    },
    StorageFormat {
        name: "csv",
        input_format: TEXT_INPUT,
        output_format: TEXT_OUTPUT,
        serde: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    },
    StorageFormat {
        name: "text",
        input_format: TEXT_INPUT,
        output_format: TEXT_OUTPUT,
        serde: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    },
];

impl StorageFormat {
    /// The format of a name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        STORAGE_FORMATS
            .into_iter()
            .find(|format| format.name.eq_ignore_ascii_case(name.trim()))
    }

    /// The format of a serde class; the serde alone tells formats apart.
    pub fn of_serde(serde: &str) -> Option<Self> {
        STORAGE_FORMATS
            .into_iter()
            .find(|format| format.serde == serde)
    }
}

#[cfg(test)]
mod tests {
    use super::{STORAGE_FORMATS, StorageFormat};

    #[test]
    fn each_format_is_found_by_its_name_and_by_its_serde() {
        for format in STORAGE_FORMATS {
            let shouted = format.name.to_uppercase();
            assert_eq!(StorageFormat::parse(&shouted), Some(format));
            assert_eq!(StorageFormat::of_serde(format.serde), Some(format));
        }
        assert_eq!(StorageFormat::parse("xml"), None);
    }
}
