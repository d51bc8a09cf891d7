//! Column statistics: every spelling of update, read and delete.

use crate::error::{Entity, Error, Result};
use crate::model::{ColumnStatistics, Name, TableRef};
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::statistics::{DEFAULT_ENGINE, SentStatistics, columns, statistics};
use crate::thrift::method::{Method, methods};
use crate::thrift::methods::partitions::{table_missing_as, unplaced};
use crate::thrift::to_wire;
use hms::{NamesTable, args, replies, types};

/// The newer forms call a request that makes no sense an invalid input.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    update_table_column_statistics,
    update_partition_column_statistics,
    update_table_column_statistics_req(invalid: InvalidInputException),
    update_partition_column_statistics_req(invalid: InvalidInputException),
    set_aggr_stats_for,
    get_table_statistics_req,
    get_partitions_statistics_req,
    get_table_column_statistics,
    get_partition_column_statistics,
    get_aggr_stats_for,
    delete_table_column_statistics(invalid: InvalidInputException),
    delete_partition_column_statistics(invalid: InvalidInputException),
    delete_column_statistics_req(invalid: InvalidInputException),
];

async fn update(call: &Call<'_>, sent: SentStatistics<'_>) -> Result<(), Failure> {
    let updated = call
        .catalog()
        .statistics_update(&sent.at, sent.engine, &[sent.update], false)
        .await;
    Ok(updated.map_err(ungathered)?)
}

/// Hive's words where figures cannot be stored: of the table or a partition that is missing. A name that lacks a key makes the
/// request invalid.
fn ungathered(failure: Error) -> Error {
    match failure {
        Error::NotFound(Entity::Partition(..)) => Error::NotFound(Entity::Worded(
            "Partition for which stats is gathered doesn't exist.".into(),
        )),
        Error::InvalidObject(_) => Error::Invalid("Partition name is invalid. ".into()),
        failure => table_missing_as(failure, unplaced),
    }
}

/// Hive's words for a partition whose figures cannot be deleted.
fn undeletable_partition(failure: Error) -> Error {
    match failure {
        Error::NotFound(Entity::Partition(_, name)) => Error::NotFound(Entity::Worded(format!(
            "Partition {name} for which stats deletion is requested doesn't exist"
        ))),
        failure => failure,
    }
}

async fn update_table_column_statistics(call: Call<'_>) -> Answer {
    let args: args::UpdateTableColumnStatistics<'_> = call.arguments()?;
    update(&call, statistics(&required(args.stats_obj, "stats_obj")?)?).await?;
    call.reply(&replies::UpdateTableColumnStatistics {
        success: Some(true),
        ..Default::default()
    })
}

async fn update_partition_column_statistics(call: Call<'_>) -> Answer {
    let args: args::UpdatePartitionColumnStatistics<'_> = call.arguments()?;
    update(&call, statistics(&required(args.stats_obj, "stats_obj")?)?).await?;
    call.reply(&replies::UpdatePartitionColumnStatistics {
        success: Some(true),
        ..Default::default()
    })
}

/// The one set of statistics of a request form; merging is another method's.
fn only_one<'a>(request: &types::SetPartitionsStatsRequest<'a>) -> Result<SentStatistics<'a>> {
    if request.need_merge.unwrap_or(false) {
        return Err(Error::Invalid(
            "statistics are merged by set_aggr_stats_for alone".into(),
        ));
    }
    let [one] = request.col_stats.as_slice() else {
        return Err(Error::Invalid(format!(
            "one set of statistics was expected, not {}",
            request.col_stats.len()
        )));
    };
    let sent = statistics(one)?;
    Ok(SentStatistics {
        engine: one.engine.or(request.engine).unwrap_or(DEFAULT_ENGINE),
        ..sent
    })
}

