//! What all front ends have in common: how connections are accepted, and the one frame around every request, with its span,
//! budget, deadline, panic guard and metric, and who asks.
//!
//! It knows no wire. A front end says how its requests are named, what each costs before it runs, and how its clients are
//! told that one was cut off; what its answers look like stays with it.

mod accept;
mod caller;
mod failure;
mod frame;
mod listen_address;
mod places;

pub use accept::{Port, accept};
pub use caller::caller;
pub use failure::{failure_log, words};
pub use frame::{Cut, Frame, REQUEST_BYTES};
pub use listen_address::{listen_address, listen_address_read};
pub use places::{Full, client_share};
