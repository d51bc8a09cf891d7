//! A table: what it is, what is in it, how it is asked.

use super::{Property, properties, table_at};
use crate::catalog::LockFilter;
use crate::guess::create_table;
use crate::hive::partition_name::values_of_name;
use crate::hive::storage_format::StorageFormat;
use crate::model::{
    Bounds, ChangeFilter, Column, ColumnStatistics, Decimal, Name, Range, Table, TableType,
    is_discovery_property,
};
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use crate::page::markdown::html_of;
use crate::page::query_text::{Snippet, snippets};
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Volume, When, count, number_of, volume, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The property in which owners keep notes beside their table, in Markdown.
const NOTES: &str = "skep.docs";
/// Whose statistics are shown: all engines but Impala write them as Hive's.
const ENGINE: &str = "hive";
/// Partitions that the page names.
const NEWEST_MAX: usize = 10;
/// Partitions that are read to find those: the last names of a day are not its last hours where hours are written as `9`.
const LAST_MAX: usize = 100;
/// Columns that are shown; a page with more would be of no use, and large.
const COLUMNS_MAX: usize = 2_000;
const SECONDS_A_DAY: i64 = 86_400;

#[derive(Template)]
#[template(path = "table.html")]
struct TablePage {
    shell: Shell,
    link: String,
    database: String,
    database_link: String,
    name: String,
    kind: String,
    comment: String,
    owner: String,
    format: String,
    location: String,
    created: Option<When>,
    altered: Option<When>,
    volume: Volume,
    notes: Option<String>,
    columns: Vec<ColumnRow>,
    /// Columns that are not shown.
    columns_more: usize,
    has_figures: bool,
    keys: Vec<ColumnRow>,
    newest: Vec<PartitionLink>,
    has_discovery: bool,
    locks: usize,
    changes: Vec<ChangeRow>,
    view_text: String,
    snippets: Vec<Snippet>,
    ddl: String,
    properties: Vec<Property>,
}

struct PartitionLink {
    name: String,
    link: String,
}

struct ChangeRow {
    id: i64,
    severity: &'static str,
    text: String,
    at: Option<When>,
}

struct ColumnRow {
    name: String,
    data_type: String,
    comment: String,
    figures: Option<FiguresRow>,
}

struct FiguresRow {
    nulls: String,
    /// The share of nulls, from 0 to 1, where the number of rows is known.
    null_share: Option<f64>,
    distinct: String,
    range: String,
}

