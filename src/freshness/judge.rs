//! Whether what came of a stretch of time is as it has to be.

use crate::model::{GapKind, VolumeRange};

/// Earlier weeks whose volume is looked at.
pub(super) const WEEKS_BEFORE: i32 = 4;
/// Earlier weeks that have to tell their volume, so that there is a usual one.
const WEEKS_TELLING_MIN: usize = 2;

/// What a table has of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// How many partitions.
    pub(super) partitions: u64,
    /// Their rows; `None` where one of them does not tell.
    pub(super) rows: Option<u64>,
    /// Their bytes; `None` where one of them does not tell.
    pub(super) bytes: Option<u64>,
}

/// A volume beside the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Volume {
    /// How much there is.
    pub(super) count: u64,
    /// How much is usual.
    pub(super) usual: u64,
    /// Whether these are rows; else they are bytes.
    pub(super) is_rows: bool,
}

impl Volume {
    /// Per cent of what is usual.
    pub(super) fn per_cent(self) -> u64 {
        let share = u128::from(self.count) * 100 / u128::from(self.usual.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

/// What is wrong with a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lack {
    /// What.
    pub(super) kind: GapKind,
    /// How much there is instead; nothing where there is none at all.
    pub(super) volume: Option<Volume>,
}

/// What is wrong with a stretch of which there is `found`, where the same one of earlier weeks had `before`; `None` where nothing
/// is. Where too few weeks tell how much they had, any amount will do.
pub(super) fn lack(found: Found, before: &[Found], range: Option<VolumeRange>) -> Option<Lack> {
    if found.partitions == 0 {
        return Some(Lack {
            kind: GapKind::Missing,
            volume: None,
        });
    }
    let range = range?;
    let volume = volume(found, before)?;
    let share = volume.per_cent();
    let kind = if share < u64::from(range.least) {
        GapKind::Thin
    } else if range.most.is_some_and(|most| share > u64::from(most)) {
        GapKind::Swollen
    } else {
        return None;
    };
    Some(Lack {
        kind,
        volume: Some(volume),
    })
}

/// How much there is and is usual, in rows where they are told, else in bytes.
fn volume(found: Found, before: &[Found]) -> Option<Volume> {
    let of = |count: Option<u64>, told: Vec<u64>, is_rows: bool| {
        Some(Volume {
            count: count?,
            usual: median(told)?,
            is_rows,
        })
    };
    let rows = before.iter().filter_map(|week| week.rows).collect();
    let bytes = before.iter().filter_map(|week| week.bytes).collect();
    of(found.rows, rows, true).or_else(|| of(found.bytes, bytes, false))
}

/// The middle one; `None` where too few tell, or nothing is usual.
fn median(mut told: Vec<u64>) -> Option<u64> {
    told.sort_unstable();
    let middle = told.len() / 2;
    let usual = if told.len() < WEEKS_TELLING_MIN {
        return None;
    } else if told.len() % 2 == 1 {
        told[middle]
    } else {
        told[middle - 1].midpoint(told[middle])
    };
    (usual > 0).then_some(usual)
}
