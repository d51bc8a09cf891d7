//! What is told of channels in the configuration, and the words in which wrong ones are refused.

use skep::config::Settings;
use std::collections::HashMap;

/// Settings of one channel `data` in a file; the error as its text.
fn load(channel: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skep.toml");
    std::fs::write(&path, format!("[alerts.channels.data]\n{channel}")).unwrap();
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let environment: HashMap<String, String> = variables.iter().map(own).collect();
    Settings::load_from(Some(&path), environment).map_err(|error| error.to_string())
}

#[test]
fn secrets_of_channels_come_from_files_and_are_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "hunter2\n").unwrap();
    let path = path.display();
    for (key, channel) in [
        ("token", "kind = 'slack'\nchannel = 'C1'".to_owned()),
        ("routing_key", "kind = 'pagerduty'".to_owned()),
    ] {
        let settings = load(&format!("{channel}\n{key}_file = '{path}'"), &[]).unwrap();
        let data = &settings.alerts.channels["data"];
        let secret = [&data.token, &data.routing_key]
            .into_iter()
            .flatten()
            .next();
        assert_eq!(secret.unwrap().reveal(), "hunter2", "{key}");
        let all = format!("{} {settings:?}", settings.to_toml());
        assert!(!all.contains("hunter2"), "{all}");
    }
    let to = [(
        "SKEP_ALERTS__CHANNELS__DATA__TO",
        "a@example.org,b@example.org",
    )];
    let letters = "kind = 'email'\nfrom = 'skep@example.org'\nurl = 'smtp://ann:hunter2@mail'";
    let settings = load(letters, &to).unwrap();
    assert_eq!(settings.alerts.channels["data"].to.len(), 2);
    let all = format!("{} {settings:?}", settings.to_toml());
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn what_a_channel_lacks_or_cannot_have_is_named() {
    let url = "url = 'https://example.org/hunter2'";
    let letters = "kind = 'email'\nurl = 'smtp://mail'\nfrom = 'skep@example.org'";
    for (channel, key, why) in [
        ("kind = 'teams'".to_owned(), "url", "url_file"),
        (
            "kind = 'pagerduty'".to_owned(),
            "routing_key",
            "must be set",
        ),
        (
            "kind = 'pagerduty'\nrouting_key = 'hunter2'\nquiet_days = true".to_owned(),
            "quiet_days",
            "no incident",
        ),
        (
            format!("kind = 'slack'\n{url}\nrouting_key = 'hunter2'"),
            "routing_key",
            "PagerDuty",
        ),
        (
            "kind = 'slack'\ntoken = 'xoxb-hunter2'".to_owned(),
            "channel",
            "C0123456789",
        ),
        (
            "kind = 'slack'\nchannel = 'C1'".to_owned(),
            "token",
            "token_file",
        ),
        (
            format!("kind = 'teams'\n{url}\nto = ['a@b.c']"),
            "to",
            "letters",
        ),
        (letters.to_owned(), "to", "1 to 100"),
        (
            format!("{letters}\nto = ['a@example.org']\nca_file = '/nowhere/ca.pem'"),
            "ca_file",
            "/nowhere/ca.pem",
        ),
        (
            "kind = 'email'\nurl = 'mail.example.org'\nfrom = 'a@b.c'\nto = ['a@b.c']".to_owned(),
            "url",
            "smtps://",
        ),
    ] {
        let error = load(&channel, &[]).unwrap_err();
        let named = format!("alerts.channels.data.{key}");
        assert!(error.contains(&named) && error.contains(why), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let error = load("kind = 'log'\n[sources.discovery]\nkind = 'catalog'", &[]).unwrap_err();
    assert!(error.contains("sources.discovery"), "{error}");
    let error = load("kind = 'log'\n[alerts.discovery]\nstale = 'bad'", &[]).unwrap_err();
    assert!(
        error.contains("alerts.discovery.stale") && error.contains("never"),
        "{error}"
    );
}
