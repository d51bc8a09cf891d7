//! How changes of sources and the runs that found them are shown, by several commands alike.

use super::cell::{Cell, moment, word};
use super::output::Output;
use crate::humane::counted;
use crate::rest::view::change::ChangeView;
use crate::rest::view::source::WatchReportView;
use anyhow::Result;

/// How many changes there are, in words.
pub(super) fn count(changes: u64) -> String {
    counted(changes, "change", "changes")
}

/// Shows changes: a line each, and under it for people what follows from it. What is long stands last.
pub(super) fn show_changes(output: Output, changes: &[ChangeView]) -> Result<()> {
    let head = ["id", "found", "severity", "object", "owner", "what"];
    output.list(head, changes, |change| {
        let id = change.id.map(|id| id.to_string());
        let applied = change.applied_at.iter().map(|at| format!("applied {at}"));
        let effects = change.effects.iter().cloned().chain(applied);
        let mut what = vec![change.text.clone()];
        what.extend(effects.map(|effect| format!("- {effect}")));
        [
            (&id).into(),
            moment(change.at.as_ref()),
            word(&change.severity),
            change.object.as_str().into(),
            (&change.owner).into(),
            Cell::Lines(what),
        ]
    })
}

/// Shows what a run found: its changes for people, the whole report for scripts.
pub(super) fn show_report(output: Output, report: &WatchReportView) -> Result<()> {
    if output.is_whole() {
        return output.one(report, &[]);
    }
    if !output.is_for_people() {
        return show_changes(output, &report.changes);
    }
    if !report.changes.is_empty() {
        show_changes(output, &report.changes)?;
    }
    let found = if report.baseline {
        "the baseline is taken".to_owned()
    } else {
        count(report.changes_count)
    };
    output.done(&format!(
        "{}: {found}; {}, {}, read in {} ms",
        report.source,
        counted(report.tables, "table or view", "tables and views"),
        counted(report.columns, "column", "columns"),
        report.read_ms
    ));
    let more = report.changes_count - report.changes.len() as u64;
    if more > 0 {
        output.done(&format!("{more} more: skep schema log {}", report.source));
    }
    if let Some(lost) = &report.lost {
        output.done(lost);
    }
    Ok(())
}
