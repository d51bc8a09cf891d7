//! The table of a run: the medians of the rounds for both servers, and how they compare.

use super::measure::{Sample, Server};

/// One line: an operation in one way, with the samples of each round of both servers.
pub(crate) struct Line {
    /// The operation.
    pub(crate) operation: String,
    /// How many clients, and whether they connect for each call.
    pub(crate) way: String,
    /// The samples of the first and of the second server.
    pub(crate) samples: [Vec<Sample>; 2],
}

/// The median of each figure over the rounds.
fn median(samples: &[Sample]) -> Sample {
    let of = |figure: fn(&Sample) -> f64| {
        let mut figures: Vec<f64> = samples.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
    Sample {
        per_second: of(|sample| sample.per_second),
        median_ms: of(|sample| sample.median_ms),
        p99_ms: of(|sample| sample.p99_ms),
        server_ms: of(|sample| sample.server_ms),
        database_ms: of(|sample| sample.database_ms),
        reply_bytes: samples.last().map_or(0, |sample| sample.reply_bytes),
    }
}

/// Prints the heading of the table.
pub(crate) fn heading(servers: &[Server; 2]) {
    println!("Medians of the rounds; ms of processor time for one call: server + database.");
    println!(
        "The ratios say how much better {} is than {}.\n",
        servers[0].name, servers[1].name
    );
    println!(
        "| operation | clients | server | calls/s | p50 ms | p99 ms | processor ms | ratio | processor ratio |"
    );
    println!("|---|---|---|---:|---:|---:|---:|---:|---:|");
}

/// Prints the two rows of a line.
pub(crate) fn print(servers: &[Server; 2], line: &Line) {
    let [first, second] = [median(&line.samples[0]), median(&line.samples[1])];
    let ratio = first.per_second / second.per_second;
    let processor = |sample: &Sample| sample.server_ms + sample.database_ms;
    let processor_ratio = if processor(&first) > 0.0 && processor(&second) > 0.0 {
        format!("{:.1}×", processor(&second) / processor(&first))
    } else {
        "–".to_owned()
    };
    for (server, sample, ratios) in [
        (
            &servers[0],
            &first,
            format!("{ratio:.1}× | {processor_ratio}"),
        ),
        (&servers[1], &second, " | ".to_owned()),
    ] {
        println!(
            "| {} | {} | {} | {:.1} | {:.3} | {:.3} | {:.3} + {:.3} | {ratios} |",
            line.operation,
            line.way,
            server.name,
            sample.per_second,
            sample.median_ms,
            sample.p99_ms,
            sample.server_ms,
            sample.database_ms,
        );
    }
}
