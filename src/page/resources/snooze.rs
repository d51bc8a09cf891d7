//! Alerts that can wait: the page that asks until when, and what is done then. They are sent at that time, also where they were sent
//! before.

use super::calendar::day_of;
use super::pieces::{Piece, pieces};
use crate::model::AlertFilter;
use crate::number_ranges::collapsed;
use crate::page::asked::Asked;
use crate::page::extract::{Form, Query};
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, page};
use crate::page::show::when;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Alerts that are put off at once: those of one change are as many as there are channels.
pub(super) const ALERTS_MAX: usize = 50;
const HOUR_S: i64 = 3_600;
const WEEK_S: i64 = 7 * 24 * HOUR_S;
/// The hour of the next day at which an alert comes back, in UTC.
const MORNING_HOUR: i8 = 6;

#[derive(Deserialize)]
pub(in crate::page) struct SnoozeQuery {
    /// The numbers of the alerts: `7,8`.
    #[serde(default)]
    alerts: String,
}

impl SnoozeQuery {
    fn numbers(&self) -> Result<BTreeSet<i64>, Failure> {
        let numbers = self.alerts.split(',').map(|text| text.trim().parse());
        let numbers: Result<BTreeSet<i64>, _> = numbers.take(ALERTS_MAX + 1).collect();
        match numbers {
            Ok(numbers) if numbers.len() <= ALERTS_MAX => Ok(numbers),
            _ => Err(Failure::Faulty(format!(
                "This link ends with ?alerts=7,8 and has {ALERTS_MAX} alerts at most."
            ))),
        }
    }
}

/// How long an alert waits.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wait {
    Hour,
    Tomorrow,
    Week,
}

impl Wait {
    /// When it ends, in seconds since the epoch.
    fn end(self, now: i64) -> i64 {
        match self {
            Self::Hour => now + HOUR_S,
            Self::Week => now + WEEK_S,
            Self::Tomorrow => {
                let tomorrow = day_of(now).tomorrow();
                let morning = tomorrow.map(|day| day.to_datetime(time(MORNING_HOUR, 0, 0, 0)));
                let morning = morning.and_then(|morning| TimeZone::UTC.to_timestamp(morning));
                morning.map_or(now + 24 * HOUR_S, Timestamp::as_second)
            }
        }
    }
}

#[derive(Deserialize)]
pub(in crate::page) struct SnoozeForm {
    until: Wait,
}

#[derive(Template)]
#[template(path = "snooze.html")]
struct SnoozePage {
    shell: Shell,
    /// The numbers of those that can wait, as a query has them.
    numbers: String,
    /// How many those are.
    count: usize,
    alerts: Vec<AlertLine>,
    /// Numbers that no alert has.
    missing: usize,
    /// Those of the alerts that cannot wait any more.
    over: usize,
}

struct AlertLine {
    id: i64,
    severity: &'static str,
    channel: String,
    state: &'static str,
    text: Vec<Piece>,
}

/// Shows the alerts, and asks until when.
pub(in crate::page) async fn ask(
    asked: Asked,
    Query(query): Query<SnoozeQuery>,
) -> Result<Response, Failure> {
    let wanted = query.numbers()?;
    let count = wanted.len();
    let filter = AlertFilter {
        numbers: Some(wanted),
        ..AlertFilter::default()
    };
    let mut alerts = asked.watch().alert_list(&filter).await?;
    alerts.reverse();
    let status = if alerts.is_empty() {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    let waiting = alerts.iter().filter(|alert| alert.state.can_wait());
    let numbers: Vec<String> = waiting.map(|alert| alert.id.to_string()).collect();
    let shown = SnoozePage {
        shell: Shell::of(&asked, Section::Alerts, "Put off"),
        missing: count - alerts.len(),
        over: alerts.len() - numbers.len(),
        count: numbers.len(),
        numbers: numbers.join(","),
        alerts: alerts
            .iter()
            .map(|alert| AlertLine {
                id: alert.id,
                severity: alert.entry.severity.as_str(),
                channel: alert.channel.clone(),
                state: alert.state.as_str(),
                text: pieces(&alert.entry.text),
            })
            .collect(),
    };
    Ok(page(status, &shown))
}

/// Puts them off, and shows the alerts.
pub(in crate::page) async fn snooze(
    asked: Asked,
    Query(query): Query<SnoozeQuery>,
    Form(form): Form<SnoozeForm>,
) -> Result<Response, Failure> {
    let until = form.until.end(asked.now());
    let numbers = query.numbers()?;
    let found = asked.watch().alerts_snooze(&numbers, until).await?;
    if found.is_empty() {
        // None of them is there, or somebody was faster: the page says which.
        let mut shown = ask(asked, Query(query)).await?;
        if shown.status() == StatusCode::OK {
            *shown.status_mut() = StatusCode::CONFLICT;
        }
        return Ok(shown);
    }
    let alerts: BTreeSet<i64> = found.iter().map(|alert| alert.id).collect();
    let alerts = collapsed(&alerts).join(",");
    let until = when(until, asked.now()).map(|until| until.exact);
    tracing::info!(alerts, until, "alerts were put off on the page");
    // Relative, since a proxy may have cut a part of the path.
    let back = format!("{}/alerts", asked.root);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

#[cfg(test)]
mod tests {
    use super::{SnoozeQuery, Wait};

    #[test]
    fn tomorrow_begins_in_the_morning() {
        // 2026-11-22T23:50:00Z
        let now = 1_795_391_400;
        assert_eq!(Wait::Tomorrow.end(now), now + 6 * 3_600 + 600);
        assert_eq!(Wait::Hour.end(now), now + 3_600);
        assert_eq!(Wait::Week.end(now), now + 604_800);
    }

    #[test]
    fn numbers_are_read_and_bounded() {
        let numbers = |text: &str| {
            let alerts = text.to_owned();
            SnoozeQuery { alerts }.numbers().ok().map(|all| all.len())
        };
        assert_eq!(numbers("7, 8,7"), Some(2));
        let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        for text in ["", "x", "7,", &many.join(",")] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }
}
