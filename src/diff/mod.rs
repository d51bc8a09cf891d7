//! What changed between two schemas, and what a change means to those who read the data. Pure rules:
//! nothing here reads a database, a file or the clock, so that the same answer can be computed anywhere.

pub mod apply;
pub mod canonical;
pub mod change;
pub mod coercion;
pub mod compare;
mod excerpt;
pub mod follow;
pub mod grade;
pub mod impact;
pub mod impact_rules;
mod keys;
pub mod mention;
pub mod namesake;
pub mod pattern;
mod rename;
mod table;
pub mod text;

#[cfg(test)]
mod tests;
