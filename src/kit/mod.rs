//! Kits: ready tables for the logs that AWS services write to S3.
//!
//! A kit says all that a table of such a log needs: columns, how files are read, the layout of the directories and
//! the partition keys. Each kit is data, in a file of its own; what they have in common (the form of the table, the
//! patterns of lines, what Spark keeps of a table) is here. Lines of each log lie in `tests/kits`, where the tests
//! and the checks with real engines read them back.
//!
//! A kit's table is one for all engines. Lines with quotes are read by `RegexSerDe`, which Hive, Spark and Trino
//! have. Where a log has header lines or is JSON, Spark's reader of Hive tables falls short: there the table also
//! names a reader of Spark's own, and each engine takes the one that it knows.
//!
//! Pure rules: no I/O.

mod cloudfront;
mod cloudtrail;
mod line_pattern;
mod load_balancers;
mod s3_access;
#[cfg(test)]
mod tests;
mod vpc_flow;

use crate::hive::spark_schema;
use crate::model::{
    Column, Location, Parameters, Serde, StorageDescriptor, Table, TableRef, TableType,
};
use std::sync::Arc;

const TEXT_INPUT: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
const REGEX_SERDE: &str = "org.apache.hadoop.hive.serde2.RegexSerDe";
const DELIMITED_SERDE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
/// Unlike Hive's own JSON serde it reads an object into a text column, and Trino has it built in.
const JSON_SERDE: &str = "org.openx.data.jsonserde.JsonSerDe";
/// How AWS's delimited logs write that there is no value.
const NO_VALUE: &str = "-";

/// A ready table for one kind of log.
#[derive(Debug)]
pub struct Kit {
    /// What it is asked for by, such as `cloudtrail`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The directories below the table's location, as a template of [`crate::layout`].
    pub layout: &'static str,
    columns: &'static [Field],
    keys: &'static [Field],
    format: Format,
}

/// A column or a partition key. Names inside a type keep the case that the log writes; Hive's own are lower.
#[derive(Debug)]
struct Field {
    name: &'static str,
    data_type: &'static str,
    comment: &'static str,
}

/// How the files of a log are read.
#[derive(Debug)]
enum Format {
    /// Lines that match a pattern, made of pieces with a space between: those that every line has, then
    /// those that were added to the log later.
    Lines {
        required: &'static [&'static str],
        later: &'static [&'static str],
    },
    /// Lines of values with one character between, below lines of a header.
    Delimited {
        delimiter: &'static str,
        header_lines: &'static str,
        /// The options with which Spark's own reader skips the header.
        spark_header: (&'static str, &'static str),
    },
    /// One JSON object a line.
    Json,
}

/// All kits, in the order of their names.
pub fn all() -> &'static [&'static Kit] {
    &[
        &load_balancers::ALB,
        &cloudfront::CLOUDFRONT,
        &cloudtrail::CLOUDTRAIL,
        &cloudtrail::CLOUDTRAIL_ORGANIZATION,
        &load_balancers::ELB,
        &load_balancers::NLB,
        &s3_access::S3_ACCESS,
        &vpc_flow::VPC_FLOW,
    ]
}

/// The kit of a name, in any case.
pub fn find(name: &str) -> Option<&'static Kit> {
    all()
        .iter()
        .find(|kit| kit.name.eq_ignore_ascii_case(name))
        .copied()
}

impl Kit {
    /// The data columns.
    pub fn columns(&self) -> Vec<Column> {
        self.columns.iter().map(Field::column).collect()
    }

    /// The partition keys.
    pub fn partition_keys(&self) -> Vec<Column> {
        self.keys.iter().map(Field::column).collect()
    }

