//! Locks.

use crate::catalog::ListedLock;
use crate::model::{LockState, LockType};
use hms::types;

/// Milliseconds of a second: Hive keeps the times of locks in milliseconds.
const MILLIS: i64 = 1000;

/// The answer to a request or a poll.
pub(in crate::thrift) fn response(id: i64, state: LockState) -> types::LockResponse<'static> {
    types::LockResponse {
        lockid: id,
        state: self::state(state),
        error_message: None,
    }
}

/// One element for each component, by resource and then by number.
pub(in crate::thrift) fn listed(locks: &[ListedLock]) -> Vec<types::ShowLocksResponseElement<'_>> {
    let mut elements: Vec<_> = locks.iter().flat_map(elements).collect();
    elements.sort_by_key(|element| {
        (
            element.dbname,
            element.tablename,
            element.partname,
            element.lockid,
            element.lock_id_internal,
        )
    });
    elements
}

fn elements(listed: &ListedLock) -> impl Iterator<Item = types::ShowLocksResponseElement<'_>> {
    let lock = &listed.lock;
    lock.components
        .iter()
        .zip(1..)
        .map(move |(component, number)| types::ShowLocksResponseElement {
            lockid: lock.id,
            dbname: component.database.as_str(),
            tablename: component.table.as_ref().map(crate::model::Name::as_str),
            partname: component.partition.as_deref(),
            state: state(lock.state),
            r#type: lock_type(component.lock_type),
            txnid: Some(lock.transaction_id),
            lastheartbeat: lock.heartbeat_at.seconds().saturating_mul(MILLIS),
            acquiredat: lock
                .acquired_at
                .map(|at| at.seconds().saturating_mul(MILLIS)),
            user: &lock.user,
            hostname: &lock.hostname,
            heartbeat_count: None,
            agent_info: lock.agent_info.as_deref(),
            blocked_by_ext_id: listed.blocked_by,
            blocked_by_int_id: listed.blocked_by.map(|_| 1),
            lock_id_internal: Some(number),
            catname: Some(component.catalog.as_str()),
        })
}

fn state(state: LockState) -> types::LockState {
    match state {
        LockState::Acquired => types::LockState::ACQUIRED,
        LockState::Waiting => types::LockState::WAITING,
        LockState::Aborted => types::LockState::ABORT,
        LockState::NotAcquired => types::LockState::NOT_ACQUIRED,
    }
}

fn lock_type(lock_type: LockType) -> types::LockType {
    match lock_type {
        LockType::SharedRead => types::LockType::SHARED_READ,
        LockType::SharedWrite => types::LockType::SHARED_WRITE,
        LockType::Exclusive => types::LockType::EXCLUSIVE,
        LockType::ExclusiveWrite => types::LockType::EXCL_WRITE,
    }
}
