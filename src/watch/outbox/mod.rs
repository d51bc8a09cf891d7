//! Telling people: the outbox of what is to be told, and what they say to it.
//!
//! - `write` writes alerts in the transaction of what they tell; `mute` says what need not be told.
//! - `deliver` sends what is due, channel by channel, each under a lease; `digest` says when and of what a digest is.
//! - `answer` lists alerts and takes what people say to them; `channel` lists channels and tries them.

mod answer;
mod channel;
mod deliver;
mod digest;
mod mute;
mod write;

pub use deliver::DeliveryReport;