    /// The table at a place of the catalog whose data lies at `location`: below it are the directories of the layout.
    /// It is external, and its partitions are discovered.
    pub fn table(&self, at: TableRef, location: Location) -> Table {
        let serde = Serde {
            name: Some(at.table.as_str().to_owned()),
            library: Some(self.format.serde().to_owned()),
            parameters: self.serde_parameters(&location),
            ..Serde::default()
        };
        let descriptor = StorageDescriptor {
            columns: Some(self.columns()),
            input_format: Some(TEXT_INPUT.to_owned()),
            output_format: Some(TEXT_OUTPUT.to_owned()),
            bucket_count: -1,
            serde: Some(serde),
            ..StorageDescriptor::default()
        };
        Table {
            id: 0,
            at,
            table_type: TableType::External,
            owner: None,
            owner_type: None,
            created_at: 0,
            last_access_at: 0,
            retention: 0,
            partition_keys: self.partition_keys(),
            location: Some(location),
            descriptor: Arc::new(descriptor),
            parameters: self.parameters(),
            view_original_text: None,
            view_expanded_text: None,
            unknown_fields: Vec::new(),
        }
    }

    fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::from([
            ("EXTERNAL".to_owned(), "TRUE".to_owned()),
            ("comment".to_owned(), self.title.to_owned()),
            ("skep.discovery".to_owned(), "on".to_owned()),
            ("skep.discovery.layout".to_owned(), self.layout.to_owned()),
        ]);
        if let Format::Delimited { header_lines, .. } = self.format {
            let header = "skip.header.line.count".to_owned();
            parameters.insert(header, header_lines.to_owned());
        }
        if let Some(provider) = self.format.spark_provider() {
            let fields: Vec<_> = self
                .columns
                .iter()
                .chain(self.keys)
                .map(spark_field)
                .collect();
            let keys: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
            parameters.extend(spark_schema::parameters(provider, &fields, &keys));
        }
        parameters
    }

    fn serde_parameters(&self, location: &Location) -> Parameters {
        let mut texts = vec![("serialization.format", "1".to_owned())];
        match &self.format {
            Format::Lines { required, later } => {
                texts.push(("input.regex", line_pattern::pattern(required, later)));
            }
            Format::Delimited {
                delimiter,
                spark_header: (option, value),
                ..
            } => texts.extend([
                ("field.delim", (*delimiter).to_owned()),
                ("serialization.null.format", NO_VALUE.to_owned()),
                // The same for Spark's own reader; these logs quote nothing.
                ("sep", (*delimiter).to_owned()),
                ("nullValue", NO_VALUE.to_owned()),
                ("quote", String::new()),
                (*option, (*value).to_owned()),
            ]),
            Format::Json => {}
        }
        if self.format.spark_provider().is_some() {
            // Spark takes the place of a table with a reader of its own from here.
            texts.push(("path", location.to_string()));
        }
        let owned = |(key, value): (&str, String)| (key.to_owned(), value);
        texts.into_iter().map(owned).collect()
    }
}

impl Format {
    fn serde(&self) -> &'static str {
        match self {
            Self::Lines { .. } => REGEX_SERDE,
            Self::Delimited { .. } => DELIMITED_SERDE,
            Self::Json => JSON_SERDE,
        }
    }

    /// The reader of Spark's own, where its reader of Hive tables cannot do it.
    fn spark_provider(&self) -> Option<&'static str> {
        match self {
            Self::Lines { .. } => None,
            Self::Delimited { .. } => Some("csv"),
            Self::Json => Some("json"),
        }
    }
}

impl Field {
    fn column(&self) -> Column {
        Column {
            name: self.name.to_lowercase(),
            data_type: self.data_type.to_lowercase(),
            comment: Some(self.comment.to_owned()),
        }
    }
}

/// A field as Spark writes it; names keep their case, which its JSON reader goes by.
fn spark_field(field: &Field) -> serde_json::Value {
    spark_schema::field(field.name, field.data_type, Some(field.comment))
}

/// A field, in one line.
const fn field(name: &'static str, data_type: &'static str, comment: &'static str) -> Field {
    Field {
        name,
        data_type,
        comment,
    }
}
