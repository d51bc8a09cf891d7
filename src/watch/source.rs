//! Which sources there are: those of the configuration and those that were added. Of a name in both, the
//! configuration's counts.

use super::Operations;
use super::Watch;
use super::settings::{SOURCES_MAX, SUBJECT_TAKEN, source_schedule};
use super::status::SourceStatus;
use crate::catalog::service::Lease;
use crate::catalog::{Action, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{OWN_SUBJECTS, SourceOrigin, SourceState, is_watch_name};
use crate::source::{AnySource, SourceError, SourceSettings};
use crate::store::{Session, SourceRow};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;

/// A source and where its settings stand.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) origin: SourceOrigin,
    pub(super) settings: SourceSettings,
}

impl Operations<'_> {
    /// Every source, by name: those of the configuration and those that were added.
    #[boxed]
    pub async fn source_list(&self) -> Result<Vec<SourceStatus>> {
        self.authorize(Action::See, Resource::Server).await?;
        self.sources_seen().await
    }
}

impl Watch {
    /// As [`Operations::source_list`], where that has been asked already.
    pub(in crate::watch) async fn sources_seen(&self) -> Result<Vec<SourceStatus>> {
        let mut session = self.store.session().await?;
        let rows = session.source_list().await?;
        let mut rows: BTreeMap<String, SourceRow> = rows
            .into_iter()
            .map(|row| (row.name.clone(), row))
            .collect();
        let mut statuses = BTreeMap::new();
        for name in self.setup.sources.keys() {
            let row = rows.remove(name);
            if let Some(status) = self.source_status(&mut session, name, row).await? {
                statuses.insert(name.clone(), status);
            }
        }
        for (name, row) in rows {
            if let Some(status) = self.source_status(&mut session, &name, Some(row)).await? {
                statuses.insert(name, status);
            }
        }
        Ok(statuses.into_values().collect())
    }
}

impl Operations<'_> {
    /// One source, or `NotFound`.
    #[boxed]
    pub async fn source_get(&self, name: &str) -> Result<SourceStatus> {
        self.authorize(Action::See, Resource::Source(name)).await?;
        self.source_seen(name).await
    }
}

impl Watch {
    /// As [`Operations::source_get`], where that has been asked already.
    pub(in crate::watch) async fn source_seen(&self, name: &str) -> Result<SourceStatus> {
        let mut session = self.store.session().await?;
        let row = session.source_get(name).await?;
        let status = self.source_status(&mut session, name, row).await?;
        status.ok_or_else(|| source_missing(name))
    }

    async fn source_status(
        &self,
        session: &mut Session,
        name: &str,
        row: Option<SourceRow>,
    ) -> Result<Option<SourceStatus>> {
        let Some(known) = self.source_known(name, row.as_ref())? else {
            return Ok(None);
        };
        let (state, snapshot_id) = match row {
            Some(row) => (row.state, row.snapshot_id),
            // It was not looked at yet.
            None => (SourceState::default(), None),
        };
        let snapshot = match snapshot_id {
            Some(id) => session.snapshot_get(id).await?,
            None => None,
        };
        Ok(Some(SourceStatus {
            name: name.to_owned(),
            origin: known.origin,
            settings: known.settings,
            state,
            snapshot,
        }))
    }

    /// The settings of a source; `None` where nobody knows it (any more).
    pub(super) fn source_known(
        &self,
        name: &str,
        row: Option<&SourceRow>,
    ) -> Result<Option<Known>> {
        if let Some(settings) = self.setup.sources.get(name) {
            return Ok(Some(Known {
                origin: SourceOrigin::File,
                settings: settings.clone(),
            }));
        }
        let Some(text) = row.and_then(|row| row.settings.as_deref()) else {
            return Ok(None);
        };
        let settings = serde_json::from_str(text).map_err(|source| Error::Internal {
            what: format!("reading the stored settings of the source {name}"),
            source: source.into(),
        })?;
        Ok(Some(Known {
            origin: SourceOrigin::Stored,
            settings,
        }))
    }
}

impl Operations<'_> {
    /// Adds a source, which is read for the first time within seconds. Fails with `Denied` where the configuration lets
    /// no client add one, with `Invalid` for settings that cannot work or that a client may not have, with
    /// `AlreadyExists`, with `NotAllowed` where the configuration has it.
    #[boxed]
    pub async fn source_add(&self, name: &str, settings: SourceSettings) -> Result<SourceStatus> {
        self.authorize(Action::Create, Resource::Server).await?;
        self.source_check_add(name, &settings)?;
        let schedule = source_schedule(&settings).map_err(Error::Invalid)?;
        let text = serde_json::to_string(&settings).map_err(|source| Error::Internal {
            what: "writing the settings of a source".into(),
            source: source.into(),
        })?;
        let now = self.now().await?;
        let row = SourceRow {
            name: name.to_owned(),
            settings: Some(text),
            snapshot_id: None,
            state: SourceState {
                schedule: schedule.to_string(),
                due_at: now,
                next_at: now,
                ..SourceState::default()
            },
        };
        let added = transact!(self.store, |session| {
            let rows = session.source_list().await?;
            if rows.len() >= SOURCES_MAX {
                let why = format!("there are {SOURCES_MAX} sources already");
                return Err(Error::NotAllowed(why));
            }
            // What is left of a source that the configuration had once makes room.
            if let Some(old) = rows.iter().find(|row| row.name == name)
                && old.settings.is_none()
            {
                history_remove(session, name).await?;
                session.source_delete(name).await?;
            }
            session.source_insert(&row).await
        })?;
        if !added {
            let entity = Entity::own("source", name);
            return Err(Error::AlreadyExists(entity));
        }
        self.source_seen(name).await
    }
}

