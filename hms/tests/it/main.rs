//! The tests of the wire: one binary, so that the generated code is linked once.

mod apache;
mod conflicts;
mod damage;
mod descriptors;
mod memory;
mod messages;
mod random;
mod round_trip;
mod scanner;
mod sniff;
mod value;
