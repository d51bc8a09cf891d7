//! How answers are shown: tables for people; JSON, YAML, CSV or bare names for scripts. Results go to standard output,
//! remarks to standard error.

use super::cell::Cell;
use super::look::Look;
use super::yaml::yaml;
use crate::unseen::is_unseen;
use anyhow::Result;
use clap::ValueEnum;
use comfy_table::{Attribute, ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Which part of a line a name may take and not be folded.
const NAME_SHARE: u16 = 2;
/// What stands around the two cells of a fact.
const PADDING: usize = 4;
/// How much further in what is folded stands than its line, where there are several lines.
const HANG: usize = 2;

/// Stands where a cell may be folded while it is laid out, and is taken away afterwards. It has no width.
const FOLD: char = '\u{200b}';

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table for people
    Table,
    /// JSON, exact: one object a line for lists
    Json,
    /// YAML, exact: a sequence for lists
    Yaml,
    /// CSV with a line of heads, exact
    Csv,
    /// Only the names, as other commands take them, one a line
    Name,
}

/// Where and how a command shows what it got.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    format: Format,
    look: Look,
}

impl Output {
    /// In this form, and as standard output can show it.
    pub(super) fn new(format: Format, look: Look) -> Self {
        Self { format, look }
    }

    /// Whether people read it. Others get the values themselves, whole.
    pub(super) fn is_for_people(self) -> bool {
        self.format == Format::Table
    }

    /// Whether it is the values as the server sent them, and not rows made of them.
    pub(super) fn is_whole(self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml)
    }

    /// Shows a list, a line for each item. Its first column is the item's name.
    pub(super) fn list<T: Serialize, const N: usize>(
        self,
        head: [&str; N],
        items: &[T],
        row: impl Fn(&T) -> [Cell; N],
    ) -> Result<()> {
        self.list_named(0, head, items, row)
    }

    /// Shows a list whose items have their names in another column.
    pub(super) fn list_named<T: Serialize, const N: usize>(
        self,
        name: usize,
        head: [&str; N],
        items: &[T],
        row: impl Fn(&T) -> [Cell; N],
    ) -> Result<()> {
        match self.format {
            Format::Json => print(&json_lines(items)?),
            Format::Yaml => print(self.yaml(&items)?.as_bytes()),
            Format::Csv => {
                let rows = items.iter().map(row);
                self.csv(head, rows.map(|cells| cells.map(|cell| cell.exact())))
            }
            Format::Name => {
                let names = items.iter().map(|item| row(item)[name].exact());
                print(self.lines(names).as_bytes())
            }
            Format::Table => {
                let mut table = plain(self.look);
                table.set_header(head.map(|name| self.head(&name.to_uppercase())));
                for item in items {
                    let cells = row(item);
                    let shown = |cell: &Cell| self.painted(&cell.brief(self.look.now_s), cell);
                    table.add_row(cells.each_ref().map(shown));
                }
                self.name_kept(&mut table);
                print(laid_out(&table).as_bytes())?;
                if items.is_empty() {
                    self.done("the list is empty");
                }
                Ok(())
            }
        }
    }

    /// Shows one thing: a line for each of its facts that is there. The first fact is its name.
    pub(super) fn one<T: Serialize>(self, item: &T, facts: &[(&str, Cell)]) -> Result<()> {
        match self.format {
            Format::Json => {
                let text = json_escaped(&serde_json::to_string_pretty(item)?);
                print(format!("{text}\n").as_bytes())
            }
            Format::Yaml => print(self.yaml(item)?.as_bytes()),
            Format::Csv => {
                let there = facts
                    .iter()
                    .map(|(name, cell)| [(*name).to_owned(), cell.exact()]);
                self.csv(
                    ["fact", "value"],
                    there.filter(|[_, value]| !value.is_empty()),
                )
            }
            Format::Name => {
                let first = facts.iter().take(1).map(|(_, cell)| cell.exact());
                print(self.lines(first).as_bytes())
            }
            Format::Table => {
                let mut table = plain(self.look);
                let heads = facts.iter().map(|(name, _)| name.len()).max();
                let room = self.look.width.map(|width| {
                    usize::from(width).saturating_sub(heads.unwrap_or_default() + PADDING)
                });
                for (name, cell) in facts {
                    let mut value = cell.full(self.look.now_s);
                    if let Some(room) = room {
                        value = indented(&printable(&value), room);
                    }
                    if !value.is_empty() {
                        table.add_row([self.head(name), self.painted(&value, cell)]);
                    }
                }
                print(laid_out(&table).as_bytes())
            }
        }
    }

    /// Tells people that something was done; scripts go by the exit code.
    pub(super) fn done(self, text: &str) {
        if self.is_for_people() {
            // Nobody may be listening any more.
            let _ = writeln!(std::io::stderr(), "{}", printable(text));
        }
    }

    /// A name that is broken apart cannot be copied: it is kept whole where that leaves room for the rest.
    fn name_kept(self, table: &mut Table) {
        let widest = table.column_max_content_widths().first().copied();
        let room = self.look.width.unwrap_or(u16::MAX) / NAME_SHARE;
        if let (Some(first), true) = (
            table.column_mut(0),
            widest.is_some_and(|width| width <= room),
        ) {
            first.set_constraint(ColumnConstraint::ContentWidth);
        }
    }

    fn head(self, text: &str) -> comfy_table::Cell {
        let cell = comfy_table::Cell::new(foldable(text));
        if self.look.coloured {
            return cell.add_attribute(Attribute::Bold);
        }
        cell
    }

    fn painted(self, text: &str, cell: &Cell) -> comfy_table::Cell {
        let text = printable(text);
        let shown = comfy_table::Cell::new(match self.look.width {
            Some(_) => foldable(&text),
            None => text,
        });
        match cell.colour().filter(|_| self.look.coloured) {
            Some(colour) => shown.fg(colour),
            None => shown,
        }
    }

    /// Values as they are, but for what would steer a terminal where one shows them.
    fn csv<const N: usize>(
        self,
        head: [&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) -> Result<()> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(head)?;
        for row in rows {
            writer.write_record(row.map(|value| self.safe(value)))?;
        }
        print(&writer.into_inner()?)
    }

    fn yaml<T: Serialize>(self, item: &T) -> Result<String> {
        yaml(item, self.look.on_terminal)
    }

    /// A line each; what has no name has none, and a name is one line whatever is in it.
    fn lines(self, names: impl Iterator<Item = String>) -> String {
        let mut text = String::new();
        for name in names.filter(|name| !name.is_empty()) {
            // What a script reads goes back to the server: only what would break its line is another.
            let name = escaped(&name, |c| {
                c.is_control() || (self.look.on_terminal && is_unseen(c))
            });
            let _ = writeln!(text, "{name}");
        }
        text
    }

    /// A text that a terminal can show; the text itself where none does.
    pub(super) fn safe(self, text: String) -> String {
        if self.look.on_terminal {
            printable(&text)
        } else {
            text
        }
    }
}

