//! The file's metadata out of its bytes: rows, row groups and the tree of the schema. Field numbers are those of
//! `parquet.thrift`. The bytes are Thrift's compact protocol, read by the reader of the wire: it believes no size that
//! is claimed, and goes down no further than a message may.

use hms::protocol::CompactReader;
use hms::{DecodeError, Reader as _, WireType};

/// What is wrong with a footer, in words.
type Read<T> = Result<T, String>;

/// Elements of a schema at most: more columns than any engine reads, and some MB in memory.
const SCHEMA_ELEMENTS_MAX: usize = 100_000;
/// Levels of a schema at most.
const SCHEMA_LEVELS_MAX: usize = 64;

/// What skep reads of `FileMetaData`.
pub(super) struct FileMetadata {
    pub(super) rows: u64,
    pub(super) row_groups: u64,
    pub(super) created_by: Option<String>,
    pub(super) root: Node,
}

/// A node of the schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// The type on disk; none for groups.
    pub(super) physical: Option<Physical>,
    pub(super) is_repeated: bool,
    pub(super) meaning: Meaning,
    pub(super) children: Vec<Node>,
}

/// The types on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Physical {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    ByteArray,
    Fixed,
}

/// What a node means beyond its type on disk: the logical type, or the older converted type that says the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Meaning {
    #[default]
    Plain,
    Text,
    Map,
    List,
    Decimal {
        precision: i32,
        scale: i32,
    },
    Date,
    Timestamp,
    Integer {
        bits: i8,
        is_signed: bool,
    },
    Bson,
    /// Something that Hive has no type for.
    Other(&'static str),
}

/// A node as it stands in the list: its children follow it.
#[derive(Default)]
struct Element {
    physical: Option<i32>,
    repetition: Option<i32>,
    name: String,
    children: i32,
    converted: Option<i32>,
    scale: i32,
    precision: i32,
    logical: Option<Meaning>,
}

/// Reads a footer.
pub(super) fn read(bytes: &[u8]) -> Read<FileMetadata> {
    let mut from = CompactReader::new(bytes);
    let (mut rows, mut row_groups, mut created_by, mut root) = (None, 0, None, None);
    let file = from.struct_begin().map_err(damage)?;
    while let Some(field) = from.field_begin().map_err(damage)? {
        match field {
            (2, WireType::List) => root = Some(schema(&mut from)?),
            (3, WireType::I64) => rows = u64::try_from(from.i64().map_err(damage)?).ok(),
            (4, WireType::List) => row_groups = list_skip(&mut from).map_err(damage)?,
            (6, WireType::String) => {
                created_by = Some(from.string().map_err(damage)?.to_owned());
            }
            (_, other) => from.skip(other).map_err(damage)?,
        }
    }
    from.struct_end(file);
    Ok(FileMetadata {
        rows: rows.ok_or("it has no number of rows")?,
        row_groups,
        created_by,
        root: root.ok_or("it has no schema")?,
    })
}

fn damage(error: DecodeError) -> String {
    error.to_string()
}

/// Passes over a list, and gives the number of its elements.
fn list_skip(from: &mut CompactReader<'_>) -> Result<u64, DecodeError> {
    let (element, count) = from.list_begin()?;
    for _ in 0..count {
        from.skip(element)?;
    }
    Ok(count as u64)
}

fn schema(from: &mut CompactReader<'_>) -> Read<Node> {
    let (element, size) = from.list_begin().map_err(damage)?;
    if element != WireType::Struct {
        return Err("its schema is no list of elements".to_owned());
    }
    if size > SCHEMA_ELEMENTS_MAX {
        return Err(format!(
            "its schema has {size} elements, at most {SCHEMA_ELEMENTS_MAX} are read"
        ));
    }
    let mut left = size;
    let root = node(from, &mut left, SCHEMA_LEVELS_MAX)?;
    if left > 0 {
        return Err("its schema has more than one root".to_owned());
    }
    if root.physical.is_some() {
        return Err("the root of its schema is no group".to_owned());
    }
    Ok(root)
}

