//! The patterns of databases and tables together, and what is to follow from a breach.

use super::pattern::{Breach, NamingPattern, NamingPatternError, Slot};
use crate::choice::choose;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Patterns of each kind at most.
pub const NAMING_PATTERNS_MAX: usize = 1_000;

/// What follows from a breach when something is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "lowercase")]
pub enum NamingPolicy {
    /// Nothing.
    #[default]
    Off,
    /// It is created, and the breach is logged.
    Warn,
    /// It is refused.
    Refuse,
}

impl TryFrom<String> for NamingPolicy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [
            ("off", Self::Off),
            ("warn", Self::Warn),
            ("refuse", Self::Refuse),
        ];
        choose("naming.policy", &text, &words)
    }
}

impl fmt::Display for NamingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NamingPolicy::Off => "off",
            NamingPolicy::Warn => "warn",
            NamingPolicy::Refuse => "refuse",
        })
    }
}

/// Rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingRulesError {
    /// A pattern.
    #[error(transparent)]
    Pattern(#[from] NamingPatternError),
    /// Too many.
    #[error("{found} naming patterns, at most {NAMING_PATTERNS_MAX} are taken")]
    TooMany {
        /// How many.
        found: usize,
    },
}

/// Patterns for databases and for tables. A name is fine when it follows any of its kind's, or when there
/// are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamingRules {
    databases: Vec<NamingPattern>,
    /// Each with the databases that it is for; all where there is no such pattern.
    tables: Vec<(Option<NamingPattern>, NamingPattern)>,
}

impl NamingRules {
    /// Reads the patterns. One for tables may be kept to some databases: `t1_{domain}.{name}_snapshot`,
    /// the database's pattern before the dot.
    pub fn parse(databases: &[String], tables: &[String]) -> Result<NamingRules, NamingRulesError> {
        let found = databases.len().max(tables.len());
        if found > NAMING_PATTERNS_MAX {
            return Err(NamingRulesError::TooMany { found });
        }
        let mut rules = NamingRules::default();
        for text in databases {
            rules.databases.push(NamingPattern::parse(text)?);
        }
        for text in tables {
            let rule = match text.split_once('.') {
                Some((database, table)) => (
                    Some(NamingPattern::parse(database)?),
                    NamingPattern::parse(table)?,
                ),
                None => (None, NamingPattern::parse(text)?),
            };
            rules.tables.push(rule);
        }
        Ok(rules)
    }

    /// The patterns of databases, as they were written.
    pub fn database_patterns(&self) -> Vec<String> {
        let texts = self.databases.iter().map(NamingPattern::text);
        texts.map(str::to_owned).collect()
    }

    /// The patterns of tables, as they were written.
    pub fn table_patterns(&self) -> Vec<String> {
        let texts = self.tables.iter().map(|(scope, pattern)| match scope {
            Some(scope) => format!("{}.{}", scope.text(), pattern.text()),
            None => pattern.text().to_owned(),
        });
        texts.collect()
    }

    /// The tier and the domain that a database's name tells by the first pattern that it follows, be it of databases or of
    /// the databases of tables.
    pub fn place_of(&self, database: &str) -> NamedPlace {
        let scopes = self.tables.iter().filter_map(|(scope, _)| scope.as_ref());
        let said = self.databases.iter().chain(scopes);
        let said = said.filter_map(|pattern| pattern.said(database));
        let mut place = NamedPlace::default();
        for (slot, value) in said.flatten() {
            let field = match slot {
                Slot::Placeholder("domain") => &mut place.domain,
                Slot::Placeholder("tier") => &mut place.tier,
                Slot::Choice(words) if words.iter().all(|word| is_tier(word)) => &mut place.tier,
                Slot::Choice(_) | Slot::Placeholder(_) => continue,
            };
            field.get_or_insert_with(|| value.to_owned());
        }
        place
    }

    /// Checks a database's name.
    pub fn database(&self, name: &str) -> Result<(), Breach> {
        any(self.databases.iter(), name)
    }

