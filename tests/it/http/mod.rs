//! The HTTP port as such: HTTP/2 beside HTTP/1.1, what hostile connections may take, and which hosts it answers for.

mod hosts;
mod http2;
mod http2_floods;

use crate::harness::{TestDatabase, TestServer};
use skep::config::Settings;

async fn server_with(change: impl FnOnce(&mut Settings)) -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, change).await
}
