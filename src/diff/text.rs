//! A change in one line of plain English, and the key by which it is told once. The texts may hold any
//! name or comment that a foreign database has: each stands in backticks, control characters are taken out and long
//! parts cut with a mark here; escaping is left to the channel.

use super::change::{Change, ChangeKind, RenameGuess};
use super::excerpt::difference;
use crate::model::SourceColumn;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Characters of a name, type, default or comment that a line shows; the rest is cut with `…`.
pub const SHOWN_CHARACTERS_MAX: usize = 120;

/// Columns of a key or a table that a line names; the rest is counted.
const SHOWN_COLUMNS_MAX: usize = 12;

impl Change {
    /// One line, without a full stop, in which what is foreign stands in backticks:
    /// ``column `price` of `shop.orders`: type changed from `int` to `bigint` (wider)``. Its words fit several columns
    /// as well as one, so that channels can tell alike changes of a table together.
    pub fn text(&self) -> String {
        let table = named(&self.table.to_string());
        match &self.kind {
            ChangeKind::TableAdded(added) => format!(
                "{} {table} added, with the columns {}",
                added.kind,
                listed(added.columns.iter().map(|column| column.name.as_str()))
            ),
            ChangeKind::TableDropped(dropped) => format!("{} {table} dropped", dropped.kind),
            ChangeKind::TableRenamed { from, guess } => format!(
                "{} renamed to {table}{}",
                named(&from.to_string()),
                reason(*guess)
            ),
            ChangeKind::TableReplaced { from } => format!(
                "{table} is another table now: the one that was {}",
                named(&from.to_string())
            ),
            ChangeKind::TableAttached { to } => {
                format!("{table} is a partition of {} now", named(&to.to_string()))
            }
            ChangeKind::TableDetached { from, .. } => format!(
                "{table} is a table of its own now: it was a partition of {}",
                named(&from.to_string())
            ),
            ChangeKind::TableKindChanged { before, after } => {
                format!("{table} was a {before} and is a {after}")
            }
            ChangeKind::TableCommentChanged { before, after } => {
                format!(
                    "{table}: comment {}",
                    from_to_named(before.as_deref(), after.as_deref())
                )
            }
            ChangeKind::ViewChanged { before, after } => {
                let differs = query_text(before.as_deref(), after.as_deref());
                format!("view {table}: the query changed{differs}")
            }
            ChangeKind::ViewBroken => {
                format!("view {table} is broken: what it reads is not there")
            }
            ChangeKind::ViewMended { columns } => format!(
                "view {table} can be read again, with the columns {}",
                listed(columns.iter().map(|column| column.name.as_str()))
            ),
            ChangeKind::PrimaryKeyChanged { before, after } => {
                let (before, after) = (key(before), key(after));
                format!("{table}: primary key {}", from_to(before, after))
            }
            ChangeKind::UniqueKeyChanged {
                name,
                before,
                after,
            } => {
                let columns = |of: &Option<Vec<String>>| of.as_deref().and_then(key);
                let (before, after) = (columns(before), columns(after));
                format!(
                    "{table}: unique key {} {}",
                    named(name),
                    from_to(before, after)
                )
            }
            ChangeKind::ColumnsReordered { after, .. } => format!(
                "{table}: the columns stand in another order: {}",
                listed(after.iter().map(String::as_str))
            ),
            _ => self.column_text(&table),
        }
    }

