//! Adding partitions where one that cannot be added does not keep the others out: what streams of them are made of.

use super::AddOptions;
use super::spec::{AddedPartition, NamedDraft, PartitionSpec, differing};
use crate::catalog::{Action, Catalog, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{Table, TableRef};
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

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
        let mut slots = Vec::with_capacity(specs.len());
        let mut good: Vec<NamedDraft> = Vec::with_capacity(specs.len());
        let mut firsts: HashMap<String, usize> = HashMap::with_capacity(specs.len());
        for spec in specs {
            let named = match self.draft_check(&table, spec) {
                Ok(named) => named,
                Err((name, why)) => {
                    slots.push(Slot::Told((name, Err(why))));
                    continue;
                }
            };
            if let Some(first) = firsts.get(&named.name) {
                slots.push(Slot::Again(*first, differing(&named, &good[*first])));
            } else {
                slots.push(Slot::Good(good.len()));
                firsts.insert(named.name.clone(), good.len());
                good.push(named);
            }
        }
        let any = AddOptions {
            if_not_exists: true,
            ..options
        };
        let added = self.added_apart(&table, good, any).await?;
        let told = slots.into_iter().map(|slot| {
            let (name, became) = slot.told(&added);
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

/// What is known of one partition of a batch before any is added.
enum Slot {
    /// It cannot be added.
    Told(AddedEach),
    /// It is this one of those that can be.
    Good(usize),
    /// It is the same as this one, which stands before it, but for what differs.
    Again(usize, Vec<&'static str>),
}

impl Slot {
    /// What became of it, by what became of those that could be added.
    fn told(self, added: &[AddedEach]) -> AddedEach {
        let (first, differs) = match self {
            Self::Told(told) => return told,
            Self::Good(first) => (first, None),
            Self::Again(first, differs) => (first, Some(differs)),
        };
        let Some((name, became)) = added.get(first) else {
            let lost = Error::internal("a partition without an answer");
            return (String::new(), Err(lost));
        };
        let became = match (became, differs) {
            (Ok(found), None) => Ok(found.clone()),
            (Ok(found), Some(differs)) => {
                let mut again = found.clone();
                again.is_new = false;
                let more = differs
                    .into_iter()
                    .filter(|one| !found.differs.contains(one));
                again.differs.extend(more);
                Ok(again)
            }
            // It was a fault of the request: all others fail the whole batch.
            (Err(failure), _) => Err(Error::Invalid(failure.to_string())),
        };
        (name.clone(), became)
    }
}

impl Catalog {
    /// What is wrong with one partition by itself, with its name as far as it has one.
    fn draft_check(
        &self,
        table: &Table,
        spec: PartitionSpec,
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
        | Error::Argument { .. }
        | Error::InvalidObject(_)
        | Error::Property(_)
        | Error::NotAllowed(_)
        | Error::Outdated(_)
        | Error::Denied(_)
        | Error::Conflict(_)
        | Error::Unavailable { .. }
        | Error::Unfinished { .. } => false,
    }
}
