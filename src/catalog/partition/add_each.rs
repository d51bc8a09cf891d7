//! Adding partitions where one that cannot be added does not keep the others out: what streams of them are made of.

use super::AddOptions;
use super::spec::{AddedPartition, NamedDraft, PartitionSpec};
use crate::catalog::{Action, Catalog, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{Table, TableRef};
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;

/// What became of one partition, by its name as far as it could be made.
pub type AddedEach = (String, Result<AddedPartition>);

impl Operations<'_> {
    /// Adds those of these partitions that can be added, in one transaction, and tells of each what became of it, in their order.
    /// Where `if_not_exists` is not set, one that exists is refused like any other that cannot be added.
    ///
    /// Fails as a whole with `NotFound` of the table, and with what may succeed when it is tried again.
    #[boxed]
    pub async fn partitions_add_each(
        &self,
        at: &TableRef,
        specs: Vec<PartitionSpec>,
        options: AddOptions,
    ) -> Result<Vec<AddedEach>> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        let mut told: Vec<Option<AddedEach>> = Vec::with_capacity(specs.len());
        let mut good = Vec::with_capacity(specs.len());
        let mut names = HashSet::with_capacity(specs.len());
        for spec in specs {
            match self.draft_check(&table, spec, &mut names) {
                Ok(named) => {
                    told.push(None);
                    good.push(named);
                }
                Err((name, why)) => told.push(Some((name, Err(why)))),
            }
        }
        let any = AddOptions {
            if_not_exists: true,
            ..options
        };
        let mut added = self.added_apart(&table, good, any).await?.into_iter();
        let told = told.into_iter().map(|one| {
            let one = one.or_else(|| added.next());
            let (name, became) = one.unwrap_or_else(|| {
                let lost = Error::internal("a partition without an answer");
                (String::new(), Err(lost))
            });
            match became {
                Ok(found) if !found.is_new && !options.if_not_exists => {
                    let entity = Entity::Partition(at.clone(), name.clone());
                    (name, Err(Error::AlreadyExists(entity)))
                }
                other => (name, other),
            }
        });
        Ok(told.collect())
    }
}

impl Catalog {
    /// What is wrong with one partition, with its name as far as it has one. `names` are those of the good ones before it.
    fn draft_check(
        &self,
        table: &Table,
        spec: PartitionSpec,
        names: &mut HashSet<String>,
    ) -> Result<NamedDraft, (String, Error)> {
        let called = spec.name.clone().unwrap_or_default();
        let named = spec
            .draft(table)
            .map_err(|fault| (called, Error::Invalid(fault.why)))?;
        let refused = |why| (named.name.clone(), why);
        let prepared = Catalog::partition_prepare(table, named.draft.clone()).map_err(refused)?;
        if let Some(own) = &prepared.partition.location {
            self.place_allow(own).map_err(refused)?;
        }
        if !names.insert(named.name.clone()) {
            let text = "it stands in the batch twice".to_owned();
            return Err(refused(Error::Invalid(text)));
        }
        Ok(named)
    }

    /// Adds them together; where that fails for a reason that one of them may be, by halves, down to that one.
    #[boxed]
    async fn added_apart(
        &self,
        table: &Table,
        mut drafts: Vec<NamedDraft>,
        options: AddOptions,
    ) -> Result<Vec<AddedEach>> {
        let Some(first) = drafts.first().map(|one| one.name.clone()) else {
            return Ok(Vec::new());
        };
        let failure = match self
            .partitions_register_told(table, drafts.clone(), options)
            .await
        {
            Ok(added) => {
                let named = added.into_iter().map(|one| (one.name.clone(), Ok(one)));
                return Ok(named.collect());
            }
            Err(failure) => failure,
        };
        match (&failure, drafts.len()) {
            _ if failure.retryable() || is_of_all(&failure) => Err(failure),
            (_, 1) => Ok(vec![(first, Err(failure))]),
            (_, count) => {
                let second = drafts.split_off(count / 2);
                let mut told = self.added_apart(table, drafts, options).await?;
                told.extend(self.added_apart(table, second, options).await?);
                Ok(told)
            }
        }
    }
}

/// Whether a failure is none of a single partition's.
fn is_of_all(failure: &Error) -> bool {
    match failure {
        Error::NotFound(_) | Error::Internal { .. } | Error::Unsupported(_) => true,
        Error::AlreadyExists(_)
        | Error::Invalid(_)
        | Error::InvalidObject(_)
        | Error::NotAllowed(_)
        | Error::Outdated(_)
        | Error::Denied(_)
        | Error::Conflict(_)
        | Error::Unavailable { .. }
        | Error::Unfinished { .. } => false,
    }
}
