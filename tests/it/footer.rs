//! Footers of Parquet files that Parquet's own library wrote, on both storages, and of files that nobody should have
//! written.

use crate::harness::place;
use crate::s3::S3Server;
use bytes::Bytes;
use parquet::data_type::Int64Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use skep::lake::{Footer, FooterFault, Lake, LakeError, StorageSettings};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

/// A file of this schema without rows.
fn empty(schema: &str) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = Vec::new();
    let writer = SerializedFileWriter::new(&mut file, schema, properties).unwrap();
    writer.close().unwrap();
    file
}

/// A file of one column with so many row groups of ten rows.
fn rows(row_groups: usize) -> Vec<u8> {
    let schema = parse_message_type("message m { required int64 id; }").unwrap();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, Arc::new(schema), properties).unwrap();
    for _ in 0..row_groups {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<i64> = (0..10).collect();
        column
            .typed::<Int64Type>()
            .write_batch(&values, None, None)
            .unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    file
}

/// A file that ends with these bytes as its footer.
fn with_footer(footer: &[u8]) -> Vec<u8> {
    let mut file = b"PAR1".to_vec();
    file.extend_from_slice(footer);
    file.extend_from_slice(&u32::try_from(footer.len()).unwrap().to_le_bytes());
    file.extend_from_slice(b"PAR1");
    file
}

/// Reads a file from the file system.
async fn read(file: &[u8]) -> Result<Footer, FooterFault> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("part-0");
    fs::write(&path, file).unwrap();
    let lake = Lake::new(&StorageSettings::default(), &[]);
    let location = path.display().to_string();
    match lake.footer(&place(&location), file.len() as u64).await {
        Ok(footer) => Ok(footer),
        Err(LakeError::Footer { source, .. }) => Err(source),
        Err(other) => panic!("{other:?}"),
    }
}

fn types(footer: &Footer) -> Vec<(&str, &str)> {
    footer
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.data_type.as_str()))
        .collect()
}

#[tokio::test]
async fn rows_and_row_groups_are_counted() {
    let footer = read(&rows(3)).await.unwrap();
    assert_eq!((footer.rows, footer.row_groups), (30, 3));
    assert_eq!(types(&footer), [("id", "bigint")]);
    assert!(footer.created_by.unwrap().contains("parquet-rs"));
    let footer = read(&rows(0)).await.unwrap();
    assert_eq!((footer.rows, footer.row_groups), (0, 0));
}

#[tokio::test]
async fn flat_columns_have_the_types_that_engines_read_them_as() {
    let footer = read(&empty(
        "message m {
            optional boolean a; optional int32 b; optional int64 c; optional int96 d;
            optional float e; optional double f; optional binary g; optional binary H (STRING);
            optional int32 i (DATE); optional int64 j (TIMESTAMP(MILLIS,true));
            optional int64 k (TIMESTAMP(NANOS,false)); optional int64 l (TIMESTAMP_MICROS);
            optional int32 m (DECIMAL(9,2)); optional int64 n (DECIMAL(18,0));
            optional fixed_len_byte_array(16) o (DECIMAL(38,10)); optional binary p (DECIMAL(20,4));
            optional int32 q (INTEGER(8,true)); optional int32 r (INTEGER(16,true));
            optional int32 s (INTEGER(8,false)); optional int32 t (INTEGER(16,false));
            optional int32 u (INTEGER(32,false)); optional int64 v (INTEGER(64,false));
            optional int64 w (INT_64); optional binary x (ENUM); optional binary y (JSON);
            optional binary z (BSON); optional fixed_len_byte_array(5) aa; repeated int32 ab;
        }",
    ))
    .await
    .unwrap();
    let expected = [
        ("a", "boolean"),
        ("b", "int"),
        ("c", "bigint"),
        ("d", "timestamp"),
        ("e", "float"),
        ("f", "double"),
        ("g", "binary"),
        ("h", "string"),
        ("i", "date"),
        ("j", "timestamp"),
        ("k", "timestamp"),
        ("l", "timestamp"),
        ("m", "decimal(9,2)"),
        ("n", "decimal(18,0)"),
        ("o", "decimal(38,10)"),
        ("p", "decimal(20,4)"),
        ("q", "tinyint"),
        ("r", "smallint"),
        ("s", "smallint"),
        ("t", "int"),
        ("u", "bigint"),
        ("v", "decimal(20,0)"),
        ("w", "bigint"),
        ("x", "string"),
        ("y", "string"),
        ("z", "binary"),
        ("aa", "binary"),
        ("ab", "array<int>"),
    ];
    assert_eq!(types(&footer), expected);
    assert!(footer.unsupported.is_empty(), "{:?}", footer.unsupported);
}

