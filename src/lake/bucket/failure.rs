//! Requests that failed: what they are to those who asked, and whether sending them again can help.

use super::answer::{Told, Unreadable};
use crate::lake::error::LakeError;
use crate::lake::signed::SendFailure;
use reqwest::StatusCode;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestFailure {
    #[error(transparent)]
    Send(#[from] SendFailure),
    #[error("{status}: {}: {}", told.code, told.message)]
    Told { status: StatusCode, told: Told },
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("no request can name the key {0:?}")]
    Unnameable(String),
}

impl RequestFailure {
    /// Whether the same request may be answered a moment later.
    pub(super) fn may_pass(&self) -> bool {
        !matches!(repetition(self), Repetition::Useless)
    }

    /// What it is to those who asked for a place.
    pub(super) fn at(self, location: &str) -> LakeError {
        let status = match self {
            Self::Send(SendFailure::Credentials(error)) => {
                return LakeError::from_store(location, error);
            }
            Self::Unreadable(Unreadable::Key(_)) => {
                return LakeError::invalid(location, self.to_string());
            }
            Self::Unnameable(key) => return LakeError::unnameable(location, &key, 1),
            Self::Told { status, .. } => Some(status.as_u16()),
            Self::Send(_) | Self::Unreadable(_) => None,
        };
        LakeError::from_status(location, status, self.into())
    }
}

/// Whether a request that failed may be sent again.
pub(super) enum Repetition {
    Useless,
    Useful,
    /// Whatever the settings say.
    Due,
}

/// Whether the same request may be answered otherwise a moment later.
pub(super) fn repetition(failure: &RequestFailure) -> Repetition {
    match failure {
        RequestFailure::Send(SendFailure::BrokenOff(error)) if !error.is_timeout() => {
            Repetition::Due
        }
        RequestFailure::Send(SendFailure::BrokenOff(_) | SendFailure::Unanswered(_)) => {
            Repetition::Useful
        }
        RequestFailure::Told { status, .. }
            if status.is_server_error()
                || matches!(
                    *status,
                    StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
                ) =>
        {
            Repetition::Useful
        }
        RequestFailure::Told { .. }
        | RequestFailure::Send(_)
        | RequestFailure::Unreadable(_)
        | RequestFailure::Unnameable(_) => Repetition::Useless,
    }
}
