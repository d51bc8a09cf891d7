//! Layouts by example: what templates mean, what is refused and where.

use super::*;

/// Columns of these names and Hive types.
pub(super) fn columns(keys: &[(&str, &str)]) -> Vec<Column> {
    let column = |(name, data_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
        comment: None,
    };
    keys.iter().map(column).collect()
}

/// The layout of a template that is right.
pub(super) fn layout(template: &str, keys: &[(&str, &str)]) -> Layout {
    Layout::parse(template, &columns(keys)).unwrap()
}

/// Checks that a path and values are each other's image.
fn assert_pair(template: &str, keys: &[(&str, &str)], path: &str, values: &[&str]) {
    let layout = layout(template, keys);
    assert_eq!(layout.read(path).unwrap(), values, "{template}");
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    assert_eq!(layout.write(&values).unwrap(), path, "{template}");
    assert_eq!(layout.depth(), path.split('/').count(), "{template}");
    assert_eq!(layout.template(), template);
}

#[test]
fn escapes_of_hives_own_layout_are_read_byte_by_byte_as_hive_reads_them() {
    let layout = Layout::hive(&columns(&[("city", "string")]));
    let read = layout.read("city=M%C3%BCnchen").unwrap();
    assert_eq!(
        read,
        ["M\u{c3}\u{bc}nchen"],
        "what PyArrow means by it is a letter"
    );
    assert_eq!(layout.read("city=a%3Ab").unwrap(), ["a:b"]);
}

#[test]
fn templates_read_and_write() {
    let aws = [
        ("account", "string"),
        ("region", "string"),
        ("dt", "string"),
    ];
    assert_pair(
        "AWSLogs/{account}/CloudTrail/{region}/{dt:%Y/%m/%d}",
        &aws,
        "AWSLogs/123456789012/CloudTrail/eu-west-1/2019/06/08",
        &["123456789012", "eu-west-1", "2019-06-08"],
    );
    let day_and_hour = [("p_ymd", "string"), ("hour", "string")];
    assert_pair(
        "{p_ymd:%Y/%m/%d}/{hour}",
        &day_and_hour,
        "2019/06/08/15",
        &["2019-06-08", "15"],
    );
    assert_pair(
        "p_ymd={p_ymd:%F}/{hour:%H}",
        &day_and_hour,
        "p_ymd=2019-06-08/15",
        &["2019-06-08", "15"],
    );
    let dt = [("dt", "string")];
    assert_pair(
        "year={dt:%Y}/month={dt:%-m}/day={dt:%-d}",
        &dt,
        "year=2019/month=6/day=8",
        &["2019-06-08"],
    );
    assert_pair("{dt:%Y/%m/%d=%Y%m%d}", &dt, "2019/06/08", &["20190608"]);
    assert_pair("{dt:%d.%m.%Y}", &dt, "08.06.2019", &["2019-06-08"]);
    assert_pair("{{raw}}/{dt}", &dt, "{raw}/a b:c=%41한", &["a b:c=%41한"]);
    assert_pair("x%3Dy/{dt:%Y%%}", &dt, "x%3Dy/2019%", &["2019"]);
    let two = [("app", "string"), ("dt", "date")];
    assert_pair(
        "{app}-{dt:%Y-%m-%d}",
        &two,
        "a-2019-01-01-2020-02-29",
        &["a-2019-01-01", "2020-02-29"],
    );
    assert_pair(
        "{dt:%Y}{app}{dt:%m%d}x",
        &two,
        "2019é0608x",
        &["é", "2019-06-08"],
    );
}

#[test]
fn values_take_the_shape_of_their_type() {
    let shaped = |format: &str, data_type, path| {
        let layout = layout(&format!("{{k:{format}}}"), &[("k", data_type)]);
        let values = layout.read(path).unwrap();
        assert_eq!(layout.write(&values).unwrap(), path);
        values[0].clone()
    };
    assert_eq!(shaped("%Y", "string", "2019"), "2019");
    assert_eq!(shaped("%Y/%m", "varchar(10)", "2019/06"), "2019-06");
    assert_eq!(
        shaped("%Y/%m/%d/%H", "string", "2019/06/08/15"),
        "2019-06-08-15"
    );
    assert_eq!(shaped("%Y/%m/%d", "date", "2019/06/08"), "2019-06-08");
    assert_eq!(shaped("%Y/%m", "DATE", "2019/06"), "2019-06-01");
    assert_eq!(
        shaped("%Y/%m/%d/%H", "timestamp", "2019/06/08/15"),
        "2019-06-08 15:00:00"
    );
    assert_eq!(shaped("%Y", "timestamp", "2019"), "2019-01-01 00:00:00");
    assert_eq!(shaped("%H", "int", "05"), "5");
    assert_eq!(shaped("%Y", "int", "2019"), "2019");
    assert_eq!(shaped("%Y/%m/%d", "bigint", "2019/06/08"), "20190608");
}

