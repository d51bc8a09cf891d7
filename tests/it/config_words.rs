//! The words in which a wrong configuration is refused: which key, where it stands, and no secret.

use skep::config::Settings;
use std::collections::HashMap;
use std::fs;

/// The refusal of a file of this text, under these variables.
fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("skep.toml");
    fs::write(&path, text).unwrap();
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let environment: HashMap<String, String> = variables.iter().map(own).collect();
    let refused = Settings::load_from(Some(&path), environment).unwrap_err();
    refused.to_string()
}

#[test]
fn a_wrong_value_is_told_with_its_file_line_and_column() {
    for (text, place, words) in [
        (
            "[thrift]\nconnections_max = 'many'",
            "skep.toml, line 2, column 19: thrift.connections_max",
            "the text \"many\" is not",
        ),
        (
            "[hive]\n\n  lock_timeout_s = 0",
            "skep.toml, line 3, column 20: hive.lock_timeout_s",
            "at least 1",
        ),
        (
            "[thrift]\nlisten = 'here'",
            "skep.toml, line 2, column 10: thrift.listen",
            "names no port",
        ),
        (
            "[storage.s3]\npath_style = 'maybe'",
            "skep.toml, line 2, column 14: storage.s3.path_style",
            "the text \"maybe\" is not true or false",
        ),
        (
            "[thrift]\nlisen = 'x'",
            "unknown key thrift.lisen in",
            "skep.toml, line 2, column 9",
        ),
        ("[thrift]\nlisten = 'x", "skep.toml, line 2, column", ""),
    ] {
        let told = refusal(text, &[]);
        assert!(
            told.contains(place) && told.contains(words),
            "{text}: {told}"
        );
    }
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    let told = refusal(
        "[thrift]\nconnections_max = 5",
        &[("SKEP_THRIFT__CONNECTIONS_MAX", "0")],
    );
    assert!(
        told.starts_with("the variable SKEP_THRIFT__CONNECTIONS_MAX: thrift.connections_max = 0"),
        "{told}"
    );
}

#[test]
fn the_sections_of_lists_are_told_by_their_numbers() {
    for (text, words) in [
        (
            "[[watch.owners]]\npattern = 'a'\nowner = 5\n[[watch.owners]]\npattern = 'a'",
            "watch.owners[1].owner: it must be set",
        ),
        (
            "[[watch.owners]]\npatern = 'a'\nowner = 'x'",
            "unknown key watch.owners[0].patern in",
        ),
        (
            "[[watch.owners]]\npatern = 'a'\nowner = 'x'",
            "did you mean watch.owners[0].pattern?",
        ),
        (
            "[[watch.targets]]\nsource = 'a'\ntable = ['x']",
            "watch.targets[0].table: a list is not a text",
        ),
    ] {
        let told = refusal(text, &[]);
        assert!(told.contains(words), "{text}: {told}");
    }
}

#[test]
fn no_line_is_shown_that_may_hold_a_secret() {
    for text in [
        "[database]\nurl = \"postgres://u:hunter2@h/d",
        "[database]\nurl = postgres://u:hunter2@h/d",
        "[database]\nurl = ['postgres://u:hunter2@h/d']",
        "[thrift]\nlisten = 'postgres://u:hunter2@h/d'",
        "[naming]\npolicy = 'https://u:hunter2@h/'",
        "[watch]\nengines = ['https://u:hunter2@h/']",
        "[storage.queue]\nurl = 'https://h/q?token=hunter2'",
        "[alerts.channels.a]\nkind = 'slack'\nurl = ['hunter2']",
    ] {
        let told = refusal(text, &[]);
        assert!(!told.contains("hunter2"), "{text}: {told}");
    }
}

#[test]
fn a_pattern_is_shown_as_it_is_written() {
    let told = refusal("[naming]\ntables = ['t[1-3]_{name?']", &[]);
    assert!(told.contains("t[1-3]_{name?"), "{told}");
}

#[test]
fn a_name_that_stands_for_one_address_is_listened_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("skep.toml");
    fs::write(&path, "[http]\nlisten = 'localhost:9184'").unwrap();
    let settings = Settings::load_from(Some(&path), HashMap::new()).unwrap();
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:9184");
}

/// A file, variables, and what the error must say.
type Wrong = (
    &'static str,
    &'static [(&'static str, &'static str)],
    [&'static str; 2],
);

fn refused(cases: &[Wrong]) {
    for (text, variables, parts) in cases {
        let error = refusal(text, variables);
        for part in parts {
            assert!(error.contains(part), "{part:?} is missing in: {error}");
        }
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn an_unknown_key_below_a_name_is_named_with_the_nearest_right_one() {
    refused(&[
        (
            "[sources.shop]\nkind = 'catalog'\nshedule = 'x'",
            &[],
            ["unknown key sources.shop.shedule", "sources.shop.schedule"],
        ),
        (
            "[alerts.channels.data]\ndigest_at = 'x'",
            &[],
            [
                "unknown key alerts.channels.data.digest_at",
                "alerts.channels.data.digest",
            ],
        ),
        (
            "",
            &[("SKEP_SOURCES__SHOP__SCHEDUL", "x")],
            [
                "SKEP_SOURCES__SHOP__SCHEDUL",
                "SKEP_SOURCES__SHOP__SCHEDULE",
            ],
        ),
    ]);
}

#[test]
fn a_watch_that_cannot_work_is_refused_by_its_key() {
    refused(&[
        (
            "[sources.shop]\nkind = 'catalog'\nschedule = 'daily at six'",
            &[],
            ["sources.shop.schedule", "daily at six"],
        ),
        (
            "[sources.shop]\nkind = 'catalog'\ntime_zone = 'Mars'",
            &[],
            ["sources.shop.time_zone", "no time zone"],
        ),
        (
            "[sources.shop]\nkind = 'postgres'",
            &[],
            ["sources.shop.url", "exactly one"],
        ),
        (
            "[sources.Shop]\nkind = 'catalog'",
            &[],
            ["sources.Shop", "lower-case"],
        ),
        (
            "[sources.shop]\nkind = 'oracle'",
            &[],
            ["sources.shop.kind", r#"it must be "postgres", "mysql""#],
        ),
        (
            "[alerts.channels.data]\nkind = 'pager'",
            &[],
            ["alerts.channels.data.kind", r#""email" or "log""#],
        ),
        (
            "[alerts.channels.data]\nkind = 'log'\nseverity_min = 'bad'",
            &[],
            [
                "alerts.channels.data.severity_min",
                r#""additive" or "never""#,
            ],
        ),
        (
            "[alerts.channels.data]\nkind = 'slack'",
            &[],
            ["alerts.channels.data.url", "url_file"],
        ),
        (
            "[alerts.channels.data]\nkind = 'slack'\nurl = 'hooks/hunter2'",
            &[],
            ["alerts.channels.data.url = ", "https://"],
        ),
        (
            "[alerts.channels.data]\ndigest = '0 9 * *'",
            &[],
            ["alerts.channels.data.digest", "0 9 * *"],
        ),
        (
            "[[watch.targets]]\nsource = 'shop.{table'\ntable = 'a.b'",
            &[],
            ["watch.targets", "brace"],
        ),
        (
            "[tasks]\nschema_diff_interval_s = 0",
            &[],
            ["tasks.schema_diff_interval_s", "at least 1"],
        ),
    ]);
}
