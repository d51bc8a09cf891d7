//! The filters that clients send as text.
//!
//! Pure rules: nothing here knows a store or a wire. A filter is text on one side and a yes or no about
//! given values on the other. The road of a partition filter: `lexer` and `parser` make an
//! [`Expression`], `bind` a [`PartitionFilter`] over a table's keys; `range` says where to look by name,
//! `evaluator` which of the partitions found there match. Both rest on `value` (what a text means under
//! a type) and `verdict` (what holds where a text has two readings).

mod bind;
mod cursor;
mod error;
mod evaluator;
mod expression;
mod interval;
mod lexer;
mod like;
mod moment;
#[cfg(test)]
mod naive;
mod name_interval;
pub mod name_pattern;
mod number;
mod parser;
mod range;
#[cfg(test)]
mod sample;

mod table;
mod value;
mod verdict;

pub use bind::PartitionFilter;
pub use error::FilterError;
pub use expression::{Comparison, Constant, Expression};
pub use moment::Moment;
pub use name_pattern::NamePattern;
pub use number::Number;
pub use parser::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX, parse};
pub use range::NAME_RANGES_MAX;
pub use table::{TableFacts, TableFilter};
pub use value::value_fits;
pub use verdict::Verdict;
