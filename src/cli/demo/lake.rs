//! The files of the demo: an hourly log with a gap and a thin hour, daily snapshots in three tiers, logs of a load balancer.

use super::parquet_file::{self, Values};
use super::place::Place;
use anyhow::Result;
use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

/// Days of the hourly log: so many that each hour has four weeks before it.
const HITS_DAYS: i64 = 30;
/// Days of the snapshots.
const SNAPSHOT_DAYS: i64 = 30;
/// Days of the load balancer.
const ALB_DAYS: i64 = 3;
/// The hour of yesterday that is missing.
const MISSING_HOUR: i8 = 14;
/// The hour of yesterday with a tenth of the usual.
const THIN_HOUR: i8 = 20;
/// Rows of an hour of the log on average.
const HITS_AN_HOUR: f64 = 60.0;

const PAGES: [&str; 6] = [
    "/",
    "/search",
    "/cart",
    "/checkout",
    "/product/7",
    "/product/42",
];
const NOTES: [&str; 3] = ["", "a gift", "call first"];
const COUNTRIES: [&str; 5] = ["DE", "FR", "KR", "US", "VN"];

/// Writes all of them.
pub(super) fn write(place: &Place) -> Result<()> {
    let mut chance = Rng::with_seed(9083);
    let now = TimeZone::UTC.to_datetime(place.now);
    hits(place, now, &mut chance)?;
    for back in 1..=SNAPSHOT_DAYS {
        let day = now.checked_sub(back.days())?.date();
        orders(place, day, "t1_shop/orders", 400 - back, &mut chance)?;
        orders(place, day, "t2_shop/orders_clean", 380 - back, &mut chance)?;
        customers(place, day, 120 - back, &mut chance)?;
        revenue(place, day, &mut chance)?;
    }
    for back in 0..ALB_DAYS {
        load_balancer(place, now.checked_sub(back.days())?.date(), &mut chance)?;
    }
    Ok(())
}

fn hits(place: &Place, now: DateTime, chance: &mut Rng) -> Result<()> {
    let schema = "message hits { required int64 user_id; required binary page (UTF8);
                  required int32 status; required double took_ms; }";
    let yesterday = now.date().yesterday()?;
    let begin = now.date().checked_sub(HITS_DAYS.days())?.at(0, 0, 0, 0);
    // The hour that goes on is not written yet.
    for hour in 0..HITS_DAYS * 24 + i64::from(now.hour()) {
        let at = begin.checked_add(hour.hours())?;
        if at.date() == yesterday && at.hour() == MISSING_HOUR {
            continue;
        }
        // Few at night, many in the evening.
        let wave = (f64::from(at.hour()) - 8.0) / 24.0 * std::f64::consts::TAU;
        let usual = HITS_AN_HOUR * (1.0 + 0.6 * wave.sin());
        let share = if at.date() == yesterday && at.hour() == THIN_HOUR {
            0.1
        } else {
            0.95 + 0.1 * chance.f64()
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a hundred at most"
        )]
        let rows = (usual * share).max(1.0) as usize;
        let columns = [
            Values::Longs((0..rows).map(|_| chance.i64(1..5_000)).collect()),
            Values::Texts((0..rows).map(|_| chosen(&PAGES, chance)).collect()),
            Values::Ints(
                (0..rows)
                    .map(|_| if chance.u8(0..50) == 0 { 500 } else { 200 })
                    .collect(),
            ),
            Values::Doubles((0..rows).map(|_| 3.0 + 200.0 * chance.f64()).collect()),
        ];
        let path = format!(
            "lake/web/hits/dt={}/hour={:02}/part-0.parquet",
            at.date(),
            at.hour()
        );
        parquet_file::write(&place.path(&path), schema, &columns)?;
    }
    Ok(())
}

