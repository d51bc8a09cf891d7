//! Changes of views that are told within the change that they follow from. They are kept as changes of their own; only
//! nobody is told of them twice.

use crate::diff::text::named;
use crate::model::SchemaChange;
use std::collections::BTreeMap;

/// Views that one line names; the rest is counted.
const VIEWS_MAX: usize = 12;

/// Puts a line about the views that follow into the effects of what they follow from, and marks what is told so. One that is
/// graver than its cause, or from which a table of the catalog is filled, is told by itself.
pub(super) fn tell_within(changes: &mut [SchemaChange], followed: &[Option<usize>]) {
    let mut views: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (number, cause) in followed.iter().enumerate() {
        let (Some(change), Some(cause)) = (changes.get(number), *cause) else {
            continue;
        };
        let Some(told) = changes.get(cause) else {
            continue;
        };
        // The gravest severity is the least.
        let is_graver = change.severity < told.severity;
        if is_graver || change.targets.iter().any(|target| target.exists) {
            continue;
        }
        let view = named(&change.table.to_string());
        changes[number].is_told_within = true;
        let views = views.entry(cause).or_default();
        if !views.contains(&view) {
            views.push(view);
        }
    }
    for (cause, views) in views {
        let shown = views[..views.len().min(VIEWS_MAX)].join(", ");
        let more = views.len().saturating_sub(VIEWS_MAX);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let noun = if views.len() == 1 { "view" } else { "views" };
        let line = format!("and {} {noun} of the source: {shown}{more}", views.len());
        changes[cause].effects.insert(0, line);
    }
}
