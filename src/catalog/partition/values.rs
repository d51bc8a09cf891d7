//! The distinct values of some of a table's partition keys.

use super::PartitionSelection;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::TableRef;
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;

/// Which values are wanted.
#[derive(Debug, Clone, Copy)]
pub struct ValuesRequest<'a> {
    /// The keys, in the order of the rows' values.
    pub keys: &'a [&'a str],
    /// A filter over partitions; empty is all.
    pub filter: &'a str,
    /// Whether equal rows are given once.
    pub distinct: bool,
    /// The keys to sort by; none is the order of the names.
    pub order: &'a [&'a str],
    /// Whether the sorting ascends.
    pub ascending: bool,
    /// How many rows at most; `None` is all.
    pub max: Option<usize>,
}

impl Operations<'_> {
    /// The values of keys over the partitions of a table, row by row. `Invalid` for no keys or unknown ones.
    #[boxed]
    pub async fn partition_values<'a>(
        &self,
        at: &'a TableRef,
        request: ValuesRequest<'a>,
    ) -> Result<Vec<Vec<String>>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        if request.keys.is_empty() {
            return Err(Error::Invalid(
                "the argument partitionKeys names no key".into(),
            ));
        }
        let table = self.table_read(at).await?;
        let keys = super::key_names(&table);
        let positions = |names: &[&str]| -> Result<Vec<usize>> {
            names
                .iter()
                .map(|name| {
                    let wanted = name.to_lowercase();
                    keys.iter().position(|key| *key == wanted).ok_or_else(|| {
                        Error::Invalid(format!("{name} is not a partition key of {}", at.table))
                    })
                })
                .collect()
        };
        let (shown, sorted_by) = (positions(request.keys)?, positions(request.order)?);
        let names = self
            .partition_names(at, PartitionSelection::Filter(request.filter), None)
            .await?;
        let mut all = Vec::with_capacity(names.len());
        for name in &names {
            all.push(super::values_of_name(&table, name)?);
        }
        if sorted_by.is_empty() {
            if !request.ascending {
                all.reverse();
            }
        } else {
            all.sort_by(|a, b| {
                let ordering = sorted_by
                    .iter()
                    .map(|at| &a[*at])
                    .cmp(sorted_by.iter().map(|at| &b[*at]));
                if request.ascending {
                    ordering
                } else {
                    ordering.reverse()
                }
            });
        }
        let mut seen = HashSet::new();
        let rows = all.into_iter().map(|values| {
            shown
                .iter()
                .map(|at| values[*at].clone())
                .collect::<Vec<String>>()
        });
        Ok(rows
            .filter(|row| !request.distinct || seen.insert(row.clone()))
            .take(request.max.unwrap_or(usize::MAX))
            .collect())
    }
}
