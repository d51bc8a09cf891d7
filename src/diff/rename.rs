//! Renamed columns. Where the source tells its columns apart, a rename is known; elsewhere nothing tells it from a drop and
//! an addition, so a guess is made only where it is the only one: a column that went and a column that came have the same type and stand
//! at the same place between the columns that stayed, or have the same comment, and neither could be
//! paired with another.

use super::canonical::CanonicalType;
use super::change::RenameGuess;
use crate::model::{SourceColumn, SourceDialect};
use std::collections::{HashMap, HashSet};

/// The renames between two looks at one table whose source tells its columns apart, in the order of the old columns.
pub(super) fn identity_renames(
    old: &[SourceColumn],
    new: &[SourceColumn],
) -> Vec<(String, String, RenameGuess)> {
    let now: HashMap<i64, &SourceColumn> = new
        .iter()
        .filter_map(|column| Some((column.identity?, column)))
        .collect();
    let renamed = old.iter().filter_map(|column| {
        let to = &now.get(&column.identity?)?.name;
        let is_same = column.name.to_lowercase() == to.to_lowercase();
        let guess = if is_same {
            RenameGuess::SameLetters
        } else {
            RenameGuess::Identity
        };
        (column.name != *to).then(|| (column.name.clone(), to.clone(), guess))
    });
    renamed.collect()
}

/// Columns that went or came, by what may pair them; `None` where several share it.
type Unique<'a, K> = HashMap<K, Option<&'a str>>;

/// The renames, in the order of the old columns: old name, new name, why.
pub(super) fn column_renames(
    dialects: (SourceDialect, SourceDialect),
    old: &[SourceColumn],
    new: &[SourceColumn],
) -> Vec<(String, String, RenameGuess)> {
    let (mut went, mut came) = (left_over(old, new), left_over(new, old));
    if went.is_empty() || came.is_empty() {
        return Vec::new();
    }
    let mut pairs = same_letters(old, new, &went, &came);
    let is_paired: HashSet<&str> = pairs
        .iter()
        .flat_map(|(from, to, _)| [*from, *to])
        .collect();
    went.retain(|(column, _)| !is_paired.contains(column.name.as_str()));
    came.retain(|(column, _)| !is_paired.contains(column.name.as_str()));
    let place = |dialect, column: &SourceColumn, slot| {
        (slot, CanonicalType::read(dialect, &column.data_type))
    };
    let went_by_place = unique(&went, |column, slot| Some(place(dialects.0, column, slot)));
    let came_by_place = unique(&came, |column, slot| Some(place(dialects.1, column, slot)));
    let went_by_comment = unique(&went, |column, _| column.comment.as_deref());
    let came_by_comment = unique(&came, |column, _| column.comment.as_deref());
    let mut guesses: Vec<Pair<'_>> = Vec::new();
    for (key, from) in &went_by_place {
        if let (Some(from), Some(Some(to))) = (from, came_by_place.get(key)) {
            guesses.push((*from, *to, RenameGuess::SamePlace));
        }
    }
    let by_place: HashSet<(&str, &str)> =
        guesses.iter().map(|(from, to, _)| (*from, *to)).collect();
    for (key, from) in &went_by_comment {
        if let (Some(from), Some(Some(to))) = (from, came_by_comment.get(key))
            && !by_place.contains(&(*from, *to))
        {
            guesses.push((*from, *to, RenameGuess::SameComment));
        }
    }
    let mut uses: HashMap<(bool, &str), usize> = HashMap::new();
    for (from, to, _) in &guesses {
        *uses.entry((false, from)).or_default() += 1;
        *uses.entry((true, to)).or_default() += 1;
    }
    guesses.retain(|(from, to, _)| uses[&(false, *from)] == 1 && uses[&(true, *to)] == 1);
    pairs.append(&mut guesses);
    let order: HashMap<&str, usize> = old
        .iter()
        .enumerate()
        .map(|(at, column)| (column.name.as_str(), at))
        .collect();
    pairs.sort_by_key(|(from, ..)| order[from]);
    pairs
        .into_iter()
        .map(|(from, to, guess)| (from.to_owned(), to.to_owned(), guess))
        .collect()
}

/// A name that went, a name that came, and why they are taken for one.
type Pair<'a> = (&'a str, &'a str, RenameGuess);

/// Names that differ in case alone, where neither side has the letters twice.
fn same_letters<'a>(
    old: &'a [SourceColumn],
    new: &'a [SourceColumn],
    went: &[(&'a SourceColumn, usize)],
    came: &[(&'a SourceColumn, usize)],
) -> Vec<Pair<'a>> {
    let letters = |columns: &'a [SourceColumn]| {
        let mut uses: HashMap<String, usize> = HashMap::new();
        for column in columns {
            *uses.entry(column.name.to_lowercase()).or_default() += 1;
        }
        uses
    };
    let (before, after) = (letters(old), letters(new));
    let came: HashMap<String, &str> = came
        .iter()
        .map(|(column, _)| (column.name.to_lowercase(), column.name.as_str()))
        .collect();
    let pairs = went.iter().filter_map(|(column, _)| {
        let letters = column.name.to_lowercase();
        let to = came.get(&letters)?;
        let is_one = before.get(&letters) == Some(&1) && after.get(&letters) == Some(&1);
        is_one.then_some((column.name.as_str(), *to, RenameGuess::SameLetters))
    });
    pairs.collect()
}

/// The columns that the other side lacks, each with how many shared columns stand before it.
fn left_over<'a>(
    columns: &'a [SourceColumn],
    others: &[SourceColumn],
) -> Vec<(&'a SourceColumn, usize)> {
    let names: HashSet<&str> = others.iter().map(|column| column.name.as_str()).collect();
    let (mut found, mut slot) = (Vec::new(), 0);
    for column in columns {
        if names.contains(column.name.as_str()) {
            slot += 1;
        } else {
            found.push((column, slot));
        }
    }
    found
}

fn unique<'a, K: std::hash::Hash + Eq>(
    columns: &[(&'a SourceColumn, usize)],
    key: impl Fn(&'a SourceColumn, usize) -> Option<K>,
) -> Unique<'a, K> {
    let mut found = Unique::new();
    for (column, slot) in columns {
        if let Some(key) = key(column, *slot) {
            found
                .entry(key)
                .and_modify(|only| *only = None)
                .or_insert(Some(column.name.as_str()));
        }
    }
    found
}
