//! Grants that vanish: a source whose tables nobody shows any more must not look like one whose tables were dropped.

use super::fixture::{EveryChannel, Watched, look};
use crate::harness::{TestDatabase, run};
use skep::source::{SourceKind, SourceSettings};

/// A user of MariaDB who may see the tables of one source until that is revoked.
pub(crate) struct Reader {
    user: String,
    grant: String,
    url: url::Url,
    pattern: String,
}

impl Reader {
    pub(crate) async fn new(source: &TestDatabase) -> Self {
        let name = source.name();
        let user = format!("u{}", &name[name.len() - 12..]);
        // An underscore in a grant stands for any character.
        let schema = name.replace('_', "\\_");
        let grant = format!("GRANT SELECT, SHOW VIEW ON `{schema}`.* TO {user}@'%'");
        let made = format!("CREATE USER {user}@'%' IDENTIFIED BY 'hunter2'; {grant}");
        source.admin(&made).await;
        let mut url = url::Url::parse(source.url()).expect("a URL");
        url.set_username(&user).expect("a user");
        url.set_password(Some("hunter2")).expect("a password");
        url.set_path("");
        url.set_query(Some("ssl-mode=disabled"));
        Self {
            user,
            grant,
            url,
            pattern: format!("{name}.*"),
        }
    }

    /// The source as this user sees it.
    pub(crate) fn settings(&self) -> SourceSettings {
        let mut settings = SourceSettings::new(SourceKind::Mysql, Some(self.url.as_str()));
        settings.include = vec![self.pattern.clone()];
        settings
    }

    pub(crate) async fn revoke(&self, source: &TestDatabase) {
        let user = &self.user;
        let revoke = format!("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {user}@'%'");
        source.admin(&revoke).await;
    }

    pub(crate) async fn remove(&self, source: &TestDatabase) {
        source.admin(&format!("DROP USER {}@'%'", self.user)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_nobody_may_see_are_not_told_as_dropped() {
    run(TestDatabase::mysql().await, vanishing).await;
}

async fn vanishing(source: TestDatabase) {
    source
        .execute("CREATE TABLE orders (id int); CREATE TABLE items (id int, price int)")
        .await;
    let reader = Reader::new(&source).await;
    let mut watched = Watched::new(TestDatabase::sqlite().await).await.at_once();
    watched.source = reader.settings();
    let replica = watched.replica().await;
    let first = look(&replica).await;
    assert!(first.baseline);
    assert_eq!(first.tables, 2);

    reader.revoke(&source).await;
    for _ in 0..2 {
        watched.pass(60);
        let blind = look(&replica).await;
        assert!(blind.changes.is_empty(), "{:?}", blind.changes);
        assert_eq!((blind.unread, blind.tables), (2, 0));
        replica.watch().alerts_deliver().await.expect("a delivery");
    }
    let told = watched.told();
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert_eq!(told[0]["kind"], "alarm");
    let text = watched.told_texts().remove(0);
    let wanted =
        "2 of the 2 tables that it showed are not shown any more, so its user may have lost rights";
    assert!(
        text.starts_with(wanted) && text.contains(".orders"),
        "{text}"
    );
    let state = replica.watch().source_get("lake").await.unwrap().state;
    assert_eq!(state.lost, Some(text));
    source
        .execute("ALTER TABLE orders ADD COLUMN note text; DROP TABLE items")
        .await;
    source.admin(&reader.grant).await;
    let seen = look(&replica).await;
    let kinds: Vec<_> = seen.changes.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["table_dropped", "column_added"],
        "what changed meanwhile, and no more"
    );
    replica.watch().alerts_deliver().await.expect("a delivery");
    let told = watched.told_texts();
    assert_eq!(told.len(), 4, "{told:?}");
    let over = "all that the source showed is shown again";
    assert!(told.iter().any(|text| text == over), "{told:?}");
    let state = replica.watch().source_get("lake").await.unwrap().state;
    assert_eq!(state.lost, None);
    reader.remove(&source).await;
}