    fn column_text(&self, table: &str) -> String {
        let column = named(self.kind.column().unwrap_or_default());
        match &self.kind {
            ChangeKind::ColumnAdded {
                column: added,
                twin,
                ..
            } => added_text(&column, table, added, twin.as_deref()),
            ChangeKind::ColumnDropped {
                column: dropped,
                left,
                ..
            } => {
                format!(
                    "column {column} of {table} dropped ({}){}",
                    named(&dropped.data_type),
                    left_text(left.as_deref())
                )
            }
            ChangeKind::ColumnRenamed { .. } => self.renamed_text(&column, table),
            ChangeKind::ColumnReplaced { .. } => {
                format!("column {column} of {table} dropped and added anew: it is another one")
            }
            ChangeKind::TypeChanged {
                before,
                after,
                step,
                ..
            } => format!(
                "column {column} of {table}: type changed from {} to {} ({step})",
                named(before),
                named(after)
            ),
            ChangeKind::NullabilityChanged { nullable, .. } => {
                let now = if *nullable {
                    "may be null now"
                } else {
                    "may not be null any more"
                };
                format!("column {column} of {table} {now}")
            }
            ChangeKind::VisibilityChanged { hidden, .. } => {
                let now = if *hidden {
                    "is invisible now: `SELECT *` leaves it out"
                } else {
                    "is visible now"
                };
                format!("column {column} of {table} {now}")
            }
            ChangeKind::DefaultChanged { before, after, .. } => format!(
                "column {column} of {table}: default {}",
                from_to_named(before.as_deref(), after.as_deref())
            ),
            ChangeKind::ColumnCommentChanged { before, after, .. } => format!(
                "column {column} of {table}: comment {}",
                from_to_named(before.as_deref(), after.as_deref())
            ),
            other => format!("{table}: {}", other.name()),
        }
    }

    fn renamed_text(&self, column: &str, table: &str) -> String {
        let ChangeKind::ColumnRenamed {
            from,
            guess,
            taken,
            twin,
            left,
            ..
        } = &self.kind
        else {
            return String::new();
        };
        let taken = if *taken {
            "; another column has its name now"
        } else {
            ""
        };
        format!(
            "column {} of {table} renamed to {column}{}{taken}{}{}",
            named(from),
            reason(*guess),
            left_text(left.as_deref()),
            twin_text(twin.as_deref())
        )
    }

    /// What tells this change from every other: 32 hexadecimal digits from the source, the object, and
    /// what was before and is after. The same change has the same key on every replica and every day.
    pub fn key(&self, source: &str) -> String {
        let mut digest = Sha256::new();
        let (before, after) = self.ends();
        // Part by part, since names may hold dots.
        let column = self.kind.column().unwrap_or_default();
        let parts = [
            source,
            self.kind.name(),
            &self.table.schema,
            &self.table.name,
            column,
            &before,
            &after,
        ];
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        hex::encode(&digest.finalize()[..16])
    }

    /// What was before and what is after, whole, for the key.
    fn ends(&self) -> (String, String) {
        fn of<T: std::fmt::Debug>(before: &T, after: &T) -> (String, String) {
            (format!("{before:?}"), format!("{after:?}"))
        }
        match &self.kind {
            ChangeKind::TableAdded(table) => (String::new(), format!("{:?}", table.columns)),
            ChangeKind::TableDropped(table) => (format!("{:?}", table.columns), String::new()),
            ChangeKind::TableRenamed { from, .. } => of(from, &self.table),
            ChangeKind::TableReplaced { from } | ChangeKind::TableDetached { from, .. } => {
                of(from, &self.table)
            }
            ChangeKind::TableAttached { to } => of(&self.table, to),
            ChangeKind::ViewBroken => (String::new(), String::new()),
            ChangeKind::ViewMended { columns } => (String::new(), format!("{columns:?}")),
            ChangeKind::VisibilityChanged { hidden, .. } => of(&!hidden, hidden),
            ChangeKind::TableKindChanged { before, after } => of(before, after),
            ChangeKind::TableCommentChanged { before, after }
            | ChangeKind::ViewChanged { before, after }
            | ChangeKind::DefaultChanged { before, after, .. }
            | ChangeKind::ColumnCommentChanged { before, after, .. } => of(before, after),
            ChangeKind::PrimaryKeyChanged { before, after }
            | ChangeKind::ColumnsReordered { before, after } => of(before, after),
            ChangeKind::UniqueKeyChanged {
                name,
                before,
                after,
            } => of(&(name, before), &(name, after)),
            ChangeKind::ColumnAdded { column, .. } => (String::new(), column.data_type.clone()),
            ChangeKind::ColumnDropped { column, .. } => (column.data_type.clone(), String::new()),
            ChangeKind::ColumnRenamed { from, to, .. } => (from.clone(), to.clone()),
            ChangeKind::ColumnReplaced { column } => (column.clone(), column.clone()),
            ChangeKind::TypeChanged { before, after, .. } => (before.clone(), after.clone()),
            ChangeKind::NullabilityChanged { nullable, .. } => of(&!nullable, nullable),
        }
    }
}

