//! What stands above every message for people: what it is about, why it comes and when it was made.

use super::text::shown;
use crate::model::{Notice, NoticeKind};
use jiff::Timestamp;

/// Characters of the notice's subject that are shown.
const SUBJECT_CHARS_MAX: usize = 80;

/// `shop: 2 breaking changes`, numbered where a notice becomes several messages.
pub(super) fn title(notice: &Notice, number: usize, count: usize) -> String {
    let subject = shown(&notice.subject, SUBJECT_CHARS_MAX);
    let numbering = if count > 1 {
        format!(" ({number}/{count})")
    } else {
        String::new()
    };
    format!("{subject}: {}{numbering}", notice.summary())
}

/// `skep · digest · 2026-11-25 09:00 UTC`, and how to say that it was seen.
pub(super) fn context(notice: &Notice) -> String {
    let why = match notice.kind {
        NoticeKind::Digest => "digest",
        NoticeKind::AtOnce => "told at once",
        NoticeKind::Alarm => "alarm",
        NoticeKind::Quiet => "digest, nothing to tell",
        NoticeKind::Test => "this channel works",
        NoticeKind::Answer => "somebody has seen it",
    };
    let at = Timestamp::from_second(notice.at).unwrap_or_default();
    let at = at.strftime("%Y-%m-%d %H:%M");
    let is_change = notice.entries.iter().any(|entry| entry.change.is_some());
    let answer = match (
        &notice.pages,
        is_change && notice.kind != NoticeKind::Answer,
    ) {
        (_, false) => "",
        (None, true) => " · seen it? `skep schema ack NUMBER`",
        (Some(_), true) => " · seen it? acknowledge it below, or by `skep schema ack NUMBER`",
    };
    format!("skep · {why} · {at} UTC{answer}")
}
