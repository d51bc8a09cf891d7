//! Discovery: new partitions appear by themselves.

mod appear;
mod events;
mod fixture;
mod killed;
mod queue;
mod rails;
mod roots;
mod runs;
mod schema;
mod settings;