/// The word for a type of table.
pub(super) fn kind(table_type: &TableType) -> String {
    match table_type {
        TableType::Managed => "managed table".to_owned(),
        TableType::External => "external table".to_owned(),
        TableType::VirtualView => "view".to_owned(),
        TableType::MaterializedView => "materialized view".to_owned(),
        TableType::Other(text) => text.clone(),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    let catalog = asked.catalog();
    let table = catalog.table_get(&at).await?;
    let columns = table.descriptor.columns.as_deref().unwrap_or_default();
    let names: Vec<Name> = columns
        .iter()
        .take(COLUMNS_MAX)
        .map(|one| Name::new(&one.name))
        .collect();
    let figures = catalog.table_statistics(&at, ENGINE, &names).await?;
    let newest = if table.is_partitioned() {
        newest(catalog.partition_names_last(&at, LAST_MAX).await?)
    } else {
        Vec::new()
    };
    let filter = LockFilter {
        catalog: Some(at.catalog.clone()),
        database: Some(at.database.clone()),
        table: Some(at.table.clone()),
        ..LockFilter::default()
    };
    let locks = catalog.lock_list(&filter).await?.len();
    let changes = changes_of(&asked, &table).await?;
    Ok(found(&filled(
        &asked, &table, &figures, newest, locks, changes,
    )))
}

/// The newest of some partitions: numbers are compared as numbers.
fn newest(mut names: Vec<String>) -> Vec<String> {
    let order = |name: &String| {
        let values = values_of_name(name).into_iter();
        let typed = values.map(|value| (value.parse::<i64>().ok(), value));
        std::cmp::Reverse(typed.collect::<Vec<_>>())
    };
    names.sort_by_cached_key(order);
    names.truncate(NEWEST_MAX);
    names
}

/// What sources of the watch told lately that reaches the table.
async fn changes_of(asked: &Asked, table: &Table) -> Result<Vec<ChangeRow>, Failure> {
    let now = asked.now();
    let filter = ChangeFilter {
        since: Some(now - 90 * SECONDS_A_DAY),
        ..ChangeFilter::default()
    };
    let all = asked.watch().schema_change_list(&filter).await?;
    let reached = all.into_iter().filter(|change| {
        let mut targets = change.targets.iter();
        targets.any(|target| target.table == table.at)
    });
    let rows = reached.map(|change| ChangeRow {
        id: change.id,
        severity: change.severity.as_str(),
        text: change.text,
        at: when(change.at, now),
    });
    Ok(rows.collect())
}

fn filled(
    asked: &Asked,
    table: &Table,
    figures: &[ColumnStatistics],
    newest: Vec<String>,
    locks: usize,
    changes: Vec<ChangeRow>,
) -> TablePage {
    let at = &table.at;
    let now = asked.now();
    let rows = number_of(&table.parameters, "numRows");
    let columns = table.descriptor.columns.as_deref().unwrap_or_default();
    let row = |column: &Column| ColumnRow {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        comment: column.comment.clone().unwrap_or_default(),
        figures: figures
            .iter()
            .find(|one| one.column.as_str() == column.name)
            .map(|one| figures_row(one, rows)),
    };
    let parameter = |key: &str| table.parameters.get(key);
    let altered = parameter("transient_lastDdlTime").and_then(|text| text.parse().ok());
    let serde = table.descriptor.serde.as_ref();
    let library = serde.and_then(|serde| serde.library.as_deref());
    let format = library.and_then(StorageFormat::of_serde);
    TablePage {
        shell: Shell::of(
            asked,
            Section::Data,
            format!("{}.{}", at.database, at.table),
        ),
        link: links::table(at),
        database: at.database.to_string(),
        database_link: links::database(&at.database_ref()),
        name: at.table.to_string(),
        kind: kind(&table.table_type),
        comment: parameter("comment").cloned().unwrap_or_default(),
        owner: table.owner.clone().unwrap_or_default(),
        format: match (table.is_iceberg(), format, library) {
            (true, ..) => "iceberg".to_owned(),
            (_, Some(format), _) => format.name.to_owned(),
            (_, None, library) => library.unwrap_or_default().to_owned(),
        },
        location: table
            .location
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        created: when(table.created_at, now),
        altered: altered.and_then(|at| when(at, now)),
        volume: volume(&table.parameters),
        notes: parameter(NOTES).map(|text| html_of(text)),
        columns: columns.iter().take(COLUMNS_MAX).map(row).collect(),
        columns_more: columns.len().saturating_sub(COLUMNS_MAX),
        has_figures: !figures.is_empty(),
        keys: table.partition_keys.iter().map(row).collect(),
        snippets: snippets(table, newest.first().map(String::as_str)),
        newest: newest
            .into_iter()
            .map(|name| PartitionLink {
                link: links::partition(at, &name),
                name,
            })
            .collect(),
        has_discovery: table.is_partitioned()
            && table
                .parameters
                .keys()
                .any(|key| is_discovery_property(key)),
        locks,
        changes,
        view_text: table.view_expanded_text.clone().unwrap_or_default(),
        ddl: create_table(table),
        properties: properties(&table.parameters),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share to be looked at")]
fn figures_row(of: &ColumnStatistics, rows: Option<u64>) -> FiguresRow {
    let nulls = of.figures.nulls;
    let share = rows.filter(|rows| *rows > 0 && nulls >= 0);
    FiguresRow {
        nulls: known(nulls),
        null_share: share.map(|rows| (nulls as f64 / rows as f64).min(1.0)),
        distinct: match of.figures.range {
            Range::Boolean { .. } | Range::Binary(_) => String::new(),
            _ => known(of.figures.distinct),
        },
        range: range_text(&of.figures.range),
    }
}

/// A count; nothing where Hive says that it is unknown.
fn known(number: i64) -> String {
    if number < 0 {
        String::new()
    } else {
        count(number)
    }
}

fn range_text(range: &Range) -> String {
    match range {
        Range::Boolean { trues, falses } => {
            format!("{} true, {} false", count(*trues), count(*falses))
        }
        Range::Long(bounds) => bounds_text(bounds, |one| Some(count(*one))),
        Range::Double(bounds) => bounds_text(bounds, |one| Some(one.to_string())),
        Range::Decimal(bounds) => bounds_text(bounds, Decimal::to_text),
        Range::Date(bounds) => bounds_text(bounds, |days| day_text(*days)),
        Range::Timestamp(bounds) => bounds_text(bounds, |at| {
            Some(Timestamp::from_second(*at).ok()?.to_string())
        }),
        Range::String(lengths) | Range::Binary(lengths) => {
            format!("{} bytes at most", count(lengths.max))
        }
    }
}

fn day_text(days: i64) -> Option<String> {
    let seconds = days.checked_mul(SECONDS_A_DAY)?;
    let at = Timestamp::from_second(seconds).ok()?;
    Some(TimeZone::UTC.to_datetime(at).date().to_string())
}

fn bounds_text<T>(bounds: &Bounds<T>, text: impl Fn(&T) -> Option<String>) -> String {
    let low = bounds.low.as_ref().and_then(&text);
    let high = bounds.high.as_ref().and_then(&text);
    match (low, high) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("from {low}"),
        (None, Some(high)) => format!("to {high}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{day_text, newest, range_text};
    use crate::model::{Bounds, Range};

    #[test]
    fn the_ninth_hour_is_not_the_newest() {
        let names = [
            "dt=2026-12-01/hour=9",
            "dt=2026-12-01/hour=23",
            "dt=2026-12-02/hour=0",
        ];
        let sorted = newest(names.map(str::to_owned).to_vec());
        assert_eq!(sorted, [names[2], names[1], names[0]]);
    }

    #[test]
    fn bounds_are_told_as_their_type_is_read() {
        let days = Range::Date(Bounds {
            low: Some(0),
            high: Some(20_000),
        });
        assert_eq!(range_text(&days), "1970-01-01 to 2024-10-04");
        assert_eq!(day_text(i64::MAX), None);
        let open = Range::Long(Bounds {
            low: None,
            high: Some(1_000),
        });
        assert_eq!(range_text(&open), "to 1\u{202F}000");
    }
}
