//! Column statistics as people and jobs describe them over REST and gRPC.

use super::fit::{figures_check, kind_check};
use crate::error::{Entity, Error};
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

/// What is said of a column that cannot be: it is refused with the field at fault. Hive's own protocol takes everything, and what
/// stands in the catalog therefore may be odd; who describes figures over REST or gRPC learns of a slip at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsFault {
    /// The field, from the request's beginning: `columns[0].nulls`.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl StatisticsFault {
    /// A fault of what is said of the values of the column at a place in the list.
    pub fn of_values(index: usize, why: impl Into<String>) -> Self {
        Self::new(index, "values", why)
    }

    fn new(index: usize, field: &str, why: impl Into<String>) -> Self {
        Self {
            field: format!("columns[{index}].{field}"),
            why: why.into(),
        }
    }
}

/// The figures of columns of a table, as they are stored. Fails for a column that the table has not or that stands there twice, and
/// for figures that no values of its type can have.
pub fn statistics_described(
    table: &Table,
    specs: Vec<ColumnStatisticsSpec>,
) -> Result<Vec<ColumnStatistics>, StatisticsFault> {
    let mut columns = Vec::with_capacity(specs.len());
    let mut met = HashSet::new();
    for (index, spec) in specs.into_iter().enumerate() {
        let fault = |field: &str, why: String| StatisticsFault::new(index, field, why);
        let column = Name::new(&spec.column);
        let mut own = table.descriptor.columns.iter().flatten();
        let Some(own) = own.find(|one| Name::new(&one.name) == column) else {
            return Err(fault("column", lacking(table, &column)));
        };
        // Names have no case: of two the later one would stand.
        if !met.insert(column.clone()) {
            return Err(fault("column", format!("{column} stands here twice")));
        }
        let column_type = spec.data_type.unwrap_or_else(|| own.data_type.clone());
        for (field, data_type) in [("values", &own.data_type), ("type", &column_type)] {
            kind_check(data_type, &spec.figures.range).map_err(|why| fault(field, why))?;
        }
        figures_check(&spec.figures).map_err(|(field, why)| fault(field, why))?;
        columns.push(ColumnStatistics {
            column,
            column_type,
            figures: spec.figures,
            analyzed_at: 0,
        });
    }
    Ok(columns)
}

/// Why a table has no column of whose values something could be known.
fn lacking(table: &Table, column: &Name) -> String {
    let mut keys = table.partition_keys.iter();
    if keys.any(|key| Name::new(&key.name) == *column) {
        return format!(
            "{column} is a partition key: its values are those of the partitions' names"
        );
    }
    format!("there is no column {column}")
}

/// The columns that are meant: those that are named, and all of the table where none is. One that the table has not is `NotFound`:
/// Hive's own protocol has no figures of it, and who spells a name wrong would take that for "not analysed yet".
pub fn statistics_wanted(table: &Table, named: Vec<Name>) -> Result<Vec<Name>, Error> {
    statistics_columns_check(table, &named)?;
    if named.is_empty() {
        return Ok(columns_of(table).collect());
    }
    Ok(named)
}

/// Fails with `NotFound` for a named column that the table has not.
pub fn statistics_columns_check(table: &Table, named: &[Name]) -> Result<(), Error> {
    let all: HashSet<Name> = columns_of(table).collect();
    match named.iter().find(|name| !all.contains(name)) {
        Some(unknown) => Err(Error::NotFound(Entity::own("column", unknown))),
        None => Ok(()),
    }
}

fn columns_of(table: &Table) -> impl Iterator<Item = Name> {
    let columns = table.descriptor.columns.iter().flatten();
    columns.map(|column| Name::new(&column.name))
}
