//! Telling people: the outbox of what is to be told, and what they say to it.

use super::Catalog;
use crate::error::{Error, Result};
use crate::model::{Alert, AlertFilter, ChannelStatus, Mute};

fn later<T>() -> Result<T> {
    Err(Error::Unsupported("this version tells nobody".into()))
}

impl Catalog {
    /// The alerts that a filter lets through, the newest first.
    pub async fn alert_list(&self, _filter: &AlertFilter) -> Result<Vec<Alert>> {
        later()
    }

    /// Says that an alert was seen: it is not sent any more. `NotFound`; one that was sent or muted is marked too.
    pub async fn alert_acknowledge(&self, _id: i64) -> Result<Alert> {
        later()
    }

    /// Puts an alert off until a time, in seconds since the epoch; one that was sent is sent again then. `NotFound`,
    /// `Invalid` for a time that is past or more than a year away.
    pub async fn alert_snooze(&self, _id: i64, _until: i64) -> Result<Alert> {
        later()
    }

    /// Adds a mute; its number and time are the catalog's. `Invalid` for a pattern that cannot be.
    pub async fn mute_add(&self, _mute: &Mute) -> Result<Mute> {
        later()
    }

    /// Every mute that holds, by number.
    pub async fn mute_list(&self) -> Result<Vec<Mute>> {
        later()
    }

    /// Removes a mute, or `NotFound`.
    pub async fn mute_remove(&self, _id: i64) -> Result<()> {
        later()
    }

    /// Every channel, by name.
    pub async fn channel_list(&self) -> Result<Vec<ChannelStatus>> {
        later()
    }

    /// Sends a test message on a channel at once. `NotFound`, `Unavailable` where the channel does not answer,
    /// `NotAllowed` with its words where it refuses. Once it was taken, what was held up is sent at once.
    pub async fn channel_test(&self, _name: &str) -> Result<()> {
        later()
    }
}
