//! Partitions as rows: reading them. Pages of them are in `partition_page.rs`, writing them is in `partition_write.rs`.
//!
//! The key is `(table, name)` in byte order, so that a listing is a walk along the key, a filter on leading keys a few
//! ranges of it, and a page starts where the last one ended, at the same price everywhere in the table.

use crate::error::Result;
use crate::hive::name_range::NameRange;
use crate::hive::partition_name::values_of_name;
use crate::model::{Column, Location, Parameters, Partition, StorageDescriptor, TableRef};
use crate::store::form::packing::{columns_of, parameters_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::name_list::NAMES_PER_STATEMENT_MAX;
use crate::store::sql::row::{Cells, Row};
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};
use std::sync::Arc;

pub(super) const COLUMNS: &str =
    "SELECT p.name, p.location, p.part_values, p.created_at, p.last_access_at,
        p.parameters, p.rest, p.descriptor_id
 FROM ";
pub(super) const OF_TABLE: &str = "skep_partitions p WHERE p.table_id = ? ";

/// The same beside the table that it is looked for in, whose row comes even where the partition does not.
const COLUMNS_WITH_TABLE: &str = "SELECT t.location, t.partition_keys, p.table_id,
        p.name, p.location, p.part_values, p.created_at, p.last_access_at,
        p.parameters, p.rest, p.descriptor_id
 FROM skep_tables t
 LEFT JOIN skep_partitions p ON p.table_id = t.id AND p.name = ?
 WHERE t.database_id = ";

/// What was found where a partition was looked for.
#[derive(Debug, Clone)]
pub struct PartitionFound {
    /// The table's location.
    pub table_location: Option<Location>,
    /// The table's partition keys.
    pub keys: Vec<Column>,
    /// The partition.
    pub partition: Option<Partition>,
}

struct PartitionRow {
    name: String,
    location: Option<Location>,
    values: Vec<String>,
    created_at: i64,
    last_access_at: i64,
    parameters: Parameters,
    unknown_fields: Vec<u8>,
    descriptor_id: i64,
}

impl PartitionRow {
    fn new(row: &Row) -> Result<Self, Failure> {
        Self::read(&mut row.cells())
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, Failure> {
        let name = cells.string()?;
        let location = cells.string_or_null()?.map(Location::from_stored);
        // Most values can be read off the name; those that cannot are stored.
        let values = match cells.text_or_null()? {
            Some(text) => crate::store::form::packing::from_json(text)?,
            None => values_of_name(&name),
        };
        Ok(Self {
            name,
            location,
            values,
            created_at: cells.integer()?,
            last_access_at: cells.integer()?,
            parameters: parameters_of(cells.text_or_null()?)?,
            unknown_fields: cells.bytes()?.to_vec(),
            descriptor_id: cells.integer()?,
        })
    }

    fn into_partition(self, descriptor: Arc<StorageDescriptor>) -> Partition {
        Partition {
            values: self.values,
            name: self.name,
            location: self.location,
            descriptor,
            created_at: self.created_at,
            last_access_at: self.last_access_at,
            parameters: self.parameters,
            unknown_fields: self.unknown_fields,
        }
    }
}

impl<'a> Statement<'a> {
    /// Those partitions `p` of a table that have one of these names, as what follows FROM.
    pub(super) fn partitions_named(self, table_id: i64, names: &[&'a str]) -> Self {
        if self.dialect().keeps_plans() {
            // OFFSET keeps the inner query what it is: a look into the index for each name, whatever the planner
            // believes of the table's size.
            return self
                .text("(VALUES ")
                .column(names)
                .text(
                    ") n (name) CROSS JOIN LATERAL
                     (SELECT * FROM skep_partitions WHERE table_id = ? AND name = n.name OFFSET 0) p",
                )
                .bind(table_id);
        }
        self.text(OF_TABLE)
            .bind(table_id)
            .text("AND p.name IN ")
            .list(names)
    }

    /// The bounds of one range, after a name that was already seen.
    pub(super) fn name_bounds(self, after: Option<&'a str>, range: &'a NameRange) -> Self {
        let mut statement = self;
        match (after, range.from.as_deref()) {
            (Some(seen), Some(from)) if from > seen => {
                statement = statement.text("AND p.name >= ? ").bind(from);
            }
            (Some(seen), _) => statement = statement.text("AND p.name > ? ").bind(seen),
            (None, Some(from)) => statement = statement.text("AND p.name >= ? ").bind(from),
            (None, None) => {}
        }
        if let Some(to) = range.to.as_deref() {
            statement = statement.text("AND p.name < ? ").bind(to);
        }
        statement
    }
}

pub(super) fn ranges_or_all(ranges: &[NameRange]) -> &[NameRange] {
    if ranges.is_empty() {
        &[NameRange::ALL]
    } else {
        ranges
    }
}

impl Session {
    /// The partition of this name, in one round trip as long as its descriptor is known.
    pub async fn partition_get(&mut self, table_id: i64, name: &str) -> Result<Option<Partition>> {
        let statement = self
            .statement(COLUMNS)
            .text(OF_TABLE)
            .bind(table_id)
            .text("AND p.name = ?")
            .bind(name);
        let rows = self.rows(&statement).await?;
        Ok(self.partitions_of(&rows).await?.pop())
    }

