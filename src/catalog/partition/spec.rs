//! Partitions as people and jobs describe them over REST and gRPC, and what became of them.

use super::{AddOptions, PartitionDraft, key_names, values_of_whole_name};
use crate::catalog::table::{NUM_FILES, NUM_ROWS, TOTAL_SIZE};
use crate::catalog::{Action, Catalog, Operations, Resource};
use crate::error::{Error, Result};
use crate::filter::value_fits;
use crate::hive::partition_name::make_name;
use crate::model::{Location, Parameters, Partition, Table};
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::sync::Arc;

/// A new partition, told by its values or by its name. It has the columns and the format that its table has.
#[derive(Debug, Clone, Default)]
pub struct PartitionSpec {
    /// The values of the partition keys, in the keys' order.
    pub values: Option<Vec<String>>,
    /// The name, escaped as Hive does.
    pub name: Option<String>,
    /// Where its data is; by default the directory of its name below the table's.
    pub location: Option<String>,
    /// Properties.
    pub parameters: Parameters,
    /// How many files it has, where that is known.
    pub file_count: Option<u64>,
    /// How many bytes these have together.
    pub total_bytes: Option<u64>,
    /// How many rows.
    pub row_count: Option<u64>,
}

/// Why a description is none of a partition.
#[derive(Debug)]
pub struct PartitionSpecFault {
    /// The field at fault, where it is one.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub why: String,
}

/// A partition as the catalog wants it described, with its name.
#[derive(Debug, Clone)]
pub struct NamedDraft {
    /// Its name, escaped as Hive does.
    pub name: String,
    /// All of it.
    pub draft: PartitionDraft,
}

/// What became of a partition that was to be added.
#[derive(Debug, Clone)]
pub struct AddedPartition {
    /// Its name.
    pub name: String,
    /// Whether it is new; otherwise it existed before, and is as it was.
    pub is_new: bool,
    /// Where its data is.
    pub location: Option<Location>,
    /// What of the one that existed is another than was asked for: `location`, `parameters`.
    pub differs: Vec<&'static str>,
}

impl PartitionSpec {
    /// What a table's partition is to be by this.
    pub fn draft(self, table: &Table) -> Result<NamedDraft, PartitionSpecFault> {
        let fault = |why: String| PartitionSpecFault { field: None, why };
        let values = match (self.values, self.name) {
            (Some(values), None) => values,
            (None, Some(name)) => {
                values_of_whole_name(table, &name).map_err(|failure| fault(failure.to_string()))?
            }
            (Some(_), Some(_)) => return Err(fault("give values or a name, not both".to_owned())),
            (None, None) => return Err(fault("give values or a name".to_owned())),
        };
        if values.len() != table.partition_keys.len() {
            return Err(PartitionSpecFault {
                field: Some("values"),
                why: wrong_number(table, values.len()),
            });
        }
        partition_values_check(table, &values).map_err(fault)?;
        let name = make_name(&key_names(table), &values);
        let name = name.map_err(|failure| PartitionSpecFault {
            field: Some("values"),
            why: failure.to_string(),
        })?;
        let location = self.location.as_deref();
        if let Some(text) = location.filter(|text| !text.trim().is_empty()) {
            Location::parse(text).map_err(|failure| PartitionSpecFault {
                field: Some("location"),
                why: failure.to_string(),
            })?;
        }
        let mut parameters = self.parameters;
        for (key, figure) in [
            (NUM_FILES, self.file_count),
            (TOTAL_SIZE, self.total_bytes),
            (NUM_ROWS, self.row_count),
        ] {
            let Some(figure) = figure else { continue };
            // Engines read them as signed numbers.
            if i64::try_from(figure).is_err() {
                return Err(fault(format!("{figure} is too large for {key}")));
            }
            let figure = figure.to_string();
            if parameters.get(key).is_some_and(|said| *said != figure) {
                return Err(fault(format!("{key} is said twice, and not the same")));
            }
            parameters.insert(key.to_owned(), figure);
        }
        let draft = PartitionDraft {
            at: table.at.clone(),
            values,
            location: self.location,
            descriptor: Some(Arc::clone(&table.descriptor)),
            created_at: 0,
            last_access_at: 0,
            parameters,
            unknown_fields: Vec::new(),
        };
        Ok(NamedDraft { name, draft })
    }
}

fn wrong_number(table: &Table, count: usize) -> String {
    let keys = key_names(table);
    let name = &table.at.table;
    match keys.len() {
        0 => format!("{name} has no partition keys"),
        wanted => format!(
            "there are {count} values, and {name} has {wanted} keys: {}",
            keys.join(", ")
        ),
    }
}

