//! How answers are shown: tables for people; JSON, YAML, CSV or bare names for scripts. Results go to standard output,
//! remarks to standard error.

use super::cell::Cell;
use super::look::Look;
use anyhow::Result;
use clap::ValueEnum;
use comfy_table::{Attribute, ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Which part of a line a name may take and not be folded.
const NAME_SHARE: u16 = 2;

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
            Format::Yaml => print(serde_saphyr::to_string(&items)?.as_bytes()),
            Format::Csv => csv(
                head,
                items.iter().map(|item| row(item).map(|cell| cell.exact())),
            ),
            Format::Name => {
                let names = items.iter().map(|item| row(item)[name].exact());
                print(lines(names).as_bytes())
            }
            Format::Table => {
                let mut table = plain(self.look);
                table.set_header(head.map(|name| self.head(&name.to_uppercase())));
                for item in items {
                    let cells = row(item);
                    table.add_row(cells.each_ref().map(|cell| {
                        let shown = comfy_table::Cell::new(printable(&cell.brief(self.look.now_s)));
                        self.painted(shown, cell)
                    }));
                }
                self.name_kept(&mut table);
                print(laid_out(&table).as_bytes())
            }
        }
    }

    /// Shows one thing: a line for each of its facts that is there. The first fact is its name.
    pub(super) fn one<T: Serialize>(self, item: &T, facts: &[(&str, Cell)]) -> Result<()> {
        match self.format {
            Format::Json => {
                let mut text = serde_json::to_vec_pretty(item)?;
                text.push(b'\n');
                print(&text)
            }
            Format::Yaml => print(serde_saphyr::to_string(item)?.as_bytes()),
            Format::Csv => {
                let there = facts
                    .iter()
                    .map(|(name, cell)| [(*name).to_owned(), cell.exact()]);
                csv(
                    ["fact", "value"],
                    there.filter(|[_, value]| !value.is_empty()),
                )
            }
            Format::Name => {
                print(lines(facts.iter().take(1).map(|(_, cell)| cell.exact())).as_bytes())
            }
            Format::Table => {
                let mut table = plain(self.look);
                for (name, cell) in facts {
                    let value = cell.full(self.look.now_s);
                    if !value.is_empty() {
                        let value = comfy_table::Cell::new(printable(&value));
                        table.add_row([self.head(name), self.painted(value, cell)]);
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
        let cell = comfy_table::Cell::new(text);
        if self.look.coloured {
            return cell.add_attribute(Attribute::Bold);
        }
        cell
    }

    fn painted(self, shown: comfy_table::Cell, cell: &Cell) -> comfy_table::Cell {
        match cell.colour().filter(|_| self.look.coloured) {
            Some(colour) => shown.fg(colour),
            None => shown,
        }
    }
}

fn json_lines<T: Serialize>(items: &[T]) -> Result<Vec<u8>> {
    let mut lines = Vec::new();
    for item in items {
        serde_json::to_writer(&mut lines, item)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn csv<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row)?;
    }
    print(&writer.into_inner()?)
}

/// A line each; what has no name has none.
fn lines(names: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for name in names.filter(|name| !name.is_empty()) {
        let _ = writeln!(text, "{}", printable_line(&name));
    }
    text
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
    table
}

fn laid_out(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        // One space stands before each cell, an empty one too.
        let line = line.strip_prefix(' ').unwrap_or(&line);
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
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{laid_out, plain, printable};
    use crate::cli::look::Look;

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb\\r\n");
        assert_eq!(printable("매출 ok"), "매출 ok");
    }

    #[test]
    fn only_a_terminal_folds() {
        let shown = |width| {
            let mut table = plain(Look {
                width,
                coloured: false,
                now_s: 0,
            });
            table.add_row(["orders", "a word and another word and one more word"]);
            laid_out(&table)
        };
        assert_eq!(shown(None).lines().count(), 1);
        let folded = shown(Some(30));
        assert!(folded.lines().count() > 1, "{folded}");
        assert!(folded.lines().all(|line| line.len() <= 30), "{folded}");
    }
}
