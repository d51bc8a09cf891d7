//! TLS on both ports: who is let in, who is not, and what happens when a file changes.

mod authority;
mod principals;

use crate::client::Client;
use crate::harness::{TestDatabase, TestServer};
use authority::{Authority, Files, Paper};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde_json::json;
use skep::tls::{ClientCertificates, Tls, TlsSettings, TlsUse};
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A call of `getName`, in the strict binary protocol, and what begins every answer.
const GET_NAME: &[u8] = b"\x80\x01\x00\x01\x00\x00\x00\x07getName\x00\x00\x00\x01\x00";
const ANSWER: &[u8] = b"\x80\x01\x00\x02\x00\x00\x00\x07getName";

async fn server(tls: TlsSettings, thrift: TlsUse, http: TlsUse) -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, |settings| {
        settings.tls = tls;
        settings.thrift.tls = thrift;
        settings.http.tls = http;
        settings.thrift.message_timeout_s = 1;
    })
    .await
}

async fn connect(at: SocketAddr, config: &Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(at).await?;
    TlsConnector::from(Arc::clone(config))
        .connect(name, stream)
        .await
}

/// Whether the server tells its name on this connection.
async fn is_answered(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin)) -> bool {
    let mut answer = [0; ANSWER.len()];
    let asked = async {
        stream.write_all(GET_NAME).await?;
        stream.read_exact(&mut answer).await?;
        // The number of the call, the head of a field, the name with its length, the end of the struct.
        let mut head = [0; 4 + 3];
        stream.read_exact(&mut head).await?;
        let mut name = vec![0; stream.read_u32().await? as usize + 1];
        stream.read_exact(&mut name).await
    };
    asked.await.is_ok() && answer == *ANSWER
}

/// Whether a client with this certificate is let in.
async fn is_let_in(at: SocketAddr, authority: &Authority, shown: Option<&Paper>) -> bool {
    // In TLS 1.3 a client hears with the first answer that its certificate was refused.
    match connect(at, &authority.client_config(shown)).await {
        Ok(mut stream) => is_answered(&mut stream).await,
        Err(_) => false,
    }
}