#[tokio::test]
async fn nested_columns_are_read_in_all_the_shapes_that_writers_gave_them() {
    let footer = read(&empty(
        "message m {
            optional group a (LIST) { repeated group list { optional int32 element; } }
            optional group b (LIST) { repeated int32 element; }
            optional group c (LIST) { repeated group element { required binary s (STRING); required int32 n; } }
            optional group d (LIST) { repeated group array { required binary s (STRING); } }
            optional group e (LIST) { repeated group e_tuple { required int64 n; } }
            optional group f (MAP) { repeated group key_value { required binary key (STRING); optional double value; } }
            optional group g (MAP_KEY_VALUE) { repeated group map { required binary key (STRING); optional int32 value; } }
            optional group h { optional int32 X; optional group y { optional boolean z; } }
            optional group i (LIST) { repeated group list { optional group element (LIST) {
                repeated group list { optional group element (MAP) { repeated group key_value {
                    required int32 key; optional group value { optional int32 v (DATE); } } } } } } }
            repeated group j { required int32 k; }
        }",
    ))
    .await
    .unwrap();
    let expected = [
        ("a", "array<int>"),
        ("b", "array<int>"),
        ("c", "array<struct<s:string,n:int>>"),
        ("d", "array<struct<s:string>>"),
        ("e", "array<struct<n:bigint>>"),
        ("f", "map<string,double>"),
        ("g", "map<string,int>"),
        ("h", "struct<x:int,y:struct<z:boolean>>"),
        ("i", "array<array<map<int,struct<v:date>>>>"),
        ("j", "array<struct<k:int>>"),
    ];
    assert_eq!(types(&footer), expected);
    assert!(footer.unsupported.is_empty(), "{:?}", footer.unsupported);
}

#[tokio::test]
async fn what_no_hive_type_stands_for_is_told_and_not_guessed() {
    let footer = read(&empty(
        "message m {
            optional int32 ok;
            optional int32 t (TIME(MILLIS,true));
            optional fixed_len_byte_array(16) u (UUID);
            optional fixed_len_byte_array(12) i (INTERVAL);
            optional binary wide (DECIMAL(40,2));
            optional int32 OK;
            optional group g { optional int32 in (TIME_MILLIS); }
        }",
    ))
    .await
    .unwrap();
    assert_eq!(types(&footer), [("ok", "int")]);
    let told: Vec<(&str, &str)> = footer
        .unsupported
        .iter()
        .map(|one| (one.name.as_str(), one.reason.as_str()))
        .collect();
    let expected = [
        ("t", "time of day"),
        ("u", "UUID"),
        ("i", "interval"),
        ("wide", "40 digits"),
        ("OK", "case"),
        ("g", "time of day"),
    ];
    assert_eq!(told.len(), expected.len());
    for ((name, reason), (expected_name, part)) in told.iter().zip(expected) {
        assert_eq!(*name, expected_name);
        assert!(reason.contains(part), "{name}: {reason}");
    }
}

