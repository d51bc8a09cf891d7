//! The first page: a box to find things with, and the databases, of one tier or domain where somebody browses.

use super::{ROWS_MAX, catalog, page_of};
use crate::model::Database;
use crate::naming::NamedPlace;
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Ways to browse that are shown of one kind.
const WAYS_MAX: usize = 60;

#[derive(Deserialize)]
pub(in crate::page) struct DataQuery {
    /// The last database of the page before.
    #[serde(default)]
    after: String,
    /// Databases of this tier alone.
    #[serde(default)]
    tier: String,
    /// Databases of this domain alone.
    #[serde(default)]
    domain: String,
}

impl DataQuery {
    fn lets_through(&self, place: &NamedPlace) -> bool {
        let fits = |wanted: &str, said: &Option<String>| {
            wanted.is_empty() || said.as_deref() == Some(wanted)
        };
        fits(&self.tier, &place.tier) && fits(&self.domain, &place.domain)
    }

    /// The address of this page with other answers to what is browsed by.
    fn link(tier: &str, domain: &str, after: &str) -> String {
        let given = [("tier", tier), ("domain", domain), ("after", after)];
        let given: Vec<(&str, &str)> = given
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        links::query(&given)
    }
}

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    shell: Shell,
    /// What databases are browsed by: tiers, domains.
    browse: Vec<Browse>,
    databases: Vec<DatabaseRow>,
    next: String,
}

/// One kind of ways to browse.
struct Browse {
    label: &'static str,
    ways: Vec<BrowseWay>,
}

struct BrowseWay {
    name: String,
    link: String,
    count: usize,
    is_here: bool,
}

struct DatabaseRow {
    name: String,
    link: String,
    owner: String,
    description: String,
}

impl From<&Database> for DatabaseRow {
    fn from(database: &Database) -> Self {
        Self {
            name: database.at.database.to_string(),
            link: links::database(&database.at),
            owner: database.owner.clone().unwrap_or_default(),
            description: database.description.clone().unwrap_or_default(),
        }
    }
}

/// The ways of one kind: everything, and each value with the number of its databases.
fn browse<'a>(
    label: &'static str,
    here: &str,
    said: impl Iterator<Item = Option<&'a str>>,
    link: impl Fn(&str) -> String,
) -> Option<Browse> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = 0;
    for value in said {
        all += 1;
        if let Some(value) = value {
            *counts.entry(value).or_default() += 1;
        }
    }
    if counts.is_empty() && here.is_empty() {
        return None;
    }
    let way = |name: &str, value: &str, count| BrowseWay {
        name: name.to_owned(),
        link: link(value),
        count,
        is_here: value == here,
    };
    let first = way("all", "", all);
    let others = counts.into_iter().take(WAYS_MAX);
    let others = others.map(|(value, count)| way(value, value, count));
    Some(Browse {
        label,
        ways: std::iter::once(first).chain(others).collect(),
    })
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<DataQuery>,
) -> Result<Response, Failure> {
    let asking = asked.catalog();
    let all = asking.databases(&catalog(), None).await?;
    let naming = &asking.settings().naming;
    let places: Vec<NamedPlace> = all
        .iter()
        .map(|one| naming.place_of(one.at.database.as_str()))
        .collect();
    // Each kind counts what the other one leaves.
    let of_domain = places
        .iter()
        .filter(|place| query.domain.is_empty() || place.domain.as_ref() == Some(&query.domain));
    let of_tier = places
        .iter()
        .filter(|place| query.tier.is_empty() || place.tier.as_ref() == Some(&query.tier));
    let tiers = browse(
        "Tier",
        &query.tier,
        of_domain.map(|place| place.tier.as_deref()),
        |tier| DataQuery::link(tier, &query.domain, ""),
    );
    let domains = browse(
        "Domain",
        &query.domain,
        of_tier.map(|place| place.domain.as_deref()),
        |domain| DataQuery::link(&query.tier, domain, ""),
    );
    let wanted = all.iter().zip(&places).filter(|(one, place)| {
        one.at.database.as_str() > query.after.as_str() && query.lets_through(place)
    });
    let rows = wanted.map(|(one, _)| DatabaseRow::from(one));
    let (databases, more) = page_of::<DatabaseRow>(rows.take(ROWS_MAX + 1).collect());
    let last = databases.last().filter(|_| more);
    let next = last.map(|last| DataQuery::link(&query.tier, &query.domain, &last.name));
    Ok(found(&DataPage {
        shell: Shell::of(&asked, Section::Data, "Data"),
        browse: tiers.into_iter().chain(domains).collect(),
        databases,
        next: next.unwrap_or_default(),
    }))
}
