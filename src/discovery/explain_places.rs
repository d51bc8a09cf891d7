//! The places of one partition: in each root every directory that means it, which of them it has, and which are left out.
//! Several directories mean one partition where they are escaped in another way, differ in the case of a key's name or in a
//! part that the layout leaves out.

use super::Discovery;
use super::explain::{PartitionPlace, PlaceState};
use super::judge::{Sighting, Verdict};
use super::site::{Root, Site};
use super::twins::twin_reason;
use crate::error::Result;
use crate::lake::{FoundPartition, LakeError};
use crate::layout::LayoutError;
use crate::model::{Location, Partition, SkipKind};

/// Directories of one partition that are looked into in one root.
const DIRECTORIES_MAX: usize = 20;
/// LIST requests that look for them in one root.
const REQUESTS_MAX: usize = 30;

/// The directories below a root that can be those of one partition.
#[derive(Debug, Default)]
struct Directories {
    /// Their paths, in order.
    paths: Vec<String>,
    /// Whether there may be others.
    is_cut: bool,
}

/// What the places of one root are explained by.
struct Asked<'a> {
    site: &'a Site,
    root: &'a Root,
    values: &'a [String],
    name: &'a str,
    existing: Option<&'a Partition>,
    /// The path in this root that the partition has.
    own: Option<String>,
}

impl Discovery {
    /// The places of a partition in one root, that which it has first.
    pub(super) async fn places_explain(
        &self,
        site: &Site,
        root: &Root,
        values: &[String],
        existing: Option<&Partition>,
    ) -> Result<Vec<PartitionPlace>> {
        let name = site.name(values)?;
        let written = root.layout.write(values);
        // A layout that leaves something out writes nothing, and still reads.
        if let Err(failure) = written.as_ref()
            && *failure != LayoutError::Ignores
        {
            let state = PlaceState::Nowhere(failure.to_string());
            return Ok(vec![place(root, None, state)]);
        }
        let found = match self.directories_of(root, values).await {
            Ok(found) => found,
            Err(failure) => {
                let location = written.ok().map(|path| root.shown(&path));
                let state = PlaceState::Unknown(failure.to_string());
                return Ok(vec![place(root, location, state)]);
            }
        };
        let own = existing.and_then(|partition| path_own(site, root, partition));
        let mut paths = found.paths;
        if let Some(own) = &own {
            paths.retain(|path| path != own);
            paths.insert(0, own.clone());
        }
        if paths.is_empty() {
            match written {
                Ok(path) => paths.push(path),
                Err(failure) => {
                    let state = PlaceState::Nowhere(failure.to_string());
                    return Ok(vec![place(root, None, state)]);
                }
            }
        }
        let asked = Asked {
            site,
            root,
            values,
            name: &name,
            existing,
            own,
        };
        let mut taken = None;
        let mut places = Vec::with_capacity(paths.len());
        for path in &paths {
            let one = self.place_explain(&asked, path, &mut taken).await?;
            let is_own = asked.own.as_ref() == Some(path);
            if is_own || paths.len() == 1 || one.state != PlaceState::Empty(None) {
                places.push(one);
            }
        }
        if places.is_empty() {
            let location = paths.first().map(|path| root.shown(path));
            places.push(place(root, location, PlaceState::Empty(None)));
        }
        if found.is_cut {
            let why = "there are too many directories here to look through all of them for others of this partition";
            places.push(place(root, None, PlaceState::Unknown(why.to_owned())));
        }
        Ok(places)
    }

