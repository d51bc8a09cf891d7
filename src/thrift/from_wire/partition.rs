//! Partitions.

use super::name::{required, table_within};
use super::{parameters, storage, strings, text};
use crate::catalog::PartitionDraft;
use crate::error::Result;
use crate::model::StorageDescriptor;
use hms::{Protocol, types};
use std::sync::Arc;

/// Partitions as a client describes them. Those that come with equal descriptors share one: usually all.
///
/// `catalog` is the request's own, for partitions that name none.
pub(in crate::thrift) fn drafts(
    wire: &[types::Partition<'_>],
    catalog: Option<&str>,
) -> Result<Vec<PartitionDraft>> {
    let mut drafts = Vec::with_capacity(wire.len());
    let mut last: Option<(&types::StorageDescriptor<'_>, Arc<StorageDescriptor>)> = None;
    for partition in wire {
        let shared = partition.sd.as_deref().map(|sd| {
            let known = last
                .as_ref()
                .filter(|(before, _)| same_but_location(before, sd));
            known.map_or_else(
                || Arc::new(storage::descriptor(sd)),
                |(_, known)| Arc::clone(known),
            )
        });
        if let (Some(sd), Some(shared)) = (partition.sd.as_deref(), &shared) {
            last = Some((sd, Arc::clone(shared)));
        }
        drafts.push(draft_with(partition, catalog, shared)?);
    }
    Ok(drafts)
}

/// One partition.
pub(in crate::thrift) fn draft(
    wire: &types::Partition<'_>,
    catalog: Option<&str>,
) -> Result<PartitionDraft> {
    let descriptor = wire
        .sd
        .as_deref()
        .map(|sd| Arc::new(storage::descriptor(sd)));
    draft_with(wire, catalog, descriptor)
}

fn draft_with(
    wire: &types::Partition<'_>,
    catalog: Option<&str>,
    descriptor: Option<Arc<StorageDescriptor>>,
) -> Result<PartitionDraft> {
    let values = required(wire.values.as_deref(), "values")?;
    Ok(PartitionDraft {
        at: table_within(catalog, wire)?,
        values: strings(Some(values)),
        location: wire.sd.as_ref().and_then(|sd| text(sd.location)),
        descriptor,
        created_at: i64::from(wire.create_time.unwrap_or(0)),
        last_access_at: i64::from(wire.last_access_time.unwrap_or(0)),
        parameters: parameters(wire.parameters.as_deref()),
        unknown_fields: unknown_fields(wire),
    })
}

fn same_but_location(a: &types::StorageDescriptor<'_>, b: &types::StorageDescriptor<'_>) -> bool {
    a.cols == b.cols
        && a.input_format == b.input_format
        && a.output_format == b.output_format
        && a.compressed == b.compressed
        && a.num_buckets == b.num_buckets
        && a.serde_info == b.serde_info
        && a.bucket_cols == b.bucket_cols
        && a.sort_cols == b.sort_cols
        && a.parameters == b.parameters
        && a.skewed_info == b.skewed_info
        && a.stored_as_sub_directories == b.stored_as_sub_directories
}

/// The fields the domain does not interpret, as a partition of their own; empty where there are none. A write id of
/// −1 is the same as none, and privileges are accepted and not kept.
fn unknown_fields(wire: &types::Partition<'_>) -> Vec<u8> {
    let kept = types::Partition {
        write_id: wire
            .write_id
            .filter(|id| *id != types::Partition::WRITE_ID_DEFAULT),
        file_metadata: wire.file_metadata.clone(),
        ..Default::default()
    };
    if kept == types::Partition::default() {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    Protocol::Binary.encode(&kept, &mut bytes);
    bytes
}
