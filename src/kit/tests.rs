//! The kits against lines of their logs (`tests/kits`): what each column holds, by the patterns and schemas alone.
//! The same files are read by real engines in `tests/engines`.

use super::*;
use crate::layout::Layout;
use serde_json::Value;
use std::path::PathBuf;

/// The lines of a kit's log, where they lie, and what some columns of each row hold.
struct Sample {
    directory: String,
    values: Vec<String>,
    lines: Vec<String>,
    rows: Vec<serde_json::Map<String, Value>>,
}

/// The folder of a kit's samples; the manifest of this crate lies two folders below the project's root.
fn samples(kit: &Kit) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("tests/kits").join(kit.name)
}

fn sample(kit: &Kit) -> Sample {
    let folder = samples(kit);
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let directory = expected["directory"].as_str().unwrap().to_owned();
    let file = folder
        .join(&directory)
        .join(expected["file"].as_str().unwrap());
    let strings = |value: &Value| -> Vec<String> {
        let texts = value.as_array().unwrap().iter();
        texts
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let rows = expected["rows"].as_array().unwrap().iter();
    Sample {
        directory,
        values: strings(&expected["values"]),
        lines: std::fs::read_to_string(file)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
        rows: rows.map(|row| row.as_object().unwrap().clone()).collect(),
    }
}

fn place() -> TableRef {
    TableRef {
        catalog: "hive".into(),
        database: "logs".into(),
        table: "events".into(),
    }
}

/// The text that a column's value has in the log; a number compares as one.
fn assert_holds(kit: &Kit, column: &str, got: Option<&str>, want: &Value) {
    let same = match want {
        Value::Null => got.is_none(),
        Value::String(text) => got == Some(text),
        number => got.and_then(|text| text.parse().ok()) == number.as_f64(),
    };
    assert!(same, "{}: {column} is {got:?}, not {want}", kit.name);
}

#[test]
fn kits_are_found_by_name() {
    let names: Vec<&str> = all().iter().map(|kit| kit.name).collect();
    assert!(names.is_sorted());
    assert_eq!(find("CloudTrail").unwrap().name, "cloudtrail");
    assert!(find("cloud").is_none());
}

#[test]
fn layouts_read_the_directories_of_aws() {
    for kit in all() {
        let layout = Layout::parse(kit.layout, &kit.partition_keys()).unwrap();
        let sample = sample(kit);
        assert_eq!(
            layout.read(&sample.directory).unwrap(),
            sample.values,
            "{}",
            kit.name
        );
        assert_eq!(layout.write(&sample.values).unwrap(), sample.directory);
        assert!(layout.has_time(), "{}", kit.name);
    }
}

#[test]
fn patterns_read_their_lines() {
    for kit in all() {
        let Format::Lines { .. } = kit.format else {
            continue;
        };
        let table = kit.table(place(), Location::parse("s3://logs").unwrap());
        let serde = table.descriptor.serde.clone().unwrap();
        let pattern = format!("^(?:{})$", serde.parameters["input.regex"]);
        let pattern = regex::Regex::new(&pattern).unwrap();
        assert_eq!(
            pattern.captures_len(),
            kit.columns.len() + 1,
            "{}: a group a column",
            kit.name
        );
        let sample = sample(kit);
        assert_eq!(sample.lines.len(), sample.rows.len());
        for (line, row) in sample.lines.iter().zip(&sample.rows) {
            let found = pattern
                .captures(line)
                .unwrap_or_else(|| panic!("{}: {line}", kit.name));
            for (name, want) in row {
                let at = kit
                    .columns
                    .iter()
                    .position(|column| column.name == name)
                    .unwrap();
                assert_holds(
                    kit,
                    name,
                    found.get(at + 1).map(|group| group.as_str()),
                    want,
                );
            }
        }
        assert!(!pattern.is_match("no such line"), "{}", kit.name);
    }
}

#[test]
fn delimited_logs_have_a_value_a_column() {
    for kit in all() {
        let Format::Delimited {
            delimiter,
            header_lines,
            ..
        } = kit.format
        else {
            continue;
        };
        let sample = sample(kit);
        let header: usize = header_lines.parse().unwrap();
        let names = sample.lines[header - 1].trim_start_matches("#Fields: ");
        assert_eq!(names.split(' ').count(), kit.columns.len(), "{}", kit.name);
        for (line, row) in sample.lines[header..].iter().zip(&sample.rows) {
            let values: Vec<&str> = line.split(delimiter).collect();
            assert_eq!(values.len(), kit.columns.len(), "{}", kit.name);
            for (name, want) in row {
                let at = kit
                    .columns
                    .iter()
                    .position(|column| column.name == name)
                    .unwrap();
                let got = Some(values[at]).filter(|value| *value != NO_VALUE);
                assert_holds(kit, name, got, want);
            }
        }
    }
}

/// Checks that the members of a JSON value are those of a Spark type, down to where the type says text; members that
/// the type does not know are counted.
fn unknown_members(value: &Value, spark_type: &Value) -> usize {
    match (value, spark_type["type"].as_str()) {
        (Value::Object(members), Some("struct")) => {
            let fields = spark_type["fields"].as_array().unwrap();
            let unknown = |(name, member): (&String, &Value)| {
                let field = fields.iter().find(|field| field["name"] == name.as_str());
                field.map_or(1, |field| unknown_members(member, &field["type"]))
            };
            members.iter().map(unknown).sum()
        }
        (Value::Array(items), Some("array")) => items
            .iter()
            .map(|item| unknown_members(item, &spark_type["elementType"]))
            .sum(),
        (Value::Null, _) => 0,
        (_, None) => {
            assert_eq!(spark_type, "string");
            0
        }
        (other, _) => panic!("{other} is no {spark_type}"),
    }
}

#[test]
fn json_logs_fit_the_schema_of_spark() {
    let kit = find("cloudtrail").unwrap();
    let table = kit.table(place(), Location::parse("s3://logs").unwrap());
    let schema: Value =
        serde_json::from_str(&table.parameters["spark.sql.sources.schema"]).unwrap();
    let line: Value = serde_json::from_str(&sample(kit).lines[0]).unwrap();
    assert_eq!(
        unknown_members(&line, &schema),
        1,
        "only the field of tomorrow is unknown"
    );
    let names: Vec<&str> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Records", "account", "region", "dt"]);
    assert_eq!(table.parameters["spark.sql.sources.schema.partCol.2"], "dt");
}

#[test]
fn tables_are_external_and_discovered() {
    for kit in all() {
        let table = kit.table(place(), Location::parse("s3://logs/prefix").unwrap());
        assert!(table.is_external() && table.table_type == TableType::External);
        assert_eq!(table.parameters["skep.discovery"], "on");
        assert_eq!(table.parameters["skep.discovery.layout"], kit.layout);
        let location = table.location.as_ref().map(Location::as_str);
        assert_eq!(location, Some("s3://logs/prefix"));
        let columns = table.descriptor.columns.clone().unwrap();
        let mut names: Vec<String> = columns
            .iter()
            .chain(&table.partition_keys)
            .map(|column| column.name.clone())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}: no name twice", kit.name);
        for column in &columns {
            assert_eq!(column.data_type, column.data_type.to_lowercase());
            assert!(
                crate::hive::type_check::check_column_type(&column.data_type).is_ok(),
                "{}",
                column.data_type
            );
        }
        let serde = table.descriptor.serde.clone().unwrap();
        let has_reader = table.parameters.contains_key("spark.sql.sources.provider");
        assert_eq!(serde.parameters.contains_key("path"), has_reader);
    }
}

