//! The basic statistics of an unpartitioned table: how many files and bytes its directory holds, as Hive counts them.

use crate::catalog::Catalog;
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::model::{Location, Parameters, Table};

/// Count of files.
pub(crate) const NUM_FILES: &str = "numFiles";
/// Count of bytes.
pub(crate) const TOTAL_SIZE: &str = "totalSize";
/// Count of rows.
pub(crate) const NUM_ROWS: &str = "numRows";
/// A parameter, and a key of the environment, by which a client keeps the server from counting.
pub(in crate::catalog) const DO_NOT_UPDATE_STATS: &str = "DO_NOT_UPDATE_STATS";

impl Catalog {
    /// Counts the directory of a new, unpartitioned table whose directory existed before it, unless the client
    /// brought the figures along or forbade it.
    pub(super) async fn table_statistics_fill(&self, table: &mut Table) {
        let known =
            table.parameters.contains_key(NUM_FILES) && table.parameters.contains_key(TOTAL_SIZE);
        if known || table.is_view() || table.is_partitioned() || !self.settings.gather_statistics {
            return;
        }
        self.table_statistics_count(table).await;
    }

    /// Counts the directory and writes the figures. A directory that cannot be read leaves the parameters alone: the
    /// figures are a hint to planners, and must not fail the change they ride on.
    pub(super) async fn table_statistics_count(&self, table: &mut Table) {
        let Some(location) = table.location.clone() else {
            return;
        };
        self.statistics_count(&location, &mut table.parameters)
            .await;
    }

    /// Counts a directory into parameters, as above.
    pub(in crate::catalog) async fn statistics_count(
        &self,
        location: &Location,
        parameters: &mut Parameters,
    ) {
        if !self.lake.reaches(location) {
            // Nothing that skep could look at.
            return;
        }
        match self.lake.summary(location).await {
            Ok(summary) => {
                parameters.insert(NUM_FILES.into(), summary.files.to_string());
                parameters.insert(TOTAL_SIZE.into(), summary.bytes.to_string());
            }
            Err(failure) => {
                tracing::warn!(%location, %failure, "cannot count the files of a directory");
            }
        }
    }
}

/// Figures that were counted are exact only where a task says so; else nothing is known of the rows.
pub(in crate::catalog) fn accuracy_renew(parameters: &mut Parameters, exact: bool) {
    if !exact {
        parameters.remove(COLUMN_STATS_ACCURATE);
        return;
    }
    let known = parameters.get(COLUMN_STATS_ACCURATE);
    let mut accuracy = known.map_or_else(StatsAccuracy::default, |text| StatsAccuracy::parse(text));
    accuracy.set_basic(true);
    if let Some(text) = accuracy.render() {
        parameters.insert(COLUMN_STATS_ACCURATE.into(), text);
    }
}
