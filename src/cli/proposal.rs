//! How `skep discover plan LOCATION` shows what table a place would be.

use super::cell::Cell;
use super::output::{Output, print, printable};
use crate::rest::view::proposal::{LayoutProposalView, ProposalView, ProposedFileView};
use anyhow::Result;
use std::fmt::Write as _;

/// Partitions that are named as samples.
const SAMPLES_MAX: usize = 5;

/// Shows a proposal: what it is and why, then the statement alone on standard output's last lines, ready to be pasted.
pub(super) fn show_proposal(output: Output, proposal: &ProposalView) -> Result<()> {
    output.one(proposal, &facts(proposal))?;
    if !output.is_for_people() {
        return Ok(());
    }
    if let Some(statement) = &proposal.create_table {
        return print(format!("\n{}", printable(statement)).as_bytes());
    }
    output.done("no file told its columns: see the files above");
    Ok(())
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
                "{} of {} directories with data{of}",
                layout.fitting, layout.seen
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
            "{} requests of the sample, {} of the plan",
            proposal.requests, proposal.plan.counts.requests
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
        let _ = write!(text, ", {columns} columns");
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
    let mut text = format!("{} partitions: {}", plan.counts.added, names.join(", "));
    if plan.added.len() > names.len() {
        text.push_str(", …");
    }
    if let Some(why) = &plan.stopped {
        let _ = write!(text, " ({why})");
    }
    text
}