fn json_lines<T: Serialize>(items: &[T]) -> Result<Vec<u8>> {
    let mut lines = String::new();
    for item in items {
        lines.push_str(&json_escaped(&serde_json::to_string(item)?));
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

/// The same JSON without characters that would steer a terminal: they can only stand in texts, where an escape means the
/// same.
pub(super) fn json_escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        let is_break = matches!(c, '\n' | '\r' | '\t');
        if (c.is_control() && !is_break) || is_unseen(c) {
            let _ = write!(safe, "\\u{:04X}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// A table without lines between its cells, as wide as the terminal; as wide as it needs where there is none.
fn plain(look: Look) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match look.width {
        Some(width) => {
            table.set_width(width);
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    if look.coloured {
        table.enforce_styling().style_text_only();
    } else {
        table.force_no_tty();
    }
    table.set_delimiter(FOLD);
    table
}

/// A text that may be folded after spaces, slashes and commas: locations and lists have no spaces. What stands before the
/// first word of a line stays with it, for it says how deep the line stands.
fn foldable(text: &str) -> String {
    let mut foldable = String::with_capacity(text.len());
    let (mut has_word, mut is_after) = (false, false);
    for c in text.chars() {
        let ends = matches!(c, ' ' | '/' | ',');
        if is_after && !ends && c != '\n' {
            foldable.push(FOLD);
        }
        foldable.push(c);
        has_word = c != '\n' && (has_word || c != ' ');
        is_after = ends && has_word;
    }
    foldable
}

/// A text of several lines, none wider than `room` where it can be folded; what is folded stands further in than the line it
/// belongs to, so that levels are still seen.
fn indented(text: &str, room: usize) -> String {
    let is_single = !text.contains('\n');
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let hang = depth + HANG;
        let hang = if is_single || 2 * hang > room {
            0
        } else {
            hang
        };
        let mut current = String::new();
        for piece in foldable(line).split(FOLD) {
            let width = current.chars().count() + piece.trim_end().chars().count();
            if !current.trim().is_empty() && width > room {
                lines.push(current.trim_end().to_owned());
                current = " ".repeat(hang);
            }
            current.push_str(piece);
        }
        lines.push(current.trim_end().to_owned());
    }
    lines.join("\n")
}

fn laid_out(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        // One space stands before each cell, an empty one too.
        let line = line.strip_prefix(' ').unwrap_or(&line).replace(FOLD, "");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no failure.
pub(super) fn print(text: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(failure) if failure.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Text without what would steer a terminal: names and values are whatever a client stored. Lines stay apart.
pub(super) fn printable(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(printable_line).collect();
    lines.join("\n")
}

fn printable_line(text: &str) -> String {
    escaped(text, |c| c.is_control() || is_unseen(c))
}

fn escaped(text: &str, is_other: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_other(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{
        Format, Output, foldable, indented, json_escaped, json_lines, laid_out, plain, printable,
    };
    use crate::cli::look::Look;

    fn look(width: Option<u16>, on_terminal: bool) -> Look {
        Look {
            width,
            on_terminal,
            coloured: false,
            now_s: 0,
        }
    }

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb\\r\n");
        assert_eq!(printable("a\u{9b}2J\u{7f}"), "a\\u{9b}2J\\u{7f}");
        assert_eq!(
            printable("a\u{202e}b\u{2066}\u{200f}\u{61c}\u{2028}"),
            "a\\u{202e}b\\u{2066}\\u{200f}\\u{61c}\\u{2028}"
        );
        assert_eq!(printable("매출 ok"), "매출 ok");
    }

    #[test]
    fn scripts_get_values_as_they_are_where_no_terminal_shows_them() {
        let csv = |on_terminal| Output::new(Format::Csv, look(None, on_terminal));
        let text = "a\u{9b}b".to_owned();
        assert_eq!(csv(false).safe(text.clone()), text);
        assert_eq!(csv(true).safe(text), "a\\u{9b}b");
    }

    #[test]
    fn a_name_is_one_line() {
        let names = ["a\nb", "", "c\u{202e}d"].map(str::to_owned);
        let shown = |on_terminal| {
            Output::new(Format::Name, look(None, on_terminal)).lines(names.clone().into_iter())
        };
        assert_eq!(shown(false), "a\\nb\nc\u{202e}d\n");
        assert_eq!(shown(true), "a\\nb\nc\\u{202e}d\n");
    }

    #[test]
    fn json_means_the_same_without_what_steers_a_terminal() {
        let items = ["a\u{1b}\u{7f}\u{9b}2J\u{202e}\n", "매출"];
        let lines = String::from_utf8(json_lines(&items).unwrap()).unwrap();
        assert_eq!(lines, "\"a\\u001b\\u007F\\u009B2J\\u202E\\n\"\n\"매출\"\n");
        let back: Vec<String> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(back, items);
        assert_eq!(json_escaped("{\n  \"a\": 1\n}"), "{\n  \"a\": 1\n}");
    }

    #[test]
    fn only_a_terminal_folds() {
        let shown = |width| {
            let mut table = plain(look(width, false));
            let text = foldable("a word and another word and one more word");
            table.add_row(["orders", &text]);
            laid_out(&table)
        };
        assert_eq!(shown(None).lines().count(), 1);
        let folded = shown(Some(30));
        assert!(folded.lines().count() > 1, "{folded}");
        assert!(folded.lines().all(|line| line.len() <= 30), "{folded}");
    }

    #[test]
    fn what_is_folded_stands_further_in_than_its_line() {
        let text = "a struct<\n  name:string with a comment,\n  b:int>";
        let wanted = "a struct<\n  name:string\n    with a\n    comment,\n  b:int>";
        assert_eq!(indented(text, 14), wanted);
        assert_eq!(indented("one word more", 9), "one word\nmore");
        assert_eq!(indented("short", 9), "short");
    }

    #[test]
    fn cells_are_folded_after_slashes_and_commas_and_keep_how_deep_they_stand() {
        let folds = |text: &str| foldable(text).replace(super::FOLD, "~");
        assert_eq!(folds("s3://lake/a"), "s3://~lake/~a");
        assert_eq!(folds("a,b, c"), "a,~b, ~c");
        assert_eq!(folds("x\n  - y z"), "x\n  - ~y ~z");
        let mut table = plain(look(Some(26), false));
        table.add_row(["x", &foldable("s3://lake/clicks/2026/11/22/part")]);
        let folded = laid_out(&table);
        assert!(folded.contains("s3://lake/\n"), "{folded}");
        assert!(folded.lines().all(|line| line.len() <= 26), "{folded}");
    }
}
