//! Columns of an ORC file: they stand in its footer, before the postscript at its very end (ORC specification v1, "File Tail").

use super::columns::{COLUMNS_MAX, is_field_name};
use super::type_room::TypeRoom;
use crate::model::Column;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use prost::{Enumeration, Message};
use std::io::Read;

/// Bytes of a footer at most, packed and unpacked.
const FOOTER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How deep types are told.
const DEPTH_MAX: usize = 16;
/// Bytes of one type's text at most: a footer may name a type as the child of many.
const TYPE_BYTES_MAX: usize = 64 * 1024;
/// Types of a footer at most, and the number of their field.
const TYPES_MAX: usize = 100_000;
const TYPES_FIELD: u32 = 4;
/// The bytes that stand before each compressed piece.
const PIECE_HEADER_BYTES: usize = 3;

/// The last words of a file.
#[derive(Clone, PartialEq, Message)]
struct Postscript {
    #[prost(uint64, optional, tag = "1")]
    footer_length: Option<u64>,
    #[prost(enumeration = "Compression", optional, tag = "2")]
    compression: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
enum Compression {
    None = 0,
    Zlib = 1,
    Snappy = 2,
    Lzo = 3,
    Lz4 = 4,
    Zstd = 5,
}

/// What the footer tells of types; the rest is passed over.
#[derive(Clone, PartialEq, Message)]
struct Footer {
    #[prost(message, repeated, tag = "4")]
    types: Vec<Type>,
}

#[derive(Clone, PartialEq, Message)]
struct Type {
    #[prost(enumeration = "Kind", optional, tag = "1")]
    kind: Option<i32>,
    #[prost(uint32, repeated, tag = "2")]
    subtypes: Vec<u32>,
    #[prost(string, repeated, tag = "3")]
    field_names: Vec<String>,
    #[prost(uint32, optional, tag = "4")]
    maximum_length: Option<u32>,
    #[prost(uint32, optional, tag = "5")]
    precision: Option<u32>,
    #[prost(uint32, optional, tag = "6")]
    scale: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
enum Kind {
    Boolean = 0,
    Byte = 1,
    Short = 2,
    Int = 3,
    Long = 4,
    Float = 5,
    Double = 6,
    String = 7,
    Binary = 8,
    Timestamp = 9,
    List = 10,
    Map = 11,
    Struct = 12,
    Union = 13,
    Decimal = 14,
    Date = 15,
    Varchar = 16,
    Char = 17,
    TimestampInstant = 18,
}

/// What the end of a file told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// The columns.
    Columns(Vec<Column>),
    /// So many bytes of the end are needed.
    Needs(u64),
}

/// Reads the end of a file that has so many bytes. The error says why it cannot be looked into.
pub fn tail(end: &[u8], file_bytes: u64) -> Result<Tail, String> {
    let damaged = || "its ORC tail is damaged".to_owned();
    let (length, rest) = end.split_last().ok_or_else(damaged)?;
    let begin = rest.len().checked_sub(usize::from(*length));
    let (before, postscript) = rest.split_at(begin.ok_or_else(damaged)?);
    let postscript = Postscript::decode(postscript).map_err(|_| damaged())?;
    let footer_bytes = postscript.footer_length.unwrap_or_default();
    if footer_bytes > FOOTER_BYTES_MAX {
        return Err(format!(
            "its ORC footer has more than {FOOTER_BYTES_MAX} bytes"
        ));
    }
    let footer = usize::try_from(footer_bytes).map_err(|_| damaged())?;
    let Some(begin) = before.len().checked_sub(footer) else {
        let needed = footer_bytes + u64::from(*length) + 1;
        return if needed <= file_bytes {
            Ok(Tail::Needs(needed))
        } else {
            Err(damaged())
        };
    };
    let compression = Compression::try_from(postscript.compression.unwrap_or_default());
    let compression = compression.map_err(|_| "its ORC compression is not known".to_owned())?;
    let footer = unpacked(&before[begin..], compression)?;
    if types_count(&footer).ok_or_else(damaged)? > TYPES_MAX {
        return Err(format!("its ORC footer has more than {TYPES_MAX} types"));
    }
    let footer = Footer::decode(footer.as_slice()).map_err(|_| damaged())?;
    columns(&footer.types).map(Tail::Columns)
}

/// How many types a footer has, without making them.
fn types_count(mut footer: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !footer.is_empty() {
        let (number, wire) = decode_key(&mut footer).ok()?;
        count += usize::from(number == TYPES_FIELD);
        skip_field(wire, number, &mut footer, DecodeContext::default()).ok()?;
    }
    Some(count)
}

/// The pieces of a footer, each packed by itself or as it is.
fn unpacked(mut packed: &[u8], compression: Compression) -> Result<Vec<u8>, String> {
    if compression == Compression::None {
        return Ok(packed.to_vec());
    }
    let damaged = || "its ORC footer is damaged".to_owned();
    let mut footer = Vec::new();
    while let [a, b, c, rest @ ..] = packed {
        let header = u32::from_le_bytes([*a, *b, *c, 0]);
        let length = usize::try_from(header >> 1).map_err(|_| damaged())?;
        let (piece, behind) = rest.split_at_checked(length).ok_or_else(damaged)?;
        if header & 1 == 1 {
            footer.extend_from_slice(piece);
        } else {
            piece_onto(&mut footer, piece, compression)?;
        }
        if footer.len() as u64 > FOOTER_BYTES_MAX {
            return Err(format!(
                "its ORC footer has more than {FOOTER_BYTES_MAX} bytes"
            ));
        }
        packed = behind;
    }
    debug_assert!(packed.len() < PIECE_HEADER_BYTES);
    Ok(footer)
}

fn piece_onto(footer: &mut Vec<u8>, piece: &[u8], compression: Compression) -> Result<(), String> {
    let damaged = |_| "its ORC footer is damaged".to_owned();
    // One more than may be: the caller sees that it is too long.
    let bytes_max = FOOTER_BYTES_MAX + 1;
    match compression {
        Compression::Zlib => {
            let reader = flate2::read::DeflateDecoder::new(piece);
            let read = reader.take(bytes_max).read_to_end(footer);
            read.map(drop).map_err(damaged)
        }
        Compression::Zstd => {
            let reader = ruzstd::decoding::StreamingDecoder::new(piece);
            let reader = reader.map_err(|_| "its ORC footer is damaged".to_owned())?;
            let read = reader.take(bytes_max).read_to_end(footer);
            read.map(drop).map_err(damaged)
        }
        Compression::Snappy => {
            let length = snap::raw::decompress_len(piece);
            if !length.is_ok_and(|length| length as u64 <= FOOTER_BYTES_MAX) {
                return Err("its ORC footer is damaged or too long".to_owned());
            }
            let read = snap::raw::Decoder::new().decompress_vec(piece);
            let read = read.map_err(|_| "its ORC footer is damaged".to_owned())?;
            footer.extend_from_slice(&read);
            Ok(())
        }
        Compression::None | Compression::Lzo | Compression::Lz4 => Err(format!(
            "its ORC footer is packed by {compression:?}, which is not looked into"
        )),
    }
}

fn columns(types: &[Type]) -> Result<Vec<Column>, String> {
    let root = types.first().filter(|root| root.kind() == Kind::Struct);
    let root = root.ok_or_else(|| "its ORC rows are no structures".to_owned())?;
    if root.subtypes.len() > COLUMNS_MAX {
        return Err(format!("it has more than {COLUMNS_MAX} columns"));
    }
    let mut room = TypeRoom::new();
    let column = |(name, at): (&String, &u32)| {
        let data_type = hive_type(types, *at, 0, &mut room);
        Ok(Column {
            name: name.to_lowercase(),
            data_type: data_type.map_err(|why| format!("the column {name:?}: {why}"))?,
            comment: None,
        })
    };
    root.field_names
        .iter()
        .zip(&root.subtypes)
        .map(column)
        .collect()
}

fn hive_type(types: &[Type], at: u32, depth: usize, room: &mut TypeRoom) -> Result<String, String> {
    room.take(0)?;
    let one = usize::try_from(at).ok().and_then(|at| types.get(at));
    let one = one.filter(|_| depth <= DEPTH_MAX);
    let one = one.ok_or_else(|| "its type is missing or too deep".to_owned())?;
    let mut child = |position: usize| {
        let child = one.subtypes.get(position);
        let child = child.ok_or_else(|| "its type is not whole".to_owned())?;
        hive_type(types, *child, depth + 1, room)
    };
    let name = match one.kind() {
        Kind::Boolean => "boolean",
        Kind::Byte => "tinyint",
        Kind::Short => "smallint",
        Kind::Int => "int",
        Kind::Long => "bigint",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::String => "string",
        Kind::Binary => "binary",
        Kind::Timestamp | Kind::TimestampInstant => "timestamp",
        Kind::Date => "date",
        Kind::Varchar => return Ok(format!("varchar({})", one.maximum_length())),
        Kind::Char => return Ok(format!("char({})", one.maximum_length())),
        Kind::Decimal => return Ok(format!("decimal({},{})", one.precision(), one.scale())),
        Kind::List => return Ok(format!("array<{}>", child(0)?)),
        Kind::Map => return Ok(format!("map<{},{}>", child(0)?, child(1)?)),
        Kind::Union | Kind::Struct => return several(types, one, depth, room),
    };
    Ok(name.to_owned())
}

fn several(
    types: &[Type],
    one: &Type,
    depth: usize,
    room: &mut TypeRoom,
) -> Result<String, String> {
    let is_union = one.kind() == Kind::Union;
    let mut text = String::from(if is_union { "uniontype<" } else { "struct<" });
    for (position, child) in one.subtypes.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        if !is_union {
            let name = one.field_names.get(position).map(String::as_str);
            let name = name.filter(|name| is_field_name(name));
            let name = name.ok_or_else(|| "a field has no name for a type".to_owned())?;
            room.take(name.len())?;
            text.push_str(&name.to_lowercase());
            text.push(':');
        }
        text.push_str(&hive_type(types, *child, depth + 1, room)?);
        if text.len() > TYPE_BYTES_MAX {
            return Err("its type is too long".to_owned());
        }
    }
    text.push('>');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{Compression, Footer, Kind, Postscript, Tail, Type, tail};
    use prost::Message;
    use std::io::Write;

