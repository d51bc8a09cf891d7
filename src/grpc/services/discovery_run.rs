//! Runs of discovery that are waited for, and proposals: how far they are, a message at a time, and at the end what came of them. A
//! run goes on when its client leaves, and stands in the history; what is only told ends with its client.

use super::Answers;
use crate::catalog::ParameterChanges;
use crate::discovery::{
    DiscoveryPlan, DiscoveryReport, DiscoveryScope, Proposal, ProposalWanted, RunProgress, Running,
    Step, run_asked_for,
};
use crate::error::Error;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::{DISCOVERY_PROPERTY_PREFIX, DatabaseRef, Location, RunCause};
use futures::{StreamExt, stream};
use prost::Message;
use skep_wire::v1;
use skep_wire::v1::propose_table_response::Step as ProposeStep;
use skep_wire::v1::run_discovery_response::Step as RunStep;
use skep_wire::v1::{
    ProposeTableRequest, ProposeTableResponse, RunDiscoveryRequest, RunDiscoveryResponse,
};
use std::sync::Arc;

/// Where a proposed table would stand unless it is said.
const DEFAULT_DATABASE: &str = "default";

/// Starts a run.
pub(super) fn run(
    asked: Asked,
    request: RunDiscoveryRequest,
) -> Result<Answers<RunDiscoveryResponse>, Failure> {
    let at = from_wire::table("name", request.name)?;
    let scope = match v1::RunScope::try_from(request.scope) {
        Ok(v1::RunScope::Unspecified | v1::RunScope::Window) => DiscoveryScope::Window,
        Ok(v1::RunScope::Sweep) => DiscoveryScope::Sweep,
        Err(_) => {
            let why = format!("{} is none of the numbers of scope", request.scope);
            return Err(Failure::field("scope", why));
        }
    };
    let property = |name: String| format!("{DISCOVERY_PROPERTY_PREFIX}.{name}");
    let unset = request.unset.into_iter().map(|name| (property(name), None));
    let set = request.settings.into_iter();
    let set = set.map(|(name, value)| (property(name), Some(value)));
    let wanted = ParameterChanges(unset.chain(set).collect());
    if !request.dry_run && !wanted.0.is_empty() {
        let why = "only a dry run takes settings: change the table's by UpdateDiscovery";
        return Err(Failure::field("settings", why));
    }
    let (permit, progress) = (asked.run_permit()?, Arc::new(RunProgress::default()));
    let (running, watched) = (asked.clone(), Arc::clone(&progress));
    if request.dry_run {
        let task = tokio::spawn(async move {
            let _permit = permit;
            let discovery = running.discovery();
            let plan = discovery.discovery_plan_watched(&at, scope, &wanted, &watched);
            Box::pin(plan).await
        });
        return Ok(answers(asked, Running::that_ends(task, progress)));
    }
    let task = tokio::spawn(async move {
        let _permit = permit;
        let report = run_asked_for(running.discovery(), &at, scope, &watched).await?;
        let metrics = running.shared.port.metrics.discovery();
        metrics.ran(RunCause::Manual, report.outcome, &report.counts);
        Ok::<_, Error>(report)
    });
    Ok(answers(asked, Running::that_goes_on(task, progress)))
}

/// Looks at a place.
pub(super) fn propose(
    asked: Asked,
    request: ProposeTableRequest,
) -> Result<Answers<ProposeTableResponse>, Failure> {
    let location = Location::parse_asked(&request.location)
        .map_err(|failure| Failure::field("location", failure.why))?;
    let database = from_wire::some_text(&request.database).unwrap_or(DEFAULT_DATABASE);
    let wanted = ProposalWanted {
        location,
        database: DatabaseRef::new(from_wire::catalog(&request.catalog), database),
        name: request.table,
        layout: request.layout,
    };
    let (permit, progress) = (asked.run_permit()?, Arc::new(RunProgress::default()));
    let (running, watched) = (asked.clone(), Arc::clone(&progress));
    let task = tokio::spawn(async move {
        let _permit = permit;
        let discovery = running.discovery();
        Box::pin(discovery.discovery_propose(&wanted, &watched)).await
    });
    Ok(answers(asked, Running::that_ends(task, progress)))
}

/// What work comes to, as a message.
trait Told<A> {
    /// How far it is.
    fn goes(progress: v1::RunProgress) -> A;

    /// What came of it.
    fn ended(self) -> A;
}

impl Told<RunDiscoveryResponse> for DiscoveryReport {
    fn goes(progress: v1::RunProgress) -> RunDiscoveryResponse {
        let step = Some(RunStep::Progress(progress));
        RunDiscoveryResponse { step }
    }

    fn ended(self) -> RunDiscoveryResponse {
        let step = Some(RunStep::Report(to_wire::run_report(self)));
        RunDiscoveryResponse { step }
    }
}

impl Told<RunDiscoveryResponse> for DiscoveryPlan {
    fn goes(progress: v1::RunProgress) -> RunDiscoveryResponse {
        DiscoveryReport::goes(progress)
    }

    fn ended(self) -> RunDiscoveryResponse {
        let step = Some(RunStep::Plan(to_wire::run_plan(self)));
        RunDiscoveryResponse { step }
    }
}

impl Told<ProposeTableResponse> for Proposal {
    fn goes(progress: v1::RunProgress) -> ProposeTableResponse {
        let step = Some(ProposeStep::Progress(progress));
        ProposeTableResponse { step }
    }

    fn ended(self) -> ProposeTableResponse {
        let step = Some(ProposeStep::Proposal(Box::new(to_wire::proposal(self))));
        ProposeTableResponse { step }
    }
}

/// How far work is, until it has ended.
fn answers<T, A>(asked: Asked, running: Running<T>) -> Answers<A>
where
    T: Told<A> + Send + 'static,
    A: Message + 'static,
{
    let told = stream::unfold(Some((asked, running)), async |working| {
        let (asked, mut running) = working?;
        let step = tokio::select! {
            step = running.next() => step,
            () = asked.shared.port.ending.cancelled() => {
                return Some((Err(Failure::ending().into()), None));
            }
        };
        match step {
            Step::Goes(counts, elapsed) => {
                let answer = T::goes(to_wire::run_progress(counts, elapsed));
                Some((Ok(answer), Some((asked, running))))
            }
            Step::Ended(Ok(done)) => {
                let answer = done.ended();
                asked.owe(&answer);
                Some((Ok(answer), None))
            }
            Step::Ended(Err(failure)) => Some((Err(Failure::from(failure).into()), None)),
        }
    });
    told.boxed()
}
