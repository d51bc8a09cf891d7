//! Thrift's `TJSONProtocol`, written only: Hive's notification events hold their objects in it, as text. A field is
//! `"id":{"type":value}`, a list `["type",count,…]`, a map `["key type","value type",count,{…}]`.

use crate::wire::{MessageHeader, StructMark, WireType, Writer};

/// What the next value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A struct between two fields, with the id of the last one.
    Struct { last_id: i16, empty: bool },
    /// The value of a field.
    Field,
    /// A list or set that waits for `left` more values.
    List { left: usize },
    /// A map that waits for `left` more keys and values; an even number stands before a key.
    Map { left: usize, first: bool },
    /// The one struct of a message.
    Message,
}

/// Writes JSON into a buffer of its own. What is written is UTF-8.
#[derive(Clone, Debug, Default)]
pub struct JsonWriter {
    out: Vec<u8>,
    places: Vec<Place>,
    /// The id after which the next struct goes on: it is a run of fields for another struct.
    goes_on_after: Option<i16>,
    ended_at: i16,
}

impl JsonWriter {
    /// A writer with an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The JSON text of one value.
    pub fn text<T: crate::Encode>(value: &T) -> String {
        let mut writer = Self::new();
        value.encode(&mut writer);
        String::from_utf8_lossy(&writer.out).into_owned()
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes what must stand between the last value and the next one.
    fn before_value(&mut self) {
        match self.places.last_mut() {
            Some(Place::List { .. }) => self.out.push(b','),
            Some(Place::Map { left, first }) => {
                let is_key = *left % 2 == 0;
                if is_key && !*first {
                    self.out.push(b',');
                } else if !is_key {
                    self.out.push(b':');
                }
                *first = false;
            }
            Some(Place::Field | Place::Struct { .. } | Place::Message) | None => {}
        }
    }

    /// Closes whatever ends with the value that was just written.
    fn after_value(&mut self) {
        while let Some(place) = self.places.last_mut() {
            match place {
                Place::Struct { .. } => return,
                Place::Field => {
                    self.places.pop();
                    self.out.push(b'}');
                    return;
                }
                Place::List { left } => {
                    *left -= 1;
                    if *left > 0 {
                        return;
                    }
                    self.places.pop();
                    self.out.push(b']');
                }
                Place::Map { left, .. } => {
                    *left -= 1;
                    if *left > 0 {
                        return;
                    }
                    self.places.pop();
                    self.put("}]");
                }
                Place::Message => {
                    self.places.pop();
                    self.out.push(b']');
                    return;
                }
            }
        }
    }

    /// A number or truth value; JSON wants the keys of an object in quotes.
    fn number(&mut self, text: &str) {
        let is_key = matches!(self.places.last(), Some(Place::Map { left, .. }) if left % 2 == 0);
        self.before_value();
        if is_key {
            self.out.push(b'"');
        }
        self.put(text);
        if is_key {
            self.out.push(b'"');
        }
        self.after_value();
    }

    fn quoted(&mut self, text: &str) {
        self.out.push(b'"');
        for character in text.chars() {
            match character {
                '"' => self.put("\\\""),
                '\\' => self.put("\\\\"),
                '\n' => self.put("\\n"),
                '\r' => self.put("\\r"),
                '\t' => self.put("\\t"),
                control if control < ' ' => self.put(&format!("\\u{:04x}", u32::from(control))),
                other => self.put(other.encode_utf8(&mut [0; 4])),
            }
        }
        self.out.push(b'"');
    }

    fn field_begin(&mut self, id: i16, name: &str) {
        if let Some(Place::Struct { last_id, empty }) = self.places.last_mut() {
            if !*empty {
                self.out.push(b',');
            }
            *last_id = id;
            *empty = false;
        }
        self.put(&format!("\"{id}\":{{\"{name}\":"));
        self.places.push(Place::Field);
    }
}

/// The protocol's names of the types.
const fn type_name(wire: WireType) -> &'static str {
    match wire {
        WireType::Bool => "tf",
        WireType::I8 => "i8",
        WireType::I16 => "i16",
        WireType::I32 => "i32",
        WireType::I64 => "i64",
        WireType::Double => "dbl",
        WireType::String => "str",
        WireType::Struct => "rec",
        WireType::Map => "map",
        WireType::Set => "set",
        WireType::List => "lst",
    }
}

