//! Lists of partitions of any length, encoded page by page: each descriptor once, then copied for every partition that
//! shares it. Also the structs that Hive puts around such a list.

use super::partition::{EncodedDescriptor, Entry, ParameterPatterns, Place};
use super::storage;
use crate::catalog::{PartitionAt, PartitionsOf};
use crate::model::{Column, Partition, StorageDescriptor, Table};
use hms::{Encode, Protocol, Wire, WireType, Writer};
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
    bytes: Vec<u8>,
}

impl PartitionList {
    /// An empty list of a table's partitions.
    pub(in crate::thrift) fn new(
        table: &Table,
        protocol: Protocol,
        patterns: ParameterPatterns,
    ) -> Self {
        Self {
            place: Place::new(&table.at, table.location.as_deref()),
            protocol,
            patterns,
            descriptors: Vec::new(),
            count: 0,
            bytes: Vec::new(),
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
            let at = self.descriptor(&partition.descriptor);
            let entry = Entry {
                place: &self.place,
                descriptor: &self.descriptors[at].1,
                patterns: &self.patterns,
                partition,
            };
            self.protocol.encode(&entry, &mut self.bytes);
            self.count += 1;
        }
    }

    /// The number of a descriptor among the encoded ones.
    fn descriptor(&mut self, wanted: &Arc<StorageDescriptor>) -> usize {
        let known = self
            .descriptors
            .iter()
            .position(|(known, _)| Arc::ptr_eq(known, wanted));
        if let Some(at) = known {
            return at;
        }
        if self.descriptors.len() >= DESCRIPTORS_REMEMBERED_MAX {
            self.descriptors.clear();
        }
        let encoded = EncodedDescriptor::new(wanted, self.protocol);
        self.descriptors.push((Arc::clone(wanted), encoded));
        self.descriptors.len() - 1
    }

    /// The list as Hive's `PartitionSpec` wraps it.
    pub(in crate::thrift) fn as_specs(&self) -> Specs<'_> {
        Specs(self)
    }
}

impl Wire for &PartitionList {
    const WIRE: WireType = WireType::List;
}

impl Encode for &PartitionList {
    fn encode<W: Writer>(&self, writer: &mut W) {
        writer.list_begin(WireType::Struct, self.count);
        writer.raw(&self.bytes);
    }
}

/// One partition in its encoded form.
#[derive(Debug)]
pub(in crate::thrift) struct SinglePartition(Vec<u8>);

impl SinglePartition {
    /// Encodes a partition.
    pub(in crate::thrift) fn new(found: &PartitionAt, protocol: Protocol) -> Self {
        Self::at(
            &Place::new(&found.at, found.table_location.as_deref()),
            &found.partition,
            protocol,
        )
    }

    /// Encodes a partition of a table.
    pub(in crate::thrift) fn of(table: &Table, partition: &Partition, protocol: Protocol) -> Self {
        let place = Place::new(&table.at, table.location.as_deref());
        Self::at(&place, partition, protocol)
    }

    fn at(place: &Place, partition: &Partition, protocol: Protocol) -> Self {
        let entry = Entry {
            place,
            descriptor: &EncodedDescriptor::new(&partition.descriptor, protocol),
            patterns: &ParameterPatterns::default(),
            partition,
        };
        let mut bytes = Vec::new();
        protocol.encode(&entry, &mut bytes);
        Self(bytes)
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
pub(in crate::thrift) struct Specs<'a>(&'a PartitionList);

impl Wire for Specs<'_> {
    const WIRE: WireType = WireType::List;
}

impl Encode for Specs<'_> {
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
            writer.string(root);
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
    use crate::model::{Parameters, Serde, TableRef, TableType};
    use hms::types;

    fn table(location: Option<&str>) -> Table {
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
            location: location.map(str::to_owned),
            descriptor: Arc::default(),
            parameters: Parameters::new(),
            view_original_text: None,
            view_expanded_text: None,
            rest: Vec::new(),
        }
    }

    fn partition(value: &str, descriptor: &Arc<StorageDescriptor>) -> Partition {
        Partition {
            values: vec![value.into(), String::new()],
            name: format!("a={value}/b=__HIVE_DEFAULT_PARTITION__"),
            location: (value == "own").then(|| "file:/elsewhere".into()),
            descriptor: Arc::clone(descriptor),
            created_at: 7,
            last_access_at: 8,
            parameters: Parameters::from([("k".into(), "v".into()), ("x".into(), String::new())]),
            rest: Vec::new(),
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
            for location in [Some("file:/w/t"), None] {
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
                let list = PartitionList::of(&all, protocol);
                let mut bytes = Vec::new();
                protocol.encode(&(&list), &mut bytes);
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
                        sd: Some(storage::descriptor(&stored.descriptor, place.as_deref())),
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
