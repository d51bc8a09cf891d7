//! What lacks, put together: stretches that follow each other are one gap, which is told once, and once when it is over.

use super::judge::Lack;
use super::slot::Slot;
use super::wording::{self, Of};
use crate::model::{FreshnessGap, GapKind, TroubleEnd};

/// What was found of a stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) slot: Slot,
    /// What is wrong with it; `None` where nothing is.
    pub(super) lack: Option<Lack>,
}

impl Judged {
    /// Whether it lies in a gap, if only in part: a gap of other clocks may begin and end within a stretch.
    fn is_of(&self, gap: &FreshnessGap) -> bool {
        self.slot.from < gap.to && self.slot.to > gap.from
    }

    fn lacks(&self, kind: GapKind) -> bool {
        self.lack.is_some_and(|lack| lack.kind == kind)
    }
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
        let mut going_on = Vec::new();
        for mut gap in lasting {
            let within: Vec<&Judged> = judged.iter().filter(|one| one.is_of(&gap)).collect();
            if within.iter().any(|one| one.lacks(gap.kind)) {
                going_on.push((gap.clone(), gap));
                continue;
            }
            let end = if within.is_empty() {
                TroubleEnd::Gone
            } else {
                TroubleEnd::Well
            };
            // What lacks in another way by now is a gap of its own: that this one is over is no good news.
            let instead = within.iter().find_map(|one| one.lack);
            gap.text = match instead {
                Some(lack) if gap.kind != GapKind::Missing => {
                    wording::instead(self, &gap, lack.kind)
                }
                _ => wording::over(self, &gap, end),
            };
            gap.end = Some(end);
            changes.updated.push(gap);
        }
        for one in judged {
            let Some(lack) = one.lack else { continue };
            let before = self.expected_before(one.slot);
            let belongs = |gap: &FreshnessGap| {
                let follows = before.is_some_and(|slot| slot.from < gap.to && slot.to >= gap.to);
                gap.kind == lack.kind && (one.is_of(gap) || follows)
            };
            let lasting = going_on.iter_mut().map(|(_, gap)| gap);
            let gap = lasting.chain(&mut changes.opened).find(|gap| belongs(gap));
            match gap {
                Some(gap) => gap.to = gap.to.max(one.slot.to),
                None => changes.opened.push(self.opened(one.slot, lack)),
            }
        }
        for gap in &mut changes.opened {
            gap.text = self.said(gap, judged);
        }
        for (before, mut gap) in going_on {
            gap.text = self.said(&gap, judged);
            self.table.clone_into(&mut gap.table);
            if gap != before {
                changes.updated.push(gap);
            }
        }
        changes
    }

    /// What is said of a gap that lasts: what of it still lacks.
    fn said(self, gap: &FreshnessGap, judged: &[Judged]) -> String {
        let lacking = judged
            .iter()
            .filter(|one| one.is_of(gap) && one.lacks(gap.kind));
        let lacking: Vec<Judged> = lacking.copied().collect();
        match lacking.as_slice() {
            [
                Judged {
                    slot,
                    lack: Some(lack),
                },
            ] => wording::begun(self, *slot, *lack),
            all => {
                let slots: Vec<Slot> = all.iter().map(|one| one.slot).collect();
                wording::begun_more(self, gap, &slots)
            }
        }
    }

    fn opened(self, slot: Slot, lack: Lack) -> FreshnessGap {
        FreshnessGap {
            table_id: self.table_id,
            kind: lack.kind,
            from: slot.from,
            to: slot.to,
            table: self.table.to_owned(),
            text: String::new(),
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
