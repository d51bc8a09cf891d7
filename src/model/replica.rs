//! Replicas: the processes that serve one database.

use crate::clock::DatabaseTime;

/// A replica that was silent for so many of its own intervals counts as gone.
pub const REPLICA_SILENT_INTERVALS: i64 = 3;

/// What a process tells of itself to those beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaIdentity {
    /// A name that no other process has, made at its start.
    pub id: String,
    /// The machine, or the pod.
    pub host: String,
    /// The number of the process on its machine.
    pub process_id: u32,
    /// Its version of skep.
    pub version: String,
    /// Where it listens for HTTP.
    pub http_address: String,
    /// Where it listens for Thrift.
    pub thrift_address: String,
    /// Seconds between two of its signs of life.
    pub beats_every_s: i64,
}

/// A process as its row tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// What it told.
    pub identity: ReplicaIdentity,
    /// When it began to serve.
    pub started_at: DatabaseTime,
    /// Its last sign of life.
    pub beat_at: DatabaseTime,
    /// Seconds from then to the moment at which it was read, both by the database's clock.
    pub idle_s: i64,
}

impl Replica {
    /// Whether it gave a sign of life lately. One that did not has stopped without a word, or cannot reach the database.
    pub fn is_alive(&self) -> bool {
        let patience_s = self
            .identity
            .beats_every_s
            .max(1)
            .saturating_mul(REPLICA_SILENT_INTERVALS);
        self.idle_s <= patience_s
    }
}

#[cfg(test)]
mod tests {
    use super::{Replica, ReplicaIdentity};
    use crate::clock::DatabaseTime;

    #[test]
    fn a_replica_is_gone_after_three_of_its_own_intervals() {
        let silent = |beats_every_s: i64, idle_s: i64| Replica {
            identity: ReplicaIdentity {
                id: "a".to_owned(),
                host: "h".to_owned(),
                process_id: 1,
                version: "1".to_owned(),
                http_address: String::new(),
                thrift_address: String::new(),
                beats_every_s,
            },
            started_at: DatabaseTime::default(),
            beat_at: DatabaseTime::default(),
            idle_s,
        };
        assert!(silent(10, 30).is_alive() && !silent(10, 31).is_alive());
        assert!(silent(60, 180).is_alive() && !silent(1, 4).is_alive());
        // No row makes a replica live for ever, or never.
        assert!(silent(0, 3).is_alive() && !silent(-1, 4).is_alive());
        assert!(silent(i64::MAX, i64::MAX).is_alive());
    }
}
