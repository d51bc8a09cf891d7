//! Random values of any described struct, the same for the same seed.

use hms::WireType;

use crate::{
    descriptors::{Descriptor, Shape, descriptor},
    value::Value,
};

/// Structs stop growing optional fields and container elements below this depth.
const DEPTH_MAX: u32 = 6;

/// `SplitMix64`: small, and good enough to choose test values.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// Small numbers are as likely as large ones, since they take other paths in a variable-length
    /// form.
    fn integer(&mut self) -> i64 {
        let shift = self.below(64);
        (self.next() >> shift)
            .cast_signed()
            .wrapping_mul(if self.below(2) == 0 { 1 } else { -1 })
    }

    fn i16(&mut self) -> i16 {
        let [low, high, ..] = self.integer().to_le_bytes();
        i16::from_le_bytes([low, high])
    }

    fn i32(&mut self) -> i32 {
        let [a, b, c, d, ..] = self.integer().to_le_bytes();
        i32::from_le_bytes([a, b, c, d])
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 8] = [
            "",
            "a",
            "ds=2024-01-01",
            "서울",
            "%2F",
            "\u{0}",
            "é",
            "long ",
        ];
        (0..self.below(4))
            .map(|_| PARTS[self.below(PARTS.len())])
            .collect()
    }
}

/// A random value of a struct: required fields always, the others half the time.
pub(crate) fn structure(random: &mut Random, it: &Descriptor, depth: u32) -> Value {
    let mut fields = Vec::new();
    for field in it.fields {
        let wanted = depth < DEPTH_MAX && random.below(2) == 0;
        if field.required || wanted {
            fields.push((field.id, value(random, field.shape, depth + 1)));
        }
    }
    Value::Struct(fields)
}

fn value(random: &mut Random, shape: Shape, depth: u32) -> Value {
    let count = if depth < DEPTH_MAX {
        random.below(3)
    } else {
        0
    };
    match shape {
        Shape::Bool => Value::Bool(random.below(2) == 0),
        Shape::I8 => Value::I8(random.next().to_le_bytes()[0].cast_signed()),
        Shape::I16 => Value::I16(random.i16()),
        Shape::I32 => Value::I32(random.i32()),
        Shape::I64 => Value::I64(random.integer()),
        Shape::Double => Value::Double(f64::from(random.i32()) / 3.0),
        Shape::String => Value::Binary(random.text().into_bytes()),
        Shape::Binary => {
            let len = random.below(20);
            Value::Binary(random.bytes(len))
        }
        Shape::List(inner) => Value::List(
            wire(*inner),
            (0..count)
                .map(|_| value(random, *inner, depth + 1))
                .collect(),
        ),
        Shape::Set(inner) => Value::Set(
            wire(*inner),
            (0..count)
                .map(|_| value(random, *inner, depth + 1))
                .collect(),
        ),
        Shape::Map(key, inner) => {
            let pairs = (0..count)
                .map(|_| {
                    (
                        value(random, *key, depth + 1),
                        value(random, *inner, depth + 1),
                    )
                })
                .collect();
            Value::Map(wire(*key), wire(*inner), pairs)
        }
        Shape::Struct(name) => structure(random, descriptor(name), depth + 1),
    }
}

pub(crate) fn wire(shape: Shape) -> WireType {
    match shape {
        Shape::Bool => WireType::Bool,
        Shape::I8 => WireType::I8,
        Shape::I16 => WireType::I16,
        Shape::I32 => WireType::I32,
        Shape::I64 => WireType::I64,
        Shape::Double => WireType::Double,
        Shape::String | Shape::Binary => WireType::String,
        Shape::List(_) => WireType::List,
        Shape::Set(_) => WireType::Set,
        Shape::Map(..) => WireType::Map,
        Shape::Struct(_) => WireType::Struct,
    }
}
