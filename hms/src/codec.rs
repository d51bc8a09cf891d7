//! How primitive values and containers travel. Generated structs are built of these; it knows no
//! struct and no byte layout.

use crate::{
    error::{DecodeError, DecodeErrorKind},
    wire::{Decode, Encode, Reader, Wire, WireType, Writer},
};

macro_rules! primitive {
    ($rust:ty, $wire:ident, $method:ident) => {
        impl Wire for $rust {
            const WIRE: WireType = WireType::$wire;
        }
        impl Encode for $rust {
            #[inline]
            fn encode<W: Writer>(&self, writer: &mut W) {
                writer.$method(*self);
            }
        }
        impl<'a> Decode<'a> for $rust {
            #[inline]
            fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
                reader.$method()
            }
        }
    };
}

primitive!(bool, Bool, bool);
primitive!(i8, I8, i8);
primitive!(i16, I16, i16);
primitive!(i32, I32, i32);
primitive!(i64, I64, i64);
primitive!(f64, Double, double);

impl Wire for &str {
    const WIRE: WireType = WireType::String;
}

impl Encode for &str {
    #[inline]
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.string(self);
    }
}

impl<'a> Decode<'a> for &'a str {
    #[inline]
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        reader.string()
    }
}

impl Wire for &[u8] {
    const WIRE: WireType = WireType::String;
}

impl Encode for &[u8] {
    #[inline]
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.binary(self);
    }
}

impl<'a> Decode<'a> for &'a [u8] {
    #[inline]
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        reader.binary()
    }
}

/// A struct that is rare enough to stand behind a pointer.
impl<T: Wire> Wire for Box<T> {
    const WIRE: WireType = T::WIRE;
}

impl<T: Encode> Encode for Box<T> {
    #[inline]
    fn encode<W: Writer>(&self, writer: &mut W) {
        T::encode(self, writer);
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Box<T> {
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        reader.charge(size_of::<T>())?;
        T::decode(reader).map(Self::new)
    }
}

/// A `Vec` is a list; a set, which looks the same in Rust, goes through [`read_set`] and
/// [`write_set`].
impl<T: Wire> Wire for Vec<T> {
    const WIRE: WireType = WireType::List;
}

impl<T: Encode> Encode for Vec<T> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.list_begin(T::WIRE, self.len());
        for element in self {
            element.encode(writer);
        }
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for Vec<T> {
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        let (element, count) = reader.list_begin()?;
        read_elements(reader, element, count)
    }
}

/// A map keeps the order of the message, and a key that comes twice stays twice.
impl<K: Wire, V: Wire> Wire for Vec<(K, V)> {
    const WIRE: WireType = WireType::Map;
}

impl<K: Encode, V: Encode> Encode for Vec<(K, V)> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.map_begin(K::WIRE, V::WIRE, self.len());
        for (key, value) in self {
            key.encode(writer);
            value.encode(writer);
        }
    }
}

impl<'a, K: Decode<'a>, V: Decode<'a>> Decode<'a> for Vec<(K, V)> {
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        let (key, value, count) = reader.map_begin()?;
        if count == 0 {
            return Ok(Vec::new());
        }
        expect_element(reader, K::WIRE, key)?;
        expect_element(reader, V::WIRE, value)?;
        let mut pairs = room_for(reader, count)?;
        for _ in 0..count {
            pairs.push((K::decode(reader)?, V::decode(reader)?));
        }
        Ok(pairs)
    }
}

/// Reads a set into a vector, in the order of the message.
pub fn read_set<'a, T: Decode<'a>, R: Reader<'a>>(reader: &mut R) -> Result<Vec<T>, DecodeError> {
    let (element, count) = reader.set_begin()?;
    read_elements(reader, element, count)
}

/// Writes a vector as a set.
pub fn write_set<T: Encode, W: Writer>(set: &[T], writer: &mut W) {
    writer.set_begin(T::WIRE, set.len());
    for element in set {
        element.encode(writer);
    }
}

fn read_elements<'a, T: Decode<'a>, R: Reader<'a>>(
    reader: &mut R,
    found: WireType,
    count: usize,
) -> Result<Vec<T>, DecodeError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    expect_element(reader, T::WIRE, found)?;
    let mut elements = room_for(reader, count)?;
    for _ in 0..count {
        elements.push(T::decode(reader)?);
    }
    Ok(elements)
}

fn expect_element<'a, R: Reader<'a>>(
    reader: &R,
    expected: WireType,
    found: WireType,
) -> Result<(), DecodeError> {
    if expected == found {
        return Ok(());
    }
    let kind = DecodeErrorKind::ElementType { expected, found };
    Err(DecodeError {
        kind,
        offset: reader.offset(),
    })
}

/// The room for a claimed count, taken from what the message may cost. It is reserved as a whole: a vector that grows
/// would hold its elements twice while it does.
fn room_for<'a, T, R: Reader<'a>>(reader: &mut R, count: usize) -> Result<Vec<T>, DecodeError> {
    reader.charge(count.saturating_mul(size_of::<T>()))?;
    Ok(Vec::with_capacity(count))
}

/// The error of generated decoders for an absent required field.
#[cold]
pub(crate) fn missing_field<'a, R: Reader<'a>>(
    reader: &R,
    structure: &'static str,
    field: &'static str,
) -> DecodeError {
    let kind = DecodeErrorKind::MissingField { structure, field };
    DecodeError {
        kind,
        offset: reader.offset(),
    }
}
