//! Who has data at a place. Whoever is about to empty or to move directories asks who else has data at, above or below them.
//!
//! The directories of databases, the locations of tables, and the own locations of partitions stand in their rows in a form
//! that an index can search ([`form::place`](crate::store::form::place)), so one statement tells it for any number of
//! places that lie together. Partitions at their default places have none: those of a table are asked for by their names.

use crate::error::Result;
use crate::model::{Location, Name};
use crate::store::form::packing::columns_of;
use crate::store::form::place::{Place, PlaceSet, UNKNOWN};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Most rows that one kind of question gives at first. Where there are more, fewer places are asked about, and of one place
/// for more rows.
const ROWS_PER_QUESTION: usize = 256;
/// Rows of one kind of question, of one place, that are looked through at most.
const ROWS_PER_PLACE_MAX: usize = 65_536;
/// Rows whose places are not known that are read at a time.
const UNKNOWN_PER_PAGE: usize = 1_000;

/// Three parts of a statement: for what lies at or above some places, for what lies below, and whether there are rows whose
/// places are not known; and how these are read.
struct Question {
    above: &'static str,
    above_end: &'static str,
    below: &'static str,
    unknown: &'static str,
    unknown_page: &'static str,
}

/// What every question gives of a row.
macro_rules! columns {
    ($number:literal, $rows:literal, $id:literal, $location:literal, $keys:literal) => {
        concat!(
            "SELECT ",
            $number,
            " AS question, ",
            $id,
            " AS id, name, ",
            $location,
            " AS location, ",
            $keys,
            " AS keys_text FROM ",
            $rows,
            " WHERE "
        )
    };
}

/// A question to a table of rows with numbers and names, by a column of places. The rows of one number are left out.
macro_rules! question {
    ($above:literal, $below:literal, $unknown:literal,
     $rows:literal, $id:literal, $location:literal, $keys:literal, $place:literal) => {
        Question {
            above: concat!(
                "SELECT * FROM (",
                columns!($above, $rows, $id, $location, $keys),
                $id,
                " <> ? AND ",
                $place,
                " IN "
            ),
            above_end: concat!(" LIMIT ?) above_", $above),
            below: concat!(
                " UNION ALL SELECT * FROM (",
                columns!($below, $rows, $id, $location, $keys),
                $id,
                " <> ? AND ",
                $place,
                " >= ? AND ",
                $place,
                " <= ? ORDER BY ",
                $place,
                " LIMIT ?) below_",
                $below
            ),
            unknown: concat!(
                " UNION ALL SELECT * FROM (",
                columns!($unknown, $rows, $id, $location, $keys),
                $place,
                " = ? LIMIT 1) unknown_",
                $unknown
            ),
            unknown_page: concat!(
                columns!($above, $rows, $id, $location, $keys),
                $place,
                " = ? AND (",
                $id,
                " > ? OR (",
                $id,
                " = ? AND name > ?)) ORDER BY ",
                $id,
                ", name LIMIT ?"
            ),
        }
    };
}

/// The questions of one statement. What is told of tables comes first, then of partitions, then of databases.
#[rustfmt::skip]
const QUESTIONS: [Question; 4] = [
    question!("0", "1", "8", "skep_tables", "id", "location", "partition_keys", "place"),
    question!("2", "3", "9", "skep_partitions", "table_id", "location", "NULL", "place"),
    question!("4", "5", "10", "skep_databases", "id", "location", "NULL", "place"),
    question!("6", "7", "11", "skep_databases", "id", "managed_location", "NULL", "managed_place"),
];
/// From here on a row says that there are rows whose places are not known.
const UNKNOWN_FROM: usize = 8;

/// Whose data may be touched: it is no one else's.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// Nobody's.
    Nobody,
    /// That of the table of this number, with all its partitions.
    Table(i64),
    /// That of these partitions of a table.
    Partitions(i64, &'a HashSet<&'a str>),
}

impl Owner<'_> {
    /// The table that the statement leaves out; no number is negative.
    fn table_left_out(self) -> i64 {
        match self {
            Self::Table(id) => id,
            Self::Nobody | Self::Partitions(..) => -1,
        }
    }

    fn is(self, holder: &Holder) -> bool {
        match (self, holder) {
            (Self::Table(own), Holder::Table { id, .. }) => own == *id,
            (Self::Table(own), Holder::Partition { table_id, .. }) => own == *table_id,
            (Self::Partitions(own, names), Holder::Partition { table_id, name }) => {
                own == *table_id && names.contains(name.as_str())
            }
            _ => false,
        }
    }
}

