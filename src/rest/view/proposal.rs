//! What table a place would be.

use super::run::PlanView;
use super::storage::ColumnView;
use super::table::TableView;
use crate::discovery::{FileKind, Proposal, ProposedFile};
use crate::guess::FileFormat;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A place that is asked about.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskProposal {
    /// The directory above all of its files
    #[schema(example = "s3://lake/logs")]
    pub location: String,
    /// The database that the table would stand in, by default `default`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The name that it would have, by default after the location
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The template of its directories, by default guessed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub layout: Option<String>,
}

/// A table that a place most likely is; nothing is made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TableProposal)]
pub struct ProposalView {
    /// The table as it would be made
    pub table: Box<TableView>,
    /// The table as a statement for Hive and Spark, ready to be pasted; null where no file told its columns
    pub create_table: Option<String>,
    /// How its directories tell partition values
    pub layout: LayoutProposalView,
    /// The files that were looked into
    pub files: Vec<ProposedFileView>,
    /// What to know of the files
    pub notes: Vec<String>,
    /// LIST requests of the sample
    pub requests: u64,
    /// Whether the sample is all there is
    pub whole: bool,
    /// The partitions that a sweep of a hundred requests finds by the layout
    pub plan: PlanView,
}

/// A layout, and why it is that.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LayoutProposal)]
pub struct LayoutProposalView {
    /// The template; null where nothing speaks for partitions
    pub template: Option<String>,
    /// Whether it is a guess
    pub guessed: bool,
    /// The kit of the service whose logs these are
    pub kit: Option<String>,
    /// The partition keys
    pub keys: Vec<ColumnView>,
    /// What the guess rests on
    pub evidence: Vec<String>,
    /// Directories with data in the sample
    pub seen: usize,
    /// How many of those are partitions by it
    pub fitting: usize,
    /// What it would leave out of the sample: the first hundred
    pub left_out: Vec<LeftOutView>,
}

/// Something that a layout would leave out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LeftOut)]
pub struct LeftOutView {
    /// Its path below the location
    pub path: String,
    /// Why
    pub reason: String,
}

/// A file that was looked into.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ProposedFile)]
pub struct ProposedFileView {
    /// Its path below the location
    pub path: String,
    /// Its size
    pub bytes: u64,
    /// `parquet`, `orc`, `avro`, `json`, `separated` or `text`
    pub format: Option<String>,
    /// How it is compressed as a whole
    pub compression: Option<String>,
    /// How many columns it tells of
    pub columns: Option<usize>,
    /// Why it could not be told
    pub error: Option<String>,
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

impl From<ProposedFile> for ProposedFileView {
    fn from(file: ProposedFile) -> Self {
        let ProposedFile { path, bytes, found } = file;
        let of = |kind: Option<&FileKind>| Self {
            path: path.clone(),
            bytes,
            format: kind.map(|kind| format_name(&kind.format).to_owned()),
            compression: kind.and_then(|kind| kind.compression).map(str::to_owned),
            columns: kind.map(|kind| kind.columns),
            error: None,
        };
        match &found {
            Ok(kind) => of(Some(kind)),
            Err(why) => Self {
                error: Some(why.clone()),
                ..of(None)
            },
        }
    }
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> Self {
        let layout = proposal.layout;
        let left_out = layout.left_out.into_iter();
        let left_out = left_out.map(|(path, reason)| LeftOutView { path, reason });
        Self {
            table: Box::new(proposal.table.into()),
            create_table: proposal.create_table,
            layout: LayoutProposalView {
                template: Some(layout.template).filter(|template| !template.is_empty()),
                guessed: !proposal.is_given,
                kit: layout.kit.map(|kit| kit.name.to_owned()),
                keys: layout.keys.iter().map(ColumnView::from).collect(),
                evidence: layout.evidence,
                seen: layout.seen,
                fitting: layout.fitting,
                left_out: left_out.collect(),
            },
            files: proposal
                .files
                .into_iter()
                .map(ProposedFileView::from)
                .collect(),
            notes: proposal.notes,
            requests: proposal.requests,
            whole: proposal.is_whole,
            plan: proposal.plan.into(),
        }
    }
}
