//! Emptying tables and partitions.

use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::method::{Method, methods};
use hms::{args, replies};

pub(in crate::thrift) static METHODS: &[Method] = methods![truncate_table, truncate_table_req,];

async fn truncate_table(call: Call<'_>) -> Answer {
    let args: args::TruncateTable<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    call.catalog()
        .table_truncate(&at, args.part_names.as_deref())
        .await?;
    call.reply(&replies::TruncateTable::default())
}

/// The request has no catalog of its own; Hive 4 writes it before the database.
async fn truncate_table_req(call: Call<'_>) -> Answer {
    let args: args::TruncateTableReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table_of(&request)?;
    call.catalog()
        .table_truncate(&at, request.part_names.as_deref())
        .await?;
    let success = Some(hms::types::TruncateTableResponse::default());
    call.reply(&replies::TruncateTableReq {
        success,
        ..Default::default()
    })
}
