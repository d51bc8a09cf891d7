//! Which children of a directory can hold partitions of a time window: what lets an hourly table of three
//! years be looked through with a handful of requests.

use super::field::{Fields, Unit};
use super::pattern::Token;
use super::stretch::{Stretch, stretches};
use super::{Layout, WINDOW_NAMES_MAX};
use std::collections::BTreeSet;

/// Stretches of time that are gone through for one answer, at most.
const STRETCHES_MAX: usize = 4_096;

/// A stretch of instants: UTC seconds since the epoch, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first second inside.
    pub from_s: i64,
    /// The first second after it.
    pub to_s: i64,
}

/// The children of a partial path that can hold partitions inside a time window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Children {
    /// Any child: this level does not tell the time, or not in a way that narrows it, but one below does.
    All,
    /// The children from `first` on, up to the last one that begins with `last`. The order is that of S3's
    /// listings: bytes of the name with a slash at its end. See [`Children::contains`].
    Range {
        /// No child sorts before this text.
        first: String,
        /// No child sorts behind this text, other than those that begin with it.
        last: String,
    },
    /// These names and no others, in the order of their bytes; none where the path lies outside of the window or
    /// does not match. At most [`WINDOW_NAMES_MAX`](super::WINDOW_NAMES_MAX).
    Names(Vec<String>),
    /// No level at or below this one tells a time that narrows anything: all that lies here is to be looked at.
    None,
}

impl Children {
    /// Whether a child of this name is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All | Self::None => true,
            Self::Names(names) => names.iter().any(|known| known == name),
            Self::Range { first, last } => {
                let listed = format!("{name}/");
                listed >= *first && (listed < *last || listed.starts_with(last))
            }
        }
    }
}

/// The rule of [`Layout::children`].
pub(super) fn children(layout: &Layout, segments: &[&str], window: &Window) -> Children {
    let nothing = || Children::Names(Vec::new());
    let Some(clock) = layout.inner.clock() else {
        return Children::None;
    };
    let Ok(reading) = layout.inner.reading(segments) else {
        return nothing();
    };
    let known = clock.fields(&reading.times);
    let within = Stretch::of_fields(&known, clock.finest);
    let range = (window.from_s, window.to_s);
    let is_outside = within.is_some_and(|within| !within.meets(range.0, range.1, &layout.zone));
    if is_outside || range.0 >= range.1 {
        return nothing();
    }
    let below = layout
        .inner
        .segments
        .get(segments.len()..)
        .unwrap_or_default();
    let narrows = |token: &Token| clock.unit_of(token).is_some();
    let Some(segment) = below.first().filter(|_| {
        below
            .iter()
            .any(|segment| segment.pattern.tokens.iter().any(narrows))
    }) else {
        return Children::None;
    };
    let tokens = &segment.pattern.tokens;
    let is_told = |token: &&Token| matches!(token, Token::Literal(_)) || narrows(token);
    let told = &tokens[..tokens.iter().take_while(is_told).count()];
    if told.is_empty() {
        return Children::All;
    }
    let finest = told.iter().filter_map(|token| clock.unit_of(token)).max();
    let mut unit = finest
        .max(known_finest(&known, clock.finest))
        .unwrap_or(Unit::Year);
    loop {
        if let Some(found) = stretches(unit, range, within, &layout.zone, STRETCHES_MAX) {
            let found = found
                .iter()
                .map(|stretch| stretch.fields())
                .filter(|fields| agree(fields, &known));
            return names(tokens, told, unit, found);
        }
        // Too many to go through one by one: the next coarser unit tells a longer range.
        match Unit::ALL.into_iter().rev().find(|coarser| *coarser < unit) {
            Some(coarser) => unit = coarser,
            None => return Children::All,
        }
    }
}

fn known_finest(known: &Fields, finest: Unit) -> Option<Unit> {
    Unit::ALL
        .into_iter()
        .rev()
        .find(|unit| *unit <= finest && known.get(*unit).is_some())
}

/// Whether two times have no unit in which they differ.
pub(super) fn agree(fields: &Fields, known: &Fields) -> bool {
    Unit::ALL
        .into_iter()
        .all(|unit| match (fields.get(unit), known.get(unit)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
}

/// The names that a segment has at these times: whole names where the times tell all of it, else a range
/// of their beginnings.
fn names(
    tokens: &[Token],
    told: &[Token],
    unit: Unit,
    found: impl Iterator<Item = Fields>,
) -> Children {
    let is_coarse =
        |token: &&Token| !matches!(token, Token::Time { unit: finer, .. } if *finer > unit);
    let told = &told[..told.iter().take_while(is_coarse).count()];
    if told.is_empty() {
        return Children::All;
    }
    let mut starts = BTreeSet::new();
    for fields in found {
        let mut start = String::new();
        for token in told {
            match token {
                Token::Literal(literal) => start.push_str(literal),
                Token::Time {
                    unit, is_padded, ..
                } => {
                    start.push_str(&unit.write(fields.or_least(*unit), *is_padded));
                }
                Token::KeyName(_) | Token::Text { .. } | Token::Ignored => {}
            }
        }
        starts.insert(start);
    }
    let is_whole = told.len() == tokens.len();
    // The one that reaches furthest, with all names that begin with it: `1` reaches further than `10`.
    let last = starts.iter().reduce(|furthest, start| {
        if start.starts_with(furthest) {
            furthest
        } else {
            start
        }
    });
    match (starts.first(), last) {
        (Some(first), Some(last)) if !is_whole || starts.len() > WINDOW_NAMES_MAX => {
            Children::Range {
                first: first.clone(),
                last: last.clone(),
            }
        }
        _ => Children::Names(starts.into_iter().collect()),
    }
}
