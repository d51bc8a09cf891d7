//! What a table says of its discovery, read from its properties: any engine's `ALTER TABLE … SET TBLPROPERTIES` opts a
//! table in. A value that makes no sense is an error that names the property; nothing is guessed.

use super::Table;
use super::table_properties::{PropertyError, TableProperties};

/// What skep's own properties begin with.
pub const DISCOVERY_PROPERTY_PREFIX: &str = "skep.discovery";
/// Hive's switch.
const DISCOVER_PARTITIONS: &str = "discover.partitions";
/// Hive's age after which partitions are dropped.
const RETENTION_PERIOD: &str = "partition.retention.period";
/// Hive's word that an external table's data goes with its metadata.
const EXTERNAL_PURGE: &str = "external.table.purge";
const ROOT_PREFIX: &str = "skep.discovery.root.";

const SWITCH: &str = "skep.discovery";
const LAYOUT: &str = "skep.discovery.layout";
const TIME_ZONE: &str = "skep.discovery.time-zone";
const MODE: &str = "skep.discovery.mode";
const INTERVAL: &str = "skep.discovery.interval";
const WINDOW: &str = "skep.discovery.window";
const SWEEP_INTERVAL: &str = "skep.discovery.sweep-interval";
const MARKER: &str = "skep.discovery.marker";
const DELAY: &str = "skep.discovery.delay";
const SCHEMA: &str = "skep.discovery.schema";
const REQUESTS: &str = "skep.discovery.requests-per-day-max";
const DROP_COUNT: &str = "skep.discovery.drop-count-max";
const DROP_SHARE: &str = "skep.discovery.drop-share-max";
const FRESH_WITHIN: &str = "skep.discovery.fresh-within";
const ROOTS: &str = "skep.discovery.roots";

/// Every property of skep's own but those of the roots.
const KNOWN: [&str; 15] = [
    SWITCH,
    LAYOUT,
    TIME_ZONE,
    MODE,
    INTERVAL,
    WINDOW,
    SWEEP_INTERVAL,
    MARKER,
    DELAY,
    SCHEMA,
    REQUESTS,
    DROP_COUNT,
    DROP_SHARE,
    FRESH_WITHIN,
    ROOTS,
];

/// The shortest interval: a look costs money.
const INTERVAL_S_MIN: i64 = 5;
/// Seconds that the window reaches back.
const WINDOW_S: i64 = 24 * 3600;
/// Seconds between two sweeps.
const SWEEP_INTERVAL_S: i64 = 24 * 3600;
/// Seconds between two sweeps at least.
const SWEEP_INTERVAL_S_MIN: i64 = 60;
/// LIST requests a day: at AWS's price of 2026, a quarter of a dollar.
const REQUESTS_PER_DAY_MAX: u64 = 50_000;
/// Partitions that one run may drop.
const DROP_COUNT_MAX: u64 = 100;
/// Per cent of the table's partitions that one run may drop.
const DROP_SHARE_MAX: u64 = 10;
/// Roots of a table at most.
const ROOTS_MAX: usize = 8;
/// The name of the only root of a table that names none.
const ROOT_ONLY: &str = "table";

/// What may be done to partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscoveryMode {
    /// They are added.
    Add,
    /// They are added, and dropped when their data is gone, inside the rails.
    Sync,
}

/// What happens to a new partition whose files do not fit the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaPolicy {
    /// Footers are not read.
    Off,
    /// It is registered, and says of itself what is wrong.
    Warn,
    /// It is not registered; the reason is kept.
    Quarantine,
}

/// A place where partitions of a table lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootSettings {
    /// Its name in properties.
    pub name: String,
    /// Its location; `None` is the table's own.
    pub location: Option<String>,
    /// The template of its directories; `None` is Hive's `key=value`.
    pub layout: Option<String>,
    /// Seconds that the window reaches back.
    pub window_s: i64,
    /// A file without which a directory is not complete.
    pub marker: Option<String>,
    /// Seconds after the end of a partition's time (or, without one, after its newest object) at which it is complete.
    pub delay_s: Option<i64>,
}

