//! `skep doctor`: what an operator is told before and after the start, on the three databases and on both kinds of places.

use super::Skep;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use serde_json::Value;
use std::fmt::Write as _;
use tempfile::TempDir;

on_every_database! {
    a_healthy_machine_has_nothing_failed,
    a_pending_migration_is_a_warning,
    a_newer_database_is_refused,
}

/// A folder with a configuration, and the command that reads it.
struct Patient {
    folder: TempDir,
    skep: Skep,
}

impl Patient {
    /// Of a database, a warehouse in the folder, and more lines of TOML.
    fn of(url: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("warehouse");
        let text = format!(
            "thrift.listen = '127.0.0.1:0'\nhttp.listen = '127.0.0.1:0'\n\
             thrift.connections_max = 100\nhttp.connections_max = 100\n\
             database.url = '{url}'\nwarehouse.location = '{}'\n{more}",
            at.display(),
        );
        let patient = Self {
            folder,
            skep: Skep {
                server: String::new(),
            },
        };
        patient.rewrite(&text);
        patient
    }

    fn file(&self) -> String {
        self.folder.path().join("skep.toml").display().to_string()
    }

    fn rewrite(&self, text: &str) {
        std::fs::write(self.file(), text).unwrap();
    }

    fn replace(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.file()).unwrap();
        assert!(text.contains(from), "{text}");
        self.rewrite(&text.replace(from, to));
    }

    /// What it ends with, and what it found.
    fn examined(&self, more: &[&str]) -> (i32, Findings) {
        let file = self.file();
        let line = [&["--config", &file, "doctor", "--json"][..], more].concat();
        let output = self.skep.output(&line, "");
        let told = String::from_utf8(output.stdout).unwrap();
        let found = serde_json::Deserializer::from_str(&told)
            .into_iter()
            .map(|one| one.expect("JSON"))
            .collect();
        (output.status.code().unwrap(), Findings(found))
    }
}

/// What the command found.
struct Findings(Vec<Value>);

impl Findings {
    /// The state and the remark of a check.
    fn of(&self, check: &str) -> (&str, &str) {
        let found = self.0.iter().find(|one| one["check"] == check);
        let found = found.unwrap_or_else(|| panic!("{check} in {:?}", self.0));
        let text = |name: &str| found[name].as_str().expect("text");
        (text("state"), text("remark"))
    }

    fn with(&self, state: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|one| one["state"] == state);
        found.map(|one| one["check"].as_str().unwrap()).collect()
    }

    fn all(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, one| {
            let _ = writeln!(text, "{one}");
            text
        })
    }
}

async fn a_healthy_machine_has_nothing_failed(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let patient = Patient::of(database.url(), "");
    let (code, found) = patient.examined(&["--write"]);
    assert_eq!(
        (code, found.with("failed").len()),
        (0, 0),
        "{}",
        found.all()
    );
    assert_eq!(found.of("database migrations").0, "ok");
    assert_eq!(found.of("database clock").0, "ok");
    // How fast it is, and how it is set, is the test machine's.
    let (state, remark) = found.of("database commit");
    assert!(state != "failed" && remark.contains("a transaction that writes takes"));
    assert!(found.of("database.url").1.contains("version "));
    assert_eq!(found.of("warehouse rights").0, "ok");
    assert!(
        !patient.folder.path().join("warehouse").exists(),
        "what was made is removed again"
    );
    assert_eq!(found.of("open files").0, "ok", "{}", found.all());
    let place = found.of("database default");
    assert_eq!(
        place.0, "ok",
        "the first database lies in the server's warehouse"
    );
    assert_eq!(database.number("SELECT COUNT(*) FROM skep_room").await, 0);

    // After the start: the ports are taken, by who should have them.
    patient.replace(
        "thrift.listen = '127.0.0.1:0'",
        &format!("thrift.listen = '{}'", server.thrift()),
    );
    patient.replace(
        "http.listen = '127.0.0.1:0'",
        &format!("http.listen = '{}'", server.http()),
    );
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 0, "{}", found.all());
    for key in ["thrift.listen", "http.listen"] {
        let (state, remark) = found.of(key);
        assert!(
            state == "ok" && remark.starts_with("a skep serves at"),
            "{remark}"
        );
    }
    let uri = format!("hive.metastore.uri=thrift://{}", server.thrift());
    assert!(found.of("for Trino and Presto").1.contains(&uri));
}

