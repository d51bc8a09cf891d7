//! The lines that a run answers with while it goes on, and at its end.

use super::problem::ProblemView;
use super::proposal::ProposalView;
use super::run::{PlanView, ProgressView, ReportView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of the answer to a run: any number of `progress`, then one of the others.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunLine {
    /// How far it is.
    Progress(ProgressView),
    /// What it did.
    Report(Box<ReportView>),
    /// What it would do.
    Plan(Box<PlanView>),
    /// What table a place would be.
    Proposal(Box<ProposalView>),
    /// Why it failed.
    Problem(Box<ProblemView>),
}
