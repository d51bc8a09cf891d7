//! Tags of what is shown (RFC 9110's entity tags, Google's AIP-154): by one, a client says what it has seen when it asks for a
//! change. Every front end gives the same tag of the same thing.
//!
//! A tag is a hash of what front ends show and of the row's number, so it is the same on every replica and after a restart, changes
//! with all that an answer shows, and does not come back with a thing of the same name that was made anew.

use super::PartitionAt;
use crate::model::{Column, Database, Location, Parameters, StorageDescriptor, Table};
use sha2::{Digest, Sha256};

/// Bytes of the hash that a tag shows.
const TAG_BYTES: usize = 16;
/// Hive's number of an ascending sort order: all that is shown of an order.
const ASCENDING: i32 = 1;

/// What is shown with a tag.
pub trait Tagged {
    /// Its tag: 32 hexadecimal digits, without quotes.
    fn tag(&self) -> String;
}

impl Tagged for Database {
    fn tag(&self) -> String {
        let mut tag = Tag::of(self.id);
        tag.text(self.at.catalog.as_str());
        tag.text(self.at.database.as_str());
        tag.maybe(self.description.as_deref());
        tag.text(self.location.as_str());
        tag.place(self.managed_location.as_ref());
        tag.maybe(self.owner.as_deref());
        tag.number(self.created_at);
        tag.parameters(&self.parameters);
        tag.end()
    }
}

impl Tagged for Table {
    fn tag(&self) -> String {
        let mut tag = Tag::of(self.id);
        tag.text(self.at.catalog.as_str());
        tag.text(self.at.database.as_str());
        tag.text(self.at.table.as_str());
        tag.text(self.table_type.as_str());
        tag.maybe(self.owner.as_deref());
        tag.number(self.created_at);
        tag.place(self.location.as_ref());
        tag.columns(&self.partition_keys);
        tag.descriptor(&self.descriptor);
        tag.parameters(&self.parameters);
        tag.maybe(self.view_original_text.as_deref());
        tag.end()
    }
}

impl Tagged for PartitionAt {
    fn tag(&self) -> String {
        // Partitions have no number.
        let mut tag = Tag::of(0);
        let partition = &self.partition;
        tag.text(&partition.name);
        tag.texts(&partition.values);
        let location = partition.full_location(self.table_location.as_ref());
        tag.place(location.as_ref());
        tag.number(partition.created_at);
        tag.parameters(&partition.parameters);
        tag.descriptor(&partition.descriptor);
        tag.end()
    }
}

/// A tag that grows. Each part says its length or its presence first: no two things make one row of bytes.
struct Tag(Sha256);

