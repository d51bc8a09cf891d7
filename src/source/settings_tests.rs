//! What settings are taken, and what a client may not ask for.

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
fn a_client_names_no_password_and_no_secret_of_others() {
    let remote = |text: &str, folder: Option<&Path>| {
        let checked = read(text).check_remote(folder);
        checked.map_err(|error| error.to_string())
    };
    assert!(remote("kind = \"mysql\"\nurl = \"mysql://u@db/\"", None).is_ok());
    assert!(remote("kind = \"mysql\"\nurl_env = \"SKEP_SOURCE_SHOP\"", None).is_ok());
    let refused = remote("kind = \"mysql\"\nurl = \"mysql://u:hunter2@db/\"", None).unwrap_err();
    assert!(refused.contains("url_env") && !refused.contains("hunter2"));
    let refused = remote("kind = \"mysql\"\nurl_env = \"SKEP_DATABASE__URL\"", None).unwrap_err();
    assert!(
        refused.contains("must begin with SKEP_SOURCE_"),
        "{refused}"
    );

    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("secrets");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("shop"), "mysql://u:p@db/").unwrap();
    std::fs::write(outside.path().join("other"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path().join("other"), folder.join("link")).unwrap();
    let file = |name: &str, given: Option<&Path>| {
        let path = folder.join(name);
        remote(
            &format!(
                "kind = \"mysql\"\nurl_file = {:?}",
                path.display().to_string()
            ),
            given,
        )
    };
    assert!(file("shop", Some(&folder)).is_ok());
    assert!(
        file("shop", None)
            .unwrap_err()
            .contains("no watch.secrets_dir")
    );
    for name in ["../other", "link", "missing"] {
        let refused = file(name, Some(&folder)).unwrap_err();
        assert_eq!(refused, "url_file: it is no file below watch.secrets_dir");
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
