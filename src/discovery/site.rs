//! A table with what it says of its discovery, bound to each other: roots with their places and layouts.

use super::Discovery;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::hive::name_range::NameRange;
use crate::hive::partition_name::make_name;
use crate::layout::{Layout, Window};
use crate::model::{
    DISCOVERY_PROPERTY_PREFIX, DiscoverySettings, Location, RootSettings, Table, TableRef,
};

/// Seconds that a window reaches beyond the present: clocks differ, and writers may be early.
const WINDOW_AHEAD_S: i64 = 3600;
/// Seconds between two looks at the window.
const INTERVAL_S: i64 = 30;
/// The same where the layout has no time; Hive's own task comes as often.
const INTERVAL_WITHOUT_TIME_S: i64 = 300;

/// A table whose properties ask for discovery or retention.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) table: Table,
    pub(super) settings: DiscoverySettings,
    /// The preferred one first.
    pub(super) roots: Vec<Root>,
    /// The keys as they stand in partition names.
    keys: Vec<String>,
}

/// A place where partitions lie.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// Its place in the order of preference, 0 for the preferred one.
    pub(super) rank: usize,
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) layout: Layout,
    pub(super) window_s: i64,
    pub(super) marker: Option<String>,
    pub(super) delay_s: Option<i64>,
}

impl Root {
    /// The directory of a partition in this root; `None` where the layout cannot write its values.
    pub(super) fn place(&self, values: &[String]) -> Option<Location> {
        let path = self.layout.write(values).ok()?;
        self.location.join(&path).ok()
    }

    /// How something below this root is written, also where it is no name that a directory could have.
    pub(super) fn shown(&self, path: &str) -> String {
        // A whole bucket is written with a slash.
        let root = self.location.as_str().trim_end_matches('/');
        format!("{root}/{path}")
    }

    /// The path of a location below this root.
    pub(super) fn path_of<'l>(&self, location: &'l Location) -> Option<&'l str> {
        self.location
            .path_to(location)
            .filter(|path| !path.is_empty())
    }

    /// The stretch of time around `now` where new partitions appear.
    pub(super) fn window(&self, now: i64) -> Window {
        Window {
            from_s: now - self.window_s,
            to_s: now + WINDOW_AHEAD_S,
        }
    }
}

impl Site {
    /// The name of the partition with these values.
    pub(super) fn name(&self, values: &[String]) -> Result<String> {
        make_name(&self.keys, values).map_err(Error::from)
    }

    /// The names of the partitions that the windows of the roots can meet; `None` where that may be any.
    pub(super) fn window_names(&self, now: i64) -> Option<NameRange> {
        let mut values: Option<(String, String)> = None;
        for root in &self.roots {
            let (from, to) = root.layout.first_values(&root.window(now))?;
            values = Some(match values {
                Some((least, most)) => (least.min(from), most.max(to)),
                None => (from, to),
            });
        }
        let (least, most) = values?;
        let name = |value| make_name(self.keys.get(..1)?, &[value]).ok();
        Some(NameRange {
            from: Some(name(least)?),
            // A name ends with the value or goes on with a slash, behind which comes the zero.
            to: Some(name(most)? + "0"),
        })
    }

    /// The root that a location lies in.
    pub(super) fn root_of(&self, location: &Location) -> Option<&Root> {
        self.roots
            .iter()
            .find(|root| root.location.contains(location))
    }

    /// Whether partitions may move from one root to another.
    pub(super) fn has_choice(&self) -> bool {
        self.roots.len() > 1
    }

    /// Whether a look at the window is narrowed by the layouts.
    pub(super) fn has_time(&self) -> bool {
        self.roots.iter().all(|root| root.layout.has_time())
    }

    /// Seconds between two looks at the window. Without a time in the layout each costs a request a directory of the
    /// upper levels, so that they come more rarely unless the table says otherwise.
    pub(super) fn interval_s(&self) -> i64 {
        let default = if self.has_time() {
            INTERVAL_S
        } else {
            INTERVAL_WITHOUT_TIME_S
        };
        self.settings.interval_s.unwrap_or(default)
    }
}

impl Discovery {
    /// Binds a table to its settings. `None` where nothing is asked for; `Invalid` names the property that makes no
    /// sense.
    pub(super) fn discovery_site(&self, table: Table) -> Result<Option<Site>> {
        let settings = DiscoverySettings::of_table(&table).map_err(Error::Property)?;
        let Some(settings) = settings else {
            return Ok(None);
        };
        let asks = table.parameters.get(DISCOVERY_PROPERTY_PREFIX);
        if asks.is_some_and(|asks| asks == "on") && !table.is_partitioned() {
            return Err(unpartitioned(&table.at));
        }
        let mut roots: Vec<Root> = Vec::with_capacity(settings.roots.len());
        for root in &settings.roots {
            let bound = self.discovery_root(&table, &settings, root, roots.len())?;
            let clash = roots
                .iter()
                .find(|other| bound.location.overlaps(&other.location));
            if let Some(other) = clash {
                return Err(Error::Invalid(format!(
                    "the roots {} and {} lie inside each other: {} and {}",
                    other.name, bound.name, other.location, bound.location
                )));
            }
            roots.push(bound);
        }
        let keys = table.partition_keys.iter();
        Ok(Some(Site {
            keys: keys.map(|key| key.name.to_lowercase()).collect(),
            table,
            settings,
            roots,
        }))
    }

    fn discovery_root(
        &self,
        table: &Table,
        settings: &DiscoverySettings,
        root: &RootSettings,
        rank: usize,
    ) -> Result<Root> {
        let location = match (&root.location, &table.location) {
            (Some(own), _) => Location::parse(own).map_err(|failure| {
                Error::Invalid(format!("the location of the root {}: {failure}", root.name))
            })?,
            (None, Some(table)) => table.clone(),
            (None, None) => {
                let why = format!("the root {} has no location", root.name);
                return Err(Error::Invalid(why));
            }
        };
        let keys = &table.partition_keys;
        let layout = match &root.layout {
            Some(template) => Layout::parse(template, keys).map_err(|failure| {
                let why = format!(
                    "the layout {template:?} of the root {}: {failure}",
                    root.name
                );
                Error::Invalid(why)
            })?,
            None => Layout::hive(keys),
        };
        let layout = layout
            .with_time_zone(&settings.time_zone)
            .map_err(|failure| Error::Invalid(failure.to_string()))?;
        // It stands in a property, or is the table's: no argument of who asks is at fault.
        Catalog::location_external(&location)
            .and_then(|()| self.catalog.place_allow(&location))
            .map_err(|failure| Error::Invalid(failure.to_string()))?;
        if !self.lake.reaches(&location) {
            return Err(Error::Invalid(format!(
                "{location} cannot be looked at: skep does not reach that kind of storage"
            )));
        }
        Ok(Root {
            rank,
            name: root.name.clone(),
            location,
            layout,
            window_s: root.window_s,
            marker: root.marker.clone(),
            delay_s: root.delay_s,
        })
    }
}

/// Why a table without partition keys takes no part.
pub(super) fn unpartitioned(at: &TableRef) -> Error {
    Error::Invalid(format!(
        "{}.{} has no partition keys, so there are no partitions to look for",
        at.database, at.table
    ))
}
