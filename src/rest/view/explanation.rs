//! Why a partition is there, or is not.

use super::discovery::ScheduleView;
use super::moment;
use super::run::RunView;
use crate::discovery::{PartitionExplanation, PartitionPlace, PlaceState, RegisteredPartition};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything that is known of one partition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PartitionExplanation)]
pub struct ExplanationView {
    /// Its name, in the order of the table's keys
    pub name: String,
    /// How it is registered; absent where it is not
    pub registered: Option<RegisteredView>,
    /// Why discovery does not look for it at all
    pub off: Option<String>,
    /// The places where it may lie, the preferred one first
    pub places: Vec<PlaceView>,
    /// When the table is looked at next
    pub schedule: Option<ScheduleView>,
}

/// A partition that is registered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RegisteredPartition)]
pub struct RegisteredView {
    /// Where it points
    pub location: String,
    /// Since when
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// The root that the location lies in
    pub root: Option<String>,
    /// The run that registered or moved it last; absent where somebody else did
    pub run: Option<RunView>,
    /// What of its files does not fit the table
    pub schema_warning: Option<String>,
}

/// A place where a partition may lie.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PartitionPlace)]
pub struct PlaceView {
    /// The root
    pub root: String,
    /// The directory; absent where the layout has none for these values
    pub location: Option<String>,
    /// Data files in it
    pub files: u64,
    /// Their bytes
    pub bytes: u64,
    /// When the newest of them was written
    #[schema(format = DateTime)]
    pub newest_at: Option<String>,
    /// `registered` (here or at a better place), `ready` (the reason says what registers it), `empty`, `skipped`, `expired`,
    /// `nowhere` (the layout has no directory for it) or `unknown` (the store did not answer)
    pub state: String,
    /// Why
    pub reason: Option<String>,
}

impl From<PartitionExplanation> for ExplanationView {
    fn from(explanation: PartitionExplanation) -> Self {
        Self {
            name: explanation.name,
            registered: explanation.registered.map(RegisteredView::from),
            off: explanation.off,
            places: explanation
                .places
                .into_iter()
                .map(PlaceView::from)
                .collect(),
            schedule: explanation.state.map(ScheduleView::from),
        }
    }
}

impl From<RegisteredPartition> for RegisteredView {
    fn from(registered: RegisteredPartition) -> Self {
        Self {
            location: registered.location,
            created_at: moment(registered.created_at),
            root: registered.root,
            run: registered.run.map(RunView::from),
            schema_warning: registered.schema_warning,
        }
    }
}

impl From<PartitionPlace> for PlaceView {
    fn from(place: PartitionPlace) -> Self {
        let (state, reason) = match place.state {
            PlaceState::Registered => ("registered", None),
            PlaceState::Ready(what) => ("ready", Some(what)),
            PlaceState::Empty(why) => ("empty", why),
            PlaceState::Skipped(why) => ("skipped", Some(why)),
            PlaceState::Expired => ("expired", None),
            PlaceState::Nowhere(why) => ("nowhere", Some(why)),
            PlaceState::Unknown(why) => ("unknown", Some(why)),
        };
        Self {
            root: place.root,
            location: place.location,
            files: place.files,
            bytes: place.bytes,
            newest_at: moment(place.newest_at),
            state: state.to_owned(),
            reason,
        }
    }
}
