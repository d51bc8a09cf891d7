//! Column statistics as people and jobs describe them over REST and gRPC.

use crate::error::{Error, Result};
use crate::model::{ColumnStatistics, Figures, Name, Table};
use std::collections::HashSet;

/// The engine whose statistics are meant where a request names none: all but Impala call themselves so.
pub const DEFAULT_ENGINE: &str = "hive";

/// What is known of one column, as it is sent.
#[derive(Debug, Clone)]
pub struct ColumnStatisticsSpec {
    /// The column.
    pub column: String,
    /// Its type when it was analysed; where it is not said, that of the table's column.
    pub data_type: Option<String>,
    /// The figures.
    pub figures: Figures,
}

/// The figures of columns of a table, as they are stored. Fails with `InvalidObject`, which names the place in the list, for a
/// column that the table has not and whose type is not said, and for one that stands there twice.
pub fn statistics_described(
    table: &Table,
    specs: Vec<ColumnStatisticsSpec>,
) -> Result<Vec<ColumnStatistics>> {
    let mut columns = Vec::with_capacity(specs.len());
    let mut met = HashSet::new();
    for (index, spec) in specs.into_iter().enumerate() {
        let refused = |why| Error::InvalidObject(format!("columns[{index}].column: {why}"));
        let own = table.descriptor.columns.iter().flatten();
        let mut own = own.filter(|one| one.name.eq_ignore_ascii_case(&spec.column));
        let own = || own.next().map(|one| one.data_type.clone());
        let column_type = spec.data_type.or_else(own);
        let column_type =
            column_type.ok_or_else(|| refused(format!("there is no column {}", spec.column)))?;
        let column = Name::new(&spec.column);
        // Names have no case: of two the later one would stand.
        if !met.insert(column.clone()) {
            return Err(refused(format!("{column} stands here twice")));
        }
        columns.push(ColumnStatistics {
            column,
            column_type,
            figures: spec.figures,
            analyzed_at: 0,
        });
    }
    Ok(columns)
}

/// The columns that are meant: those that are named, and all of the table where none is.
pub fn statistics_wanted(table: &Table, named: Vec<Name>) -> Vec<Name> {
    if !named.is_empty() {
        return named;
    }
    let all = table.descriptor.columns.iter().flatten();
    all.map(|column| Name::new(&column.name)).collect()
}
