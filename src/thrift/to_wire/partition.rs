//! One partition, written straight to the wire around the parts of its descriptor that it shares with others.

use super::{seconds, storage};
use crate::hive::text_pattern::TextPattern;
use crate::model::{Location, Name, Parameters, Partition, StorageDescriptor, TableRef};
use crate::thrift::reply::Reply;
use hms::{Encode, Protocol, Wire, WireType, Writer, types};
use std::cell::Cell;

/// What all partitions of an answer have in common beside their descriptors.
#[derive(Debug, Clone)]
pub(in crate::thrift) struct Place {
    catalog: Name,
    database: Name,
    table: Name,
    location: Option<Location>,
}

impl Place {
    /// The place of a table's partitions.
    pub(in crate::thrift) fn new(at: &TableRef, location: Option<&Location>) -> Self {
        Self {
            catalog: at.catalog.clone(),
            database: at.database.clone(),
            table: at.table.clone(),
            location: location.cloned(),
        }
    }

    /// The table's own location.
    pub(super) fn root(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// Catalog, database and table.
    pub(super) fn names(&self) -> [&str; 3] {
        [
            self.catalog.as_str(),
            self.database.as_str(),
            self.table.as_str(),
        ]
    }
}

/// A storage descriptor in its encoded form, without the location: the fields before it and those behind, which stand
/// once in an answer and are left out of each partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct EncodedDescriptor {
    has_columns: bool,
    before: usize,
    behind: usize,
}

/// The field number of the location in a storage descriptor, and of the last field.
const LOCATION: i16 = 2;
const LAST: i16 = 12;

impl EncodedDescriptor {
    /// Encodes a descriptor once for an answer.
    pub(super) fn new(
        descriptor: &StorageDescriptor,
        protocol: Protocol,
        answer: &mut Reply,
    ) -> Self {
        let whole = storage::descriptor(descriptor, Some(""));
        let columns = types::StorageDescriptor {
            cols: whole.cols.clone(),
            ..Default::default()
        };
        let place = types::StorageDescriptor {
            location: Some(""),
            ..Default::default()
        };
        let behind = types::StorageDescriptor {
            cols: None,
            ..whole
        };
        let skipped = fields(&place, protocol).len();
        Self {
            has_columns: columns.cols.is_some(),
            before: answer.share(fields(&columns, protocol)),
            behind: answer.share(fields(&behind, protocol).split_off(skipped)),
        }
    }

    /// Encodes what is the partition's own, and says where the two shared parts belong.
    fn encode<W: Writer>(self, location: &str, writer: &mut W) -> [(usize, usize); 2] {
        let mark = writer.struct_begin();
        let before = (writer.bytes().len(), self.before);
        if self.has_columns {
            writer.raw_fields(0, 1, &[]);
        }
        writer.field(LOCATION, WireType::String);
        writer.string(location);
        let behind = (writer.bytes().len(), self.behind);
        writer.raw_fields(LOCATION, LAST, &[]);
        writer.struct_end(mark);
        [before, behind]
    }
}

/// The bytes of a struct's fields without its end.
fn fields(descriptor: &types::StorageDescriptor<'_>, protocol: Protocol) -> Vec<u8> {
    let mut bytes = Vec::new();
    protocol.encode(descriptor, &mut bytes);
    bytes.pop();
    bytes
}

/// Which parameters are shown: Hive 4 sends patterns of keys, in which `%` stands for anything.
#[derive(Debug, Clone, Default)]
pub(in crate::thrift) struct ParameterPatterns {
    /// Only these are shown.
    pub(in crate::thrift) include: Option<TextPattern>,
    /// These are not.
    pub(in crate::thrift) exclude: Option<TextPattern>,
}

impl ParameterPatterns {
    /// The patterns of a request; blank ones say nothing.
    pub(in crate::thrift) fn new(include: Option<&str>, exclude: Option<&str>) -> Self {
        let given =
            |text: Option<&str>| text.filter(|text| !text.is_empty()).map(TextPattern::like);
        Self {
            include: given(include),
            exclude: given(exclude),
        }
    }

    fn shows(&self, key: &str) -> bool {
        self.include
            .as_ref()
            .is_none_or(|pattern| pattern.matches(key))
            && !self
                .exclude
                .as_ref()
                .is_some_and(|pattern| pattern.matches(key))
    }
}

/// A partition beside what it shares.
pub(super) struct Entry<'a> {
    pub(super) place: &'a Place,
    pub(super) descriptor: EncodedDescriptor,
    pub(super) patterns: &'a ParameterPatterns,
    pub(super) partition: &'a Partition,
    /// Where the shared parts of the descriptor belong, once this was encoded: the byte, and the number of the part.
    pub(super) gaps: Cell<Option<[(usize, usize); 2]>>,
}

impl Wire for Entry<'_> {
    const WIRE: WireType = WireType::Struct;
}

impl Encode for Entry<'_> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let partition = self.partition;
        let [catalog, database, table] = self.place.names();
        let mark = writer.struct_begin();
        writer.field(1, WireType::List);
        writer.list_begin(WireType::String, partition.values.len());
        for value in &partition.values {
            writer.string(value);
        }
        writer.field(2, WireType::String);
        writer.string(database);
        writer.field(3, WireType::String);
        writer.string(table);
        writer.field(4, WireType::I32);
        writer.i32(seconds(partition.created_at));
        writer.field(5, WireType::I32);
        writer.i32(seconds(partition.last_access_at));
        writer.field(6, WireType::Struct);
        let default;
        let location = if let Some(own) = &partition.location {
            Some(own)
        } else {
            default = Partition::default_location(self.place.root(), &partition.name);
            default.as_ref()
        };
        match location {
            Some(location) => {
                let gaps = self.descriptor.encode(location.as_str(), writer);
                self.gaps.set(Some(gaps));
            }
            None => storage::descriptor(&partition.descriptor, None).encode(writer),
        }
        writer.field(7, WireType::Map);
        self.parameters(&partition.parameters, writer);
        writer.field(9, WireType::String);
        writer.string(catalog);
        self.unknown_fields(writer);
        writer.struct_end(mark);
    }
}

impl Entry<'_> {
    fn parameters<W: Writer>(&self, parameters: &Parameters, writer: &mut W) {
        let shown = || {
            parameters
                .iter()
                .filter(|(key, _)| self.patterns.shows(key))
        };
        writer.map_begin(WireType::String, WireType::String, shown().count());
        for (key, value) in shown() {
            writer.string(key);
            writer.string(value);
        }
    }

    /// The fields that were kept as they came; what cannot be read any more is left out.
    fn unknown_fields<W: Writer>(&self, writer: &mut W) {
        if self.partition.unknown_fields.is_empty() {
            return;
        }
        let unknown: types::Partition<'_> = Protocol::Binary
            .decode(&self.partition.unknown_fields)
            .unwrap_or_default();
        if let Some(id) = unknown.write_id {
            writer.field(10, WireType::I64);
            writer.i64(id);
        }
        if let Some(metadata) = &unknown.file_metadata {
            writer.field(13, WireType::Struct);
            metadata.encode(writer);
        }
    }
}
