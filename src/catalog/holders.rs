//! Which directories may be emptied or moved: those that are skep's to touch, and that nobody else has data in.
//!
//! Clients put tables, databases and partitions wherever they like, also inside another table's directory or at one and the
//! same place. Nothing forbids it, as nothing does in Hive; but what is emptied or moved for one of them never takes the data
//! of another along. A directory whose data is in one's hands alone is one
//! - that holds neither the directory of a database, nor a table's, nor a partition's location;
//! - that lies neither in a partition's location nor in the directory of a table without partition keys: every file below
//!   it is that table's data. Below the directory of a partitioned table only its partitions are.

use super::Catalog;
use super::places::is_below;
use crate::error::{Error, Result};
use crate::model::{DatabaseRef, Location, Storage};
use crate::store::{Holder, Holding, Owner, Session};
use std::fmt::{Display, Formatter};

/// Why a directory is neither to be emptied nor to be moved.
#[derive(Debug, Clone)]
pub(crate) enum Untouchable {
    /// It is not skep's.
    Foreign,
    /// It holds the warehouse, or another place that skep keeps house in.
    House,
    /// Somebody else has data there: who, and where.
    Held(String, Location),
}

impl Untouchable {
    /// What is told where a place would have been emptied or moved.
    pub(crate) fn refused(&self, place: &Location) -> Error {
        Error::NotAllowed(format!(
            "location {place} is not skep's to move or to empty: {self}"
        ))
    }
}

impl Display for Untouchable {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Foreign => f.write_str(
                "it lies neither in the warehouse nor in what the setting storage.deletable_locations lists",
            ),
            Self::House => f.write_str(
                "it holds the warehouse or a place that the setting storage.deletable_locations lists",
            ),
            Self::Held(who, place) => write!(f, "the data of {who} at {place} would go with it"),
        }
    }
}

impl Catalog {
    /// Says of each place of a database why its data is not to be touched for `owner`; nothing where it is. Skep's own is
    /// what lies below the warehouse, below what `storage.deletable_locations` lists, or, on an object store, below the
    /// database's directory.
    pub(crate) async fn places_untouchable(
        &self,
        session: &mut Session,
        database: &DatabaseRef,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Option<Untouchable>>> {
        let rules = &self.settings.places;
        let mut ours: Vec<bool> = places.iter().map(|place| rules.empties(place)).collect();
        if ours.contains(&false)
            && let Some(database) = session.database_get(database).await?
        {
            let managed = database.managed_location.iter();
            let directories: Vec<&Location> = managed
                .chain([&database.location])
                .filter(|directory| directory.storage() == Storage::S3)
                .collect();
            for (is_ours, place) in ours.iter_mut().zip(places) {
                *is_ours |= directories.iter().any(|own| is_below(own, place));
            }
        }
        let houses = rules.houses();
        let mut found: Vec<Option<Untouchable>> = places
            .iter()
            .zip(ours)
            .map(|(place, is_ours)| {
                if !is_ours {
                    return Some(Untouchable::Foreign);
                }
                let holds_house = houses.iter().any(|house| place.contains(house));
                holds_house.then_some(Untouchable::House)
            })
            .collect();
        let open = places.iter().zip(&found).filter(|(_, why)| why.is_none());
        let open: Vec<&Location> = open.map(|(place, _)| *place).collect();
        let mut held = self.places_held(session, &open, owner).await?.into_iter();
        for why in found.iter_mut().filter(|why| why.is_none()) {
            *why = held.next().flatten();
        }
        Ok(found)
    }

    /// Says of each place who but `owner` has data there, if anybody.
    pub(crate) async fn places_held(
        &self,
        session: &mut Session,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Option<Untouchable>>> {
        let mut holdings = session.place_holders(places, owner).await?;
        let tables: Vec<Holding> = holdings
            .iter()
            .filter(|one| is_partitioned(one))
            .cloned()
            .collect();
        for table in &tables {
            holdings.extend(default_partitions(session, table, places, owner).await?);
        }
        let mut held = Vec::with_capacity(places.len());
        for place in places {
            let Some(one) = holdings.iter().find(|one| would_lose(one, place)) else {
                held.push(None);
                continue;
            };
            let who = who(session, &one.holder).await?;
            held.push(Some(Untouchable::Held(who, one.location.clone())));
        }
        Ok(held)
    }
}

fn is_partitioned(holding: &Holding) -> bool {
    matches!(holding.holder, Holder::Table { keys: 1.., .. })
}

/// Whether a holder loses data where a place is emptied.
fn would_lose(holding: &Holding, place: &Location) -> bool {
    match holding.holder {
        Holder::Database(_) | Holder::Table { keys: 1.., .. } => place.contains(&holding.location),
        Holder::Table { .. } | Holder::Partition { .. } | Holder::Many => {
            place.overlaps(&holding.location)
        }
    }
}

/// The partitions at their default places in a table's directory that places inside it overlap.
async fn default_partitions(
    session: &mut Session,
    table: &Holding,
    places: &[&Location],
    owner: Owner<'_>,
) -> Result<Vec<Holding>> {
    let Holder::Table { id, keys, .. } = table.holder else {
        return Ok(Vec::new());
    };
    let is_own = |name: &str| matches!(owner, Owner::Partitions(own, names) if own == id && names.contains(name));
    // Where a partition has its default place, no other one that has can overlap it.
    let paths = places
        .iter()
        .filter_map(|place| table.location.path_to(place));
    let paths: Vec<&str> = paths
        .filter(|path| !path.is_empty() && !is_own(path))
        .collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let names = session
        .partition_default_overlapping(id, keys, &paths)
        .await?;
    let others = names.into_iter().filter(|name| !is_own(name));
    let holdings = others.map(|name| Holding {
        location: table.location.below(&name),
        holder: Holder::Partition { table_id: id, name },
    });
    Ok(holdings.collect())
}

/// Who that is, as people name it.
async fn who(session: &mut Session, holder: &Holder) -> Result<String> {
    let (id, partition) = match holder {
        Holder::Database(name) => return Ok(format!("the database {name}")),
        Holder::Many => return Ok("many others".to_owned()),
        Holder::Table { id, .. } => (*id, None),
        Holder::Partition { table_id, name } => (*table_id, Some(name)),
    };
    let at = session.table_place(id).await?;
    let table = at.map_or_else(
        || "a table".to_owned(),
        |at| format!("the table {}.{}", at.database, at.table),
    );
    Ok(match partition {
        Some(name) => format!("the partition {name} of {table}"),
        None => table,
    })
}