    /// Checks a table's name in its database.
    pub fn table(&self, database: &str, name: &str) -> Result<(), Breach> {
        let is_for = |scope: &Option<NamingPattern>| {
            scope
                .as_ref()
                .is_none_or(|scope| scope.check(database).is_ok())
        };
        let patterns = self.tables.iter().filter(|(scope, _)| is_for(scope));
        any(patterns.map(|(_, pattern)| pattern), name)
    }
}

/// What a database's name tells of where it belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedPlace {
    /// How refined its data is: `t1`, from a placeholder `{tier}` or a choice of such words.
    pub tier: Option<String>,
    /// Whose it is: `shop`, from a placeholder `{domain}`.
    pub domain: Option<String>,
}

/// Whether a word names a tier: `t1`.
fn is_tier(word: &str) -> bool {
    let number = word.strip_prefix('t').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The breach of the pattern that the name follows furthest.
fn any<'a>(patterns: impl Iterator<Item = &'a NamingPattern>, name: &str) -> Result<(), Breach> {
    let mut nearest: Option<Breach> = None;
    for pattern in patterns {
        match pattern.check(name) {
            Ok(()) => return Ok(()),
            Err(breach) => {
                if nearest.as_ref().is_none_or(|known| breach.at > known.at) {
                    nearest = Some(breach);
                }
            }
        }
    }
    nearest.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(databases: &[&str], tables: &[&str]) -> Result<NamingRules, NamingRulesError> {
        let owned = |of: &[&str]| of.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        NamingRules::parse(&owned(databases), &owned(tables))
    }

    #[test]
    fn one_pattern_is_enough_and_the_nearest_breach_is_told() {
        let rules = rules(
            &["{t1|t2|t3}_{domain}", "default"],
            &[
                "{t1|t2}_{domain}.{name}_snapshot_{1d|7d}",
                "t3_{domain}.{name}_aggr",
            ],
        )
        .expect("the rules can be read");
        assert_eq!(rules.database("t1_shop"), Ok(()));
        assert_eq!(rules.database("default"), Ok(()));
        assert_eq!(
            rules.database("t1").unwrap_err().pattern,
            "{t1|t2|t3}_{domain}"
        );
        assert_eq!(rules.table("t1_shop", "orders_snapshot_1d"), Ok(()));
        assert_eq!(rules.table("t3_shop", "orders_aggr"), Ok(()));
        assert!(rules.table("t1_shop", "orders_aggr").is_err());
        // No pattern is for this database.
        assert_eq!(rules.table("default", "Whatever"), Ok(()));
        assert_eq!(NamingRules::default().table("a", "B"), Ok(()));
        assert_eq!(rules.table_patterns()[1], "t3_{domain}.{name}_aggr");
    }

    #[test]
    fn names_tell_their_tier_and_domain() {
        let rules = rules(
            &["{t1|t2|t3}_{domain}", "{domain}_{raw|clean}_lake"],
            &["tmp_{tier}_{user}.{name}", "x"],
        )
        .expect("the rules can be read");
        let told = |name: &str| {
            let place = rules.place_of(name);
            let shown = |said: Option<String>| said.unwrap_or_default();
            (shown(place.tier), shown(place.domain))
        };
        let pair = |tier: &str, domain: &str| (tier.to_owned(), domain.to_owned());
        assert_eq!(told("t1_shop"), pair("t1", "shop"));
        assert_eq!(told("t3_web_shop"), pair("t3", "web_shop"));
        assert_eq!(told("web_shop_raw_lake"), pair("", "web_shop"));
        assert_eq!(told("tmp_hot_ann_lee"), pair("hot", ""));
        assert_eq!(told("default"), pair("", ""));
    }

    #[test]
    fn faulty_rules_are_refused() {
        assert!(matches!(
            rules(&["A"], &[]),
            Err(NamingRulesError::Pattern(_))
        ));
        let many = vec!["a"; NAMING_PATTERNS_MAX + 1];
        assert_eq!(
            rules(&[], &many),
            Err(NamingRulesError::TooMany { found: 1_001 })
        );
    }
}
