//! One partition.

use super::{Property, properties, table_at};
use crate::catalog::PartitionKey;
use crate::error::{Entity, Error};
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Volume, When, volume, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "partition.html")]
struct PartitionPage {
    shell: Shell,
    table: String,
    table_link: String,
    partitions_link: String,
    name: String,
    keys: Vec<Property>,
    created: Option<When>,
    volume: Volume,
    location: String,
    columns: usize,
    /// Whether its columns are others than its table's.
    differs: bool,
    properties: Vec<Property>,
    /// The partitions beside it by name.
    previous: Option<Beside>,
    next: Option<Beside>,
}

/// A partition that stands beside the one that is shown.
struct Beside {
    name: String,
    link: String,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path((database, table, name)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let at = table_at(&(database, table));
    let catalog = asked.catalog();
    let read = catalog
        .partition_get(&at, PartitionKey::WholeName(&name))
        .await;
    let read = read.map_err(|failure| match failure {
        // By the name that was asked for, not by the values that were read from it.
        Error::NotFound(Entity::Partition(at, _)) => Error::NotFound(Entity::Partition(at, name)),
        other => other,
    })?;
    let table = catalog.table_get(&at).await?;
    let partition = read.partition;
    let neighbours = catalog.partition_neighbours(&at, &partition.name).await?;
    let beside = |name: Option<String>| {
        name.map(|name| Beside {
            link: links::partition(&at, &name),
            name,
        })
    };
    let keys = table.partition_keys.iter().zip(&partition.values);
    let location = partition.full_location(read.table_location.as_ref());
    let own = partition.descriptor.columns.as_deref().unwrap_or_default();
    let tables = table.descriptor.columns.as_deref().unwrap_or_default();
    Ok(found(&PartitionPage {
        shell: Shell::of(&asked, Section::Data, partition.name.clone()),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        partitions_link: links::partitions(&at),
        keys: keys
            .map(|(key, value)| Property {
                key: key.name.clone(),
                value: value.clone(),
            })
            .collect(),
        created: when(partition.created_at, asked.now()),
        volume: volume(&partition.parameters),
        location: location.map(|at| at.to_string()).unwrap_or_default(),
        columns: own.len(),
        differs: own != tables,
        properties: properties(&partition.parameters),
        name: partition.name,
        previous: beside(neighbours.previous),
        next: beside(neighbours.next),
    }))
}