    fn footer() -> Vec<u8> {
        let of = |kind: Kind| Type {
            kind: Some(kind as i32),
            ..Type::default()
        };
        let root = Type {
            subtypes: vec![1, 2],
            field_names: vec!["Id".to_owned(), "prices".to_owned()],
            ..of(Kind::Struct)
        };
        let list = Type {
            subtypes: vec![3],
            ..of(Kind::List)
        };
        let decimal = Type {
            precision: Some(10),
            scale: Some(2),
            ..of(Kind::Decimal)
        };
        let types = vec![root, of(Kind::Long), list, decimal];
        Footer { types }.encode_to_vec()
    }

    fn file(footer: &[u8], compression: Compression) -> Vec<u8> {
        let postscript = Postscript {
            footer_length: Some(footer.len() as u64),
            compression: Some(compression as i32),
        };
        let postscript = postscript.encode_to_vec();
        let length = u8::try_from(postscript.len()).expect("it is short");
        [b"ORC....", footer, &postscript, &[length]].concat()
    }

    fn piece(packed: &[u8], is_original: bool) -> Vec<u8> {
        let header = u32::try_from(packed.len()).expect("it is short") << 1;
        let header = (header | u32::from(is_original)).to_le_bytes();
        [&header[..3], packed].concat()
    }