#[tokio::test]
async fn on_s3_a_footer_costs_one_request_and_a_large_one_two() {
    let server = S3Server::start(&["lake"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    let small = rows(2);
    let mut schema = "message m {".to_owned();
    for number in 0..4_000 {
        write!(
            schema,
            " optional int32 a_column_with_a_long_name_{number};"
        )
        .unwrap();
    }
    let large = empty(&(schema + "}"));
    assert!(large.len() > 150_000);
    for (name, file, requests, columns) in [("small", small, 1, 1), ("large", large, 2, 4_000)] {
        server.put("lake", name, file.clone());
        let before = server.requests("GetObject");
        let location = format!("s3a://lake/{name}");
        let footer = lake
            .footer(&place(&location), file.len() as u64)
            .await
            .unwrap();
        assert_eq!(server.requests("GetObject") - before, requests, "{name}");
        assert_eq!(footer.columns.len(), columns);
        assert_eq!(Ok(footer), read(&file).await, "both storages tell the same");
    }
    let error = lake
        .footer(&place("s3a://lake/none"), 100)
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::NotFound { .. }), "{error}");
    assert!(!error.retryable());
}

#[tokio::test]
async fn a_file_that_was_replaced_since_it_was_listed_is_told_as_such() {
    let server = S3Server::start(&["lake"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    let file = rows(1);
    server.put("lake", "f", Bytes::from(file.clone()));
    let bytes = file.len() as u64;
    for listed in [bytes - 1, bytes + 1] {
        let error = lake
            .footer(&place("s3a://lake/f"), listed)
            .await
            .unwrap_err();
        let told = FooterFault::Changed {
            before: listed,
            now: bytes,
        };
        assert!(
            matches!(&error, LakeError::Footer { source, .. } if *source == told),
            "{error}"
        );
        assert!(error.retryable());
    }
}

#[tokio::test]
async fn what_is_no_parquet_file_or_encrypted_or_too_large_has_a_name() {
    assert_eq!(read(b"x").await, Err(FooterFault::NotParquet));
    assert_eq!(
        read(b"id,name\n1,one\n2,two\n").await,
        Err(FooterFault::NotParquet)
    );
    let mut encrypted = rows(1);
    let end = encrypted.len();
    encrypted[end - 1] = b'E';
    assert_eq!(read(&encrypted).await, Err(FooterFault::Encrypted));
    let mut claims = b"PAR1aaaaaaaa".to_vec();
    claims.extend_from_slice(&1_000_000_u32.to_le_bytes());
    claims.extend_from_slice(b"PAR1");
    assert!(matches!(read(&claims).await, Err(FooterFault::Damaged(_))));
    let end = claims.len();
    claims[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let too_large = FooterFault::TooLarge {
        bytes: u64::from(u32::MAX),
        bytes_max: 16 * 1024 * 1024,
    };
    assert_eq!(read(&claims).await, Err(too_large));
}

#[tokio::test]
async fn a_hostile_schema_is_refused_before_it_costs_anything() {
    // A schema of a million groups, each the only child of the one before.
    let mut deep = vec![0x29, 0xfc, 0xc0, 0x84, 0x3d];
    for _ in 0..1_000_000 {
        deep.extend_from_slice(&[0x48, 1, b'a', 0x15, 2, 0]);
    }
    assert!(matches!(
        read(&with_footer(&deep)).await,
        Err(FooterFault::Damaged(_))
    ));
    // One group that claims two thousand million children.
    let wide = [
        0x29, 0x1c, 0x48, 1, b'a', 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0,
    ];
    assert!(matches!(
        read(&with_footer(&wide)).await,
        Err(FooterFault::Damaged(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_footer_is_an_error_or_another_footer_and_never_a_panic(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in 0_usize..40
    ) {
        let file = rows(2);
        let mut footer = file[4..file.len() - 8].to_vec();
        let at = at.index(footer.len());
        footer[at] = byte;
        footer.truncate(footer.len() - cut);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _ = runtime.block_on(read(&with_footer(&footer)));
    }
}
