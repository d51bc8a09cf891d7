//! Looks whether the files of TLS have changed, as they do when a certificate is renewed.

use super::{Report, Task};
use crate::error::Error;
use crate::tls::Tls;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct TlsFiles {
    /// Whose files.
    pub tls: Arc<Tls>,
}

impl Task for TlsFiles {
    fn name(&self) -> &'static str {
        "tls_files"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let tls = Arc::clone(&self.tls);
        // A disk may take its time.
        let looked = tokio::task::spawn_blocking(move || tls.refresh()).await;
        let has_changed = looked.map_err(|_| Error::internal("the look at the files of TLS"))?;
        Ok(Report {
            done: u64::from(has_changed),
            failed: 0,
        })
    }
}