    /// The partition of this name of a table that is known by its place alone, with what is needed to show it, in one
    /// round trip. `None` where the table is missing.
    pub async fn partition_find(
        &mut self,
        at: &TableRef,
        name: &str,
    ) -> Result<Option<PartitionFound>> {
        let database = at.database_ref();
        let statement = self
            .statement(COLUMNS_WITH_TABLE)
            .bind(name)
            .database_id(&database)
            .text(" AND t.name = ?")
            .bind(at.table.as_str());
        let Some(row) = self.row(&statement).await? else {
            return Ok(None);
        };
        let mut cells = row.cells();
        let table_location = cells.string_or_null()?.map(Location::from_stored);
        let keys = columns_of(cells.text_or_null()?)?;
        let partition = if cells.integer_or_null()?.is_some() {
            let found = PartitionRow::read(&mut cells)?;
            let descriptor = self.descriptor_get(found.descriptor_id, None).await?;
            Some(found.into_partition(descriptor))
        } else {
            None
        };
        Ok(Some(PartitionFound {
            table_location,
            keys,
            partition,
        }))
    }

    /// Those of the named partitions that exist, in name order, each once.
    pub async fn partition_list_by_names(
        &mut self,
        table_id: i64,
        names: &[&str],
    ) -> Result<Vec<Partition>> {
        let mut wanted = names.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut partitions = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(COLUMNS)
                .partitions_named(table_id, chunk)
                .text(" ORDER BY p.name");
            let rows = self.rows(&statement).await?;
            partitions.append(&mut self.partitions_of(&rows).await?);
        }
        Ok(partitions)
    }

    /// Those of the names that exist, in name order, each once.
    pub async fn partition_names_existing(
        &mut self,
        table_id: i64,
        names: &[&str],
    ) -> Result<Vec<String>> {
        let mut wanted = names.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        for chunk in wanted.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("SELECT p.name FROM ")
                .partitions_named(table_id, chunk)
                .text(" ORDER BY p.name");
            for row in &self.rows(&statement).await? {
                found.push(row.cells().string()?);
            }
        }
        Ok(found)
    }

