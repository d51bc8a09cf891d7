//! What Trino, Presto and Spark do when a column of a Parquet file has another type than the table's.
//!
//! The rules follow the readers' own code, as named at each table below. They speak of one file read
//! through the table's columns: where a partition's recorded columns differ from the table's, Trino and
//! Presto convert once more (their Hive connectors' coercions), which is kinder than what stands here.
//! Spark is its native Parquet reader (`spark.sql.hive.convertMetastoreParquet`, on by default), in its
//! vectorized form; Presto is `PrestoDB` (`prestosql` up to 350 checks less and fails later).

use crate::hive::hive_type::HiveType;
use std::fmt;

mod presto;
mod schema;
mod spark;
mod trino;

pub use schema::{Finding, SchemaGrade, SchemaVerdict, schema_compare};

/// The fewest decimal digits before the point that hold any 32-bit integer.
const INT_DIGITS: u32 = 10;

/// What one engine does with the column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// It is read as it was written.
    Same,
    /// It is read as a wider type that holds every value.
    Widened,
    /// It depends: on the values, on the engine's release, or on how the file stores them.
    Risky(String),
    /// The query fails, or its answer is wrong.
    Breaks(String),
}

impl Reading {
    fn risky(why: &str) -> Reading {
        Reading::Risky(why.to_owned())
    }

    fn breaks(why: &str) -> Reading {
        Reading::Breaks(why.to_owned())
    }

    /// The reason; `None` where all is well.
    pub fn why(&self) -> Option<&str> {
        match self {
            Reading::Same | Reading::Widened => None,
            Reading::Risky(why) | Reading::Breaks(why) => Some(why),
        }
    }

    fn below(self, place: &str) -> Reading {
        match self {
            Reading::Risky(why) => Reading::Risky(format!("{place}: {why}")),
            Reading::Breaks(why) => Reading::Breaks(format!("{place}: {why}")),
            fine => fine,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Reading::Same => 0,
            Reading::Widened => 1,
            Reading::Risky(_) => 2,
            Reading::Breaks(_) => 3,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Same => f.write_str("same"),
            Reading::Widened => f.write_str("widened"),
            Reading::Risky(why) => write!(f, "risky: {why}"),
            Reading::Breaks(why) => write!(f, "breaks: {why}"),
        }
    }
}

/// The engines whose readers are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    /// Trino, its optimized Parquet reader.
    Trino,
    /// `PrestoDB`, and `prestosql` up to 350.
    Presto,
    /// Spark, its vectorized Parquet reader.
    Spark,
}

impl Engine {
    /// All of them, in the order in which they are told.
    pub const ALL: [Engine; 3] = [Engine::Trino, Engine::Presto, Engine::Spark];

    /// Its name in settings.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Trino => "trino",
            Engine::Presto => "presto",
            Engine::Spark => "spark",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Trino => "Trino",
            Engine::Presto => "Presto",
            Engine::Spark => "Spark",
        })
    }
}

/// What each engine does with a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Trino's reading.
    pub trino: Reading,
    /// Presto's reading.
    pub presto: Reading,
    /// Spark's reading.
    pub spark: Reading,
}

impl Verdict {
    /// All engines read it alike.
    pub fn all(reading: Reading) -> Verdict {
        Verdict {
            trino: reading.clone(),
            presto: reading.clone(),
            spark: reading,
        }
    }

    /// The reading of one engine.
    pub fn of(&self, engine: Engine) -> &Reading {
        match engine {
            Engine::Trino => &self.trino,
            Engine::Presto => &self.presto,
            Engine::Spark => &self.spark,
        }
    }

    /// The worst of the three readings.
    pub fn worst(&self) -> &Reading {
        let engines = Engine::ALL.map(|engine| self.of(engine));
        engines
            .into_iter()
            .max_by_key(|reading| reading.rank())
            .unwrap_or(&self.trino)
    }

    /// Takes the worse reading of each engine; `place` says where the other verdict was found.
    fn join(&mut self, other: Verdict, place: &str) {
        for (mine, others) in [
            (&mut self.trino, other.trino),
            (&mut self.presto, other.presto),
            (&mut self.spark, other.spark),
        ] {
            if others.rank() > mine.rank() {
                *mine = others.below(place);
            }
        }
    }
}

