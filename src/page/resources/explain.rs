//! Why a partition is there, or is not.

use super::table_at;
use crate::discovery::{PartitionPlace, PlaceState};
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{Size, When, count, size, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct ExplainQuery {
    /// Its name, such as `dt=2026-11-22/hour=10`.
    #[serde(default)]
    partition: String,
}

#[derive(Template)]
#[template(path = "explain.html")]
struct ExplainPage {
    shell: Shell,
    table: String,
    table_link: String,
    name: String,
    /// Where it is registered; nothing where it is not.
    location: String,
    link: String,
    created: Option<When>,
    /// Who registered it, in words.
    by: String,
    warning: String,
    /// Why nobody looks for it.
    off: String,
    places: Vec<PlaceRow>,
    sweep: Option<When>,
}

struct PlaceRow {
    root: String,
    location: String,
    files: String,
    bytes: Size,
    newest: Option<When>,
    state: &'static str,
    why: String,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
    Query(query): Query<ExplainQuery>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    let name = query.partition.trim();
    let explained = asked.discovery().discovery_explain(&at, name).await?;
    let now = asked.now();
    let registered = explained.registered;
    let by = registered.as_ref().map(|one| match &one.run {
        Some(run) => format!("run {} of discovery", run.id),
        None => "somebody else than discovery, or a run that is forgotten".to_owned(),
    });
    let title = format!("Why {} is there, or is not", explained.name);
    Ok(found(&ExplainPage {
        shell: Shell::of(&asked, Section::Discovery, title),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        link: links::partition(&at, &explained.name),
        created: registered
            .as_ref()
            .and_then(|one| when(one.created_at, now)),
        by: by.unwrap_or_default(),
        warning: registered
            .as_ref()
            .and_then(|one| one.schema_warning.clone())
            .unwrap_or_default(),
        location: registered.map(|one| one.location).unwrap_or_default(),
        off: explained.off.unwrap_or_default(),
        places: explained
            .places
            .into_iter()
            .map(|one| place_row(one, now))
            .collect(),
        sweep: explained
            .state
            .and_then(|state| when(state.sweep_at, state.now)),
        name: explained.name,
    }))
}

fn place_row(place: PartitionPlace, now: i64) -> PlaceRow {
    let (state, why) = match place.state {
        PlaceState::Registered => ("registered here", String::new()),
        PlaceState::Ready(why) => ("ready", why),
        PlaceState::Empty(why) => ("empty", why.unwrap_or_default()),
        PlaceState::Skipped(why) => ("left out", why),
        PlaceState::Expired => ("older than the table keeps", String::new()),
        PlaceState::Nowhere(why) => ("no directory of the layout", why),
        PlaceState::Unknown(why) => ("unknown", why),
    };
    PlaceRow {
        root: place.root,
        location: place.location.unwrap_or_default(),
        files: count(place.files),
        bytes: size(place.bytes),
        newest: when(place.newest_at, now),
        state,
        why,
    }
}
