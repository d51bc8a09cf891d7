//! What a partition value looks like whose time a layout tells: ISO by default, in the shape that the
//! key's Hive type holds, or as the template says.

use super::error::TemplateFault;
use super::field::Unit;
use super::pattern::{Pattern, Token};
use crate::model::Column;

/// What a Hive type can hold of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    Timestamp,
    Integer,
    Other,
}

fn kind(data_type: &str) -> Kind {
    let lower = data_type.trim().to_ascii_lowercase();
    let base = lower.split(['(', ' ']).next().unwrap_or_default();
    match base {
        "string" | "varchar" | "char" => Kind::Text,
        "date" => Kind::Date,
        "timestamp" => Kind::Timestamp,
        "tinyint" | "smallint" | "int" | "integer" | "bigint" => Kind::Integer,
        _ => Kind::Other,
    }
}

/// The directives of some units, as errors show them.
pub(super) fn directives(units: &[Unit]) -> String {
    let directives: Vec<String> = units
        .iter()
        .map(|unit| format!("%{}", unit.letter()))
        .collect();
    directives.join(" ")
}

/// The form of a value by default, of a key whose path tells these units (in the order of [`Unit`]).
pub(super) fn default_form(
    column: &Column,
    key: usize,
    units: &[Unit],
) -> Result<Pattern, TemplateFault> {
    let is_chain = units
        .iter()
        .zip(Unit::ALL)
        .all(|(unit, expected)| *unit == expected);
    let finest = *units.last().unwrap_or(&Unit::Year);
    let advice = match kind(&column.data_type) {
        Kind::Text => return Ok(joined(key, units)),
        Kind::Date if is_chain && finest <= Unit::Day => {
            return Ok(filled(key, units, &Unit::ALL[..3]));
        }
        Kind::Date if is_chain => "give the finer units a key of their own",
        Kind::Timestamp if is_chain => return Ok(filled(key, units, &Unit::ALL)),
        Kind::Date | Kind::Timestamp => "it needs the year and all units down to the finest one",
        Kind::Integer if units.len() == 1 => return Ok(digits(key, units, finest == Unit::Year)),
        Kind::Integer if units.first() == Some(&Unit::Year) => return Ok(digits(key, units, true)),
        Kind::Integer | Kind::Other => "give the form of the value, as in {key:%Y/%m/%d=%Y%m%d}",
    };
    Err(TemplateFault::KeyType {
        key: column.name.clone(),
        data_type: column.data_type.clone(),
        units: directives(units),
        advice,
    })
}

/// `2019-06-08-15`: the units with a dash between.
fn joined(key: usize, units: &[Unit]) -> Pattern {
    let mut tokens = Vec::new();
    for unit in units {
        if !tokens.is_empty() {
            tokens.push(Token::Literal("-".to_owned()));
        }
        tokens.push(Token::Time {
            key,
            unit: *unit,
            is_padded: true,
        });
    }
    Pattern { tokens }
}

/// `20190608`, or one number as SQL writes it.
fn digits(key: usize, units: &[Unit], is_padded: bool) -> Pattern {
    let tokens = units.iter().map(|unit| Token::Time {
        key,
        unit: *unit,
        is_padded,
    });
    Pattern {
        tokens: tokens.collect(),
    }
}

/// `2019-06-08 15:00:00`: all of `shape`, the units that the path does not tell at their least.
fn filled(key: usize, units: &[Unit], shape: &[Unit]) -> Pattern {
    let mut tokens = Vec::new();
    for unit in shape {
        let before = match unit {
            Unit::Year => "",
            Unit::Month | Unit::Day => "-",
            Unit::Hour => " ",
            Unit::Minute | Unit::Second => ":",
        };
        tokens.push(Token::Literal(before.to_owned()));
        tokens.push(if units.contains(unit) {
            Token::Time {
                key,
                unit: *unit,
                is_padded: true,
            }
        } else {
            Token::Literal(unit.write(unit.least(), true))
        });
    }
    Pattern { tokens }
}
