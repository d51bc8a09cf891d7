//! What becomes of partitions that are there, one by one: changed, touched, renamed, dropped.

use super::partition_name::by_name;
use crate::catalog::{
    DropOptions, DropSelection, PartitionChange, PartitionKey, Unconditional,
    partition_values_check,
};
use crate::grpc::asked::Asked;
use crate::grpc::condition::IfEtag;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::hive::partition_name::values_of_whole_name;
use crate::model::Table;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::{
    DeletePartitionRequest, DeletePartitionResponse, RenamePartitionRequest,
    RenamePartitionResponse, TouchPartitionRequest, TouchPartitionResponse, UpdatePartitionRequest,
    UpdatePartitionResponse,
};

#[boxed]
pub(super) async fn update(
    asked: Asked,
    mut request: UpdatePartitionRequest,
) -> Result<UpdatePartitionResponse, Failure> {
    let at = from_wire::table("table", request.table.take())?;
    let name = std::mem::take(&mut request.name);
    from_wire::named("name", &name)?;
    let expected = IfEtag(std::mem::take(&mut request.etag));
    let change = from_wire::partition_change(request)?;
    let changed = asked
        .catalog()
        .partition_change(&at, PartitionKey::WholeName(&name), &change, &expected)
        .await
        .map_err(|failure| by_name("name", &name, failure))?;
    let partition = Some(to_wire::partition(&changed));
    Ok(UpdatePartitionResponse { partition })
}

#[boxed]
pub(super) async fn touch(
    asked: Asked,
    request: TouchPartitionRequest,
) -> Result<TouchPartitionResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    from_wire::named("name", &request.name)?;
    let change = PartitionChange {
        touch: true,
        ..PartitionChange::default()
    };
    let key = PartitionKey::WholeName(&request.name);
    let touched = asked
        .catalog()
        .partition_change(&at, key, &change, &Unconditional)
        .await
        .map_err(|failure| by_name("name", &request.name, failure))?;
    let partition = Some(to_wire::partition(&touched));
    Ok(TouchPartitionResponse { partition })
}

#[boxed]
pub(super) async fn rename(
    asked: Asked,
    request: RenamePartitionRequest,
) -> Result<RenamePartitionResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    from_wire::named("name", &request.name)?;
    let table = asked.catalog().table_get(&at).await?;
    let to = new_values(&table, request.new_values, request.new_name)?;
    let key = PartitionKey::WholeName(&request.name);
    let renamed = asked
        .catalog()
        .partition_move(&at, key, &to)
        .await
        .map_err(|failure| by_name("name", &request.name, failure))?;
    let partition = Some(to_wire::partition(&renamed));
    Ok(RenamePartitionResponse { partition })
}

/// The values that a partition gets, told by themselves or by the name they make.
fn new_values(
    table: &Table,
    values: Vec<String>,
    name: Option<String>,
) -> Result<Vec<String>, Failure> {
    let keys: Vec<&str> = table
        .partition_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    let values = match name {
        None if values.len() == keys.len() => values,
        Some(name) if values.is_empty() => values_of_whole_name(&name, &keys)
            .map_err(|failure| Failure::field("new_name", failure.to_string()))?,
        None => {
            let why = format!("give a value for each of the {} keys", keys.len());
            return Err(Failure::field("new_values", why));
        }
        Some(_) => {
            let why = "give values or a name, and not both";
            return Err(Failure::field("new_name", why));
        }
    };
    partition_values_check(table, &values).map_err(|why| Failure::field("new_values", why))?;
    Ok(values)
}

#[boxed]
pub(super) async fn delete(
    asked: Asked,
    request: DeletePartitionRequest,
) -> Result<DeletePartitionResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    from_wire::named("name", &request.name)?;
    let options = DropOptions {
        delete_data: request.delete_data,
        if_exists: false,
    };
    let selection = DropSelection::WholeName(&request.name);
    asked
        .catalog()
        .partitions_drop(&at, selection, options, &IfEtag(request.etag))
        .await
        .map_err(|failure| by_name("name", &request.name, failure))?;
    Ok(DeletePartitionResponse {})
}
