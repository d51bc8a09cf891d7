//! What `skep doctor` says of this machine: files that may be open, ports, and the addresses that engines are given.

use super::finding::Finding;
use crate::cli::client::Client;
use crate::cli::failure::ClientError;
use crate::cli::proof::Proof;
use crate::cli::serve::reachable;
use crate::config::Settings;
use crate::page::{of_spark, thrift_at};
use crate::rest::view::replica::ReplicaListView;
use crate::store::Neighbour;
use crate::telemetry::open_files_max;
use crate::thrift::is_skep_at;
use crate::tls::TlsUse;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Files that are open beside connections: those of data, of object stores, of sources, and the process's own.
const FILES_BESIDE: u64 = 200;
/// Longest wait for who listens at the HTTP port.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// Where Linux tells the name of the machine.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

const FILES: &str = "open files";
const THRIFT: &str = "thrift.listen";
const HTTP: &str = "http.listen";

/// Whether the system lets as many files be open as the settings let connections.
pub(super) fn open_files(settings: &Settings) -> Finding {
    let connections = [
        settings.thrift.connections_max as u64,
        settings.http.connections_max as u64,
        u64::from(settings.database.connections_max),
        FILES_BESIDE,
    ];
    let needed = connections.into_iter().fold(0, u64::saturating_add);
    files_finding(open_files_max(), needed)
}

fn files_finding(most: Option<u64>, needed: u64) -> Finding {
    match most {
        None => Finding::ok(FILES, "no limit is known"),
        Some(most) if most >= needed => Finding::ok(
            FILES,
            format!("{most} may be open, all connections of the settings need {needed}"),
        ),
        Some(most) => Finding::warning(
            FILES,
            format!(
                "{most} may be open where this command runs, and all connections of the settings need {needed}: raise the limit \
                 (LimitNOFILE of systemd, ulimit -n), or lower thrift.connections_max and http.connections_max"
            ),
        ),
    }
}

/// Who listens at a port that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listener {
    /// A skep of this database.
    Skep,
    /// A skep, and nothing says of which database.
    UnknownSkep,
    /// A skep that is none of those that serve this database.
    OtherSkep,
    /// Something else.
    Stranger,
    /// Whoever it is, it would have to be asked in TLS, perhaps with a certificate.
    Hidden,
}

/// Whether the ports are free, or a skep of the same database has them: one of the `replicas`, where those are known.
pub(super) async fn ports(settings: &Settings, replicas: Option<&[Neighbour]>) -> [Finding; 2] {
    let (thrift, http) = (settings.thrift.listen, settings.http.listen);
    let over_thrift = seen(settings.thrift.tls, over_thrift(thrift, replicas));
    let over_http = seen(settings.http.tls, over_http(reachable(http), replicas));
    let over_thrift = port(THRIFT, thrift, over_thrift);
    let over_http = port(HTTP, http, over_http);
    let (over_thrift, over_http) = tokio::join!(over_thrift, over_http);
    [over_thrift, over_http]
}

/// Who is there, where that can be asked without TLS.
async fn seen(usage: TlsUse, who: impl Future<Output = Listener>) -> Listener {
    match usage {
        TlsUse::Required => Listener::Hidden,
        TlsUse::Off | TlsUse::Optional => who.await,
    }
}

/// `who` asks who is there, and is not asked where the port is free.
async fn port(key: &str, address: SocketAddr, who: impl Future<Output = Listener>) -> Finding {
    let Err(failure) = TcpListener::bind(address).await else {
        return match address.port() {
            0 => Finding::ok(key, "the system will choose a port"),
            _ => Finding::ok(key, format!("{address} is free")),
        };
    };
    match failure.kind() {
        ErrorKind::AddrInUse => taken(key, address, who.await),
        ErrorKind::AddrNotAvailable => Finding::failed(
            key,
            format!(
                "{address} is no address of this machine: set {key} to one, or to 0.0.0.0 for all"
            ),
        ),
        ErrorKind::PermissionDenied => Finding::failed(
            key,
            format!(
                "{address} may not be listened at by this user: set {key} to a port above 1023"
            ),
        ),
        _ => Finding::failed(key, format!("{address}: {failure}")),
    }
}