/// What the engines do when the table says `table_type` and the file `file_type`, both Hive type texts.
pub fn coercion(table_type: &str, file_type: &str) -> Verdict {
    compare(&HiveType::parse(table_type), &HiveType::parse(file_type))
}

/// As [`coercion`], of types that were read already.
///
/// Nested types: all three match the fields of a struct by name without regard to case, read a field
/// that the file lacks as null and skip one that only the file has; a file whose struct shares no field
/// with the table's gives a null struct, whatever it holds (Trino `ParquetTypeUtils.constructField`,
/// Presto `ColumnIOConverter`, Spark before SPARK-53535).
pub fn compare(table: &HiveType, file: &HiveType) -> Verdict {
    if table == file {
        return Verdict::all(Reading::Same);
    }
    match (table, file) {
        (HiveType::Unknown(text), _) | (_, HiveType::Unknown(text)) => {
            Verdict::all(Reading::Risky(format!("the type {text} is not known")))
        }
        (HiveType::Array(table_element), HiveType::Array(file_element)) => {
            let mut verdict = Verdict::all(Reading::Same);
            verdict.join(nested(table_element, file_element), "element");
            verdict
        }
        (HiveType::Map(table_key, table_value), HiveType::Map(file_key, file_value)) => {
            let mut verdict = Verdict::all(Reading::Same);
            verdict.join(nested(table_key, file_key), "key");
            verdict.join(nested(table_value, file_value), "value");
            verdict
        }
        (HiveType::Struct(table_fields), HiveType::Struct(file_fields)) => {
            structs(table_fields, file_fields)
        }
        _ if is_nested(table) || is_nested(file) => Verdict::all(Reading::breaks(
            "a nested type cannot be read as another kind",
        )),
        _ => Verdict {
            trino: trino::read(table, file),
            presto: presto::read(table, file),
            spark: spark::read(table, file),
        },
    }
}

fn structs(table: &[(String, HiveType)], file: &[(String, HiveType)]) -> Verdict {
    let mut verdict = Verdict::all(Reading::Same);
    let mut shared = 0;
    for (name, table_type) in table {
        let Some((_, file_type)) = file.iter().find(|(other, _)| other == name) else {
            continue;
        };
        shared += 1;
        verdict.join(nested(table_type, file_type), name);
    }
    if shared == 0 && !table.is_empty() {
        return Verdict::all(Reading::risky(
            "the structs share no field, so the whole struct is read as null",
        ));
    }
    verdict
}

/// Below the top level Trino converts no integers to double: its `ParquetPageSourceFactory` makes
/// coercers for primitive columns only.
fn nested(table: &HiveType, file: &HiveType) -> Verdict {
    let mut verdict = compare(table, file);
    if *table == HiveType::Double && integer_rank(file).is_some() {
        verdict.trino = Reading::breaks("integers inside nested types are not read as double");
    }
    verdict
}

fn is_nested(hive_type: &HiveType) -> bool {
    matches!(
        hive_type,
        HiveType::Array(_) | HiveType::Map(..) | HiveType::Struct(_)
    )
}

/// Integers by width; `None` for all others.
fn integer_rank(hive_type: &HiveType) -> Option<u8> {
    match hive_type {
        HiveType::TinyInt => Some(0),
        HiveType::SmallInt => Some(1),
        HiveType::Int => Some(2),
        HiveType::BigInt => Some(3),
        _ => None,
    }
}

/// Integers that Parquet stores in 32 bits.
fn is_int32(hive_type: &HiveType) -> bool {
    integer_rank(hive_type).is_some_and(|rank| rank < 3)
}

/// What Parquet stores as a byte array without a length; each engine reads it as any of these. The
/// length of a varchar is not in the file, so it is not compared.
fn is_text(hive_type: &HiveType) -> bool {
    matches!(
        hive_type,
        HiveType::String | HiveType::Varchar(_) | HiveType::Char(_) | HiveType::Binary
    )
}

fn is_timestamp(hive_type: &HiveType) -> bool {
    matches!(hive_type, HiveType::Timestamp | HiveType::TimestampLocal)
}

/// Both kinds of timestamp are stored alike; what differs is the time zone in which they are shown.
fn other_timestamp() -> Reading {
    Reading::risky("the same moments are shown in another time zone")
}

#[cfg(test)]
mod tests;
