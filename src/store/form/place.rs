//! The stored form of a place, by which the database itself finds what lies at, above or below it.
//!
//! Storage, bucket and key with a slash between them and none at the end, so that one place has one text however it is
//! written: `s3/lake/sales/orders` is `s3a://lake/sales/orders/`, `file/data/x` is `/data//x`, and
//! `other/hdfs/nn:8020/x` a place on a storage that skep does not reach. In the order of the bytes, which is that of the
//! columns (`migrations/README.md`), what lies below `p` is one stretch, from `p/` up to `p0`, for the zero comes right
//! behind the slash: `orders_archive` is not in that of `orders`. What lies above is a short list of texts.
//!
//! A key of an index ends at [`PLACE_BYTES_MAX`], a place may be longer. It is cut there: who looks for it finds all that
//! begin alike, so whoever reads rows by their places asks [`PlaceSet::overlaps`] of the whole ones.

use crate::model::{Location, Storage};
use std::collections::BTreeSet;

/// Most bytes of a stored place: that of a key of S3 with the longest bucket, and half as much again.
pub(in crate::store) const PLACE_BYTES_MAX: usize = 1536;

/// What stands for a place that is not known yet: the row is of a version that did not write places.
pub(in crate::store) const UNKNOWN: &str = "";

/// A place in its stored form, whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Place {
    text: String,
    /// Where storage and bucket end.
    root: usize,
}

impl Place {
    pub(in crate::store) fn of(location: &Location) -> Self {
        let root = match location.storage() {
            Storage::File => "file".to_owned(),
            Storage::S3 => format!("s3/{}", location.bucket()),
            Storage::Gcs => format!("other/gs/{}", location.bucket()),
            Storage::Azure => {
                let (container, account) = location.bucket_identity();
                format!("azure/{container}@{account}")
            }
            Storage::Other => format!("other/{}/{}", location.scheme(), location.bucket()),
        };
        Self::new(root, location.key())
    }

    /// The place of an object, whatever slashes its key has.
    pub(in crate::store) fn of_object(bucket: &str, key: &str) -> Self {
        let names: Vec<&str> = key.split('/').filter(|name| !name.is_empty()).collect();
        Self::new(format!("s3/{bucket}"), &names.join("/"))
    }

    fn new(mut text: String, key: &str) -> Self {
        let root = text.len();
        if !key.is_empty() {
            text.reserve_exact(1 + key.len());
            text.push('/');
            text.push_str(key);
        }
        Self { text, root }
    }

    /// Storage and bucket; all files are one.
    pub(in crate::store) fn bucket(&self) -> &str {
        &self.text[..self.root]
    }

    /// All of it, however long.
    pub(in crate::store) fn whole(&self) -> &str {
        &self.text
    }

    /// As it stands in a column.
    pub(in crate::store) fn stored(&self) -> &str {
        &self.text[..self.text.floor_char_boundary(PLACE_BYTES_MAX)]
    }

    /// Whether a column has no room for all of it.
    pub(in crate::store) fn is_cut(&self) -> bool {
        self.text.len() > PLACE_BYTES_MAX
    }

    /// The stored forms of the places above, the nearest first; of a place that is cut also its own, for what lies between
    /// has the same.
    pub(in crate::store) fn above(&self) -> impl Iterator<Item = &str> {
        let stored = self.stored();
        let own = self.is_cut().then_some(stored);
        let whole = self.ancestors();
        let shorter = whole.filter(|place| place.len() < stored.len());
        own.into_iter().chain(shorter)
    }

    /// The first and the last text between which the stored forms of all places below lie.
    pub(in crate::store) fn below(&self) -> (String, String) {
        let stored = self.stored();
        if self.is_cut() {
            return (stored.to_owned(), stored.to_owned());
        }
        (format!("{stored}/"), format!("{stored}0"))
    }

    /// The whole texts of the places above, the nearest first.
    fn ancestors(&self) -> impl Iterator<Item = &str> {
        let slashes = self.text[self.root..].rmatch_indices('/');
        slashes.map(|(at, _)| &self.text[..self.root + at])
    }
}

