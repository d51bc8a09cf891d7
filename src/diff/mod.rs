//! What changed between two schemas, and what a change means to those who read the data. Pure rules:
//! nothing here reads a database, a file or the clock, so that the same answer can be computed anywhere.

pub mod coercion;
