//! What a change means: how grave it is, which tables of the catalog it reaches and what they lack, which views name
//! the column, who owns it. The rules are the differ's; here they meet the tables that there are.

use super::Watch;
use super::views::{Named, Views};
use crate::diff::change::{Change, ChangeKind};
use crate::diff::grade::{Grade, grade};
use crate::diff::impact::{FilledTable, TargetImpact, target_impact};
use crate::diff::namesake::Namesakes;
use crate::diff::text::named;
use crate::error::Result;
use crate::hive::spark_schema;
use crate::model::{
    ChangeTarget, Column, DEFAULT_CATALOG, DatabaseRef, EngineEffect, Name, SchemaChange, Severity,
    SourceDialect, SourceTableRef, Table, TableRef,
};
use crate::store::{Session, without_nul};
use std::collections::{HashMap, HashSet};

/// Lines of effects of one change; a table may fill any number of others.
const EFFECTS_MAX: usize = 100;
/// What is looked up while changes are judged, each thing once.
pub(super) struct Reach<'a> {
    watch: &'a Watch,
    session: Session,
    source: String,
    dialect: SourceDialect,
    tables: HashMap<TableRef, Option<Table>>,
    /// The tables, in lower case, whose views will be asked for.
    viewed: HashSet<String>,
    views: Option<Views>,
    namesakes: Namesakes,
}

impl<'a> Reach<'a> {
    /// Makes ready to judge these changes and no others.
    pub(super) async fn new(
        watch: &'a Watch,
        source: &str,
        dialect: SourceDialect,
        changes: &[Change],
        namesakes: Namesakes,
    ) -> Result<Self> {
        let mut reach = Self {
            watch,
            session: watch.store.session().await?,
            source: source.to_owned(),
            dialect,
            tables: HashMap::new(),
            viewed: HashSet::new(),
            views: None,
            namesakes,
        };
        for change in changes.iter().filter(|change| Named::by(change).is_some()) {
            let places = reach.places(change).into_iter();
            let tables = places.map(|((_, table), _)| table.to_lowercase());
            reach.viewed.extend(tables);
        }
        Ok(reach)
    }

    /// A change with everything that is told of it; its number and snapshots are not known yet.
    pub(super) async fn change(&mut self, change: &Change, at: i64) -> Result<SchemaChange> {
        let mut reached = Vec::new();
        for (place, starves) in self.places(change) {
            reached.push(self.reached(place, starves).await?);
        }
        let is_rename = matches!(change.kind, ChangeKind::TableRenamed { .. });
        // What is filled under the new name is as well off as before, or better.
        let concerned = reached.iter().filter(|one| one.starves || !is_rename);
        let filled: Vec<FilledTable<'_>> = concerned.filter_map(Reached::filled).collect();
        let is_cured =
            is_rename && filled.is_empty() && reached.iter().any(|one| one.found.is_some());
        let engines = &self.watch.setup.engines;
        let is_left = self.namesakes.left(change).is_some();
        let mut grade = if (is_cured || is_left) && self.dialect != SourceDialect::Hive {
            Grade::harmless(engines)
        } else {
            grade(change, self.dialect, &filled, engines)
        };
        let mut effects = Vec::new();
        if let Some(met) = self.namesakes.met(change) {
            grade = grade.join(Grade::because_all(
                engines,
                Severity::Risky,
                &falls_together(met),
            ));
        }
        if let Some(left) = self.namesakes.left(change) {
            let left = named(&left.to_string());
            effects.push(format!(
                "{left} is left, which is the same name in the lake"
            ));
        }
        let mut targets = Vec::with_capacity(reached.len());
        for one in &reached {
            targets.push(self.target(change, one, &mut effects).await?);
        }
        effects.extend(grade.effects);
        // Tables that a rule names and nobody made are told of by name already.
        if reached.is_empty()
            && is_breaking_to_copies(change)
            && self.dialect != SourceDialect::Hive
        {
            effects.push("no table of the catalog is known to be filled from it".to_owned());
        }
        effects_bound(&mut effects);
        let owner = owner(self.watch, &self.source, change, &targets);
        let engines = grade.engines.into_iter().map(|one| EngineEffect {
            engine: one.engine.to_string(),
            severity: one.severity,
            why: one.why,
        });
        Ok(SchemaChange {
            id: 0,
            source: self.source.clone(),
            from_snapshot: 0,
            to_snapshot: 0,
            at,
            key: change.key(&self.source),
            kind: change.kind.name().to_owned(),
            severity: grade.severity,
            table: change.table.clone(),
            object: without_nul(&change.object()),
            text: change.text(),
            effects,
            owner,
            engines: engines.collect(),
            targets,
            is_told_within: false,
            applied_at: None,
        })
    }