/// Places that are about to be used, asked about all at once.
#[derive(Debug)]
pub(in crate::store) struct PlaceSet {
    /// In their order, none of them twice.
    places: Vec<Place>,
}

impl PlaceSet {
    pub(in crate::store) fn of<'l>(locations: impl IntoIterator<Item = &'l Location>) -> Self {
        let mut places: Vec<Place> = locations.into_iter().map(Place::of).collect();
        places.sort_unstable();
        places.dedup();
        Self { places }
    }

    /// Whether one of them lies at, above or below a location: [`Location::overlaps`] of each, without a look at each.
    pub(in crate::store) fn overlaps(&self, location: &Location) -> bool {
        let place = Place::of(location);
        if self.has(&place.text) || place.ancestors().any(|above| self.has(above)) {
            return true;
        }
        let below = format!("{}/", place.text);
        let at = self.places.partition_point(|used| used.text < below);
        let next = self.places.get(at);
        next.is_some_and(|used| used.text.starts_with(&below))
    }

    fn has(&self, text: &str) -> bool {
        let found = self
            .places
            .binary_search_by(|used| used.text.as_str().cmp(text));
        found.is_ok()
    }

    /// The stored forms of all that lie above one of them: a few where they lie in one directory, however many they are.
    pub(in crate::store) fn above(&self) -> BTreeSet<&str> {
        let mut above = BTreeSet::new();
        for place in &self.places {
            for one in place.above() {
                // What lies above that was met before.
                if !above.insert(one) {
                    break;
                }
            }
        }
        above
    }

    /// Where the stored forms of all that lie at or below one of them are.
    pub(in crate::store) fn stretches(&self) -> Stretches {
        let mut stretches = Vec::with_capacity(2 * self.places.len());
        for place in &self.places {
            let stored = place.stored();
            stretches.push((stored.to_owned(), stored.to_owned()));
            stretches.push(place.below());
        }
        stretches.sort_unstable();
        stretches.dedup_by(|next, before| {
            let joins = next.0 <= before.1;
            if joins && next.1 > before.1 {
                before.1 = std::mem::take(&mut next.1);
            }
            joins
        });
        Stretches(stretches)
    }
}

/// Stretches of the order of places, each with its first and its last text, apart and in their order. They are read as one,
/// from the first to the last, and who meets much that lies between two of them skips it.
#[derive(Debug)]
pub(in crate::store) struct Stretches(Vec<(String, String)>);

impl Stretches {
    pub(in crate::store) fn first(&self) -> Option<&str> {
        self.0.first().map(|(first, _)| first.as_str())
    }

    pub(in crate::store) fn last(&self) -> Option<&str> {
        self.0.last().map(|(_, last)| last.as_str())
    }

