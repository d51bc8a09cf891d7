//! Which directories may be emptied or moved: those that are skep's to touch, and that nobody else has data in.
//!
//! Clients put tables, databases and partitions wherever they like, also inside another table's directory or at one and the
//! same place. Nothing forbids it, as nothing does in Hive; but what is emptied or moved for one of them never takes the data
//! of another along. A directory whose data is in one's hands alone is one
//! - that holds neither the directory of a database, nor a table's, nor a partition's location;
//! - that lies neither in a partition's location nor in the directory of a table without partition keys: every file below
//!   it is that table's data. Below the directory of a partitioned table only its partitions are. What holds the warehouse,
//!   or the directory of the database itself, is nobody's data alone: one table there would keep all others from being
//!   dropped.

use super::Catalog;
use super::places::is_below;
use crate::error::{Error, Result};
use crate::model::{DatabaseRef, Location};
use crate::store::{Held, Holder, Holding, Owner, Session};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
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

    /// Why nothing is brought to a place.
    pub(crate) fn at_target(&self) -> String {
        match self {
            Self::Held(who, place) => format!("{who} has data at {place}"),
            Self::Foreign | Self::House => self.to_string(),
        }
    }
}

impl Display for Untouchable {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Foreign => f.write_str(
                "it lies neither below the warehouse nor below what the setting storage.deletable_locations lists",
            ),
            Self::House => f.write_str(
                "it holds the warehouse or a place that the setting storage.deletable_locations lists",
            ),
            Self::Held(who, place) => write!(f, "the data of {who} at {place} would go with it"),
        }
    }
}

/// The directories of a database: read where they matter, once.
struct Directories<'a> {
    database: &'a DatabaseRef,
    known: Option<Vec<Location>>,
}

impl<'a> Directories<'a> {
    fn of(database: &'a DatabaseRef) -> Self {
        let known = None;
        Self { database, known }
    }

    /// None where there is no such database any more.
    async fn get(&mut self, session: &mut Session) -> Result<&[Location]> {
        let known = match self.known.take() {
            Some(known) => known,
            None => match session.database_get(self.database).await? {
                Some(found) => found
                    .managed_location
                    .into_iter()
                    .chain([found.location])
                    .collect(),
                None => Vec::new(),
            },
        };
        Ok(self.known.insert(known))
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
        let mut directories = Directories::of(database);
        if ours.contains(&false) {
            let directories = directories.get(session).await?.iter();
            let in_stores = directories.filter(|directory| {
                directory.storage().is_object_store() && self.lake.reaches(directory)
            });
            for own in in_stores {
                for (is_ours, place) in ours.iter_mut().zip(places) {
                    *is_ours |= is_below(own, place);
                }
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
        let held = self
            .holders_named(session, &mut directories, &open, owner)
            .await?;
        let mut held = held.into_iter();
        for why in found.iter_mut().filter(|why| why.is_none()) {
            *why = held.next().flatten();
        }
        Ok(found)
    }

    /// Says of each place of a database who but `owner` has data there, if anybody.
    pub(crate) async fn places_held(
        &self,
        session: &mut Session,
        database: &DatabaseRef,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Option<Untouchable>>> {
        self.holders_named(session, &mut Directories::of(database), places, owner)
            .await
    }

    async fn holders_named(
        &self,
        session: &mut Session,
        directories: &mut Directories<'_>,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Option<Untouchable>>> {
        let groups = session.place_holders(places, owner).await?;
        let mut losing: Vec<Option<Holding>> = vec![None; places.len()];
        let mut tables: HashMap<i64, (Holding, Vec<usize>)> = HashMap::new();
        let houses = self.settings.places.houses();
        for Held {
            places: indexes,
            holdings,
        } in groups
        {
            for holding in holdings {
                let is_above = |index: &&usize| {
                    holding.location.contains(places[**index])
                        && holding.location != *places[**index]
                };
                let above: Vec<usize> = indexes.iter().filter(is_above).copied().collect();
                if let (Holder::Table { id, keys: 1.., .. }, false) =
                    (&holding.holder, above.is_empty())
                {
                    let table = tables
                        .entry(*id)
                        .or_insert_with(|| (holding.clone(), Vec::new()));
                    table.1.extend(&above);
                } else if !above.is_empty() && is_whole(&holding.holder) {
                    // What holds all that skep keeps house in is nobody's data alone.
                    let own = directories.get(session).await?;
                    let mut houses = houses.iter().chain(own);
                    if !houses.any(|house| holding.location.contains(house)) {
                        for index in above {
                            losing[index].get_or_insert_with(|| holding.clone());
                        }
                    }
                }
                for index in &indexes {
                    if places[*index].contains(&holding.location) {
                        losing[*index].get_or_insert_with(|| holding.clone());
                    }
                }
            }
        }
        for (table, indexes) in tables.into_values() {
            default_partitions(session, &table, places, &indexes, owner, &mut losing).await?;
        }
        let mut names = HashMap::new();
        let mut held = Vec::with_capacity(places.len());
        for one in losing {
            let Some(Holding { location, holder }) = one else {
                held.push(None);
                continue;
            };
            let who = who(session, &holder, &mut names).await?;
            held.push(Some(Untouchable::Held(who, location)));
        }
        Ok(held)
    }
}

/// Whether all that lies below its place is a holder's data.
fn is_whole(holder: &Holder) -> bool {
    match holder {
        Holder::Database(_) | Holder::Table { keys: 1.., .. } => false,
        Holder::Table { .. } | Holder::Partition { .. } | Holder::Many => true,
    }
}

/// Notes the partitions at their default places in a table's directory that places inside it overlap.
async fn default_partitions(
    session: &mut Session,
    table: &Holding,
    places: &[&Location],
    inside: &[usize],
    owner: Owner<'_>,
    losing: &mut [Option<Holding>],
) -> Result<()> {
    let Holder::Table { id, keys, .. } = table.holder else {
        return Ok(());
    };
    let own: BTreeSet<&str> = match owner {
        Owner::Partitions(own, names) if own == id => names.iter().copied().collect(),
        _ => BTreeSet::new(),
    };
    let paths = inside.iter().filter_map(|index| {
        let path = table.location.path_to(places[*index])?;
        // Where a partition has its default place, no other one that has can overlap it.
        (!own.contains(path) && losing[*index].is_none()).then_some((*index, path))
    });
    let (indexes, paths): (Vec<usize>, Vec<&str>) = paths.unzip();
    if paths.is_empty() {
        return Ok(());
    }
    let found = session
        .partition_default_overlapping(id, keys, &paths, &own)
        .await?;
    for (index, name) in indexes.into_iter().zip(found) {
        losing[index] = name.map(|name| Holding {
            location: table.location.below(&name),
            holder: Holder::Partition { table_id: id, name },
        });
    }
    Ok(())
}

/// Who that is, as people name it; the names of tables are asked for once.
async fn who(
    session: &mut Session,
    holder: &Holder,
    names: &mut HashMap<i64, String>,
) -> Result<String> {
    let (id, partition) = match holder {
        Holder::Database(name) => return Ok(format!("the database {name}")),
        Holder::Many => return Ok("many others".to_owned()),
        Holder::Table { id, .. } => (*id, None),
        Holder::Partition { table_id, name } => (*table_id, Some(name)),
    };
    let table = match names.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => {
            let at = session.table_place(id).await?;
            unknown.insert(at.map_or_else(
                || "a table".to_owned(),
                |at| format!("the table {}.{}", at.database, at.table),
            ))
        }
    };
    Ok(match partition {
        Some(name) => format!("the partition {name} of {table}"),
        None => table.clone(),
    })
}
