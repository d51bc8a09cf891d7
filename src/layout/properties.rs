//! Layouts by property: printing and reading are inverse, Hive's layout is Hive's, and a window loses nothing.

use super::tests::columns;
use super::*;
use crate::hive::partition_name::{make_name, values_for_keys};
use jiff::Timestamp;
use jiff::civil::DateTime;
use proptest::prelude::*;

/// Layouts of all kinds, with keys of which `t…` are times.
const TEMPLATES: &[(&str, &[(&str, &str)])] = &[
    ("{t:%Y/%m/%d/%H}", &[("t", "string")]),
    ("{t:%Y/%m/%d/%H/%M}", &[("t", "timestamp")]),
    ("{t:%Y-%m-%d-%H}", &[("t", "string")]),
    ("t={t:%Y-%m-%d}", &[("t", "date")]),
    (
        "year={t1:%Y}/month={t2:%-m}/day={t3:%-d}/hour={t4:%-H}",
        &[("t1", "int"), ("t2", "int"), ("t3", "int"), ("t4", "int")],
    ),
    (
        "AWSLogs/{a}/x/{b}/{t:%Y/%m/%d}",
        &[("a", "string"), ("b", "string"), ("t", "string")],
    ),
    (
        "{t1:%Y}/{a}/{t2:%m}/b={b}/{t3:%d}",
        &[
            ("a", "string"),
            ("b", "string"),
            ("t1", "string"),
            ("t2", "string"),
            ("t3", "string"),
        ],
    ),
    ("{a}-{t:%Y%m%d}", &[("t", "bigint"), ("a", "string")]),
    ("{t:%Y%m%d}-{a}", &[("t", "bigint"), ("a", "string")]),
    (
        "{t:%-H}{a}/{u:%Y/%m/%d}",
        &[("t", "int"), ("u", "date"), ("a", "string")],
    ),
    (
        "{t:%d.%m.%Y}/{u:%-H}h{a}",
        &[("t", "string"), ("u", "int"), ("a", "string")],
    ),
    (
        "{t:%Y}/{a}/{t:%m-%d}x{t:%H}",
        &[("t", "string"), ("a", "string")],
    ),
    ("{t1:%F}/{t2:%F}", &[("t1", "date"), ("t2", "date")]),
    ("{t:%Y/%m/%d/%H/%M/%S=%S%M%H%d%m%Y}", &[("t", "string")]),
    ("{t:%Y}", &[("t", "timestamp")]),
    ("{a}/{b}", &[("a", "string"), ("b", "string")]),
    (
        "{a}.{b}/c={c}",
        &[("a", "string"), ("b", "string"), ("c", "string")],
    ),
];

const ZONES: &[&str] = &[
    "UTC",
    "Asia/Seoul",
    "America/New_York",
    "Europe/Lisbon",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
];

fn sample(at: usize) -> Layout {
    let (template, keys) = TEMPLATES[at];
    Layout::parse(template, &columns(keys)).unwrap()
}

/// The values of a partition at a civil time, with these texts.
fn values_at(layout: &Layout, time: DateTime, texts: &[String]) -> Vec<String> {
    let fields = stretch::fields_of(time);
    let forms = layout.inner.forms.iter().zip(texts);
    forms
        .map(|(form, text)| {
            form.as_ref()
                .map_or(text.clone(), |form| form.write_time(&fields))
        })
        .collect()
}

/// The values at the local time of an instant, moved by some seconds: skipped local times occur, too.
fn local_values(layout: &Layout, at_s: i64, moved_s: i64, texts: &[String]) -> Vec<String> {
    let local = layout
        .zone
        .to_datetime(Timestamp::from_second(at_s).unwrap());
    let moved = local.saturating_add(jiff::Span::new().seconds(moved_s));
    values_at(layout, moved, texts)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![
        "[a-z0-9=.-]{1,6}",
        any::<String>(),
        "[ %:=/한글é{}']{0,4}",
        Just(String::new()),
        Just(DEFAULT_PARTITION.to_owned()),
    ];
    prop::collection::vec(text, 5)
}

