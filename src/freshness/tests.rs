//! Months of time on a clock that the tests move: exactly what is to be told is told, and nothing else.

use super::check::plan;
use super::gap::Judged;
use super::judge::{Found, WEEKS_BEFORE, lack};
use super::slot::Slot;
use super::wording::Of;
use crate::clock::DatabaseTime;
use crate::model::{
    Column, DatabaseRef, Expectation, FreshnessGap, FreshnessState, Parameters, StorageDescriptor,
    Table, TableType,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

fn table(properties: &[(&str, &str)]) -> Table {
    let key = Column {
        name: "dt".to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    };
    let parameters: Parameters = properties
        .iter()
        .map(|(name, value)| (format!("skep.expect.{name}"), (*value).to_owned()))
        .collect();
    Table {
        id: 7,
        at: DatabaseRef::new("hive", "web").table("hits"),
        table_type: TableType::External,
        owner: None,
        owner_type: None,
        created_at: 0,
        last_access_at: 0,
        retention: 0,
        partition_keys: vec![key],
        location: None,
        descriptor: Arc::new(StorageDescriptor::default()),
        parameters,
        view_original_text: None,
        view_expanded_text: None,
        unknown_fields: Vec::new(),
    }
}

fn expectation(properties: &[(&str, &str)]) -> Expectation {
    let read = Expectation::of_table(&table(properties));
    read.expect("it makes sense")
        .expect("something is expected")
}

fn seconds(text: &str) -> i64 {
    let moment: DateTime = text.parse().expect("a moment");
    let moment = TimeZone::UTC.to_timestamp(moment);
    moment.expect("it exists").as_second()
}

/// A table whose data comes as a test says, looked at as the task does.
struct Life {
    expectation: Expectation,
    state: FreshnessState,
    gaps: Vec<FreshnessGap>,
    /// What was told, in its order.
    told: Vec<String>,
    /// When the data of a stretch comes, by the beginning of the stretch, and how many bytes it has. Where nothing is said it
    /// comes as the stretch ends, and has a hundred.
    comes: BTreeMap<i64, Option<(i64, u64)>>,
}

impl Life {
    fn new(properties: &[(&str, &str)], since: &str) -> Self {
        let since = DatabaseTime::from_database(seconds(since));
        Self {
            expectation: expectation(properties),
            state: FreshnessState {
                table_id: 7,
                properties: String::new(),
                due_at: DatabaseTime::from_database(0),
                since,
                judged_until: None,
                newest: None,
                checked_at: None,
                error: None,
                listing_pauses: BTreeMap::new(),
                now: since,
            },
            gaps: Vec::new(),
            told: Vec::new(),
            comes: BTreeMap::new(),
        }
    }

    /// The data of the stretch that begins so comes at that time, or never; so much of it.
    fn comes(&mut self, from: &str, at: Option<&str>, bytes: u64) {
        let at = at.map(|at| (seconds(at), bytes));
        self.comes.insert(seconds(from), at);
    }

    fn found(&self, slot: Slot, now: i64) -> Found {
        let usual = Some((slot.to, 100));
        let came = self.comes.get(&slot.from).copied().unwrap_or(usual);
        match came {
            Some((at, bytes)) if at <= now => Found {
                partitions: 1,
                rows: None,
                bytes: Some(bytes),
            },
            _ => Found::default(),
        }
    }

    /// A look every ten minutes until that time.
    fn until(&mut self, end: &str) {
        while self.state.now.seconds() < seconds(end) {
            self.state.now = self.state.now.plus_s(600);
            self.look();
        }
    }

    fn look(&mut self) {
        let now = self.state.now.seconds();
        let plan = plan(&self.expectation, &self.state, &self.gaps, now);
        let judged: Vec<Judged> = plan
            .slots
            .iter()
            .map(|slot| self.judged(*slot, now))
            .collect();
        let of = Of {
            table_id: 7,
            table: "web.hits",
            expectation: &self.expectation,
            now,
        };
        let changes = of.changes(self.gaps.clone(), &judged);
        for gap in changes.updated {
            self.gaps
                .retain(|one| (one.kind, one.from) != (gap.kind, gap.from));
            if gap.end.is_some() {
                self.told.push(gap.text);
            } else {
                self.gaps.push(gap);
            }
        }
        for gap in changes.opened {
            self.told.push(gap.text.clone());
            self.gaps.push(gap);
        }
        self.state.judged_until = plan.judged_until.or(self.state.judged_until);
    }

    fn judged(&self, slot: Slot, now: i64) -> Judged {
        let weeks =
            (1..=WEEKS_BEFORE).filter_map(|weeks| slot.weeks_before(&self.expectation, weeks));
        let before: Vec<Found> = weeks.map(|week| self.found(week, now)).collect();
        let range = self
            .expectation
            .volume
            .filter(|_| slot.is_regular(&self.expectation));
        Judged {
            slot,
            lack: lack(self.found(slot, now), &before, range),
        }
    }
}

#[test]
fn a_month_of_hours_in_which_the_clocks_change_tells_nothing() {
    for (since, end) in [
        ("2026-03-15T00:00", "2026-04-15T00:00"),
        ("2026-10-10T00:00", "2026-11-10T00:00"),
    ] {
        for every in ["1h", "2h", "6h", "1d"] {
            let zone = ("time-zone", "Europe/Berlin");
            let volume = ("volume", "90%..110%");
            let mut life = Life::new(&[("every", every), ("within", "20m"), zone, volume], since);
            life.until(end);
            assert_eq!(life.told, [""; 0], "{every} from {since}");
            assert!(
                life.state
                    .judged_until
                    .is_some_and(|until| until > seconds(end) - 2 * 24 * 3600)
            );
        }
    }
}

#[test]
fn an_hour_that_comes_late_is_told_once_and_once_that_it_came() {
    let mut life = Life::new(&[("every", "1h"), ("within", "20m")], "2026-11-01T00:30");
    life.comes("2026-11-02T14:00", Some("2026-11-02T17:40"), 100);
    life.until("2026-11-20T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is no data of 2026-11-02 14:00 to 15:00 UTC; it had to be there by 2026-11-02 15:20 UTC",
            "the data of 2026-11-02 14:00 to 15:00 UTC is there now, 2 hours 20 minutes late",
        ]
    );
    assert!(life.gaps.is_empty());
}