async fn update_table_column_statistics_req(call: Call<'_>) -> Answer {
    let args: args::UpdateTableColumnStatisticsReq<'_> = call.arguments()?;
    update(&call, only_one(&required(args.req, "req")?)?).await?;
    let success = Some(types::SetPartitionsStatsResponse { result: true });
    call.reply(&replies::UpdateTableColumnStatisticsReq {
        success,
        ..Default::default()
    })
}

async fn update_partition_column_statistics_req(call: Call<'_>) -> Answer {
    let args: args::UpdatePartitionColumnStatisticsReq<'_> = call.arguments()?;
    update(&call, only_one(&required(args.req, "req")?)?).await?;
    let success = Some(types::SetPartitionsStatsResponse { result: true });
    call.reply(&replies::UpdatePartitionColumnStatisticsReq {
        success,
        ..Default::default()
    })
}

/// Statistics of many partitions of one table, or of the table itself.
async fn set_aggr_stats_for(call: Call<'_>) -> Answer {
    let args: args::SetAggrStatsFor<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let mut updates = Vec::with_capacity(request.col_stats.len());
    let mut of: Option<(TableRef, &str)> = None;
    for one in &request.col_stats {
        let sent = statistics(one)?;
        let engine = one.engine.or(request.engine).unwrap_or(DEFAULT_ENGINE);
        if of
            .as_ref()
            .is_some_and(|(at, known)| *at != sent.at || *known != engine)
        {
            return Err(Error::Invalid(
                "the statistics belong to more than one table or engine".into(),
            )
            .into());
        }
        if sent.update.partition.is_none() && request.col_stats.len() > 1 {
            return Err(Error::Invalid("a table has only one set of statistics".into()).into());
        }
        of = Some((sent.at, engine));
        updates.push(sent.update);
    }
    if let Some((at, engine)) = of {
        let merging = request.need_merge.unwrap_or(false);
        call.catalog()
            .statistics_update(&at, engine, &updates, merging)
            .await
            .map_err(ungathered)?;
    }
    call.reply(&replies::SetAggrStatsFor {
        success: Some(true),
        ..Default::default()
    })
}

async fn get_table_statistics_req(call: Call<'_>) -> Answer {
    let args: args::GetTableStatisticsReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let engine = request.engine.unwrap_or(DEFAULT_ENGINE);
    let found = call
        .catalog()
        .table_statistics(&at, engine, &columns(&request.col_names))
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let result = types::TableStatsResult {
        table_stats: to_wire::statistics::columns(&found),
        is_stats_compliant: None,
    };
    call.reply(&replies::GetTableStatisticsReq {
        success: Some(result),
        ..Default::default()
    })
}

async fn get_partitions_statistics_req(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsStatisticsReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let engine = request.engine.unwrap_or(DEFAULT_ENGINE);
    let names = columns(&request.col_names);
    let found = call
        .catalog()
        .partition_statistics(&at, engine, &request.part_names, &names)
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let result = types::PartitionsStatsResult {
        part_stats: found
            .iter()
            .map(|(partition, columns)| (partition.as_str(), to_wire::statistics::columns(columns)))
            .collect(),
        is_stats_compliant: None,
    };
    call.reply(&replies::GetPartitionsStatisticsReq {
        success: Some(result),
        ..Default::default()
    })
}

/// A column without statistics has an empty answer, which clients report as a missing result: as in Hive.
fn if_any<'a>(
    at: &'a TableRef,
    partition: Option<&'a str>,
    found: &'a [ColumnStatistics],
) -> Option<types::ColumnStatistics<'a>> {
    (!found.is_empty()).then(|| to_wire::statistics::statistics(at, partition, found))
}

async fn get_table_column_statistics(call: Call<'_>) -> Answer {
    let args: args::GetTableColumnStatistics<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let column = Name::new(required(args.col_name, "col_name")?);
    let found = call
        .catalog()
        .table_statistics(&at, DEFAULT_ENGINE, &[column])
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let success = if_any(&at, None, &found);
    call.reply(&replies::GetTableColumnStatistics {
        success,
        ..Default::default()
    })
}

