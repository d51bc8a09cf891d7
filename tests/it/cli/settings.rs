//! `check-config --connect`: what the settings name is asked whether it answers.

use super::Skep;
use crate::alert::Listener;
use crate::harness::TestDatabase;

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_the_settings_name_is_asked_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let listener = Listener::start().await;
    let source = crate::rest::watch::source().await;
    let text = format!(
        "[database]\nurl = 'sqlite:{at}/skep.db'\n[warehouse]\nlocation = '{at}/warehouse'\n\
         [sources.shop]\nkind = 'sqlite'\nurl = '{}'\n\
         [alerts.channels.team]\nkind = 'webhook'\nurl = '{}'\n",
        source.url(),
        listener.url(),
    );
    let file = folder.path().join("skep.toml");
    std::fs::write(&file, &text).unwrap();
    let file = file.to_str().unwrap();
    let skep = Skep {
        server: String::new(),
    };
    let connect = ["--config", file, "check-config", "--connect"];
    let before = skep.output(&connect, "");
    assert_eq!(before.status.code(), Some(1), "no database yet: {before:?}");
    let told = String::from_utf8(before.stdout).unwrap();
    assert!(
        told.contains("database.url") && told.contains("skep migrate"),
        "{told}"
    );
    assert!(!folder.path().join("skep.db").exists(), "nothing is made");

    skep.run(&["--config", file, "migrate"]);
    let answers = skep.json(&[&connect[..], &["--json"]].concat());
    let keys: Vec<&str> = answers
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "database.url",
            "warehouse.location",
            "sources.shop",
            "alerts.channels.team"
        ]
    );
    assert!(
        answers.iter().all(|one| one["state"] == "ok"),
        "{answers:?}"
    );
    assert!(listener.received().is_empty(), "nobody is told");

    // A port of which nobody listens any more.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let gone = format!("http://127.0.0.1:{port}/hunter2");
    let broken = text.replace(&listener.url(), &gone);
    std::fs::write(file, broken).unwrap();
    let output = skep.output(&connect, "");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("alerts.channels.team") && told.contains("failed"),
        "{told}"
    );
    assert!(!told.contains("hunter2"), "{told}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("1 of 4 does not answer"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_let_skep_in_is_told_as_such() {
    for database in [TestDatabase::postgres().await, TestDatabase::mysql().await] {
        let folder = tempfile::tempdir().unwrap();
        let mut url = url::Url::parse(database.url()).unwrap();
        url.set_username("nobody_of_that_name").unwrap();
        url.set_password(Some("hunter2")).unwrap();
        let file = folder.path().join("skep.toml");
        std::fs::write(&file, format!("[database]\nurl = '{url}'\n")).unwrap();
        let skep = Skep {
            server: String::new(),
        };
        let (code, told) = skep.fail(&["--config", file.to_str().unwrap(), "migrate"]);
        assert_eq!(code, 1, "{told}");
        assert!(
            told.contains("it does not let skep in: look at the user, the password"),
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
    }
}
