//! What people are told of gaps: one line each, with the table in backticks, and times as the table's clocks show them.

use super::judge::{Lack, Volume};
use super::slot::Slot;
use crate::diff::text::named;
use crate::humane;
use crate::model::{Expectation, FreshnessGap, GapKind, TroubleEnd};
use crate::period::period_shown;
use jiff::Timestamp;
use jiff::civil::DateTime;

/// The table whose gaps they are, at a moment in seconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) table_id: i64,
    pub(super) table: &'a str,
    pub(super) expectation: &'a Expectation,
    pub(super) now: i64,
}

/// What is told of a gap that begins with one stretch.
pub(super) fn begun(of: Of<'_>, slot: Slot, lack: Lack) -> String {
    let table = named(of.table);
    let time = time_shown(of.expectation, slot.from, slot.to);
    match (lack.kind, lack.volume) {
        (GapKind::Missing | GapKind::Faulty, _) => {
            let due_at = moment_shown(of.expectation, slot.due_at(of.expectation));
            format!("table {table}: there is no data of {time}; it had to be there by {due_at}")
        }
        (kind, None) => format!("table {table}: there is {} of {time}", what_of(kind)),
        (GapKind::Thin, Some(volume)) => format!(
            "table {table}: there is too little data of {time}: {}",
            volume_shown(of.expectation, volume)
        ),
        (GapKind::Swollen, Some(volume)) => format!(
            "table {table}: there is too much data of {time}: {}",
            volume_shown(of.expectation, volume)
        ),
    }
}

/// What is told of a gap of which several stretches lack.
pub(super) fn begun_more(of: Of<'_>, gap: &FreshnessGap, lacking: &[Slot]) -> String {
    let from = lacking.first().map_or(gap.from, |slot| slot.from);
    let to = lacking.last().map_or(gap.to, |slot| slot.to);
    let time = time_shown(of.expectation, from, to);
    let what = what_of(gap.kind);
    // Some of it may have come.
    let whole = lacking.windows(2).all(|pair| pair[0].to == pair[1].from);
    let part = if whole {
        String::new()
    } else {
        format!(", {} of it", counted(of.expectation, lacking.len()))
    };
    let due = lacking.first().map(|slot| {
        let due_at = moment_shown(of.expectation, slot.due_at(of.expectation));
        format!("; the first of it had to be there by {due_at}")
    });
    format!(
        "table {}: there is {what} of {time}{part}{}",
        named(of.table),
        due.unwrap_or_default()
    )
}

fn what_of(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Missing | GapKind::Faulty => "no data",
        GapKind::Thin => "too little data",
        GapKind::Swollen => "too much data",
    }
}

fn counted(expectation: &Expectation, count: usize) -> String {
    let (one, many) = match expectation.every.hours() {
        1 => ("hour", "hours"),
        24 => ("day", "days"),
        _ => ("stretch", "stretches"),
    };
    humane::counted(count as u64, one, many)
}

/// What is told of a gap that is over.
pub(super) fn over(of: Of<'_>, gap: &FreshnessGap, end: TroubleEnd) -> String {
    let time = time_shown(of.expectation, gap.from, gap.to);
    match (end, gap.kind) {
        (TroubleEnd::Gone, _) => format!("no data of {time} is expected any more"),
        (TroubleEnd::Well, GapKind::Missing) => {
            let first = Slot::holding(of.expectation, gap.from);
            let due_at = first.map_or(gap.to, |slot| slot.due_at(of.expectation));
            let late_s = (of.now - due_at).max(0);
            let late = period_shown(late_s - late_s % 60);
            let several = first.is_some_and(|slot| slot.to < gap.to);
            let whose = if several { "the first of it " } else { "" };
            format!("the data of {time} is there now, {whose}{late} late")
        }
        (TroubleEnd::Well, GapKind::Thin | GapKind::Swollen) => {
            format!("there is as much data of {time} as is usual now")
        }
        (TroubleEnd::Well, GapKind::Faulty) => FAULT_OVER.to_owned(),
    }
}

/// What is told of a gap whose time lacks in another way by now.
pub(super) fn instead(of: Of<'_>, gap: &FreshnessGap, now: GapKind) -> String {
    let time = time_shown(of.expectation, gap.from, gap.to);
    format!(
        "there was {} of {time}, and there is {} of it now",
        what_of(gap.kind),
        what_of(now)
    )
}

/// What is told when it can be told again whether the data of a table comes.
pub(super) const FAULT_OVER: &str = "it can be told again whether its data comes";

/// That it cannot be told whether the data of a table comes, and why; noticed at a moment.
pub(super) fn fault(table_id: i64, table: &str, why: &str, now: i64) -> FreshnessGap {
    // What is foreign may hold what marks names.
    let why = why.replace('`', "\u{02CB}");
    let text = format!(
        "table {}: it cannot be told whether its data comes: {why}",
        named(table)
    );
    FreshnessGap {
        table_id,
        kind: GapKind::Faulty,
        // A table has one: it is of no time.
        from: 0,
        to: 0,
        table: table.to_owned(),
        text,
        began_at: now,
        told_at: None,
        end: None,
    }
}

/// `1.20 MiB, 23% of what is usual at that time (50%..200% is expected)`
fn volume_shown(expectation: &Expectation, volume: Volume) -> String {
    let count = if volume.is_rows {
        humane::counted(volume.count, "row", "rows")
    } else {
        humane::bytes(volume.count)
    };
    let range = expectation.volume.map(|range| range.to_string());
    format!(
        "{count}, {}% of what is usual at that time ({} is expected)",
        volume.per_cent(),
        range.unwrap_or_default()
    )
}

/// `2026-11-02 14:00 to 15:00`, `2026-11-02`, `2026-11-02 to 2026-11-04`, by the clocks of the table.
fn time_shown(expectation: &Expectation, from: i64, to: i64) -> String {
    let zone = expectation.zone_name();
    if expectation.every.is_daily() {
        // The end is the midnight after the last day.
        let (first, last) = (
            local(expectation, from).date(),
            local(expectation, to - 1).date(),
        );
        return if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        };
    }
    let (from, to) = (local(expectation, from), local(expectation, to));
    let end = if from.date() == to.date() {
        to.strftime("%H:%M").to_string()
    } else {
        to.strftime("%Y-%m-%d %H:%M").to_string()
    };
    format!("{} to {end} {zone}", from.strftime("%Y-%m-%d %H:%M"))
}

fn moment_shown(expectation: &Expectation, moment: i64) -> String {
    let shown = local(expectation, moment);
    format!(
        "{} {}",
        shown.strftime("%Y-%m-%d %H:%M"),
        expectation.zone_name()
    )
}

fn local(expectation: &Expectation, moment: i64) -> DateTime {
    let moment = Timestamp::from_second(moment).unwrap_or_default();
    expectation.time_zone.to_datetime(moment)
}