    #[test]
    fn columns_stand_in_the_footer_however_it_is_packed() {
        let plain = footer();
        let mut zlib =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(&plain).expect("memory takes it");
        let zlib = zlib.finish().expect("memory takes it");
        let snappy = snap::raw::Encoder::new().compress_vec(&plain);
        let snappy = snappy.expect("memory takes it");
        let (one, other) = plain.split_at(7);
        let files = [
            file(&plain, Compression::None),
            file(&piece(&zlib, false), Compression::Zlib),
            file(&piece(&snappy, false), Compression::Snappy),
            file(
                &[piece(one, true), piece(other, true)].concat(),
                Compression::Zstd,
            ),
        ];
        for whole in files {
            let Ok(Tail::Columns(columns)) = tail(&whole, whole.len() as u64) else {
                panic!("{whole:?}");
            };
            let types: Vec<_> = columns
                .iter()
                .map(|column| (column.name.as_str(), column.data_type.as_str()))
                .collect();
            assert_eq!(
                types,
                [("id", "bigint"), ("prices", "array<decimal(10,2)>")]
            );
        }
    }

    #[test]
    fn a_tail_that_is_too_short_says_how_much_it_takes() {
        let whole = file(&footer(), Compression::None);
        let bytes = whole.len() as u64;
        let Ok(Tail::Needs(needed)) = tail(&whole[whole.len() - 9..], bytes) else {
            panic!("nine bytes hold no footer");
        };
        assert!(needed <= bytes);
        let from = whole.len() - usize::try_from(needed).expect("it is short");
        assert!(matches!(tail(&whole[from..], bytes), Ok(Tail::Columns(_))));
    }

    #[test]
    fn a_footer_with_too_many_types_is_refused() {
        let of = |count: usize| {
            let one = Type {
                kind: Some(Kind::Long as i32),
                ..Type::default()
            };
            let mut types = vec![one; count];
            types[0] = Type {
                kind: Some(Kind::Struct as i32),
                subtypes: vec![1],
                field_names: vec!["id".to_owned()],
                ..Type::default()
            };
            file(&Footer { types }.encode_to_vec(), Compression::None)
        };
        let most = of(super::TYPES_MAX);
        let read = tail(&most, most.len() as u64);
        assert!(matches!(read, Ok(Tail::Columns(_))), "{read:?}");
        let more = of(super::TYPES_MAX + 1);
        let why = tail(&more, more.len() as u64).expect_err("these are too many");
        assert!(why.contains("more than 100000 types"), "{why}");
    }

    #[test]
    fn types_that_name_each_other_over_and_over_are_refused() {
        // Each is a structure of two of the next: the texts double with each level.
        let levels = 16;
        let two = |at: u32| Type {
            kind: Some(Kind::Struct as i32),
            subtypes: vec![at + 1, at + 1],
            field_names: vec!["a".to_owned(), "b".to_owned()],
            ..Type::default()
        };
        let mut types: Vec<Type> = (0..levels).map(two).collect();
        types.push(Type {
            kind: Some(Kind::Long as i32),
            ..Type::default()
        });
        let whole = file(&Footer { types }.encode_to_vec(), Compression::None);
        let why = tail(&whole, whole.len() as u64).expect_err("its types are too long");
        assert!(
            why.contains("too long") || why.contains("bytes together"),
            "{why}"
        );
    }
}
