//! Signs of life of work that takes its time: on standard error, and only where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// How often a sign moves while nothing is heard.
const TICK: Duration = Duration::from_millis(100);

/// Of work whose end nobody knows.
pub(super) fn spinner(what: impl Into<String>) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    styled(&bar, "{spinner} {elapsed} {msg}");
    bar.set_message(what.into());
    bar.enable_steady_tick(TICK);
    bar
}

/// Of work of so many things.
pub(super) fn counter(total: u64, things: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    styled(
        &bar,
        &format!("{{spinner}} {{elapsed}} {{wide_bar}} {{pos}}/{{len}} {things} {{msg}}"),
    );
    bar
}

/// Waits for work, and shows that it goes on.
pub(super) async fn while_waiting<T>(what: impl Into<String>, work: impl Future<Output = T>) -> T {
    let bar = spinner(what);
    let done = work.await;
    bar.finish_and_clear();
    done
}

fn styled(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}
