//! The differential test: the same requests go to skep and to a real Hive 2.3 metastore, and the
//! answers must be equal field by field, but for the differences that `differences` gives reasons for.
//!
//! It needs a Java machine, so `cargo test` alone does not run it: `cargo test --test differential`.
//! Arguments after `--`:
//!   `--rounds N`        random sequences to run (default 20); `--seed N` is the first one's seed
//!   `--only NAME`       only the sequences whose name begins so, such as `filters` or `random 7`
//!   `--reference HOST:PORT,DIRECTORY`, `--subject HOST:PORT,DIRECTORY`   servers that run already
//!   `--self`            a second reference instead of skep: proves that the comparison is fair
//!   `--record`          print what the reference answers, compare nothing

#![expect(
    clippy::print_stdout,
    reason = "a test program without a harness reports by printing"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "requests are written as json! literals"
)]
#![expect(
    clippy::too_many_lines,
    reason = "a list of requests is read from top to bottom"
)]

#[expect(
    dead_code,
    reason = "the other test binary uses the rest of the client"
)]
#[path = "../client/mod.rs"]
mod client;
mod compare;
mod differences;
mod random;
mod reasons;
#[path = "../reference/mod.rs"]
mod reference;
mod sequences;
mod skep;
mod step;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use compare::{Mismatch, Normalizer, compare};
use reference::Reference;
use step::{Sequence, Server, Session, Step};

/// Requests in one random sequence.
const RANDOM_STEPS: usize = 60;

#[derive(Parser)]
struct Args {
    #[arg(long, default_value_t = 20)]
    rounds: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    only: Option<String>,
    #[arg(long)]
    reference: Option<String>,
    #[arg(long)]
    subject: Option<String>,
    #[arg(long = "self")]
    itself: bool,
    #[arg(long)]
    record: bool,
    /// Cargo hands this to every test program.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let mut references = Vec::new();
    let reference = args.reference.as_deref().map_or_else(
        || start_reference("reference", &mut references),
        |running| given("reference", running),
    );
    let sequences = chosen(&args);
    if args.record {
        for sequence in &sequences {
            record(&reference, sequence);
        }
        return ExitCode::SUCCESS;
    }
    let mut skep = None;
    let subject = match args.subject.as_deref() {
        Some(running) => given("subject", running),
        None if args.itself => start_reference("second reference", &mut references),
        None => skep.insert(skep::Skep::start()).server(),
    };
    let mut totals = Totals::default();
    for sequence in &sequences {
        run(&reference, &subject, sequence, &mut totals);
    }
    let whole = args.only.is_none() && !args.itself;
    totals.print(whole);
    if totals.mismatches == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn start_reference(name: &'static str, references: &mut Vec<Reference>) -> Server {
    let started = Reference::start();
    let warehouse = started.warehouse.display().to_string();
    let server = Server {
        name,
        address: started.address.to_string(),
        warehouse,
    };
    references.push(started);
    server
}

/// A server that somebody else started, written `HOST:PORT,WAREHOUSE-DIRECTORY`.
fn given(name: &'static str, text: &str) -> Server {
    let (address, warehouse) = text.split_once(',').expect("HOST:PORT,WAREHOUSE-DIRECTORY");
    Server {
        name,
        address: address.to_owned(),
        warehouse: warehouse.to_owned(),
    }
}

fn chosen(args: &Args) -> Vec<Sequence> {
    let mut sequences = sequences::all();
    let seeds = args.seed..args.seed + args.rounds;
    sequences.extend(seeds.map(|seed| random::sequence(seed, RANDOM_STEPS)));
    if let Some(only) = &args.only {
        sequences.retain(|sequence| sequence.name.starts_with(only));
        assert!(!sequences.is_empty(), "there is no sequence {only}");
    }
    sequences
}

#[derive(Default)]
struct Totals {
    requests: usize,
    mismatches: usize,
    meant: BTreeMap<&'static str, usize>,
}

impl Totals {
    /// Prints what was found. In a whole run every reason must have been needed.
    fn print(&mut self, whole: bool) {
        println!(
            "\n{} requests; meant to be answered otherwise:",
            self.requests
        );
        for (reason, count) in &self.meant {
            println!("{count:6} × {reason}");
        }
        let unused: Vec<_> = differences::reasons()
            .filter(|reason| whole && !self.meant.contains_key(reason))
            .collect();
        for reason in &unused {
            println!("no answer needs the reason any more: {reason}");
        }
        self.mismatches += unused.len();
        let passed = self.requests.saturating_sub(self.mismatches);
        println!("{passed} passed, {} failed", self.mismatches);
    }
}

/// Runs one sequence on both servers and prints each request whose answers differ.
fn run(reference: &Server, subject: &Server, sequence: &Sequence, totals: &mut Totals) {
    let now = seconds_since_epoch();
    let mut sessions = [Session::new(reference), Session::new(subject)];
    let mut normalizers = [
        Normalizer::new(reference, now),
        Normalizer::new(subject, now),
    ];
    for (number, step) in sequence.steps.iter().enumerate() {
        totals.requests += 1;
        let [old, new] = sessions.each_mut().map(|session| session.send(step));
        let old_normal = normalizers[0].normal(&step.method, &old);
        let new_normal = normalizers[1].normal(&step.method, &new);
        let mismatches = compare(&old_normal, &new_normal);
        if mismatches.is_empty() {
            if let Some(reason) = step.differs {
                totals.mismatches += 1;
                println!(
                    "\n{}, request {number}: {} {}",
                    sequence.name, step.method, step.args
                );
                println!("  the answers are equal, but were expected to differ: {reason}");
            }
            continue;
        }
        if let Some(reason) = differences::meant(step, &old, &new) {
            *totals.meant.entry(reason).or_default() += 1;
            continue;
        }
        let (meant, wrong): (Vec<Mismatch>, Vec<Mismatch>) = mismatches
            .into_iter()
            .partition(|mismatch| differences::meant_at(step, mismatch).is_some());
        for reason in meant
            .iter()
            .filter_map(|mismatch| differences::meant_at(step, mismatch))
        {
            *totals.meant.entry(reason).or_default() += 1;
        }
        if !wrong.is_empty() {
            totals.mismatches += 1;
            println!(
                "\n{}, request {number}: {} {}",
                sequence.name, step.method, step.args
            );
            for mismatch in wrong {
                println!(
                    "  at {}",
                    if mismatch.path.is_empty() {
                        "/"
                    } else {
                        &mismatch.path
                    }
                );
                println!("    {}: {}", reference.name, mismatch.reference);
                println!("    {}: {}", subject.name, mismatch.subject);
            }
        }
    }
}

/// Prints what the reference answers to each request of a sequence.
fn record(server: &Server, sequence: &Sequence) {
    println!("\n==== {}", sequence.name);
    let mut session = Session::new(server);
    for step in &sequence.steps {
        let Step { method, args, .. } = step;
        match session.send(step) {
            Ok(value) => println!("{method} {args}\n    {value}"),
            Err(failure) => println!("{method} {args}\n    !! {failure}"),
        }
    }
}

fn seconds_since_epoch() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is after 1970");
    i64::try_from(since.as_secs()).expect("the seconds fit")
}
