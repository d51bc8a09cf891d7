//! The table of a run: the medians of the rounds for both servers, and how they compare.

use super::measure::{Sample, Server, Way};

/// One line: an operation in one way, with the samples of each round of both servers.
pub(crate) struct Line {
    /// The operation.
    pub(crate) operation: String,
    /// How it was called.
    pub(crate) way: Way,
    /// The samples of the first and of the second server.
    pub(crate) samples: [Vec<Sample>; 2],
}

/// The median of each figure over the rounds; the faults of all of them.
fn median(samples: &[Sample]) -> Sample {
    let of = |figure: fn(&Sample) -> f64| {
        let mut figures: Vec<f64> = samples.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Sample {
        per_second: of(|sample| sample.per_second),
        median_ms: of(|sample| sample.median_ms),
        p99_ms: of(|sample| sample.p99_ms),
        server_ms: of(|sample| sample.server_ms),
        database_ms: of(|sample| sample.database_ms),
        reply_bytes: samples.last().map_or(0, |sample| sample.reply_bytes),
        faults: samples.iter().map(|sample| sample.faults).sum(),
    }
}

/// Prints the heading of the table.
pub(crate) fn heading(servers: &[Server; 2]) {
    let [a, b] = [&servers[0].name, &servers[1].name];
    println!(
        "| operation (bytes of a reply) | clients | calls/s {a} | {b} | ratio | p50 / p99 ms {a} | {b} \
         | processor ms {a} | {b} | ratio | faults {a} | {b} |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
}

/// Prints a line.
pub(crate) fn print(line: &Line) {
    let [a, b] = [median(&line.samples[0]), median(&line.samples[1])];
    let bytes = match a.reply_bytes {
        0 => String::new(),
        bytes => format!(" ({})", grouped(bytes)),
    };
    let connecting = if line.way.connecting {
        ", each call connects"
    } else {
        ""
    };
    println!(
        "| {}{bytes} | {}{connecting} | {:.1} | {:.1} | {} | {} | {} | {} | {} | {} | {} | {} |",
        line.operation,
        line.way.clients,
        a.per_second,
        b.per_second,
        ratio(a.per_second, b.per_second),
        latency(&a),
        latency(&b),
        processor(&a),
        processor(&b),
        ratio(b.server_ms + b.database_ms, a.server_ms + a.database_ms),
        a.faults,
        b.faults,
    );
}

/// Prints one figure of both servers of which less is better.
pub(crate) fn compare(what: &str, unit: &str, [a, b]: [Option<f64>; 2]) {
    let shown = |figure: Option<f64>| {
        figure.map_or("–".to_owned(), |figure| format!("{figure:.0} {unit}"))
    };
    let ratio = ratio(b.unwrap_or(f64::NAN), a.unwrap_or(f64::NAN));
    println!("| {what} | {} | {} | {ratio} |", shown(a), shown(b));
}

fn latency(sample: &Sample) -> String {
    format!("{:.2} / {:.2}", sample.median_ms, sample.p99_ms)
}

fn processor(sample: &Sample) -> String {
    format!("{:.2} + {:.2}", sample.server_ms, sample.database_ms)
}

/// How often `less` goes into `more`; a dash where one of them was not measured.
fn ratio(more: f64, less: f64) -> String {
    let ratio = more / less;
    if ratio.is_finite() && ratio > 0.0 {
        format!("{ratio:.1}×")
    } else {
        "–".to_owned()
    }
}

/// A number with commas between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
