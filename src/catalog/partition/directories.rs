//! The directories of partitions, many at once: created before a write, counted, and removed again when it failed.

use crate::catalog::Catalog;
use crate::catalog::table::{NUM_FILES, TOTAL_SIZE};
use crate::error::Result;
use crate::lake::CreatedDirectory;
use crate::model::{Location, Parameters, Partition, Table};
use futures::future::join_all;
use std::collections::HashSet;

/// How many directories are worked on at the same time for one request.
const DIRECTORIES_CONCURRENT_MAX: usize = 16;

impl Catalog {
    /// Creates the directories of partitions. Gives what was created, in the partitions' order; where one fails, those created
    /// before are removed again. Partitions of views have no directories.
    pub(super) async fn partition_directories_create(
        &self,
        table: &Table,
        partitions: &[Partition],
    ) -> Result<Vec<CreatedDirectory>> {
        let locations = locations_of(table, partitions);
        let places: Vec<&Location> = locations.iter().collect();
        self.places_clear(&places).await?;
        let mut created = Vec::with_capacity(locations.len());
        for chunk in locations.chunks(DIRECTORIES_CONCURRENT_MAX) {
            let mut failure = None;
            for outcome in join_all(chunk.iter().map(|at| self.lake.directory_create(at))).await {
                match outcome {
                    Ok(one) => created.push(one),
                    Err(why) => failure = Some(why),
                }
            }
            if let Some(why) = failure {
                self.partition_directories_remove(&created, &HashSet::new())
                    .await;
                return Err(why.into());
            }
        }
        Ok(created)
    }

    /// Removes what was created for partitions that could not be stored, except for the places in `used`.
    pub(super) async fn partition_directories_remove(
        &self,
        created: &[CreatedDirectory],
        used: &HashSet<Location>,
    ) {
        for one in created {
            if one.is_new() && !used.contains(one.location()) {
                self.directory_discard(one).await;
            }
        }
    }

    /// Counts the files of partitions whose directories existed before (`created` says so), unless the client brought the
    /// figures along. A directory that cannot be read leaves the parameters alone.
    pub(super) async fn partition_statistics_fill(
        &self,
        partitions: &mut [Partition],
        created: &[CreatedDirectory],
    ) {
        let wanted: Vec<(&mut Parameters, &Location)> = partitions
            .iter_mut()
            .zip(created)
            .filter(|(partition, one)| !one.is_new() && !has_figures(&partition.parameters))
            .map(|(partition, one)| (&mut partition.parameters, one.location()))
            .collect();
        self.directories_count(wanted).await;
    }

    /// Counts directories into parameters, several at the same time.
    pub(super) async fn directories_count(&self, mut wanted: Vec<(&mut Parameters, &Location)>) {
        for chunk in wanted.chunks_mut(DIRECTORIES_CONCURRENT_MAX) {
            let counted = chunk
                .iter_mut()
                .map(|(parameters, location)| self.statistics_count(location, parameters));
            join_all(counted).await;
        }
    }
}

/// Whether the basic figures are known.
pub(super) fn has_figures(parameters: &Parameters) -> bool {
    parameters.contains_key(NUM_FILES) && parameters.contains_key(TOTAL_SIZE)
}

/// The places of partitions, in their order.
pub(super) fn locations_of(table: &Table, partitions: &[Partition]) -> Vec<Location> {
    partitions
        .iter()
        .filter_map(|partition| partition.full_location(table.location.as_ref()))
        .collect()
}