#[test]
fn hours_that_lack_in_a_row_are_one_gap_until_the_last_of_them_came() {
    let mut life = Life::new(&[("every", "1h"), ("within", "20m")], "2026-11-01T00:00");
    for hour in 22..24 {
        life.comes(
            &format!("2026-11-02T{hour}:00"),
            Some("2026-11-03T09:00"),
            100,
        );
    }
    for hour in 0..3 {
        life.comes(
            &format!("2026-11-03T0{hour}:00"),
            Some("2026-11-03T10:00"),
            100,
        );
    }
    // An hour of its own lacks for ever, and is given up a month later.
    life.comes("2026-11-04T12:00", None, 0);
    life.until("2026-11-30T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is no data of 2026-11-02 22:00 to 23:00 UTC; it had to be there by 2026-11-02 23:20 UTC",
            "the data of 2026-11-02 22:00 to 2026-11-03 03:00 UTC is there now, the first of it 10 hours 40 minutes late",
            "table `web.hits`: there is no data of 2026-11-04 12:00 to 13:00 UTC; it had to be there by 2026-11-04 13:20 UTC",
        ]
    );
    assert_eq!(life.gaps.len(), 1);
}

#[test]
fn of_what_came_in_part_it_is_said_what_still_lacks() {
    let mut life = Life::new(&[("every", "1h"), ("within", "20m")], "2026-11-02T00:00");
    for hour in 0..6 {
        let comes = if hour < 2 || hour == 4 {
            Some("2026-11-02T12:00")
        } else {
            None
        };
        life.comes(&format!("2026-11-02T0{hour}:00"), comes, 100);
    }
    life.until("2026-11-02T11:00");
    let whole = "table `web.hits`: there is no data of 2026-11-02 00:00 to 06:00 UTC; the first of it had to be there by 2026-11-02 01:20 UTC";
    assert_eq!(life.gaps[0].text, whole);
    life.until("2026-11-02T13:00");
    let rest = "table `web.hits`: there is no data of 2026-11-02 02:00 to 06:00 UTC, 3 hours of it; the first of it had to be there by 2026-11-02 03:20 UTC";
    assert_eq!((life.gaps.len(), life.gaps[0].text.as_str()), (1, rest));
    assert_eq!(life.told.len(), 1);
}

