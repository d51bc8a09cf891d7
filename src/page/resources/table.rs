//! A table: what it is, what is in it, how it is asked.

use super::freshness::{FreshnessRow, row_of};
use super::table_changes::{ChangeRow, of_itself, of_sources};
use super::{Property, properties, table_at};
use crate::catalog::{LockFilter, PartitionSelection};
use crate::diff::mention::view_sql;
use crate::guess::create_table;
use crate::hive::calendar_key::CalendarKeys;
use crate::hive::partition_name::values_of_name;
use crate::hive::storage_format::StorageFormat;
use crate::hive::written_type::written_type;
use crate::model::{
    Bounds, Column, ColumnStatistics, Decimal, Name, Range, Table, TableMeta, TableRef, TableType,
    is_discovery_property,
};
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use crate::page::markdown::html_of;
use crate::page::query_text::{Snippet, snippets};
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Size, Volume, When, count, number_of, volume, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// The property in which owners keep notes beside their table, in Markdown.
const NOTES: &str = "skep.docs";
/// What engines noted of a table's data, which is not so of another table.
const NOTED: [&str; 6] = [
    "COLUMN_STATS_ACCURATE",
    "numFiles",
    "numRows",
    "rawDataSize",
    "totalSize",
    "transient_lastDdlTime",
];
/// Whose statistics are shown: all engines but Impala write them as Hive's.
const ENGINE: &str = "hive";
/// Bytes of the statement that makes a table.
const STATEMENT_BYTES_MAX: usize = 64 * 1024;
/// Partitions that the page names.
const NEWEST_MAX: usize = 10;
/// Partitions that are read to find those: the last names of a day are not its last hours where hours are written as `9`.
const LAST_MAX: usize = 100;
const SECONDS_A_DAY: i64 = 86_400;
/// Views that read the table which the page names, and tables that a view reads.
const RELATED_MAX: usize = 50;
/// Columns that are shown; a page with more would be of no use, and large.
const COLUMNS_MAX: usize = 2_000;

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
    newest: Vec<NewestRow>,
    newest_data: Option<When>,
    expected: Option<FreshnessRow>,
    has_calendar: bool,
    has_discovery: bool,
    locks: usize,
    /// Of the sources that fill it.
    changes: Vec<ChangeRow>,
    /// Of its own columns.
    own_changes: Vec<ChangeRow>,
    /// Views that read it.
    views: Vec<RelatedRow>,
    /// Tables that it reads, of a view.
    reads: Vec<RelatedRow>,
    view_text: String,
    snippets: Vec<Snippet>,
    /// Nothing where it would be too long, or have types that are none.
    ddl: Option<String>,
    properties: Vec<Property>,
}

struct NewestRow {
    name: String,
    link: String,
    created: Option<When>,
    bytes: Option<Size>,
    has_time: bool,
}

/// A table or view that one reads or is read by.
struct RelatedRow {
    name: String,
    link: String,
    comment: String,
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
    // Together, and four at most, so that one page leaves connections to the database to others.
    let figures = async { Ok(catalog.table_statistics(&at, ENGINE, &names).await?) };
    let (figures, newest, newest_data, expected) = tokio::try_join!(
        figures,
        newest_of(&asked, &table),
        newest_data(&asked, &table),
        row_of(&asked, &table),
    )?;
    let (locks, changes, own_changes, (views, reads)) = tokio::try_join!(
        locks_of(&asked, &at),
        of_sources(&asked, &at),
        of_itself(&asked, &at),
        related_of(&asked, &table),
    )?;
    let known = Known {
        newest,
        newest_data,
        expected,
        locks,
        changes,
        own_changes,
        views,
        reads,
    };
    Ok(found(&filled(&asked, &table, &figures, known)))
}

/// What is asked for a table beside itself.
struct Known {
    newest: Vec<NewestRow>,
    newest_data: Option<When>,
    expected: Option<FreshnessRow>,
    locks: usize,
    changes: Vec<ChangeRow>,
    own_changes: Vec<ChangeRow>,
    views: Vec<RelatedRow>,
    reads: Vec<RelatedRow>,
}

/// The views that read a table, and what it reads itself where it is one.
async fn related_of(
    asked: &Asked,
    table: &Table,
) -> Result<(Vec<RelatedRow>, Vec<RelatedRow>), Failure> {
    let row = |one: TableMeta| RelatedRow {
        name: format!("{}.{}", one.at.database, one.at.table),
        link: links::table(&one.at),
        comment: one.comment.unwrap_or_default(),
    };
    let search = asked.search();
    let views = search.search_views_of(&table.at, RELATED_MAX).await?;
    let reads = search.search_read_by(table, RELATED_MAX).await?;
    let [views, reads] = [views, reads].map(|list| list.into_iter().map(row).collect());
    Ok((views, reads))
}

async fn locks_of(asked: &Asked, at: &TableRef) -> Result<usize, Failure> {
    let filter = LockFilter {
        catalog: Some(at.catalog.clone()),
        database: Some(at.database.clone()),
        table: Some(at.table.clone()),
        ..LockFilter::default()
    };
    Ok(asked.catalog().lock_list(&filter).await?.len())
}

