//! The clock of a layout: the keys that tell the units of one time together.

use super::field::{Fields, Unit};
use super::pattern::{Pattern, Token};

/// Keys that tell the units of one time together.
#[derive(Debug)]
pub(super) struct Clock {
    keys: Vec<usize>,
    /// The finest unit of those that follow the year without a gap; meaningless without a year.
    pub(super) finest: Unit,
    pub(super) has_year: bool,
}

impl Clock {
    /// What its keys tell.
    pub(super) fn fields(&self, times: &[Fields]) -> Fields {
        let mut fields = Fields::default();
        for key in &self.keys {
            fields.extend(&times[*key]);
        }
        fields
    }

    /// Whether a key tells some of it.
    pub(super) fn tells(&self, key: usize) -> bool {
        self.keys.contains(&key)
    }

    /// The unit that a token tells of it, where windows can use it.
    pub(super) fn unit_of(&self, token: &Token) -> Option<Unit> {
        match token {
            Token::Time { key, unit, .. } if *unit <= self.finest && self.keys.contains(key) => {
                Some(*unit)
            }
            _ => None,
        }
    }
}

/// The times that keys tell together: a key joins the latest time that lacks all of its units.
pub(super) fn clocks(segments: &[Pattern]) -> Vec<Clock> {
    let mut keys: Vec<(usize, Vec<Unit>)> = Vec::new();
    for token in segments.iter().flat_map(|pattern| &pattern.tokens) {
        if let Token::Time { key, unit, .. } = token {
            match keys.iter_mut().find(|(known, _)| known == key) {
                Some((_, units)) => units.push(*unit),
                None => keys.push((*key, vec![*unit])),
            }
        }
    }
    let mut times: Vec<(Vec<usize>, Vec<Unit>)> = Vec::new();
    for (key, units) in keys {
        let lacks = |told: &[Unit]| units.iter().all(|unit| !told.contains(unit));
        match times.iter_mut().rev().find(|(_, told)| lacks(told)) {
            Some((joined, told)) => {
                joined.push(key);
                told.extend(units);
            }
            None => times.push((vec![key], units)),
        }
    }
    let clock = |(keys, told): (Vec<usize>, Vec<Unit>)| {
        let finest = Unit::ALL
            .into_iter()
            .take_while(|unit| told.contains(unit))
            .last();
        Clock {
            keys,
            finest: finest.unwrap_or(Unit::Year),
            has_year: finest.is_some(),
        }
    };
    times.into_iter().map(clock).collect()
}