/// Reads an element and, below it, the ones that are its children.
fn node(from: &mut CompactReader<'_>, left: &mut usize, levels: usize) -> Read<Node> {
    let (Some(below), Some(rest)) = (levels.checked_sub(1), left.checked_sub(1)) else {
        return Err("its schema does not hold together".to_owned());
    };
    *left = rest;
    let element = element(from).map_err(damage)?;
    let count = usize::try_from(element.children).ok();
    let count = count
        .filter(|count| *count <= *left)
        .ok_or("its schema does not hold together")?;
    let mut children = Vec::with_capacity(count);
    for _ in 0..count {
        children.push(node(from, left, below)?);
    }
    let is_group = !children.is_empty();
    Ok(Node {
        physical: element
            .physical
            .filter(|_| !is_group)
            .map(physical)
            .transpose()?,
        is_repeated: element.repetition == Some(2),
        meaning: element
            .logical
            .unwrap_or_else(|| converted(element.converted, element.precision, element.scale)),
        name: element.name,
        children,
    })
}

fn element(from: &mut CompactReader<'_>) -> Result<Element, DecodeError> {
    let mut element = Element::default();
    let mark = from.struct_begin()?;
    while let Some(field) = from.field_begin()? {
        match field {
            (1, WireType::I32) => element.physical = Some(from.i32()?),
            (3, WireType::I32) => element.repetition = Some(from.i32()?),
            (4, WireType::String) => from.string()?.clone_into(&mut element.name),
            (5, WireType::I32) => element.children = from.i32()?,
            (6, WireType::I32) => element.converted = Some(from.i32()?),
            (7, WireType::I32) => element.scale = from.i32()?,
            (8, WireType::I32) => element.precision = from.i32()?,
            (10, WireType::Struct) => element.logical = logical(from)?,
            (_, other) => from.skip(other)?,
        }
    }
    from.struct_end(mark);
    Ok(element)
}

fn physical(number: i32) -> Read<Physical> {
    Ok(match number {
        0 => Physical::Boolean,
        1 => Physical::Int32,
        2 => Physical::Int64,
        3 => Physical::Int96,
        4 => Physical::Float,
        5 => Physical::Double,
        6 => Physical::ByteArray,
        7 => Physical::Fixed,
        other => return Err(format!("there is no type {other} on disk")),
    })
}

/// The union `LogicalType`: one field, whose number is the type.
fn logical(from: &mut CompactReader<'_>) -> Result<Option<Meaning>, DecodeError> {
    let mut meaning = None;
    let union = from.struct_begin()?;
    while let Some((number, wire)) = from.field_begin()? {
        if wire != WireType::Struct {
            from.skip(wire)?;
            continue;
        }
        let mut numbers = [0_i32; 3];
        let mut is_true = [false; 3];
        let details = from.struct_begin()?;
        while let Some((at, wire)) = from.field_begin()? {
            let at = usize::try_from(at).ok().filter(|at| *at < 3);
            match (at, wire) {
                (Some(at), WireType::I32) => numbers[at] = from.i32()?,
                (Some(at), WireType::I8) => numbers[at] = i32::from(from.i8()?),
                (Some(at), WireType::Bool) => is_true[at] = from.bool()?,
                (_, other) => from.skip(other)?,
            }
        }
        from.struct_end(details);
        meaning = Some(match number {
            1 | 4 | 12 => Meaning::Text,
            2 => Meaning::Map,
            3 => Meaning::List,
            5 => Meaning::Decimal {
                scale: numbers[1],
                precision: numbers[2],
            },
            6 => Meaning::Date,
            7 => Meaning::Other("a time of day"),
            8 => Meaning::Timestamp,
            10 => Meaning::Integer {
                bits: i8::try_from(numbers[1]).unwrap_or(0),
                is_signed: is_true[2],
            },
            11 => Meaning::Other("a column without any value"),
            13 => Meaning::Bson,
            14 => Meaning::Other("a UUID"),
            15 => Meaning::Other("a number of 16 bits with a fraction"),
            16 => Meaning::Other("a variant"),
            17 | 18 => Meaning::Other("a shape on a map"),
            _ => Meaning::Other("a logical type that is not known"),
        });
    }
    from.struct_end(union);
    Ok(meaning)
}

