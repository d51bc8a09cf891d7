//! What the integration tests share: databases of their own, and whole servers over them.

mod database;
mod ready;
mod server;

pub(crate) use database::{TestDatabase, run};
pub(crate) use ready::address;
pub(crate) use server::TestServer;

use skep::lake::{DeletionWatch, Kept, Lake, LakeError, Moment};
use skep::model::Location;
use std::sync::Arc;

/// The place of a text.
pub(crate) fn place(text: impl AsRef<str>) -> Location {
    Location::parse(text.as_ref()).expect("a location")
}

/// Deletes all that lies at a place, whenever it was written.
pub(crate) async fn delete(lake: &Lake, at: &Location) -> Result<Kept, LakeError> {
    const LATER_THAN_ALL_MS: i64 = 4_000_000_000_000;
    let moment = Moment::exact(LATER_THAN_ALL_MS);
    lake.directory_delete_older(at, moment, &DeletionWatch::alone(&Arc::default()))
        .await
}

/// Makes three tests of each named `async fn(TestDatabase)`: on SQLite, PostgreSQL and MariaDB or MySQL.
macro_rules! on_every_database {
    ($($case:ident),* $(,)?) => {$(
        mod $case {
            use crate::harness::{TestDatabase, run};

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(TestDatabase::sqlite().await, super::$case).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(TestDatabase::postgres().await, super::$case).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn mysql() {
                run(TestDatabase::mysql().await, super::$case).await;
            }
        }
    )*};
}
pub(crate) use on_every_database;
