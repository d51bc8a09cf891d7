//! The server that is measured, in a process of its own: its memory is its own then.

use crate::ready::address;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running server; it ends with this value.
pub(crate) struct Process {
    child: Child,
    pub(crate) thrift: SocketAddr,
    pub(crate) http: SocketAddr,
    warehouse: TempDir,
}

impl Process {
    /// Starts a server over a database, and waits for its addresses.
    pub(crate) fn start(database: &str) -> Result<Self> {
        let warehouse = tempfile::tempdir()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
            .arg("serve")
            .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
            .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
            .env("SKEP_DATABASE__URL", database)
            .env("SKEP_WAREHOUSE__LOCATION", warehouse.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start skep")?;
        let output = child.stderr.take().context("its output")?;
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next().transpose()? {
            if let (Some(thrift), Some(http)) = (address(&line, "thrift"), address(&line, "http")) {
                // Somebody must read on, or the server waits when the pipe is full.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self {
                    child,
                    thrift,
                    http,
                    warehouse,
                });
            }
        }
        bail!("the server ended before it said where it listens")
    }

    /// Where gRPC and REST are.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The directory of the warehouse.
    pub(crate) fn warehouse(&self) -> String {
        format!("file://{}", self.warehouse.path().display())
    }

    /// The most memory that was resident at once, as Linux tells it.
    pub(crate) fn resident_mib_max(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u64 = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("VmHWM")?
            .parse()?;
        Ok(kib / 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