/// Instants near transitions of the zones above, and any others from 1990 to 2035.
fn instants() -> impl Strategy<Value = i64> {
    prop_oneof![
        631_152_000_i64..2_051_222_400,
        (-100_000_i64..100_000).prop_map(|near| 1_572_760_800 + near),
        (-100_000_i64..100_000).prop_map(|near| 1_552_201_200 + near),
        (-200_000_i64..200_000).prop_map(|near| 1_325_239_200 + near),
        (-100_000_i64..100_000).prop_map(|near| 1_554_562_800 + near),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_written_reads_back(at in 0..TEMPLATES.len(), texts in texts(), at_s in instants()) {
        let layout = sample(at);
        let values = local_values(&layout, at_s, 0, &texts);
        if let Ok(path) = layout.write(&values) {
            let expected: Vec<String> = values
                .iter()
                .map(|value| if value.is_empty() { DEFAULT_PARTITION.to_owned() } else { value.clone() })
                .collect();
            prop_assert_eq!(&layout.read(&path).unwrap(), &expected);
            let segments: Vec<&str> = path.split('/').collect();
            for length in 0..=segments.len() {
                prop_assert!(layout.admits(&segments[..length]).is_ok());
            }
        }
    }

    #[test]
    fn plain_values_are_always_written(at in 0..TEMPLATES.len(), at_s in instants(), text in "[a-z]{1,5}") {
        let layout = sample(at);
        let values = local_values(&layout, at_s, 0, &vec![text; 5]);
        prop_assert!(layout.write(&values).is_ok());
    }

    #[test]
    fn what_is_read_writes_back(at in 0..TEMPLATES.len(), path in "([0-9]{1,4}|[a-c=.x/-]|AWSLogs|year=|t=2020-0){1,12}") {
        let layout = sample(at);
        if let Ok(values) = layout.read(&path) {
            prop_assert_eq!(layout.write(&values).unwrap(), path);
        }
    }

    #[test]
    fn hives_layout_is_hives(
        pairs in prop::collection::btree_map("[a-zA-Z_:=/% {}é]{1,8}", any::<String>(), 1..5),
        odd in "([a-c]=[a-c=%2F]{0,3}/?){1,3}",
    ) {
        let named: Vec<(&str, &str)> = pairs.keys().map(|key| (key.as_str(), "string")).collect();
        let lower: std::collections::BTreeSet<String> = pairs.keys().map(|key| key.to_lowercase()).collect();
        prop_assume!(lower.len() == pairs.len());
        let layout = Layout::hive(&columns(&named));
        let keys: Vec<String> = pairs.keys().map(|key| key.to_lowercase()).collect();
        let values: Vec<String> = pairs.values().cloned().collect();
        let name = make_name(&keys, &values).unwrap();
        prop_assert_eq!(&layout.write(&values).unwrap(), &name);
        prop_assert_eq!(layout.read(&name).unwrap(), values_for_keys(&name, &keys).unwrap());
        // The template says the same as the layout that was made without it.
        let parsed = Layout::parse(layout.template(), &columns(&named)).unwrap();
        prop_assert_eq!(&parsed.inner.segments, &layout.inner.segments);
        // What it reads of any path, Hive reads alike.
        let abc = Layout::hive(&columns(&[("a", "string"), ("b", "int")]));
        if let Ok(values) = abc.read(&odd) {
            prop_assert_eq!(values, values_for_keys(&odd, &["a", "b"]).unwrap());
        }
    }

    #[test]
    fn a_window_loses_nothing(
        at in 0..TEMPLATES.len(),
        zone in 0..ZONES.len(),
        at_s in instants(),
        moved_s in prop_oneof![Just(0_i64), -90_000_i64..90_000],
        before_s in prop_oneof![0_i64..7_200, 0_i64..200_000_000],
        length_s in prop_oneof![1_i64..10, 0_i64..90_000, 0_i64..200_000_000],
        text in "[a-z0-9-]{1,4}",
    ) {
        let layout = sample(at).with_time_zone(ZONES[zone]).unwrap();
        let values = local_values(&layout, at_s, moved_s, &vec![text; 5]);
        let Ok(path) = layout.write(&values) else { return Ok(()) };
        let Some((begin, end)) = layout.span(&values) else {
            prop_assert!(!layout.has_time());
            return Ok(());
        };
        prop_assert!(begin < end);
        if moved_s == 0 {
            prop_assert!((begin..end).contains(&at_s), "the span covers the instant that it was made of");
        }
        let from_s = at_s - before_s;
        let window = Window { from_s, to_s: from_s + length_s };
        let overlaps = window.from_s < window.to_s && begin < window.to_s && window.from_s < end;
        let segments: Vec<&str> = path.split('/').collect();
        let is_reached = (0..segments.len())
            .all(|depth| layout.children(&segments[..depth], &window).contains(segments[depth]));
        if overlaps {
            prop_assert!(is_reached, "{} in {} of {:?}", path, ZONES[zone], window);
            if let Some((least, most)) = layout.first_values(&window) {
                prop_assert!(least <= values[0] && values[0] <= most, "{least} {} {most}", values[0]);
            }
        }
    }

    #[test]
    fn templates_never_panic(template in "[{}%Ymd:/=_tab-]{0,24}", path in any::<String>()) {
        if let Ok(layout) = Layout::parse(&template, &columns(&[("t", "string"), ("a", "int")])) {
            let _ = layout.read(&path);
            let _ = layout.children(&[path.as_str()], &Window { from_s: 0, to_s: 100 });
        }
        let _ = Layout::parse(&path, &[]);
    }
}

#[test]
fn a_short_window_names_few_leaves() {
    for zone in ZONES {
        let layout = sample(0).with_time_zone(zone).unwrap();
        let window = Window {
            from_s: 1_559_990_000,
            to_s: 1_559_990_000 + 6 * 3600,
        };
        let mut paths = vec![Vec::<String>::new()];
        for _ in 0..layout.depth() {
            let mut next = Vec::new();
            for path in paths {
                let segments: Vec<&str> = path.iter().map(String::as_str).collect();
                let Children::Names(names) = layout.children(&segments, &window) else {
                    panic!("{zone}")
                };
                next.extend(
                    names
                        .into_iter()
                        .map(|name| [path.clone(), vec![name]].concat()),
                );
            }
            paths = next;
        }
        assert!((6..=8).contains(&paths.len()), "{zone}: {paths:?}");
    }
}