    /// What one directory means; `taken` is the one that the partition has, or gets.
    async fn place_explain(
        &self,
        asked: &Asked<'_>,
        path: &str,
        taken: &mut Option<Location>,
    ) -> Result<PartitionPlace> {
        let (site, root, values) = (asked.site, asked.root, asked.values);
        let location = root.shown(path);
        let mut place = place(root, Some(location.clone()), PlaceState::Empty(None));
        let found = match self.place_look(root, path, values).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(place),
            Err(failure) => {
                place.state = PlaceState::Unknown(failure.to_string());
                return Ok(place);
            }
        };
        place.files = found.files;
        place.bytes = found.bytes;
        place.newest_at = found.newest_at;
        let sighting = Sighting::new(root, &found);
        let here = sighting.location.clone();
        if let Some(taken) = taken {
            place.state = PlaceState::Skipped(twin_reason(asked.name, taken));
            return Ok(place);
        }
        if asked.own.as_deref().is_some_and(|own| own != path) {
            // The partition's own directory came first, and has no data.
            *taken = Some(here);
            place.state = PlaceState::Ready(AFTER_EMPTY.to_owned());
            return Ok(place);
        }
        place.state = match site.judge(root, values, sighting, asked.existing, self.now())? {
            Verdict::Known => known_state(asked, &here),
            Verdict::Expired => PlaceState::Expired,
            Verdict::Skip(skip) => PlaceState::Skipped(skip.reason),
            Verdict::Add(_) | Verdict::Move(_) => {
                let when = when_found(site, root, values, self.now());
                self.why_not_yet(site, &location, when).await?
            }
        };
        let is_own = asked.own.is_some();
        if is_own || matches!(place.state, PlaceState::Ready(_)) {
            *taken = Some(here);
        }
        Ok(place)
    }

    /// The directories of a partition below a root. What can have one name alone is not listed for.
    async fn directories_of(
        &self,
        root: &Root,
        values: &[String],
    ) -> Result<Directories, LakeError> {
        let mut found = Directories {
            paths: vec![String::new()],
            is_cut: false,
        };
        let mut requests = REQUESTS_MAX;
        for segment in 0..root.layout.depth() {
            let mut below = Vec::new();
            for path in &found.paths {
                if let Some(name) = root.layout.name_only(segment, values) {
                    below.push(child(path, &name));
                    continue;
                }
                let listed = self.lake.directory_names(&root.location, path, requests);
                let listed = listed.await?;
                // One request shows a thousand.
                requests = requests.saturating_sub(listed.names.len().div_ceil(1_000).max(1));
                found.is_cut |= !listed.is_whole;
                let paths = listed.names.iter().map(|name| child(path, name));
                below.extend(paths.filter(|path| {
                    let segments: Vec<&str> = path.split('/').collect();
                    root.layout.leads_to(&segments, values)
                }));
            }
            found.is_cut |= below.len() > DIRECTORIES_MAX;
            below.truncate(DIRECTORIES_MAX);
            found.paths = below;
        }
        found.paths.sort();
        Ok(found)
    }

    /// What could be registered is ready, unless its files are quarantined.
    async fn why_not_yet(&self, site: &Site, location: &str, when: String) -> Result<PlaceState> {
        let mut session = self.store.session().await?;
        let skip = session.discovery_skip_get(site.table.id, location).await?;
        let quarantined = skip.filter(|skip| skip.kind == SkipKind::Schema);
        Ok(match quarantined {
            Some(skip) => PlaceState::Skipped(skip.reason),
            None => PlaceState::Ready(when),
        })
    }

    /// What lies in a partition's directory; `None` where there is no data.
    pub(super) async fn place_look(
        &self,
        root: &Root,
        path: &str,
        values: &[String],
    ) -> Result<Option<FoundPartition>> {
        let marker = root.marker.as_deref();
        let found = self
            .lake
            .partition_look(&root.location, path, values, marker)
            .await?;
        Ok(found.filter(|found| found.files > 0))
    }
}

const AFTER_EMPTY: &str =
    "the next sweep, since the directory that the partition points to has no data any more";

/// What a directory is of a partition that is registered: its place, or one more that means it, such as that of a less
/// preferred root.
fn known_state(asked: &Asked<'_>, here: &Location) -> PlaceState {
    let table = asked.site.table.location.as_ref();
    let existing = asked.existing;
    let registered = existing.and_then(|existing| existing.full_location(table));
    registered_state(asked.name, registered.as_ref(), here)
}

/// The same, by where the partition has its data.
fn registered_state(name: &str, registered: Option<&Location>, here: &Location) -> PlaceState {
    match registered.filter(|registered| *registered != here) {
        Some(elsewhere) => PlaceState::Skipped(twin_reason(name, elsewhere)),
        None => PlaceState::Registered,
    }
}

fn place(root: &Root, location: Option<String>, state: PlaceState) -> PartitionPlace {
    PartitionPlace {
        root: root.name.clone(),
        location,
        files: 0,
        bytes: 0,
        newest_at: 0,
        state,
    }
}

/// The path below a root that a registered partition has, where the layout reads it as that partition.
fn path_own(site: &Site, root: &Root, partition: &Partition) -> Option<String> {
    let location = partition.full_location(site.table.location.as_ref())?;
    let path = root.path_of(&location)?;
    let values = root.layout.read(path).ok()?;
    (values == partition.values).then(|| path.to_owned())
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// What registers a partition whose data is there.
fn when_found(site: &Site, root: &Root, values: &[String], now: i64) -> String {
    let window = root.window(now);
    let span = root.layout.span(values);
    let is_outside = span.is_some_and(|(from, to)| from >= window.to_s || to <= window.from_s);
    if !is_outside {
        return "the next look at the window".to_owned();
    }
    match site.settings.sweep_interval_s {
        Some(_) => "the next sweep, since its time lies outside of the window",
        None => {
            "a sweep by hand alone, since its time lies outside of the window and sweeps are off"
        }
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Location, PlaceState, registered_state};

    #[test]
    fn only_the_place_that_a_partition_points_to_is_registered() {
        let at = |text: &str| Location::parse(text).expect("it is a location");
        let (hot, cold) = (at("s3://hot/t/dt=1"), at("s3://cold/t/dt=1"));
        let state = |here| registered_state("dt=1", Some(&cold), here);
        assert_eq!(state(&cold), PlaceState::Registered);
        let PlaceState::Skipped(why) = state(&hot) else {
            panic!("it is not registered there");
        };
        assert!(why.contains("s3://cold/t/dt=1"), "{why}");
    }
}
