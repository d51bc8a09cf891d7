//! The server that is measured, in a process of its own: its memory is its own then.

use crate::ready::address;
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use crate::sqs::{REGION, Sqs};
use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server; it ends with this value.
pub(crate) struct Process {
    child: Child,
    pub(crate) thrift: SocketAddr,
    http: SocketAddr,
}

impl Process {
    /// Starts a server over a database, an object store and the queue of its events, and waits for its addresses.
    pub(crate) fn start(database: &str, s3: &S3Server, queue: &Sqs) -> Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
            .arg("serve")
            .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
            .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
            .env("SKEP_DATABASE__URL", database)
            .env("SKEP_WAREHOUSE__LOCATION", "s3://lake/warehouse")
            .env("SKEP_STORAGE__S3__ENDPOINT", s3.endpoint())
            .env("SKEP_STORAGE__S3__ACCESS_KEY_ID", ACCESS_KEY_ID)
            .env("SKEP_STORAGE__S3__SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
            .env("SKEP_STORAGE__QUEUE__URL", queue.url())
            .env("SKEP_STORAGE__QUEUE__REGION", REGION)
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
                });
            }
        }
        bail!("the server ended before it said where it listens")
    }

    /// Runs `skep discover` for a sweep of a table and gives the time that it took.
    pub(crate) fn sweep(&self, table: &str, flags: &[&str]) -> Result<Duration> {
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command
            .args(["discover", &format!("default.{table}"), "--sweep", "--json"])
            .args(flags)
            .env("SKEP_SERVER", format!("http://{}", self.http))
            .stdout(Stdio::null());
        // The S3 server lives in this process, and must not wait for a thread that waits for skep.
        let status = tokio::task::block_in_place(|| command.status())?;
        ensure!(status.success(), "the sweep failed");
        Ok(began.elapsed())
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
