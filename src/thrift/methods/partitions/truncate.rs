//! Emptying tables and partitions.

use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::method::Method;
use hms::{args, replies};

pub(in super::super) const METHODS: &[Method] = &[
    Method::new("truncate_table", |call| Box::pin(truncate_table(call))),
    Method::new("truncate_table_req", |call| {
        Box::pin(truncate_table_req(call))
    }),
];

async fn truncate_table(call: Call<'_>) -> Answer {
    let args: args::TruncateTable<'_> = call.arguments()?;
    let at = name::table(args.db_name, args.table_name)?;
    call.catalog()
        .table_truncate(&at, args.part_names.as_deref())
        .await?;
    call.reply(&replies::TruncateTable::default())
}

/// The request has no catalog of its own; Hive 4 writes it before the database.
async fn truncate_table_req(call: Call<'_>) -> Answer {
    let args: args::TruncateTableReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let at = name::table(Some(request.db_name), Some(request.table_name))?;
    call.catalog()
        .table_truncate(&at, request.part_names.as_deref())
        .await?;
    let success = Some(hms::types::TruncateTableResponse::default());
    call.reply(&replies::TruncateTableReq {
        success,
        ..Default::default()
    })
}
