//! The directories of partitions, many at once: made before a write, counted, and removed again when it failed.

use crate::catalog::Catalog;
use crate::catalog::table::{NUM_FILES, TOTAL_SIZE};
use crate::error::Result;
use crate::lake::Made;
use crate::model::{Location, Parameters, Partition, Table};
use futures::future::join_all;
use std::collections::HashSet;

/// How many directories are worked on at the same time for one request.
const DIRECTORIES_CONCURRENT_MAX: usize = 16;

impl Catalog {
    /// Makes the directories of partitions. Gives what was made, in the partitions' order; where one fails, those made
    /// before are removed again. Partitions of views have no directories.
    pub(super) async fn partition_directories_make(
        &self,
        table: &Table,
        partitions: &[Partition],
    ) -> Result<Vec<Made>> {
        let locations = locations_of(table, partitions);
        let places: Vec<&Location> = locations.iter().collect();
        self.places_clear(&places).await?;
        let mut made = Vec::with_capacity(locations.len());
        for chunk in locations.chunks(DIRECTORIES_CONCURRENT_MAX) {
            let mut failure = None;
            for outcome in join_all(chunk.iter().map(|at| self.lake.directory_make(at))).await {
                match outcome {
                    Ok(one) => made.push(one),
                    Err(why) => failure = Some(why),
                }
            }
            if let Some(why) = failure {
                self.partition_directories_unmake(&made, &HashSet::new())
                    .await;
                return Err(why.into());
            }
        }
        Ok(made)
    }

    /// Removes what was made for partitions that could not be stored, except for the places in `used`.
    pub(super) async fn partition_directories_unmake(
        &self,
        made: &[Made],
        used: &HashSet<Location>,
    ) {
        for one in made {
            if one.created() && !used.contains(one.location()) {
                self.directory_discard(one).await;
            }
        }
    }

    /// Counts the files of partitions whose directories existed before (`made` says so), unless the client brought the
    /// figures along. A directory that cannot be read leaves the parameters alone.
    pub(super) async fn partition_statistics_fill(
        &self,
        partitions: &mut [Partition],
        made: &[Made],
    ) {
        let wanted: Vec<(&mut Parameters, &Location)> = partitions
            .iter_mut()
            .zip(made)
            .filter(|(partition, one)| !one.created() && !has_figures(&partition.parameters))
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