#[test]
fn what_is_not_due_by_other_clocks_is_no_lack() {
    let mut life = Life::new(&[("every", "1h"), ("within", "20m")], "2026-11-02T00:00");
    life.comes("2026-11-02T05:00", None, 0);
    life.until("2026-11-02T09:00");
    assert_eq!(life.gaps.len(), 1);
    // The day that has the hour is not over yet.
    life.expectation = expectation(&[("every", "1d"), ("within", "6h")]);
    life.until("2026-11-02T23:00");
    assert!(
        life.told[1..]
            .iter()
            .all(|told| told.contains("is expected any more")),
        "{:?}",
        life.told
    );
}

#[test]
fn too_little_is_told_beside_the_same_hour_of_earlier_weeks_and_that_it_was_filled() {
    let properties = [("every", "1h"), ("within", "20m"), ("volume", "50%..200%")];
    let mut life = Life::new(&properties, "2026-11-01T00:00");
    life.comes("2026-11-12T08:00", Some("2026-11-12T09:00"), 23);
    life.comes("2026-11-13T08:00", Some("2026-11-13T09:00"), 201);
    // Fewer in one week do not make the usual volume of the next ones less.
    life.until("2026-11-12T12:00");
    life.comes("2026-11-12T08:00", Some("2026-11-12T11:00"), 90);
    life.until("2026-11-22T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is too little data of 2026-11-12 08:00 to 09:00 UTC: 23 B, 23% of what is usual at that time (50%..200% is expected)",
            "there is as much data of 2026-11-12 08:00 to 09:00 UTC as is usual now",
            "table `web.hits`: there is too much data of 2026-11-13 08:00 to 09:00 UTC: 201 B, 201% of what is usual at that time (50%..200% is expected)",
        ]
    );
}

#[test]
fn that_too_little_became_nothing_is_no_good_news() {
    let properties = [("every", "1h"), ("within", "20m"), ("volume", "50%..200%")];
    let mut life = Life::new(&properties, "2026-11-01T00:00");
    life.comes("2026-11-16T08:00", Some("2026-11-16T09:00"), 23);
    life.until("2026-11-16T12:00");
    life.comes("2026-11-16T08:00", None, 0);
    life.until("2026-11-16T13:00");
    assert_eq!(
        life.told[1..],
        [
            "there was too little data of 2026-11-16 08:00 to 09:00 UTC, and there is no data of it now",
            "table `web.hits`: there is no data of 2026-11-16 08:00 to 09:00 UTC; it had to be there by 2026-11-16 09:20 UTC",
        ]
    );
}

#[test]
fn what_was_to_come_before_anything_was_expected_is_nobodys_lack() {
    let mut life = Life::new(&[("every", "1d"), ("within", "6h")], "2026-11-10T10:00");
    life.comes("2026-11-09T00:00", None, 0);
    // A backfill of old days is no news either.
    life.comes("2026-10-01T00:00", Some("2026-11-12T00:00"), 1);
    life.comes("2026-11-10T00:00", Some("2026-11-11T06:30"), 100);
    life.until("2026-11-20T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is no data of 2026-11-10; it had to be there by 2026-11-11 06:00 UTC",
            "the data of 2026-11-10 is there now, 30 minutes late",
        ]
    );
}

