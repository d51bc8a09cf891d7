//! What the operating system knows of the process, under the names that every Prometheus client library gives it (see
//! "Process metrics" in Prometheus's guide for client libraries). On Linux alone; elsewhere there are none.

use prometheus_client::registry::Registry;

/// Where Linux tells the name of the machine, which is the pod's or the container's inside of one.
const HOST_NAME_PATH: &str = "/proc/sys/kernel/hostname";
/// Characters of a machine's name that are told: more than any has.
const HOST_NAME_CHARS_MAX: usize = 255;

/// The name of the machine that the process runs on; `unknown` where the system does not tell it.
pub fn host_name() -> String {
    let told = std::fs::read_to_string(HOST_NAME_PATH).ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok());
    // The database takes no NUL, and a line is a line.
    let name = told.unwrap_or_default();
    let name = name.trim().chars().filter(|c| !c.is_control());
    let name: String = name.take(HOST_NAME_CHARS_MAX).collect();
    if name.is_empty() {
        return "unknown".to_owned();
    }
    name
}

/// Registers what there is.
#[cfg(not(target_os = "linux"))]
pub(super) fn register(_registry: &mut Registry) {}

/// Files and sockets that this process may have open at once; `None` where there is no limit, or none that is known.
#[cfg(not(target_os = "linux"))]
pub fn open_files_max() -> Option<u64> {
    None
}

/// Files and sockets that this process may have open at once; `None` where there is no limit, or none that is known.
#[cfg(target_os = "linux")]
pub fn open_files_max() -> Option<u64> {
    let limits = procfs::process::Process::myself().ok()?.limits().ok()?;
    match limits.max_open_files.soft_limit {
        procfs::process::LimitValue::Value(most) => Some(most),
        procfs::process::LimitValue::Unlimited => None,
    }
}

/// Registers what there is.
#[cfg(target_os = "linux")]
pub(super) fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(linux::Process));
}

#[cfg(target_os = "linux")]
mod linux {
    use procfs::WithCurrentSystemInfo;
    use procfs::process::LimitValue;
    use prometheus_client::collector::Collector;
    use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
    use prometheus_client::metrics::counter::ConstCounter;
    use prometheus_client::metrics::gauge::ConstGauge;
    use prometheus_client::registry::Unit;
    use std::fmt;

    /// Reads it at each scrape.
    #[derive(Debug)]
    pub(super) struct Process;

    impl Collector for Process {
        fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
            // What cannot be read at this moment is left out of this scrape.
            let Ok(me) = procfs::process::Process::myself() else {
                return Ok(());
            };
            if let Ok(stat) = me.stat() {
                let ticks = stat.utime + stat.stime;
                #[expect(clippy::cast_precision_loss, reason = "seconds of a processor")]
                let seconds = ticks as f64 / procfs::ticks_per_second() as f64;
                let text = "Processor time of the user and the system";
                counter(&mut encoder, "process_cpu", text, seconds)?;
                let bytes = Some(&Unit::Bytes);
                let resident = stat.rss_bytes().get();
                let text = "Memory that is resident";
                gauge(
                    &mut encoder,
                    "process_resident_memory",
                    text,
                    bytes,
                    whole(resident),
                )?;
                let text = "Memory that is mapped";
                gauge(
                    &mut encoder,
                    "process_virtual_memory",
                    text,
                    bytes,
                    whole(stat.vsize),
                )?;
                let text = "Threads";
                gauge(
                    &mut encoder,
                    "process_threads",
                    text,
                    None,
                    stat.num_threads,
                )?;
                if let Ok(boot) = procfs::boot_time_secs() {
                    let start = boot + stat.starttime / procfs::ticks_per_second();
                    let text = "When the process began, since the epoch";
                    let unit = Some(&Unit::Seconds);
                    gauge(&mut encoder, "process_start_time", text, unit, whole(start))?;
                }
            }
            if let Ok(open) = me.fd_count() {
                let open = i64::try_from(open).unwrap_or(i64::MAX);
                gauge(
                    &mut encoder,
                    "process_open_fds",
                    "Open files and sockets",
                    None,
                    open,
                )?;
            }
            if let Ok(limits) = me.limits()
                && let LimitValue::Value(most) = limits.max_open_files.soft_limit
            {
                let text = "Files and sockets that may be open";
                gauge(&mut encoder, "process_max_fds", text, None, whole(most))?;
            }
            Ok(())
        }
    }

    fn whole(number: u64) -> i64 {
        i64::try_from(number).unwrap_or(i64::MAX)
    }

    fn gauge(
        encoder: &mut DescriptorEncoder,
        name: &str,
        text: &str,
        unit: Option<&Unit>,
        value: i64,
    ) -> fmt::Result {
        let metric = ConstGauge::new(value);
        let metric_type = metric.metric_type();
        metric.encode(encoder.encode_descriptor(name, text, unit, metric_type)?)
    }

    fn counter(
        encoder: &mut DescriptorEncoder,
        name: &str,
        text: &str,
        seconds: f64,
    ) -> fmt::Result {
        let metric = ConstCounter::new(seconds);
        let metric_type = metric.metric_type();
        let unit = Some(&Unit::Seconds);
        metric.encode(encoder.encode_descriptor(name, text, unit, metric_type)?)
    }
}
