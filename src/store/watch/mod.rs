//! The nouns of the schema watch and its alerts: sources, snapshots, changes, the outbox and mutes.

pub(in crate::store) mod alert;
pub(in crate::store) mod alert_channel;
pub(in crate::store) mod mute;
pub(in crate::store) mod schema_change;
pub(in crate::store) mod snapshot;
pub(in crate::store) mod source;
