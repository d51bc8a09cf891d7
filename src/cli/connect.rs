//! Asks everything that the settings name whether it answers, each within a time limit: `skep check-config --connect`, and a part
//! of what `skep doctor` looks at. Nothing is written and nothing is sent to people.

use super::cell::{Cell, word};
use super::failure::ClientError;
use super::output::Output;
use super::progress::while_waiting;
use crate::config::Settings;
use crate::error::Error;
use crate::humane::counted;
use crate::lake::{Lake, Queue};
use crate::model::{Location, Storage};
use crate::source::{AnySource, Source, SourceKind, SourceSettings};
use crate::store::Store;
use crate::telemetry::causes;
use anyhow::Result;
use futures::StreamExt;
use futures::future::BoxFuture;
use nix::unistd::{AccessFlags, access};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use url::Url;

/// Longest time that one thing may take to answer.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// What is said of a SQLite file that is not there, as before the first start.
pub(super) const NO_DATABASE: &str =
    "there is no database yet: `skep migrate` or the first start makes it";
/// The state of what is not there yet.
const MISSING: &str = "missing";
/// Things that are asked at the same time.
const ASKED_CONCURRENT_MAX: usize = 8;

/// What was asked, and how it answered.
#[derive(Debug, Serialize)]
pub(super) struct AnswerView {
    /// The key of the setting.
    pub(super) key: String,
    /// `ok`, `failed`, `missing` of a database that was not made yet, or `silent` where it did not answer within the limit.
    pub(super) state: &'static str,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// Who answers, or why nobody does.
    pub(super) remark: String,
}

/// A question: the key, and what asks it.
pub(super) type Question<'a> = (String, BoxFuture<'a, Result<String, String>>);

/// Asks, shows a line for each thing, and fails where one does not answer as it should.
pub(super) fn connect(settings: &Settings, output: Output) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut questions: Vec<Question<'_>> =
        vec![("database.url".to_owned(), Box::pin(store(settings)))];
    questions.extend(questions_beside_database(settings));
    let answers = runtime.block_on(while_waiting("asking", asked(questions)));
    output.list(["key", "state", "took", "remark"], &answers, |one| {
        [
            one.key.as_str().into(),
            word(one.state),
            Cell::Text(format!("{} ms", one.took_ms)),
            one.remark.as_str().into(),
        ]
    })?;
    let states: Vec<&str> = answers.iter().map(|one| one.state).collect();
    match complaint(&states) {
        Some(text) => Err(ClientError::Settings(text).into()),
        None => Ok(()),
    }
}

/// Why the command fails, where it does.
fn complaint(states: &[&str]) -> Option<String> {
    let failed = states.iter().filter(|state| **state != "ok").count();
    if failed == 0 {
        return None;
    }
    let missing = states.iter().filter(|state| **state == MISSING).count();
    if missing == failed {
        return Some(NO_DATABASE.to_owned());
    }
    let answer = if failed == 1 {
        "does not answer as it should"
    } else {
        "do not answer as they should"
    };
    Some(format!("{failed} of {} {answer}", states.len()))
}

/// Asks all of them, some at the same time; the answers stand in the order of the questions.
pub(super) async fn asked(questions: Vec<Question<'_>>) -> Vec<AnswerView> {
    let asking = futures::stream::iter(questions).map(answered);
    asking.buffered(ASKED_CONCURRENT_MAX).collect().await
}

async fn answered((key, question): Question<'_>) -> AnswerView {
    let began = Instant::now();
    let (state, remark) = match tokio::time::timeout(ANSWER_LIMIT, question).await {
        Ok(Ok(remark)) => ("ok", remark),
        Ok(Err(why)) if why == NO_DATABASE => (MISSING, why),
        Ok(Err(why)) => ("failed", why),
        Err(_) => {
            let limit = ANSWER_LIMIT.as_secs();
            ("silent", format!("no answer within {limit} s"))
        }
    };
    AnswerView {
        key,
        state,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        remark,
    }
}

/// The questions to all that the settings name, but for the database.
pub(super) fn questions_beside_database(settings: &Settings) -> Vec<Question<'_>> {
    let mut all: Vec<Question<'_>> = Vec::new();
    let mut places = BTreeSet::new();
    let storage = &settings.storage;
    let listed = storage.allowed_locations.iter().flatten();
    let listed = listed.map(|one| ("storage.allowed_locations", one));
    let deletable = storage.deletable_locations.iter();
    let deletable = deletable.map(|one| ("storage.deletable_locations", one));
    let warehouse = [("warehouse.location", &settings.warehouse.location)];
    for (key, text) in warehouse.into_iter().chain(listed).chain(deletable) {
        // Whole storages (`s3://*`) cannot be asked.
        if !text.contains('*') && places.insert(text) {
            all.push(place_question(key.to_owned(), settings, text));
        }
    }
    if storage.queue.url.is_some() {
        all.push(("storage.queue.url".to_owned(), Box::pin(queue(settings))));
    }
    for (name, one) in &settings.sources {
        if one.kind != SourceKind::Catalog {
            all.push((format!("sources.{name}"), Box::pin(source(one))));
        }
    }
    if let Some(url) = &settings.traces.otlp_endpoint {
        all.push(("traces.otlp_endpoint".to_owned(), Box::pin(address(url))));
    }
    for (name, channel) in &settings.alerts.channels {
        if let Some(url) = &channel.url {
            let key = format!("alerts.channels.{name}");
            all.push((key, Box::pin(address(url.reveal()))));
        }
    }
    all
}

