//! Windows by example: which children they need, in which time zone, and what a span is.

use super::tests::{columns, layout};
use super::*;

#[test]
fn keys_that_tell_one_unit_twice_are_two_times() {
    let keys = [("event", "date"), ("load", "date"), ("hour", "string")];
    let layout = layout("{event:%F}/{load:%F}/{hour:%H}", &keys);
    let values = layout.read("2019-06-01/2019-06-08/15").unwrap();
    let start = 1_559_952_000 + 15 * 3600;
    assert_eq!(
        layout.span(&values),
        Some((start, start + 3600)),
        "the finer time is the load's"
    );
    let window = Window {
        from_s: start,
        to_s: start + 1,
    };
    assert_eq!(layout.children(&[], &window), Children::All);
    assert_eq!(
        layout.children(&["2019-06-01"], &window),
        names(&["2019-06-08"])
    );
}

fn names(names: &[&str]) -> Children {
    Children::Names(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_window_names_the_children() {
    let layout = layout(
        "app/{dt:%Y/%m/%d/%H}/{kind}",
        &[("dt", "string"), ("kind", "string")],
    );
    // 2019-12-31 22:30 to 2020-01-01 01:00.
    let window = Window {
        from_s: 1_577_831_400,
        to_s: 1_577_840_400,
    };
    assert_eq!(layout.children(&[], &window), names(&["app"]));
    assert_eq!(layout.children(&["app"], &window), names(&["2019", "2020"]));
    assert_eq!(layout.children(&["app", "2019"], &window), names(&["12"]));
    assert_eq!(
        layout.children(&["app", "2019", "12", "31"], &window),
        names(&["22", "23"])
    );
    assert_eq!(
        layout.children(&["app", "2020", "01", "01"], &window),
        names(&["00"])
    );
    assert_eq!(
        layout.children(&["app", "2020", "01", "02"], &window),
        names(&[])
    );
    assert_eq!(
        layout.children(&["app", "2020", "01", "01", "00"], &window),
        Children::None
    );
    assert_eq!(layout.children(&["app", "2018"], &window), names(&[]));
    assert_eq!(layout.children(&["other"], &window), names(&[]));
    let empty = Window {
        from_s: window.from_s,
        to_s: window.from_s,
    };
    assert_eq!(layout.children(&[], &empty), names(&[]));
    let seoul = layout.clone().with_time_zone("Asia/Seoul").unwrap();
    assert_eq!(
        seoul.children(&["app", "2020", "01", "01"], &window),
        names(&["07", "08", "09"])
    );
    assert_eq!(seoul.time_zone(), "Asia/Seoul");
    assert!(layout.with_time_zone("Mars/Olympus").is_err());
}

#[test]
fn a_wide_window_is_a_range() {
    let hourly = layout("{dt:%Y-%m-%d-%H}", &[("dt", "string")]);
    let year = Window {
        from_s: 1_546_300_800,
        to_s: 1_577_836_800,
    };
    let children = hourly.children(&[], &year);
    let Children::Range { first, last } = &children else {
        panic!("{children:?}")
    };
    assert_eq!(
        (first.as_str(), last.as_str()),
        ("2019-01-01-", "2019-12-31-")
    );
    assert!(children.contains("2019-12-31-23") && !children.contains("2020-01-01-00"));
    let mixed = layout("{dt:%Y%m%d}-{app}", &[("dt", "string"), ("app", "string")]);
    let children = mixed.children(
        &[],
        &Window {
            from_s: 1_546_300_800,
            to_s: 1_546_300_801,
        },
    );
    assert_eq!(
        children,
        Children::Range {
            first: "20190101-".into(),
            last: "20190101-".into()
        }
    );
    assert!(children.contains("20190101-web") && !children.contains("20190102-web"));
    let forever = Window {
        from_s: i64::MIN,
        to_s: i64::MAX,
    };
    assert!(mixed.children(&[], &forever).contains("00000101-x"));
    assert!(mixed.children(&[], &forever).contains("99991231-x"));
}

#[test]
fn layouts_without_a_year_have_no_time() {
    let keys = columns(&[("dt", "date"), ("hour", "int")]);
    for layout in [
        Layout::hive(&keys),
        Layout::parse("{dt}/{hour:%H}", &keys).unwrap(),
    ] {
        assert!(!layout.has_time());
        assert_eq!(
            layout.children(&[], &Window { from_s: 0, to_s: 1 }),
            Children::None
        );
        assert_eq!(layout.span(&["2019-06-08".into(), "5".into()]), None);
    }
    let yearly = Layout::parse("{dt:%Y}/{hour:%H}", &keys).unwrap();
    assert_eq!(
        yearly.span(&["1970-01-01".into(), "5".into()]),
        Some((0, 365 * 86_400))
    );
}

#[test]
fn hours_of_daylight_saving_cover_all_their_readings() {
    let layout = layout("{dt:%Y/%m/%d/%H}", &[("dt", "string")]);
    let layout = layout.with_time_zone("America/New_York").unwrap();
    let span = |value: &str| layout.span(&[value.to_owned()]).unwrap();
    // Clocks went back at 2019-11-03 06:00 UTC, from 02:00 to 01:00.
    assert_eq!(span("2019-11-03-00"), (1_572_753_600, 1_572_757_200));
    assert_eq!(
        span("2019-11-03-01"),
        (1_572_757_200, 1_572_757_200 + 2 * 3600)
    );
    assert_eq!(span("2019-11-03-02"), (1_572_764_400, 1_572_768_000));
    let second_pass = Window {
        from_s: 1_572_762_000,
        to_s: 1_572_762_001,
    };
    assert_eq!(
        layout.children(&["2019", "11", "03"], &second_pass),
        names(&["01"])
    );
    // Clocks went forward at 2019-03-10 07:00 UTC: 02:00 was skipped, yet a writer may have used it.
    let skipped = span("2019-03-10-02");
    assert!(skipped.0 <= 1_552_201_200 && skipped.1 >= 1_552_201_200);
    // Samoa skipped the whole 30th of December 2011.
    let samoa = layout.clone().with_time_zone("Pacific/Apia").unwrap();
    let after = Window {
        from_s: 1_325_239_200,
        to_s: 1_325_239_201,
    };
    assert!(samoa.children(&["2011", "12"], &after).contains("31"));
}
