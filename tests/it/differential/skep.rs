//! The skep under test: the program itself, with a catalog and a warehouse of its own.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::step::Server;

/// How long the program may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// The pause between two attempts to connect.
const START_POLL: Duration = Duration::from_millis(20);

/// A running skep; it ends when this is dropped.
pub(crate) struct Skep {
    process: Child,
    port: u16,
    directory: TempDir,
}

impl Skep {
    /// Starts it with an empty catalog. Panics when it does not listen in time.
    pub(crate) fn start() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let (port, http) = (free_port(), free_port());
        let path = |name: &str| directory.path().join(name).display().to_string();
        std::fs::create_dir(path("warehouse")).expect("a directory for the warehouse");
        let process = Command::new(env!("CARGO_BIN_EXE_skep"))
            .arg("serve")
            .env("SKEP_THRIFT__LISTEN", format!("127.0.0.1:{port}"))
            .env("SKEP_HTTP__LISTEN", format!("127.0.0.1:{http}"))
            .env(
                "SKEP_DATABASE__URL",
                format!("sqlite:{}", path("catalog.db")),
            )
            .env(
                "SKEP_WAREHOUSE__LOCATION",
                format!("file://{}", path("warehouse")),
            )
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut skep = Self {
            process,
            port,
            directory,
        };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = skep.process.try_wait().expect("the process can be asked");
            assert!(ended.is_none(), "skep ended before it listened: {ended:?}");
            assert!(
                started.elapsed() < START_LIMIT,
                "skep does not listen after {START_LIMIT:?}"
            );
            std::thread::sleep(START_POLL);
        }
        skep
    }

    /// Where it is.
    pub(crate) fn server(&self) -> Server {
        let warehouse = self
            .directory
            .path()
            .join("warehouse")
            .display()
            .to_string();
        Server {
            name: "skep",
            address: format!("127.0.0.1:{}", self.port),
            warehouse,
        }
    }
}

impl Drop for Skep {
    fn drop(&mut self) {
        // It may have ended by itself, which a failed request has told already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port on which nobody listens at this moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
