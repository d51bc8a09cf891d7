//! How grave a change is for those who read the lake's copy of the source: breaking, risky or additive,
//! and for which engine where they differ.
//!
//! The copy is a Parquet table that a job fills day by day from the source. After the change new files
//! have the new columns, while the table still has those that it has. So a change is graded by each table
//! that it reaches as that table is: a changed type by what each engine does with the new type in the file and the
//! table's own type; what a table never had does not concern it, and what it has already is no news. Where no
//! table is known to be filled, nothing is known to break: such a change is at most risky.
//!
//! A table of the catalog itself (the dialect Hive) is what engines read. There it is the files that are
//! older than the change.

use super::canonical::{CanonicalType, TypeStep, hive_form};
use super::change::{Change, ChangeKind, RenameGuess};
use super::coercion::{Engine, Reading, compare};
use super::impact::FilledTable;
use super::table::computed;
use super::text::named;
use crate::hive::hive_type::HiveType;
use crate::model::{Severity, SourceDialect};

/// What a change means to one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineGrade {
    /// The engine.
    pub engine: Engine,
    /// How grave it is there.
    pub severity: Severity,
    /// Why, where it is not the same for all.
    pub why: Option<String>,
}

/// How grave a change is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// The gravest of the engines'.
    pub severity: Severity,
    /// Each engine's, in the order in which they were asked for.
    pub engines: Vec<EngineGrade>,
    /// Reasons, a line each: `Presto, Spark: breaking: the column cannot be converted (…)`.
    pub effects: Vec<String>,
}

/// What a change means to an engine, by itself or to one table.
type Judged = (Severity, Option<String>);

impl Grade {
    fn new(engines: &[Engine], of: impl Fn(Engine) -> Judged) -> Grade {
        let engines: Vec<EngineGrade> = engines
            .iter()
            .map(|engine| {
                let (severity, why) = of(*engine);
                EngineGrade {
                    engine: *engine,
                    severity,
                    why,
                }
            })
            .collect();
        Grade {
            severity: gravest(&engines),
            effects: effects(&engines),
            engines,
        }
    }

    /// That of a change that no engine minds.
    pub fn harmless(engines: &[Engine]) -> Grade {
        Grade::all(engines, Severity::Additive)
    }

    /// One grade for all engines, with its reason.
    pub fn because_all(engines: &[Engine], severity: Severity, why: &str) -> Grade {
        Grade::new(engines, |_| (severity, Some(why.to_owned())))
    }

    fn all(engines: &[Engine], severity: Severity) -> Grade {
        Grade::new(engines, |_| (severity, None))
    }

    /// Risky for Presto alone, which finds Parquet columns by position unless told otherwise.
    fn by_position(engines: &[Engine], others: Severity, why: &str) -> Grade {
        Grade::new(engines, |engine| match engine {
            Engine::Presto => (Severity::Risky, Some(why.to_owned())),
            Engine::Trino | Engine::Spark => (others, None),
        })
    }

    /// A reason for the engines that have none.
    fn because(mut self, why: &str) -> Grade {
        for one in &mut self.engines {
            one.why.get_or_insert_with(|| why.to_owned());
        }
        self.effects = effects(&self.engines);
        self
    }

    /// No engine's is graver than this.
    fn at_most(mut self, severity: Severity) -> Grade {
        for one in &mut self.engines {
            one.severity = one.severity.max(severity);
        }
        self.severity = gravest(&self.engines);
        self.effects = effects(&self.engines);
        self
    }

    /// The graver of two for each engine, with the reasons of both.
    #[must_use]
    pub fn join(mut self, other: Grade) -> Grade {
        for (mine, others) in self.engines.iter_mut().zip(other.engines) {
            if others.severity < mine.severity {
                *mine = others;
            }
        }
        self.severity = gravest(&self.engines);
        for line in other.effects {
            if !self.effects.contains(&line) {
                self.effects.push(line);
            }
        }
        self
    }
}

