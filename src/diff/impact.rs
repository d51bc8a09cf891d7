//! Whom a change reaches: the catalog tables that are filled from a source table, what they lack or hold
//! too much after the change, who owns them, their tier, and the views that name the column.

use super::canonical::{CanonicalType, hive_form};
use super::change::{Change, ChangeKind};
use super::coercion::{Verdict, coercion};
use super::pattern::{NamePattern, NameRule, PatternError};
use crate::model::{Column, SourceColumn, SourceDialect, SourceTableRef};

/// Rules of each kind at most.
pub const IMPACT_RULES_MAX: usize = 10_000;

/// Rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImpactRuleError {
    /// A pattern or target.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A target that is not `database.table`.
    #[error("the target {target} is not of the form database.table")]
    Target {
        /// The target.
        target: String,
    },
    /// Too many.
    #[error("{found} rules, at most {IMPACT_RULES_MAX} are taken")]
    TooMany {
        /// How many.
        found: usize,
    },
}

/// Which catalog tables a source's tables fill, who owns them, and the tiers' names.
#[derive(Debug, Clone, Default)]
pub struct ImpactRules {
    targets: Vec<NameRule>,
    owners: Vec<(NamePattern, String)>,
    tiers: Vec<String>,
}

impl ImpactRules {
    /// Reads the rules: pairs of source pattern and target (`shop.{table}`,
    /// `t1_shop.{table}_snapshot_1d_daily`), pairs of pattern and owner, of which the first that matches
    /// counts, and the names of the tiers (`t1`, `t2`, `t3`).
    pub fn new(
        targets: &[(String, String)],
        owners: &[(String, String)],
        tiers: &[String],
    ) -> Result<ImpactRules, ImpactRuleError> {
        let found = targets.len().max(owners.len()).max(tiers.len());
        if found > IMPACT_RULES_MAX {
            return Err(ImpactRuleError::TooMany { found });
        }
        let mut rules = ImpactRules {
            tiers: tiers.to_vec(),
            ..ImpactRules::default()
        };
        for (pattern, target) in targets {
            if !target.contains('.') {
                let target = target.clone();
                return Err(ImpactRuleError::Target { target });
            }
            rules.targets.push(NameRule::parse(pattern, target)?);
        }
        for (pattern, owner) in owners {
            rules
                .owners
                .push((NamePattern::parse(pattern)?, owner.clone()));
        }
        Ok(rules)
    }

    /// The catalog tables (database, table; lower case, as the catalog has them) that a source table
    /// fills, each once, in the order of the rules.
    pub fn targets(&self, table: &SourceTableRef) -> Vec<(String, String)> {
        let name = table.to_string();
        let mut found = Vec::new();
        for rule in &self.targets {
            let Some(made) = rule.apply(&name) else {
                continue;
            };
            let lower = made.to_lowercase();
            let Some((database, table)) = lower.split_once('.') else {
                continue;
            };
            let target = (database.to_owned(), table.to_owned());
            if !found.contains(&target) {
                found.push(target);
            }
        }
        found
    }

    /// The owner of a `schema.table` or `database.table`: the first pattern that matches.
    pub fn owner(&self, name: &str) -> Option<&str> {
        let found = self
            .owners
            .iter()
            .find(|(pattern, _)| pattern.matches(name));
        found.map(|(_, owner)| owner.as_str())
    }

