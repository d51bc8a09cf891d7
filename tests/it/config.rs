//! Settings from a file and the environment, and the words in which wrong ones are refused.

use skep::config::Settings;
use std::collections::{BTreeSet, HashMap};
use std::fs;

/// Loads with a file of this text and these variables; the error as its text.
fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("skep.toml");
    fs::write(&path, text).unwrap();
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let environment: HashMap<String, String> = variables.iter().map(own).collect();
    Settings::load_from(Some(&path), environment).map_err(|error| error.to_string())
}

#[test]
fn without_anything_it_serves_this_machine_from_the_working_directory() {
    let settings = Settings::load_from(None, HashMap::new()).unwrap();
    assert_eq!(settings.thrift.listen.to_string(), "127.0.0.1:9083");
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:9084");
    assert_eq!(settings.database.url.reveal(), "sqlite:./skep-data/skep.db");
    let here = std::env::current_dir().unwrap();
    assert_eq!(
        settings.warehouse.location,
        format!("{}/./skep-data/warehouse", here.display())
    );
}

#[test]
fn the_environment_lies_over_the_file() {
    let settings = load(
        "[thrift]\nlisten = '0.0.0.0:1'\nconnections_max = 7\n[storage.s3]\nregion = 'a'\n",
        &[
            ("SKEP_THRIFT__LISTEN", "127.0.0.1:2"),
            ("SKEP_STORAGE__S3__ENDPOINT", "http://127.0.0.1:9000"),
            ("SKEP_STORAGE__S3__ACCESS_KEY_ID", "0123"),
            ("SKEP_STORAGE__S3__SECRET_ACCESS_KEY", "4567"),
            ("SKEP_LOG__FORMAT", "json"),
            ("SKEP_NAMING__DATABASES", "{t1|t2}_{domain}, default"),
            ("SKEP_HOME", "not a setting"),
            ("SKEP_SERVER", "http://127.0.0.1:9084"),
        ],
    )
    .unwrap();
    assert_eq!(settings.thrift.listen.to_string(), "127.0.0.1:2");
    assert_eq!(settings.thrift.connections_max, 7);
    assert_eq!(settings.naming.databases, ["{t1|t2}_{domain}", "default"]);
    let s3 = &settings.storage.s3;
    assert_eq!(s3.region.as_deref(), Some("a"));
    assert_eq!(s3.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert_eq!(s3.access_key_id.as_ref().unwrap().reveal(), "0123");
    assert!(s3.path_style_effective() && s3.allow_http_effective());
}

#[test]
fn a_port_that_others_reach_asks_who_they_are_or_is_said_to_be_insecure() {
    let tls = "[tls]\ncertificate = 'c'\nkey = 'k'\nclient_ca = 'a'\n";
    let asks = "[http]\nlisten = '[::]:1'\ntls = 'required'\n";
    for (text, refused) in [
        (
            "[thrift]\nlisten = '0.0.0.0:1'\n".to_owned(),
            Some("thrift.listen"),
        ),
        (
            "[http]\nlisten = '10.0.0.1:1'\n".to_owned(),
            Some("http.listen"),
        ),
        (
            "[thrift]\nlisten = '127.8.0.1:1'\n[http]\nlisten = '[::1]:1'\n".to_owned(),
            None,
        ),
        (format!("{tls}{asks}"), None),
        (
            format!("{tls}client_certificates = 'optional'\n{asks}"),
            Some("http.listen"),
        ),
        (
            format!("{tls}{}", asks.replace("required", "optional")),
            Some("http.listen"),
        ),
        (
            "[http]\nlisten = '[::]:1'\n[security]\ninsecure = true\n".to_owned(),
            None,
        ),
    ] {
        let failure = load(&text, &[]).err();
        match refused {
            None => assert_eq!(failure, None, "{text}"),
            Some(key) => {
                let failure = failure.unwrap_or_default();
                let is_told = failure.contains(key) && failure.contains("security.insecure");
                assert!(is_told, "{text}: {failure}");
            }
        }
    }
}

#[test]
fn rules_of_who_comes_in_are_named_by_their_number() {
    for (rule, key, value) in [
        (
            "[[security.certificates]]\nfield = 'dns'\nmatches = '('\nprincipal = 'x'\n",
            "security.certificates[0].matches",
            " = \"(\": ",
        ),
        (
            "[[security.proxies]]\nprincipals = ['a']\nusers = ['*']\n[[security.proxies]]\nusers = ['b']\n",
            "security.proxies[1].principals",
            " = []: ",
        ),
    ] {
        let failure = load(rule, &[]).unwrap_err();
        assert!(failure.contains(key), "{failure}");
        assert!(failure.contains(value), "{failure}");
    }
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_right_one() {
    for (text, variable, key, nearest) in [
        ("[thrift]\nlisen = 'x'", "", "thrift.lisen", "thrift.listen"),
        (
            "[storage]\nendpoint = 'x'",
            "",
            "storage.endpoint",
            "storage.s3.endpoint",
        ),
        (
            "[wharehouse]\nlocation = '/x'",
            "",
            "wharehouse.location",
            "warehouse.location",
        ),
        (
            "",
            "SKEP_THRIFT__LISEN",
            "SKEP_THRIFT__LISEN",
            "SKEP_THRIFT__LISTEN",
        ),
        (
            "",
            "SKEP_THRIFT_LISTEN",
            "SKEP_THRIFT_LISTEN",
            "SKEP_THRIFT__LISTEN",
        ),
        (
            "",
            "SKEP_S3__ENDPOINT",
            "SKEP_S3__ENDPOINT",
            "SKEP_STORAGE__S3__ENDPOINT",
        ),
    ] {
        let variables = [(variable, "x")];
        let variables = if variable.is_empty() {
            &[][..]
        } else {
            &variables[..]
        };
        let error = load(text, variables).unwrap_err();
        assert!(error.contains(&format!("unknown key {key} ")), "{error}");
        assert!(
            error.contains(&format!("did you mean {nearest}?")),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_value_is_named_with_its_key_and_the_reason() {
    for (text, parts) in [
        (
            "[thrift]\nconnections_max = 'many'",
            ["thrift.connections_max", "many", "integer"],
        ),
        (
            "[thrift]\nlisten = 'here'",
            ["thrift.listen", "", "an address and a port"],
        ),
        (
            "[thrift]\nmessage_bytes_max = 5",
            ["thrift.message_bytes_max", "5", "between"],
        ),
        (
            "[thrift]\nconnections_per_client_max = 0",
            ["thrift.connections_per_client_max", "0", "between 1"],
        ),
        (
            "[http]\nconnections_per_client_max = 0",
            ["http.connections_per_client_max", "0", "between 1"],
        ),
        (
            "[thrift]\nconnections_max = 3\nconnections_per_client_max = 4",
            ["thrift.connections_per_client_max", "4", "which is 3"],
        ),
        ("thrift = 5", ["thrift", "5", "section"]),
        (
            "[http]\nlisten = '127.0.0.1:9083'",
            ["http.listen", "127.0.0.1:9083", "same"],
        ),
        ("[log]\nformat = 'xml'", ["log.format", "xml", "human"]),
        (
            "[log]\nlevel = 'skep=loud'",
            ["log.level", "skep=loud", "expected one of"],
        ),
        (
            "[database]\nurl = 'oracle://u:hunter2@h/d'",
            ["database.url", "oracle://u", "sqlite:"],
        ),
        (
            "[warehouse]\nlocation = 'hdfs://n/w'",
            ["warehouse.location", "hdfs://n/w", "s3a"],
        ),
        (
            "[storage.s3]\nendpoint = 'http://h'\nallow_http = false",
            ["storage.s3.allow_http", "false", "http://"],
        ),
        (
            "[storage.s3]\naccess_key_id = 'k'",
            ["storage.s3.access_key_id", "***", "together"],
        ),
        (
            "[hive]\nlock_timeout_s = 0",
            ["hive.lock_timeout_s", "0", "at least 1"],
        ),
        (
            "[naming]\ntables = ['t1.{name']",
            ["naming.tables", "t1.{name", "braces must enclose"],
        ),
        (
            "[naming]\npolicy = 'loud'",
            ["naming.policy", "loud", "refuse"],
        ),
        ("[thrift", ["skep.toml", "", "line 1"]),
    ] {
        told(text, parts);
    }
}

#[test]
fn a_refusal_shows_no_password_and_says_where_and_why() {
    for (text, parts) in [
        (
            "[database]\nurl = 'postgres://u:hunter2@h/d",
            ["skep.toml", "", "line 2"],
        ),
        (
            "[database]\nurl = 'u:hunter2@h/d'",
            ["database.url", "***", "sqlite:"],
        ),
        (
            "[database]\nurl = 'postgres://u:hunter2/@h/d'",
            ["database.url", "***", "%2F"],
        ),
        (
            "[database]\nurl = 'mysql:u:hunter2@h'",
            ["database.url", "***", "mysql://"],
        ),
        (
            "[database]\nurl_file = 'postgres://u:hunter2@h/d'",
            ["database.url_file", "***", "cannot be read"],
        ),
        (
            "[database]\nurl = 'postgres://u@h/d?password=hunter2&sslpasword=hunter2'",
            ["database.url", "sslpasword", "***"],
        ),
        (
            "[sources.s]\nkind = 'postgres'\nurl_env = 'postgres://u:hunter2@h/d'",
            [
                "sources.s.url_env",
                "u:***@h",
                "name of an environment variable",
            ],
        ),
        (
            "[storage.s3]\nendpoint = 'http://h:9000/?token=hunter2'",
            ["storage.s3.endpoint", "***", "path"],
        ),
        (
            "[database]\nurl = 'postgres://u@h/d?sslpassword=hunter2'",
            ["database.url", "sslpassword", "not known"],
        ),
        (
            "[storage.queue]\nurl = 'https://k:hunter2@h/q'",
            ["storage.queue.url", "k:***@h", "credentials"],
        ),
        (
            "[storage.s3]\nendpoint = 'https://k:hunter2@h'",
            ["storage.s3.endpoint", "k:***@h", "credentials"],
        ),
        (
            "[traces]\notlp_endpoint = 'https://k:hunter2@h'",
            [
                "traces.otlp_endpoint",
                "k:***@h",
                "OTEL_EXPORTER_OTLP_HEADERS",
            ],
        ),
        (
            "[thrift]\nconnections_max = 'postgres://u:hunter2@h/d'",
            ["thrift.connections_max", "u:***@h", "integer"],
        ),
    ] {
        told(text, parts);
    }
}

#[test]
fn what_would_mean_nothing_is_refused() {
    for (text, parts) in [
        (
            "[log]\nlevel = 'warning'",
            ["log.level", "warning", "off, error, warn"],
        ),
        (
            "[traces]\nsampled_percent = 101",
            ["traces.sampled_percent", "101", "more than 100"],
        ),
        (
            "[storage]\ndeletable_locations = ['gs://lake/x']",
            ["storage.deletable_locations", "gs://lake/x", "s3a://"],
        ),
        (
            "[storage.gcs]\nenabled = true\nanonymous = true\nservice_account_key = '{}'",
            ["storage.gcs.anonymous", "true", "service_account_key"],
        ),
        (
            "[storage.azure]\nclient_secret = 'hunter2'",
            ["storage.azure.client_secret", "***", "tenant_id"],
        ),
        (
            "[storage.azure]\naccess_key = 'hunter2'\nsas_token = 'hunter2'",
            ["storage.azure.sas_token", "***", "access_key is set"],
        ),
        (
            "[storage]\nallowed_locations = ['file:///data/*']",
            ["storage.allowed_locations", "file:///data/*", "all below"],
        ),
    ] {
        told(text, parts);
    }
}

/// Fails unless a file is refused with these parts in the words for it, and no password.
fn told(text: &str, parts: [&str; 3]) {
    let error = load(text, &[]).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{part:?} is missing in: {error}");
    }
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let path = std::path::Path::new("/nowhere/skep.toml");
    let error = Settings::load_from(Some(path), HashMap::new()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/skep.toml"), "{error}");
}

#[test]
fn secrets_come_from_files_and_are_printed_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let url = file("url", "postgres://skep:hunter2@db/skep?password=hunter2\n");
    let (id, key) = (file("id", "AKID-hunter2"), file("key", "hunter2\r\n"));
    let variables = [
        ("SKEP_DATABASE__URL_FILE", url.as_str()),
        ("SKEP_STORAGE__S3__ACCESS_KEY_ID_FILE", id.as_str()),
        ("SKEP_STORAGE__S3__SECRET_ACCESS_KEY_FILE", key.as_str()),
        ("SKEP_STORAGE__S3__SESSION_TOKEN", "hunter2"),
    ];
    let settings = load("", &variables).unwrap();
    assert_eq!(
        settings
            .storage
            .s3
            .secret_access_key
            .as_ref()
            .unwrap()
            .reveal(),
        "hunter2"
    );
    assert!(settings.database.url.reveal().ends_with("password=hunter2"));
    let printed = settings.to_toml();
    assert!(
        printed.contains("url = \"postgres://skep:***@db/skep?password=***\""),
        "{printed}"
    );
    assert!(!format!("{printed} {settings:?}").contains("hunter2"));

    let twice = load("[database]\nurl = 'mysql://h/d'", &variables[..1]).unwrap_err();
    assert!(twice.contains("database.url_file"), "{twice}");
}

#[test]
fn a_section_alone_is_no_setting_of_the_environment() {
    let error = load("", &[("SKEP_DATABASE", "postgres://u:hunter2@h/d")]).unwrap_err();
    assert!(
        error.contains("SKEP_DATABASE") && error.contains("SKEP_DATABASE__"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
    load("", &[("SKEP_HOME", "/opt/skep")]).expect("a script's own");
}

#[test]
fn what_is_printed_can_be_loaded_again() {
    let first = load(
        "[hive]\nlock_timeout_s = 42\n[storage.s3]\nregion = 'x'",
        &[],
    )
    .unwrap();
    let second = load(&first.to_toml(), &[]).unwrap();
    assert_eq!(first.to_toml(), second.to_toml());
    assert_eq!(second.hive.lock_timeout_s, 42);
}

#[test]
fn the_reference_page_lists_every_key_and_no_other() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/CONFIGURATION.md");
    let page = fs::read_to_string(path).unwrap();
    let listed = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<&str> = listed.collect();
    let known = skep::config::known_keys();
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(listed, known, "docs/CONFIGURATION.md");
}

const WATCHED: &str = "
[sources.shop]
kind = 'postgres'
url = 'postgres://skep:hunter2@db/shop'
schedule = '30 5 * * MON-FRI'
time_zone = 'Europe/Berlin'
[sources.lake]
kind = 'catalog'
[[watch.targets]]
source = 'shop.{table}'
table = 't1_shop.{table}_snapshot_1d_daily'
[alerts.channels.data]
kind = 'slack'
quiet_days = true
";

#[test]
fn sources_and_channels_have_names_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("url");
    fs::write(&path, "https://hooks.example.org/hunter2\n").unwrap();
    let path = path.display().to_string();
    let variables = [
        ("SKEP_ALERTS__CHANNELS__DATA__URL_FILE", path.as_str()),
        ("SKEP_SOURCES__SHOP__TIME_LIMIT_S", "60"),
        ("SKEP_SOURCE_SHOP", "postgres://skep:hunter2@db/shop"),
    ];
    let settings = load(WATCHED, &variables).unwrap();
    assert_eq!(settings.sources["shop"].time_limit_s, 60);
    assert_eq!(settings.sources["shop"].schedule, "30 5 * * MON-FRI");
    assert_eq!(settings.watch.targets[0].source, "shop.{table}");
    let channel = &settings.alerts.channels["data"];
    let url = channel.url.as_ref().unwrap().reveal();
    assert_eq!(url, "https://hooks.example.org/hunter2");
    let printed = settings.to_toml();
    assert!(printed.contains("[alerts.channels.data]"), "{printed}");
    assert!(printed.contains("[sources.shop]"), "{printed}");
    assert!(!format!("{printed} {settings:?}").contains("hunter2"));
}
