//! Locks without transactions: how Iceberg and Trino keep two writers apart.

use crate::error::Error;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire;
use crate::thrift::from_wire::name::required;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire;
use hms::{args, replies, types};

/// What a component of a lock takes in a listing and in its answer, bytes.
const COMPONENT_BYTES: usize = 1_024;

pub(in crate::thrift) static METHODS: &[Method] =
    methods![lock, check_lock, unlock, heartbeat, show_locks,];

async fn lock(call: Call<'_>) -> Answer {
    let args: args::Lock<'_> = call.arguments()?;
    let spec = from_wire::lock::spec(&required(args.rqst, "rqst")?)?;
    let (id, state) = call.catalog().lock_acquire(&spec).await?;
    call.reply(&replies::Lock {
        success: Some(to_wire::lock::response(id, state)),
        ..Default::default()
    })
}

/// The transaction and the waiting time in the request inform only.
async fn check_lock(call: Call<'_>) -> Answer {
    let args: args::CheckLock = call.arguments()?;
    let id = required(args.rqst, "rqst")?.lockid;
    let state = call.catalog().lock_check(id).await?;
    call.reply(&replies::CheckLock {
        success: Some(to_wire::lock::response(id, state)),
        ..Default::default()
    })
}

async fn unlock(call: Call<'_>) -> Answer {
    let args: args::Unlock = call.arguments()?;
    call.catalog()
        .lock_release(required(args.rqst, "rqst")?.lockid)
        .await?;
    call.reply(&replies::Unlock::default())
}

async fn heartbeat(call: Call<'_>) -> Answer {
    let args: args::Heartbeat = call.arguments()?;
    let ids = required(args.ids, "ids")?;
    call.catalog()
        .lock_heartbeat(ids.lockid.unwrap_or(0), ids.txnid.unwrap_or(0))
        .await?;
    call.reply(&replies::Heartbeat::default())
}

async fn show_locks(call: Call<'_>) -> Answer {
    let args: args::ShowLocks<'_> = call.arguments()?;
    let filter = from_wire::lock::filter(&args.rqst.unwrap_or_default())?;
    // Readers take turns where the memory does not suffice for all at once.
    let components = call.catalog().lock_component_count().await?;
    let components = usize::try_from(components).unwrap_or(usize::MAX);
    let held = call.reservation.bytes();
    let work = components.saturating_mul(COMPONENT_BYTES);
    call.reservation.grow(work).await.map_err(Error::from)?;
    let locks = call.catalog().lock_list(&filter).await?;
    let response = types::ShowLocksResponse {
        locks: Some(to_wire::lock::listed(&locks)),
    };
    let reply = call.reply(&replies::ShowLocks {
        success: Some(response),
    });
    if let Ok(reply) = &reply {
        call.reservation.shrink_to(held.max(reply.memory_bytes()));
    }
    reply
}
