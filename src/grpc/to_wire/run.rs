//! Runs of discovery that are waited for, and proposals, as messages.

use super::{column, moment, skipped_directory, table};
use crate::discovery::{DiscoveryPlan, DiscoveryReport, PlannedPartition, Proposal, ProposedFile};
use crate::guess::FileFormat;
use crate::model::RunCounts;
use skep_wire::v1;
use std::time::Duration;

/// How far a run is.
pub(in crate::grpc) fn run_progress(counts: RunCounts, elapsed: Duration) -> v1::RunProgress {
    v1::RunProgress {
        requests: counts.requests,
        objects: counts.objects,
        prefixes: counts.prefixes,
        found: counts.found,
        added: counts.added,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}

fn counts(counts: RunCounts) -> v1::RunCounts {
    v1::RunCounts {
        requests: counts.requests,
        objects: counts.objects,
        prefixes: counts.prefixes,
        found: counts.found,
        added: counts.added,
        moved: counts.moved,
        dropped: counts.dropped,
        skipped: counts.skipped,
    }
}

/// What a run did.
pub(in crate::grpc) fn run_report(report: DiscoveryReport) -> v1::RunReport {
    v1::RunReport {
        id: report.run_id,
        outcome: report.outcome.as_str().to_owned(),
        counts: Some(counts(report.counts)),
        error: report.error,
    }
}

fn planned(planned: PlannedPartition) -> v1::PlannedPartition {
    v1::PlannedPartition {
        name: planned.name,
        location: planned.location,
        from_location: None,
        files: planned.files,
        bytes: planned.bytes,
        newest_time: moment(planned.newest_at),
    }
}

/// What a run would do.
pub(in crate::grpc) fn run_plan(plan: DiscoveryPlan) -> v1::RunPlan {
    let all = |list: Vec<PlannedPartition>| list.into_iter().map(planned).collect();
    let moved = plan.moved.into_iter().map(|one| v1::PlannedPartition {
        from_location: Some(one.from),
        ..planned(one.to)
    });
    v1::RunPlan {
        counts: Some(counts(plan.counts)),
        added: all(plan.added),
        moved: moved.collect(),
        dropped: all(plan.dropped),
        skipped: plan.skipped.into_iter().map(skipped_directory).collect(),
        stopped: plan.stopped,
        braked: plan.braked,
        missing: all(plan.missing),
    }
}

fn format_name(format: &FileFormat) -> &'static str {
    match format {
        FileFormat::Parquet => "parquet",
        FileFormat::Orc => "orc",
        FileFormat::Avro => "avro",
        FileFormat::Json => "json",
        FileFormat::Separated { .. } => "separated",
        FileFormat::Lines => "text",
    }
}

fn proposed_file(file: ProposedFile) -> v1::ProposedFile {
    let (found, error) = match file.found {
        Ok(found) => (Some(found), None),
        Err(why) => (None, Some(why)),
    };
    let found = found.as_ref();
    v1::ProposedFile {
        path: file.path,
        bytes: file.bytes,
        format: found.map(|kind| format_name(&kind.format).to_owned()),
        compression: found.and_then(|kind| kind.compression.map(str::to_owned)),
        columns: found.map(|kind| kind.columns as u64),
        error,
    }
}

/// What table a place would be.
pub(in crate::grpc) fn proposal(proposal: Proposal) -> v1::TableProposal {
    let layout = proposal.layout;
    let left_out = layout.left_out.into_iter();
    let left_out = left_out.map(|(path, reason)| v1::LeftOut { path, reason });
    v1::TableProposal {
        table: Some(v1::Table {
            // It is not there.
            etag: String::new(),
            ..table(proposal.table)
        }),
        create_table: proposal.create_table,
        layout: Some(v1::LayoutProposal {
            template: Some(layout.template).filter(|template| !template.is_empty()),
            guessed: !proposal.is_given,
            kit: layout.kit.map(|kit| kit.name.to_owned()),
            keys: layout.keys.iter().map(column).collect(),
            evidence: layout.evidence,
            seen: layout.seen as u64,
            fitting: layout.fitting as u64,
            left_out: left_out.collect(),
        }),
        files: proposal.files.into_iter().map(proposed_file).collect(),
        notes: proposal.notes,
        requests: proposal.requests,
        whole: proposal.is_whole,
        plan: Some(run_plan(proposal.plan)),
    }
}
