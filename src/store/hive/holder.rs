//! Who has data at a place. Whoever is about to empty or to move directories asks who else has data at, above or below them.
//!
//! The directories of databases, the locations of tables, and the own locations of partitions stand in their rows in a form
//! that an index can search ([`form::place`](crate::store::form::place)), so one statement tells it for any number of
//! places that lie together. Partitions at their default places have none: those of a table are asked for by their names.

use crate::error::Result;
use crate::model::{Location, Name};
use crate::store::form::packing::columns_of;
use crate::store::form::place::{PlaceSet, UNKNOWN};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::collections::{BTreeSet, HashSet};

/// Most rows that one kind of question gives at once; where there are more, fewer places are asked about.
const ROWS_PER_QUESTION_MAX: usize = 256;

/// Two halves of a statement: for what lies at or above some places, and for what lies at or below.
struct Question {
    above: &'static str,
    above_end: &'static str,
    below: &'static str,
}

/// A question to a table of rows with numbers and names, by a column of places. The rows of one number are left out.
macro_rules! question {
    ($above:literal, $below:literal, $rows:literal, $id:literal, $location:literal, $keys:literal, $place:literal) => {
        Question {
            above: concat!(
                "SELECT * FROM (SELECT ",
                $above,
                " AS question, ",
                $id,
                " AS id, name, ",
                $location,
                " AS location, ",
                $keys,
                " AS keys_text FROM ",
                $rows,
                " WHERE ",
                $id,
                " <> ? AND ",
                $place,
                " IN "
            ),
            above_end: concat!(" LIMIT ?) above_", $above),
            below: concat!(
                " UNION ALL SELECT * FROM (SELECT ",
                $below,
                " AS question, ",
                $id,
                " AS id, name, ",
                $location,
                " AS location, ",
                $keys,
                " AS keys_text FROM ",
                $rows,
                " WHERE ",
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
        }
    };
}

/// The questions of one statement.
#[rustfmt::skip]
const QUESTIONS: [Question; 4] = [
    question!("1", "2", "skep_tables", "id", "location", "partition_keys", "place"),
    question!("3", "4", "skep_partitions", "table_id", "location", "NULL", "place"),
    question!("5", "6", "skep_databases", "id", "location", "NULL", "place"),
    question!("7", "8", "skep_databases", "id", "managed_location", "NULL", "managed_place"),
];

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
            (Self::Partitions(own, names), Holder::Partition { table_id, name }) => {
                own == *table_id && names.contains(name.as_str())
            }
            _ => false,
        }
    }
}

/// Who has data.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The place.
    pub location: Location,
    /// Whose it is.
    pub holder: Holder,
}

/// What a statement found.
struct Found {
    holdings: Vec<Holding>,
    /// Whether one of the questions has more to tell.
    is_cut: bool,
}

impl Session {
    /// Who has data at, above or below these places, but for `owner`. The catalog is asked once where the places lie
    /// together, again and again for fewer of them where much lies between.
    pub async fn place_holders(
        &mut self,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Vec<Holding>> {
        let mut found = Vec::new();
        let mut open = vec![places];
        while let Some(some) = open.pop() {
            if some.is_empty() {
                continue;
            }
            let told = self.place_holders_of(some, owner).await?;
            match (told, some) {
                (Some(told), [one]) if told.is_cut && told.holdings.is_empty() => {
                    let location = (*one).clone();
                    found.push(Holding {
                        location,
                        holder: Holder::Many,
                    });
                }
                (Some(told), [_]) => found.extend(told.holdings),
                (Some(told), _) if !told.is_cut => found.extend(told.holdings),
                _ => {
                    let (first, second) = some.split_at(some.len() / 2);
                    open.extend([first, second]);
                }
            }
        }
        Ok(found)
    }

    /// One statement; nothing where the places are too many for one.
    async fn place_holders_of(
        &mut self,
        places: &[&Location],
        owner: Owner<'_>,
    ) -> Result<Option<Found>> {
        let used = PlaceSet::of(places.iter().copied());
        let above = used.above();
        let above: Vec<&str> = [UNKNOWN].into_iter().chain(above).collect();
        let stretches = used.stretches();
        let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else {
            return Ok(None);
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
                .bind(ROWS_PER_QUESTION_MAX)
                .text(question.below)
                .bind(left_out)
                .bind(first)
                .bind(last)
                .bind(ROWS_PER_QUESTION_MAX);
        }
        let rows = self.rows(&statement).await?;
        Ok(Some(found_in(&rows, &used, owner)?))
    }

    /// The names of a table's partitions at their default places that lie at, above or below one of these paths below its
    /// directory; `keys` is how many names a partition's path has. At most as many as there are paths.
    pub async fn partition_default_overlapping(
        &mut self,
        table_id: i64,
        keys: usize,
        paths: &[&str],
    ) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let mut names = BTreeSet::new();
        for path in paths {
            match path.match_indices('/').nth(keys.saturating_sub(1)) {
                Some((end, _)) => names.insert(&path[..end]),
                None if path.split('/').count() == keys => names.insert(*path),
                None => {
                    found.extend(self.partition_default_below(table_id, path).await?);
                    continue;
                }
            };
        }
        let names: Vec<&str> = names.into_iter().collect();
        for chunk in names.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT p.name FROM skep_partitions p
                     WHERE p.table_id = ? AND p.location IS NULL AND p.name IN ",
                )
                .bind(table_id)
                .list(chunk);
            for row in &self.rows(&statement).await? {
                found.push(row.cells().string()?);
            }
        }
        Ok(found)
    }

    /// One partition of a table at its default place below a path.
    async fn partition_default_below(
        &mut self,
        table_id: i64,
        path: &str,
    ) -> Result<Option<String>> {
        let (first, last) = if path.is_empty() {
            (String::new(), None)
        } else {
            (format!("{path}/"), Some(format!("{path}0")))
        };
        let mut statement = self
            .statement(
                "SELECT p.name FROM skep_partitions p
                 WHERE p.table_id = ? AND p.location IS NULL AND p.name >= ?",
            )
            .bind(table_id)
            .bind(first.as_str());
        if let Some(last) = &last {
            statement = statement.text(" AND p.name < ?").bind(last.as_str());
        }
        let statement = statement.text(" ORDER BY p.name LIMIT 1");
        let row = self.row(&statement).await?;
        Ok(row.map(|row| row.cells().string()).transpose()?)
    }
}

fn found_in(rows: &[Row], used: &PlaceSet, owner: Owner<'_>) -> Result<Found, Failure> {
    let mut counts = [0; 2 * QUESTIONS.len()];
    let mut holdings = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let question = cells.integer()?;
        let (id, name) = (cells.integer()?, cells.string()?);
        let location = cells.string_or_null()?.map(Location::from_stored);
        let holder = match question {
            1 | 2 => Holder::Table {
                id,
                name: Name::new(&name),
                keys: columns_of(cells.text_or_null()?)?.len(),
            },
            3 | 4 => Holder::Partition { table_id: id, name },
            _ => Holder::Database(Name::new(&name)),
        };
        let count = usize::try_from(question - 1).map_err(Failure::fault)?;
        counts[count] += 1;
        // One that has no place may stand among those whose places are not known yet.
        if let Some(location) = location
            && used.overlaps(&location)
            && !owner.is(&holder)
        {
            let holding = Holding { location, holder };
            if !holdings.contains(&holding) {
                holdings.push(holding);
            }
        }
    }
    Ok(Found {
        holdings,
        is_cut: counts.contains(&ROWS_PER_QUESTION_MAX),
    })
}
