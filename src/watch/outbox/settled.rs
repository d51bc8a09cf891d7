//! What was over before the channel was told: neither its beginning nor its end is news then.

use crate::error::Result;
use crate::model::{Alert, AlertState, OVER, SchemaChange};
use crate::store::Session;
use crate::transact;
use crate::watch::Watch;
use std::collections::{HashMap, HashSet};

impl Watch {
    /// Leaves out of what a channel is to be told now each beginning whose end is among it, and the end. Whoever holds the
    /// channel's lease may say so: nobody else sends them meanwhile.
    pub(super) async fn settled_leave(&self, due: Vec<Alert>) -> Result<Vec<Alert>> {
        let settled = settled(&due);
        if settled.is_empty() {
            return Ok(due);
        }
        transact!(self.store, |session| {
            for id in &settled {
                session.alert_set(*id, AlertState::Over).await?;
            }
            Ok(())
        })?;
        let left = due.into_iter().filter(|alert| !settled.contains(&alert.id));
        Ok(left.collect())
    }
}

impl Watch {
    /// The tables that changes drop of which a channel was never told that they are new: neither is news then, nor what
    /// waits to be told of them.
    pub(super) async fn short_lived_leave(
        &self,
        session: &mut Session,
        channel: &str,
        source: &str,
        changes: &[SchemaChange],
    ) -> Result<HashSet<String>> {
        let mut left = HashSet::new();
        let dropped = changes.iter().filter(|one| one.kind == "table_dropped");
        let dropped: HashSet<&str> = dropped.map(|change| change.object.as_str()).collect();
        if dropped.is_empty() {
            return Ok(left);
        }
        let waiting = session.alert_untold(channel, source).await?;
        let waiting: Vec<&Alert> = waiting
            .iter()
            .filter(|alert| dropped.contains(alert.entry.table()))
            .collect();
        for alert in &waiting {
            let Some(id) = alert.change_id.filter(|_| alert.entry.column.is_none()) else {
                continue;
            };
            let change = session.schema_change_get(id).await?;
            if change.is_some_and(|change| change.kind == "table_added") {
                left.insert(alert.entry.object.clone());
            }
        }
        for alert in waiting {
            if left.contains(alert.entry.table()) {
                session.alert_set(alert.id, AlertState::Over).await?;
            }
        }
        Ok(left)
    }
}

/// The numbers of beginnings and ends that are there both. One that a channel may have shown, because a sending of it
/// failed, is none.
fn settled(due: &[Alert]) -> HashSet<i64> {
    let mut begun: HashMap<(&str, &str), Vec<&Alert>> = HashMap::new();
    for alert in due {
        let of = (alert.subject.as_str(), alert.entry.key.as_str());
        begun.entry(of).or_default().push(alert);
    }
    let mut found = HashSet::new();
    for end in due {
        let key = end.entry.key.strip_suffix(OVER);
        let begun = key.and_then(|key| begun.get(&(end.subject.as_str(), key)));
        let Some(begun) = begun.filter(|all| all.iter().all(|one| one.attempts == 0)) else {
            continue;
        };
        found.extend(begun.iter().map(|one| one.id));
        found.insert(end.id);
    }
    found
}