/// What differs between two queries, as far as both are known.
fn query_text(before: Option<&str>, after: Option<&str>) -> String {
    let differs = before.zip(after);
    let differs = differs.and_then(|(before, after)| difference(before, after));
    differs.map_or_else(String::new, |(before, after)| {
        format!(" from {} to {}", named(&before), named(&after))
    })
}

/// That a column falls together with another one.
fn twin_text(twin: Option<&str>) -> String {
    twin.map(named).map_or_else(String::new, |twin| {
        format!("; the lake's names have no case, so that it is one with {twin} there")
    })
}

/// That a name is not gone from the lake.
fn left_text(left: Option<&str>) -> String {
    left.map(named).map_or_else(String::new, |left| {
        format!("; {left} is left, which is the same name in the lake")
    })
}

fn added_text(column: &str, table: &str, added: &SourceColumn, twin: Option<&str>) -> String {
    let null = if added.nullable { "" } else { ", not null" };
    let hidden = if added.hidden { ", invisible" } else { "" };
    let twin = twin_text(twin);
    let data_type = named(&added.data_type);
    format!("column {column} of {table} added ({data_type}{null}{hidden}){twin}")
}

fn reason(guess: RenameGuess) -> &'static str {
    match guess {
        RenameGuess::SamePlace => ", as it seems (a guess: same type and place)",
        RenameGuess::SameComment => ", as it seems (a guess: same comment)",
        RenameGuess::SameColumns => ", as it seems (a guess: same columns)",
        RenameGuess::Identity => "",
        RenameGuess::SameLetters => " (case alone: the lake's names have none)",
    }
}

fn key(columns: &[String]) -> Option<String> {
    (!columns.is_empty()).then(|| format!("({})", listed(columns.iter().map(String::as_str))))
}

/// A change from one text to another; both stand in backticks where that is wanted.
fn from_to(before: Option<String>, after: Option<String>) -> String {
    match (before, after) {
        (None, Some(after)) => format!("set to {after}"),
        (Some(before), None) => format!("removed, it was {before}"),
        (before, after) => format!(
            "changed from {} to {}",
            before.unwrap_or_default(),
            after.unwrap_or_default()
        ),
    }
}

/// The same of texts that are foreign.
fn from_to_named(before: Option<&str>, after: Option<&str>) -> String {
    from_to(before.map(named), after.map(named))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let (mut text, mut count) = (String::new(), 0);
    for name in names {
        if count < SHOWN_COLUMNS_MAX {
            let comma = if count == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}{}", named(name));
        }
        count += 1;
    }
    if count > SHOWN_COLUMNS_MAX {
        let _ = write!(text, " and {} more", count - SHOWN_COLUMNS_MAX);
    }
    text
}

/// A foreign text as it stands in a sentence: on one line, in backticks. A backtick of its own is shown as its modifier
/// letter, so that the marks come in pairs.
pub fn named(text: &str) -> String {
    let line = shown(text);
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    format!("`{}`", line.replace('`', "\u{02CB}"))
}

/// A foreign text on one line: white space becomes single spaces, control characters and those that
/// change the direction of writing go, and what is too long is cut with a mark.
pub fn shown(text: &str) -> String {
    let mut line = String::new();
    let mut characters = 0;
    let mut space = false;
    for character in text.trim().chars() {
        if character.is_whitespace() {
            space = true;
            continue;
        }
        if character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        {
            continue;
        }
        if space {
            line.push(' ');
            characters += 1;
            space = false;
        }
        if characters >= SHOWN_CHARACTERS_MAX {
            line.push('…');
            return line;
        }
        line.push(character);
        characters += 1;
    }
    line
}
