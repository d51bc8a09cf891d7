//! Partitions as rows: writing them, many in a statement.
//!
//! Every writer here holds the row of the table (`table_get_locked`), so no other writer of the same table's partitions
//! is at work, and the table is neither dropped nor moved meanwhile.

use crate::error::{Entity, Error, Result};
use crate::hive::partition_name::values_of_name;
use crate::model::{Location, Partition, StorageDescriptor, Table, TableRef};
use crate::store::form::packing::{parameters_text, to_json};
use crate::store::form::place::{PLACE_BYTES_MAX, Place};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{PARTITION_NAME_BYTES_MAX, check_length};
use crate::store::sql::session::Session;
use crate::store::sql::statement::{Argument, LIST_LENGTH_MAX, rows_in_next_statement};
use std::collections::HashSet;
use std::sync::Arc;

const INSERT: &str =
    "INSERT INTO skep_partitions (table_id, name, location, descriptor_id, part_values,
    created_at, last_access_at, parameters, rest, place)
 VALUES ";
const ARGUMENTS_PER_ROW: usize = 10;
const KEYS: [&str; 2] = ["table_id", "name"];
const VALUES: [&str; 8] = [
    "location",
    "descriptor_id",
    "part_values",
    "created_at",
    "last_access_at",
    "parameters",
    "rest",
    "place",
];
/// Most partitions that one DELETE of a whole table removes: it stays well within the time of a statement.
const DELETED_PER_STATEMENT_MAX: i64 = 10_000;

/// Partitions whose locations are looked at, and rewritten, at a time.
const MOVED_PER_PAGE: usize = 1_000;

/// A partition with the texts of its row.
struct PreparedPartition<'a> {
    partition: &'a Partition,
    descriptor_id: i64,
    values: Option<String>,
    parameters: Option<String>,
    /// Of its own location alone.
    place: Option<Place>,
}

impl<'a> PreparedPartition<'a> {
    fn new(partition: &'a Partition, descriptor_id: i64) -> Result<Self, Failure> {
        check_length(
            "partition's name",
            &partition.name,
            PARTITION_NAME_BYTES_MAX,
        )?;
        let is_in_name = values_of_name(&partition.name) == partition.values;
        Ok(Self {
            partition,
            descriptor_id,
            values: if is_in_name {
                None
            } else {
                Some(to_json(&partition.values)?)
            },
            parameters: parameters_text(&partition.parameters)?,
            place: partition.location.as_ref().map(Place::of),
        })
    }

    fn arguments(&self, table_id: i64) -> [Argument<'_>; ARGUMENTS_PER_ROW] {
        let partition = self.partition;
        [
            table_id.into(),
            partition.name.as_str().into(),
            partition.location.as_ref().map(Location::as_str).into(),
            self.descriptor_id.into(),
            self.values.as_deref().into(),
            partition.created_at.into(),
            partition.last_access_at.into(),
            self.parameters.as_deref().into(),
            partition.unknown_fields.as_slice().into(),
            self.place.as_ref().map(Place::stored).into(),
        ]
    }

    fn bytes(&self) -> usize {
        let texts = [
            self.partition.location.as_ref().map(Location::as_str),
            self.values.as_deref(),
            self.parameters.as_deref(),
            self.place.as_ref().map(Place::stored),
        ];
        let texts: usize = texts.into_iter().flatten().map(str::len).sum();
        texts + self.partition.name.len() + self.partition.unknown_fields.len() + 64
    }
}

impl Session {
    /// Stores new partitions of a table. One that exists, or is twice in the list, is
    /// [`Error::AlreadyExists`] with its name.
    pub async fn partition_insert(
        &mut self,
        table: &Table,
        partitions: &[Partition],
    ) -> Result<()> {
        if partitions.len() > 1 {
            let names = names_once(&table.at, partitions)?;
            let existing = self.partition_names_existing(table.id, &names).await?;
            if let Some(name) = existing.into_iter().next() {
                return Err(Error::AlreadyExists(Entity::Partition(
                    table.at.clone(),
                    name,
                )));
            }
        }
        let all: Vec<&Partition> = partitions.iter().collect();
        self.partition_write(table, &all, false).await
    }

