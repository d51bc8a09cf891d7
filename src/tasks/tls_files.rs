//! Looks whether the files of TLS have changed, as they do when a certificate is renewed.

use super::{Report, Task};
use crate::error::Error;
use crate::tls::Tls;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

/// Longest time that a look at the files is waited for: a file system of the network may not answer for ever.
const LOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// The task; see the module.
#[derive(Debug)]
pub struct TlsFiles {
    /// Whose files.
    tls: Arc<Tls>,
    /// A look that did not end in its time, so that no second one waits beside it.
    late: Mutex<Option<oneshot::Receiver<bool>>>,
}

impl TlsFiles {
    /// Looks at the files of this.
    pub fn new(tls: Arc<Tls>) -> Self {
        Self {
            tls,
            late: Mutex::new(None),
        }
    }

    /// Begins a look, in a thread of its own: the process does not wait for it when it ends. It gives whether the files have
    /// changed, and nothing where they are of no use.
    fn begin(&self) -> oneshot::Receiver<bool> {
        let (sender, receiver) = oneshot::channel();
        let tls = Arc::clone(&self.tls);
        thread::spawn(move || {
            if let Ok(has_changed) = tls.refresh() {
                // Nobody waits for it any more where the process ends.
                let _ = sender.send(has_changed);
            }
        });
        receiver
    }
}

impl Task for TlsFiles {
    fn name(&self) -> &'static str {
        "tls_files"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let mut late = self.late.lock().await;
        let mut look = late.take().unwrap_or_else(|| self.begin());
        let Ok(looked) = timeout(LOOK_TIMEOUT, &mut look).await else {
            *late = Some(look);
            return Err(Error::Unavailable {
                what: "the folder of the files of TLS".to_owned(),
                source: "it did not answer in time".into(),
            });
        };
        Ok(Report {
            done: u64::from(matches!(looked, Ok(true))),
            failed: u64::from(looked.is_err()),
        })
    }
}