/// How long partitions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Seconds.
    pub period_s: i64,
    /// Whether the data goes too, because the table says so (`external.table.purge=true`).
    pub purge: bool,
}

/// What a table wants of discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoverySettings {
    /// Whether partitions are looked for.
    pub on: bool,
    /// The roots, the preferred one first; at least one.
    pub roots: Vec<RootSettings>,
    /// The IANA name of the time zone of the times in directories.
    pub time_zone: String,
    /// What may be done.
    pub mode: DiscoveryMode,
    /// Seconds between two looks at the window; `None` leaves it to the layout.
    pub interval_s: Option<i64>,
    /// Seconds between two sweeps; `None` is never.
    pub sweep_interval_s: Option<i64>,
    /// What is done with files that do not fit.
    pub schema: SchemaPolicy,
    /// LIST requests of a day at most.
    pub requests_per_day_max: u64,
    /// Partitions that one run may drop.
    pub drop_count_max: u64,
    /// Per cent of the table's partitions that one run may drop.
    pub drop_share_max: u64,
    /// Seconds after which the newest data counts as stale; `None` is never.
    pub fresh_within_s: Option<i64>,
    /// How long partitions are kept; `None` is for ever.
    pub retention: Option<Retention>,
}

/// Whether a table's property asks for discovery or retention: skep's own, and those of Hive's that are honoured. By it
/// the store finds the tables that opted in, so there must be one answer.
pub fn is_discovery_property(key: &str) -> bool {
    key.starts_with(DISCOVERY_PROPERTY_PREFIX)
        || key == DISCOVER_PARTITIONS
        || key == RETENTION_PERIOD
}

impl DiscoverySettings {
    /// Reads a table's properties. `None` where none of them asks for anything.
    pub fn of_table(table: &Table) -> Result<Option<Self>, PropertyError> {
        if !table
            .parameters
            .keys()
            .any(|key| is_discovery_property(key))
        {
            return Ok(None);
        }
        let properties = TableProperties { table };
        properties.check_names(DISCOVERY_PROPERTY_PREFIX, &KNOWN, Some(ROOT_PREFIX))?;
        let layout = properties.text(LAYOUT).map(str::to_owned);
        let base = RootSettings {
            name: ROOT_ONLY.into(),
            location: None,
            layout,
            window_s: properties.seconds(WINDOW, 1)?.unwrap_or(WINDOW_S),
            marker: properties.marker(MARKER)?,
            delay_s: properties.seconds(DELAY, 0)?,
        };
        let on = match properties.switch(SWITCH)? {
            Some(on) => on,
            None => properties.hive_switch(),
        };
        Ok(Some(Self {
            on: on && table.is_partitioned() && !table.is_view(),
            roots: properties.roots(base)?,
            time_zone: properties.text(TIME_ZONE).unwrap_or("UTC").to_owned(),
            mode: properties.word(
                MODE,
                DiscoveryMode::Add,
                &[("add", DiscoveryMode::Add), ("sync", DiscoveryMode::Sync)],
            )?,
            interval_s: properties.seconds(INTERVAL, INTERVAL_S_MIN)?,
            sweep_interval_s: properties.sweep_interval()?,
            schema: properties.word(
                SCHEMA,
                SchemaPolicy::Warn,
                &[
                    ("off", SchemaPolicy::Off),
                    ("warn", SchemaPolicy::Warn),
                    ("quarantine", SchemaPolicy::Quarantine),
                ],
            )?,
            requests_per_day_max: properties
                .number(REQUESTS, 1, u64::MAX)?
                .unwrap_or(REQUESTS_PER_DAY_MAX),
            drop_count_max: properties
                .number(DROP_COUNT, 0, u64::MAX)?
                .unwrap_or(DROP_COUNT_MAX),
            drop_share_max: properties
                .number(DROP_SHARE, 0, 100)?
                .unwrap_or(DROP_SHARE_MAX),
            fresh_within_s: properties.seconds(FRESH_WITHIN, 1)?,
            retention: properties.retention()?,
        }))
    }
}

