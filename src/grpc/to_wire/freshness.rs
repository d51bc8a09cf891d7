//! Freshness as messages.

use super::{moment, table_name};
use crate::freshness::{FreshnessStatus, Standing};
use crate::model::{FreshnessGap, GapKind};
use skep_wire::v1;

/// What a table expects of its data, and what lacks of it.
pub(in crate::grpc) fn freshness(status: FreshnessStatus) -> v1::TableFreshness {
    let standing = match status.standing() {
        Standing::Well => v1::FreshnessStanding::Well,
        Standing::Lacking => v1::FreshnessStanding::Lacking,
        Standing::Waiting => v1::FreshnessStanding::Waiting,
        Standing::Faulty => v1::FreshnessStanding::Faulty,
    };
    let expectation = status.expectation.as_ref().ok();
    v1::TableFreshness {
        name: Some(table_name(&status.at)),
        standing: standing.into(),
        problem: status.fault().map(str::to_owned),
        expectation: expectation.map(|one| v1::Expectation {
            every: one.every.to_string(),
            within_seconds: one.within_s,
            volume: one.volume.map(|range| range.to_string()),
            time_zone: one.zone_name().to_owned(),
            since: one.since.map(|day| day.to_string()),
            weekdays: one.weekdays_text.clone(),
            pause: one.pause_text.clone(),
            sizes: one.lists_sizes.then(|| "list".to_owned()),
        }),
        newest_until: status.state.newest.and_then(moment),
        next_due_time: status.next_due_at().and_then(moment),
        check_time: status.state.checked_at.and_then(moment),
        gaps: status.gaps.into_iter().map(gap).collect(),
    }
}

fn gap(gap: FreshnessGap) -> v1::FreshnessGap {
    let kind = match gap.kind {
        GapKind::Missing => v1::GapKind::Missing,
        GapKind::Thin => v1::GapKind::Thin,
        GapKind::Swollen => v1::GapKind::Swollen,
        // No lack of a time: `problem` tells it.
        GapKind::Faulty => v1::GapKind::Unspecified,
    };
    v1::FreshnessGap {
        kind: kind.into(),
        start_time: moment(gap.from),
        end_time: moment(gap.to),
        notice_time: moment(gap.began_at),
        text: gap.text,
    }
}
