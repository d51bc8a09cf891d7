//! Why a partition is there, or is not: what the catalog knows, what lies in its places at this moment, and what comes
//! next.

use super::Discovery;
use super::Operations;
use super::RUN_PARAMETER;
use super::site::Site;
use crate::catalog::service::{name_of_values, values_of_whole_name};
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::{
    DiscoveryMode, DiscoveryRun, DiscoveryState, Location, Partition, Table, TableRef,
};
use async_recursion::async_recursion as boxed;

/// A partition that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredPartition {
    /// Its location.
    pub location: String,
    /// When it was registered, seconds since the epoch.
    pub created_at: i64,
    /// The root that the location lies in.
    pub root: Option<String>,
    /// The run that registered or moved it last; `None` where somebody else registered it, or the run is forgotten.
    pub run: Option<DiscoveryRun>,
    /// What of its files does not fit the table.
    pub schema_warning: Option<String>,
}

/// What a place means for the partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceState {
    /// The partition points here.
    Registered,
    /// It is registered, or moved here, by what this says.
    Ready(String),
    /// There is no data. Why the partition that points here is still there.
    Empty(Option<String>),
    /// It is left out, for this reason.
    Skipped(String),
    /// It is older than the table keeps partitions.
    Expired,
    /// The layout has no directory for these values, for this reason.
    Nowhere(String),
    /// The store did not answer, in these words.
    Unknown(String),
}

/// One of the places where a partition may lie: of the directories of one root that mean it, one is taken and the others
/// are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionPlace {
    /// The root.
    pub root: String,
    /// The directory; `None` where the layout has none for these values.
    pub location: Option<String>,
    /// Data files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the newest of them was written, seconds since the epoch; 0 without data.
    pub newest_at: i64,
    /// What it means.
    pub state: PlaceState,
}

/// Everything that is known of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionExplanation {
    /// Its name, in the order of the table's keys.
    pub name: String,
    /// How it is registered; `None` where it is not.
    pub registered: Option<RegisteredPartition>,
    /// Why discovery does not look for it at all: the table has not opted in, or says something that makes no sense.
    pub off: Option<String>,
    /// Its places, those of the preferred root first, and in each root the directory that it has.
    pub places: Vec<PartitionPlace>,
    /// The table's schedule: when the next looks are due, and whether it is paused.
    pub state: Option<DiscoveryState>,
}

impl Operations<'_> {
    /// Explains the partition that a name such as `dt=2026-11-22/hour=15` means; its keys may stand in any order. It looks
    /// at each place of the partition: a LIST request or more, and some that look for other directories that mean it.
    ///
    /// Fails with `NotFound` of the table, with `InvalidObject` where the name lacks a key.
    #[boxed]
    pub async fn discovery_explain(
        &self,
        at: &TableRef,
        name: &str,
    ) -> Result<PartitionExplanation> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let values = values_of_whole_name(&table, name)?;
        let name = name_of_values(&table, &values)?;
        let mut session = self.store.session().await?;
        let existing = session.partition_get(table.id, &name).await?;
        let state = session.discovery_table_get(table.id).await?;
        drop(session);
        let site = self.discovery_site(table.clone());
        let registered = match &existing {
            Some(partition) => {
                let site = site.as_ref().ok().and_then(Option::as_ref);
                Some(self.registered(&table, site, partition).await?)
            }
            None => None,
        };
        let (off, places) = match &site {
            Ok(Some(site)) => {
                let mut places = Vec::with_capacity(site.roots.len());
                for root in &site.roots {
                    let own = self.places_explain(site, root, &values, existing.as_ref());
                    for mut place in own.await? {
                        if let (PlaceState::Empty(why), Some(partition)) =
                            (&mut place.state, &existing)
                            && points_to(partition, &table, place.location.as_deref())
                        {
                            *why = Some(why_still_there(site, state.as_ref()));
                        }
                        places.push(place);
                    }
                }
                (why_off(site), places)
            }
            Ok(None) => (Some(OFF.to_owned()), Vec::new()),
            Err(failure) => (Some(failure.to_string()), Vec::new()),
        };
        Ok(PartitionExplanation {
            name,
            registered,
            off,
            places,
            state,
        })
    }
}

impl Discovery {
    async fn registered(
        &self,
        table: &Table,
        site: Option<&Site>,
        partition: &Partition,
    ) -> Result<RegisteredPartition> {
        let location = partition.full_location(table.location.as_ref());
        let run = partition.parameters.get(RUN_PARAMETER);
        let run = match run.and_then(|id| id.parse().ok()) {
            Some(id) => {
                let mut session = self.store.session().await?;
                let run = session.discovery_run_get(id).await?;
                run.filter(|run| run.table_id == table.id)
            }
            None => None,
        };
        let warning = partition.parameters.get(super::SCHEMA_PARAMETER);
        Ok(RegisteredPartition {
            root: site
                .zip(location.as_ref())
                .and_then(|(site, location)| site.root_of(location))
                .map(|root| root.name.clone()),
            location: location.map_or_else(String::new, |location| location.to_string()),
            created_at: partition.created_at,
            run,
            schema_warning: warning.cloned(),
        })
    }
}

const OFF: &str = "the table does not take part: set its property skep.discovery=on";

fn why_off(site: &Site) -> Option<String> {
    (!site.settings.on).then(|| {
        if site.table.is_partitioned() {
            OFF.to_owned()
        } else {
            "the table has no partition keys".to_owned()
        }
    })
}

/// Whether a partition has its data at this place.
fn points_to(partition: &Partition, table: &Table, place: Option<&str>) -> bool {
    let location = partition.full_location(table.location.as_ref());
    location
        .zip(place.and_then(|place| Location::parse(place).ok()))
        .is_some_and(|(location, place)| location == place)
}

/// Why a partition without data has not been dropped.
fn why_still_there(site: &Site, state: Option<&DiscoveryState>) -> String {
    if site.settings.mode != DiscoveryMode::Sync {
        return "partitions are only added here: with skep.discovery.mode=sync a sweep drops what is gone"
            .to_owned();
    }
    let last = state.and_then(|state| state.last_error.as_deref());
    match last {
        Some(why) => format!("a sweep drops what is gone; the last run said: {why}"),
        None => "the next sweep drops it, if it finds no data there either".to_owned(),
    }
}