#[test]
fn who_says_since_when_is_told_what_lacked_before() {
    let properties = [("every", "1d"), ("within", "6h"), ("since", "2026-11-08")];
    let mut life = Life::new(&properties, "2026-11-10T10:00");
    life.comes("2026-11-07T00:00", None, 0);
    life.comes("2026-11-08T00:00", None, 0);
    life.until("2026-11-12T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is no data of 2026-11-08; it had to be there by 2026-11-09 06:00 UTC"
        ]
    );
}

#[test]
fn on_days_without_business_nothing_is_expected_and_a_gap_goes_on_behind_them() {
    let pause = ("pause", "2026-12-24..2026-12-26, 2027-01-01");
    let properties = [
        ("every", "1d"),
        ("within", "6h"),
        ("weekdays", "mon-fri"),
        pause,
    ];
    let mut life = Life::new(&properties, "2026-12-14T00:00");
    for quiet in [
        "2026-12-19",
        "2026-12-20",
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
        "2026-12-27",
    ] {
        life.comes(&format!("{quiet}T00:00"), None, 0);
    }
    life.until("2026-12-28T00:00");
    assert_eq!(life.told, [""; 0]);
    // A Thursday, and the Monday behind a day off and a weekend.
    life.comes("2026-12-31T00:00", None, 0);
    life.comes("2027-01-01T00:00", None, 0);
    life.comes("2027-01-02T00:00", None, 0);
    life.comes("2027-01-03T00:00", None, 0);
    life.comes("2027-01-04T00:00", None, 0);
    life.until("2027-01-06T00:00");
    assert_eq!(
        life.told,
        [
            "table `web.hits`: there is no data of 2026-12-31; it had to be there by 2027-01-01 06:00 UTC"
        ]
    );
    assert_eq!(life.gaps.len(), 1);
    assert_eq!(
        life.gaps[0].text,
        "table `web.hits`: there is no data of 2026-12-31 to 2027-01-04, 2 days of it; the first of it had to be there by 2027-01-01 06:00 UTC"
    );
}

#[test]
fn a_gap_of_which_nothing_is_expected_any_more_is_over() {
    let mut life = Life::new(&[("every", "1d"), ("within", "6h")], "2026-11-10T00:00");
    life.comes("2026-11-11T00:00", None, 0);
    life.until("2026-11-13T00:00");
    assert_eq!(life.gaps.len(), 1);
    life.expectation = expectation(&[("every", "1d"), ("within", "6h"), ("pause", "2026-11-11")]);
    life.until("2026-11-14T00:00");
    assert_eq!(
        life.told.last().map(String::as_str),
        Some("no data of 2026-11-11 is expected any more")
    );
    assert!(life.gaps.is_empty());
}

#[test]
fn what_makes_no_sense_is_told_with_the_property() {
    for (properties, told) in [
        (&[("within", "5m")][..], "skep.expect.every"),
        (&[("every", "90m")], "must be 1h"),
        (
            &[("every", "1h"), ("within", "15d")],
            "must be 14 days or less",
        ),
        (&[("every", "1h"), ("volume", "50%")], "must be a range"),
        (
            &[("every", "1h"), ("volume", "200%..50%")],
            "must be a range",
        ),
        (
            &[("every", "1h"), ("time-zone", "Mars/Olympus")],
            "must be a time zone",
        ),
        (
            &[("every", "1h"), ("weekdays", "monday-xday")],
            "must name days",
        ),
        (
            &[("every", "1h"), ("pause", "2026-02-30")],
            "must list days",
        ),
        (&[("every", "1h"), ("since", "yesterday")], "must be a day"),
        (&[("every", "1h"), ("sizes", "list")], "is of use beside"),
        (
            &[("every", "1h"), ("volume", "50%.."), ("sizes", "maybe")],
            "must be one of noted, list",
        ),
        (&[("evry", "1h")], "did you mean skep.expect.every?"),
    ] {
        let fault = Expectation::of_table(&table(properties)).expect_err("it makes no sense");
        assert!(fault.to_string().contains(told), "{fault}");
    }
    assert_eq!(Expectation::of_table(&table(&[])), Ok(None));
}
