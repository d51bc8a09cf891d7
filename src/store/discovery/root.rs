//! The places where tables look for partitions, a row each, so that the tables that an object concerns are found by the
//! directories above it, and the tables inside another's place by one range, however many tables there are. Written
//! with their table, in the same transaction. They say whom to ask; what a table wants stands in its properties alone.

use crate::error::Result;
use crate::model::{DiscoverySettings, Location, Storage, Table, TableRef};
use crate::store::discovery::table::{JOIN, table_ref_of};
use crate::store::form::place::Place;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// The places of a table's roots, in their order. None where its properties ask for no looking, or make no sense. A
/// directory whose place is too long for a column is found by listing alone: no key of S3 is as long.
fn places_of(table: &Table) -> Vec<Place> {
    let Ok(Some(settings)) = DiscoverySettings::of_table(table) else {
        return Vec::new();
    };
    if !settings.on {
        return Vec::new();
    }
    let locations = settings
        .roots
        .iter()
        .filter_map(|root| match &root.location {
            Some(text) => Location::parse(text).ok(),
            None => table.location.clone(),
        });
    locations
        .filter(|location| location.storage() != Storage::Other)
        .map(|location| Place::of(&location))
        .filter(|place| !place.is_cut())
        .collect()
}

impl Session {
    /// Writes the places of a table's roots, and by which properties that was done.
    pub(in crate::store) async fn discovery_roots_put(
        &mut self,
        table_id: i64,
        table: &Table,
    ) -> Result<(), Failure> {
        self.discovery_roots_delete(table_id).await?;
        let places = places_of(table);
        if !places.is_empty() {
            let rows = places.iter().enumerate().map(|(position, place)| {
                [
                    table_id.into(),
                    position.into(),
                    place.bucket().into(),
                    place.stored().into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_discovery_roots (table_id, position, bucket, place) VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
        }
        let statement = self
            .statement("UPDATE skep_discovery_tables SET roots_of = properties WHERE table_id = ?")
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    pub(in crate::store) async fn discovery_roots_delete(
        &mut self,
        table_id: i64,
    ) -> Result<(), Failure> {
        let statement = self
            .statement("DELETE FROM skep_discovery_roots WHERE table_id = ?")
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Brings the rows of a table's roots in step with it, where a version wrote the table that did not know them.
    pub async fn discovery_roots_keep(&mut self, at: &TableRef) -> Result<()> {
        if let Some(table) = self.table_get_held(at).await? {
            self.followers_keep(&table).await?;
        }
        Ok(())
    }

    /// Tables whose roots' rows are not in step, some of them.
    pub async fn discovery_roots_stale(&mut self, limit: usize) -> Result<Vec<TableRef>> {
        let statement = self
            .statement("SELECT d.table_id")
            .text(JOIN)
            .text(
                "WHERE d.roots_of IS NULL OR d.roots_of <> d.properties
                 ORDER BY d.table_id LIMIT ?",
            )
            .bind(limit);
        let mut found = BTreeMap::new();
        tables_into(&mut found, &self.rows(&statement).await?)?;
        Ok(found.into_values().collect())
    }

    /// The tables whose schedules run and that have a root above one of these objects, given by bucket and key.
    pub async fn discovery_tables_above(
        &mut self,
        objects: impl IntoIterator<Item = (&str, &str)>,
    ) -> Result<Vec<TableRef>> {
        let objects: Vec<Place> = objects
            .into_iter()
            .map(|(bucket, key)| Place::of_object(bucket, key))
            .collect();
        let places: BTreeSet<&str> = objects.iter().flat_map(Place::above).collect();
        let places: Vec<&str> = places.into_iter().collect();
        let mut found = BTreeMap::new();
        for chunk in places.chunks(LIST_LENGTH_MAX) {
            let statement = self.roots_statement().text("r.place IN ").list(chunk);
            tables_into(&mut found, &self.rows(&statement).await?)?;
        }
        Ok(found.into_values().collect())
    }

    /// The tables whose schedules run and that have a root inside this location, which is not the location itself.
    pub async fn discovery_tables_below(&mut self, location: &Location) -> Result<Vec<TableRef>> {
        let mut found = BTreeMap::new();
        let place = Place::of(location);
        // No root's place is cut, so none lies in one that is.
        if !place.is_cut() {
            let (first, last) = place.below();
            let statement = self
                .roots_statement()
                .text("r.place >= ? AND r.place < ?")
                .bind(first.as_str())
                .bind(last.as_str());
            tables_into(&mut found, &self.rows(&statement).await?)?;
        }
        Ok(found.into_values().collect())
    }

    fn roots_statement<'a>(&self) -> Statement<'a> {
        self.statement("SELECT d.table_id").text(JOIN).text(
            "JOIN skep_discovery_roots r ON r.table_id = d.table_id
             WHERE d.paused_at IS NULL AND ",
        )
    }
}

fn tables_into(found: &mut BTreeMap<i64, TableRef>, rows: &[Row]) -> Result<(), Failure> {
    for row in rows {
        let mut cells = row.cells();
        let id = cells.integer()?;
        found.insert(id, table_ref_of(&mut cells)?);
    }
    Ok(())
}
