//! The processor time and the memory of servers, read from `/proc`: on a busy machine they are steadier
//! than the wall clock.

use std::fs;

use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// The kernel counts the time of children that have ended in these units: 100 on every Linux that
/// Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// The processor seconds that a process has used, its threads included, those that have ended too.
pub(crate) fn seconds_of(pid: u32) -> f64 {
    let clock = i32::try_from(pid)
        .ok()
        .and_then(|pid| clock_getcpuclockid(Pid::from_raw(pid)).ok());
    let time = clock.and_then(|clock| clock_gettime(clock).ok());
    time.map_or(0.0, |time| std::time::Duration::from(time).as_secs_f64())
}

/// The processor seconds of a process, of its children, and of the children that have ended:
/// a database may serve each connection with one.
pub(crate) fn seconds_of_family(pid: u32) -> f64 {
    let Some(parent) = stat(pid) else { return 0.0 };
    let children: f64 = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|child| stat(*child).is_some_and(|stat| stat.parent == pid))
        .map(seconds_of)
        .sum();
    seconds_of(pid) + parent.ended_children + children
}

/// The resident memory of a process in megabytes.
pub(crate) fn resident_megabytes(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix(" kB")?
            .parse()
            .ok()
    });
    kilobytes.unwrap_or(0.0) / 1_024.0
}

struct Stat {
    parent: u32,
    ended_children: f64,
}

/// `None` where the process has ended meanwhile.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything; the fields after it are plain.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        ended_children: (ticks(13)? + ticks(14)?) / TICKS_PER_SECOND,
    })
}
