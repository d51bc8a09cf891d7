//! How `skep discover plan LOCATION` shows what table a place would be, and what makes it.

use super::cell::Cell;
use super::output::{Output, print, printable};
use crate::humane::counted;
use crate::rest::view::proposal::{LayoutProposalView, ProposalView, ProposedFileView};
use crate::rest::view::storage::ColumnView;
use anyhow::Result;
use std::fmt::Write as _;

/// Partitions that are named as samples.
const SAMPLES_MAX: usize = 5;
/// Properties that a table with a location gets by itself, and one that is no more than a word.
const IMPLIED: [&str; 2] = ["EXTERNAL", "comment"];

/// Shows a proposal: what it is and why, then the command that makes the table where one can, and the statement alone on
/// standard output's last lines, each ready to be pasted.
pub(super) fn show_proposal(output: Output, proposal: &ProposalView) -> Result<()> {
    output.one(proposal, &facts(proposal))?;
    if !output.is_for_people() {
        return Ok(());
    }
    if let Some(statement) = &proposal.create_table {
        let command = command(proposal).map(|line| format!("\n{line}\n"));
        let command = command.unwrap_or_default();
        return print(printable(&format!("{command}\n{statement}")).as_bytes());
    }
    output.done("no file told its columns: see the files above");
    Ok(())
}

/// The command that makes the table. What its options cannot say (how fields are separated, say) only the statement can.
fn command(proposal: &ProposalView) -> Option<String> {
    let table = &proposal.table;
    let location = table.location.as_deref()?;
    let mut words = vec![quoted(&format!("{}.{}", table.database, table.name))];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    if !table
        .columns
        .iter()
        .chain(&table.partition_keys)
        .all(fits_option)
    {
        return None;
    }
    if let Some(kit) = &proposal.layout.kit {
        option("--kit", kit);
        option("--location", location);
    } else {
        if !table.storage.serde_parameters.is_empty() || table.columns.is_empty() {
            return None;
        }
        option("--format", table.storage.format.as_deref()?);
        option("--location", location);
        for (name, columns) in [
            ("--column", &table.columns),
            ("--key", &table.partition_keys),
        ] {
            for one in columns {
                option(name, &format!("{} {}", one.name, one.data_type));
            }
        }
        let own = table.parameters.iter();
        let own = own.filter(|(key, _)| !IMPLIED.contains(&key.as_str()));
        for (key, value) in own {
            option("--set", &format!("{key}={value}"));
        }
    }
    // What a terminal is shown otherwise than it is would make another table.
    let line = format!("skep table create {}", words.join(" "));
    (printable(&line) == line).then_some(line)
}

/// Whether `--column 'NAME TYPE'` says this column: its name ends at the first blank, and a dash would begin another option.
fn fits_option(column: &ColumnView) -> bool {
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    !column.name.is_empty() && !column.name.contains(is_blank) && !column.name.starts_with('-')
}

/// A word as a shell takes it whole.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn facts(proposal: &ProposalView) -> Vec<(&'static str, Cell)> {
    let layout = &proposal.layout;
    let table = &proposal.table;
    let of = if proposal.whole { "" } else { ", of a sample" };
    let mut facts: Vec<(&'static str, Cell)> = vec![
        ("table", format!("{}.{}", table.database, table.name).into()),
        ("location", (&table.location).into()),
        ("layout", layout_told(layout).into()),
        ("kit", (&layout.kit).into()),
        ("keys", keys(layout).into()),
        (
            "fits",
            format!(
                "{} of {} with data{of}",
                layout.fitting,
                counted(layout.seen as u64, "directory", "directories")
            )
            .into(),
        ),
        ("evidence", Cell::Lines(layout.evidence.clone())),
        ("left out", Cell::Lines(left_out(layout))),
        (
            "files",
            Cell::Lines(proposal.files.iter().map(file).collect()),
        ),
        ("notes", Cell::Lines(proposal.notes.clone())),
        ("would find", would_find(proposal).into()),
    ];
    facts.push((
        "cost",
        format!(
            "{} of the sample, {} of the plan",
            counted(proposal.requests, "request", "requests"),
            proposal.plan.counts.requests
        )
        .into(),
    ));
    facts
}

fn layout_told(layout: &LayoutProposalView) -> String {
    match (&layout.template, layout.guessed) {
        (Some(template), true) => format!("{template} (a guess)"),
        (Some(template), false) => template.clone(),
        (None, _) => "none: a table without partitions".to_owned(),
    }
}

fn keys(layout: &LayoutProposalView) -> String {
    let keys = layout.keys.iter();
    let keys = keys.map(|key| format!("{} {}", key.name, key.data_type));
    keys.collect::<Vec<_>>().join(", ")
}

fn left_out(layout: &LayoutProposalView) -> Vec<String> {
    let left = layout.left_out.iter().map(|one| {
        let path = if one.path.is_empty() { "." } else { &one.path };
        format!("{path}: {}", one.reason)
    });
    left.collect()
}

fn file(file: &ProposedFileView) -> String {
    let mut text = file.path.clone();
    // Writing to a String cannot fail.
    let _ = match (&file.format, &file.error) {
        (Some(format), _) => write!(text, ": {format}"),
        (None, Some(why)) => write!(text, ": {why}"),
        (None, None) => Ok(()),
    };
    if let Some(compression) = &file.compression {
        let _ = write!(text, ", {compression}");
    }
    if let Some(columns) = file.columns {
        let columns = counted(columns as u64, "column", "columns");
        let _ = write!(text, ", {columns}");
    }
    text
}

fn would_find(proposal: &ProposalView) -> String {
    let plan = &proposal.plan;
    if plan.counts.added == 0 && plan.stopped.is_none() {
        return String::new();
    }
    let names = plan.added.iter().take(SAMPLES_MAX);
    let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
    let partitions = counted(plan.counts.added, "partition", "partitions");
    let mut text = format!("{partitions}: {}", names.join(", "));
    if plan.added.len() > names.len() {
        text.push_str(", …");
    }
    if let Some(why) = &plan.stopped {
        let _ = write!(text, " ({why})");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ColumnView, fits_option, quoted};

    #[test]
    fn only_names_that_an_option_can_hold_stand_in_a_command() {
        let fits = |name: &str| {
            fits_option(&ColumnView {
                name: name.to_owned(),
                data_type: "int".to_owned(),
                comment: None,
            })
        };
        for name in ["id", "it's", "매출", "a:b", "$x"] {
            assert!(fits(name), "{name}");
        }
        for name in ["", "order id", "a\tb", "a\u{a0}b", " a", "-x", "a\u{1b}"] {
            assert!(!fits(name), "{name:?}");
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("s3://lake/logs"), "s3://lake/logs");
        assert_eq!(quoted("id bigint"), "'id bigint'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted(""), "''");
    }
}
