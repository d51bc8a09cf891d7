//! Lists of partitions of any length, encoded page by page: each descriptor once, and put in for every partition that
//! shares it when the answer is sent. Also the structs that Hive puts around such a list.

use super::partition::{EncodedDescriptor, Entry, ParameterPatterns, Place};
use super::storage;
use crate::catalog::{PartitionAt, PartitionsOf};
use crate::model::{Column, Partition, StorageDescriptor, Table};
use crate::thrift::reply::Reply;
use hms::{Encode, Protocol, Wire, WireType, Writer};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// How many encoded descriptors are remembered for one answer. Tables have one or a few.
const DESCRIPTORS_REMEMBERED_MAX: usize = 16;

/// Partitions in their encoded form, growing.
#[derive(Debug)]
pub(in crate::thrift) struct PartitionList {
    place: Place,
    protocol: Protocol,
    patterns: ParameterPatterns,
    descriptors: Vec<(Arc<StorageDescriptor>, EncodedDescriptor)>,
    count: usize,
    encoded: Reply,
}

impl PartitionList {
    /// An empty list of a table's partitions.
    pub(in crate::thrift) fn new(
        table: &Table,
        protocol: Protocol,
        patterns: ParameterPatterns,
    ) -> Self {
        let place = Place::new(&table.at, table.location.as_ref());
        Self::at(place, protocol, patterns)
    }

    fn at(place: Place, protocol: Protocol, patterns: ParameterPatterns) -> Self {
        Self {
            place,
            protocol,
            patterns,
            descriptors: Vec::new(),
            count: 0,
            encoded: Reply::default(),
        }
    }

    /// The list of partitions that are at hand.
    pub(in crate::thrift) fn of(partitions: &PartitionsOf, protocol: Protocol) -> Self {
        let mut list = Self::new(&partitions.table, protocol, ParameterPatterns::default());
        list.extend(&partitions.partitions);
        list
    }

    /// Encodes partitions behind those that are there.
    pub(in crate::thrift) fn extend(&mut self, partitions: &[Partition]) {
        for partition in partitions {
            let descriptor = self.descriptor(&partition.descriptor);
            let entry = Entry {
                place: &self.place,
                descriptor,
                patterns: &self.patterns,
                partition,
                gaps: Cell::new(None),
            };
            self.protocol.encode(&entry, self.encoded.own_mut());
            for (at, shared) in entry.gaps.take().into_iter().flatten() {
                self.encoded.put(at, shared);
            }
            self.count += 1;
        }
    }

    /// What it holds in memory.
    pub(in crate::thrift) fn memory_bytes(&self) -> usize {
        self.encoded.memory_bytes()
    }

    /// The encoded form of a descriptor.
    fn descriptor(&mut self, wanted: &Arc<StorageDescriptor>) -> EncodedDescriptor {
        let known = self
            .descriptors
            .iter()
            .find(|(known, _)| Arc::ptr_eq(known, wanted));
        if let Some((_, encoded)) = known {
            return *encoded;
        }
        if self.descriptors.len() >= DESCRIPTORS_REMEMBERED_MAX {
            self.descriptors.clear();
        }
        let encoded = EncodedDescriptor::new(wanted, self.protocol, &mut self.encoded);
        self.descriptors.push((Arc::clone(wanted), encoded));
        encoded
    }

    /// What stands for the list while the answer around it is encoded, and the encoded partitions.
    pub(in crate::thrift) fn into_slot(self) -> (Slot, Reply) {
        let slot = Slot {
            place: self.place,
            count: self.count,
            position: Rc::default(),
        };
        (slot, self.encoded)
    }
}

/// Stands for a list in the answer around it: writes how many partitions there are, and remembers where they belong.
#[derive(Debug)]
pub(in crate::thrift) struct Slot {
    place: Place,
    count: usize,
    position: Rc<Cell<Option<usize>>>,
}

impl Slot {
    /// Where the partitions belong in the encoded answer, once it is encoded; nothing where they are not in it.
    pub(in crate::thrift) fn position(&self) -> Rc<Cell<Option<usize>>> {
        Rc::clone(&self.position)
    }