/// Base64 without padding, as the protocol writes byte strings.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            let index = (word >> (18 - 6 * position)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

impl Writer for JsonWriter {
    fn message_begin(&mut self, header: MessageHeader<'_>) {
        self.put("[1,");
        self.quoted(header.name);
        self.put(&format!(",{},{},", header.kind as u8, header.seq));
        self.places.push(Place::Message);
    }

    fn struct_begin(&mut self) -> StructMark {
        let after = self.goes_on_after.take();
        if after.is_none() {
            self.before_value();
            self.out.push(b'{');
        }
        self.places.push(Place::Struct {
            last_id: after.unwrap_or(0),
            empty: true,
        });
        StructMark(0)
    }

    fn struct_end(&mut self, _mark: StructMark) {
        self.ended_at = self.last_field_id();
        self.places.pop();
        self.out.push(b'}');
        self.after_value();
    }

    fn field(&mut self, id: i16, wire: WireType) {
        self.field_begin(id, type_name(wire));
    }

    fn field_bool(&mut self, id: i16, value: bool) {
        self.field_begin(id, type_name(WireType::Bool));
        self.bool(value);
    }

    fn list_begin(&mut self, element: WireType, len: usize) {
        self.before_value();
        self.put(&format!("[\"{}\",{len}", type_name(element)));
        if len == 0 {
            self.out.push(b']');
            self.after_value();
        } else {
            self.places.push(Place::List { left: len });
        }
    }

    fn set_begin(&mut self, element: WireType, len: usize) {
        self.list_begin(element, len);
    }

    fn map_begin(&mut self, key: WireType, value: WireType, len: usize) {
        self.before_value();
        self.put(&format!(
            "[\"{}\",\"{}\",{len},{{",
            type_name(key),
            type_name(value)
        ));
        if len == 0 {
            self.put("}]");
            self.after_value();
        } else {
            self.places.push(Place::Map {
                left: len * 2,
                first: true,
            });
        }
    }

    fn bool(&mut self, value: bool) {
        self.number(if value { "1" } else { "0" });
    }

    fn i8(&mut self, value: i8) {
        self.number(&value.to_string());
    }

    fn i16(&mut self, value: i16) {
        self.number(&value.to_string());
    }

    fn i32(&mut self, value: i32) {
        self.number(&value.to_string());
    }

