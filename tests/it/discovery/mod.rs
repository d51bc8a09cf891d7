//! Discovery: new partitions appear by themselves.

mod appear;
mod events;
mod fixture;
mod hanging;
mod killed;
mod left_out;
mod overtaken;
mod proposals;
mod queue;
mod rails;
mod roots;
mod runs;
mod schema;
mod settings;
mod trees;
mod troubles;
