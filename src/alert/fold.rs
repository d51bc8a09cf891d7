//! What is told in one piece: the alike changes of one table, or one thing that happened to many tables. Three hundred
//! new columns are one paragraph with their names, not three hundred.

use crate::model::NoticeEntry;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Names of one line that are written out; the rest is counted.
const NAMES_MAX: usize = 12;
/// Numbers of changes that are written out where they are not in a row.
const NUMBERS_MAX: usize = 6;
/// Stands in a template for the name that an entry is about; no text of a notice holds control characters.
const OWN: &str = "\u{1}";

/// Entries that are told together, all as grave and of one owner.
#[derive(Debug)]
pub(super) struct Fold<'a> {
    /// Which of the notice's entries.
    pub(super) entries: Range<usize>,
    /// The first of them.
    pub(super) first: &'a NoticeEntry,
    /// What happened, and what follows from it.
    pub(super) lines: Vec<Line>,
    /// The numbers of the changes, such as `changes 101–112`; `None` where there are none.
    pub(super) numbers: Option<String>,
}

/// A line of what is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// What happened.
    What(String),
    /// What follows from it.
    Effect(String),
}

impl Fold<'_> {
    /// What it is about: the object of a single entry, the table of several, nothing where there are several tables.
    pub(super) fn object(&self) -> Option<String> {
        let first = self.first;
        if self.entries.len() == 1 {
            return Some(first.object_shown());
        }
        first.column.as_ref()?;
        let source = first.source.as_ref().map(|source| format!("{source}:"));
        Some(format!("{}{}", source.unwrap_or_default(), first.table()))
    }
}

/// The entries of a notice in pieces, in their order.
pub(super) fn folded(entries: &[NoticeEntry]) -> Vec<Fold<'_>> {
    let mut folds = Vec::new();
    let mut rest = 0;
    while let Some(first) = entries.get(rest) {
        let alike = entries[rest..]
            .iter()
            .take_while(|one| is_alike(first, one));
        let range = rest..rest + alike.count();
        rest = range.end;
        let told = &entries[range.clone()];
        folds.push(Fold {
            entries: range,
            first,
            lines: lines(told),
            numbers: numbers(told),
        });
    }
    folds
}

fn is_alike(one: &NoticeEntry, other: &NoticeEntry) -> bool {
    let shared = |entry: &NoticeEntry| (entry.severity, entry.source.clone(), entry.owner.clone());
    if shared(one) != shared(other) || one.column.is_some() != other.column.is_some() {
        return false;
    }
    if one.column.is_some() {
        return one.table() == other.table();
    }
    Template::of(one) == Template::of(other)
}

/// An entry without the name that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Template {
    text: String,
    effects: Vec<String>,
}

impl Template {
    fn of(entry: &NoticeEntry) -> Self {
        let own = own(entry);
        Self {
            text: entry.text.replace(&own, OWN),
            effects: entry
                .effects
                .iter()
                .map(|effect| effect.replace(&own, OWN))
                .collect(),
        }
    }
}

/// The name that an entry is about, as its texts write it.
fn own(entry: &NoticeEntry) -> String {
    let name = entry.column.as_deref().unwrap_or(&entry.object);
    format!("`{}`", name.replace('`', "\u{02CB}"))
}

fn lines(entries: &[NoticeEntry]) -> Vec<Line> {
    let mut places: HashMap<Template, usize> = HashMap::new();
    let mut alike: Vec<(Template, Vec<String>)> = Vec::new();
    for entry in entries {
        let template = Template::of(entry);
        let place = *places.entry(template.clone()).or_insert_with(|| {
            alike.push((template, Vec::new()));
            alike.len() - 1
        });
        alike[place].1.push(own(entry));
    }
    let shared = shared_effects(&alike);
    let mut lines = Vec::new();
    for (template, names) in &alike {
        lines.push(Line::What(filled(&template.text, names)));
        let effects = template.effects.iter();
        let effects = effects.filter(|effect| !shared.contains(effect));
        lines.extend(effects.map(|effect| Line::Effect(filled(effect, names))));
    }
    if !shared.is_empty() {
        lines.push(Line::What("For all of them:".to_owned()));
        lines.extend(shared.into_iter().map(|one| Line::Effect(one.clone())));
    }
    lines
}

/// What follows from each of several, so that it is said once.
fn shared_effects(alike: &[(Template, Vec<String>)]) -> Vec<&String> {
    let [(first, _), others @ ..] = alike else {
        return Vec::new();
    };
    if others.is_empty() {
        return Vec::new();
    }
    let effects = first.effects.iter();
    let shared = effects.filter(|effect| {
        !effect.contains(OWN) && others.iter().all(|(one, _)| one.effects.contains(effect))
    });
    shared.collect()
}

