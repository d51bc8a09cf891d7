//! What `skep doctor` says of the places of data: whether they answer, whether they let skep write, and their clock.

use super::finding::{Finding, apart};
use crate::cli::connect::{AnswerView, Question, asked, place_question, questions_beside_database};
use crate::clock::Clock;
use crate::config::Settings;
use crate::lake::{Lake, LakeError, TrialFailure};
use crate::model::Location;
use crate::telemetry::causes;
use std::time::Duration;

/// Longest time that the try of a place's rights may take: some requests, each repeated by itself where it fails.
const TRIAL_LIMIT: Duration = Duration::from_mins(1);
/// Half of what the time of an answer leaves out: a store tells whole seconds.
const HALF_SECOND_MS: i64 = 500;

const WAREHOUSE: &str = "warehouse.location";
const RIGHTS: &str = "warehouse rights";
const CLOCK: &str = "warehouse clock";

/// Asks all that the settings name beside the database, and the places of the catalog's databases that lie elsewhere.
pub(super) async fn answers(settings: &Settings, databases: &[(String, String)]) -> Vec<Finding> {
    let mut questions = questions_beside_database(settings);
    questions.extend(elsewhere(settings, databases));
    let answers = asked(questions).await;
    answers.into_iter().map(finding).collect()
}

/// The databases that do not lie below the warehouse, which is asked in any case.
fn elsewhere<'a>(
    settings: &'a Settings,
    databases: &'a [(String, String)],
) -> impl Iterator<Item = Question<'a>> {
    let warehouse = Location::parse(&settings.warehouse.location).ok();
    databases.iter().filter_map(move |(name, text)| {
        let at = Location::parse(text).ok();
        let is_below = warehouse
            .as_ref()
            .zip(at)
            .is_some_and(|(warehouse, at)| warehouse.contains(&at));
        (!is_below).then(|| place_question(format!("database {name}"), settings, text))
    })
}

/// What begins so is asked while a server works; it starts without, and goes on when the other is back.
const STARTS_WITHOUT: [&str; 3] = ["sources.", "alerts.", "traces."];

fn finding(answer: AnswerView) -> Finding {
    if answer.state == "ok" {
        return Finding::ok(answer.key, answer.remark);
    }
    let starts = STARTS_WITHOUT
        .iter()
        .any(|begin| answer.key.starts_with(begin));
    if starts {
        let text = format!(
            "{}; a server works without it, and asks it again: look at the address, and whether what is there runs",
            answer.remark
        );
        Finding::warning(answer.key, text)
    } else {
        Finding::failed(answer.key, answer.remark)
    }
}

/// The rights at the warehouse, where they are to be tried, and the clock of its store.
pub(super) async fn warehouse(settings: &Settings, writes: bool) -> Vec<Finding> {
    let at = match Location::parse(&settings.warehouse.location) {
        Ok(at) => at,
        Err(failure) => return vec![Finding::failed(WAREHOUSE, failure.to_string())],
    };
    if !settings.storage.reaches(&at) {
        return Vec::new();
    }
    let lake = Lake::new(&settings.storage, &[]);
    let mut findings = Vec::new();
    if writes {
        findings.push(rights(&lake, &at).await);
    }
    if at.storage().is_object_store() {
        findings.push(clock(&lake, &at).await);
    }
    findings
}

async fn rights(lake: &Lake, at: &Location) -> Finding {
    let number = fastrand::u128(..);
    match tokio::time::timeout(TRIAL_LIMIT, lake.rights_try(at, number)).await {
        Ok(Ok(())) => Finding::ok(RIGHTS, "a small file was written, read and deleted again"),
        Ok(Err(failure)) => Finding::failed(RIGHTS, refused(&failure)),
        Err(_) => Finding::failed(
            RIGHTS,
            format!(
                "no answer within {} s; a file _skep_trial_… may be left there",
                TRIAL_LIMIT.as_secs()
            ),
        ),
    }
}

fn refused(failure: &TrialFailure) -> String {
    let mut text = causes(failure);
    text.push_str(match failure.source {
        LakeError::Denied { .. } => {
            "; give skep the rights to list, read, write and delete below the warehouse"
        }
        LakeError::AlreadyExists { .. } => "; a file stands where a directory must",
        _ => "",
    });
    if let Some(left) = &failure.left {
        text = format!("{text}; {left} may be left there: delete it by hand");
    }
    text
}

async fn clock(lake: &Lake, at: &Location) -> Finding {
    let asking = tokio::time::timeout(crate::cli::connect::ANSWER_LIMIT, lake.latest_ms(at)).await;
    let Ok(Some(latest_ms)) = asking else {
        // That it does not answer at all is told where it is asked.
        return Finding::warning(
            CLOCK,
            "the store tells no time: dropped data is deleted by this machine's clock then, so keep it right by NTP",
        );
    };
    // What is told is up to a second late.
    match apart(latest_ms - HALF_SECOND_MS - Clock::System.millis()) {
        None => Finding::ok(CLOCK, "as this machine's"),
        Some(apart) => Finding::warning(
            CLOCK,
            format!(
                "{apart}: what is older than a drop is told by the store's clock; but a store refuses requests whose time is \
                 minutes off. Let NTP set this machine's"
            ),
        ),
    }
}
