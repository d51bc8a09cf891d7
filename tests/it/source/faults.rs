//! Sources that hang, hang up, speak no TLS, are too large or speak nonsense: each fault has its name, and no message
//! has the password.

use super::{read, settings, snapshot, url_as, url_through};
use crate::faults::Proxy;
use crate::harness::{TestDatabase, run};
use skep::source::{SourceError, SourceKind, SourceSettings};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

fn kind(database: &TestDatabase) -> SourceKind {
    match database.dialect() {
        skep::store::Dialect::Postgres => SourceKind::Postgres,
        skep::store::Dialect::MySql => SourceKind::Mysql,
        skep::store::Dialect::Sqlite => SourceKind::Sqlite,
    }
}

async fn behind(database: &TestDatabase) -> (Proxy, SourceSettings) {
    let url = url::Url::parse(database.url()).unwrap();
    let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let proxy = Proxy::start(target).await;
    let mut settings = settings(kind(database), &url_through(database.url(), proxy.port()));
    settings.time_limit_s = 1;
    (proxy, settings)
}

#[tokio::test]
async fn a_source_that_hangs() {
    for database in [TestDatabase::postgres().await, TestDatabase::mysql().await] {
        run(database, |database| async move {
            database.execute("CREATE TABLE orders (id int)").await;
            let (proxy, settings) = behind(&database).await;
            snapshot(&settings).await;
            proxy.hang();
            let begun = Instant::now();
            let late = read(&settings).await.unwrap_err();
            assert_eq!(late, SourceError::TimedOut { limit_s: 1 });
            assert!(late.retryable());
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{:?}",
                begun.elapsed()
            );
            proxy.pass();
            snapshot(&settings).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_source_that_hangs_up() {
    for database in [TestDatabase::postgres().await, TestDatabase::mysql().await] {
        run(database, |database| async move {
            let (proxy, settings) = behind(&database).await;
            proxy.close();
            let lost = read(&settings).await.unwrap_err();
            assert!(matches!(lost, SourceError::Unreachable(_)), "{lost}");
            proxy.pass();
            snapshot(&settings).await;
        })
        .await;
    }
}

#[tokio::test]
async fn nobody_listens() {
    for (kind, url) in [
        (
            SourceKind::Postgres,
            "postgres://u:hunter2@127.0.0.1:1/shop",
        ),
        (SourceKind::Mysql, "mysql://u:hunter2@127.0.0.1:1/shop"),
        (SourceKind::Elasticsearch, "http://u:hunter2@127.0.0.1:1"),
    ] {
        let lost = read(&settings(kind, url)).await.unwrap_err();
        assert!(matches!(lost, SourceError::Unreachable(_)), "{lost}");
        let texts = format!("{lost} {lost:?} {:?}", settings(kind, url));
        assert!(!texts.contains("hunter2"), "{texts}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_where_tls_is_demanded() {
    let database = TestDatabase::postgres().await;
    run(database, |database| async move {
        let url = url_as(database.url(), "postgres", "hunter2") + "?sslmode=require";
        let refused = read(&settings(SourceKind::Postgres, &url))
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, SourceError::Unreachable(why) if why.contains("TLS")),
            "{refused}"
        );
        assert!(!refused.to_string().contains("hunter2"));
        // A certificate alone demands it, too.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "no certificate").unwrap();
        let mut by_file = settings(SourceKind::Postgres, database.url());
        by_file.ca_file = Some(file);
        read(&by_file).await.unwrap_err();
    })
    .await;
    let database = TestDatabase::mysql().await;
    run(database, |database| async move {
        let url = format!("{}?ssl-mode=REQUIRED", database.url());
        let refused = read(&settings(SourceKind::Mysql, &url)).await.unwrap_err();
        assert!(
            matches!(&refused, SourceError::Unreachable(why) if why.contains("TLS")),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_source_that_is_too_large() {
    for database in [TestDatabase::postgres().await, TestDatabase::mysql().await] {
        run(database, |database| async move {
            for table in 0..4 {
                database
                    .execute(&format!("CREATE TABLE t{table} (id int)"))
                    .await;
            }
            let mut settings = settings(kind(&database), database.url());
            settings.tables_max = 4;
            snapshot(&settings).await;
            settings.tables_max = 3;
            let refused = read(&settings).await.unwrap_err();
            let wanted = "tables of the source: 4 or more, at most 3 are read";
            assert_eq!(refused.to_string(), wanted);
            assert!(!refused.retryable());
        })
        .await;
    }
}

/// A server that sends the same bytes to everybody.
async fn nonsense(bytes: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let _ = stream.write_all(&bytes).await;
                // Until the client has had enough.
                let (mut read, _) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut tokio::io::sink()).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_speaks_nonsense_is_an_error_in_time() {
    for bytes in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        vec![0; 4_096],
        vec![0xff; 4_096],
        b"E\0\0\0\x0cSFATAL\0\0".to_vec(),
        b"NE\xff\xff\xff\xff".to_vec(),
    ] {
        let port = nonsense(bytes.clone()).await;
        for (kind, scheme) in [
            (SourceKind::Postgres, "postgres"),
            (SourceKind::Mysql, "mysql"),
            (SourceKind::Elasticsearch, "http"),
        ] {
            let mut settings = settings(kind, &format!("{scheme}://u:hunter2@127.0.0.1:{port}/x"));
            settings.time_limit_s = 1;
            let failed = read(&settings).await.unwrap_err();
            assert!(!failed.to_string().contains("hunter2"), "{failed}");
        }
    }
}
