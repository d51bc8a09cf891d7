//! Why a partition is there, or is not, as messages.

use super::{discovery_run, moment};
use crate::discovery::{PartitionExplanation, PartitionPlace, PlaceState, RegisteredPartition};
use skep_wire::v1;

/// Everything that is known of one partition.
pub(in crate::grpc) fn explanation(found: PartitionExplanation) -> v1::ExplainPartitionResponse {
    let state = found.state.as_ref();
    v1::ExplainPartitionResponse {
        window_time: state.and_then(|state| moment(state.window_at)),
        sweep_time: state.and_then(|state| moment(state.sweep_at)),
        pause_time: state.and_then(|state| state.paused_at.and_then(moment)),
        name: found.name,
        registered: found.registered.map(registered),
        off: found.off,
        places: found.places.into_iter().map(place).collect(),
    }
}

fn registered(found: RegisteredPartition) -> v1::RegisteredPartition {
    v1::RegisteredPartition {
        location: found.location,
        create_time: moment(found.created_at),
        root: found.root,
        run: found.run.map(discovery_run),
        schema_warning: found.schema_warning,
    }
}

fn place(place: PartitionPlace) -> v1::PartitionPlace {
    let (state, reason) = match place.state {
        PlaceState::Registered => (v1::PlaceState::Registered, None),
        PlaceState::Ready(what) => (v1::PlaceState::Ready, Some(what)),
        PlaceState::Empty(why) => (v1::PlaceState::Empty, why),
        PlaceState::Skipped(why) => (v1::PlaceState::Skipped, Some(why)),
        PlaceState::Expired => (v1::PlaceState::Expired, None),
        PlaceState::Nowhere(why) => (v1::PlaceState::Nowhere, Some(why)),
        PlaceState::Unknown(why) => (v1::PlaceState::Unknown, Some(why)),
    };
    v1::PartitionPlace {
        root: place.root,
        location: place.location,
        files: place.files,
        bytes: place.bytes,
        newest_time: moment(place.newest_at),
        state: state.into(),
        reason,
    }
}