/// The older `ConvertedType`.
fn converted(number: Option<i32>, precision: i32, scale: i32) -> Meaning {
    let integer = |bits, is_signed| Meaning::Integer { bits, is_signed };
    match number {
        None => Meaning::Plain,
        Some(0 | 4 | 19) => Meaning::Text,
        Some(1 | 2) => Meaning::Map,
        Some(3) => Meaning::List,
        Some(5) => Meaning::Decimal { precision, scale },
        Some(6) => Meaning::Date,
        Some(7 | 8) => Meaning::Other("a time of day"),
        Some(9 | 10) => Meaning::Timestamp,
        Some(11) => integer(8, false),
        Some(12) => integer(16, false),
        Some(13) => integer(32, false),
        Some(14) => integer(64, false),
        Some(15) => integer(8, true),
        Some(16) => integer(16, true),
        Some(17) => integer(32, true),
        Some(18) => integer(64, true),
        Some(20) => Meaning::Bson,
        Some(21) => Meaning::Other("an interval"),
        Some(_) => Meaning::Other("a converted type that is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::{SCHEMA_ELEMENTS_MAX, read};
    use crate::lake::footer::hive_type;

    /// A file's metadata with a schema of so many elements, which are given as they stand in the file.
    fn file(count: usize, elements: &[u8]) -> Vec<u8> {
        // Field 2 is a list of structures, whose number is a varint where it does not fit into the list's own byte.
        let mut file = vec![0x29, 0xfc];
        let mut left = count;
        while left >= 0x80 {
            file.push(u8::try_from(left & 0x7f).expect("seven bits") | 0x80);
            left >>= 7;
        }
        file.push(u8::try_from(left).expect("seven bits"));
        file.extend_from_slice(elements);
        // Field 3, no rows; field 4, no row groups; the end.
        file.extend_from_slice(&[0x16, 0, 0x19, 0x0c, 0]);
        file
    }

    fn group(name: &str, children: u8) -> Vec<u8> {
        let length = u8::try_from(name.len()).expect("it is short");
        // Field 4 is the name, field 5 the number of children in zigzag form.
        [&[0x48, length], name.as_bytes(), &[0x15, children * 2, 0]].concat()
    }

    fn long(name: &str) -> Vec<u8> {
        let length = u8::try_from(name.len()).expect("it is short");
        // Field 1 is the type on disk, INT64; field 4 the name.
        [&[0x15, 2 * 2, 0x38, length], name.as_bytes(), &[0]].concat()
    }

    #[test]
    fn of_columns_that_differ_in_case_alone_the_first_stands() {
        let elements = [group("root", 3), long("Id"), long("other"), long("ID")].concat();
        let read = read(&file(4, &elements)).expect("it holds together");
        let (columns, unsupported) = hive_type::columns(&read.root);
        let names: Vec<&str> = columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "other"]);
        assert_eq!(unsupported.len(), 1);
        assert_eq!(unsupported[0].name, "ID");
        assert!(unsupported[0].reason.contains("only in case"));
    }

    #[test]
    fn a_schema_with_too_many_elements_is_refused_before_it_is_read() {
        let count = SCHEMA_ELEMENTS_MAX + 1;
        // Elements of which nothing is said.
        let refused = read(&file(count, &vec![0; count])).err();
        let why = refused.expect("these are too many");
        assert!(why.contains("its schema has 100001 elements"), "{why}");
    }

    #[test]
    fn a_schema_that_claims_what_it_has_not_is_refused() {
        let elements = [group("root", 9), long("id")].concat();
        let why = read(&file(2, &elements)).err();
        assert_eq!(why.as_deref(), Some("its schema does not hold together"));
        let elements = [group("root", 1), long("id"), long("more")].concat();
        let why = read(&file(3, &elements)).err();
        assert_eq!(why.as_deref(), Some("its schema has more than one root"));
    }
}
