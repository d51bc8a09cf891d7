//! What a location reads, shows, equals, contains and joins, by example and against a naive model of segments.

use super::{LOCATION_BYTES_MAX, Location, Storage};
use proptest::prelude::*;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

fn at(text: &str) -> Location {
    Location::parse(text).unwrap()
}

fn shown(text: &str) -> String {
    at(text).to_string()
}

#[test]
fn every_way_to_write_a_file_comes_out_as_one() {
    for text in [
        "/a/b",
        "file:/a/b",
        "file:///a/b",
        "FILE:///a//b/",
        "file://localhost/a/./b",
    ] {
        assert_eq!(shown(text), "file:/a/b", "{text}");
    }
    assert_eq!(shown("/"), "file:/");
    assert_eq!(
        shown("//a/b"),
        "file:/a/b",
        "without a scheme there is no host"
    );
}

#[test]
fn a_place_that_is_asked_about_is_the_one_that_is_written() {
    for text in [
        "s3://bucket/a/../c",
        "s3://bucket/./c",
        "file:/a/..",
        "/a/../b",
        "s3://bucket/../../c",
    ] {
        let refused = Location::parse_asked(text).unwrap_err();
        assert!(refused.is_dotted, "{text}: {refused}");
    }
    for text in ["s3://bucket/a..b/.c/...", "/a//b/", "s3://bucket"] {
        assert_eq!(Location::parse_asked(text).unwrap(), at(text), "{text}");
    }
    assert!(!Location::parse_asked("a/../b").unwrap_err().is_dotted);
}

#[test]
fn the_word_for_s3_stays_as_the_client_wrote_it_and_makes_no_other_place() {
    assert_eq!(shown("s3a://bucket//a///b/"), "s3a://bucket/a/b");
    assert_eq!(shown("s3n://bucket/a/../b"), "s3n://bucket/b");
    assert_eq!(shown("S3A://bucket/a"), "s3a://bucket/a");
    assert_eq!(shown("s3://bucket"), "s3://bucket");
    assert_eq!(shown("s3://bucket/"), "s3://bucket/");
    assert_eq!(shown("hdfs://nn:8020/a/"), "hdfs://nn:8020/a");
    assert_eq!(at("s3://bucket/a"), at("s3n://bucket/a"));
    assert_eq!(at("s3://bucket"), at("s3a://bucket/"));
    assert_ne!(at("gs://bucket/a"), at("s3://bucket/a"));
    assert_ne!(at("hdfs://one/a"), at("hdfs://two/a"));
}