/// A port without TLS whose connections go on in TLS to a server, for clients that speak none.
async fn tunnel(to: SocketAddr, config: Arc<ClientConfig>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let config = Arc::clone(&config);
            tokio::spawn(async move {
                let mut inside = connect(to, &config).await.expect("it is let in");
                drop(tokio::io::copy_bidirectional(&mut stream, &mut inside).await);
            });
        }
    });
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_thrift_asks_in_tls_as_it_does_without() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let server = server(files.settings(), TlsUse::Required, TlsUse::Off).await;
    let at = tunnel(server.thrift(), authority.client_config(None)).await;
    let answers = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(at).expect("a connection");
        // Many calls on one connection, some of them longer than a record of TLS.
        let text = "x".repeat(200_000);
        for number in 0..20 {
            let database = json!({"name": format!("d{number}"), "description": text});
            client
                .call("create_database", json!({ "database": database }))
                .expect("it is made");
        }
        let found = client
            .call("get_database", json!({"name": "d7"}))
            .expect("it is there");
        (
            found["description"] == text,
            client.call("get_all_databases", json!({})).expect("a list"),
        )
    });
    let (is_whole, names) = answers.await.expect("it ends");
    assert!(is_whole, "a long answer comes as it was sent");
    assert_eq!(names.as_array().map(Vec::len), Some(21), "{names}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_takes_what_it_is_told_to_take() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let required = server(files.settings(), TlsUse::Required, TlsUse::Required).await;
    let mut plain = TcpStream::connect(required.thrift()).await.unwrap();
    assert!(
        !is_answered(&mut plain).await,
        "nothing is said without TLS"
    );
    // A health check that only connects is nothing to be told.
    drop(TcpStream::connect(required.thrift()).await.unwrap());
    assert!(is_let_in(required.thrift(), &authority, None).await);
    let optional = server(files.settings(), TlsUse::Optional, TlsUse::Off).await;
    let mut plain = TcpStream::connect(optional.thrift()).await.unwrap();
    assert!(is_answered(&mut plain).await);
    assert!(is_let_in(optional.thrift(), &authority, None).await);
    // Who trusts another authority ends the handshake itself.
    let stranger = Authority::new().client_config(None);
    assert!(connect(optional.thrift(), &stranger).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn http_is_spoken_in_tls_in_both_versions_and_says_so_to_who_does_not() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let server = server(files.settings(), TlsUse::Off, TlsUse::Required).await;
    for (protocol, opening) in [("h2", false), ("http/1.1", true)] {
        let mut config = ClientConfig::clone(&authority.client_config(None));
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let mut stream = connect(server.http(), &Arc::new(config)).await.unwrap();
        let agreed = stream.get_ref().1.alpn_protocol();
        assert_eq!(agreed, Some(protocol.as_bytes()));
        if opening {
            let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        }
    }
    let root = reqwest::Certificate::from_pem(authority.pem.as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([root])
        .build()
        .unwrap();
    let url = format!("https://{}/api/v1/databases", server.http());
    let listed = http.get(&url).send().await.unwrap();
    assert_eq!(listed.status(), 200);
    let plain = reqwest::get(format!("http://{}/healthz", server.http())).await;
    let plain = plain.unwrap();
    assert_eq!(plain.status(), 400);
    let why = plain.text().await.unwrap();
    assert!(why.contains("ask by https://"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_show_a_good_certificate_where_they_have_to() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let files = Files::of(&authority.server());
    files.write("ca.crt", &authority.pem);
    files.write("ca.crl", &authority.revoked(&[7]));
    let good = authority.client(1);
    let settings = TlsSettings {
        client_ca: Some(files.path("ca.crt")),
        client_crl: Some(files.path("ca.crl")),
        ..files.settings()
    };
    let strict = server(settings.clone(), TlsUse::Required, TlsUse::Off).await;
    let lax = TlsSettings {
        client_certificates: ClientCertificates::Optional,
        ..settings
    };
    let lax = server(lax, TlsUse::Required, TlsUse::Off).await;
    for (what, shown, is_in, is_in_lax) in [
        ("a good one", Some(&good), true, true),
        ("none", None, false, true),
        ("a revoked one", Some(&authority.client(7)), false, false),
        (
            "one of another authority",
            Some(&stranger.client(1)),
            false,
            false,
        ),
        (
            "one whose time is over",
            Some(&authority.expired_client()),
            false,
            false,
        ),
        ("a server's", Some(&authority.server()), false, false),
    ] {
        let found = is_let_in(strict.thrift(), &authority, shown).await;
        assert_eq!(found, is_in, "{what}");
        let found = is_let_in(lax.thrift(), &authority, shown).await;
        assert_eq!(found, is_in_lax, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn renewed_files_are_used_by_new_connections_and_old_ones_go_on() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let server = server(files.settings(), TlsUse::Required, TlsUse::Off).await;
    let config = authority.client_config(None);
    let shown = async |config: &Arc<ClientConfig>| {
        let stream = connect(server.thrift(), config).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].clone()
    };
    let mut old = connect(server.thrift(), &config).await.unwrap();
    assert!(is_answered(&mut old).await);
    let before = shown(&config).await;
    let renewed = authority.server();
    files.write("server.crt", &renewed.certificate);
    files.write("server.key", &renewed.key);
    while shown(&config).await == before {
        tokio::task::yield_now().await;
    }
    assert!(is_answered(&mut old).await, "what is open goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_end_its_handshake_loses_its_place() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let server = server(files.settings(), TlsUse::Optional, TlsUse::Off).await;
    let mut stream = TcpStream::connect(server.thrift()).await.unwrap();
    // The head of a record that never comes.
    stream.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the server closes it");
    assert!(is_let_in(server.thrift(), &authority, None).await);
}

/// What the command line says that asks a server with these options beside its address.
fn asked_by_line(at: SocketAddr, options: &[&str]) -> (bool, String) {
    let server = format!("https://localhost:{}", at.port());
    let done = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["database", "list", "-o", "name", "--server", &server])
        .args(options)
        .env_remove("SSL_CERT_FILE")
        .output()
        .expect("the command runs");
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_shows_a_certificate_and_says_which_option_lacks() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let client = authority.client(1);
    for (name, text) in [
        ("ca.crt", &authority.pem),
        ("client.crt", &client.certificate),
        ("client.key", &client.key),
    ] {
        files.write(name, text);
    }
    let paths = ["ca.crt", "client.crt", "client.key"].map(|name| files.path(name));
    let [ca, certificate, key] = paths.each_ref().map(|path| path.to_str().expect("text"));
    let tls = TlsSettings {
        client_ca: Some(files.path("ca.crt")),
        ..files.settings()
    };
    let server = server(tls, TlsUse::Off, TlsUse::Required).await;
    let shown = ["--client-certificate", certificate, "--client-key", key];
    let whole = [&["--ca", ca], &shown[..]].concat();
    for (options, is_let_in, told) in [
        (whole.as_slice(), true, "default"),
        (&whole[..2], false, "--client-certificate FILE"),
        (&shown, false, "--ca FILE"),
        (&["--ca", key], false, "has no certificate in PEM"),
        (&["--client-key", key], false, "--client-certificate <FILE>"),
    ] {
        let (is_done, said) = asked_by_line(server.http(), options);
        assert!(
            is_done == is_let_in && said.contains(told),
            "{options:?}: {said}"
        );
    }
}

#[test]
fn a_certificate_whose_key_is_not_there_yet_waits_for_it() {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    let tls = Tls::open(files.settings()).unwrap();
    assert!(!tls.refresh().unwrap(), "nothing has changed");
    let renewed = authority.server();
    files.write("server.crt", &renewed.certificate);
    assert!(tls.refresh().is_err(), "what was there goes on to be used");
    files.write("server.key", &renewed.key);
    assert!(tls.refresh().unwrap());
    assert!(!tls.refresh().unwrap());
}

#[test]
fn files_that_are_of_no_use_are_named_without_a_word_of_the_key() {
    let authority = Authority::new();
    let (own, other) = (authority.server(), authority.server());
    let files = Files::of(&own);
    assert!(Tls::open(files.settings()).is_ok());
    for (name, text, key) in [
        ("server.crt", "", "tls.certificate"),
        (
            "server.crt",
            "-----BEGIN CERTIFICATE-----\nx\n",
            "tls.certificate",
        ),
        ("server.crt", other.certificate.as_str(), "tls.certificate"),
        ("server.key", own.certificate.as_str(), "tls.key"),
        ("server.key", "secret", "tls.key"),
    ] {
        let files = Files::of(&own);
        files.write(name, text);
        let why = Tls::open(files.settings()).unwrap_err().to_string();
        assert!(why.starts_with(key) && why.contains(name), "{why}");
        assert!(!why.contains("secret"), "{why}");
    }
    let chain = format!(
        "{}-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
        own.certificate
    );
    let damaged = Files::of(&own);
    damaged.write("server.crt", &chain);
    let why = Tls::open(damaged.settings()).unwrap_err().to_string();
    assert!(why.contains("the certificate 2 in it is damaged"), "{why}");
    let missing = TlsSettings {
        client_ca: Some(files.path("nosuch")),
        ..files.settings()
    };
    let why = Tls::open(missing).unwrap_err().to_string();
    assert!(why.starts_with("tls.client_ca"), "{why}");
}
