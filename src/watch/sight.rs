//! What a source shows no more of what it showed: rights that were taken away, a schema that went, half of its tables at
//! once. Silence is no change, so nothing else would tell of it.

use super::Watch;
use super::outbox::SIGHT;
use crate::clock::DatabaseTime;
use crate::diff::change::{Change, ChangeKind};
use crate::diff::compare::Comparison;
use crate::diff::text::named;
use crate::error::Result;
use crate::model::{SourceState, SourceTableRef};
use crate::store::Session;
use std::fmt::Write as _;

/// Names that one line has at most; the rest is counted.
const NAMES_MAX: usize = 20;
/// Tables that a source has at least where half of them is much.
const TABLES_MIN: usize = 10;

/// How what a source shows differs from what it showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// What it is silent of, in one line; `None` where it shows all.
    pub(super) lost: Option<String>,
    /// That half of its tables or more were dropped at once, in one line.
    pub(super) halved: Option<String>,
}

impl Sight {
    /// What a comparison with a snapshot of so many tables tells.
    pub(super) fn of(comparison: &Comparison, tables_before: usize) -> Self {
        let unread: Vec<&SourceTableRef> = comparison.unread.iter().collect();
        let is_drop = |change: &&Change| matches!(change.kind, ChangeKind::TableDropped(_));
        let dropped = comparison.changes.iter().filter(is_drop);
        let dropped: Vec<&SourceTableRef> = dropped.map(|change| &change.table).collect();
        let told = |tables: &[&SourceTableRef], what: &str| {
            format!(
                "{} of the {tables_before} tables that it showed {what}: {}",
                tables.len(),
                names(tables)
            )
        };
        let is_half = tables_before >= TABLES_MIN && dropped.len() * 2 >= tables_before;
        Self {
            lost: (!unread.is_empty()).then(|| {
                told(
                    &unread,
                    "are not shown any more, so its user may have lost rights",
                )
            }),
            halved: is_half.then(|| told(&dropped, "were dropped at once")),
        }
    }
}

fn names(tables: &[&SourceTableRef]) -> String {
    let first = tables.iter().take(NAMES_MAX);
    let mut text = first
        .map(|table| named(&table.to_string()))
        .collect::<Vec<_>>()
        .join(", ");
    if tables.len() > NAMES_MAX {
        let _ = write!(text, " and {} more", tables.len() - NAMES_MAX);
    }
    text
}

impl Watch {
    /// Tells what a source shows no more, once, and once that it shows all again.
    pub(super) async fn sight_tell(
        &self,
        session: &mut Session,
        source: &str,
        before: &SourceState,
        sight: &Sight,
        now: DatabaseTime,
    ) -> Result<()> {
        if let Some(halved) = &sight.halved {
            let effect = "where that was not meant, look before jobs empty what they fill";
            let key = format!("alarm:halved:{}", now.seconds());
            self.sight_alarm(session, source, (&key, halved, effect), now)
                .await?;
        }
        match (&before.lost, &sight.lost) {
            (before, Some(lost)) if before.as_ref() != Some(lost) => {
                let effect = "what changes there is not known; it is kept as it was seen last";
                self.sight_alarm(session, source, (SIGHT, lost, effect), now)
                    .await
            }
            (Some(_), None) => self.sight_clear(session, source, now).await,
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceTable, SourceTableKind};

    fn at(name: &str) -> SourceTableRef {
        SourceTableRef {
            schema: "shop".to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn what_is_lost_is_named_and_half_of_all_is_much() {
        let mut comparison = Comparison::default();
        assert_eq!(Sight::of(&comparison, 9), Sight::default());
        comparison.unread = (0..22).map(|number| at(&format!("t{number}"))).collect();
        let lost = Sight::of(&comparison, 30).lost.unwrap();
        assert!(lost.starts_with("22 of the 30 tables"), "{lost}");
        assert!(lost.ends_with("`shop.t19` and 2 more"), "{lost}");
        comparison.unread.clear();
        comparison.changes = (0..5)
            .map(|number| {
                let table = SourceTable::new("shop", &format!("t{number}"), SourceTableKind::Table);
                Change {
                    table: table.at.clone(),
                    kind: ChangeKind::TableDropped(Box::new(table)),
                }
            })
            .collect();
        assert!(Sight::of(&comparison, 10).halved.is_some());
        assert_eq!(Sight::of(&comparison, 11), Sight::default());
        assert_eq!(Sight::of(&comparison, 5), Sight::default(), "few tables");
    }
}