    fn i64(&mut self, value: i64) {
        self.number(&value.to_string());
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.number(&format!("{value:?}"));
            return;
        }
        let name = if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        self.string(name);
    }

    fn binary(&mut self, value: &[u8]) {
        self.string(&base64(value));
    }

    fn string(&mut self, value: &str) {
        self.before_value();
        self.quoted(value);
        self.after_value();
    }

    fn raw(&mut self, encoded: &[u8]) {
        self.before_value();
        self.out.extend_from_slice(encoded);
        self.after_value();
    }

    fn raw_fields(&mut self, after: i16, last: i16, encoded: &[u8]) {
        debug_assert_eq!(
            self.last_field_id(),
            after,
            "the run was encoded for another place"
        );
        if let Some(Place::Struct { last_id, empty }) = self.places.last_mut() {
            if !*empty && !encoded.is_empty() {
                self.out.push(b',');
            }
            *last_id = last;
            *empty = *empty && encoded.is_empty();
        }
        self.out.extend_from_slice(encoded);
    }

    fn start_after(&mut self, after: i16) {
        self.goes_on_after = Some(after);
    }

    fn ended_at(&self) -> i16 {
        self.ended_at
    }

    fn last_field_id(&self) -> i16 {
        match self.places.last() {
            Some(Place::Struct { last_id, .. }) => *last_id,
            _ => 0,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.out
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MessageKind, args, types};

    #[test]
    fn a_table_is_written_as_java_writes_it() {
        let table = types::Table {
            table_name: Some("a\"b\u{1}ü"),
            create_time: Some(7),
            sd: Some(Box::new(types::StorageDescriptor {
                cols: Some(vec![
                    types::FieldSchema {
                        name: Some("x"),
                        r#type: Some("int"),
                        comment: None,
                    },
                    types::FieldSchema {
                        name: Some("y"),
                        r#type: None,
                        comment: None,
                    },
                ]),
                compressed: Some(false),
                bucket_cols: Some(Vec::new()),
                ..Default::default()
            })),
            parameters: Some(vec![("k", "v"), ("l", "w")]),
            temporary: Some(true),
            ..Default::default()
        };
        assert_eq!(
            JsonWriter::text(&table),
            concat!(
                r#"{"1":{"str":"a\"b\u0001ü"},"4":{"i32":7},"7":{"rec":{"1":{"lst":["rec",2,"#,
                r#"{"1":{"str":"x"},"2":{"str":"int"}},{"1":{"str":"y"}}]},"5":{"tf":0},"#,
                r#""8":{"lst":["str",0]}}},"9":{"map":["str","str",2,{"k":"v","l":"w"}]},"14":{"tf":1}}"#,
            )
        );
    }

    #[test]
    fn containers_nest_and_empty_ones_close() {
        let skew = types::SkewedInfo {
            skewed_col_values: Some(vec![vec!["1"], Vec::new()]),
            skewed_col_value_location_maps: Some(vec![(vec!["1"], "file:/x")]),
            ..Default::default()
        };
        assert_eq!(
            JsonWriter::text(&skew),
            concat!(
                r#"{"2":{"lst":["lst",2,["str",1,"1"],["str",0]]},"#,
                r#""3":{"map":["lst","str",1,{["str",1,"1"]:"file:/x"}]}}"#,
            )
        );
        let mut writer = JsonWriter::new();
        writer.map_begin(WireType::I64, WireType::Double, 2);
        writer.i64(5);
        writer.double(1.0);
        writer.i64(6);
        writer.double(f64::NAN);
        assert_eq!(writer.bytes(), br#"["i64","dbl",2,{"5":1.0,"6":"NaN"}]"#);
    }

    #[test]
    fn bytes_are_base64_without_padding() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"\xff\xfe\xfd\xfc", "//79/A"),
        ] {
            assert_eq!(base64(bytes), text);
        }
        let decimal = types::Decimal {
            unscaled: b"f",
            scale: 2,
        };
        assert_eq!(
            JsonWriter::text(&decimal),
            r#"{"1":{"str":"Zg"},"3":{"i16":2}}"#
        );
    }

    #[test]
    fn fragments_stand_between_fields() {
        let whole = types::Table {
            table_name: Some("t"),
            owner: Some("o"),
            retention: Some(1),
            ..Default::default()
        };
        let part = types::Table {
            owner: Some("o"),
            retention: Some(1),
            ..Default::default()
        };
        let fragment = JsonWriter::fragment_of(1, &part);
        let mut writer = JsonWriter::new();
        let mark = writer.struct_begin();
        writer.field(1, WireType::String);
        writer.string("t");
        writer.fragment(&fragment);
        writer.struct_end(mark);
        assert_eq!(
            String::from_utf8(writer.take()).unwrap(),
            JsonWriter::text(&whole)
        );
    }

    #[test]
    fn a_message_is_an_array() {
        let mut writer = JsonWriter::new();
        writer.message_begin(MessageHeader {
            name: "get_table",
            kind: MessageKind::Call,
            seq: 3,
        });
        crate::Encode::encode(
            &args::GetTable {
                dbname: Some("d"),
                tbl_name: None,
            },
            &mut writer,
        );
        assert_eq!(writer.bytes(), br#"[1,"get_table",1,3,{"1":{"str":"d"}}]"#);
    }
}