    /// The list as Hive's `PartitionSpec` wraps it.
    pub(in crate::thrift) fn into_specs(self) -> Specs {
        Specs(self)
    }
}

impl Wire for Slot {
    const WIRE: WireType = WireType::List;
}

impl Encode for Slot {
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.list_begin(WireType::Struct, self.count);
        self.position.set(Some(writer.bytes().len()));
    }
}

/// One partition in its encoded form.
#[derive(Debug)]
pub(in crate::thrift) struct SinglePartition(Vec<u8>);

impl SinglePartition {
    /// Encodes a partition.
    pub(in crate::thrift) fn new(found: &PartitionAt, protocol: Protocol) -> Self {
        let place = Place::new(&found.at, found.table_location.as_ref());
        Self::at(place, &found.partition, protocol)
    }

    /// Encodes a partition of a table.
    pub(in crate::thrift) fn of(table: &Table, partition: &Partition, protocol: Protocol) -> Self {
        let place = Place::new(&table.at, table.location.as_ref());
        Self::at(place, partition, protocol)
    }

    fn at(place: Place, partition: &Partition, protocol: Protocol) -> Self {
        let mut list = PartitionList::at(place, protocol, ParameterPatterns::default());
        list.extend(std::slice::from_ref(partition));
        Self(list.encoded.to_bytes())
    }
}

impl Wire for SinglePartition {
    const WIRE: WireType = WireType::Struct;
}

impl Encode for SinglePartition {
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.raw(&self.0);
    }
}

/// `list<PartitionSpec>` of one element: the table's place around a list of partitions.
#[derive(Debug)]
pub(in crate::thrift) struct Specs(Slot);

impl Wire for Specs {
    const WIRE: WireType = WireType::List;
}

impl Encode for Specs {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let [catalog, database, table] = self.0.place.names();
        writer.list_begin(WireType::Struct, 1);
        let spec = writer.struct_begin();
        writer.field(1, WireType::String);
        writer.string(database);
        writer.field(2, WireType::String);
        writer.string(table);
        if let Some(root) = self.0.place.root() {
            writer.field(3, WireType::String);
            writer.string(root.as_str());
        }
        writer.field(5, WireType::Struct);
        let list = writer.struct_begin();
        writer.field(1, WireType::List);
        self.0.encode(writer);
        writer.struct_end(list);
        writer.field(6, WireType::String);
        writer.string(catalog);
        writer.struct_end(spec);
    }
}

/// A reply that is `success` and nothing else.
#[derive(Debug)]
pub(in crate::thrift) struct Success<T>(pub(in crate::thrift) T);

impl<T> Wire for Success<T> {
    const WIRE: WireType = WireType::Struct;
}

impl<T: Encode> Encode for Success<T> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let mark = writer.struct_begin();
        writer.field(0, T::WIRE);
        self.0.encode(writer);
        writer.struct_end(mark);
    }
}

/// Hive's struct around a result: the result in field 1, then what little may follow it.
#[derive(Debug)]
pub(in crate::thrift) struct Wrapped<'a, T> {
    /// Field 1; absent where the client did not want it.
    pub(in crate::thrift) result: Option<T>,
    /// Field 2: whether partitions are among the result that a filter might not mean.
    pub(in crate::thrift) has_unknown: Option<bool>,
    /// Field 3: the columns, for clients that overwrite those of each partition with them.
    pub(in crate::thrift) columns: Option<&'a [Column]>,
}

impl<T> Wrapped<'_, T> {
    /// The result alone.
    pub(in crate::thrift) fn new(result: T) -> Self {
        Self {
            result: Some(result),
            has_unknown: None,
            columns: None,
        }
    }
}

impl<T> Wire for Wrapped<'_, T> {
    const WIRE: WireType = WireType::Struct;
}

