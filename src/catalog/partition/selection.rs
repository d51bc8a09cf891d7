//! Which partitions a listing wants: turned into ranges of names, which the store walks along, and a test that decides
//! the rest exactly.

use super::key_names;
use crate::error::{Error, Result};
use crate::filter::PartitionFilter;
use crate::hive::name_range::NameRange;
use crate::hive::partition_name::{escape_value, make_name};
use crate::model::Table;
use std::collections::BTreeSet;

/// Which partitions of a table are meant.
#[derive(Debug, Clone, Copy)]
pub enum PartitionSelection<'a> {
    /// All of them.
    All,
    /// Those whose leading values are these; an empty one stands for any value.
    Values(&'a [String]),
    /// Those that a filter of Hive's partition language accepts; an empty text means all.
    Filter(&'a str),
    /// Those of these names that exist, each once; names that mean nothing are left out.
    Names(&'a [&'a str]),
}

/// A selection against one table.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where the names lie.
    pub(super) places: Places,
    /// What decides.
    pub(super) test: Test,
}

/// Where the names of the partitions lie that are looked at.
#[derive(Debug)]
pub(super) enum Places {
    /// In these ranges, sorted, without overlap; none at all means everywhere.
    Ranges(Vec<NameRange>),
    /// They are these, sorted, each once.
    Names(Vec<String>),
}

impl Places {
    /// The ranges; none where the names are known.
    pub(super) fn ranges(&self) -> &[NameRange] {
        match self {
            Self::Ranges(ranges) => ranges,
            Self::Names(_) => &[],
        }
    }
}

/// Decides whether a partition is meant.
#[derive(Debug)]
pub(super) enum Test {
    /// It is.
    Always,
    /// It is not: a filter that contradicts itself.
    Never,
    /// Its values, as they stand in its name, are these; `None` is any.
    Values(Vec<Option<String>>),
    /// A filter.
    Filter(PartitionFilter),
}

impl Test {
    /// Whether a partition with these values is meant.
    pub(super) fn holds(&self, values: &[String]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Values(wanted) => wanted
                .iter()
                .zip(values)
                .all(|(wanted, value)| match wanted {
                    Some(wanted) => *wanted == escape_value(value),
                    None => true,
                }),
            Self::Filter(filter) => filter.matches(values),
        }
    }
}

impl Plan {
    /// Plans a selection. `Argument` for a filter that makes no sense for the table, `Invalid` for a wrong number of values.
    pub(super) fn new(table: &Table, selection: PartitionSelection<'_>) -> Result<Self> {
        match selection {
            PartitionSelection::All => Ok(Self::within(Vec::new(), Test::Always)),
            PartitionSelection::Names(names) => {
                let names: BTreeSet<&str> = names.iter().copied().collect();
                let names = names.into_iter().map(str::to_owned).collect();
                Ok(Self {
                    places: Places::Names(names),
                    test: Test::Always,
                })
            }
            PartitionSelection::Values(values) => Self::of_values(table, values),
            PartitionSelection::Filter(text) => Self::of_filter(table, text),
        }
    }

    fn within(ranges: Vec<NameRange>, test: Test) -> Self {
        let places = Places::Ranges(ranges);
        Self { places, test }
    }

    fn of_values(table: &Table, values: &[String]) -> Result<Self> {
        let keys = key_names(table);
        if values.len() > keys.len() {
            return Err(Error::Invalid(format!(
                "Incorrect number of partition values. numPartKeys={}, part_val={}",
                keys.len(),
                values.len()
            )));
        }
        if values.is_empty() {
            return Err(Error::Invalid(
                "Invalid partition key & values; keys [], values []".into(),
            ));
        }
        let leading = values.iter().take_while(|value| !value.is_empty()).count();
        let ranges = match make_name(&keys[..leading], &values[..leading]) {
            Ok(prefix) if leading < keys.len() => vec![NameRange::prefix(&format!("{prefix}/"))],
            Ok(name) => vec![NameRange::prefix(&name)],
            Err(_) => Vec::new(),
        };
        if leading == values.len() && leading > 0 && leading < keys.len() {
            return Ok(Self::within(ranges, Test::Always));
        }
        let wanted = values
            .iter()
            .map(|value| (!value.is_empty()).then(|| escape_value(value).into_owned()))
            .collect();
        Ok(Self::within(ranges, Test::Values(wanted)))
    }

    fn of_filter(table: &Table, text: &str) -> Result<Self> {
        let filter = PartitionFilter::parse(text, &table.partition_keys)
            .map_err(|failure| Error::argument("filter", failure.to_string()))?;
        if filter.matches_all() {
            return Ok(Self::within(Vec::new(), Test::Always));
        }
        let ranges = filter.name_ranges();
        if ranges.is_empty() {
            return Ok(Self::within(Vec::new(), Test::Never));
        }
        let everywhere = ranges.iter().any(NameRange::is_all);
        let ranges = if everywhere { Vec::new() } else { ranges };
        Ok(Self::within(ranges, Test::Filter(filter)))
    }
}