/// The question whether a place answers.
pub(super) fn place_question<'a>(
    key: String,
    settings: &'a Settings,
    text: &'a str,
) -> Question<'a> {
    (key, Box::pin(place(settings, text)))
}

async fn store(settings: &Settings) -> Result<String, String> {
    let shown = settings.database.url_shown();
    match Store::probe(settings.database.store()).await {
        Ok(()) => Ok(shown),
        Err(failure) if shown.starts_with("sqlite:") && is_missing_file(&failure) => {
            Err(database_obstacle(settings).unwrap_or_else(|| NO_DATABASE.to_owned()))
        }
        Err(failure) => Err(causes(&failure)),
    }
}

/// Why the file of a database that was not made yet cannot be made.
pub(super) fn database_obstacle(settings: &Settings) -> Option<String> {
    let found = Store::sqlite_path(&settings.database.store());
    let path = found.ok().flatten()?;
    let folder = std::path::absolute(&path).ok()?.parent()?.to_owned();
    let why = folder_obstacle(&folder)?;
    Some(format!("{} cannot be made: {why}", path.display()))
}

/// Why a folder cannot be made or, where it is there, cannot be written to; nothing is tried.
fn folder_obstacle(folder: &Path) -> Option<String> {
    // The first that is there is the one in which the others would be made.
    let there = folder
        .ancestors()
        .find(|one| !one.as_os_str().is_empty() && one.symlink_metadata().is_ok())?;
    let shown = there.display();
    if !there.is_dir() {
        return Some(format!(
            "{shown} is no folder: move it away, or name another place"
        ));
    }
    let rights = AccessFlags::W_OK | AccessFlags::X_OK;
    let refused = access(there, rights).err()?;
    Some(format!(
        "{shown} cannot be written to ({}): give the user of skep the right, or name another place",
        refused.desc()
    ))
}

/// Whether a file does not exist, which is no failure of what answers: it was not made yet.
pub(super) fn is_missing_file(failure: &Error) -> bool {
    let Error::Unavailable { source, .. } = failure else {
        return false;
    };
    let found = source.downcast_ref::<std::io::Error>();
    found.is_some_and(|found| found.kind() == ErrorKind::NotFound)
}

async fn place(settings: &Settings, text: &str) -> Result<String, String> {
    let at = Location::parse(text).map_err(|failure| failure.to_string())?;
    if !settings.storage.reaches(&at) {
        return Ok(format!("{text} is not reached by skep"));
    }
    let lake = Lake::new(&settings.storage, &[]);
    let folder = (at.storage() == Storage::File).then(|| Path::new(at.path()));
    match lake.exists(&at).await {
        Ok(true) if folder.is_some_and(|folder| !folder.is_dir()) => Err(format!(
            "{text} is no folder: move it away, or name another place"
        )),
        Ok(true) => Ok(text.to_owned()),
        // A directory of a bucket exists while something lies below it.
        Ok(false) if let Some(folder) = folder => match folder_obstacle(folder) {
            Some(why) => Err(format!("{text} cannot be made: {why}")),
            None => Ok(format!("{text} is missing and will be made")),
        },
        Err(_) if let Some(why) = folder.and_then(folder_obstacle) => {
            Err(format!("{text} cannot be made: {why}"))
        }
        Ok(false) => Ok(format!("{text} answers and is empty")),
        Err(failure) => Err(causes(&failure)),
    }
}

async fn queue(settings: &Settings) -> Result<String, String> {
    let storage = &settings.storage;
    let queue = Queue::open(&storage.queue, &storage.s3).map_err(|failure| causes(&failure))?;
    let Some(queue) = queue else {
        return Ok("none".to_owned());
    };
    queue.depth().await.map_err(|failure| causes(&failure))?;
    Ok(queue.url().to_owned())
}

async fn source(settings: &SourceSettings) -> Result<String, String> {
    let source = AnySource::open(settings).map_err(|failure| failure.to_string())?;
    let found = source
        .check()
        .await
        .map_err(|failure| failure.to_string())?;
    Ok(format!(
        "{}: {} can be read, {} cannot",
        found.version,
        counted(found.tables_readable, "table", "tables"),
        found.tables_unreadable
    ))
}

/// Whether somebody listens at an address. Its path is a secret and is not told; nothing is sent.
async fn address(url: &str) -> Result<String, String> {
    let url = Url::parse(url).map_err(|_| "it is no address".to_owned())?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err("it names no host".to_owned());
    };
    match TcpStream::connect((host.trim_matches(['[', ']']), port)).await {
        Ok(_) => Ok(format!(
            "somebody listens at {host}:{port}; nothing was sent"
        )),
        Err(failure) => Err(format!("{host}:{port}: {failure}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, NO_DATABASE, complaint, is_missing_file};
    use std::io::ErrorKind;

    #[test]
    fn a_database_that_was_not_made_yet_is_told_as_that() {
        assert_eq!(complaint(&["ok", "ok"]), None);
        assert_eq!(complaint(&["missing", "ok"]).as_deref(), Some(NO_DATABASE));
        let both = complaint(&["missing", "failed", "ok"]);
        assert_eq!(both.as_deref(), Some("2 of 3 do not answer as they should"));
        let failure = |kind| Error::Unavailable {
            what: "the SQLite file x".to_owned(),
            source: std::io::Error::from(kind).into(),
        };
        assert!(is_missing_file(&failure(ErrorKind::NotFound)));
        assert!(!is_missing_file(&failure(ErrorKind::PermissionDenied)));
    }
}