impl<T: Encode> Encode for Wrapped<'_, T> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let mark = writer.struct_begin();
        if let Some(result) = &self.result {
            writer.field(1, T::WIRE);
            result.encode(writer);
        }
        if let Some(has_unknown) = self.has_unknown {
            writer.field_bool(2, has_unknown);
        }
        if let Some(columns) = self.columns {
            writer.field(3, WireType::List);
            storage::columns(columns).encode(writer);
        }
        writer.struct_end(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Parameters, Serde, TableRef, TableType};
    use hms::types;

    fn table(location: Option<&Location>) -> Table {
        Table {
            id: 1,
            at: TableRef {
                catalog: "hive".into(),
                database: "d".into(),
                table: "t".into(),
            },
            table_type: TableType::Managed,
            owner: None,
            owner_type: None,
            created_at: 0,
            last_access_at: 0,
            retention: 0,
            partition_keys: Vec::new(),
            location: location.cloned(),
            descriptor: Arc::default(),
            parameters: Parameters::new(),
            view_original_text: None,
            view_expanded_text: None,
            unknown_fields: Vec::new(),
        }
    }

    fn partition(value: &str, descriptor: &Arc<StorageDescriptor>) -> Partition {
        Partition {
            values: vec![value.into(), String::new()],
            name: format!("a={value}/b=__HIVE_DEFAULT_PARTITION__"),
            location: (value == "own").then(|| Location::parse("file:/elsewhere").unwrap()),
            descriptor: Arc::clone(descriptor),
            created_at: 7,
            last_access_at: 8,
            parameters: Parameters::from([("k".into(), "v".into()), ("x".into(), String::new())]),
            unknown_fields: Vec::new(),
        }
    }

    fn descriptor(columns: Option<&[&str]>, format: Option<&str>) -> Arc<StorageDescriptor> {
        let column = |name: &&str| Column {
            name: (*name).into(),
            data_type: "int".into(),
            comment: None,
        };
        Arc::new(StorageDescriptor {
            columns: columns.map(|names| names.iter().map(column).collect()),
            input_format: format.map(str::to_owned),
            serde: Some(Serde {
                library: Some("lib".into()),
                ..Default::default()
            }),
            ..Default::default()
        })
    }

    /// The generated codec must read what was put together by hand, field by field.
    #[test]
    fn a_list_reads_back_in_both_protocols() {
        let descriptors = [
            descriptor(Some(&["c1", "c2"]), Some("text")),
            descriptor(None, None),
            descriptor(Some(&[]), Some("orc")),
        ];
        for protocol in [Protocol::Binary, Protocol::Compact] {
            let place = Location::parse("file:/w/t").unwrap();
            for location in [Some(&place), None] {
                let table = table(location);
                let partitions: Vec<Partition> = ["1", "own", "3", "4"]
                    .iter()
                    .zip(descriptors.iter().cycle())
                    .map(|(value, descriptor)| partition(value, descriptor))
                    .collect();
                let all = PartitionsOf {
                    table: table.clone(),
                    partitions: partitions.clone(),
                };
                let (slot, encoded) = PartitionList::of(&all, protocol).into_slot();
                let mut bytes = Vec::new();
                protocol.encode(&slot, &mut bytes);
                let at = slot.position().get().unwrap();
                let bytes = encoded.inside(bytes, at).to_bytes();
                let read: Vec<types::Partition<'_>> = protocol.decode(&bytes).unwrap();
                assert_eq!(read.len(), partitions.len());
                for (wire, stored) in read.iter().zip(&partitions) {
                    let place = stored.full_location(location);
                    let expected = types::Partition {
                        values: Some(stored.values.iter().map(String::as_str).collect()),
                        db_name: Some("d"),
                        table_name: Some("t"),
                        create_time: Some(7),
                        last_access_time: Some(8),
                        sd: Some(Box::new(storage::descriptor(
                            &stored.descriptor,
                            place.as_ref().map(Location::as_str),
                        ))),
                        parameters: Some(vec![("k", "v"), ("x", "")]),
                        cat_name: Some("hive"),
                        ..Default::default()
                    };
                    assert_eq!(*wire, expected, "{protocol:?} {location:?}");
                }
            }
        }
    }
}
