//! The processor time and the memory of servers, read from `/proc`: on a busy machine they are steadier
//! than the wall clock.

use std::fs;

/// The kernel counts processor time in these units; it is 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// The processor seconds that a process has used, its threads included.
pub(crate) fn seconds_of(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own)
}

/// The processor seconds of a process, of its children, and of the children that have ended:
/// a database may serve each connection with one.
pub(crate) fn seconds_of_family(pid: u32) -> f64 {
    let Some(parent) = stat(pid) else { return 0.0 };
    let children: f64 = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .filter(|child| child.parent == pid)
        .map(|child| child.own)
        .sum();
    parent.own + parent.ended_children + children
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
    own: f64,
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
        own: (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
        ended_children: (ticks(13)? + ticks(14)?) / TICKS_PER_SECOND,
    })
}