/// The newest of some partitions by name. Those that tell a time come first, the latest one before the others; one of a day to come is
/// a mistake, or stands for no day. Numbers are compared as numbers.
fn newest(keys: &[String], mut names: Vec<String>, now: i64) -> Vec<String> {
    let today = Timestamp::from_second(now).unwrap_or_default();
    let today = TimeZone::UTC.to_datetime(today).date();
    let near = today.tomorrow().unwrap_or(today);
    let order = |name: &String| {
        let values = values_of_name(name);
        let time = CalendarKeys::of(keys, &values).and_then(|found| found.time(&values));
        let time = time.filter(|time| time.day <= near);
        let typed = values
            .into_iter()
            .map(|value| (value.parse::<i64>().ok(), value));
        std::cmp::Reverse((
            time.map(|time| (time.day, time.hour)),
            typed.collect::<Vec<_>>(),
        ))
    };
    names.sort_by_cached_key(order);
    names.truncate(NEWEST_MAX);
    names
}

/// The newest partitions with what is known of each.
async fn newest_of(asked: &Asked, table: &Table) -> Result<Vec<NewestRow>, Failure> {
    if !table.is_partitioned() {
        return Ok(Vec::new());
    }
    let (at, now) = (&table.at, asked.now());
    let keys: Vec<String> = table
        .partition_keys
        .iter()
        .map(|key| key.name.clone())
        .collect();
    let names = asked.catalog().partition_names_last(at, LAST_MAX).await?;
    let names = newest(&keys, names, now);
    let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    let selection = PartitionSelection::Names(&wanted);
    let catalog = asked.catalog();
    let page = catalog
        .partition_page(at, selection, None, NEWEST_MAX)
        .await?;
    let found = page.found.partitions;
    let rows = names.iter().filter_map(|name| {
        // What is too large for a page of ten, or was dropped meanwhile, is left out.
        let one = found.iter().find(|one| one.name == *name)?;
        Some(NewestRow {
            name: name.clone(),
            link: links::partition(at, name),
            created: when(one.created_at, now),
            bytes: volume(&one.parameters).bytes,
            has_time: CalendarKeys::of(&keys, &one.values).is_some(),
        })
    });
    Ok(rows.collect())
}

/// When the newest data was written that discovery saw.
async fn newest_data(asked: &Asked, table: &Table) -> Result<Option<When>, Failure> {
    if !has_discovery(table) {
        return Ok(None);
    }
    let status = asked.discovery().discovery_status(&table.at).await?;
    let fresh = status.state.freshness;
    Ok(fresh.and_then(|fresh| when(fresh.object_at, status.state.now)))
}

fn has_discovery(table: &Table) -> bool {
    let mut keys = table.parameters.keys();
    table.is_partitioned() && keys.any(|key| is_discovery_property(key))
}

/// The statement that makes a table like this one, without what engines noted of its data.
fn statement(table: &Table) -> Option<String> {
    let columns = table.descriptor.columns.iter().flatten();
    let mut types = columns
        .chain(&table.partition_keys)
        .map(|column| column.data_type.as_str());
    // What is no type could be anything where it is pasted.
    if !types.all(|one| written_type(one).is_ok()) {
        return None;
    }
    let mut like = table.clone();
    like.parameters
        .retain(|key, _| !NOTED.contains(&key.as_str()));
    let text = create_table(&like);
    if text.len() > STATEMENT_BYTES_MAX {
        return None;
    }
    if table.is_external() {
        return Some(text);
    }
    Some(format!(
        "-- A managed table: this makes an external one over the same files, which go with the managed one.\n{text}"
    ))
}

/// What a view asks, as SQL. Trino and Presto keep theirs in the original text, encoded; of Hive's and Spark's the expanded one
/// names each database.
fn view_text(table: &Table) -> String {
    let original = table.view_original_text.as_deref().unwrap_or_default();
    let expanded = table.view_expanded_text.as_deref().unwrap_or_default();
    match view_sql(original) {
        Cow::Owned(sql) => sql,
        Cow::Borrowed(_) if expanded.is_empty() => original.to_owned(),
        Cow::Borrowed(_) => expanded.to_owned(),
    }
}

fn filled(asked: &Asked, table: &Table, figures: &[ColumnStatistics], known: Known) -> TablePage {
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
            _ if table.is_view() => String::new(),
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
        snippets: snippets(table, known.newest.first().map(|one| one.name.as_str())),
        has_calendar: known.newest.iter().any(|one| one.has_time),
        newest: known.newest,
        newest_data: known.newest_data,
        expected: known.expected,
        has_discovery: has_discovery(table),
        locks: known.locks,
        changes: known.changes,
        own_changes: known.own_changes,
        views: known.views,
        reads: known.reads,
        view_text: view_text(table),
        ddl: statement(table),
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
        Range::Boolean { trues, falses } if *trues >= 0 && *falses >= 0 => {
            format!("{} true, {} false", count(*trues), count(*falses))
        }
        Range::Long(bounds) => bounds_text(bounds, |one| Some(count(*one))),
        Range::Double(bounds) => bounds_text(bounds, |one| Some(one.to_string())),
        Range::Decimal(bounds) => bounds_text(bounds, Decimal::to_text),
        Range::Date(bounds) => bounds_text(bounds, |days| day_text(*days)),
        Range::Timestamp(bounds) => bounds_text(bounds, |at| {
            Some(Timestamp::from_second(*at).ok()?.to_string())
        }),
        Range::String(lengths) | Range::Binary(lengths) if lengths.max >= 0 => {
            format!("{} bytes at most", count(lengths.max))
        }
        // Hive says so that a figure is not known.
        Range::Boolean { .. } | Range::String(_) | Range::Binary(_) => String::new(),
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
            "dt=2099-01-01/hour=0",
            "dt=latest/hour=0",
        ];
        let keys = ["dt", "hour"].map(str::to_owned);
        let now = 1_796_169_600;
        let sorted = newest(&keys, names.map(str::to_owned).to_vec(), now);
        assert_eq!(sorted[..3], [names[2], names[1], names[0]]);
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