impl Tag {
    /// The tag of the thing with this number.
    fn of(number: i64) -> Self {
        let mut tag = Self(Sha256::new());
        tag.number(number);
        tag
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text);
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    fn place(&mut self, location: Option<&Location>) {
        self.maybe(location.map(Location::as_str));
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn parameters(&mut self, parameters: &Parameters) {
        self.count(parameters.len());
        for (key, value) in parameters {
            self.text(key);
            self.text(value);
        }
    }

    fn columns(&mut self, columns: &[Column]) {
        self.count(columns.len());
        for column in columns {
            self.text(&column.name);
            self.text(&column.data_type);
            self.maybe(column.comment.as_deref());
        }
    }

    fn descriptor(&mut self, descriptor: &StorageDescriptor) {
        self.columns(descriptor.columns.as_deref().unwrap_or_default());
        self.maybe(descriptor.input_format.as_deref());
        self.maybe(descriptor.output_format.as_deref());
        let serde = descriptor.serde.as_ref();
        self.maybe(serde.and_then(|serde| serde.library.as_deref()));
        let none = Parameters::new();
        self.parameters(serde.map_or(&none, |serde| &serde.parameters));
        self.number(i64::from(descriptor.compressed));
        self.number(i64::from(descriptor.bucket_count));
        self.texts(&descriptor.bucket_columns);
        self.count(descriptor.sort_columns.len());
        for one in &descriptor.sort_columns {
            self.text(&one.column);
            self.number(i64::from(one.order == ASCENDING));
        }
        self.parameters(&descriptor.parameters);
    }

    fn end(self) -> String {
        let hash = self.0.finalize();
        hex::encode(&hash[..TAG_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::Tagged;
    use crate::catalog::PartitionAt;
    use crate::model::{
        Column, Database, DatabaseRef, Location, Parameters, Partition, Serde, SortColumn,
        StorageDescriptor, Table, TableType,
    };
    use std::collections::HashSet;
    use std::sync::Arc;

    fn place(text: &str) -> Location {
        Location::parse(text).unwrap()
    }

    fn column(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: "int".to_owned(),
            comment: None,
        }
    }

    fn database() -> Database {
        Database {
            id: 1,
            at: DatabaseRef::new("hive", "shop"),
            description: None,
            location: place("file:/lake/shop"),
            managed_location: None,
            parameters: Parameters::new(),
            owner: None,
            owner_type: None,
            created_at: 1,
            unknown_fields: Vec::new(),
        }
    }

    fn table() -> Table {
        Table {
            id: 1,
            at: DatabaseRef::new("hive", "shop").table("orders"),
            table_type: TableType::Managed,
            owner: None,
            owner_type: None,
            created_at: 1,
            last_access_at: 0,
            retention: 0,
            partition_keys: vec![column("dt")],
            location: Some(place("file:/lake/shop/orders")),
            descriptor: Arc::new(StorageDescriptor {
                columns: Some(vec![column("id")]),
                serde: Some(Serde::default()),
                ..StorageDescriptor::default()
            }),
            parameters: Parameters::new(),
            view_original_text: None,
            view_expanded_text: None,
            unknown_fields: Vec::new(),
        }
    }

    fn partition() -> PartitionAt {
        let table = table();
        PartitionAt {
            at: table.at.clone(),
            table_location: table.location.clone(),
            partition: Partition {
                values: vec!["1".to_owned()],
                name: "dt=1".to_owned(),
                location: None,
                descriptor: table.descriptor,
                created_at: 1,
                last_access_at: 0,
                parameters: Parameters::new(),
                unknown_fields: Vec::new(),
            },
        }
    }

    /// Fails where two of the changes, or one and nothing, give the same tag.
    #[track_caller]
    fn all_differ<T: Tagged>(make: fn() -> T, changes: &[fn(&mut T)]) {
        assert_eq!(make().tag(), make().tag());
        let mut tags = HashSet::from([make().tag()]);
        for (number, change) in changes.iter().enumerate() {
            let mut thing = make();
            change(&mut thing);
            assert!(
                tags.insert(thing.tag()),
                "change {number} has no tag of its own"
            );
        }
    }

    /// Sets a property.
    fn put(parameters: &mut Parameters) {
        parameters.insert("a".to_owned(), "b".to_owned());
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_tag_changes_with_all_that_is_shown_of_a_database() {
        all_differ(
            database,
            &[
                |one| one.id = 2,
                |one| one.at = DatabaseRef::new("hive", "other"),
                |one| one.at = DatabaseRef::new("other", "shop"),
                |one| one.description = text(""),
                |one| one.description = text("x"),
                |one| one.owner = text("x"),
                |one| one.location = place("file:/lake/other"),
                |one| one.managed_location = Some(place("file:/lake/shop")),
                |one| one.created_at = 2,
                |one| drop(one.parameters.insert("a".to_owned(), "bc".to_owned())),
                |one| drop(one.parameters.insert("ab".to_owned(), "c".to_owned())),
            ],
        );
    }

    #[test]
    fn a_tag_changes_with_all_that_is_shown_of_a_table() {
        fn stored(table: &mut Table) -> &mut StorageDescriptor {
            Arc::make_mut(&mut table.descriptor)
        }
        all_differ(
            table,
            &[
                |one| one.id = 2,
                |one| one.at = one.at.database_ref().table("other"),
                |one| one.table_type = TableType::External,
                |one| one.owner = text("x"),
                |one| one.created_at = 2,
                |one| one.location = None,
                |one| one.partition_keys = vec![column("hour")],
                |one| one.partition_keys = Vec::new(),
                |one| put(&mut one.parameters),
                |one| one.view_original_text = text("x"),
                |one| stored(one).columns = Some(vec![column("other")]),
                |one| stored(one).columns = None,
                |one| stored(one).input_format = text("x"),
                |one| stored(one).output_format = text("x"),
                |one| stored(one).compressed = true,
                |one| stored(one).bucket_count = 2,
                |one| stored(one).bucket_columns = vec!["id".to_owned()],
                |one| {
                    let column = "id".to_owned();
                    stored(one).sort_columns = vec![SortColumn { column, order: 1 }];
                },
                |one| {
                    let column = "id".to_owned();
                    stored(one).sort_columns = vec![SortColumn { column, order: 0 }];
                },
                |one| put(&mut stored(one).parameters),
                |one| {
                    let library = text("x");
                    stored(one).serde = Some(Serde {
                        library,
                        ..Serde::default()
                    });
                },
                |one| {
                    let parameters = [("a".to_owned(), "b".to_owned())].into();
                    stored(one).serde = Some(Serde {
                        parameters,
                        ..Serde::default()
                    });
                },
            ],
        );
        let mut read = table();
        read.last_access_at = 9;
        assert_eq!(read.tag(), table().tag(), "it is not shown");
    }

    #[test]
    fn a_tag_changes_with_all_that_is_shown_of_a_partition() {
        all_differ(
            partition,
            &[
                |one| one.partition.name = "dt=2".to_owned(),
                |one| one.partition.values = vec!["2".to_owned()],
                |one| one.partition.created_at = 2,
                |one| one.partition.location = Some(place("file:/elsewhere")),
                |one| one.table_location = None,
                |one| put(&mut one.partition.parameters),
                |one| Arc::make_mut(&mut one.partition.descriptor).columns = None,
            ],
        );
    }
}
