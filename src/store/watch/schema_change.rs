//! Changes of sources as rows: what a listing filters by in columns, the rest in one text.

use crate::error::Result;
use crate::model::{
    ChangeFilter, ChangeTarget, EngineEffect, Name, SchemaChange, Severity, SourceTableRef,
    TableRef,
};
use crate::store::form::packing::{ColumnForm, column_form, column_of, from_json, to_json};
use crate::store::form::severity::{severity_number, severity_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use serde::{Deserialize, Serialize};

const COLUMNS: &str =
    "SELECT id, source, from_snapshot, to_snapshot, at, severity, object, body, applied_at
 FROM skep_schema_changes ";
/// Changes of a page where the filter names no number.
const PAGE_LENGTH: usize = 100;

#[derive(Serialize, Deserialize)]
struct ChangeForm {
    key: String,
    kind: String,
    schema: String,
    table: String,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    effects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    engines: Vec<(String, String, Option<String>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<TargetForm>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_told_within: bool,
}

#[derive(Serialize, Deserialize)]
struct TargetForm {
    catalog: String,
    database: String,
    table: String,
    exists: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lacks: Vec<ColumnForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    surplus: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    differs: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<String>,
}

fn form_of(change: &SchemaChange) -> ChangeForm {
    let engines = change.engines.iter().map(|one| {
        let severity = one.severity.as_str().to_owned();
        (one.engine.clone(), severity, one.why.clone())
    });
    let targets = change.targets.iter().map(|target| TargetForm {
        catalog: target.table.catalog.to_string(),
        database: target.table.database.to_string(),
        table: target.table.table.to_string(),
        exists: target.exists,
        tier: target.tier.clone(),
        lacks: target.lacks.iter().map(column_form).collect(),
        surplus: target.surplus.clone(),
        differs: target.differs.clone(),
        views: target.views.clone(),
    });
    ChangeForm {
        key: change.key.clone(),
        kind: change.kind.clone(),
        schema: change.table.schema.clone(),
        table: change.table.name.clone(),
        text: change.text.clone(),
        effects: change.effects.clone(),
        owner: change.owner.clone(),
        engines: engines.collect(),
        targets: targets.collect(),
        is_told_within: change.is_told_within,
    }
}

fn target_of(form: TargetForm) -> ChangeTarget {
    ChangeTarget {
        table: TableRef {
            catalog: Name::new(&form.catalog),
            database: Name::new(&form.database),
            table: Name::new(&form.table),
        },
        exists: form.exists,
        tier: form.tier,
        lacks: form.lacks.into_iter().map(column_of).collect(),
        surplus: form.surplus,
        differs: form.differs,
        views: form.views,
    }
}

fn change_of(row: &Row) -> Result<SchemaChange, Failure> {
    let mut cells = row.cells();
    let (id, source) = (cells.integer()?, cells.string()?);
    let (from_snapshot, to_snapshot, at) = (cells.integer()?, cells.integer()?, cells.integer()?);
    let (severity, object) = (severity_of(cells.integer()?)?, cells.string()?);
    let form: ChangeForm = from_json(cells.text()?)?;
    let engines = form.engines.into_iter().map(|(engine, severity, why)| {
        let severity = Severity::parse(&severity);
        Ok(EngineEffect {
            engine,
            severity: severity.ok_or_else(|| Failure::fault("unknown severity"))?,
            why,
        })
    });
    Ok(SchemaChange {
        id,
        source,
        from_snapshot,
        to_snapshot,
        at,
        key: form.key,
        kind: form.kind,
        severity,
        table: SourceTableRef {
            schema: form.schema,
            name: form.table,
        },
        object,
        text: form.text,
        effects: form.effects,
        owner: form.owner,
        engines: engines.collect::<Result<_, Failure>>()?,
        targets: form.targets.into_iter().map(target_of).collect(),
        is_told_within: form.is_told_within,
        applied_at: cells.integer_or_null()?,
    })
}

impl Session {
    /// Stores changes and gives them their numbers, in their order.
    pub async fn schema_change_insert(&mut self, changes: &mut [SchemaChange]) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(changes.len()).map_err(Failure::fault)?;
        let ids = self.sequence_advance("schema_change", count).await?;
        let mut forms = Vec::with_capacity(changes.len());
        for (change, id) in changes.iter_mut().zip(ids) {
            change.id = id;
            forms.push(to_json(&form_of(change))?);
        }
        let rows: Vec<_> = changes.iter().zip(&forms).collect();
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let bytes =
                |(change, form): &(&SchemaChange, &String)| change.object.len() + form.len();
            let count = rows_in_next_statement(self.dialect(), 8, rest, bytes);
            let (chunk, later) = rest.split_at(count);
            let rows = chunk.iter().map(|(change, form)| {
                [
                    change.id.into(),
                    change.source.as_str().into(),
                    change.from_snapshot.into(),
                    change.to_snapshot.into(),
                    change.at.into(),
                    severity_number(change.severity).into(),
                    change.object.as_str().into(),
                    form.as_str().into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_schema_changes
                        (id, source, from_snapshot, to_snapshot, at, severity, object, body)
                     VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(())
    }

    /// The changes that a filter lets through, the newest first.
    pub async fn schema_change_list(&mut self, filter: &ChangeFilter) -> Result<Vec<SchemaChange>> {
        let prefix_end = filter.object_prefix.as_ref();
        let prefix_end =
            prefix_end.map_or_else(String::new, |prefix| format!("{prefix}\u{10ffff}"));
        let mut statement = self
            .statement(COLUMNS)
            .text("WHERE id < ?")
            .bind(filter.before.unwrap_or(i64::MAX));
        if let Some(source) = &filter.source {
            statement = statement.text(" AND source = ?").bind(source.as_str());
        }
        if let Some(prefix) = &filter.object_prefix {
            // No text that begins so is greater than it with the greatest character behind it.
            statement = statement
                .text(" AND object >= ? AND object <= ?")
                .bind(prefix.as_str())
                .bind(prefix_end.as_str());
        }
        if let Some(since) = filter.since {
            statement = statement.text(" AND at >= ?").bind(since);
        }
        if let Some(until) = filter.until {
            statement = statement.text(" AND at < ?").bind(until);
        }
        if let Some(severity) = filter.severity {
            statement = statement
                .text(" AND severity <= ?")
                .bind(severity_number(severity));
        }
        let limit = match filter.limit {
            0 => PAGE_LENGTH,
            limit => limit,
        };
        let statement = statement.text(" ORDER BY id DESC LIMIT ?").bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(change_of).collect::<Result<_, Failure>>()?)
    }

    /// The change of this number.
    pub async fn schema_change_get(&mut self, id: i64) -> Result<Option<SchemaChange>> {
        let statement = self.statement(COLUMNS).text("WHERE id = ?").bind(id);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(change_of).transpose()?)
    }

    /// The changes of these numbers, as far as there are.
    pub async fn schema_change_get_list(&mut self, ids: &[i64]) -> Result<Vec<SchemaChange>> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self.statement(COLUMNS).text("WHERE id IN ").list(ids);
            for row in self.rows(&statement).await? {
                found.push(change_of(&row)?);
            }
        }
        found.sort_by_key(|change| change.id);
        Ok(found)
    }

    /// Writes down when the columns of a change were added to its targets.
    pub async fn schema_change_applied(&mut self, id: i64, at: i64) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_schema_changes SET applied_at = ? WHERE id = ?")
            .bind(at)
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes the changes of a source.
    pub async fn schema_change_delete_all(&mut self, source: &str) -> Result<()> {
        let statement = self
            .statement("DELETE FROM skep_schema_changes WHERE source = ?")
            .bind(source);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes up to `limit` changes that were found before a time, and gives their number.
    pub async fn schema_change_expire(&mut self, before: i64, limit: usize) -> Result<u64> {
        self.delete_older(
            "SELECT id FROM skep_schema_changes WHERE at < ? ORDER BY at LIMIT ?",
            "DELETE FROM skep_schema_changes WHERE id IN ",
            before,
            limit,
        )
        .await
    }
}
