//! Whether people have seen what they were told of a change.

use crate::model::AlertState;
use crate::watch::ToldChange;

/// What became of a change on the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// No channel is told of it.
    Untold,
    /// On one of them nobody has seen it.
    Unseen,
    /// It was seen, for all channels.
    Seen,
}

impl Told {
    /// What became of this one.
    pub(super) fn of(told: &ToldChange) -> Self {
        let mut alerts = told.alerts.iter();
        match told.alerts.as_slice() {
            [] => Self::Untold,
            _ if alerts.all(|alert| alert.state == AlertState::Acknowledged) => Self::Seen,
            _ => Self::Unseen,
        }
    }

    /// In words.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Untold => "told on no channel",
            Self::Unseen => "not seen yet",
            Self::Seen => "acknowledged",
        }
    }
}
