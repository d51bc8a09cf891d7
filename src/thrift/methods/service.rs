//! The base service of every fb303 server: name, version, health.

use crate::thrift::call::{Answer, Call};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::seconds;
use hms::replies;
use hms::types::FbStatus;

pub(in crate::thrift) static METHODS: &[Method] = methods![
    getName => get_name,
    getVersion => get_version,
    getStatus => get_status,
    getStatusDetails => get_status_details,
    aliveSince => alive_since,
    reinitialize => nothing,
    shutdown => nothing,
];

async fn get_name(call: Call<'_>) -> Answer {
    call.reply(&replies::GetName {
        success: Some("skep"),
    })
}

/// Clients of Hive 2 and 3 expect the text of those versions.
async fn get_version(call: Call<'_>) -> Answer {
    call.reply(&replies::GetVersion {
        success: Some("3.0"),
    })
}

async fn get_status(call: Call<'_>) -> Answer {
    call.reply(&replies::GetStatus {
        success: Some(FbStatus::ALIVE),
    })
}

async fn get_status_details(call: Call<'_>) -> Answer {
    call.reply(&replies::GetStatusDetails { success: Some("") })
}

async fn alive_since(call: Call<'_>) -> Answer {
    let started_at = call.shared.started_at;
    call.reply(&replies::AliveSince {
        success: Some(i64::from(seconds(started_at))),
    })
}

/// Both are oneway and must end nothing: every Java client sends `shutdown` when it closes, Spark in mid-session.
async fn nothing(_call: Call<'_>) -> Answer {
    Ok(Vec::new().into())
}
