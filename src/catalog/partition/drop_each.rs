//! Dropping partitions by their names where one that is not there does not keep the others.

use super::{DropOptions, DropSelection, name_of_values, values_of_whole_name};
use crate::catalog::{Action, Operations, Resource, Unconditional};
use crate::error::Result;
use crate::model::{Table, TableRef};
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeSet, HashSet};

/// What became of a partition that was to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DroppedEach {
    /// It is gone.
    Dropped,
    /// There is none of that name.
    Missing,
    /// The name is none of a partition of this table; in words.
    Invalid(String),
}

/// The name as it is stored of the partition that a name means. `Argument` for one that is none of this table.
pub fn partition_name_meant(table: &Table, name: &str) -> Result<String> {
    let values = values_of_whole_name(table, name)?;
    name_of_values(table, &values)
}

/// The name as it is stored that each of these means, or what is wrong with it.
pub fn partition_names_meant(table: &Table, names: &[String]) -> Vec<Result<String, String>> {
    let read = names.iter().map(|name| partition_name_meant(table, name));
    read.map(|name| name.map_err(|failure| failure.to_string()))
        .collect()
}

/// The names that are meant, each once.
pub fn partition_names_distinct(meant: &[Result<String, String>]) -> Vec<&str> {
    let names: BTreeSet<&str> = meant.iter().flatten().map(String::as_str).collect();
    names.into_iter().collect()
}

impl Operations<'_> {
    /// Drops those of these partitions that are there, together, and tells what became of each, in the order of the names.
    /// `NotFound` of the table.
    #[boxed]
    pub async fn partitions_drop_each(
        &self,
        at: &TableRef,
        names: &[String],
        delete_data: bool,
    ) -> Result<Vec<DroppedEach>> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        let meant = partition_names_meant(&table, names);
        let distinct = partition_names_distinct(&meant);
        let options = DropOptions {
            delete_data,
            if_exists: true,
        };
        let selection = DropSelection::Names(&distinct);
        let dropped = self
            .partitions_remove(at, selection, options, &Unconditional)
            .await?;
        let gone = dropped.partitions.iter().map(|one| one.name.as_str());
        let gone: HashSet<&str> = gone.collect();
        let told = meant.iter().map(|meant| match meant {
            Err(why) => DroppedEach::Invalid(why.clone()),
            Ok(name) if gone.contains(name.as_str()) => DroppedEach::Dropped,
            Ok(_) => DroppedEach::Missing,
        });
        Ok(told.collect())
    }
}
