//! Column statistics as people and jobs describe them over REST and gRPC.

use super::fit::{digits_check, figures_check, kind_check};
use crate::catalog::ObjectFault;
use crate::error::{Entity, Error};
use crate::model::{ColumnStatistics, Figures, Name, Table};
use crate::store::ENGINE_BYTES_MAX;
use std::collections::HashSet;

/// The engine whose statistics are meant where a request names none: all but Impala call themselves so.
const DEFAULT_ENGINE: &str = "hive";

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

/// A fault of one column's statistics, at its place in the list.
fn fault_of(index: usize, field: &str, why: impl Into<String>) -> ObjectFault {
    ObjectFault::new(format!("columns[{index}].{field}"), why)
}

/// A fault of what is said of the values of the column at a place in the list.
pub fn statistics_values_fault(index: usize, why: impl Into<String>) -> ObjectFault {
    fault_of(index, "values", why)
}

/// The engine that a request names; the one whose statistics are meant where it names none. The error says what is wrong with the
/// name.
pub fn statistics_engine(named: Option<&str>) -> Result<&str, Error> {
    let engine = named.unwrap_or(DEFAULT_ENGINE);
    let is_name = engine.bytes().all(|byte| byte.is_ascii_graphic());
    if engine.is_empty() || engine.len() > ENGINE_BYTES_MAX || !is_name {
        let why = format!(
            "an engine's name has 1 to {ENGINE_BYTES_MAX} letters, digits and marks of ASCII"
        );
        return Err(Error::argument("engine", why));
    }
    Ok(engine)
}

/// The figures of columns of a table, as they are stored. Fails for a column that the table has not or that stands there twice, and
/// for figures that no values of its type can have.
pub fn statistics_described(
    table: &Table,
    specs: Vec<ColumnStatisticsSpec>,
) -> Result<Vec<ColumnStatistics>, ObjectFault> {
    if table.is_view() {
        let why = "a view has no values of its own: say what is known of the tables that it reads";
        return Err(ObjectFault::new("columns", why));
    }
    if specs.is_empty() {
        return Err(ObjectFault::new("columns", "no column is named"));
    }
    let mut columns = Vec::with_capacity(specs.len());
    let mut met = HashSet::new();
    for (index, spec) in specs.into_iter().enumerate() {
        let fault = |field: &str, why: String| fault_of(index, field, why);
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
        digits_check(&column_type, &spec.figures.range).map_err(|why| fault("values", why))?;
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
    if is_key(table, column) {
        return format!(
            "{column} is a partition key: its values are those of the partitions' names, of which no statistics are kept"
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

/// Fails with `NotFound` for a named column that the table has not, and with `Argument` for a partition key.
pub fn statistics_columns_check(table: &Table, named: &[Name]) -> Result<(), Error> {
    let all: HashSet<Name> = columns_of(table).collect();
    match named.iter().find(|name| !all.contains(name)) {
        Some(key) if is_key(table, key) => Err(Error::argument("columns", lacking(table, key))),
        Some(unknown) => Err(Error::NotFound(Entity::own("column", unknown))),
        None => Ok(()),
    }
}

fn is_key(table: &Table, column: &Name) -> bool {
    let mut keys = table.partition_keys.iter();
    keys.any(|key| Name::new(&key.name) == *column)
}

fn columns_of(table: &Table) -> impl Iterator<Item = Name> {
    let columns = table.descriptor.columns.iter().flatten();
    columns.map(|column| Name::new(&column.name))
}
