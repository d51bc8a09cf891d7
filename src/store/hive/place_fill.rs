//! Writes the places into rows that have none yet: those from before the columns, those that the version before still
//! writes, and those whose text no statement can cut. They are found meanwhile, at the cost of a look at each.

use crate::error::Result;
use crate::model::Location;
use crate::store::form::place::{Place, UNKNOWN};
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::collections::BTreeMap;

/// Partitions whose places one statement writes: for many more names PostgreSQL would rather read the whole table.
const PARTITIONS_PER_UPDATE: usize = 64;

/// A column of places in rows with numbers: which have none, and how they get them.
struct Numbered {
    unknown: &'static str,
    set: &'static str,
    end: &'static str,
}

macro_rules! numbered {
    ($rows:literal, $location:literal, $place:literal) => {
        Numbered {
            unknown: concat!(
                "SELECT id, ",
                $location,
                " FROM ",
                $rows,
                " WHERE ",
                $place,
                " = ? LIMIT ?"
            ),
            set: concat!(
                "UPDATE ",
                $rows,
                " SET ",
                $place,
                " = CASE WHEN ",
                $place,
                " = ? THEN CASE id"
            ),
            end: concat!(" END ELSE ", $place, " END WHERE id IN "),
        }
    };
}

const NUMBERED: [Numbered; 4] = [
    numbered!("skep_pending_deletes", "location", "place"),
    numbered!("skep_databases", "location", "place"),
    numbered!("skep_databases", "managed_location", "managed_place"),
    numbered!("skep_tables", "location", "place"),
];

fn place_of(location: Option<String>) -> Option<Place> {
    location.map(|location| Place::of(&Location::from_stored(location)))
}

impl Session {
    /// Writes the places of some rows that have none, within a transaction; gives how many rows were met, none where all
    /// have theirs.
    pub async fn places_fill(&mut self) -> Result<usize> {
        let mut met = 0;
        for rows in &NUMBERED {
            met += self.places_fill_numbered(rows).await?;
        }
        Ok(met + self.places_fill_partitions().await?)
    }

    async fn places_fill_numbered(&mut self, rows: &Numbered) -> Result<usize> {
        let statement = self
            .statement(rows.unknown)
            .bind(UNKNOWN)
            .bind(LIST_LENGTH_MAX);
        let found = self.rows(&statement).await?;
        let found = found.iter().map(|row| {
            let mut cells = row.cells();
            Ok((cells.integer()?, place_of(cells.string_or_null()?)))
        });
        let found = found.collect::<Result<Vec<(i64, Option<Place>)>, Failure>>()?;
        if found.is_empty() {
            return Ok(0);
        }
        // Who has changed the row since it was read has written its place. The rows are found by their numbers alone: the
        // index of the places has all the others that are not known, too.
        let mut statement = self.statement(rows.set).bind(UNKNOWN);
        for (id, place) in &found {
            statement = statement
                .text(" WHEN ? THEN ?")
                .bind(*id)
                .bind(place.as_ref().map(Place::stored));
        }
        let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
        let statement = statement.text(rows.end).list(&ids);
        self.execute(&statement).await?;
        Ok(found.len())
    }

    async fn places_fill_partitions(&mut self) -> Result<usize> {
        let statement = self
            .statement(
                "SELECT table_id, name, location FROM skep_partitions WHERE place = ? LIMIT ?",
            )
            .bind(UNKNOWN)
            .bind(LIST_LENGTH_MAX);
        let rows = self.rows(&statement).await?;
        let mut tables: BTreeMap<i64, Vec<(String, Option<Place>)>> = BTreeMap::new();
        for row in &rows {
            let mut cells = row.cells();
            let table = tables.entry(cells.integer()?).or_default();
            table.push((cells.string()?, place_of(cells.string_or_null()?)));
        }
        for (table_id, partitions) in &tables {
            for chunk in partitions.chunks(PARTITIONS_PER_UPDATE) {
                self.places_put(*table_id, chunk).await?;
            }
        }
        Ok(rows.len())
    }

    /// Writes the places of some partitions of a table.
    async fn places_put(
        &mut self,
        table_id: i64,
        partitions: &[(String, Option<Place>)],
    ) -> Result<()> {
        let mut statement = self
            .statement("UPDATE skep_partitions SET place = CASE WHEN place = ? THEN CASE name")
            .bind(UNKNOWN);
        for (name, place) in partitions {
            statement = statement
                .text(" WHEN ? THEN ?")
                .bind(name.as_str())
                .bind(place.as_ref().map(Place::stored));
        }
        let names: Vec<&str> = partitions.iter().map(|(name, _)| name.as_str()).collect();
        let statement = statement
            .text(" END ELSE place END WHERE table_id = ? AND name IN ")
            .bind(table_id)
            .list(&names);
        self.execute(&statement).await?;
        Ok(())
    }
}
