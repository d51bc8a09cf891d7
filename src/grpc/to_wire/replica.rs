//! Who serves the catalogs.

use super::moment;
use crate::model::Replica;
use skep_wire::v1;

/// A replica, as the process of the name `own` tells of it.
pub(in crate::grpc) fn replica(replica: Replica, own: &str) -> v1::Replica {
    let alive = replica.is_alive();
    let identity = replica.identity;
    v1::Replica {
        answers: identity.id == own,
        id: identity.id,
        host: identity.host,
        process_id: identity.process_id,
        version: identity.version,
        http_address: identity.http_address,
        thrift_address: identity.thrift_address,
        alive,
        start_time: moment(replica.started_at.seconds()),
        beat_time: moment(replica.beat_at.seconds()),
    }
}
