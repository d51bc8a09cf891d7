//! Changing single things of a table, whatever else is written to it at the same time.

use super::alter::{AlterOptions, refused};
use super::columns::columns_change;
use super::statistics::accuracy_renew;
use super::{LAST_DDL_TIME, NUM_FILES, TOTAL_SIZE, table_type_normalise};
use crate::catalog::places::spark_path;
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, ParameterChanges, Precondition, Unconditional};
use crate::error::{Entity, Error, Result};
use crate::hive::column_change::ColumnChange;
use crate::model::{Location, Parameters, Table, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

/// What is to change of a table.
#[derive(Debug, Clone, Default)]
pub struct TableChange {
    /// Its properties.
    pub parameters: ParameterChanges,
    /// The new owner.
    pub owner: Option<String>,
    /// Where its data is from now on; no data moves.
    pub location: Option<Location>,
    /// Its columns, one change after the other.
    pub columns: Vec<ColumnChange>,
    /// Whether its partitions get the columns that it has then.
    pub cascade: bool,
    /// The new text of a view.
    pub view_text: Option<String>,
}

/// Accepts what a table is to become.
type Check<'a> = &'a (dyn Fn(&Table) -> Result<()> + Send + Sync);

/// What a try of a change came to.
enum Try {
    /// It is done, and this is the table.
    Done(Box<Table>),
    /// The table gets a place that is to be looked at first. Only the transaction knows whether it is new.
    NewPlace(Location),
}

/// A place that a table gets: cleared of dropped data, and counted.
struct Place {
    location: Location,
    /// The properties that tell of the files in it.
    figures: Parameters,
}

impl Operations<'_> {
    /// Changes single things of a table, and gives the table as it is then. A change that changes nothing leaves no event.
    ///
    /// Fails with `NotFound`, with `Outdated` where the table is not as `expected`, with `NotAllowed` for a change of columns
    /// or places that the table does not permit (a column that it has not, a type that old data cannot be read as, a
    /// location of a view, a text of a table), with `Invalid` for a place where no data may be.
    #[boxed]
    pub async fn table_change(
        &self,
        at: &TableRef,
        change: &TableChange,
        expected: &dyn Precondition<Table>,
    ) -> Result<Table> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        self.table_change_run(at, change, expected, &|_| Ok(()))
            .await
    }
}

impl Catalog {
    /// As [`Operations::table_change`], where `check` accepts what the table is to become.
    pub(crate) async fn table_change_checked(
        &self,
        at: &TableRef,
        change: &TableChange,
        check: impl Fn(&Table) -> Result<()> + Send + Sync,
    ) -> Result<Table> {
        self.table_change_run(at, change, &Unconditional, &check)
            .await
    }

    async fn table_change_run(
        &self,
        at: &TableRef,
        change: &TableChange,
        expected: &dyn Precondition<Table>,
        check: Check<'_>,
    ) -> Result<Table> {
        let mut place = None;
        loop {
            let tried = self
                .table_change_try(at, change, (expected, check), place.as_ref())
                .await?;
            match tried {
                Try::Done(table) => return Ok(*table),
                Try::NewPlace(location) => place = Some(self.table_place(location).await?),
            }
        }
    }

    async fn table_change_try(
        &self,
        at: &TableRef,
        change: &TableChange,
        (expected, check): (&dyn Precondition<Table>, Check<'_>),
        place: Option<&Place>,
    ) -> Result<Try> {
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            if !expected.holds(&before) {
                return Err(Error::Outdated(Entity::Table(at.clone())));
            }
            let mut after = before.clone();
            change.apply(&mut after)?;
            if after == before {
                return Ok(Try::Done(Box::new(after)));
            }
            if change.is_of_structure() {
                super::check::table_check(&after).map_err(refused)?;
                self.table_change_check(&before, &mut after, &AlterOptions::default())?;
            }
            check(&after)?;
            let moved = after
                .location
                .clone()
                .filter(|_| before.location != after.location);
            match (moved, place) {
                (None, _) => {}
                (Some(moved), Some(place)) if place.location == moved => {
                    place.tell(&mut after);
                }
                (Some(moved), _) => return Ok(Try::NewPlace(moved)),
            }
            after
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
            table_type_normalise(&mut after);
            self.table_definition_store(session, before, after.clone(), change.cascade)
                .await?;
            Ok(Try::Done(Box::new(after)))
        })
    }

    /// Looks at a place that a table gets.
    async fn table_place(&self, location: Location) -> Result<Place> {
        self.places_clear(&[&location]).await?;
        let mut figures = Parameters::new();
        if self.settings.gather_statistics {
            self.statistics_count(&location, &mut figures).await;
        }
        Ok(Place { location, figures })
    }
}

impl Place {
    /// Writes what is known of the files: of a partitioned table the partitions tell it.
    fn tell(&self, table: &mut Table) {
        for figure in [NUM_FILES, TOTAL_SIZE] {
            table.parameters.remove(figure);
        }
        accuracy_renew(&mut table.parameters, false);
        if !table.is_partitioned() {
            table.parameters.extend(self.figures.clone());
        }
    }
}

impl TableChange {
    /// Whether it changes more than properties and the owner, so that it is to be checked as a new definition is.
    fn is_of_structure(&self) -> bool {
        self.location.is_some() || !self.columns.is_empty() || self.view_text.is_some()
    }

    /// Makes the change.
    fn apply(&self, table: &mut Table) -> Result<()> {
        self.parameters.apply(&mut table.parameters);
        if let Some(owner) = &self.owner {
            table.owner = Some(owner.clone());
        }
        if let Some(location) = &self.location {
            location_change(table, location)?;
        }
        if !self.columns.is_empty() {
            columns_change(table, &self.columns)?;
        }
        if let Some(text) = &self.view_text {
            if !table.is_view() {
                return Err(not_allowed(table, "is no view: it has no text"));
            }
            table.view_original_text = Some(text.clone());
            table.view_expanded_text = Some(text.clone());
        }
        Ok(())
    }
}

/// Sets the place of a table, and that by which a reader of Spark's own finds it.
fn location_change(table: &mut Table, location: &Location) -> Result<()> {
    if table.is_view() {
        return Err(not_allowed(table, "is a view: it has no location"));
    }
    if table.is_iceberg() {
        return Err(not_allowed(table, "is Iceberg's, which keeps its place"));
    }
    if spark_path(table).is_some() {
        let mut descriptor = (*table.descriptor).clone();
        if let Some(serde) = &mut descriptor.serde {
            serde.parameters.insert("path".into(), location.to_string());
        }
        table.descriptor = Arc::new(descriptor);
    }
    table.location = Some(location.clone());
    Ok(())
}

fn not_allowed(table: &Table, why: &str) -> Error {
    let (database, name) = (&table.at.database, &table.at.table);
    Error::NotAllowed(format!("{database}.{name} {why}"))
}
