//! Table locks the way Iceberg and Trino take them: without a transaction.

use serde_json::{Value, json};

use super::super::step::{Step, call, kept};
use super::{create_database, create_table, table};

const DB: &str = "locks_db";

fn component(kind: &str, level: &str, table: Value) -> Value {
    json!({ "type": kind, "level": level, "dbname": DB, "tablename": table, "operationType": "UNSET", "isTransactional": false })
}

fn lock(component: Value) -> Step {
    call(
        "lock",
        json!({ "rqst": { "component": [component], "user": "ann", "hostname": "here", "agentInfo": "agent-1" } }),
    )
}

fn check(name: &str) -> Step {
    call("check_lock", json!({ "rqst": { "lockid": kept(name) } }))
}

fn unlock(name: &str) -> Step {
    call("unlock", json!({ "rqst": { "lockid": kept(name) } }))
}

pub(super) fn steps() -> Vec<Step> {
    let show = || call("show_locks", json!({ "rqst": {} }));
    vec![
        create_database(DB),
        create_table(table(DB, "t", &[])),
        lock(component("EXCLUSIVE", "TABLE", json!("t"))).keep("first"),
        check("first/lockid"),
        lock(component("EXCLUSIVE", "TABLE", json!("t"))).keep("second"),
        check("second/lockid"),
        lock(component("SHARED_READ", "TABLE", json!("t"))).keep("third"),
        lock(component("SHARED_READ", "TABLE", json!("other"))).keep("other"),
        lock(component("SHARED_READ", "DB", Value::Null)).keep("database"),
        show(),
        call(
            "show_locks",
            json!({ "rqst": { "dbname": DB, "tablename": "t" } }),
        ),
        call(
            "heartbeat",
            json!({ "ids": { "lockid": kept("first/lockid") } }),
        ),
        call(
            "heartbeat",
            json!({ "ids": { "txnid": 0, "lockid": kept("first/lockid") } }),
        ),
        call("heartbeat", json!({ "ids": { "lockid": 999_999 } })),
        call("heartbeat", json!({ "ids": { "txnid": 999_999 } })),
        call("heartbeat", json!({ "ids": {} })),
        unlock("first/lockid"),
        unlock("first/lockid"),
        check("first/lockid"),
        check("second/lockid"),
        check("third/lockid"),
        unlock("second/lockid"),
        check("third/lockid"),
        unlock("third/lockid"),
        unlock("other/lockid"),
        unlock("database/lockid"),
        lock(component("SHARED_WRITE", "TABLE", json!("T"))).keep("write"),
        lock(component("SHARED_WRITE", "TABLE", json!("t"))).keep("write2"),
        lock(component("SHARED_READ", "TABLE", json!("t"))).keep("read"),
        unlock("write/lockid"),
        check("write2/lockid"),
        unlock("write2/lockid"),
        unlock("read/lockid"),
        show(),
        call(
            "lock",
            json!({ "rqst": { "component": [], "user": "ann", "hostname": "here" } }),
        ),
        call("unlock", json!({ "rqst": { "lockid": 999_999 } })),
        call("check_lock", json!({ "rqst": { "lockid": 999_999 } })),
        call("lock", json!({})),
    ]
}