/// Who has data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A database, whose tables lie in its directory.
    Database(Name),
    /// A table, in a directory of its own.
    Table {
        /// Its number.
        id: i64,
        /// Its name.
        name: Name,
        /// How many partition keys it has: none where its data lies in the directory itself.
        keys: usize,
    },
    /// A partition at a location of its own.
    Partition {
        /// The number of its table.
        table_id: i64,
        /// Its name.
        name: String,
    },
    /// So many that they were not told apart.
    Many,
}

/// Where somebody has data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holding {
    /// The place.
    pub location: Location,
    /// Whose it is.
    pub holder: Holder,
}

/// Who has data at, above or below some of the places that were asked about.
#[derive(Debug, Clone)]
pub struct Held {
    /// The places, by their positions in what was asked.
    pub places: Vec<usize>,
    /// Who has data at, above or below one of them, each once.
    pub holdings: Vec<Holding>,
}

/// What a statement found.
struct Found {
    holdings: HashSet<Holding>,
    /// Whether one of the questions has more to tell.
    is_cut: bool,
    has_unknown: bool,
}

impl Session {
    /// Who has data at, above or below these places, but for `owner`. The catalog is asked once where the places lie
    /// together, again and again for fewer of them where much lies between.
    pub async fn place_holders(
        &mut self,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Held>> {
        let mut found = Vec::new();
        let mut has_unknown = false;
        let forms: Vec<Place> = places.iter().map(|place| Place::of(place)).collect();
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_unstable_by(|one, other| forms[*one].cmp(&forms[*other]));
        let mut open = vec![(order.as_slice(), ROWS_PER_QUESTION)];
        while let Some((some, rows_max)) = open.pop() {
            if some.is_empty() {
                continue;
            }
            let asked: Vec<&Location> = some.iter().map(|index| places[*index]).collect();
            let answer = self.place_holders_of(&asked, owner, rows_max).await?;
            let Some(answer) = answer.filter(|answer| !answer.is_cut || asked.len() == 1) else {
                let (first, second) = some.split_at(some.len() / 2);
                open.extend([(first, ROWS_PER_QUESTION), (second, ROWS_PER_QUESTION)]);
                continue;
            };
            has_unknown |= answer.has_unknown;
            let mut holdings = answer.holdings;
            if answer.is_cut {
                let one = asked[0];
                let is_known = holdings
                    .iter()
                    .any(|holding| one.contains(&holding.location));
                if !is_known && rows_max < ROWS_PER_PLACE_MAX {
                    open.push((some, rows_max * 4));
                    continue;
                }
                if !is_known {
                    let location = one.clone();
                    let holder = Holder::Many;
                    holdings.insert(Holding { location, holder });
                }
            }
            if !holdings.is_empty() {
                found.push(Held {
                    places: some.to_vec(),
                    holdings: holdings.into_iter().collect(),
                });
            }
        }
        if has_unknown {
            found.push(Held {
                holdings: self.place_holders_unknown(places, owner).await?,
                places: order,
            });
        }
        Ok(found)
    }

    /// One statement; nothing where the places are too many for one.
    async fn place_holders_of(
        &mut self,
        places: &[&Location],
        owner: Owner<'_>,
        rows_max: usize,
    ) -> Result<Option<Found>> {
        let used = PlaceSet::of(places.iter().copied());
        let mut above: Vec<&str> = used.above().into_iter().collect();
        let alone = match places {
            [one] => Some(Place::of(one)),
            _ => None,
        };
        let stretches = used.stretches();
        let (first, last) = if let Some(one) = &alone {
            // What merely begins alike is left out.
            above.push(one.stored());
            one.below()
        } else {
            let ends = (stretches.first(), stretches.last());
            let (Some(first), Some(last)) = ends else {
                return Ok(None);
            };
            (first.to_owned(), last.to_owned())
        };
        if above.len() > LIST_LENGTH_MAX && places.len() > 1 {
            return Ok(None);
        }
        let mut statement = self.statement("");
        for (number, question) in QUESTIONS.iter().enumerate() {
            // The number of a database is no table's.
            let left_out = owner.table_left_out();
            if number > 0 {
                statement = statement.text(" UNION ALL ");
            }
            statement = statement
                .text(question.above)
                .bind(left_out)
                .list(&above)
                .text(question.above_end)
                .bind(rows_max)
                .text(question.below)
                .bind(left_out)
                .bind(first.as_str())
                .bind(last.as_str())
                .bind(rows_max)
                .text(question.unknown)
                .bind(UNKNOWN);
        }
        let rows = self.rows(&statement).await?;
        Ok(Some(found_in(&rows, &used, owner, rows_max)?))
    }

    /// Who of those whose places are not known has data there. Seldom anybody: see
    /// [`places_fill`](Self::places_fill).
    async fn place_holders_unknown(
        &mut self,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Holding>> {
        let used = PlaceSet::of(places.iter().copied());
        let mut holdings = HashSet::new();
        for question in &QUESTIONS {
            let mut after = (i64::MIN, String::new());
            loop {
                let statement = self
                    .statement(question.unknown_page)
                    .bind(UNKNOWN)
                    .bind(after.0)
                    .bind(after.0)
                    .bind(after.1.as_str())
                    .bind(UNKNOWN_PER_PAGE);
                let rows = self.rows(&statement).await?;
                let found = found_in(&rows, &used, owner, usize::MAX)?;
                holdings.extend(found.holdings);
                let Some(last) = rows.last().filter(|_| rows.len() == UNKNOWN_PER_PAGE) else {
                    break;
                };
                let mut cells = last.cells();
                let _question = cells.integer()?;
                after = (cells.integer()?, cells.string()?);
            }
        }
        Ok(holdings.into_iter().collect())
    }

    /// Of each of these paths below a table's directory a partition, but for some, that has its default place at, above or
    /// below it; `keys` is how many names a partition's path has.
    pub async fn partition_default_overlapping(
        &mut self,
        table_id: i64,
        keys: usize,
        paths: &[&str],
        but_for: &BTreeSet<&str>,
    ) -> Result<Vec<Option<String>>> {
        let mut found = vec![None; paths.len()];
        // The first names of a path are those of a partition that it lies in.
        let mut inside: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, path) in paths.iter().enumerate() {
            let end = path.match_indices('/').nth(keys.saturating_sub(1));
            let name = match end {
                Some((end, _)) => &path[..end],
                None if path.split('/').count() == keys => *path,
                None => {
                    found[index] = self
                        .partition_default_below(table_id, path, but_for)
                        .await?;
                    continue;
                }
            };
            if !but_for.contains(name) {
                inside.entry(name).or_default().push(index);
            }
        }
        let names: Vec<&str> = inside.keys().copied().collect();
        for chunk in names.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT p.name FROM skep_partitions p
                     WHERE p.table_id = ? AND p.location IS NULL AND p.name IN ",
                )
                .bind(table_id)
                .list(chunk);
            for row in &self.rows(&statement).await? {
                let name = row.cells().string()?;
                for index in inside.get(name.as_str()).into_iter().flatten() {
                    found[*index] = Some(name.clone());
                }
            }
        }
        Ok(found)
    }

    /// One partition of a table, but for some, that has its default place below a path.
    async fn partition_default_below(
        &mut self,
        table_id: i64,
        path: &str,
        but_for: &BTreeSet<&str>,
    ) -> Result<Option<String>> {
        // What lies below `a` sorts from `a/` up to `a0`.
        let (first, last) = (format!("{path}/"), format!("{path}0"));
        let others = but_for.range(first.as_str()..last.as_str()).count();
        let statement = self
            .statement(
                "SELECT p.name FROM skep_partitions p
                 WHERE p.table_id = ? AND p.location IS NULL AND p.name >= ? AND p.name < ?
                 ORDER BY p.name LIMIT ?",
            )
            .bind(table_id)
            .bind(first.as_str())
            .bind(last.as_str())
            .bind(others + 1);
        for row in &self.rows(&statement).await? {
            let name = row.cells().string()?;
            if !but_for.contains(name.as_str()) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}

fn found_in(
    rows: &[Row],
    used: &PlaceSet,
    owner: Owner<'_>,
    rows_max: usize,
) -> Result<Found, Failure> {
    let mut counts = [0; UNKNOWN_FROM];
    let mut has_unknown = false;
    let mut holdings = HashSet::new();
    for row in rows {
        let mut cells = row.cells();
        let question = usize::try_from(cells.integer()?).map_err(Failure::fault)?;
        let Some(count) = counts.get_mut(question) else {
            has_unknown = true;
            continue;
        };
        *count += 1;
        let (id, name) = (cells.integer()?, cells.string()?);
        let location = cells.string_or_null()?.map(Location::from_stored);
        let holder = match question {
            0 | 1 => Holder::Table {
                id,
                name: Name::new(&name),
                keys: columns_of(cells.text_or_null()?)?.len(),
            },
            2 | 3 => Holder::Partition { table_id: id, name },
            _ => Holder::Database(Name::new(&name)),
        };
        // One that has no place may stand among those whose places are not known yet.
        if let Some(location) = location
            && used.overlaps(&location)
            && !owner.is(&holder)
        {
            holdings.insert(Holding { location, holder });
        }
    }
    Ok(Found {
        holdings,
        is_cut: counts.iter().any(|count| *count >= rows_max),
        has_unknown,
    })
}