async fn a_pending_migration_is_a_warning(database: TestDatabase) {
    database.store().await.close().await;
    let last = "SELECT MAX(number) FROM skep_migrations";
    let last = database.number(last).await;
    let undone = format!("DELETE FROM skep_migrations WHERE number = {last}");
    database.execute(&undone).await;
    let patient = Patient::of(database.url(), "");
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 0, "{}", found.all());
    let (state, remark) = found.of("database migrations");
    assert_eq!(state, "warning");
    assert!(remark.starts_with("1 migration is pending"), "{remark}");
    let left = "SELECT COUNT(*) FROM skep_migrations";
    assert_eq!(database.number(left).await, last - 1, "nothing is migrated");
    assert_ne!(found.of("database commit").0, "failed");

    database.execute("DELETE FROM skep_migrations").await;
    database.execute("DROP TABLE skep_migrations").await;
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 0, "{}", found.all());
    assert!(
        found
            .of("database migrations")
            .1
            .starts_with("there are no tables yet")
    );
}

async fn a_newer_database_is_refused(database: TestDatabase) {
    database.store().await.close().await;
    let newer = "INSERT INTO skep_migrations (number, name, applied_at) VALUES (1000, 'x', 0)";
    database.execute(newer).await;
    let patient = Patient::of(database.url(), "");
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 1);
    let (state, remark) = found.of("database migrations");
    assert!(
        state == "failed" && remark.contains("newer version of skep"),
        "{remark}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_is_told_without_its_password() {
    for database in [TestDatabase::postgres().await, TestDatabase::mysql().await] {
        let mut url = url::Url::parse(database.url()).unwrap();
        url.set_username("nobody_of_that_name").unwrap();
        url.set_password(Some("hunter2")).unwrap();
        let patient = Patient::of(url.as_str(), "");
        let (code, found) = patient.examined(&[]);
        assert_eq!(
            (code, found.with("failed")),
            (1, vec!["database.url"]),
            "{}",
            found.all()
        );
        assert!(
            found
                .of("database.url")
                .1
                .contains("it does not let skep in")
        );
        assert!(!found.all().contains("hunter2"), "{}", found.all());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_not_made_yet_is_no_failure_and_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("skep.db");
    let patient = Patient::of(&format!("sqlite:{}", file.display()), "");
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 0, "{}", found.all());
    let (state, remark) = found.of("database.url");
    assert!(
        state == "warning" && remark.contains("skep migrate"),
        "{remark}"
    );
    assert!(!file.exists());

    std::fs::write(&file, "this is no database, though it has some bytes").unwrap();
    let (code, found) = patient.examined(&[]);
    assert_eq!(
        (code, found.of("database.url").0),
        (1, "failed"),
        "{}",
        found.all()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_that_cannot_be_written_fails() {
    let database = TestDatabase::sqlite().await;
    let patient = Patient::of(database.url(), "");
    // Nobody can make a directory below a file, whatever rights the test has.
    std::fs::write(patient.folder.path().join("warehouse"), "a file").unwrap();
    patient.replace("/warehouse'", "/warehouse/below'");
    let (code, found) = patient.examined(&["--write"]);
    assert_eq!(code, 1);
    let (state, remark) = found.of("warehouse rights");
    assert!(
        state == "failed" && remark.contains("skep cannot write there"),
        "{remark}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_and_the_clock_of_a_bucket_are_told() {
    let (database, s3) = (
        TestDatabase::sqlite().await,
        S3Server::start(&["lake"]).await,
    );
    let more = format!(
        "[storage.s3]\nendpoint = '{}'\naccess_key_id = '{ACCESS_KEY_ID}'\n\
         secret_access_key = '{SECRET_ACCESS_KEY}'\nregion = 'us-east-1'\nallow_http = true\nretries_max = 0\n",
        s3.endpoint(),
    );
    let patient = Patient::of(database.url(), &more);
    let here = format!("'{}/warehouse'", patient.folder.path().display());
    patient.replace(&here, "'s3://lake/w'");
    let (code, found) = patient.examined(&["--write"]);
    assert_eq!(code, 0, "{}", found.all());
    assert_eq!(found.of("warehouse rights").0, "ok");
    assert_eq!(found.of("warehouse clock").0, "ok");
    assert!(
        found
            .of("for Spark")
            .1
            .contains("spark.sql.warehouse.dir=s3a://lake/w")
    );
    assert_eq!(s3.keys("lake"), Vec::<String>::new(), "nothing is left");
    let written = s3.requests("PutObject");
    assert_eq!(written, 1);
    patient.examined(&[]);
    assert_eq!(s3.requests("PutObject"), written, "only --write writes");

    s3.fail("PutObject", "w/_skep_trial_", 0, 1, 403);
    let (code, found) = patient.examined(&["--write"]);
    assert_eq!(code, 1);
    let (state, remark) = found.of("warehouse rights");
    assert!(
        state == "failed" && remark.contains("skep cannot write there"),
        "{remark}"
    );
    assert!(!found.all().contains(SECRET_ACCESS_KEY));

    s3.fail("GetObject", "w/_skep_trial_", 0, 1, 403);
    let (_, found) = patient.examined(&["--write"]);
    assert!(
        found
            .of("warehouse rights")
            .1
            .contains("skep cannot read what it has written")
    );
    assert_eq!(
        s3.keys("lake"),
        Vec::<String>::new(),
        "it is deleted all the same"
    );

    s3.clock_set(1_000_000_000);
    let (_, found) = patient.examined(&[]);
    let (state, remark) = found.of("warehouse clock");
    assert!(
        state == "warning" && remark.contains("behind this machine's"),
        "{remark}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_another_program_has_fails() {
    let database = TestDatabase::sqlite().await;
    // It takes connections and says nothing.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let patient = Patient::of(database.url(), "");
    patient.replace(
        "thrift.listen = '127.0.0.1:0'",
        &format!("thrift.listen = '{address}'"),
    );
    let (code, found) = patient.examined(&[]);
    assert_eq!(
        (code, found.with("failed")),
        (1, vec!["thrift.listen"]),
        "{}",
        found.all()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_is_one_failing_line() {
    let database = TestDatabase::sqlite().await;
    let patient = Patient::of(database.url(), "no.such = 'setting'\n");
    let (code, found) = patient.examined(&[]);
    assert_eq!((code, found.0.len()), (1, 1), "{}", found.all());
    let (state, remark) = found.of("configuration");
    assert!(
        state == "failed" && remark.contains("nothing else was looked at"),
        "{remark}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_cannot_be_made_fail_with_the_place_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file").unwrap();
    let patient = Patient::of(&format!("sqlite:{}/below/skep.db", taken.display()), "");
    patient.replace("/warehouse'", "/skep.toml'");
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 1, "{}", found.all());
    for (key, place) in [
        ("database.url", taken.display().to_string()),
        ("warehouse.location", patient.file()),
    ] {
        let (state, remark) = found.of(key);
        assert_eq!(state, "failed", "{}", found.all());
        assert!(
            remark.contains(&place) && remark.contains("or name another place"),
            "{key}: {remark}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_a_skep_of_another_database_has_fails() {
    let (mine, other) = (TestDatabase::sqlite().await, TestDatabase::sqlite().await);
    // Its tables are there, and no process serves it.
    mine.store().await.close().await;
    let server = TestServer::start(&other).await;
    let own = server.running().catalog.for_system();
    while own.replica_list().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let patient = Patient::of(mine.url(), "");
    patient.replace(
        "thrift.listen = '127.0.0.1:0'",
        &format!("thrift.listen = '{}'", server.thrift()),
    );
    patient.replace(
        "http.listen = '127.0.0.1:0'",
        &format!("http.listen = '{}'", server.http()),
    );
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 1, "{}", found.all());
    for key in ["thrift.listen", "http.listen"] {
        let (state, remark) = found.of(key);
        assert!(
            state == "failed" && remark.contains("a skep that serves another database"),
            "{remark}"
        );
    }
    // And one that is not there yet is served by nobody.
    patient.replace(mine.url(), &format!("{}.new", mine.url()));
    let (code, found) = patient.examined(&[]);
    assert_eq!(code, 1, "{}", found.all());
    let (state, _) = found.of("thrift.listen");
    assert_eq!(state, "failed", "{}", found.all());
}
