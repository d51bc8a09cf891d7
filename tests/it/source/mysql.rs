//! `MariaDB`: everything a snapshot holds, and what vanished rights hide without its looking dropped.

use super::{at, names, read, settings, shown, snapshot, url_as, user};
use crate::harness::{TestDatabase, run};
use skep::model::Snapshot;
use skep::source::{AnySource, Source, SourceError, SourceKind, SourceSettings};

fn source(database: &TestDatabase) -> SourceSettings {
    settings(SourceKind::Mysql, database.url())
}

#[tokio::test]
async fn a_snapshot_holds_everything_in_the_sources_words() {
    run(TestDatabase::mysql().await, everything).await;
}

/// A table of every trait, and what is left out.
const EVERYTHING: &str = "CREATE TABLE orders (
                id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
                code varchar(20) NOT NULL DEFAULT 'a''b',
                price decimal(10,2) DEFAULT 0.00 COMMENT 'in euro',
                twice decimal(12,2) GENERATED ALWAYS AS (price * 2) VIRTUAL,
                state enum('new', 'it''s paid') DEFAULT 'new',
                paid tinyint(1) NOT NULL DEFAULT 0,
                word varchar(4) DEFAULT 'NULL',
                note text,
                changed timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
                UNIQUE KEY orders_code (code, state)
            ) COMMENT 'What people buy';
            CREATE VIEW dear AS SELECT id, price FROM orders WHERE price > 100;
            CREATE SEQUENCE numbers;
            CREATE TABLE versions (id int) WITH SYSTEM VERSIONING;
            CREATE TABLE `Weird ``table.x` (y int, `Drop Table; --` text);
            CREATE TABLE base (a int); CREATE VIEW broken AS SELECT a FROM base; DROP TABLE base;";

async fn everything(database: TestDatabase) {
    let name = database.name().to_owned();
    database.execute(EVERYTHING).await;
    let read = snapshot(&source(&database)).await;
    let wanted = ["Weird `table.x", "broken", "dear", "orders", "versions"];
    assert_eq!(names(&read), wanted.map(|table| format!("{name}.{table}")));
    let table = |table: &str| shown(read.table(&at(&name, table)).expect("it is there"));
    assert_eq!(
        table("orders"),
        "table orders\n\
         comment What people buy\n\
         column id bigint(20) unsigned not null = auto_increment\n\
         column code varchar(20) not null = 'a''b'\n\
         column price decimal(10,2) = 0.00 -- in euro\n\
         column twice decimal(12,2) = generated always as (`price` * 2) virtual\n\
         column state enum('new','it''s paid') = 'new'\n\
         column paid tinyint(1) not null = 0\n\
         column word varchar(4) = 'NULL'\n\
         column note text\n\
         column changed timestamp(3) not null = current_timestamp(3) on update current_timestamp(3)\n\
         key id\n\
         unique orders_code: code, state"
    );
    assert!(
        table("dear").starts_with(
            "view dear\ncolumn id bigint(20) unsigned not null = 0\ncolumn price decimal(10,2) = 0.00"
        ),
        "{}",
        table("dear")
    );
    assert!(table("dear").contains("as select"), "{}", table("dear"));
    let broken = read.table(&at(&name, "broken")).expect("it is there");
    assert!(broken.is_broken() && !read.table(&at(&name, "dear")).unwrap().is_broken());
    assert!(read.coverage().proves_absence(&at(&name, "gone")));
    assert!(
        read.coverage()
            .proves_absence(&at("no_such_database", "gone"))
    );
    let check = AnySource::open(&source(&database))
        .unwrap()
        .check()
        .await
        .unwrap();
    assert!(check.version.starts_with("MariaDB 1"), "{}", check.version);
    assert_eq!(
        (
            check.schemas,
            check.tables_readable,
            check.tables_unreadable
        ),
        (1, 5, 0)
    );
}

#[tokio::test]
async fn rights_that_vanish_are_silence() {
    run(TestDatabase::mysql().await, rights).await;
}