/// A table as `tests/kits/<name>/table.json` pins it: what users get is changed on purpose only, and the checks with
/// real engines make their tables from it.
fn rendered(table: &Table) -> Value {
    let column =
        |column: &Column| serde_json::json!([column.name, column.data_type, column.comment]);
    let columns: Vec<Value> = table
        .descriptor
        .columns
        .iter()
        .flatten()
        .map(column)
        .collect();
    let keys: Vec<Value> = table.partition_keys.iter().map(column).collect();
    let serde = table.descriptor.serde.clone().unwrap();
    serde_json::json!({
        "columns": columns,
        "partition_keys": keys,
        "input_format": table.descriptor.input_format,
        "output_format": table.descriptor.output_format,
        "serde": serde.library,
        "serde_parameters": serde.parameters,
        "parameters": table.parameters,
        "location": table.location.as_ref().map(Location::as_str),
    })
}

#[test]
fn tables_are_pinned() {
    for kit in all() {
        let table = rendered(&kit.table(place(), Location::parse("s3://logs").unwrap()));
        let text = serde_json::to_string_pretty(&table).unwrap() + "\n";
        let file = samples(kit).join("table.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let pinned = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            text,
            pinned,
            "UPDATE_GOLDEN=1 writes {} anew",
            file.display()
        );
    }
}