/// The gravest is the first in the order of severities.
fn gravest(engines: &[EngineGrade]) -> Severity {
    let found = engines.iter().map(|one| one.severity).min();
    found.unwrap_or(Severity::Additive)
}

/// One line for each reason, with the engines that have it.
fn effects(engines: &[EngineGrade]) -> Vec<String> {
    let mut lines: Vec<(Severity, &str, String)> = Vec::new();
    for one in engines {
        let Some(why) = one.why.as_deref() else {
            continue;
        };
        let engine = one.engine.to_string();
        let same = |line: &&mut (Severity, &str, String)| line.0 == one.severity && line.1 == why;
        match lines.iter_mut().find(same) {
            Some(line) => line.2 = format!("{}, {engine}", line.2),
            None => lines.push((one.severity, why, engine)),
        }
    }
    let shown = lines
        .into_iter()
        .map(|(severity, why, engines)| format!("{engines}: {}: {why}", severity.as_str()));
    shown.collect()
}

/// Grades a change of a source of that dialect by the tables that are filled from it, for the engines that count.
pub fn grade(
    change: &Change,
    dialect: SourceDialect,
    filled: &[FilledTable<'_>],
    engines: &[Engine],
) -> Grade {
    let of_tables = filled
        .iter()
        .map(|table| table_grade(change, dialect, *table, engines))
        .reduce(Grade::join);
    // Who reads a table of the catalog reads what changed.
    let of_itself = (dialect == SourceDialect::Hive).then(|| own_grade(change, dialect, engines));
    match (of_tables, of_itself) {
        (Some(tables), Some(own)) => own.join(tables),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => own_grade(change, dialect, engines).at_most(Severity::Risky),
    }
}

/// What a change is to a table that had all that the source's had.
fn own_grade(change: &Change, dialect: SourceDialect, engines: &[Engine]) -> Grade {
    let all = |severity| Grade::all(engines, severity);
    match &change.kind {
        ChangeKind::TableRenamed {
            guess: RenameGuess::SameLetters,
            ..
        }
        | ChangeKind::ColumnRenamed { .. }
        | ChangeKind::ColumnsReordered { .. }
        | ChangeKind::ColumnAdded { .. } => place_grade(&change.kind, engines),
        ChangeKind::TableDropped(_)
        | ChangeKind::TableRenamed { .. }
        | ChangeKind::ViewBroken
        | ChangeKind::ColumnDropped { .. } => all(Severity::Breaking),
        ChangeKind::DefaultChanged { before, after, .. }
            if [before, after]
                .into_iter()
                .flatten()
                .any(|text| computed(text).is_some()) =>
        {
            let why = "its values are computed otherwise from now on";
            Grade::all(engines, Severity::Risky).because(why)
        }
        ChangeKind::TableKindChanged { .. }
        | ChangeKind::TableReplaced { .. }
        | ChangeKind::VisibilityChanged { hidden: true, .. }
        | ChangeKind::NullabilityChanged { nullable: true, .. }
        | ChangeKind::UniqueKeyChanged {
            before: Some(_), ..
        }
        | ChangeKind::ColumnReplaced { .. }
        | ChangeKind::ViewChanged { .. }
        | ChangeKind::PrimaryKeyChanged { .. } => all(Severity::Risky),
        ChangeKind::TypeChanged { before, after, .. } if dialect == SourceDialect::Hive => {
            let places = ("the table", "older files");
            let [old, new] = [before, after].map(|text| HiveType::parse(text));
            reading_grade(engines, &new, &old, places, Severity::Additive)
        }
        ChangeKind::TypeChanged { .. } => type_grade(change, dialect, None, engines),
        ChangeKind::TableAdded(_)
        | ChangeKind::TableAttached { .. }
        | ChangeKind::TableDetached { .. }
        | ChangeKind::ViewMended { .. }
        | ChangeKind::VisibilityChanged { hidden: false, .. }
        | ChangeKind::NullabilityChanged {
            nullable: false, ..
        }
        | ChangeKind::UniqueKeyChanged { before: None, .. }
        | ChangeKind::TableCommentChanged { .. }
        | ChangeKind::DefaultChanged { .. }
        | ChangeKind::ColumnCommentChanged { .. } => all(Severity::Additive),
    }
}

/// What a change of names and places is, by which engines find columns; a name that changes in case alone stays the same.
fn place_grade(kind: &ChangeKind, engines: &[Engine]) -> Grade {
    let (others, why) = match kind {
        ChangeKind::ColumnRenamed { guess, .. } if *guess != RenameGuess::SameLetters => (
            Severity::Breaking,
            "by position the column is still read under its old name",
        ),
        ChangeKind::ColumnAdded { last: false, .. } => (
            Severity::Additive,
            "by position the columns behind it are read as their neighbours",
        ),
        ChangeKind::ColumnsReordered { .. } => (
            Severity::Additive,
            "by position the columns are read as one another",
        ),
        _ => return Grade::harmless(engines),
    };
    Grade::by_position(engines, others, why)
}

/// What a change is to a table that is filled from the source's.
fn table_grade(
    change: &Change,
    dialect: SourceDialect,
    filled: FilledTable<'_>,
    engines: &[Engine],
) -> Grade {
    let all = |severity| Grade::all(engines, severity);
    let concerns = match &change.kind {
        ChangeKind::ColumnAdded {
            column,
            twin: Some(_),
            ..
        } if filled.column(&column.name).is_some() => return twins(engines),
        ChangeKind::ColumnAdded { column, .. } => {
            if filled.has_key(&column.name) {
                return key_grade(&column.name, filled, engines);
            }
            !filled.has(&column.name)
        }
        ChangeKind::ColumnDropped { column, left, .. } => {
            left.is_none() && filled.has(&column.name)
        }
        ChangeKind::ColumnRenamed { .. } => return renamed_grade(change, dialect, filled, engines),
        ChangeKind::NullabilityChanged { column, .. }
        | ChangeKind::VisibilityChanged { column, .. }
        | ChangeKind::DefaultChanged { column, .. }
        | ChangeKind::ColumnReplaced { column } => filled.has(column),
        ChangeKind::ColumnsReordered { after, .. } => {
            after.iter().filter(|name| filled.has(name)).count() > 1
        }
        ChangeKind::TypeChanged { column, .. } => {
            if let Some(found) = filled.column(column) {
                let table = HiveType::parse(&found.data_type);
                return type_grade(change, dialect, Some((&table, filled.name)), engines);
            }
            if filled.has_key(column) {
                // The values stand in the names of directories, as the job writes them.
                return all(Severity::Risky);
            }
            false
        }
        _ => true,
    };
    if concerns {
        own_grade(change, dialect, engines)
    } else {
        all(Severity::Additive)
    }
}

/// A renamed column: what the old name loses, and what the new one meets.
fn renamed_grade(
    change: &Change,
    dialect: SourceDialect,
    filled: FilledTable<'_>,
    engines: &[Engine],
) -> Grade {
    let ChangeKind::ColumnRenamed {
        from,
        to,
        guess,
        twin,
        left,
        ..
    } = &change.kind
    else {
        return Grade::harmless(engines);
    };
    let lost = if left.is_none() && filled.has(from) {
        own_grade(change, dialect, engines)
    } else {
        Grade::harmless(engines)
    };
    if *guess == RenameGuess::SameLetters {
        return lost;
    }
    if filled.has_key(to) {
        return lost.join(key_grade(to, filled, engines));
    }
    if twin.is_some() && filled.column(to).is_some() {
        return lost.join(twins(engines));
    }
    lost
}

/// Files that get a column with the name of a key of the partitions.
fn key_grade(name: &str, filled: FilledTable<'_>, engines: &[Engine]) -> Grade {
    let why = format!(
        "{} is a partition key of {}: the files' column of that name is not read",
        named(name),
        filled.name
    );
    Grade::because_all(engines, Severity::Risky, &why)
}

/// Files with two columns of one name but for the case.
fn twins(engines: &[Engine]) -> Grade {
    Grade::new(engines, |engine| match engine {
        Engine::Spark => {
            let why = "files in which two columns differ by case alone are refused";
            (Severity::Breaking, Some(why.to_owned()))
        }
        Engine::Trino | Engine::Presto => {
            let why = "which of two columns is read that differ by case alone is not known";
            (Severity::Risky, Some(why.to_owned()))
        }
    })
}

/// A changed type against the type that a table has; `table` is that type and where it stands, `None` where it is not
/// known and taken for the type before.
fn type_grade(
    change: &Change,
    dialect: SourceDialect,
    table: Option<(&HiveType, &str)>,
    engines: &[Engine],
) -> Grade {
    let ChangeKind::TypeChanged {
        before,
        after,
        step,
        ..
    } = &change.kind
    else {
        return Grade::all(engines, Severity::Additive);
    };
    let [was, is] = [before, after].map(|text| CanonicalType::read(dialect, text));
    let (old, new) = (hive_form(&was), hive_form(&is));
    let hides = old == new || table.is_none();
    let known = table.map(|(table, place)| (table, place.to_owned()));
    let unknown = || Some((old.as_ref()?, "a table of the old type".to_owned()));
    let table = known.or_else(unknown);
    let (Some((table, place)), Some(new)) = (table, &new) else {
        return unknown_type(engines);
    };
    // Less room or another meaning is a risk to jobs where the files do not show it (a word less in an enum, a shorter
    // text), and where nobody knows what the table makes of it.
    let is_less = matches!(step, TypeStep::Narrowed | TypeStep::Other);
    // And so are values that look otherwise from now on, though an engine reads them: queries compare them.
    let is_reformed = *step == TypeStep::Other && !was.keeps_form(&is);
    let least = if (is_less && hides) || is_reformed {
        Severity::Risky
    } else {
        Severity::Additive
    };
    let grade = reading_grade(engines, table, new, (&place, "new files"), least);
    if old.as_ref() == Some(new) && least == Severity::Risky {
        let why = match words_gone(dialect, before, after) {
            Some(words) => format!("no value any more: {words}"),
            None => format!("files hold `{new}` as before, but values may be others"),
        };
        return grade.because(&why);
    }
    if is_reformed {
        return grade
            .because("the values can be read, but are written in another form from now on");
    }
    grade
}

/// The words that a type had and has no more.
fn words_gone(dialect: SourceDialect, before: &str, after: &str) -> Option<String> {
    let words = |text| match CanonicalType::read(dialect, text) {
        CanonicalType::Words { words, .. } => Some(words),
        _ => None,
    };
    let (old, new) = (words(before)?, words(after)?);
    let gone: Vec<String> = old.into_iter().filter(|word| !new.contains(word)).collect();
    let gone: Vec<String> = gone.iter().map(|word| named(word)).collect();
    (!gone.is_empty()).then(|| gone.join(", "))
}

/// What the engines do with a file of one type in a table of another, and where each stands.
fn reading_grade(
    engines: &[Engine],
    table: &HiveType,
    file: &HiveType,
    places: (&str, &str),
    least: Severity,
) -> Grade {
    let verdict = compare(table, file);
    let (table_place, file_place) = places;
    Grade::new(engines, |engine| {
        let reading = verdict.of(engine);
        let severity = match reading {
            Reading::Same | Reading::Widened => Severity::Additive,
            Reading::Risky(_) => Severity::Risky,
            Reading::Breaks(_) => Severity::Breaking,
        };
        let why = reading
            .why()
            .map(|why| format!("{why} (`{table}` in {table_place}, `{file}` in {file_place})"));
        (severity.min(least), why)
    })
}

fn unknown_type(engines: &[Engine]) -> Grade {
    Grade::new(engines, |_| {
        let why = "what a dump makes of the type is not known";
        (Severity::Risky, Some(why.to_owned()))
    })
}

#[cfg(test)]
mod tests;
