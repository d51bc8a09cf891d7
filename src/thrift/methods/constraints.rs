//! Constraints. They are not stored: readers are told that there are none, which Presto asks three times for each
//! table, and a table that comes with some is refused, so that nobody believes they were kept.

use crate::error::{Error, Result};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire;
use crate::thrift::from_wire::name::required;
use crate::thrift::method::{Method, methods};
use hms::{args, replies, types};

/// As in Hive, a missing table has no constraints.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    create_table_with_constraints(not_found: InvalidObjectException),
    get_primary_keys,
    get_foreign_keys,
    get_unique_constraints,
    get_not_null_constraints,
    get_default_constraints,
    get_check_constraints,
    get_all_table_constraints,
];

/// Refuses a table that comes with constraints.
pub(super) fn none_sent(constraints: &types::SQLAllTableConstraints<'_>) -> Result<()> {
    let some = constraints
        .primary_keys
        .as_ref()
        .is_some_and(|list| !list.is_empty())
        || constraints
            .foreign_keys
            .as_ref()
            .is_some_and(|list| !list.is_empty())
        || constraints
            .unique_constraints
            .as_ref()
            .is_some_and(|list| !list.is_empty())
        || constraints
            .not_null_constraints
            .as_ref()
            .is_some_and(|list| !list.is_empty())
        || constraints
            .default_constraints
            .as_ref()
            .is_some_and(|list| !list.is_empty())
        || constraints
            .check_constraints
            .as_ref()
            .is_some_and(|list| !list.is_empty());
    if some {
        return Err(Error::Unsupported(
            "skep does not store constraints; create the table without them".into(),
        ));
    }
    Ok(())
}

async fn create_table_with_constraints(call: Call<'_>) -> Answer {
    let args: args::CreateTableWithConstraints<'_> = call.arguments()?;
    none_sent(&types::SQLAllTableConstraints {
        primary_keys: args.primary_keys,
        foreign_keys: args.foreign_keys,
        unique_constraints: args.unique_constraints,
        not_null_constraints: args.not_null_constraints,
        default_constraints: args.default_constraints,
        check_constraints: args.check_constraints,
    })?;
    let table = from_wire::table::table(&required(args.tbl, "tbl")?, None)?;
    call.catalog().table_create(table, true).await?;
    call.reply(&replies::CreateTableWithConstraints::default())
}

async fn get_primary_keys(call: Call<'_>) -> Answer {
    let success = Some(types::PrimaryKeysResponse {
        primary_keys: Vec::new(),
    });
    call.reply(&replies::GetPrimaryKeys {
        success,
        ..Default::default()
    })
}

/// One of the two tables must be named.
async fn get_foreign_keys(call: Call<'_>) -> Answer {
    let args: args::GetForeignKeys<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    required(
        request.parent_tbl_name.or(request.foreign_tbl_name),
        "foreign_tbl_name",
    )?;
    let success = Some(types::ForeignKeysResponse {
        foreign_keys: Vec::new(),
    });
    call.reply(&replies::GetForeignKeys {
        success,
        ..Default::default()
    })
}

async fn get_unique_constraints(call: Call<'_>) -> Answer {
    let success = Some(types::UniqueConstraintsResponse {
        unique_constraints: Vec::new(),
    });
    call.reply(&replies::GetUniqueConstraints {
        success,
        ..Default::default()
    })
}

async fn get_not_null_constraints(call: Call<'_>) -> Answer {
    let success = Some(types::NotNullConstraintsResponse {
        not_null_constraints: Vec::new(),
    });
    call.reply(&replies::GetNotNullConstraints {
        success,
        ..Default::default()
    })
}

async fn get_default_constraints(call: Call<'_>) -> Answer {
    let success = Some(types::DefaultConstraintsResponse {
        default_constraints: Vec::new(),
    });
    call.reply(&replies::GetDefaultConstraints {
        success,
        ..Default::default()
    })
}

async fn get_check_constraints(call: Call<'_>) -> Answer {
    let success = Some(types::CheckConstraintsResponse {
        check_constraints: Vec::new(),
    });
    call.reply(&replies::GetCheckConstraints {
        success,
        ..Default::default()
    })
}

async fn get_all_table_constraints(call: Call<'_>) -> Answer {
    let all_table_constraints = types::SQLAllTableConstraints {
        primary_keys: Some(Vec::new()),
        foreign_keys: Some(Vec::new()),
        unique_constraints: Some(Vec::new()),
        not_null_constraints: Some(Vec::new()),
        default_constraints: Some(Vec::new()),
        check_constraints: Some(Vec::new()),
    };
    let success = Some(types::AllTableConstraintsResponse {
        all_table_constraints,
    });
    call.reply(&replies::GetAllTableConstraints {
        success,
        ..Default::default()
    })
}
