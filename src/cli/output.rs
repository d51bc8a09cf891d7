//! How answers are shown: tables for people, JSON for scripts. Results go to standard output, remarks to standard
//! error.

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Where and how a command shows what it got.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    /// JSON or tables.
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether scripts read it.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Shows a list: a table with a line for each item, or one JSON object a line.
    pub(super) fn list<T: Serialize, const N: usize>(
        self,
        head: [&str; N],
        items: &[T],
        row: impl Fn(&T) -> [String; N],
    ) -> Result<()> {
        if self.json {
            let mut lines = Vec::new();
            for item in items {
                serde_json::to_writer(&mut lines, item)?;
                lines.push(b'\n');
            }
            return print(&lines);
        }
        let mut table = plain();
        table.set_header(head.map(str::to_uppercase));
        for item in items {
            table.add_row(row(item).map(|cell| printable(&cell)));
        }
        print_table(&table)
    }

    /// Shows one thing: a line for each of its facts that is there, or one JSON object.
    pub(super) fn one<T: Serialize>(self, item: &T, facts: &[(&str, String)]) -> Result<()> {
        if self.json {
            let mut text = serde_json::to_vec_pretty(item)?;
            text.push(b'\n');
            return print(&text);
        }
        let mut table = plain();
        for (name, value) in facts {
            if !value.is_empty() {
                table.add_row([printable(name), printable(value)]);
            }
        }
        print_table(&table)
    }

    /// Tells people that something was done; scripts go by the exit code.
    pub(super) fn done(self, text: &str) {
        if !self.json {
            // Nobody may be listening any more.
            let _ = writeln!(std::io::stderr(), "{}", printable(text));
        }
    }
}

fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn print_table(table: &Table) -> Result<()> {
    let mut text = String::new();
    for line in table.lines() {
        // One space stands before each cell, an empty one too.
        let line = line.strip_prefix(' ').unwrap_or(&line);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    print(text.as_bytes())
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no failure.
pub(super) fn print(text: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(failure) if failure.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Text without what would steer a terminal: names and values are whatever a client stored.
fn printable(text: &str) -> String {
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
    use super::printable;

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(printable("매출 ok"), "매출 ok");
    }
}