async fn get_partition_column_statistics(call: Call<'_>) -> Answer {
    let args: args::GetPartitionColumnStatistics<'_> = call.arguments()?;
    let at = name::table_of(&args)?;
    let column = Name::new(required(args.col_name, "col_name")?);
    let partition = required(args.part_name, "part_name")?;
    let found = call
        .catalog()
        .partition_statistics(&at, DEFAULT_ENGINE, &[partition], &[column])
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let first = found.iter().next();
    let success = first.and_then(|(partition, columns)| if_any(&at, Some(partition), columns));
    call.reply(&replies::GetPartitionColumnStatistics {
        success,
        ..Default::default()
    })
}

async fn get_aggr_stats_for(call: Call<'_>) -> Answer {
    let args: args::GetAggrStatsFor<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::table_of(&request)?;
    let engine = request.engine.unwrap_or(DEFAULT_ENGINE);
    let names = columns(&request.col_names);
    let (found, partitions) = call
        .catalog()
        .statistics_aggregate(&at, engine, &request.part_names, &names)
        .await
        .map_err(|failure| table_missing_as(failure, unplaced))?;
    let result = types::AggrStats {
        col_stats: to_wire::statistics::columns(&found),
        parts_found: i64::try_from(partitions).unwrap_or(i64::MAX),
        is_stats_compliant: None,
    };
    call.reply(&replies::GetAggrStatsFor {
        success: Some(result),
        ..Default::default()
    })
}

/// The table that a delete names: its database is `default` where none is said, as in Hive.
fn table_or_default<R: NamesTable>(request: &R) -> Result<TableRef> {
    name::table(
        Some(request.database().unwrap_or("default")),
        request.table(),
    )
}

/// Hive's words for a table whose statistics cannot be deleted; the two spaces are its own.
fn undeletable(at: &TableRef) -> Error {
    Error::NotFound(Entity::Worded(format!(
        "Table {}  for which stats deletion is requested doesn't exist",
        at.table
    )))
}

async fn delete_table_column_statistics(call: Call<'_>) -> Answer {
    let args: args::DeleteTableColumnStatistics<'_> = call.arguments()?;
    let at = table_or_default(&args)?;
    let columns: Vec<Name> = args.col_name.map(Name::new).into_iter().collect();
    call.catalog()
        .statistics_delete(&at, None, args.engine, &columns)
        .await
        .map_err(|failure| table_missing_as(failure, undeletable))?;
    call.reply(&replies::DeleteTableColumnStatistics {
        success: Some(true),
        ..Default::default()
    })
}

async fn delete_partition_column_statistics(call: Call<'_>) -> Answer {
    let args: args::DeletePartitionColumnStatistics<'_> = call.arguments()?;
    let at = table_or_default(&args)?;
    let partition = required(args.part_name, "part_name")?;
    let columns: Vec<Name> = args.col_name.map(Name::new).into_iter().collect();
    call.catalog()
        .statistics_delete(&at, Some(&[partition]), args.engine, &columns)
        .await
        .map_err(|failure| table_missing_as(undeletable_partition(failure), undeletable))?;
    call.reply(&replies::DeletePartitionColumnStatistics {
        success: Some(true),
        ..Default::default()
    })
}

/// Many partitions, many columns (Hive 4): the table where it says so, else the partitions it names.
async fn delete_column_statistics_req(call: Call<'_>) -> Answer {
    let args: args::DeleteColumnStatisticsReq<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let table = name::table_of(&request)?;
    let columns = columns(request.col_names.as_deref().unwrap_or_default());
    let named = request.part_names.as_deref().unwrap_or_default();
    let partitions = (!request.table_level.unwrap_or(false)).then_some(named);
    call.catalog()
        .statistics_delete(&table, partitions, request.engine, &columns)
        .await
        .map_err(undeletable_partition)?;
    call.reply(&replies::DeleteColumnStatisticsReq {
        success: Some(true),
        ..Default::default()
    })
}
