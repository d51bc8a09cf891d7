//! What is held never passes its bounds, but for what is owed.

use super::{Budget, BudgetLimits, Exhausted, UNIT_BYTES, network};
use std::time::Duration;

const MIB: usize = 1024 * UNIT_BYTES;

fn budget(wait: Duration) -> Budget {
    Budget::new(BudgetLimits {
        total_bytes: 4 * MIB,
        client_bytes: 3 * MIB,
        wait,
    })
}

fn address(text: &str) -> std::net::IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_client_cannot_take_all() {
    let budget = budget(Duration::ZERO);
    let greedy = budget.account(address("10.0.0.1"));
    let one = greedy.reservation();
    one.try_grow(2 * MIB).unwrap();
    let again = budget.account(address("10.0.0.1")).reservation();
    let setting = super::CLIENT;
    assert_eq!(again.try_grow(2 * MIB), Err(Exhausted::Busy { setting }));
    again.try_grow(MIB).unwrap();
    let other = budget.account(address("10.0.0.2")).reservation();
    other.try_grow(MIB).unwrap();
    let setting = super::TOTAL;
    assert_eq!(other.try_grow(1), Err(Exhausted::Busy { setting }));
    assert_eq!(budget.bytes_held(), 4 * MIB);
    drop((one, again, other));
    assert_eq!(budget.bytes_held(), 0);
}

#[test]
fn what_never_fits_is_told_at_once() {
    let budget = budget(Duration::from_hours(1));
    let one = budget.account(address("10.0.0.1")).reservation();
    let refused = one.try_grow(3 * MIB + 1).unwrap_err();
    assert!(
        matches!(refused, Exhausted::TooLarge { setting, .. } if setting == super::CLIENT),
        "{refused}"
    );
    one.try_grow(2 * MIB).unwrap();
    assert!(one.try_grow(2 * MIB).is_err());
    assert_eq!(one.bytes(), 2 * MIB);
}

#[test]
fn what_is_given_back_can_be_taken_by_others() {
    let budget = budget(Duration::ZERO);
    let account = budget.account(address("10.0.0.1"));
    let one = account.reservation();
    for _ in 0..MIB {
        one.try_grow(1).unwrap();
    }
    assert_eq!(budget.bytes_held(), MIB, "small steps are not rounded up");
    one.try_grow(MIB).unwrap();
    one.shrink_to(10);
    assert_eq!((one.bytes(), budget.bytes_held()), (10, UNIT_BYTES));
    one.shrink_to(20);
    assert_eq!(one.bytes(), 10, "shrinking takes nothing");
    account.reservation().try_grow(2 * MIB).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_room_and_not_for_ever() {
    let budget = budget(Duration::from_secs(5));
    let account = budget.account(address("10.0.0.1"));
    let first = account.reservation();
    first.try_grow(3 * MIB).unwrap();
    let second = account.reservation();
    assert!(second.grow(MIB).await.is_err(), "nobody gave anything back");
    let (grown, ()) = tokio::join!(second.grow(MIB), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(first);
    });
    assert_eq!(grown, Ok(()));
}

#[test]
fn an_account_is_forgotten_with_its_last_connection() {
    let budget = budget(Duration::ZERO);
    let one = budget.account(address("10.0.0.1"));
    let two = budget.account(address("::ffff:10.0.0.1"));
    assert_eq!(budget.0.clients.lock().unwrap().len(), 1);
    let kept = two.reservation();
    drop((one, two));
    assert_eq!(budget.0.clients.lock().unwrap().len(), 1);
    drop(kept);
    assert_eq!(budget.0.clients.lock().unwrap().len(), 0);
}

#[test]
fn a_network_is_one_client() {
    assert_eq!(
        network(address("2001:db8::1")),
        network(address("2001:db8::2:1"))
    );
    assert_ne!(
        network(address("2001:db8::1")),
        network(address("2001:db8:0:1::1"))
    );
}

#[test]
fn what_is_done_is_answered_and_nothing_new_begins_until_that_is_given_back() {
    let budget = budget(Duration::ZERO);
    let account = budget.account(address("10.0.0.1"));
    let other = budget.account(address("10.0.0.2")).reservation();
    let one = account.reservation();
    one.try_grow(2 * MIB).unwrap();
    let done = account.reservation();
    done.owe(4 * MIB);
    assert_eq!((done.bytes(), budget.bytes_held()), (4 * MIB, 6 * MIB));
    drop(one);
    // Of three of the client's own, four are owed.
    let own = account.reservation();
    let setting = super::CLIENT;
    assert_eq!(own.try_grow(1), Err(Exhausted::Busy { setting }));
    let setting = super::TOTAL;
    assert_eq!(other.try_grow(1), Err(Exhausted::Busy { setting }));
    done.shrink_to(2 * MIB);
    own.try_grow(MIB).unwrap();
    other.try_grow(MIB).unwrap();
    assert_eq!(budget.bytes_held(), 4 * MIB);
    drop(done);
    assert_eq!(budget.bytes_held(), 2 * MIB);
    other.try_grow(2 * MIB).unwrap();
}

#[test]
fn what_is_owed_is_taken_as_usual_where_there_is_room() {
    let budget = budget(Duration::ZERO);
    let one = budget.account(address("10.0.0.1")).reservation();
    one.owe(3 * MIB);
    let other = budget.account(address("10.0.0.2")).reservation();
    other.try_grow(MIB).unwrap();
    assert_eq!(budget.bytes_held(), 4 * MIB);
}

#[tokio::test(start_paused = true)]
async fn a_large_request_is_not_overtaken_by_small_ones_that_come_later() {
    let budget = budget(Duration::from_secs(5));
    let account = budget.account(address("10.0.0.1"));
    let other = budget.account(address("10.0.0.2"));
    let taken = || {
        let one = other.reservation();
        one.try_grow(MIB).unwrap();
        one
    };
    let (first, second, third) = (taken(), taken(), taken());
    let large = account.reservation();
    let small = budget.account(address("10.0.0.3")).reservation();
    let order = std::sync::Mutex::new(Vec::new());
    let grown = async |name: &'static str, one: &super::Reservation, bytes: usize| {
        one.grow(bytes).await.unwrap();
        order.lock().unwrap().push(name);
    };
    let given_back = async {
        drop(first);
        tokio::task::yield_now().await;
        // It would do for the small one, and is the large one's.
        let late = budget.account(address("10.0.0.4")).reservation();
        let setting = super::TOTAL;
        assert_eq!(late.try_grow(1), Err(Exhausted::Busy { setting }));
        assert!(order.lock().unwrap().is_empty());
        drop(second);
        tokio::task::yield_now().await;
        assert_eq!(*order.lock().unwrap(), ["large"]);
        drop(third);
    };
    futures::join!(
        grown("large", &large, 3 * MIB),
        grown("small", &small, MIB),
        given_back
    );
    assert_eq!(*order.lock().unwrap(), ["large", "small"]);
}
