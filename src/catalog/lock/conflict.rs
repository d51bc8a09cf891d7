//! Which lock stands in the way of which: the table of Hive 4. A pure rule over two components; who came first and
//! who is still alive is decided by the caller.

use crate::model::{Lock, LockComponent, LockLevel, LockType};

/// The lock with the smallest number that stands in the way of `lock`, of those in `others` with a smaller number.
/// Waiting locks count as granted ones do, so that no writer starves behind a stream of readers.
pub(super) fn blocker<'a>(lock: &Lock, others: &'a [Lock]) -> Option<&'a Lock> {
    others
        .iter()
        .filter(|other| other.id < lock.id && stands_in_the_way(other, lock))
        .min_by_key(|other| other.id)
}

fn stands_in_the_way(existing: &Lock, requested: &Lock) -> bool {
    requested.components.iter().any(|wanted| {
        existing
            .components
            .iter()
            .any(|held| conflict(wanted, held))
    })
}

fn conflict(wanted: &LockComponent, held: &LockComponent) -> bool {
    overlap(wanted, held)
        && !reads_the_database(wanted, held)
        && exclude(wanted.lock_type, held.lock_type)
}

/// Whether two components have something in common: what one of them leaves out covers whatever the other names.
fn overlap(wanted: &LockComponent, held: &LockComponent) -> bool {
    let tables = match (&wanted.table, &held.table) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let partitions = match (&wanted.partition, &held.partition) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    wanted.catalog == held.catalog && wanted.database == held.database && tables && partitions
}

/// Hive's exception: a shared lock on a whole database only keeps the database from being dropped, so it lives beside
/// an exclusive lock on one of its tables or partitions.
fn reads_the_database(wanted: &LockComponent, held: &LockComponent) -> bool {
    let shared_database = |one: &LockComponent| {
        one.lock_type == LockType::SharedRead && one.level == LockLevel::Database
    };
    let exclusive_inside = |one: &LockComponent| {
        one.lock_type == LockType::Exclusive && one.level != LockLevel::Database
    };
    (shared_database(wanted) && exclusive_inside(held))
        || (exclusive_inside(wanted) && shared_database(held))
}

fn exclude(wanted: LockType, held: LockType) -> bool {
    use LockType::{Exclusive, ExclusiveWrite, SharedRead, SharedWrite};
    match (wanted, held) {
        (Exclusive, _)
        | (_, Exclusive)
        | (ExclusiveWrite, SharedWrite | ExclusiveWrite)
        | (SharedWrite, ExclusiveWrite) => true,
        (SharedRead, _) | (_, SharedRead) | (SharedWrite, SharedWrite) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DatabaseTime;
    use crate::model::{LockState, Name};

    fn component(
        lock_type: LockType,
        table: Option<&str>,
        partition: Option<&str>,
    ) -> LockComponent {
        let level = match (table, partition) {
            (None, _) => LockLevel::Database,
            (Some(_), None) => LockLevel::Table,
            (Some(_), Some(_)) => LockLevel::Partition,
        };
        LockComponent {
            lock_type,
            level,
            catalog: Name::new("hive"),
            database: Name::new("d"),
            table: table.map(Name::new),
            partition: partition.map(str::to_owned),
            operation_type: None,
        }
    }

    fn lock(id: i64, component: LockComponent) -> Lock {
        Lock {
            id,
            transaction_id: 0,
            state: LockState::Waiting,
            components: vec![component],
            user: String::new(),
            hostname: String::new(),
            agent_info: None,
            heartbeat_at: DatabaseTime::default(),
            idle_s: 0,
            acquired_at: None,
        }
    }

    #[test]
    fn strengths_exclude_each_other_as_in_hive_4() {
        use LockType::{Exclusive as X, ExclusiveWrite as W, SharedRead as R, SharedWrite as S};
        let blocked = [
            (R, X),
            (S, W),
            (S, X),
            (W, S),
            (W, W),
            (W, X),
            (X, R),
            (X, S),
            (X, W),
            (X, X),
        ];
        for wanted in [R, S, W, X] {
            for held in [R, S, W, X] {
                assert_eq!(
                    exclude(wanted, held),
                    blocked.contains(&(wanted, held)),
                    "{wanted:?} after {held:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_left_out_covers_everything() {
        use LockType::{Exclusive, SharedRead, SharedWrite};
        let table = component(Exclusive, Some("t"), None);
        let partition = component(Exclusive, Some("t"), Some("ds=a"));
        assert!(conflict(&partition, &table));
        assert!(conflict(&table, &partition));
        assert!(!conflict(
            &partition,
            &component(Exclusive, Some("t"), Some("ds=b"))
        ));
        assert!(!conflict(&table, &component(Exclusive, Some("u"), None)));
        let database = component(SharedRead, None, None);
        assert!(!conflict(&table, &database));
        assert!(!conflict(&database, &partition));
        assert!(conflict(&table, &component(SharedWrite, None, None)));
        assert!(conflict(&component(Exclusive, None, None), &database));
    }

    #[test]
    fn only_earlier_locks_stand_in_the_way() {
        use LockType::{Exclusive, SharedRead};
        let others = [
            lock(1, component(SharedRead, Some("t"), None)),
            lock(3, component(Exclusive, Some("t"), None)),
            lock(5, component(Exclusive, Some("t"), None)),
        ];
        let reader = |id| lock(id, component(SharedRead, Some("t"), None));
        assert_eq!(blocker(&reader(2), &others).map(|lock| lock.id), None);
        assert_eq!(blocker(&reader(4), &others).map(|lock| lock.id), Some(3));
        assert_eq!(blocker(&others[2], &others).map(|lock| lock.id), Some(1));
    }
}