    /// Stores those partitions that do not exist yet and says of each whether it was stored. One that is twice in the
    /// list is [`Error::AlreadyExists`].
    pub async fn partition_insert_missing(
        &mut self,
        table: &Table,
        partitions: &[Partition],
    ) -> Result<Vec<bool>> {
        let names = names_once(&table.at, partitions)?;
        let existing = self.partition_names_existing(table.id, &names).await?;
        let existing: HashSet<&str> = existing.iter().map(String::as_str).collect();
        let is_new = |partition: &&Partition| !existing.contains(partition.name.as_str());
        let new: Vec<&Partition> = partitions.iter().filter(is_new).collect();
        self.partition_write(table, &new, false).await?;
        Ok(partitions
            .iter()
            .map(|partition| is_new(&partition))
            .collect())
    }

    /// Rewrites partitions by their names. They must exist: the caller has read them while it held the table.
    pub async fn partition_update(
        &mut self,
        table: &Table,
        partitions: &[Partition],
    ) -> Result<()> {
        names_once(&table.at, partitions)?;
        let all: Vec<&Partition> = partitions.iter().collect();
        self.partition_write(table, &all, true).await
    }

    async fn partition_write(
        &mut self,
        table: &Table,
        partitions: &[&Partition],
        replace: bool,
    ) -> Result<()> {
        let descriptors: Vec<_> = partitions
            .iter()
            .map(|partition| &partition.descriptor)
            .collect();
        let ids = self.descriptor_ids(&descriptors).await?;
        let prepared = partitions.iter().zip(ids);
        let prepared = prepared.map(|(partition, id)| PreparedPartition::new(partition, id));
        let prepared = prepared.collect::<Result<Vec<_>, Failure>>()?;
        let mut rest = prepared.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(
                self.dialect(),
                ARGUMENTS_PER_ROW,
                rest,
                PreparedPartition::bytes,
            );
            let (chunk, later) = rest.split_at(count);
            let rows = chunk.iter().map(|partition| partition.arguments(table.id));
            let mut statement = self.statement(INSERT).rows(rows);
            if replace {
                statement = statement.upsert(&KEYS, &VALUES);
            }
            let written = self.execute(&statement).await;
            // A list was looked up before; what can be met here is the one partition of a single add.
            let first = chunk.first().map_or("", |row| row.partition.name.as_str());
            written.map_err(|failure| {
                failure.on_duplicate(Entity::Partition(table.at.clone(), first.to_owned()))
            })?;
            rest = later;
        }
        Ok(())
    }

    /// Rewrites the partition that is called `old` under the name it has now; its statistics follow. Gives false where
    /// there is none; a name that is taken is [`Error::AlreadyExists`].
    pub async fn partition_rename(
        &mut self,
        table: &Table,
        old: &str,
        partition: &Partition,
    ) -> Result<bool> {
        let descriptor_id = self.descriptor_id(&partition.descriptor).await?;
        let prepared = PreparedPartition::new(partition, descriptor_id)?;
        let statement = self
            .statement(
                "UPDATE skep_partitions
                 SET name = ?, location = ?, descriptor_id = ?, part_values = ?, created_at = ?,
                     last_access_at = ?, parameters = ?, rest = ?, place = ?
                 WHERE table_id = ? AND name = ?",
            )
            .bind(partition.name.as_str())
            .bind(partition.location.as_ref().map(Location::as_str))
            .bind(prepared.descriptor_id)
            .bind(prepared.values.as_deref())
            .bind(partition.created_at)
            .bind(partition.last_access_at)
            .bind(prepared.parameters.as_deref())
            .bind(partition.unknown_fields.as_slice())
            .bind(prepared.place.as_ref().map(Place::stored))
            .bind(table.id)
            .bind(old);
        let renamed = self.execute(&statement).await.map_err(|failure| {
            failure.on_duplicate(Entity::Partition(table.at.clone(), partition.name.clone()))
        })?;
        if renamed > 0 && old != partition.name {
            self.statistics_rename_partition(table.id, old, &partition.name)
                .await?;
        }
        Ok(renamed > 0)
    }

    /// Removes the named partitions with their statistics and gives the number of those that were there.
    pub async fn partition_delete(&mut self, table_id: i64, names: &[&str]) -> Result<u64> {
        let mut deleted = 0;
        for chunk in names.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "DELETE FROM skep_column_statistics WHERE table_id = ? AND partition_name IN ",
                )
                .bind(table_id)
                .list(chunk);
            self.execute(&statement).await?;
            let statement = self
                .statement("DELETE FROM skep_partitions WHERE table_id = ? AND name IN ")
                .bind(table_id)
                .list(chunk);
            deleted += self.execute(&statement).await?;
        }
        Ok(deleted)
    }

    /// Removes all partitions of a table, some thousand at a time, with the statistics of partitions and gives their
    /// number. The table's own statistics stay.
    pub async fn partition_delete_all(&mut self, table_id: i64) -> Result<u64> {
        let statement = self
            .statement(
                "DELETE FROM skep_column_statistics WHERE table_id = ? AND partition_name > ''",
            )
            .bind(table_id);
        self.execute(&statement).await?;
        let mut deleted = 0;
        loop {
            let statement = self
                .statement("SELECT name FROM skep_partitions WHERE table_id = ? ORDER BY name LIMIT 1 OFFSET ?")
                .bind(table_id)
                .bind(DELETED_PER_STATEMENT_MAX);
            let end = self.row(&statement).await?;
            let mut statement = self
                .statement("DELETE FROM skep_partitions WHERE table_id = ?")
                .bind(table_id);
            if let Some(row) = &end {
                statement = statement.text(" AND name < ?").bind(row.cells().text()?);
            }
            deleted += self.execute(&statement).await?;
            if end.is_none() {
                return Ok(deleted);
            }
        }
    }

    /// Gives every partition that has the default location that location in full, because the table is about to get
    /// another one and its partitions must not follow.
    pub async fn partition_pin_locations(
        &mut self,
        table_id: i64,
        table_location: &Location,
    ) -> Result<u64> {
        // Names of partitions are what follows the slash, byte for byte. A place that a column has no room for is cut
        // between two characters: that is left to the upkeep.
        let prefix = format!("{}/", table_location.as_str().trim_end_matches('/'));
        let place = Place::of(table_location);
        let place_prefix = format!("{}/", place.whole());
        let room = PLACE_BYTES_MAX.saturating_sub(place_prefix.len());
        let statement = self
            .statement(
                "UPDATE skep_partitions
                 SET location = ? || name, place = CASE WHEN OCTET_LENGTH(name) <= ? THEN ? || name ELSE '' END
                 WHERE table_id = ? AND location IS NULL",
            )
            .bind(prefix.as_str())
            .bind(room)
            .bind(place_prefix.as_str())
            .bind(table_id);
        Ok(self.execute(&statement).await?)
    }

    /// Follows the move of a table's directory: the own locations of its partitions that lie in `from` lie in `to` now,
    /// and all others, however alike they are written, stay. Partitions with the default location follow by themselves.
    /// Gives the number of those that moved.
    pub async fn partition_move_locations(
        &mut self,
        table: &Table,
        from: &Location,
        to: &Location,
    ) -> Result<u64> {
        let mut moved = 0;
        let mut after: Option<String> = None;
        loop {
            let page = self
                .partition_own_location_page(table.id, after.as_deref(), MOVED_PER_PAGE)
                .await?;
            let ended = page.len() < MOVED_PER_PAGE;
            after = page.last().map(|partition| partition.name.clone());
            let mut here = Vec::new();
            for mut partition in page {
                let own = partition.location.as_ref();
                if let Some(there) = own.and_then(|own| own.moved(from, to)) {
                    partition.location = Some(there);
                    here.push(partition);
                }
            }
            self.partition_update(table, &here).await?;
            moved += here.len() as u64;
            if ended {
                return Ok(moved);
            }
        }
    }

    /// Gives all partitions of a table that have the descriptor `old` the descriptor `new`: how a change of columns
    /// cascades, in one statement for each different descriptor.
    pub async fn partition_replace_descriptor(
        &mut self,
        table_id: i64,
        old: &Arc<StorageDescriptor>,
        new: &Arc<StorageDescriptor>,
    ) -> Result<u64> {
        let ids = self.descriptor_ids(&[old, new]).await?;
        let &[old_id, new_id] = ids.as_slice() else {
            return Err(Error::internal("two descriptors have two numbers"));
        };
        let statement = self
            .statement("UPDATE skep_partitions SET descriptor_id = ? WHERE table_id = ? AND descriptor_id = ?")
            .bind(new_id)
            .bind(table_id)
            .bind(old_id);
        Ok(self.execute(&statement).await?)
    }
}

/// The names of partitions, none of them twice.
fn names_once<'a>(table: &TableRef, partitions: &'a [Partition]) -> Result<Vec<&'a str>> {
    let mut names: Vec<&str> = partitions
        .iter()
        .map(|partition| partition.name.as_str())
        .collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let entity = Entity::Partition(table.clone(), pair[0].to_owned());
        return Err(Error::AlreadyExists(entity));
    }
    Ok(names)
}