/// Templates for the keys `dt string, hour int, day date, d decimal(8,0)`, each with the byte of its fault and a part
/// of the message.
const FAULTS: [(&str, usize, &str); 29] = [
    (
        "{nope}",
        1,
        "{nope} names no partition key; the table's are: dt, hour, day, d",
    ),
    (
        "a/{dt}{hour}",
        6,
        "two placeholders of open length need a literal between them",
    ),
    ("{dt}/{dt}", 5, "dt stands in the layout twice"),
    ("{dt:%Y/%Y}", 7, "dt stands in the layout twice"),
    ("{dt:%Y}/{dt}", 8, "dt stands in the layout twice"),
    ("{dt}/{dt:%Y}", 5, "dt stands in the layout twice"),
    (
        "{dt:%Y/%q}",
        7,
        "%q is no unit of time; allowed are %Y %m %d %H %M %S",
    ),
    ("{dt:%-Y}", 4, "%-Y is no unit of time"),
    ("{dt:%}", 4, "% is no unit of time"),
    (
        "é%Y",
        2,
        "%Y stands outside of a placeholder: write {key:%Y}",
    ),
    ("{dt:abc}", 4, "the format of dt tells no unit of time"),
    ("{dt:}", 4, "the format of dt tells no unit of time"),
    ("/{dt}", 0, "empty path segment"),
    ("{dt}/", 5, "empty path segment"),
    ("a//{dt}", 2, "empty path segment"),
    ("{dt:%Y//%m}", 7, "empty path segment"),
    ("a/../{dt}", 2, "the path segments . and .. are not allowed"),
    ("{dt", 0, "this placeholder has no closing brace"),
    ("{dt{hour}", 0, "this placeholder has no closing brace"),
    ("a}b", 1, "this closing brace has no opening one"),
    ("{}", 0, "empty placeholder"),
    ("{_:%Y}", 0, "{_} takes no format"),
    ("a\n{dt}", 1, "control characters are not allowed"),
    (
        "{dt:%Y/%m=%Y}",
        10,
        "the form of dt's value must tell the units of its path, each once: %Y %m",
    ),
    (
        "{dt:%Y=%Y%Y}",
        7,
        "the form of dt's value must tell the units",
    ),
    (
        "{dt}/{hour}/{day:%H}/{d}",
        12,
        "day is of type date, which cannot hold %H",
    ),
    (
        "{dt}/{hour}/{day:%Y%m%d%H}/{d}",
        12,
        "give the finer units a key of their own",
    ),
    (
        "{dt}/{hour:%m%d}/{day}/{d}",
        5,
        "give the form of the value",
    ),
    (
        "{dt}/{hour}/{day}/{d:%Y}",
        18,
        "d is of type decimal(8,0), which cannot hold %Y",
    ),
];

#[test]
fn faults_have_a_place_and_a_reason() {
    let keys = columns(&[
        ("dt", "string"),
        ("hour", "int"),
        ("day", "date"),
        ("d", "decimal(8,0)"),
    ]);
    let rest = "/{hour}/{day}/{d}";
    for (template, at, message) in FAULTS {
        let error = Layout::parse(template, &keys).unwrap_err();
        let LayoutError::Template { offset, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*offset, at, "{template}: {error}");
        assert!(error.to_string().contains(message), "{template}: {error}");
        let pointed = error.pointed().unwrap();
        let caret = pointed.lines().last().unwrap();
        assert_eq!(caret.chars().count(), template[..at].chars().count() + 1);
    }
    let missing = Layout::parse("{dt}/{hour}", &keys).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("at byte 11: the partition key day is missing"),
        "{missing}"
    );
    assert!(Layout::parse(&format!("{{dt}}{rest}"), &keys).is_ok());
}

#[test]
fn limits_have_names() {
    let keys = columns(&[("dt", "string")]);
    let too_large = |template: String| match Layout::parse(&template, &keys).unwrap_err() {
        LayoutError::Template {
            fault: TemplateFault::TooLarge { limit, unit },
            ..
        } => (limit, unit),
        other => panic!("{other}"),
    };
    let bytes = format!("{}{{dt}}", "x".repeat(TEMPLATE_BYTES_MAX));
    assert_eq!(too_large(bytes), (TEMPLATE_BYTES_MAX, "bytes"));
    let segments = format!("{{dt}}{}", "/x".repeat(TEMPLATE_SEGMENTS_MAX));
    assert_eq!(
        too_large(segments),
        (TEMPLATE_SEGMENTS_MAX, "path segments")
    );
    let placeholders = format!("{{dt}}{}", "-{_}".repeat(TEMPLATE_PLACEHOLDERS_MAX));
    assert_eq!(
        too_large(placeholders),
        (TEMPLATE_PLACEHOLDERS_MAX, "placeholders")
    );
}

