//! What lacks, put together: stretches that follow each other are one gap, which is told once, and once when it is over.

use super::judge::Lack;
use super::slot::Slot;
use super::wording::{self, Of};
use crate::model::{FreshnessGap, TroubleEnd};

/// What was found of a stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) slot: Slot,
    /// What is wrong with it; `None` where nothing is.
    pub(super) lack: Option<Lack>,
}

/// What is to be written down.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct GapChanges {
    /// Gaps that begin.
    pub(super) opened: Vec<FreshnessGap>,
    /// Gaps that reach further now, or ended.
    pub(super) updated: Vec<FreshnessGap>,
}

impl Of<'_> {
    /// What becomes of the gaps that last, and which begin, by the stretches that were looked at, in the order of their times:
    /// those of the gaps and those that are due since the last look.
    pub(super) fn changes(self, lasting: Vec<FreshnessGap>, judged: &[Judged]) -> GapChanges {
        let mut changes = GapChanges::default();
        let (mut going_on, mut reached) = (Vec::new(), Vec::new());
        for mut gap in lasting {
            let inside = |one: &&Judged| one.slot.from < gap.to && one.slot.to > gap.from;
            let within: Vec<&Judged> = judged.iter().filter(inside).collect();
            if within
                .iter()
                .any(|one| one.lack.is_some_and(|lack| lack.kind == gap.kind))
            {
                going_on.push(gap);
                reached.push(false);
                continue;
            }
            let end = if within.is_empty() {
                TroubleEnd::Gone
            } else {
                TroubleEnd::Well
            };
            gap.text = wording::over(self, &gap, end);
            gap.end = Some(end);
            changes.updated.push(gap);
        }
        for one in judged {
            let Some(lack) = one.lack else { continue };
            let is_told = |gap: &FreshnessGap| {
                gap.kind == lack.kind && gap.from <= one.slot.from && one.slot.to <= gap.to
            };
            if going_on.iter().any(is_told) {
                continue;
            }
            let before = self.expected_before(one.slot);
            let follows = |gap: &FreshnessGap| {
                let before = before.is_some_and(|slot| slot.from < gap.to && slot.to >= gap.to);
                gap.kind == lack.kind && before
            };
            if let Some(gap) = changes.opened.iter_mut().find(|gap| follows(gap)) {
                gap.to = one.slot.to;
                gap.text = wording::begun_more(self, gap);
            } else if let Some(at) = going_on.iter().position(follows) {
                going_on[at].to = one.slot.to;
                going_on[at].text = wording::begun_more(self, &going_on[at]);
                reached[at] = true;
            } else {
                changes.opened.push(self.opened(one.slot, lack));
            }
        }
        let reached = going_on.into_iter().zip(reached);
        let further = reached.filter(|(_, reached)| *reached).map(|(gap, _)| gap);
        changes.updated.extend(further);
        changes
    }

    fn opened(self, slot: Slot, lack: Lack) -> FreshnessGap {
        FreshnessGap {
            table_id: self.table_id,
            kind: lack.kind,
            from: slot.from,
            to: slot.to,
            table: self.table.to_owned(),
            text: wording::begun(self, slot, lack),
            began_at: self.now,
            told_at: None,
            end: None,
        }
    }

    /// The last stretch before one of which data had to come: a pause between two gaps parts nothing.
    fn expected_before(self, slot: Slot) -> Option<Slot> {
        let mut before = slot.previous(self.expectation)?;
        for _ in 0..PAUSED_MAX {
            if before.is_expected(self.expectation) {
                return Some(before);
            }
            before = before.previous(self.expectation)?;
        }
        None
    }
}

/// Stretches of a pause that are looked over: a month of hours.
const PAUSED_MAX: usize = 31 * 24;