/// The names of the tables, the unread ones, and whether the absence of any other table is proven.
fn sight(snapshot: &Snapshot, schema: &str) -> (String, String, bool) {
    let seen = snapshot.tables().iter().map(|table| table.at.name.as_str());
    let unread = snapshot.coverage().tables_unread.iter();
    (
        seen.collect::<Vec<_>>().join(" "),
        unread
            .map(|table| table.name.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        snapshot.coverage().proves_absence(&at(schema, "gone")),
    )
}

async fn rights(database: TestDatabase) {
    let (name, user) = (database.name().to_owned(), user(&database));
    let pattern = name.replace('_', "\\_");
    database
        .execute(
            "CREATE TABLE orders (id int PRIMARY KEY, secret text, UNIQUE KEY s (secret(10)));
            CREATE TABLE items (id int);
            CREATE VIEW v AS SELECT id FROM orders;",
        )
        .await;
    let all = snapshot(&source(&database)).await;
    let mut settings = source(&database);
    settings.url = SourceSettings::new(
        SourceKind::Mysql,
        Some(&url_as(database.url(), &user, "hunter2")),
    )
    .url;
    database
        .admin(&format!("CREATE USER {user}@'%' IDENTIFIED BY 'hunter2'"))
        .await;
    for (grants, seen, unread, proven) in [
        ("USAGE ON *.*", "", "", false),
        ("SELECT, SHOW VIEW ON `{db}`.*", "items orders v", "", true),
        (
            // The query of a view is shown to whoever may read it.
            "REFERENCES, SHOW VIEW ON `{db}`.*",
            "items orders",
            "v",
            true,
        ),
        ("SELECT ON `{db}`.*", "items orders", "v", true),
        ("SELECT ON `{name}`.orders", "orders", "", false),
        ("SELECT (id) ON `{name}`.orders", "", "orders", false),
        ("SELECT, SHOW VIEW ON *.*", "items orders v", "", true),
        ("DELETE ON `{db}`.*", "", "items orders v", false),
    ] {
        let grants = grants.replace("{db}", &pattern).replace("{name}", &name);
        database
            .admin(&format!("GRANT {grants} TO {user}@'%'"))
            .await;
        let read = snapshot(&settings).await;
        let (saw, blind, proves) = sight(&read, &name);
        assert_eq!(
            (saw.as_str(), blind.as_str(), proves),
            (seen, unread, proven),
            "{grants}"
        );
        for table in read.tables() {
            // Whoever sees a table sees all of it, but for InnoDB's number, which takes the right PROCESS.
            if table.at.name == "orders" {
                let mut whole = all.table(&table.at).cloned();
                if let Some(whole) = &mut whole {
                    whole.identity = table.identity;
                }
                assert_eq!(Some(table), whole.as_ref(), "{grants}");
            }
        }
        database
            .admin(&format!(
                "REVOKE ALL PRIVILEGES, GRANT OPTION FROM {user}@'%'"
            ))
            .await;
    }
    roles(&database, &settings, &user).await;
}

/// Rights by a role, and a database that goes while they are there and while they are not.
async fn roles(database: &TestDatabase, settings: &SourceSettings, user: &str) {
    let (name, role) = (database.name(), format!("r{user}"));
    let pattern = name.replace('_', "\\_");
    database
        .admin(&format!(
            "CREATE ROLE {role}; GRANT SELECT, SHOW VIEW ON `{pattern}`.* TO {role}; GRANT {role} TO {user}@'%';
            SET DEFAULT ROLE {role} FOR {user}@'%'"
        ))
        .await;
    let read = snapshot(settings).await;
    assert_eq!(
        sight(&read, name),
        ("items orders v".into(), String::new(), true)
    );
    // A database that is gone while the right on it stays is a drop; without the right it is silence.
    database.admin(&format!("DROP DATABASE {name}")).await;
    let read = snapshot(settings).await;
    assert_eq!(sight(&read, name), (String::new(), String::new(), true));
    database.admin(&format!("DROP ROLE {role}")).await;
    let read = snapshot(settings).await;
    assert_eq!(sight(&read, name), (String::new(), String::new(), false));
    database
        .admin(&format!("DROP USER {user}@'%'; CREATE DATABASE {name}"))
        .await;
    let refused = super::read(settings).await.unwrap_err();
    assert!(
        matches!(&refused, SourceError::Refused(why) if why.contains("Access denied")),
        "{refused}"
    );
    assert!(!format!("{refused:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_come_and_go_during_the_read_take_no_other_with_them() {
    run(TestDatabase::mysql().await, changing).await;
}

async fn changing(database: TestDatabase) {
    let name = database.name().to_owned();
    for table in 0..30 {
        database
            .execute(&format!(
                "CREATE TABLE kept_{table:02} (id int PRIMARY KEY, a int, b int)"
            ))
            .await;
    }
    database
        .execute("CREATE TABLE swap (id int PRIMARY KEY)")
        .await;
    let other = database.clone();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopping = std::sync::Arc::clone(&stop);
    let altering = tokio::spawn(async move {
        let mut rounds = 0_u32;
        while !stopping.load(std::sync::atomic::Ordering::SeqCst) {
            // As tools that change large tables do: a copy takes the table's place.
            other
                .execute(
                    "CREATE TABLE swap_new (id int PRIMARY KEY, note text);
                    RENAME TABLE swap TO swap_old, swap_new TO swap;
                    DROP TABLE swap_old;
                    ALTER TABLE kept_07 DROP COLUMN a, ADD COLUMN c int;
                    ALTER TABLE kept_07 DROP COLUMN c, ADD COLUMN a int AFTER id;",
                )
                .await;
            rounds += 1;
        }
        rounds
    });
    let (mut whole, mut changed) = (0, 0);
    for _ in 0..20 {
        match read(&source(&database)).await {
            Ok(snapshot) => {
                whole += 1;
                let kept = snapshot
                    .tables()
                    .iter()
                    .filter(|table| table.at.name.starts_with("kept"));
                for table in kept.clone() {
                    assert_eq!(table.columns.len(), 3, "{}", shown(table));
                    assert_eq!(table.primary_key, ["id"]);
                }
                assert_eq!(kept.count(), 30);
                let swap = snapshot.table(&at(&name, "swap"));
                assert_eq!(swap.expect("it is always there").primary_key, ["id"]);
            }
            Err(SourceError::Changed(_)) => changed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    let rounds = altering.await.unwrap();
    assert_eq!(whole + changed, 20);
    assert!(rounds > 0, "nothing was altered meanwhile");
    // When it is quiet, it can be read.
    snapshot(&source(&database)).await;
}

#[tokio::test]
async fn an_address_without_a_database_means_all() {
    run(TestDatabase::mysql().await, |database| async move {
        database.execute("CREATE TABLE orders (id int)").await;
        let mut url = url::Url::parse(database.url()).unwrap();
        url.set_path("");
        let mut settings = settings(SourceKind::Mysql, url.as_str());
        settings.include = vec![format!("{}.*", database.name())];
        let read = snapshot(&settings).await;
        assert_eq!(names(&read), [format!("{}.orders", database.name())]);
        assert!(!read.coverage().proves_absence(&at("mysql", "user")));
    })
    .await;
}
