//! Which tables of a source are watched: patterns over `schema.table` that include and exclude.
//!
//! A pattern has a schema's part and a table's part, so that it is known of a schema, before any of its tables was
//! read, whether it can matter; that decides what is asked of the source and which absences are proofs.

use super::error::SourceError;
use crate::hive::text_pattern::glob_matches;
use crate::model::SourceTableRef;

/// Bytes of one pattern at most.
pub const SCOPE_PATTERN_BYTES_MAX: usize = 512;
/// Patterns that include, and patterns that exclude, at most.
pub const SCOPE_PATTERNS_MAX: usize = 1_000;

/// `schema.table` with `*` for any text. The parts are parted by the first dot.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ScopePattern {
    schema: String,
    table: String,
}

/// The tables that changes of schemas make on their way and drop again, by the names that the usual tools give them: gh-ost,
/// pt-online-schema-change, LHM and Facebook's OSC; `pg_repack` has a schema of its own.
pub const GHOSTS_DEFAULT: [&str; 11] = [
    "*._*_gho",
    "*._*_ghc",
    "*._*_del",
    "*._*_new",
    "*._*_old",
    "*.lhmn_*",
    "*.lhma_*",
    "*.__osc_new_*",
    "*.__osc_old_*",
    "*.__osc_chg_*",
    "repack.*",
];

/// The patterns of a source. Without any that include, all tables are in scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    include: Vec<ScopePattern>,
    exclude: Vec<ScopePattern>,
}

impl Scope {
    /// Reads the lists; the error names the list. Ghosts are left out like what is excluded.
    pub fn parse(
        include: &[String],
        exclude: &[String],
        ghosts: &[String],
    ) -> Result<Self, SourceError> {
        let mut left_out = patterns("exclude", exclude)?;
        left_out.extend(patterns("ghosts", ghosts)?);
        Ok(Self {
            include: patterns("include", include)?,
            exclude: left_out,
        })
    }

    /// Whether a table is watched.
    pub fn covers(&self, table: &SourceTableRef) -> bool {
        let any = |patterns: &[ScopePattern]| {
            patterns.iter().any(|pattern| {
                glob_matches(&pattern.schema, &table.schema)
                    && glob_matches(&pattern.table, &table.name)
            })
        };
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    /// Whether a table of that schema could be watched.
    pub fn covers_schema(&self, schema: &str) -> bool {
        let named = |patterns: &[ScopePattern]| {
            patterns
                .iter()
                .any(|pattern| glob_matches(&pattern.schema, schema))
        };
        let left_out = self
            .exclude
            .iter()
            .any(|pattern| pattern.table == "*" && glob_matches(&pattern.schema, schema));
        (self.include.is_empty() || named(&self.include)) && !left_out
    }
}

fn patterns(key: &'static str, texts: &[String]) -> Result<Vec<ScopePattern>, SourceError> {
    if texts.len() > SCOPE_PATTERNS_MAX {
        let why = format!("{} patterns, at most {SCOPE_PATTERNS_MAX}", texts.len());
        return Err(SourceError::settings(key, why));
    }
    let mut read = Vec::with_capacity(texts.len());
    for text in texts {
        if text.len() > SCOPE_PATTERN_BYTES_MAX {
            let why = format!("a pattern has at most {SCOPE_PATTERN_BYTES_MAX} bytes");
            return Err(SourceError::settings(key, why));
        }
        let Some((schema, table)) = text.split_once('.') else {
            let why = format!("{text:?} is no schema.table, such as shop.* or *.orders");
            return Err(SourceError::settings(key, why));
        };
        if schema.is_empty() || table.is_empty() {
            let why = format!("{text:?} has nothing on one side of its dot");
            return Err(SourceError::settings(key, why));
        }
        read.push(ScopePattern {
            schema: schema.to_owned(),
            table: table.to_owned(),
        });
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(include: &[&str], exclude: &[&str]) -> Scope {
        let owned = |texts: &[&str]| -> Vec<String> {
            texts.iter().map(|text| (*text).to_owned()).collect()
        };
        Scope::parse(&owned(include), &owned(exclude), &[]).expect("the patterns can be read")
    }

    fn at(schema: &str, name: &str) -> SourceTableRef {
        SourceTableRef {
            schema: schema.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn tables_on_their_way_are_known_by_their_names() {
        let scope = Scope::parse(&[], &[], &GHOSTS_DEFAULT.map(str::to_owned)).unwrap();
        for name in [
            "_orders_gho",
            "_orders_ghc",
            "_orders_del",
            "_orders_new",
            "_orders_old",
        ] {
            assert!(!scope.covers(&at("shop", name)), "{name}");
        }
        for name in ["orders", "orders_new", "new_orders", "_orders"] {
            assert!(scope.covers(&at("shop", name)), "{name}");
        }
        assert!(!scope.covers_schema("repack") && scope.covers_schema("shop"));
    }

    #[test]
    fn includes_and_excludes() {
        let all = scope(&[], &[]);
        assert!(all.covers(&at("shop", "orders")) && all.covers_schema("shop"));
        let some = scope(&["shop*.*", "*.orders"], &["shop.tmp_*", "old.*"]);
        for (schema, name, wanted) in [
            ("shop", "orders", true),
            ("shop_eu", "items", true),
            ("shop", "tmp_orders", false),
            ("shop_eu", "tmp_orders", true),
            ("billing", "orders", true),
            ("billing", "items", false),
            ("old", "orders", false),
            ("shop", "a.b", true),
            ("Shop", "x", false),
        ] {
            assert_eq!(some.covers(&at(schema, name)), wanted, "{schema}.{name}");
        }
        assert!(some.covers_schema("shop") && some.covers_schema("billing"));
        assert!(!some.covers_schema("old"));
        assert!(!scope(&["shop.*"], &[]).covers_schema("billing"));
    }

    #[test]
    fn says_which_list_is_wrong() {
        for (include, exclude, wanted) in [
            (
                vec!["shop".to_owned()],
                vec![],
                "include: \"shop\" is no schema.table, such as shop.* or *.orders",
            ),
            (
                vec![],
                vec![".x".to_owned()],
                "exclude: \".x\" has nothing on one side of its dot",
            ),
        ] {
            let error = Scope::parse(&include, &exclude, &[]).unwrap_err();
            assert_eq!(error.to_string(), wanted);
        }
        assert!(Scope::parse(&["a.".to_owned() + &"b".repeat(600)], &[], &[]).is_err());
        assert!(Scope::parse(&vec!["a.b".to_owned(); 1_001], &[], &[]).is_err());
    }
}