    /// Those of these names that exist, each with its own location; nothing for one at its default place.
    pub async fn partition_places_existing(
        &mut self,
        table_id: i64,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Location>)>> {
        let mut wanted = names.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        for chunk in wanted.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("SELECT p.name, p.location FROM ")
                .partitions_named(table_id, chunk)
                .text(" ORDER BY p.name");
            for row in &self.rows(&statement).await? {
                let mut cells = row.cells();
                let name = cells.string()?;
                found.push((name, cells.string_or_null()?.map(Location::from_stored)));
            }
        }
        Ok(found)
    }

    /// As [`Self::partition_page`], the names alone, so many of them; up to 10,000 are one statement.
    pub async fn partition_names_page(
        &mut self,
        table_id: i64,
        after: Option<&str>,
        ranges: &[NameRange],
        limit: usize,
    ) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for range in ranges_or_all(ranges)
            .iter()
            .filter(|range| !range.is_behind(after))
        {
            loop {
                let most = (limit - names.len()).min(NAMES_PER_STATEMENT_MAX);
                if most == 0 {
                    return Ok(names);
                }
                let last = names.last().map(String::as_str).or(after);
                let statement = self
                    .names_statement("(SELECT p.name FROM skep_partitions p WHERE p.table_id = ? ")
                    .bind(table_id)
                    .name_bounds(last, range)
                    .text("ORDER BY p.name LIMIT ?) n")
                    .bind(most);
                let mut page = self.name_list(&statement).await?;
                let found = page.len();
                names.append(&mut page);
                if found < most {
                    break;
                }
            }
        }
        Ok(names)
    }

    /// The last `limit` names of a table's partitions, the last one first.
    pub async fn partition_names_last(
        &mut self,
        table_id: i64,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>> {
        let mut statement = self
            .statement("SELECT p.name FROM skep_partitions p WHERE p.table_id = ? ")
            .bind(table_id);
        if let Some(before) = before {
            statement = statement.text("AND p.name < ? ").bind(before);
        }
        let statement = statement.text("ORDER BY p.name DESC LIMIT ?").bind(limit);
        let rows = self.rows(&statement).await?;
        let names = rows.iter().map(|row| row.cells().string());
        Ok(names.collect::<Result<_, Failure>>()?)
    }

    /// How many partitions have names in `ranges`; no range means every name.
    pub async fn partition_count(&mut self, table_id: i64, ranges: &[NameRange]) -> Result<i64> {
        let mut count = 0;
        for range in ranges_or_all(ranges) {
            let statement = self
                .statement("SELECT COUNT(*) FROM skep_partitions p WHERE p.table_id = ? ")
                .bind(table_id)
                .name_bounds(None, range);
            let row = self.row(&statement).await?;
            count += row.map_or(Ok(0), |row| row.cells().integer())?;
        }
        Ok(count)
    }

    /// The next `limit` partitions after a name, in name order, of those that have a location of their own, outside or
    /// inside their table's directory.
    pub async fn partition_own_location_page(
        &mut self,
        table_id: i64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Partition>> {
        let statement = self
            .statement(COLUMNS)
            .text(OF_TABLE)
            .bind(table_id)
            .name_bounds(after, &NameRange::ALL)
            .text("AND p.location IS NOT NULL ORDER BY p.name LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(self.partitions_of(&rows).await?)
    }

    /// The names and locations of the next `limit` partitions after a name, in name order, of those that have a location of
    /// their own.
    ///
    /// They are asked for a whole table at a time, when it goes, and what is wanted then is mostly what lies *outside* its
    /// directory: no index by places would help.
    pub async fn partition_own_locations(
        &mut self,
        table_id: i64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Location)>> {
        let statement = self
            .statement("SELECT p.name, p.location FROM ")
            .text(OF_TABLE)
            .bind(table_id)
            .name_bounds(after, &NameRange::ALL)
            .text("AND p.location IS NOT NULL ORDER BY p.name LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let locations = rows.iter().map(|row| {
            let mut cells = row.cells();
            Ok((cells.string()?, Location::from_stored(cells.string()?)))
        });
        Ok(locations.collect::<Result<_, Failure>>()?)
    }

    /// The different descriptors that a table's partitions have: usually one. It looks at every partition.
    pub async fn partition_descriptors(
        &mut self,
        table_id: i64,
    ) -> Result<Vec<Arc<StorageDescriptor>>> {
        let statement = self
            .statement(
                "SELECT DISTINCT p.descriptor_id FROM skep_partitions p WHERE p.table_id = ?",
            )
            .bind(table_id);
        let rows = self.rows(&statement).await?;
        let ids = rows.iter().map(|row| row.cells().integer());
        let ids = ids.collect::<Result<Vec<i64>, Failure>>()?;
        Ok(self.descriptor_list(&ids).await?.into_values().collect())
    }

    pub(super) async fn partitions_of(&mut self, rows: &[Row]) -> Result<Vec<Partition>, Failure> {
        let mut read = Vec::with_capacity(rows.len());
        let mut ids: Vec<i64> = Vec::new();
        for row in rows {
            let row = PartitionRow::new(row)?;
            // Mostly one for all; the list takes care of those that come again.
            if ids.last() != Some(&row.descriptor_id) {
                ids.push(row.descriptor_id);
            }
            read.push(row);
        }
        let descriptors = self.descriptor_list(&ids).await?;
        let partitions = read.into_iter().map(|row| {
            let descriptor = descriptors.get(&row.descriptor_id).cloned();
            let descriptor = descriptor.ok_or_else(|| Failure::fault("a descriptor is missing"))?;
            Ok(row.into_partition(descriptor))
        });
        partitions.collect()
    }
}
