//! What a change does to the catalog tables that are filled from a source table: what they lack or hold too much
//! after it, and where they are ready for it.

use super::canonical::{CanonicalType, hive_form};
use super::change::{Change, ChangeKind};
use super::coercion::compare;
use super::text::named;
use crate::hive::hive_type::HiveType;
use crate::model::{Column, SourceColumn, SourceDialect};

/// A table of the catalog that a source's table fills.
#[derive(Debug, Clone, Copy)]
pub struct FilledTable<'a> {
    /// As texts name it, such as `` `t1_shop.orders` (t1) ``.
    pub name: &'a str,
    /// The columns that its files hold; of a table that Spark reads on its own those that Spark knows.
    pub columns: &'a [Column],
    /// The keys of its partitions, whose values stand in the names of directories.
    pub keys: &'a [Column],
}

impl<'a> FilledTable<'a> {
    /// A column of that name, without regard to case.
    pub fn column(&self, name: &str) -> Option<&'a Column> {
        let name = name.to_lowercase();
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether a key of the partitions has that name.
    pub fn has_key(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.keys.iter().any(|key| key.name == name)
    }

    /// Whether it has a column or key of that name.
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some() || self.has_key(name)
    }
}

/// What a catalog table has too little or too much after a change of its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetImpact {
    /// Columns that the source has and the table lacks, with the type that a dump gives them: what may
    /// be added to the table.
    pub lacks: Vec<Column>,
    /// A column that the source has and the table lacks, and of which nobody knows what type a dump gives it.
    pub lacks_untyped: Option<String>,
    /// Columns that the table has and the source lost: null from now on.
    pub surplus: Vec<String>,
    /// Columns that hold the values of another column of the source from now on.
    pub refilled: Vec<String>,
    /// The column whose type differs from the files' now, so that an engine may not read it as meant.
    pub differs: Option<String>,
    /// Why the table is not concerned, where it might have been: it has what the change brings, or never had what goes.
    pub ready: Option<String>,
}

impl TargetImpact {
    /// Whether the table is as well off as before.
    pub fn is_none(&self) -> bool {
        self.lacks.is_empty()
            && self.lacks_untyped.is_none()
            && self.surplus.is_empty()
            && self.refilled.is_empty()
            && self.differs.is_none()
    }
}

/// What a change of a source of that dialect does to a catalog table.
pub fn target_impact(
    change: &Change,
    dialect: SourceDialect,
    filled: FilledTable<'_>,
) -> TargetImpact {
    let mut impact = TargetImpact::default();
    match &change.kind {
        ChangeKind::ColumnAdded { column, twin, .. } => match filled.column(&column.name) {
            Some(_) if twin.is_some() => {}
            Some(_) => {
                impact.ready = Some(format!("has the column {} already", named(&column.name)));
            }
            None if filled.has_key(&column.name) => {}
            None => match dumped(column, dialect) {
                Some(dumped) => impact.lacks.push(dumped),
                None => impact.lacks_untyped = Some(column.name.to_lowercase()),
            },
        },
        ChangeKind::ColumnDropped { left: Some(_), .. } => {}
        ChangeKind::ColumnDropped { column, .. } => match filled.column(&column.name) {
            Some(lost) => impact.surplus.push(lost.name.clone()),
            None if filled.has_key(&column.name) => {}
            None => impact.ready = Some(format!("never had the column {}", named(&column.name))),
        },
        ChangeKind::ColumnRenamed {
            from,
            to,
            taken,
            twin,
            left,
            ..
        } => {
            let old = match (left, taken) {
                (Some(_), _) => Old::Left,
                (None, true) => Old::Taken,
                (None, false) => Old::Gone,
            };
            renamed((from, old), (to, twin.is_some()), filled, &mut impact);
        }
        ChangeKind::ColumnReplaced { column } => match filled.column(column) {
            Some(found) => impact.refilled.push(found.name.clone()),
            None if filled.has_key(column) => {}
            None => impact.ready = Some(format!("never had the column {}", named(column))),
        },
        ChangeKind::TypeChanged {
            column,
            before,
            after,
            ..
        } => {
            let ends = [before, after].map(|text| hive_form(&CanonicalType::read(dialect, text)));
            type_changed(column, ends, filled, &mut impact);
        }
        ChangeKind::TableDropped(table) => {
            let lost = table.columns.iter();
            let lost = lost.filter_map(|column| filled.column(&column.name));
            impact
                .surplus
                .extend(lost.map(|column| column.name.clone()));
        }
        ChangeKind::TableReplaced { .. } => {
            let refilled = filled.columns.iter();
            impact
                .refilled
                .extend(refilled.map(|column| column.name.clone()));
        }
        _ => {}
    }
    impact
}

/// What became of the old name of a renamed column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Old {
    Gone,
    /// Another column has it.
    Taken,
    /// A column is left that has it but for its case.
    Left,
}