impl TableProperties<'_> {
    fn switch(&self, key: &str) -> Result<Option<bool>, PropertyError> {
        let words = [
            ("on", true),
            ("true", true),
            ("off", false),
            ("false", false),
        ];
        match self.text(key) {
            None => Ok(None),
            Some(_) => self.word(key, false, &words).map(Some),
        }
    }

    /// As Hive reads it: anything but `true` is false.
    fn hive_switch(&self) -> bool {
        self.text(DISCOVER_PARTITIONS)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    fn sweep_interval(&self) -> Result<Option<i64>, PropertyError> {
        if self
            .text(SWEEP_INTERVAL)
            .is_some_and(|text| text.eq_ignore_ascii_case("off"))
        {
            return Ok(None);
        }
        let seconds = self.seconds(SWEEP_INTERVAL, SWEEP_INTERVAL_S_MIN)?;
        Ok(Some(seconds.unwrap_or(SWEEP_INTERVAL_S)))
    }

    fn marker(&self, key: &str) -> Result<Option<String>, PropertyError> {
        match self.text(key) {
            None => Ok(None),
            Some(name) if name.is_empty() || name.contains('/') => {
                Err(self.wrong(key, "must be the name of a file, such as _SUCCESS"))
            }
            Some(name) => Ok(Some(name.to_owned())),
        }
    }

    /// Hive drops partitions of external tables alone by their age.
    fn retention(&self) -> Result<Option<Retention>, PropertyError> {
        let Some(period_s) = self.seconds(RETENTION_PERIOD, 1)? else {
            return Ok(None);
        };
        if !self.table.is_external() || !self.table.is_partitioned() {
            return Ok(None);
        }
        let purge = self.text(EXTERNAL_PURGE);
        Ok(Some(Retention {
            period_s,
            purge: purge.is_some_and(|text| text.eq_ignore_ascii_case("true")),
        }))
    }

    /// The roots in their order; what one leaves out is the table's.
    fn roots(&self, base: RootSettings) -> Result<Vec<RootSettings>, PropertyError> {
        let names: Vec<&str> = match self.text(ROOTS) {
            None => Vec::new(),
            Some(text) => text.split(',').map(str::trim).collect(),
        };
        self.check_root_names(&names)?;
        if names.is_empty() {
            return Ok(vec![base]);
        }
        names.iter().map(|name| self.root(name, &base)).collect()
    }

    fn root(&self, name: &str, base: &RootSettings) -> Result<RootSettings, PropertyError> {
        let key = |what: &str| format!("{ROOT_PREFIX}{name}.{what}");
        let layout = self.text(&key("layout")).map(str::to_owned);
        let window_s = self.seconds(&key("window"), 1)?;
        Ok(RootSettings {
            name: name.to_owned(),
            location: self.text(&key("location")).map(str::to_owned),
            layout: layout.or_else(|| base.layout.clone()),
            window_s: window_s.unwrap_or(base.window_s),
            marker: self.marker(&key("marker"))?.or_else(|| base.marker.clone()),
            delay_s: self.seconds(&key("delay"), 0)?.or(base.delay_s),
        })
    }

    fn check_root_names(&self, names: &[&str]) -> Result<(), PropertyError> {
        if names.len() > ROOTS_MAX {
            return Err(self.wrong(ROOTS, format!("names more than {ROOTS_MAX} roots")));
        }
        for (index, name) in names.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if name.is_empty() || !name.chars().all(plain) {
                let why = "must list names of letters, digits, _ and -, parted by commas";
                return Err(self.wrong(ROOTS, why));
            }
            if names[..index].contains(name) {
                return Err(self.wrong(ROOTS, format!("names {name} twice")));
            }
        }
        for key in self.table.parameters.keys() {
            let Some(rest) = key.strip_prefix(ROOT_PREFIX) else {
                continue;
            };
            let (name, what) = rest.split_once('.').unwrap_or((rest, ""));
            if !["location", "layout", "window", "marker", "delay"].contains(&what) {
                let why = "is unknown; a root has location, layout, window, marker and delay";
                return Err(self.wrong(key, why));
            }
            if !names.contains(&name) {
                return Err(self.wrong(key, format!("is of a root that {ROOTS} does not list")));
            }
        }
        Ok(())
    }
}
