//! How grave a change is for those who read the lake's copy of the source: breaking, risky or additive,
//! and for which engine where they differ.
//!
//! The copy is a Parquet table that a job fills day by day from the source. After the change new files
//! have the new columns, while the table still has the old ones until somebody alters it. So a changed
//! type is graded by what each engine does with the new type in the file and the old one in the table.

use super::canonical::{CanonicalType, TypeStep, hive_form};
use super::change::{Change, ChangeKind, RenameGuess};
use super::coercion::{Engine, Reading, compare};
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
    /// Each engine's, in the order of [`Engine::ALL`].
    pub engines: [EngineGrade; 3],
}

impl Grade {
    fn new(of: impl Fn(Engine) -> (Severity, Option<String>)) -> Grade {
        let engines = Engine::ALL.map(|engine| {
            let (severity, why) = of(engine);
            EngineGrade {
                engine,
                severity,
                why,
            }
        });
        // The gravest is the first in the order of severities.
        let severity = engines.iter().map(|one| one.severity).min();
        Grade {
            severity: severity.unwrap_or(Severity::Additive),
            engines,
        }
    }

    fn all(severity: Severity) -> Grade {
        Grade::new(|_| (severity, None))
    }

    /// Grave for Presto alone, which finds Parquet columns by position unless told otherwise.
    fn by_position(others: Severity, presto: Severity, why: &str) -> Grade {
        Grade::new(|engine| match engine {
            Engine::Presto => (presto, Some(why.to_owned())),
            Engine::Trino | Engine::Spark => (others, None),
        })
    }

    /// One line for each engine that has a reason, such as `Spark: risky: releases before 4.0 fail`.
    pub fn effects(&self) -> Vec<String> {
        let reasons = self.engines.iter().filter_map(|one| {
            let why = one.why.as_deref()?;
            Some(format!("{}: {}: {why}", one.engine, one.severity.as_str()))
        });
        reasons.collect()
    }
}

/// Grades a change of a source of that dialect.
pub fn grade(change: &Change, dialect: SourceDialect) -> Grade {
    match &change.kind {
        ChangeKind::TableDropped(_)
        | ChangeKind::TableRenamed { .. }
        | ChangeKind::ColumnDropped { .. } => Grade::all(Severity::Breaking),
        ChangeKind::ColumnRenamed {
            guess: RenameGuess::SamePlace | RenameGuess::SameComment | RenameGuess::SameColumns,
            ..
        } => Grade::by_position(
            Severity::Breaking,
            Severity::Risky,
            "by position the column is still read under its old name",
        ),
        ChangeKind::TableKindChanged { .. }
        | ChangeKind::ViewChanged { .. }
        | ChangeKind::PrimaryKeyChanged { .. } => Grade::all(Severity::Risky),
        ChangeKind::UniqueKeyChanged { before, .. } => Grade::all(if before.is_some() {
            Severity::Risky
        } else {
            Severity::Additive
        }),
        ChangeKind::NullabilityChanged { nullable, .. } => Grade::all(if *nullable {
            Severity::Risky
        } else {
            Severity::Additive
        }),
        ChangeKind::ColumnAdded { last: false, .. } => Grade::by_position(
            Severity::Additive,
            Severity::Risky,
            "by position the columns behind it are read as their neighbours",
        ),
        ChangeKind::ColumnsReordered { .. } => Grade::by_position(
            Severity::Additive,
            Severity::Risky,
            "by position the columns are read as one another",
        ),
        ChangeKind::TypeChanged {
            before,
            after,
            step,
            ..
        } => type_grade(dialect, before, after, *step),
        ChangeKind::ColumnRenamed {
            guess: RenameGuess::SameLetters,
            ..
        }
        | ChangeKind::TableAdded(_)
        | ChangeKind::TableCommentChanged { .. }
        | ChangeKind::ColumnAdded { last: true, .. }
        | ChangeKind::DefaultChanged { .. }
        | ChangeKind::ColumnCommentChanged { .. } => Grade::all(Severity::Additive),
    }
}

fn type_grade(dialect: SourceDialect, before: &str, after: &str, step: TypeStep) -> Grade {
    let old = CanonicalType::read(dialect, before);
    let new = CanonicalType::read(dialect, after);
    // A type with less room, or of another meaning, is a risk to jobs even where the files read alike.
    let least = match step {
        TypeStep::Widened => Severity::Additive,
        TypeStep::Narrowed | TypeStep::Other => Severity::Risky,
    };
    let (Some(table), Some(file)) = (hive_form(&old), hive_form(&new)) else {
        return Grade::new(|_| {
            let why = "what a dump makes of the type is not known";
            (Severity::Risky, Some(why.to_owned()))
        });
    };
    let verdict = compare(&table, &file);
    Grade::new(|engine| {
        let reading = verdict.of(engine);
        let severity = match reading {
            Reading::Same | Reading::Widened => Severity::Additive,
            Reading::Risky(_) => Severity::Risky,
            Reading::Breaks(_) => Severity::Breaking,
        };
        let why = reading
            .why()
            .map(|why| format!("{why} ({table} in the table, {file} in new files)"));
        (severity.min(least), why)
    })
}