fn renamed(
    (from, old_name): (&str, Old),
    (to, has_twin): (&str, bool),
    filled: FilledTable<'_>,
    impact: &mut TargetImpact,
) {
    if from.to_lowercase() == to.to_lowercase() {
        return;
    }
    let Some(old) = filled.column(from) else {
        if filled.has_key(to) || has_twin && filled.has(to) {
            return;
        }
        impact.ready = Some(if filled.has(to) {
            format!("has the column {} already", named(to))
        } else {
            format!("never had the column {}", named(from))
        });
        return;
    };
    match old_name {
        Old::Gone => impact.surplus.push(old.name.clone()),
        Old::Taken => impact.refilled.push(old.name.clone()),
        Old::Left => {}
    }
    if !filled.has(to) {
        impact.lacks.push(Column {
            name: to.to_lowercase(),
            ..old.clone()
        });
    }
}

fn type_changed(
    column: &str,
    [before, after]: [Option<HiveType>; 2],
    filled: FilledTable<'_>,
    impact: &mut TargetImpact,
) {
    let Some(found) = filled.column(column) else {
        if !filled.has_key(column) {
            impact.ready = Some(format!("never had the column {}", named(column)));
        }
        return;
    };
    let Some(now) = &after else { return };
    let table = HiveType::parse(&found.data_type);
    if table == *now && before != after {
        impact.ready = Some(format!("has {} as `{now}` already", named(column)));
    } else if compare(&table, now).worst().why().is_some() {
        impact.differs = Some(found.name.clone());
    }
}

/// The column that a dump makes of a source's column; `None` where that is not known.
pub fn dumped(column: &SourceColumn, dialect: SourceDialect) -> Option<Column> {
    let canonical = CanonicalType::read(dialect, &column.data_type);
    hive_form(&canonical).map(|hive_type| Column {
        name: column.name.to_lowercase(),
        data_type: hive_type.to_string(),
        comment: column.comment.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::canonical::TypeStep;
    use crate::diff::change::RenameGuess;
    use crate::model::SourceTableRef;

    fn column(name: &str, data_type: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    }

    fn source(name: &str, data_type: &str) -> SourceColumn {
        SourceColumn {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            default: None,
            comment: None,
            identity: None,
            default_identity: None,
            hidden: false,
        }
    }

    /// What a change is to a table of two columns and a key.
    fn impact(kind: ChangeKind) -> TargetImpact {
        let table = SourceTableRef {
            schema: "shop".to_owned(),
            name: "orders".to_owned(),
        };
        let columns = [column("id", "int"), column("price", "decimal(10,2)")];
        let keys = [column("dt", "date")];
        let filled = FilledTable {
            name: "t1.orders",
            columns: &columns,
            keys: &keys,
        };
        target_impact(&Change { table, kind }, SourceDialect::Postgres, filled)
    }

    #[test]
    fn says_what_a_table_lacks_and_holds_too_much() {
        let added = impact(ChangeKind::ColumnAdded {
            column: source("Note", "varchar(20)"),
            at: 2,
            last: true,
            twin: None,
        });
        assert_eq!(added.lacks, [column("note", "string")]);
        let known = impact(ChangeKind::ColumnAdded {
            column: source("ID", "int4"),
            at: 2,
            last: true,
            twin: None,
        });
        assert!(known.is_none());
        assert_eq!(known.ready.as_deref(), Some("has the column `ID` already"));
        let key = impact(ChangeKind::ColumnAdded {
            column: source("dt", "date"),
            at: 2,
            last: true,
            twin: None,
        });
        assert_eq!(key, TargetImpact::default());
        let dropped = impact(ChangeKind::ColumnDropped {
            column: source("price", "numeric(10,2)"),
            at: 1,
            left: None,
        });
        assert_eq!(dropped.surplus, ["price"]);
        let renamed = impact(ChangeKind::ColumnRenamed {
            from: "price".to_owned(),
            to: "amount".to_owned(),
            guess: RenameGuess::SamePlace,
            taken: false,
            twin: None,
            left: None,
        });
        assert_eq!(renamed.lacks, [column("amount", "decimal(10,2)")]);
        assert_eq!(renamed.surplus, ["price"]);
        let wider = impact(ChangeKind::TypeChanged {
            column: "id".to_owned(),
            before: "int4".to_owned(),
            after: "int8".to_owned(),
            step: TypeStep::Widened,
        });
        assert_eq!(wider.differs.as_deref(), Some("id"));
        let price = impact(ChangeKind::TypeChanged {
            column: "price".to_owned(),
            before: "numeric(8,2)".to_owned(),
            after: "numeric(10,2)".to_owned(),
            step: TypeStep::Widened,
        });
        assert!(price.is_none());
        assert_eq!(
            price.ready.as_deref(),
            Some("has `price` as `decimal(10,2)` already")
        );
    }
}