    /// Where to go on behind a text: at the text itself where it lies in a stretch, else at the next one.
    pub(in crate::store) fn from<'s>(&'s self, text: &'s str) -> Option<&'s str> {
        let at = self.0.partition_point(|(_, last)| last.as_str() < text);
        let (first, _) = self.0.get(at)?;
        Some(text.max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Location {
        Location::from_stored(text.to_owned())
    }

    #[test]
    fn one_place_has_one_text_however_it_is_written() {
        for (location, place, bucket) in [
            ("s3://lake/a/b", "s3/lake/a/b", "s3/lake"),
            ("s3a://lake//a/b/", "s3/lake/a/b", "s3/lake"),
            ("s3n://lake/", "s3/lake", "s3/lake"),
            ("s3://lake", "s3/lake", "s3/lake"),
            ("file:/a/b", "file/a/b", "file"),
            ("/a/b", "file/a/b", "file"),
            ("/", "file", "file"),
            (
                "hdfs://nn:8020/a",
                "other/hdfs/nn:8020/a",
                "other/hdfs/nn:8020",
            ),
            ("hdfs:/a", "other/hdfs//a", "other/hdfs/"),
            ("gs://lake/a", "other/gs/lake/a", "other/gs/lake"),
            (
                "wasbs://lake@one.blob.core.windows.net/a",
                "azure/lake@one/a",
                "azure/lake@one",
            ),
        ] {
            let found = Place::of(&at(location));
            assert_eq!((found.stored(), found.bucket()), (place, bucket));
        }
        let object = Place::of_object("lake", "/a//b/part-0");
        assert_eq!(object.stored(), "s3/lake/a/b/part-0");
        let above: Vec<&str> = object.above().collect();
        assert_eq!(above, ["s3/lake/a/b", "s3/lake/a", "s3/lake"]);
    }

    #[test]
    fn a_place_that_is_too_long_is_cut_between_two_characters_and_found_by_what_is_left() {
        let long = "한".repeat(700);
        let one = Place::of(&at(&format!("s3://lake/{long}/a")));
        assert!(one.is_cut());
        assert_eq!(one.stored().len(), 8 + 3 * 509);
        let next = Place::of(&at(&format!("s3://lake/{long}")));
        assert_eq!(one.stored(), next.stored());
        let above: Vec<&str> = one.above().collect();
        assert_eq!(above, [one.stored(), "s3/lake"]);
        let host = Place::of(&at(&format!("hdfs://{}/a", "h".repeat(2000))));
        assert_eq!(host.above().collect::<Vec<_>>(), [host.stored()]);
    }

    #[test]
    fn stretches_are_apart_and_what_lies_between_is_skipped() {
        let places = [at("s3://lake/b"), at("s3://lake/b/c"), at("s3://lake/x")];
        let stretches = PlaceSet::of(&places).stretches();
        let ends = (stretches.first(), stretches.last());
        assert_eq!(ends, (Some("s3/lake/b"), Some("s3/lake/x0")));
        for (behind, on) in [
            ("s3/lake/b-1", Some("s3/lake/b/")),
            ("s3/lake/b/c/d", Some("s3/lake/b/c/d")),
            ("s3/lake/c", Some("s3/lake/x")),
            ("s3/lake/x0a", None),
        ] {
            assert_eq!(stretches.from(behind), on, "{behind}");
        }
        assert_eq!(PlaceSet::of([]).stretches().first(), None);
    }

    /// Texts that are stored as places, well formed or not, with names that begin alike.
    fn written() -> impl Strategy<Value = String> {
        let root = prop::sample::select(vec![
            "s3://lake",
            "s3a://lake",
            "s3://lake-2",
            "file:",
            "hdfs://nn",
            "hdfs:",
            "s3://no#bucket",
            "odd",
        ]);
        let name = prop::sample::select(vec![
            "a", "A", "a0", "a_b", "a%", "a-b", "a.b", "a!", "한", "한글", "b", "",
        ]);
        let long = prop::sample::select(vec![0, 0, 0, 1527, 1528, 1529, 2000]);
        (root, long, prop::collection::vec(name, 0..4)).prop_map(|(root, long, names)| {
            let mut text = root.to_owned();
            if long > 0 {
                text.push('/');
                text.push_str(&"x".repeat(long));
            }
            for name in names {
                text.push('/');
                text.push_str(name);
            }
            if text.ends_with(':') {
                text.push('/');
            }
            text
        })
    }

    proptest! {
        #[test]
        fn what_overlaps_is_found_and_told_from_what_begins_alike(
            used in prop::collection::vec(written(), 0..5),
            other in written(),
        ) {
            let used: Vec<Location> = used.iter().map(|text| at(text)).collect();
            let other = at(&other);
            let overlaps = used.iter().any(|one| one.overlaps(&other));
            let set = PlaceSet::of(&used);
            prop_assert_eq!(set.overlaps(&other), overlaps);
            let place = Place::of(&other);
            let stored = place.stored();
            let stretches = set.stretches();
            let is_in_one = stretches.0.iter().any(|(first, last)| first.as_str() <= stored && stored <= last.as_str());
            let is_found = set.above().contains(stored) || is_in_one;
            prop_assert!(is_found || !overlaps, "{:?} in {:?}", other, used);
            prop_assert_eq!(stretches.from(stored) == Some(stored), is_in_one);
            prop_assert!(stretches.0.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
