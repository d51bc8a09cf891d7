//! What settings are taken, and how the address is read.

use super::*;

fn read(text: &str) -> SourceSettings {
    toml::from_str(text).expect("the settings can be read")
}

fn why(settings: &SourceSettings) -> String {
    settings.check().unwrap_err().to_string()
}

#[test]
fn defaults_are_filled_in_and_unknown_keys_refused() {
    let settings = read("kind = \"postgres\"\nurl = \"postgres://skep@db/shop\"");
    let wanted = SourceSettings::new(SourceKind::Postgres, Some("postgres://skep@db/shop"));
    assert_eq!(settings, wanted);
    settings.check().unwrap();
    assert!(toml::from_str::<SourceSettings>("kind = \"catalog\"\nurls = \"x\"").is_err());
    assert!(
        toml::from_str::<SourceSettings>("url = \"x\"").is_err(),
        "no kind"
    );
    read("kind = \"catalog\"").check().unwrap();
}

#[test]
fn what_cannot_work_names_its_key() {
    let postgres = "kind = \"postgres\"\nurl = \"postgres://db/shop\"\n";
    for (text, wanted) in [
        (
            "kind = \"mysql\"".to_owned(),
            "url: exactly one of url, url_env and url_file must be set",
        ),
        (
            format!("{postgres}url_env = \"X\""),
            "url: exactly one of url, url_env and url_file must be set",
        ),
        (
            "kind = \"catalog\"\nurl_env = \"X\"".to_owned(),
            "url: the catalog has no address",
        ),
        (
            "kind = \"mysql\"\nurl = \"postgres://u:hunter2@db/shop\"".to_owned(),
            "url: the address of a source of kind mysql begins with mysql: or mariadb:",
        ),
        (
            "kind = \"mysql\"\nurl = \"mysql://u:hunter2@[db\"".to_owned(),
            "url: the address cannot be read",
        ),
        (
            "kind = \"elasticsearch\"\nurl = \"http://es:9200/?apikey=hunter2\"".to_owned(),
            "url: a parameter is not known: none are",
        ),
        (
            "kind = \"sqlite\"\nurl = \"sqlite::memory:\"".to_owned(),
            "url: it must name a file: sqlite:PATH",
        ),
        (
            format!("{postgres}time_limit_s = 0"),
            "time_limit_s: it must lie between 1 and 3600",
        ),
        (
            format!("{postgres}tables_max = 100001"),
            "tables_max: it must lie between 1 and 100000",
        ),
        (
            format!("{postgres}time_zone = \"Mars\""),
            "time_zone: \"Mars\" is no time zone, such as Europe/Berlin",
        ),
        (
            format!("{postgres}include = [\"orders\"]"),
            "include: \"orders\" is no schema.table, such as shop.* or *.orders",
        ),
        (
            "kind = \"sqlite\"\nurl = \"sqlite:x.db\"\nca_file = \"ca.pem\"".to_owned(),
            "ca_file: a source of kind sqlite is not reached by TLS",
        ),
    ] {
        assert_eq!(why(&read(&text)), wanted);
    }
}

#[test]
fn no_form_of_the_settings_shows_a_password() {
    let settings = read("kind = \"postgres\"\nurl = \"postgres://skep:hunter2@db/shop\"");
    let json = serde_json::to_string(&settings).unwrap();
    for shown in [
        json,
        format!("{settings:?}"),
        toml::to_string(&settings).unwrap(),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("skep:***@db/shop"), "{shown}");
    }
}

#[test]
fn the_address_is_read_from_a_file_when_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    let mut settings = SourceSettings::new(SourceKind::Postgres, None);
    settings.url_file = Some(path.clone());
    settings.check().unwrap();
    assert!(
        settings
            .address()
            .unwrap_err()
            .to_string()
            .starts_with("url_file: ")
    );
    std::fs::write(&path, "postgres://u:hunter2@db/shop\n").unwrap();
    assert_eq!(
        settings.address().unwrap().reveal(),
        "postgres://u:hunter2@db/shop"
    );
    std::fs::write(&path, "hunter2").unwrap();
    let refused = settings.address().unwrap_err().to_string();
    assert!(refused.starts_with("url_file: ") && !refused.contains("hunter2"));
}

#[test]
fn a_pipe_or_a_device_is_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    for path in [fifo.display().to_string(), "/dev/zero".to_owned()] {
        for (key, text) in [
            ("url", "kind = \"sqlite\"\nurl = \"sqlite:PATH\""),
            ("url_file", "kind = \"mysql\"\nurl_file = \"PATH\""),
            (
                "url",
                "kind = \"postgres\"\nurl = \"postgres://db/shop?sslkey=PATH\"",
            ),
            (
                "ca_file",
                "kind = \"elasticsearch\"\nurl = \"https://es/\"\nca_file = \"PATH\"",
            ),
        ] {
            let refused = read(&text.replace("PATH", &path)).address().unwrap_err();
            assert_eq!(refused.to_string(), format!("{key}: it is no plain file"));
        }
    }
}
