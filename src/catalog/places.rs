//! Which places data may lie in, and which of them skep may ever empty: the one rule of every operation that is told of a
//! place. A client names any path of the machine and any bucket that the credentials reach; what it names is used only
//! where the operator allows it, and deleted only where the operator has said that skep keeps house.

use super::Catalog;
use crate::error::{Error, Result};
use crate::hive::spark_schema::PROVIDER;
use crate::lake::StorageSettings;
use crate::model::{Location, Storage, Table};

const ALLOWED: &str = "storage.allowed_locations";
const DELETABLE: &str = "storage.deletable_locations";

/// What stands for every place.
const EVERYWHERE: &str = "*";
/// What stands for every place of a storage, behind its scheme.
const WHOLE_STORAGE: &str = "://*";
/// Where data may lie unless it is said: everywhere but on this machine.
const REMOTE: [&str; 6] = [
    "s3://*",
    "hdfs://*",
    "viewfs://*",
    "gs://*",
    "abfss://*",
    "oss://*",
];

/// A setting that cannot work: its key, its value, and why.
pub type PlaceRuleFault = (&'static str, String, String);

/// The places that may be used, and those that may be emptied.
#[derive(Debug, Clone)]
pub struct PlaceRules {
    warehouse: Location,
    allowed: Vec<Allowed>,
    deletable: Vec<Location>,
}

#[derive(Debug, Clone)]
enum Allowed {
    Everywhere,
    /// By one of the words for it.
    WholeStorage(Location),
    Below(Location),
}

impl PlaceRules {
    /// The rules of `storage.allowed_locations` and `storage.deletable_locations`. The warehouse is always in both.
    pub fn new(
        warehouse: Location,
        allowed: &[String],
        deletable: &[String],
        storage: &StorageSettings,
    ) -> Result<Self, PlaceRuleFault> {
        let fault = |key, text: &String, why| (key, text.clone(), why);
        let mut rules = Self {
            warehouse,
            allowed: Vec::with_capacity(allowed.len()),
            deletable: Vec::with_capacity(deletable.len()),
        };
        for text in allowed {
            let read = Allowed::read(text);
            let read = read.map_err(|why| fault(ALLOWED, text, why))?;
            rules.allowed.push(read);
        }
        for text in deletable {
            let read = deletable_read(text, storage).map_err(|why| fault(DELETABLE, text, why))?;
            rules.deletable.push(read);
        }
        Ok(rules)
    }

    /// `storage.allowed_locations` where it is not set: everywhere as long as only this machine can ask, else everywhere
    /// but on the machine itself.
    pub fn allowed_default(is_loopback_only: bool) -> Vec<String> {
        let texts: &[&str] = if is_loopback_only {
            &[EVERYWHERE]
        } else {
            &REMOTE
        };
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// Everywhere is allowed, and the warehouse alone is emptied.
    pub fn everywhere(warehouse: Location) -> Self {
        Self {
            warehouse,
            allowed: vec![Allowed::Everywhere],
            deletable: Vec::new(),
        }
    }

    /// The directories that skep keeps house in, and never empties themselves.
    pub fn houses(&self) -> Vec<Location> {
        let mut houses = vec![self.warehouse.clone()];
        houses.extend_from_slice(&self.deletable);
        houses
    }

    fn allows(&self, place: &Location) -> bool {
        self.warehouse.contains(place)
            || self.deletable.iter().any(|listed| listed.contains(place))
            || self.allowed.iter().any(|listed| listed.holds(place))
    }

    /// Whether a place lies below the warehouse or one that is listed: none of these themselves.
    pub(crate) fn empties(&self, place: &Location) -> bool {
        is_below(&self.warehouse, place)
            || self.deletable.iter().any(|listed| is_below(listed, place))
    }
}

/// A place that skep keeps house in.
fn deletable_read(text: &str, storage: &StorageSettings) -> Result<Location, String> {
    let read = place_read(text)?;
    if read.is_root() && read.storage() == Storage::File {
        return Err("the root of the file system is nobody's to empty".to_owned());
    }
    if !storage.reaches(&read) {
        let reached = storage.reached_schemes();
        return Err(format!(
            "skep deletes nothing there: it reaches {reached} only"
        ));
    }
    Ok(read)
}

/// A place as an operator writes it: it stands for all that lies below, so nothing in it stands for several.
fn place_read(text: &str) -> Result<Location, String> {
    if text.contains('*') {
        return Err(
            "a place stands for all below it, and no * for a part of one: leave it out".to_owned(),
        );
    }
    Location::parse(text).map_err(|failure| failure.why)
}

impl Allowed {
    fn read(text: &str) -> Result<Self, String> {
        if text == EVERYWHERE {
            return Ok(Self::Everywhere);
        }
        if let Some(word) = text.strip_suffix(WHOLE_STORAGE) {
            // Any name that a bucket may have: places are compared by their storage alone.
            let bucket = match word {
                "file" => "",
                "abfs" | "abfss" | "wasb" | "wasbs" => "any@any",
                _ => "any",
            };
            let example = Location::parse(&format!("{word}://{bucket}/"));
            return example
                .map(Self::WholeStorage)
                .map_err(|failure| failure.why);
        }
        place_read(text).map(Self::Below)
    }

    fn holds(&self, place: &Location) -> bool {
        match self {
            Self::Everywhere => true,
            Self::WholeStorage(example) => example.same_scheme(place),
            Self::Below(listed) => listed.contains(place),
        }
    }
}

/// Where Spark reads a table of its own reader from (`HiveExternalCatalog`, the option `path`).
pub(crate) fn spark_path(table: &Table) -> Option<&str> {
    if !table.parameters.contains_key(PROVIDER) {
        return None;
    }
    let serde = table.descriptor.serde.as_ref()?;
    serde.parameters.get("path").map(String::as_str)
}

pub(crate) fn is_below(directory: &Location, place: &Location) -> bool {
    directory.contains(place) && directory != place
}

impl Catalog {
    /// As [`Self::place_allow`], for the place that Spark reads a table of its own reader from, where that stands beside the
    /// location: in a property of the serde, when Spark could not store the table as one that Hive reads.
    pub(crate) fn spark_path_allow(&self, table: &Table) -> Result<()> {
        let path = spark_path(table).and_then(|path| Location::parse(path).ok());
        path.map_or(Ok(()), |place| self.place_allow(&place))
    }

    /// Fails for a place that no data may be in. What is in the catalog already stays.
    pub(crate) fn place_allow(&self, place: &Location) -> Result<()> {
        if self.settings.places.allows(place) {
            return Ok(());
        }
        let why = format!(
            "location {place} is not allowed: it lies neither in the warehouse nor in what the setting \
             storage.allowed_locations lists"
        );
        Err(Error::argument("location", why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Location {
        Location::parse(text).unwrap()
    }

    fn rules(allowed: &[&str], deletable: &[&str]) -> Result<PlaceRules, PlaceRuleFault> {
        let owned = |texts: &[&str]| -> Vec<String> {
            texts.iter().map(|text| (*text).to_owned()).collect()
        };
        PlaceRules::new(
            at("s3a://lake/warehouse"),
            &owned(allowed),
            &owned(deletable),
            &StorageSettings::default(),
        )
    }

    #[test]
    fn what_is_listed_holds_by_segments_and_whatever_the_word() {
        let rules = rules(&["s3://logs/aws", "/data"], &["s3://scratch", "/tmp/own"]).unwrap();
        for place in [
            "s3://lake/warehouse/a.db/t",
            "s3a://logs/aws",
            "s3n://logs/aws/trail",
            "file:/data/x",
            "s3://scratch/x",
            "/tmp/own/x",
        ] {
            assert!(rules.allows(&at(place)), "{place}");
        }
        for place in [
            "s3://logs/aws2",
            "s3://lake",
            "/database",
            "hdfs://nn/x",
            "/tmp/x",
        ] {
            assert!(!rules.allows(&at(place)), "{place}");
        }
        for place in ["s3://lake/warehouse/t", "s3a://scratch/x", "/tmp/own/x"] {
            assert!(rules.empties(&at(place)), "{place}");
        }
        for place in [
            "s3://lake/warehouse",
            "s3://lake/warehouse2/t",
            "s3://scratch",
            "s3://logs/aws/x",
            "/data/x",
        ] {
            assert!(!rules.empties(&at(place)), "{place}");
        }
    }

    #[test]
    fn unless_it_is_said_only_a_server_for_this_machine_reaches_its_files() {
        let warehouse = at("/warehouse");
        let rules = |is_loopback_only| {
            let allowed = PlaceRules::allowed_default(is_loopback_only);
            let storage = StorageSettings::default();
            PlaceRules::new(warehouse.clone(), &allowed, &[], &storage).unwrap()
        };
        let (own, open) = (rules(true), rules(false));
        for place in [
            "s3://lake/x",
            "hdfs://nn/x",
            "gs://lake/x",
            "wasb://c01@a.blob.core.windows.net/x",
            "az://container/x",
            "/warehouse/t",
        ] {
            assert!(own.allows(&at(place)) && open.allows(&at(place)), "{place}");
        }
        assert!(own.allows(&at("/etc")) && !open.allows(&at("/etc")));
    }

    #[test]
    fn what_is_no_place_is_told_with_its_key() {
        let (key, value, _) = rules(&["a/b"], &[]).unwrap_err();
        assert_eq!((key, value.as_str()), ("storage.allowed_locations", "a/b"));
        for text in [
            "gs://lake/x",
            "hdfs://nn/x",
            "file:///data/*",
            "s3://lake/*/own",
            "*",
        ] {
            let (key, value, _) = rules(&[], &[text]).unwrap_err();
            assert_eq!((key, value.as_str()), ("storage.deletable_locations", text));
        }
        rules(&["s3://lake/*"], &[]).unwrap_err();
        assert!(rules(&["file://*"], &[]).unwrap().allows(&at("/data/x")));
        let (key, value, _) = rules(&[], &["/"]).unwrap_err();
        assert_eq!((key, value.as_str()), ("storage.deletable_locations", "/"));
    }
}
