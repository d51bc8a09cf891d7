//! The processes that serve this catalog, as JSON.

use super::moment;
use crate::model::Replica;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A process that serves this catalog
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Replica)]
pub struct ReplicaView {
    /// Its name, made at its start; the next start has another one
    pub id: String,
    /// Its machine, or its pod
    pub host: String,
    /// The number of the process on its machine
    pub process_id: u32,
    /// Its version of skep
    pub version: String,
    /// Where it listens for HTTP
    pub http_address: String,
    /// Where it listens for Thrift
    pub thrift_address: String,
    /// Whether it gave a sign of life within three of its intervals; one that did not stopped without saying so
    pub alive: bool,
    /// Whether it is the one that answers
    pub this: bool,
    /// When it began to serve
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// Its last sign of life
    #[schema(format = DateTime)]
    pub beat_at: Option<String>,
}

/// The processes that serve this catalog
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ReplicaList)]
pub struct ReplicaListView {
    /// Those that live, the oldest first, then those that stopped without saying so within the last hour
    pub replicas: Vec<ReplicaView>,
}

impl ReplicaView {
    /// A replica, as the process of the name `own` tells of it.
    pub fn of(replica: Replica, own: &str) -> Self {
        let alive = replica.is_alive();
        let identity = replica.identity;
        Self {
            this: identity.id == own,
            id: identity.id,
            host: identity.host,
            process_id: identity.process_id,
            version: identity.version,
            http_address: identity.http_address,
            thrift_address: identity.thrift_address,
            alive,
            started_at: moment(replica.started_at.seconds()),
            beat_at: moment(replica.beat_at.seconds()),
        }
    }
}
