//! Whom a change reaches: the catalog tables that are filled from a source table, who owns them, and their tier.

use super::pattern::{NamePattern, NameRule, PatternError};
use crate::model::SourceTableRef;

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
    /// Reads the rules: pairs of source pattern and target (`shop:public.{table}`,
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
    pub fn targets(&self, source: &str, table: &SourceTableRef) -> Vec<(String, String)> {
        let name = table.to_string();
        let mut found = Vec::new();
        for rule in &self.targets {
            let Some(made) = rule.apply(source, &name) else {
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

    /// The owner of a source's `schema.table`: the first pattern that matches.
    pub fn owner(&self, source: &str, name: &str) -> Option<&str> {
        let found = self
            .owners
            .iter()
            .find(|(pattern, _)| pattern.matches(source, name));
        found.map(|(_, owner)| owner.as_str())
    }

    /// The owner of a table of the catalog: the first pattern over `schema.table` that matches `database.table`.
    pub fn target_owner(&self, name: &str) -> Option<&str> {
        self.owner("", name)
    }

    /// Who is to look at a source as a whole: the first pattern that names it, alone or before its tables.
    pub fn source_owner(&self, source: &str) -> Option<&str> {
        let found = self
            .owners
            .iter()
            .find(|(pattern, _)| pattern.source() == Some(source) || pattern.matches("", source));
        found.map(|(_, owner)| owner.as_str())
    }

    /// The rules of targets.
    pub fn target_rules(&self) -> &[NameRule] {
        &self.targets
    }

    /// The patterns of targets and owners.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &NamePattern)> {
        let targets = self.targets.iter();
        let targets = targets.map(|rule| ("watch.targets", rule.pattern()));
        let owners = self.owners.iter();
        targets.chain(owners.map(|(pattern, _)| ("watch.owners", pattern)))
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
            rules.targets("crm", &at("shop.orders")),
            pairs(&[
                ("t1_shop", "orders_snapshot_1d_daily"),
                ("t2_shop", "orders_clean")
            ])
        );
        assert!(rules.targets("crm", &at("other.x")).is_empty());
        assert_eq!(rules.owner("crm", "shop.orders"), Some("@orders"));
        assert_eq!(rules.owner("crm", "shop.items"), Some("@data"));
        assert_eq!(rules.tier("t1_shop"), Some("t1"));
        assert_eq!(rules.tier("t2"), Some("t2"));
        assert_eq!(rules.tier("t10_shop"), None);
        let error = ImpactRules::new(&pairs(&[("a.{b}", "{b}")]), &[], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the target {b} is not of the form database.table"
        );
    }
}
