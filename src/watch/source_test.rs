//! Whether a source can be read, and whether the rules that speak of it mean any of its tables.

use super::Operations;
use super::Watch;
use super::source::source_error;
use super::status::SourceTest;
use crate::catalog::{Action, Resource};
use crate::diff::pattern::{NamePattern, NameRule};
use crate::error::Result;
use crate::model::{DEFAULT_CATALOG, DatabaseRef, SourceTableRef};
use crate::source::{Source, SourceKind};
use crate::store::Session;
use async_recursion::async_recursion as boxed;

/// Other sources whose tables are looked at for a rule that names no source.
const OTHERS_MAX: usize = 64;
/// Tables of the catalog that are looked for by one rule.
const TARGETS_MAX: usize = 100;
/// Rules that are listed at most.
const UNMATCHED_MAX: usize = 100;

impl Operations<'_> {
    /// Asks a source whether it can be read, and lists the rules of targets and owners that mean no table
    /// of it, or none of the catalog. Fails with
    /// `NotFound`, and as [`Self::watch_run`] does.
    #[boxed]
    pub async fn source_test(&self, name: &str) -> Result<SourceTest> {
        self.authorize(Action::Operate, Resource::Source(name))
            .await?;
        let status = self.source_seen(name).await?;
        let (origin, settings) = (status.origin, status.settings);
        let check = if settings.kind == SourceKind::Catalog {
            self.own_check(&settings).await?
        } else {
            let check = async { self.source_open(origin, &settings)?.check().await };
            let checked = check.await;
            checked.map_err(|failure| source_error(name, origin, failure))?
        };
        let rules_unmatched = self.rules_unmatched(name, &check.tables).await?;
        Ok(SourceTest {
            check,
            rules_unmatched,
        })
    }
}

impl Watch {
    /// The rules that match none of a source's tables: those that name the source, and those that name none and match
    /// nothing of the other sources either.
    async fn rules_unmatched(&self, name: &str, tables: &[SourceTableRef]) -> Result<Vec<String>> {
        let patterns = self.setup.impact.patterns();
        let mut unmatched: Vec<(&str, &NamePattern)> = patterns
            .filter(|(_, pattern)| pattern.source().is_none_or(|source| source == name))
            .collect();
        matched_drop(&mut unmatched, name, tables);
        let mut session = self.store.session().await?;
        let others = session.source_list().await?.into_iter();
        let others = others.filter(|row| row.name != name).take(OTHERS_MAX);
        for row in others {
            if unmatched
                .iter()
                .all(|(_, pattern)| pattern.source().is_some())
            {
                break;
            }
            let Some(id) = row.snapshot_id else { continue };
            let Some(info) = session.snapshot_get(id).await? else {
                continue;
            };
            let snapshot = session.snapshot_body(&info).await?.snapshot()?;
            let tables: Vec<_> = snapshot.tables().iter().map(|one| one.at.clone()).collect();
            matched_drop(&mut unmatched, &row.name, &tables);
        }
        let shown = unmatched
            .iter()
            .take(UNMATCHED_MAX)
            .map(|(key, pattern)| format!("{key}: {} matches no table", pattern.text()));
        let mut shown: Vec<String> = shown.collect();
        for rule in self.setup.impact.target_rules() {
            if shown.len() >= UNMATCHED_MAX {
                break;
            }
            shown.extend(rule_unfilled(&mut session, rule, name, tables).await?);
        }
        Ok(shown)
    }
}

/// What is told of a rule that matches tables of the source and makes of none of them a table of the catalog: then it guards
/// nothing.
async fn rule_unfilled(
    session: &mut Session,
    rule: &NameRule,
    source: &str,
    tables: &[SourceTableRef],
) -> Result<Option<String>> {
    let made = tables.iter();
    let made = made.filter_map(|table| rule.apply(source, &table.to_string()));
    let mut first = None;
    for target in made.take(TARGETS_MAX) {
        let target = target.to_lowercase();
        let Some((database, table)) = target.split_once('.') else {
            continue;
        };
        let at = DatabaseRef::new(DEFAULT_CATALOG, database).table(table);
        if session.table_get(&at).await?.is_some() {
            return Ok(None);
        }
        first.get_or_insert(target);
    }
    Ok(first.map(|target| {
        format!(
            "watch.targets: {} leads to no table of the catalog: {target} is not there",
            rule.pattern().text()
        )
    }))
}

/// Takes out what matches a table of the source.
fn matched_drop(patterns: &mut Vec<(&str, &NamePattern)>, source: &str, tables: &[SourceTableRef]) {
    patterns.retain(|(_, pattern)| {
        let mut tables = tables.iter();
        !tables.any(|table| pattern.matches(source, &table.to_string()))
    });
}