    /// The tier of a database: `t1` of `t1` and `t1_shop`.
    pub fn tier(&self, database: &str) -> Option<&str> {
        let is_tier = |tier: &&String| {
            let rest = database.strip_prefix(tier.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        self.tiers.iter().find(is_tier).map(String::as_str)
    }
}

/// What a catalog table has too little or too much after a change of its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetImpact {
    /// Columns that the source has and the table lacks, with the type that a dump gives them: what may
    /// be added to the table.
    pub lacks: Vec<Column>,
    /// Columns that the table has and the source lost: null from now on.
    pub surplus: Vec<String>,
    /// The column whose type differs now, with what each engine does with it.
    pub differs: Option<(String, Verdict)>,
}

impl TargetImpact {
    /// Whether the table is as well off as before.
    pub fn is_none(&self) -> bool {
        *self == TargetImpact::default()
    }
}

/// What a change of a source of that dialect does to a catalog table with those columns (without its
/// partition keys). Names are compared without regard to case.
pub fn target_impact(change: &Change, dialect: SourceDialect, columns: &[Column]) -> TargetImpact {
    let mut impact = TargetImpact::default();
    let find = |name: &str| {
        columns
            .iter()
            .find(|column| column.name == name.to_lowercase())
    };
    match &change.kind {
        ChangeKind::ColumnAdded { column, .. } if find(&column.name).is_none() => {
            impact.lacks.extend(dumped(column, dialect));
        }
        ChangeKind::ColumnDropped { column, .. } => {
            impact
                .surplus
                .extend(find(&column.name).map(|column| column.name.clone()));
        }
        ChangeKind::ColumnRenamed { from, to, .. } => {
            if let Some(old) = find(from)
                && from.to_lowercase() != to.to_lowercase()
            {
                impact.surplus.push(old.name.clone());
                if find(to).is_none() {
                    impact.lacks.push(Column {
                        name: to.to_lowercase(),
                        ..old.clone()
                    });
                }
            }
        }
        ChangeKind::TypeChanged { column, after, .. } => {
            let now = hive_form(&CanonicalType::read(dialect, after));
            if let (Some(found), Some(now)) = (find(column), now) {
                let verdict = coercion(&found.data_type, &now.to_string());
                if verdict.worst().why().is_some() {
                    impact.differs = Some((found.name.clone(), verdict));
                }
            }
        }
        ChangeKind::TableDropped(table) => {
            let kept = |column: &&SourceColumn| find(&column.name).is_some();
            let lost = table.columns.iter().filter(kept);
            impact
                .surplus
                .extend(lost.map(|column| column.name.to_lowercase()));
        }
        _ => {}
    }
    impact
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

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = of
            .iter()
            .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()));
        owned.collect()
    }

    fn at(name: &str) -> SourceTableRef {
        let (schema, name) = name.split_once('.').expect("schema and name");
        SourceTableRef {
            schema: schema.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn finds_targets_owners_and_tiers() {
        let rules = ImpactRules::new(
            &pairs(&[
                ("shop.{table}", "T1_shop.{table}_snapshot_1d_daily"),
                ("shop.orders", "t2_shop.orders_clean"),
                ("{_}.orders", "t2_shop.orders_clean"),
            ]),
            &pairs(&[("shop.orders", "@orders"), ("{_}.{_}", "@data")]),
            &["t1".to_owned(), "t2".to_owned()],
        )
        .expect("the rules can be read");
        assert_eq!(
            rules.targets(&at("shop.orders")),
            pairs(&[
                ("t1_shop", "orders_snapshot_1d_daily"),
                ("t2_shop", "orders_clean")
            ])
        );
        assert!(rules.targets(&at("other.x")).is_empty());
        assert_eq!(rules.owner("shop.orders"), Some("@orders"));
        assert_eq!(rules.owner("shop.items"), Some("@data"));
        assert_eq!(rules.tier("t1_shop"), Some("t1"));
        assert_eq!(rules.tier("t2"), Some("t2"));
        assert_eq!(rules.tier("t10_shop"), None);
        let error = ImpactRules::new(&pairs(&[("a.{b}", "{b}")]), &[], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the target {b} is not of the form database.table"
        );
    }

    #[test]
    fn says_what_a_table_lacks_and_holds_too_much() {
        let column = |name: &str, data_type: &str| Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        };
        let columns = [column("id", "int"), column("price", "decimal(10,2)")];
        let source = |name: &str, data_type: &str| SourceColumn {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            default: None,
            comment: None,
        };
        let impact = |kind| {
            let table = at("shop.orders");
            target_impact(&Change { table, kind }, SourceDialect::Postgres, &columns)
        };
        let added = impact(ChangeKind::ColumnAdded {
            column: source("Note", "varchar(20)"),
            at: 2,
            last: true,
        });
        assert_eq!(added.lacks, [column("note", "string")]);
        let known = impact(ChangeKind::ColumnAdded {
            column: source("ID", "int4"),
            at: 2,
            last: true,
        });
        assert!(known.is_none());
        let dropped = impact(ChangeKind::ColumnDropped {
            column: source("price", "numeric(10,2)"),
            at: 1,
        });
        assert_eq!(dropped.surplus, ["price"]);
        let renamed = impact(ChangeKind::ColumnRenamed {
            from: "price".to_owned(),
            to: "amount".to_owned(),
            guess: super::super::change::RenameGuess::SamePlace,
        });
        assert_eq!(renamed.lacks, [column("amount", "decimal(10,2)")]);
        assert_eq!(renamed.surplus, ["price"]);
        let wider = impact(ChangeKind::TypeChanged {
            column: "id".to_owned(),
            before: "int4".to_owned(),
            after: "int8".to_owned(),
            step: super::super::canonical::TypeStep::Widened,
        });
        let (name, verdict) = wider.differs.expect("it differs");
        assert_eq!(name, "id");
        assert!(verdict.spark.why().is_some());
    }
}