fn taken(key: &str, address: SocketAddr, who: Listener) -> Finding {
    let who = match who {
        Listener::UnknownSkep => {
            let text = format!("a skep serves at {address}; of which database cannot be told");
            return Finding::warning(key, text);
        }
        Listener::Hidden => {
            let text = format!(
                "something listens at {address}: whether it is a skep is not asked, for {key} speaks TLS alone"
            );
            return Finding::warning(key, text);
        }
        Listener::Skep => return Finding::ok(key, format!("a skep serves at {address}")),
        Listener::OtherSkep => "a skep that serves another database than database.url",
        Listener::Stranger => "something that is no skep",
    };
    Finding::failed(
        key,
        format!("{who} listens at {address}: end it, or set {key} to another port"),
    )
}

/// Who answers there. The protocol tells no name of a process, so its port tells whether it is one of the replicas.
async fn over_thrift(listen: SocketAddr, replicas: Option<&[Neighbour]>) -> Listener {
    if !is_skep_at(reachable(listen)).await {
        return Listener::Stranger;
    }
    let is_at = |one: &Neighbour| {
        let at = one.thrift_address.rsplit_once(':');
        at.is_some_and(|(_, port)| port.parse() == Ok(listen.port()))
    };
    match replicas {
        Some(known) if known.iter().any(is_at) => Listener::Skep,
        Some(_) => Listener::OtherSkep,
        None => Listener::UnknownSkep,
    }
}

/// Who answers there; a skep that refuses is one, too.
async fn over_http(address: SocketAddr, replicas: Option<&[Neighbour]>) -> Listener {
    let Ok(client) = Client::new(&format!("http://{address}"), None, &Proof::default()) else {
        return Listener::Stranger;
    };
    let asking = client.get::<ReplicaListView>(&["replicas"], &[]);
    match tokio::time::timeout(ANSWER_LIMIT, asking).await {
        Ok(Ok(list)) => {
            let own = list.replicas.iter().find(|one| one.this);
            match own.zip(replicas) {
                Some((own, known)) if known.iter().any(|one| one.id == own.id) => Listener::Skep,
                Some(_) => Listener::OtherSkep,
                None => Listener::UnknownSkep,
            }
        }
        Ok(Err(ClientError::Refused(..))) => Listener::UnknownSkep,
        Ok(Err(_)) | Err(_) => Listener::Stranger,
    }
}

/// What engines are given to find this server.
pub(super) fn engines(settings: &Settings) -> [Finding; 2] {
    let listen = settings.thrift.listen;
    let host = std::fs::read_to_string(HOST_NAME).unwrap_or_default();
    let thrift = thrift_at(listen.port(), &host_of(listen, host.trim()));
    let whom = if listen.port() == 0 {
        " (the system will choose the port: the log of the start tells it)"
    } else if listen.ip().is_loopback() {
        " (of this machine alone: thrift.listen is loopback)"
    } else {
        ""
    };
    let warehouse = of_spark(&settings.warehouse.location);
    let spark = format!(
        "spark.hadoop.hive.metastore.uris={thrift} spark.sql.warehouse.dir={warehouse}{whom}"
    );
    let trino =
        format!("connector.name=hive, and in a line of its own hive.metastore.uri={thrift}{whom}");
    [
        Finding::ok("for Spark", spark),
        Finding::ok("for Trino and Presto", trino),
    ]
}

/// The host by which others reach what listens at an address.
fn host_of(listen: SocketAddr, own_name: &str) -> String {
    match listen {
        _ if listen.ip().is_unspecified() && !own_name.is_empty() => own_name.to_owned(),
        _ if listen.ip().is_unspecified() => "HOST".to_owned(),
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::{files_finding, host_of};
    use crate::cli::doctor::finding::{OK, WARNING};

    #[test]
    fn fewer_files_than_connections_are_told() {
        assert_eq!(files_finding(Some(1_024), 1_024).state, OK);
        assert_eq!(files_finding(None, 1_024).state, OK);
        let few = files_finding(Some(1_023), 1_024);
        assert!(few.state == WARNING && few.remark.contains("LimitNOFILE"));
    }

    #[test]
    fn engines_get_an_address_that_can_be_reached() {
        for (listen, host) in [
            ("127.0.0.1:9083", "127.0.0.1"),
            ("0.0.0.0:9083", "lake1"),
            ("[::]:9083", "lake1"),
            ("[fd00::1]:9083", "[fd00::1]"),
        ] {
            assert_eq!(host_of(listen.parse().expect("an address"), "lake1"), host);
        }
        let all = "0.0.0.0:9083".parse().expect("an address");
        assert_eq!(host_of(all, ""), "HOST");
    }
}
