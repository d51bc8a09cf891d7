//! Telling people: the outbox of what is to be told, and what they say to it.
//!
//! - `write` writes alerts in the transaction of what they tell, `trouble` those of discovery and `gap` those of
//!   freshness, each as a `matter` that begins and ends; `mute` says what need not be
//!   told, `settled` what was over before it was.
//! - `deliver` sends what is due, channel by channel, each under a lease; `digest` says when and of what a digest is.
//! - `answer` lists alerts and takes what people say to them; `channel` lists channels and tries them;
//!   `preview` shows what they would be told.

mod answer;
mod channel;
mod deliver;
mod digest;
mod gap;
mod matter;
mod mute;
mod preview;
mod settled;
mod trouble;
mod write;

pub use answer::ToldChange;
pub use deliver::DeliveryReport;
pub use preview::{AlertPreview, PreviewWish};
pub(in crate::watch) use write::SIGHT;
