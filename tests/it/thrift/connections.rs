//! How many connections clients may have: the port's, and one client's share of them.

use super::raw::{call, connect_from};
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// How often something is tried that another thread of the server has to make possible.
const TRIES_MAX: usize = 1_000;

/// A connection from one of this machine's addresses that is served; nothing where it is closed.
fn served(last: u8, server: SocketAddr) -> Option<TcpStream> {
    let mut stream = connect_from(last, server);
    // Where it is closed already, this fails or what follows does.
    let _ = stream.write_all(&call("getStatus", &[0]));
    let mut start = [0; 4];
    stream.read_exact(&mut start).ok().map(|()| stream)
}

/// The same where a connection that was closed may not be forgotten yet.
fn served_soon(last: u8, server: SocketAddr) -> TcpStream {
    (0..TRIES_MAX)
        .find_map(|_| served(last, server))
        .expect("the place is given back")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_leaves_connections_for_others() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.thrift.connections_max = 4;
        settings.thrift.connections_per_client_max = Some(2);
    })
    .await;
    let address = server.thrift();
    server
        .ask(move |own: &mut Client| {
            own.call("get_all_databases", json!({})).unwrap();
            let one = served(2, address).expect("the first of its share");
            let _two = served(2, address).expect("the second");
            assert!(served(2, address).is_none(), "its share is taken");
            let other = served(3, address).expect("others have places");
            assert!(served(4, address).is_none(), "the port is full");
            drop(other);
            let _other = served_soon(4, address);
            drop(one);
            let _again = served_soon(2, address);
        })
        .await;
    let metrics = reqwest::get(format!("http://{}/metrics", server.http()));
    let metrics = metrics.await.unwrap().text().await.unwrap();
    for bound in ["client", "server"] {
        let line = format!("skep_connections_refused_total{{port=\"thrift\",bound=\"{bound}\"}}");
        assert!(metrics.contains(&line), "{line} is missing in:\n{metrics}");
    }
}