fn orders(place: &Place, day: Date, table: &str, rows: i64, chance: &mut Rng) -> Result<()> {
    let schema = "message orders { required int64 id; required int64 customer_id;
                  required binary country (UTF8); required double price; required binary note (UTF8); }";
    let columns = [
        Values::Longs((1..=rows).collect()),
        Values::Longs((0..rows).map(|_| chance.i64(1..120)).collect()),
        Values::Texts((0..rows).map(|_| chosen(&COUNTRIES, chance)).collect()),
        Values::Doubles(
            (0..rows)
                .map(|_| cents(1.0 + 99.0 * chance.f64()))
                .collect(),
        ),
        Values::Texts((0..rows).map(|_| chosen(&NOTES, chance)).collect()),
    ];
    snapshot(place, day, table, schema, &columns)
}

fn customers(place: &Place, day: Date, rows: i64, chance: &mut Rng) -> Result<()> {
    let schema = "message customers { required int64 id; required binary name (UTF8);
                  required binary country (UTF8); }";
    let columns = [
        Values::Longs((1..=rows).collect()),
        Values::Texts((1..=rows).map(|id| format!("customer {id}")).collect()),
        Values::Texts((0..rows).map(|_| chosen(&COUNTRIES, chance)).collect()),
    ];
    snapshot(place, day, "t1_shop/customers", schema, &columns)
}

fn revenue(place: &Place, day: Date, chance: &mut Rng) -> Result<()> {
    let schema = "message revenue { required binary country (UTF8); required double revenue; }";
    let columns = [
        Values::Texts(COUNTRIES.iter().map(|one| (*one).to_owned()).collect()),
        Values::Doubles(
            COUNTRIES
                .iter()
                .map(|_| cents(9_000.0 * chance.f64()))
                .collect(),
        ),
    ];
    snapshot(place, day, "t3_shop/revenue", schema, &columns)
}

fn snapshot(place: &Place, day: Date, table: &str, schema: &str, columns: &[Values]) -> Result<()> {
    let path = format!(
        "lake/{table}/p_ymd={}/part-0.parquet",
        day.strftime("%Y%m%d")
    );
    parquet_file::write(&place.path(&path), schema, columns)
}

/// A file of a load balancer's log, as AWS writes it.
fn load_balancer(place: &Place, day: Date, chance: &mut Rng) -> Result<()> {
    let mut text = String::new();
    for line in 0..50 {
        let (minute, port) = (line % 60, 40_000 + line);
        let client = format!("198.51.100.{}", chance.u8(1..250));
        writeln!(
            text,
            "https {day}T10:{minute:02}:00.000000Z app/shop/0123456789abcdef {client}:{port} 10.0.0.7:80 0.001 0.012 0.000 200 200 310 5120 \
             \"GET https://shop.example.com:443{} HTTP/1.1\" \"curl/8.0\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 \
             arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/0123456789abcdef \
             \"Root=1-00000000-000000000000000000000000\" \"shop.example.com\" \"-\" 0 {day}T10:{minute:02}:00.000000Z \
             \"forward\" \"-\" \"-\" \"10.0.0.7:80\" \"200\" \"-\" \"-\"",
            chosen(&PAGES, chance),
        )?;
    }
    let folder = place.path(&format!(
        "lake/alb/AWSLogs/123456789012/elasticloadbalancing/eu-central-1/{}",
        day.strftime("%Y/%m/%d")
    ));
    fs::create_dir_all(&folder)?;
    let name = format!(
        "123456789012_elasticloadbalancing_eu-central-1_app.shop.0123456789abcdef_{}T1100Z_198.51.100.1_demo.log.gz",
        day.strftime("%Y%m%d")
    );
    let file = fs::File::create(folder.join(name))?;
    let mut packed = GzEncoder::new(file, Compression::default());
    packed.write_all(text.as_bytes())?;
    packed.finish()?;
    Ok(())
}

fn chosen(of: &[&str], chance: &mut Rng) -> String {
    of[chance.usize(0..of.len())].to_owned()
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