    /// The tables that the rules name, by database and table, and whether each was filled under an old name alone.
    fn places(&self, change: &Change) -> Vec<((String, String), bool)> {
        let rules = &self.watch.setup.impact;
        let mut places = rules.targets(&self.source, &change.table);
        let now = places.len();
        if let ChangeKind::TableRenamed { from, .. } = &change.kind {
            for target in rules.targets(&self.source, from) {
                if !places.contains(&target) {
                    places.push(target);
                }
            }
        }
        let places = places.into_iter().enumerate();
        places.map(|(at, place)| (place, at >= now)).collect()
    }

    async fn reached(&mut self, place: (String, String), starves: bool) -> Result<Reached> {
        let (database, table) = (place.0.as_str(), place.1.as_str());
        let at = DatabaseRef {
            catalog: Name::new(DEFAULT_CATALOG),
            database: Name::new(database),
        }
        .table(table);
        let found = self.table(&at).await?;
        let tier = self.watch.setup.impact.tier(database).map(str::to_owned);
        let place = format!("{database}.{table}");
        let name = match &tier {
            Some(tier) => format!("{} ({tier})", named(&place)),
            None => named(&place),
        };
        let columns = found.as_ref().map(columns_read).unwrap_or_default();
        Ok(Reached {
            at,
            name,
            tier,
            found,
            starves,
            columns,
        })
    }

    async fn target(
        &mut self,
        change: &Change,
        reached: &Reached,
        effects: &mut Vec<String>,
    ) -> Result<ChangeTarget> {
        let mut target = ChangeTarget {
            exists: reached.found.is_some(),
            tier: reached.tier.clone(),
            lacks: Vec::new(),
            surplus: Vec::new(),
            differs: None,
            views: Vec::new(),
            table: reached.at.clone(),
        };
        let place = &reached.name;
        let Some(filled) = reached.filled() else {
            effects.push(format!("{place} is not in the catalog"));
            return Ok(target);
        };
        let is_left = self.namesakes.left(change).is_some();
        if reached.starves && !is_left {
            effects.push(format!(
                "{place} gets nothing any more: its source has another name"
            ));
        } else if let ChangeKind::TableRenamed { .. } = &change.kind {
            effects.push(format!("{place} is filled by that name"));
        }
        let impact = if is_left {
            TargetImpact::default()
        } else {
            target_impact(change, self.dialect, filled)
        };
        impact_tell(place, &impact, effects);
        target.lacks = impact.lacks;
        target.surplus = impact.surplus;
        target.differs = impact.differs;
        if let Some(what) = Named::by(change) {
            let views = if let Some(views) = &mut self.views {
                views
            } else {
                let read = Views::read(&mut self.session, &self.viewed).await?;
                self.views.insert(read)
            };
            target.views = views.naming(reached.at.table.as_str(), &what);
            for view in &target.views {
                effects.push(format!("the view {} names it", named(view)));
            }
            if views.is_cut() {
                effects.push("views beyond those that are looked at may name it, too".to_owned());
            }
        }
        Ok(target)
    }

