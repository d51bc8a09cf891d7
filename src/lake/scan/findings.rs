//! What a scan has found and not sent yet: batches of a bounded size, and a bounded list of mismatches.

use super::{BATCH_ITEMS_MAX, FoundPartition, MISMATCHES_LISTED_MAX, ScanItem};
use tokio::sync::mpsc;

/// Collects items and sends them.
pub(super) struct Findings {
    items: Vec<ScanItem>,
    found: mpsc::Sender<Vec<ScanItem>>,
    pub(super) partitions: u64,
    pub(super) mismatches: u64,
}

impl Findings {
    pub(super) fn new(found: mpsc::Sender<Vec<ScanItem>>) -> Self {
        Self {
            items: Vec::new(),
            found,
            partitions: 0,
            mismatches: 0,
        }
    }

    pub(super) fn partition(&mut self, partition: FoundPartition) {
        self.partitions += 1;
        self.items.push(ScanItem::Partition(partition));
    }

    pub(super) fn mismatch(&mut self, path: &str, reason: &str) {
        self.mismatches += 1;
        if self.mismatches <= MISMATCHES_LISTED_MAX {
            self.items.push(ScanItem::Mismatch {
                path: path.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }

    /// Sends full batches, at the end also the last one; waits where the receiver is slower. False when nobody
    /// receives any more.
    pub(super) async fn send(&mut self, is_end: bool) -> bool {
        while self.items.len() >= BATCH_ITEMS_MAX || (is_end && !self.items.is_empty()) {
            let rest = self.items.split_off(self.items.len().min(BATCH_ITEMS_MAX));
            let batch = std::mem::replace(&mut self.items, rest);
            if self.found.send(batch).await.is_err() {
                return false;
            }
        }
        true
    }
}
