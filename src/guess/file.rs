//! What a file is, by its first bytes, and its columns.

use super::format::{FileFormat, Head};
use super::{avro, json, separated, unpacked};

/// Bytes of a file's beginning that are enough to tell what it is.
pub const HEAD_BYTES: u64 = 128 * 1024;
/// Bytes of an ORC file's end that are read at first.
pub const TAIL_BYTES: u64 = 64 * 1024;

/// Reads the first bytes of a file; `is_whole` where they are all. The error says why it cannot be looked into.
pub fn read(head: &[u8], is_whole: bool) -> Result<Head, String> {
    let binary = |format, columns| Head {
        format,
        columns,
        compression: None,
        notes: Vec::new(),
    };
    if head.starts_with(b"PAR1") {
        return Ok(binary(FileFormat::Parquet, Vec::new()));
    }
    if head.starts_with(b"PARE") {
        return Err("its Parquet footer is encrypted".to_owned());
    }
    if head.starts_with(b"ORC") {
        return Ok(binary(FileFormat::Orc, Vec::new()));
    }
    if head.starts_with(avro::MARK) {
        return Ok(binary(FileFormat::Avro, avro::columns(head)?));
    }
    let unpacked = unpacked::unpacked(head, is_whole)?;
    let text = text(&unpacked.text, unpacked.is_whole)?;
    let mut read = match text.trim_start().chars().next() {
        None => return Err("it has no rows in its first bytes".to_owned()),
        Some('{' | '[') => json::read(text)?,
        Some(_) => separated::read(text),
    };
    read.compression = unpacked.compression;
    Ok(read)
}

/// The whole lines of a text.
fn text(bytes: &[u8], is_whole: bool) -> Result<&str, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let end = match bytes.iter().rposition(|byte| *byte == b'\n') {
        _ if is_whole => bytes.len(),
        Some(end) => end + 1,
        None => return Err("its first line is longer than what is looked at".to_owned()),
    };
    let text = std::str::from_utf8(&bytes[..end]);
    let text = text.map_err(|_| "it is neither text in UTF-8 nor a known format".to_owned())?;
    if text.contains('\0') {
        return Err("it is neither text nor a known format".to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{FileFormat, read};
    use std::io::Write;

    fn columns(head: &[u8]) -> (FileFormat, Vec<(String, String)>) {
        let read = read(head, true).expect("it can be read");
        let columns = read.columns.into_iter();
        (
            read.format,
            columns.map(|one| (one.name, one.data_type)).collect(),
        )
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        let pair = |(name, data_type): &(&str, &str)| ((*name).to_owned(), (*data_type).to_owned());
        expected.iter().map(pair).collect()
    }

    #[test]
    fn objects_a_line_tell_their_columns() {
        let text = r#"{"id":1,"Price":2,"tags":["a"],"who":{"name":"x","age":null},"gone":null}
{"id":3000000000,"price":2.5,"tags":[],"who":{"name":"y","age":7}}
"#;
        let expected = [
            ("id", "bigint"),
            ("price", "double"),
            ("tags", "array<string>"),
            ("who", "struct<age:bigint,name:string>"),
            ("gone", "string"),
        ];
        assert_eq!(
            columns(text.as_bytes()),
            (FileFormat::Json, pairs(&expected))
        );
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).expect("memory takes it");
        let packed = packed.finish().expect("memory takes it");
        assert_eq!(columns(&packed).1, pairs(&expected));
    }

    #[test]
    fn separated_values_tell_names_and_types() {
        let csv = |delimiter, is_quoted, has_header| FileFormat::Separated {
            delimiter,
            is_quoted,
            has_header,
        };
        assert_eq!(
            columns(b"id,name,price\n1,a,2.5\n2,b,3\n"),
            (
                csv(',', false, true),
                pairs(&[("id", "bigint"), ("name", "string"), ("price", "double")])
            )
        );
        assert_eq!(
            columns(b"1\ta\n2\tb\n"),
            (
                csv('\t', false, false),
                pairs(&[("column_1", "bigint"), ("column_2", "string")])
            )
        );
        // What stands in quotes is read by a serde that knows texts alone.
        assert_eq!(
            columns(b"id;text\n1;\"a;b\"\n2;\"c\"\n"),
            (
                csv(';', true, true),
                pairs(&[("id", "string"), ("text", "string")])
            )
        );
        assert_eq!(
            columns(b"a line of a log\nanother, longer line\n"),
            (FileFormat::Lines, pairs(&[("line", "string")]))
        );
    }

    #[test]
    fn what_is_cut_is_read_as_far_as_it_goes() {
        let read = read(b"{\"a\":1}\n{\"a\":2,\"b\":\"lon", false).expect("a whole line is there");
        assert_eq!(read.columns.len(), 1);
    }

    #[test]
    fn what_cannot_be_looked_into_says_so() {
        let why = |head: &[u8]| read(head, true).expect_err("it is refused");
        assert!(why(b"BZh91AY&SY").contains("bzip2"));
        assert!(why(b"PARE----").contains("encrypted"));
        assert!(why(b"\0\x01\x02\x03").contains("neither text"));
        assert!(why(b"").contains("no rows"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600),
            mark in proptest::sample::select(vec![&b""[..], b"Obj\x01", b"ORC", b"{", b"[", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"a,b\n"])) {
            let head = [mark, &bytes].concat();
            let _ = read(&head, true);
            let _ = read(&head, false);
            let _ = super::super::orc::tail(&head, head.len() as u64);
        }
    }
}
