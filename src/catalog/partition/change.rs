//! Changing single things of a partition, whatever else is written to it at the same time.

use super::alter::statistics_forget;
use super::event::change_events;
use super::{
    PartitionAt, PartitionKey, key_names, missing, name_of_values, only_expected, table_missing,
};
use crate::catalog::table::{LAST_DDL_TIME, NUM_FILES, TOTAL_SIZE, accuracy_renew};
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, ParameterChanges, Precondition};
use crate::error::Result;
use crate::model::{Column, Location, Parameters, Partition, StorageDescriptor, Table, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

/// What is to change of a partition.
#[derive(Debug, Clone, Default)]
pub struct PartitionChange {
    /// Its properties.
    pub parameters: ParameterChanges,
    /// Where its data is from now on; no data moves.
    pub location: Option<String>,
    /// The columns that its files are read by.
    pub columns: Option<Vec<Column>>,
    /// Whether it counts as changed even where nothing else is: listeners hear of it.
    pub touch: bool,
}

/// What a try of a change came to.
enum Try {
    /// It is done, and this is the partition.
    Done(Box<PartitionAt>),
    /// The partition gets a place that is to be looked at first. Only the transaction knows whether it is new.
    NewPlace(Location),
}

impl Operations<'_> {
    /// Changes single things of a partition, and gives the partition as it is then. A change that changes nothing leaves
    /// no event.
    ///
    /// Fails with `NotFound`, with `Outdated` where the partition is not as `expected`, with `Invalid` for a place where no
    /// data may be.
    #[boxed]
    pub async fn partition_change<'a>(
        &self,
        at: &'a TableRef,
        key: PartitionKey<'a>,
        change: &'a PartitionChange,
        expected: &'a dyn Precondition<PartitionAt>,
    ) -> Result<PartitionAt> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let mut place: Option<(Location, Parameters)> = None;
        loop {
            let tried = self
                .partition_change_try((at, key), change, expected, place.as_ref())
                .await?;
            let location = match tried {
                Try::Done(found) => return Ok(*found),
                Try::NewPlace(location) => location,
            };
            self.places_clear(&[&location]).await?;
            let mut figures = Parameters::new();
            if self.settings.gather_statistics {
                self.statistics_count(&location, &mut figures).await;
            }
            place = Some((location, figures));
        }
    }
}

impl Catalog {
    /// `place` is the new one, cleared of dropped data, with the properties that tell of its files.
    async fn partition_change_try(
        &self,
        (at, key): (&TableRef, PartitionKey<'_>),
        change: &PartitionChange,
        expected: &dyn Precondition<PartitionAt>,
        place: Option<&(Location, Parameters)>,
    ) -> Result<Try> {
        let now = self.now();
        transact!(self.store, |session| {
            let table = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| table_missing(at))?;
            let values = key.values(&key_names(&table))?;
            let name = name_of_values(&table, &values)?;
            let before = session
                .partition_get(table.id, &name)
                .await?
                .ok_or_else(|| missing(at, &values))?;
            only_expected(&table, &before, expected)?;
            let mut after = before.clone();
            change.apply(&table, &mut after)?;
            let shown = |partition| {
                Try::Done(Box::new(PartitionAt {
                    at: at.clone(),
                    table_location: table.location.clone(),
                    partition,
                }))
            };
            if after == before && !change.touch {
                return Ok(shown(after));
            }
            let root = table.location.as_ref();
            let moved = after
                .full_location(root)
                .filter(|to| before.full_location(root).as_ref() != Some(to));
            if let Some(moved) = &moved {
                self.place_allow(moved)?;
                match place {
                    Some((looked_at, figures)) if looked_at == moved => {
                        figures_put(&mut after.parameters, figures);
                    }
                    _ => return Ok(Try::NewPlace(moved.clone())),
                }
            }
            after
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
            let written = std::slice::from_ref(&after);
            session.partition_update(&table, written).await?;
            statistics_forget(session, &table, &before, &after).await?;
            let moved: Vec<&Location> = moved.iter().collect();
            self.places_clear_still(session, &moved).await?;
            let events = change_events(&table, [(before, after.clone())]);
            session.event_append(now, &events).await?;
            Ok(shown(after))
        })
    }
}

impl PartitionChange {
    /// Makes the change.
    fn apply(&self, table: &Table, partition: &mut Partition) -> Result<()> {
        self.parameters.apply(&mut partition.parameters);
        if let Some(location) = &self.location {
            partition.location = Catalog::partition_locate(table, &partition.name, Some(location))?;
        }
        if let Some(columns) = &self.columns {
            partition.descriptor = Arc::new(StorageDescriptor {
                columns: Some(columns.clone()),
                ..(*partition.descriptor).clone()
            });
        }
        Ok(())
    }
}

/// Writes what is known of the files in a new place.
fn figures_put(parameters: &mut Parameters, figures: &Parameters) {
    for figure in [NUM_FILES, TOTAL_SIZE] {
        parameters.remove(figure);
    }
    accuracy_renew(parameters, false);
    parameters.extend(figures.clone());
}