    async fn table(&mut self, at: &TableRef) -> Result<Option<Table>> {
        if let Some(known) = self.tables.get(at) {
            return Ok(known.clone());
        }
        let found = self.session.table_get(at).await?;
        self.tables.insert(at.clone(), found.clone());
        Ok(found)
    }
}

/// Says what a change means to the table at a place.
fn impact_tell(place: &str, impact: &TargetImpact, effects: &mut Vec<String>) {
    for column in &impact.lacks {
        let (name, data_type) = (named(&column.name), named(&column.data_type));
        effects.push(format!("{place} lacks the column {name} ({data_type})"));
    }
    if let Some(name) = &impact.lacks_untyped {
        let name = named(name);
        effects.push(format!(
            "{place} lacks the column {name}, of a type that each dump makes in its own way: add it by hand"
        ));
    }
    if !impact.surplus.is_empty() {
        let names: Vec<String> = impact.surplus.iter().map(|name| named(name)).collect();
        let names = names.join(", ");
        effects.push(format!("{place} gets nothing for {names} any more"));
    }
    for name in &impact.refilled {
        let name = named(name);
        effects.push(format!(
            "{place} gets the values of another column for {name}"
        ));
    }
    if let Some(ready) = &impact.ready {
        effects.push(format!("{place} {ready}"));
    }
}

/// Leaves as many as one change tells at most, and counts the rest.
fn effects_bound(effects: &mut Vec<String>) {
    if effects.len() > EFFECTS_MAX {
        let more = effects.len() - EFFECTS_MAX;
        effects.truncate(EFFECTS_MAX);
        effects.push(format!("and {more} more"));
    }
}

/// A table that a rule names, as it is now.
struct Reached {
    at: TableRef,
    /// As texts name it, with its tier.
    name: String,
    tier: Option<String>,
    /// `None` where the catalog has no such table.
    found: Option<Table>,
    /// Whether its source has another name now, by which no rule names it.
    starves: bool,
    columns: Vec<Column>,
}

impl Reached {
    fn filled(&self) -> Option<FilledTable<'_>> {
        let found = self.found.as_ref()?;
        Some(FilledTable {
            name: &self.name,
            columns: &self.columns,
            keys: &found.partition_keys,
        })
    }
}

/// The columns that engines read a table's files by: those that Spark keeps where it does, else the descriptor's.
fn columns_read(table: &Table) -> Vec<Column> {
    let keys = &table.partition_keys;
    match spark_schema::columns(&table.parameters) {
        Ok(Some(mut columns)) => {
            columns.retain(|column| !keys.iter().any(|key| key.name == column.name));
            columns
        }
        // One that cannot be read is none; to add a column to it is refused.
        Ok(None) | Err(_) => table.descriptor.columns.clone().unwrap_or_default(),
    }
}

/// Whether the change breaks what was copied, if anything was.
fn is_breaking_to_copies(change: &Change) -> bool {
    matches!(
        change.kind,
        ChangeKind::TableDropped(_)
            | ChangeKind::TableRenamed { .. }
            | ChangeKind::ColumnDropped { .. }
            | ChangeKind::ColumnRenamed { .. }
            | ChangeKind::ColumnReplaced { .. }
            | ChangeKind::TableReplaced { .. }
            | ChangeKind::ViewBroken
            | ChangeKind::TypeChanged { .. }
    )
}

/// The owner of the source's table, or else of the first target that has one.
fn owner(watch: &Watch, source: &str, change: &Change, targets: &[ChangeTarget]) -> Option<String> {
    let rules = &watch.setup.impact;
    let of_target = |target: &ChangeTarget| {
        rules.target_owner(&format!("{}.{}", target.table.database, target.table.table))
    };
    let found = rules.owner(source, &change.table.to_string());
    found
        .or_else(|| targets.iter().find_map(of_target))
        .map(str::to_owned)
}

/// What it means that two tables have one name in the lake.
fn falls_together(other: &SourceTableRef) -> String {
    format!(
        "the lake's names have no case, so that it is one table with {} there",
        named(&other.to_string())
    )
}