impl Watch {
    fn source_check_add(&self, name: &str, settings: &SourceSettings) -> Result<()> {
        if !self.setup.sources_over_rest {
            let why = "no source can be added over REST on this server (watch.sources_over_rest is off): sources stand \
                       in its configuration";
            return Err(Error::Denied(why.into()));
        }
        if !is_watch_name(name) {
            let why = "a source's name has 1 to 64 lower-case letters, digits, - and _";
            return Err(Error::Invalid(why.into()));
        }
        if OWN_SUBJECTS.contains(&name) {
            return Err(Error::Invalid(format!("{name}: {SUBJECT_TAKEN}")));
        }
        self.source_is_not_of_the_file(name)?;
        let bounds = &self.setup.remote_bounds;
        bounds
            .check(settings)
            .map_err(|failure| Error::Invalid(failure.to_string()))
    }

    fn source_is_not_of_the_file(&self, name: &str) -> Result<()> {
        if self.setup.sources.contains_key(name) {
            return Err(Error::NotAllowed(format!(
                "the source {name} stands in the configuration: only there can it be changed"
            )));
        }
        Ok(())
    }
}

impl Operations<'_> {
    /// Removes a source with its snapshots and changes; alerts of it that were not sent are dropped. Fails with
    /// `NotFound`, with `NotAllowed` where the configuration has it, with `Conflict` while it is read.
    #[boxed]
    pub async fn source_remove(&self, name: &str) -> Result<()> {
        self.authorize(Action::Drop, Resource::Source(name)).await?;
        self.source_is_not_of_the_file(name)?;
        let lease = Lease::new(lease_name(name));
        if !self.catalog.lease_begin(&lease).await? {
            return Err(source_busy(name));
        }
        let removed = transact!(self.store, |session| {
            if session.source_get_locked(name).await?.is_none() {
                return Ok(false);
            }
            history_remove(session, name).await?;
            session.source_delete(name).await
        });
        self.catalog.lease_end(&lease).await;
        if removed? {
            return Ok(());
        }
        Err(source_missing(name))
    }
}

impl Watch {
    /// Makes ready to read a source. One that a client added stays within the bounds of clients.
    pub(super) fn source_open(
        &self,
        origin: SourceOrigin,
        settings: &SourceSettings,
    ) -> std::result::Result<AnySource, SourceError> {
        match origin {
            SourceOrigin::File => AnySource::open(settings),
            SourceOrigin::Stored => AnySource::open_remote(settings, &self.setup.remote_bounds),
        }
    }
}

/// What is kept about a source, but its row.
async fn history_remove(session: &mut Session, name: &str) -> Result<()> {
    session.snapshot_delete_all(name).await?;
    session.schema_change_delete_all(name).await?;
    session.alert_drop_unsent(name).await
}

pub(super) fn lease_name(source: &str) -> String {
    format!("source:{source}")
}

pub(super) fn source_missing(name: &str) -> Error {
    Error::NotFound(Entity::own("source", name))
}

pub(super) fn source_busy(name: &str) -> Error {
    Error::Conflict(format!("the source {name} is being read at the moment"))
}

/// What a caller is told of a source that cannot be read. The texts hold no secrets. Where a client chose the address,
/// every failure on the way to the schema is told in the same words, for they would tell a client what listens where;
/// the log has them.
pub(super) fn source_error(name: &str, origin: SourceOrigin, failure: SourceError) -> Error {
    match failure {
        SourceError::Settings { .. } => Error::Invalid(format!("source {name}: {failure}")),
        SourceError::Unreachable(_)
        | SourceError::TimedOut { .. }
        | SourceError::Refused(_)
        | SourceError::Unreadable(_)
            if origin == SourceOrigin::Stored =>
        {
            tracing::warn!(source = name, %failure, "a source that was added over REST cannot be read");
            Error::Unavailable {
                what: format!("the source {name} (it cannot be read; the server's log says why)"),
                source: failure.into(),
            }
        }
        SourceError::Unreachable(_) | SourceError::TimedOut { .. } | SourceError::Changed(_) => {
            Error::Unavailable {
                what: format!("the source {name} ({failure})"),
                source: failure.into(),
            }
        }
        SourceError::Refused(_) | SourceError::TooMuch { .. } | SourceError::Unreadable(_) => {
            Error::NotAllowed(format!("source {name}: {failure}"))
        }
    }
}