#[test]
fn paths_that_do_not_match_say_where() {
    let layout = layout(
        "logs/{dt:%Y/%m/%d}/h={hour}",
        &[("dt", "string"), ("hour", "string")],
    );
    let cases = [
        ("log/2019/06/08/h=1", 0, "\"log\" does not fit logs"),
        ("logs/19/06/08/h=1", 1, "\"19\" does not fit {dt:%Y}"),
        ("logs/2019/13/08/h=1", 2, "\"13\" does not fit {dt:%m}"),
        (
            "logs/2019/02/29/h=1",
            3,
            "\"29\" makes a day that is not in the calendar",
        ),
        (
            "logs/2020/02/29",
            4,
            "the path ends here; expected h={hour}",
        ),
        ("logs/2020/02/29/h=", 4, "does not fit h={hour}"),
        ("logs/2020/02/29/h=a=b", 4, "holds a = that is not escaped"),
        (
            "logs/2020/02/29/h=1/x",
            5,
            "longer than the layout's 5 segments",
        ),
        ("", 0, "\"\" does not fit logs"),
    ];
    for (path, segment, reason) in cases {
        let mismatch = layout.read(path).unwrap_err();
        assert_eq!(mismatch.segment, segment, "{path}: {mismatch}");
        assert!(mismatch.reason.contains(reason), "{path}: {mismatch}");
    }
    assert!(layout.admits(&["logs", "2020", "02"]).is_ok());
    assert_eq!(
        layout
            .admits(&["logs", "2019", "02", "30"])
            .unwrap_err()
            .segment,
        3
    );
    assert!(
        layout
            .read("logs/2020/02/29/h=__HIVE_DEFAULT_PARTITION__")
            .is_ok()
    );
}

#[test]
fn the_name_of_a_key_is_read_in_any_case() {
    let keys = [("userid", "string"), ("größe", "string")];
    let hive = Layout::hive(&columns(&keys));
    let values = ["u1", "A"];
    for path in [
        "userid=u1/größe=A",
        "userId=u1/GRÖßE=A",
        "USERID=u1/Größe=A",
    ] {
        assert_eq!(hive.read(path).unwrap(), values, "{path}");
    }
    // What is written is the name as it is declared, and values keep their case.
    let owned = values.map(str::to_owned);
    assert_eq!(hive.write(&owned).unwrap(), "userid=u1/größe=A");
    assert_eq!(hive.read("userid=U1/größe=a").unwrap(), ["U1", "a"]);
    for path in ["user=u1/größe=A", "userId/größe=A", "xuserId=u1/größe=A"] {
        assert!(hive.read(path).is_err(), "{path}");
    }
    // A template that says the same reads the same, and writes the name as it gives it.
    let own = layout("userId={userid}/{größe}", &keys);
    assert_eq!(own.read("USERID=u1/A").unwrap(), ["u1", "A"]);
    assert_eq!(own.write(&owned).unwrap(), "userId=u1/A");
    // Any other text stands for itself, and so does the name of a key before a time, which windows ask for.
    let other = layout("User={userid}/{größe}", &keys);
    assert!(other.read("user=u1/A").is_err());
    let time = layout("dt={dt:%F}", &[("dt", "date")]);
    assert!(time.read("DT=2026-01-02").is_err());
}

#[test]
fn values_that_have_no_path_are_refused() {
    let strings = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let keys = [("a", "string"), ("b", "string")];
    let pair = layout("{a}-{b}", &keys);
    assert_eq!(pair.read("x-y-z").unwrap(), ["x", "y-z"]);
    let error = pair.write(&strings(&["x-y", "z"])).unwrap_err();
    assert_eq!(
        error,
        LayoutError::Ambiguous {
            path: "x-y-z".to_owned()
        }
    );
    for value in ["", "a/b"] {
        let error = pair.write(&strings(&["x", value])).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must not be empty or hold a slash"),
            "{error}"
        );
    }
    assert!(
        layout("{a}/{b}", &keys)
            .write(&strings(&["..", "b"]))
            .is_err()
    );
    assert!(matches!(
        pair.write(&strings(&["x"])),
        Err(LayoutError::ValueCount {
            given: 1,
            expected: 2
        })
    ));
    assert_eq!(
        layout("{a}/{b}/{_}", &keys).write(&strings(&["x", "y"])),
        Err(LayoutError::Ignores)
    );
    let time = layout("{a:%Y/%m/%d}/{b:%H}", &keys);
    let error = time.write(&strings(&["2019-6-8", "15"])).unwrap_err();
    assert!(
        error.to_string().contains(
            "\"2019-6-8\" of a cannot be written in the layout: expected the form %Y-%m-%d"
        )
    );
    assert!(time.write(&strings(&["2019-02-29", "15"])).is_err());
    assert_eq!(time.span(&strings(&["2019-02-29", "15"])), None);
}

#[test]
fn a_hostile_template_and_path_stay_cheap() {
    let template = "{_}a".repeat(TEMPLATE_PLACEHOLDERS_MAX - 1) + "{dt}b";
    let layout = layout(&template, &[("dt", "string")]);
    let path = "a".repeat(100_000);
    assert!(layout.read(&path).is_err());
    assert_eq!(layout.read(&(path + "b")).unwrap().len(), 1);
}
