//! A real Hive metastore for as long as a test needs it, started by `scripts/reference`.
//! It must not know what is asked of it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running reference; it ends when this is dropped.
pub(crate) struct Reference {
    script: Child,
    // The script would be killed by a closed pipe if it wrote to it again.
    _output: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The directory below which its managed tables lie.
    pub(crate) warehouse: PathBuf,
}

impl Reference {
    /// Starts one with an empty catalog. Panics with the script's word where it does not start.
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/reference");
        let mut script = Command::new(script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{script}: {error}"));
        let mut output = BufReader::new(script.stdout.take().expect("the output is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the script writes text");
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ready", address, _pid, warehouse] = words[..] else {
            panic!("scripts/reference did not start a metastore: {line:?}");
        };
        Self {
            address: address.parse().expect("the script prints an address"),
            warehouse: PathBuf::from(warehouse),
            _output: output,
            script,
        }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // The script ends the metastore and removes its directory, so it must not be killed itself.
        let pid = self.script.id().to_string();
        let asked = Command::new("kill").args(["-s", "TERM", &pid]).status();
        if !asked.is_ok_and(|status| status.success()) {
            return;
        }
        // A reference that does not end is the script's trouble, not the test's.
        let _ = self.script.wait();
    }
}