/// What of one description is another than in one of the same name.
pub(super) fn differing(one: &NamedDraft, other: &NamedDraft) -> Vec<&'static str> {
    let place = |named: &NamedDraft| {
        let text = named.draft.location.as_deref();
        text.and_then(|text| Location::parse(text).ok())
    };
    let mut differs = Vec::new();
    if place(one).is_some() && place(one) != place(other) {
        differs.push("location");
    }
    let known = &other.draft.parameters;
    let mut wanted = one.draft.parameters.iter();
    if wanted.any(|(key, value)| known.get(key) != Some(value)) {
        differs.push("parameters");
    }
    differs
}

/// Fails for a value that is none of its key's type. The error says which.
pub fn partition_values_check(table: &Table, values: &[String]) -> Result<(), String> {
    let mut pairs = table.partition_keys.iter().zip(values);
    match pairs.find(|(key, value)| !value_fits(&key.data_type, value)) {
        Some((key, value)) => Err(format!(
            "{value:?} is no value of the key {} of type {}",
            key.name, key.data_type
        )),
        None => Ok(()),
    }
}

impl Operations<'_> {
    /// Adds partitions as [`Operations::partitions_add`] does, all or none, and tells what became of each, in their order. The
    /// table is the one that they were described for.
    #[boxed]
    pub async fn partitions_add_told(
        &self,
        table: &Table,
        drafts: Vec<NamedDraft>,
        options: AddOptions,
    ) -> Result<Vec<AddedPartition>> {
        self.authorize(Action::Write, Resource::Table(&table.at))
            .await?;
        self.partitions_register_told(table, drafts, options).await
    }
}

impl Catalog {
    /// As [`Operations::partitions_add_told`], where that has been asked already.
    pub(super) async fn partitions_register_told(
        &self,
        table: &Table,
        drafts: Vec<NamedDraft>,
        options: AddOptions,
    ) -> Result<Vec<AddedPartition>> {
        if table.is_view() {
            let text = format!("{} is a view: engines make its partitions", table.at.table);
            return Err(Error::NotAllowed(text));
        }
        let wanted: Vec<Wanted> = drafts.iter().map(Wanted::from).collect();
        let drafts = drafts.into_iter().map(|one| one.draft).collect();
        let added = self.partitions_register(&table.at, drafts, options).await?;
        let new = by_their_names(&added.partitions);
        let others: Vec<&str> = wanted
            .iter()
            .map(|one| one.name.as_str())
            .filter(|name| !new.contains_key(name))
            .collect();
        // What was there is not what was asked for, perhaps, and must not pass for it.
        let existing = self.existing(&added.table, &others).await?;
        let stored = by_their_names(&existing);
        let root = added.table.location.as_ref();
        let told = wanted.iter().map(|one| match new.get(one.name.as_str()) {
            Some(found) => one.told(true, Some(found), root),
            None => one.told(false, stored.get(one.name.as_str()).copied(), root),
        });
        Ok(told.collect())
    }

    async fn existing(&self, table: &Table, names: &[&str]) -> Result<Vec<Partition>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut session = self.store.session().await?;
        session.partition_list_by_names(table.id, names).await
    }
}

fn by_their_names(found: &[Partition]) -> HashMap<&str, &Partition> {
    found.iter().map(|one| (one.name.as_str(), one)).collect()
}

/// What a request says of a partition beside its values.
struct Wanted {
    name: String,
    location: Option<Location>,
    parameters: Parameters,
}

impl From<&NamedDraft> for Wanted {
    fn from(one: &NamedDraft) -> Self {
        let location = one.draft.location.as_deref();
        let location = location.filter(|text| !text.trim().is_empty());
        Self {
            name: one.name.clone(),
            location: location.and_then(|text| Location::parse(text).ok()),
            parameters: one.draft.parameters.clone(),
        }
    }
}

impl Wanted {
    /// What became of it, and what of the one that is there is another than was asked for. One that is gone again is not
    /// `found`.
    fn told(
        &self,
        is_new: bool,
        found: Option<&Partition>,
        root: Option<&Location>,
    ) -> AddedPartition {
        let location = found.and_then(|found| found.full_location(root));
        let mut differs = Vec::new();
        if let (false, Some(found)) = (is_new, found) {
            if self.location.is_some() && self.location != location {
                differs.push("location");
            }
            let mut wanted = self.parameters.iter();
            if wanted.any(|(key, value)| found.parameters.get(key) != Some(value)) {
                differs.push("parameters");
            }
        }
        AddedPartition {
            name: self.name.clone(),
            is_new,
            location,
            differs,
        }
    }
}
