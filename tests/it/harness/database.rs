//! A database for one test: a file for SQLite, a fresh database on the server that the environment names for the
//! others. A missing address is a failure: a test that is not run would look like one that passed.

use skep::store::{Dialect, Store, StoreSettings};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

/// A database that belongs to one test. Clones are the same database.
#[derive(Clone)]
pub(crate) struct TestDatabase {
    url: String,
    dialect: Dialect,
    /// The server's own database, from which the test's one is made and removed.
    admin_url: String,
    name: String,
    _folder: Option<Arc<tempfile::TempDir>>,
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    #[expect(clippy::unused_async, reason = "made like the other two")]
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        Self {
            url: format!("sqlite:{}", folder.path().join("skep.sqlite").display()),
            dialect: Dialect::Sqlite,
            admin_url: String::new(),
            name: String::new(),
            _folder: Some(Arc::new(folder)),
        }
    }

    /// A new database on the PostgreSQL of `SKEP_TEST_POSTGRES_URL`.
    pub(crate) async fn postgres() -> Self {
        Self::on_server("SKEP_TEST_POSTGRES_URL", Dialect::Postgres).await
    }

    /// A new database on the MariaDB or MySQL of `SKEP_TEST_MYSQL_URL`.
    pub(crate) async fn mysql() -> Self {
        Self::on_server("SKEP_TEST_MYSQL_URL", Dialect::MySql).await
    }

    async fn on_server(variable: &str, dialect: Dialect) -> Self {
        let admin_url = std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} is not set: run the tests through scripts/with-databases")
        });
        let number = fastrand::u64(..);
        let name = format!("t_{}_{number:016x}", std::process::id());
        let mut url = url::Url::parse(&admin_url).expect("a URL");
        url.set_path(&name);
        let database = Self {
            url: url.into(),
            dialect,
            admin_url,
            name: name.clone(),
            _folder: None,
        };
        database.admin(&format!("CREATE DATABASE {name}")).await;
        database
    }

    /// The address that a store opens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Which of the three it is.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The name of the database on its server.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Opens a store on it, as one process of skep does.
    pub(crate) async fn store(&self) -> Store {
        Store::open(StoreSettings::new(self.url()))
            .await
            .expect("the store opens")
    }

    /// Runs SQL on the server's own database.
    pub(crate) async fn admin(&self, sql: &str) {
        execute(self.dialect, &self.admin_url, sql).await;
    }

    /// Runs SQL on this database, past the store.
    pub(crate) async fn execute(&self, sql: &str) {
        execute(self.dialect, &self.url, sql).await;
    }

    /// The number that a query past the store gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let fetched: Result<i64, sqlx::Error> = match self.dialect {
            Dialect::Sqlite => {
                let options = sqlx::sqlite::SqliteConnectOptions::from_str(&self.url);
                let mut connection = options
                    .expect("a URL")
                    .connect()
                    .await
                    .expect("SQLite opens");
                let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
                let row = connection.fetch_one(query).await.expect("a row");
                row.try_get_unchecked(0)
            }
            Dialect::Postgres => {
                let connection = sqlx::PgConnection::connect(&self.url).await;
                let mut connection = connection.expect("PostgreSQL answers");
                let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
                let row = connection.fetch_one(query).await.expect("a row");
                row.try_get_unchecked(0)
            }
            Dialect::MySql => {
                let connection = sqlx::MySqlConnection::connect(&self.url).await;
                let mut connection = connection.expect("MySQL answers");
                let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
                let row = connection.fetch_one(query).await.expect("a row");
                row.try_get_unchecked(0)
            }
        };
        fetched.expect("a number")
    }

    async fn remove(&self) {
        match self.dialect {
            Dialect::Sqlite => {}
            Dialect::Postgres => {
                self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
                    .await;
            }
            Dialect::MySql => self.admin(&format!("DROP DATABASE {}", self.name)).await,
        }
    }
}

async fn execute(dialect: Dialect, url: &str, sql: &str) {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql));
    match dialect {
        Dialect::Sqlite => {
            let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).expect("a URL");
            let mut connection = options.connect().await.expect("SQLite opens");
            connection.execute(sql).await.expect("the statement runs");
        }
        Dialect::Postgres => {
            let mut connection = sqlx::PgConnection::connect(url)
                .await
                .expect("PostgreSQL answers");
            connection.execute(sql).await.expect("the statement runs");
        }
        Dialect::MySql => {
            let mut connection = sqlx::MySqlConnection::connect(url)
                .await
                .expect("MySQL answers");
            connection.execute(sql).await.expect("the statement runs");
        }
    }
}

/// Runs a case as a task of its own (so what it awaits must be `Send`) and removes the database, also when it fails.
pub(crate) async fn run<F, Fut>(database: TestDatabase, case: F)
where
    F: FnOnce(TestDatabase) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let outcome = tokio::spawn(case(database.clone())).await;
    database.remove().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}