/// A template with the names that share it.
fn filled(template: &str, names: &[String]) -> String {
    let [only] = names else {
        let mut listed = names[..names.len().min(NAMES_MAX)].join(", ");
        if names.len() > NAMES_MAX {
            // Writing to a String cannot fail.
            let _ = write!(listed, " and {} more", names.len() - NAMES_MAX);
        }
        let mut text = template.to_owned();
        for noun in ["column", "table", "view"] {
            text = text.replace(&format!("{noun} {OWN}"), &format!("{noun}s {OWN}"));
        }
        return text.replace(OWN, &listed);
    };
    template.replace(OWN, only)
}

fn numbers(entries: &[NoticeEntry]) -> Option<String> {
    let mut numbers: Vec<i64> = entries.iter().filter_map(|entry| entry.change).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let count = numbers.len();
    if count == 1 {
        return Some(format!("change {first}"));
    }
    if usize::try_from(last - first) == Ok(count - 1) {
        return Some(format!("changes {first}–{last}"));
    }
    let shown = numbers.iter().take(NUMBERS_MAX).map(i64::to_string);
    let mut text = format!("changes {}", shown.collect::<Vec<_>>().join(", "));
    if count > NUMBERS_MAX {
        let _ = write!(text, " and {} more", count - NUMBERS_MAX);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;

    fn entry(number: i64, object: &str, column: Option<&str>, text: &str) -> NoticeEntry {
        NoticeEntry {
            key: number.to_string(),
            change: Some(number),
            severity: Severity::Breaking,
            source: None,
            object: object.to_owned(),
            column: column.map(str::to_owned),
            text: text.to_owned(),
            effects: Vec::new(),
            owner: None,
        }
    }

    fn dropped(number: i64, column: &str) -> NoticeEntry {
        let text = format!("column `{column}` of `shop.orders` dropped (`int`)");
        let mut entry = entry(
            number,
            &format!("shop.orders.{column}"),
            Some(column),
            &text,
        );
        entry.effects = vec![
            format!("`t1.orders` gets nothing for `{column}` any more"),
            "all engines are concerned".to_owned(),
        ];
        entry
    }

    #[test]
    fn three_hundred_columns_are_one_paragraph() {
        let entries: Vec<_> = (0..300)
            .map(|number| dropped(number, &format!("c{number}")))
            .collect();
        let folds = folded(&entries);
        let [fold] = folds.as_slice() else {
            panic!("{folds:?}");
        };
        assert_eq!(fold.entries, 0..300);
        assert_eq!(fold.object().as_deref(), Some("shop.orders"));
        assert_eq!(fold.numbers.as_deref(), Some("changes 0–299"));
        let names: Vec<_> = (0..12).map(|number| format!("`c{number}`")).collect();
        let names = format!("{} and 288 more", names.join(", "));
        let expected = [
            Line::What(format!("columns {names} of `shop.orders` dropped (`int`)")),
            Line::Effect(format!("`t1.orders` gets nothing for {names} any more")),
            Line::Effect("all engines are concerned".to_owned()),
        ];
        assert_eq!(fold.lines, expected);
    }

    #[test]
    fn what_follows_from_each_of_several_is_said_once() {
        let mut other = dropped(7, "b");
        other.text = "column `b` of `shop.orders`: type changed from `int` to `text`".to_owned();
        let entries = [dropped(3, "a"), other];
        let folds = folded(&entries);
        let lines: Vec<_> = folds[0]
            .lines
            .iter()
            .map(|line| match line {
                Line::What(text) | Line::Effect(text) => text.as_str(),
            })
            .collect();
        let expected = [
            "column `a` of `shop.orders` dropped (`int`)",
            "`t1.orders` gets nothing for `a` any more",
            "column `b` of `shop.orders`: type changed from `int` to `text`",
            "`t1.orders` gets nothing for `b` any more",
            "For all of them:",
            "all engines are concerned",
        ];
        assert_eq!(lines, expected);
        assert_eq!(folds[0].numbers.as_deref(), Some("changes 3, 7"));
    }

    #[test]
    fn what_is_not_alike_stands_by_itself() {
        let mut graver = dropped(2, "b");
        graver.severity = Severity::Risky;
        let mut owned = dropped(3, "c");
        owned.owner = Some("@data".to_owned());
        let tables = ["x", "y"].map(|name| {
            let object = format!("shop.{name}");
            entry(4, &object, None, &format!("table `{object}` dropped"))
        });
        let view = entry(6, "shop.v", None, "view `shop.v`: the query changed");
        let [x, y] = tables;
        let entries = [dropped(1, "a"), graver, owned, x, y, view];
        let folds = folded(&entries);
        let ranges: Vec<_> = folds.iter().map(|fold| fold.entries.clone()).collect();
        assert_eq!(ranges, [0..1, 1..2, 2..3, 3..5, 5..6]);
        let both = Line::What("tables `shop.x`, `shop.y` dropped".to_owned());
        assert_eq!(folds[3].lines, [both]);
        assert_eq!(folds[3].object(), None);
    }
}
