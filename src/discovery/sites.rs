//! Which tables a place concerns: found by the rows of the roots, so that it costs by the answer and not by how many tables
//! look for partitions.

use super::site::Site;
use super::{Discovery, Operations};
use crate::catalog::service::tables_named;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::lake::ObjectEvent;
use crate::model::{Location, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;

/// Tables that are brought in step by one look.
const TABLES_PER_PAGE: usize = 500;

impl Discovery {
    /// The tables with a root above one of the objects whose schedules run and whose settings make sense.
    pub(super) async fn sites_above(&self, events: &[ObjectEvent]) -> Result<Vec<Site>> {
        let mut session = self.store.session().await?;
        let objects = events
            .iter()
            .map(|event| (event.bucket.as_str(), event.key.as_str()));
        let found = session.discovery_tables_above(objects).await?;
        self.sites_of(&mut session, found).await
    }

    /// The places of other tables that lie inside this one's, with their tables.
    pub(super) async fn sites_inside(&self, site: &Site) -> Result<Vec<(Location, TableRef)>> {
        let mut session = self.store.session().await?;
        let mut inside = Vec::new();
        for outer in &site.roots {
            let found = session.discovery_tables_below(&outer.location).await?;
            for other in self.sites_of(&mut session, found).await? {
                if other.table.id == site.table.id {
                    continue;
                }
                let roots = other.roots.into_iter().map(|root| root.location);
                let roots = roots.filter(|place| {
                    let is_inside = site
                        .root_of(place)
                        .is_some_and(|own| own.rank == outer.rank);
                    is_inside && *place != outer.location
                });
                inside.extend(roots.map(|place| (place, other.table.at.clone())));
            }
        }
        Ok(inside)
    }

    /// Tables bound to their settings. Settings that make no sense are told by the table's own runs.
    async fn sites_of(&self, session: &mut Session, found: Vec<TableRef>) -> Result<Vec<Site>> {
        let tables = tables_named(session, &found).await?;
        let sites = tables.into_iter().filter_map(|table| {
            let site = self.discovery_site(table).ok().flatten();
            site.filter(|site| site.settings.on)
        });
        Ok(sites.collect())
    }

    /// Brings the rows of a table's roots in step with the table.
    pub(super) async fn discovery_roots_keep(&self, at: &TableRef) -> Result<()> {
        transact!(self.store, |session| {
            session.discovery_roots_keep(at).await
        })
    }
}

impl Operations<'_> {
    /// Brings the rows of the roots in step for tables that a version of skep wrote which did not know them: once, when
    /// a process starts. What such a version writes later, the table's next run puts right.
    #[boxed]
    pub async fn discovery_roots_catch_up(&self) -> Result<()> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut before = None;
        loop {
            let mut session = self.store.session().await?;
            let stale = session.discovery_roots_stale(TABLES_PER_PAGE).await?;
            drop(session);
            // One that cannot be brought in step must not keep the process from starting.
            if stale.is_empty() || before.as_ref() == Some(&stale) {
                return Ok(());
            }
            for at in &stale {
                self.discovery_roots_keep(at).await?;
            }
            before = Some(stale);
        }
    }
}