#[test]
fn the_words_and_hosts_of_azure_are_one_storage() {
    let lake = at("abfss://logs@company.dfs.core.windows.net/t");
    for same in [
        "abfs://logs@company.dfs.core.windows.net/t/",
        "wasbs://logs@company.blob.core.windows.net//t",
        "az://logs@company/t",
    ] {
        assert_eq!(lake, at(same), "{same}");
        assert!(lake.contains(&at(same).below("x")), "{same}");
    }
    for other in [
        "abfss://logs@another.dfs.core.windows.net/t",
        "abfss://logs2@company.dfs.core.windows.net/t",
        "az://logs/t",
    ] {
        assert_ne!(lake, at(other), "{other}");
    }
    assert_eq!(lake.bucket_identity(), ("logs", "company"));
    assert_eq!(at("abfss://$web@a.dfs.core.windows.net").key(), "");
    for (text, why) in [
        ("abfss:///t", "names no bucket"),
        ("abfss://logs/t", "names no account"),
        ("abfss://l_gs@company/t", "container"),
        ("abfss://logs@company..net/t", "host"),
        ("wasb://logs:SECRET@company/t", "stand alone"),
        ("gs://KEY:SECRET@lake/t", "stand alone"),
        ("gs:///t", "names no bucket"),
        ("hdfs://u:SECRET@nn:8020/t", "password"),
        ("https://u:SECRET@host/t", "password"),
    ] {
        let error = Location::parse(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
        assert!(!error.contains("SECRET"));
    }
    assert_eq!(at("gs://logs.example.com/t").bucket(), "logs.example.com");
}

#[test]
fn names_are_never_decoded() {
    for text in [
        "file:/t/d=a%3Ab",
        "s3a://lake/t/d=a b?c#d",
        "file:/t/서울=1",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn what_is_not_absolute_is_refused_with_its_reason() {
    for (text, why) in [
        ("", "not absolute"),
        ("a/b", "not absolute"),
        ("file:a", "not absolute"),
        ("s3:/a", "names no bucket"),
        ("s3a:///a", "names no bucket"),
        ("file://host/a", "is a host"),
        ("/a/../../b", "above the root"),
        ("/a\u{0}b", "control character"),
        ("jdbc:mysql://x", "not absolute"),
        ("s3n://KEY:SECRET@bucket/a", "without credentials"),
    ] {
        let error = Location::parse(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
        assert!(!error.contains("SECRET"));
    }
    assert!(Location::parse(&format!("/{}", "a".repeat(LOCATION_BYTES_MAX))).is_err());
}

#[test]
fn a_bucket_that_would_end_the_host_name_is_refused_before_any_request() {
    for name in [
        "evil.example#",
        "evil.example?x",
        "evil.example\\",
        "a b",
        "한글-버킷",
        "ab",
        "-ab",
        "ab.",
        "a..b",
        "10.0.0.1",
        &"a".repeat(64),
    ] {
        let refused = Location::parse(&format!("s3://{name}/x")).unwrap_err();
        assert!(refused.why.contains("bucket"), "{name}: {refused}");
    }
    for name in ["lake", "my-logs.2026", "Old_Bucket", "0ab", &"a".repeat(63)] {
        assert_eq!(at(&format!("s3://{name}/x")).bucket(), name);
    }
}

#[test]
fn what_older_rules_stored_is_shown_and_reaches_no_storage() {
    let odd = Location::from_stored("s3://evil.example#/x".to_owned());
    assert_eq!(odd.as_str(), "s3://evil.example#/x");
    assert_eq!(odd.storage(), Storage::Other);
    assert!(!at("s3://evil.example/x").overlaps(&odd));
    let usual = Location::from_stored("s3a://lake/t".to_owned());
    assert_eq!((usual.bucket(), usual.key()), ("lake", "t"));
    assert_eq!(
        Location::from_stored("/a//b".to_owned()).as_str(),
        "file:/a/b"
    );
}

#[test]
fn a_directory_contains_itself_and_what_is_below_but_no_name_that_merely_begins_alike() {
    assert!(at("s3a://lake/a").contains(&at("s3://lake/a/c")));
    assert!(at("s3a://lake/a").contains(&at("s3a://lake/a/")));
    assert!(at("s3a://lake").contains(&at("s3a://lake/a")));
    assert!(!at("s3a://lake/a").contains(&at("s3a://lake/ac")));
    assert!(!at("s3a://lake/a").contains(&at("s3a://other/a/c")));
    assert!(!at("/a/b").contains(&at("/a")));
    assert!(at("/").contains(&at("/a")));
}

#[test]
fn parents_end_at_the_root() {
    let parent = at("s3a://lake/a/c").parent().unwrap();
    assert_eq!(parent.to_string(), "s3a://lake/a");
    assert_eq!(
        parent.join("d=1/e=2").unwrap().to_string(),
        "s3a://lake/a/d=1/e=2"
    );
    let root = parent.parent().unwrap();
    assert!(root.is_root());
    assert_eq!(root.parent(), None);
    for path in ["", "a//b", "../b", "a/.", "a\nb"] {
        assert!(parent.join(path).is_err(), "{path:?}");
    }
}

#[test]
fn what_lies_in_a_moved_directory_follows_by_segments_and_keeps_its_word() {
    let (from, to) = (at("s3://lake/sales/orders"), at("s3://cold/orders_v2"));
    let moved = |text: &str| at(text).moved(&from, &to).map(|place| place.to_string());
    assert_eq!(
        moved("s3a://lake/sales/orders/dt=1").as_deref(),
        Some("s3a://cold/orders_v2/dt=1")
    );
    assert_eq!(
        moved("s3n://lake/sales/orders").as_deref(),
        Some("s3n://cold/orders_v2")
    );
    assert_eq!(moved("s3://lake/sales/orders_archive/dt=1"), None);
    assert_eq!(moved("s3://cold/s3://lake/sales/orders"), None);
}

/// A place as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Naive {
    storage: &'static str,
    bucket: &'static str,
    segments: Vec<&'static str>,
}

impl Naive {
    fn contains(&self, other: &Self) -> bool {
        (self.storage, self.bucket) == (other.storage, other.bucket)
            && other.segments.starts_with(&self.segments)
    }
}

/// A place and one of the ways to write it.
fn written() -> impl Strategy<Value = (Naive, String)> {
    let schemes: &[(&str, &str, &[&str])] = &[
        ("file", "file", &[""]),
        ("file", "", &[""]),
        ("s3", "s3", &["lake", "lakes"]),
        ("s3", "s3a", &["lake", "lakes"]),
        ("s3", "S3N", &["lake", "lakes"]),
        ("hdfs", "hdfs", &["", "nn:8020"]),
        ("gs", "gs", &["lake"]),
        ("azure", "abfss", &["lake@one.dfs.core.windows.net"]),
        ("azure", "wasb", &["lake@one.dfs.core.windows.net"]),
    ];
    let segment = prop::sample::select(vec!["a", "ab", "a=1", "한", "b", "..b", "a%2F"]);
    let noise = prop::sample::select(vec!["/", "//", "/./", "/x/../", "///"]);
    (
        prop::sample::select(schemes),
        any::<prop::sample::Index>(),
        prop::collection::vec((noise, segment), 0..4),
        prop::sample::select(vec!["", "/", "//"]),
    )
        .prop_map(|((storage, word, buckets), bucket, parts, end)| {
            let bucket = bucket.get(buckets);
            let mut text = match (word, *bucket) {
                ("", _) => String::new(),
                (word, "") => format!("{word}:"),
                (word, bucket) => format!("{word}://{bucket}"),
            };
            for (noise, segment) in &parts {
                // Behind a scheme alone, two slashes would begin an authority.
                text += if text.ends_with(':') { "/" } else { noise };
                text += segment;
            }
            text += if parts.is_empty() && bucket.is_empty() {
                "/"
            } else {
                end
            };
            let naive = Naive {
                storage,
                bucket,
                segments: parts.into_iter().map(|(_, segment)| segment).collect(),
            };
            (naive, text)
        })
}

proptest! {
    #[test]
    fn places_compare_as_their_segments_do(one in written(), two in written()) {
        let (a, b) = (at(&one.1), at(&two.1));
        prop_assert_eq!(a == b, one.0 == two.0, "{} {}", one.1, two.1);
        prop_assert_eq!(a.contains(&b), one.0.contains(&two.0), "{} {}", one.1, two.1);
        prop_assert_eq!(a.is_root(), one.0.segments.is_empty());
        if a == b {
            let hashes = BuildHasherDefault::<DefaultHasher>::default();
            prop_assert_eq!(hashes.hash_one(&a), hashes.hash_one(&b));
        }
        if let Some(path) = a.path_to(&b) {
            let rest = &two.0.segments[one.0.segments.len()..];
            prop_assert_eq!(path, rest.join("/"));
            prop_assert_eq!(a.below(path), b);
        }
    }

    #[test]
    fn the_normal_form_is_read_as_itself(one in written()) {
        let place = at(&one.1);
        let again = Location::from_stored(place.to_string());
        prop_assert_eq!(again.as_str(), place.as_str());
        prop_assert_eq!(&again, &place);
        prop_assert_eq!((again.bucket(), again.path()), (place.bucket(), place.path()));
    }

    #[test]
    fn a_parent_is_one_segment_less_and_joins_back(one in written(), more in written()) {
        let place = at(&one.1);
        let path = more.0.segments.join("/");
        if path.is_empty() {
            prop_assert!(place.join(&path).is_err());
        } else {
            let mut joined = one.0.clone();
            joined.segments.extend(&more.0.segments);
            let below = place.join(&path).unwrap();
            prop_assert_eq!(below.path_to(&below), Some(""));
            prop_assert_eq!(below.key(), joined.segments.join("/"));
            prop_assert!(place.contains(&below));
        }
        match place.parent() {
            None => prop_assert!(one.0.segments.is_empty()),
            Some(parent) => {
                let (last, above) = one.0.segments.split_last().unwrap();
                prop_assert_eq!(parent.key(), above.join("/"));
                prop_assert_eq!(parent.below(last).to_string(), place.to_string());
            }
        }
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".{0,40}", stored in "(s3|s3a|file|gs)?:?/{0,3}[a-z#?.:@%/]{0,20}") {
        for text in [&text, &stored] {
            let place = Location::from_stored(text.clone());
            let _ = (place.bucket(), place.key(), place.parent(), place.below("x"), place.is_root());
            let _ = place.moved(&place, &at("s3://lake/t"));
        }
    }
}
