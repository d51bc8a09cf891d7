//! The watch from the look at a source to the message on a channel, on every database, in a time that stands still.

mod alarms;
mod answers;
mod delivery;
pub(crate) mod fixture;
mod followed;
mod graded;
pub(crate) mod grants;
mod history;
mod incidents;
mod killed;
mod pictured;
mod previews;
mod runs;
mod sources;
mod threads;
