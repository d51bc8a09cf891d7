//! Small charts without a script: a line of the last hour as SVG that the sheet colours, and the same told in words.

use crate::humane;
use crate::telemetry::SAMPLES_MAX;
use std::fmt::Write as _;

/// Points of a line at most: more than a chart has room for costs bytes alone.
const POINTS_MAX: usize = 120;
/// Samples that one point stands for: by the greatest of them, so that a short burst is seen.
const SAMPLES_PER_POINT: usize = SAMPLES_MAX.div_ceil(POINTS_MAX);
/// The height of the drawing; as wide as it has points. The sheet stretches it.
const HEIGHT: f64 = 30.0;
/// What is left free above and below, so that no line is cut in half.
const MARGIN: f64 = 1.0;

/// A chart, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sparkline {
    /// What is measured.
    pub(super) name: &'static str,
    /// The line, as the attribute `d` of a path.
    pub(super) line: String,
    /// The last value; a dash where there is none.
    pub(super) now: String,
    /// The least and the greatest.
    pub(super) range: String,
    /// All of it in words, for those who do not see the line.
    pub(super) words: String,
}

/// The chart of some values, the oldest first; `None` is a time without any. The scale begins at zero.
pub(super) fn sparkline(
    name: &'static str,
    values: &[Option<f64>],
    shown: fn(f64) -> String,
) -> Sparkline {
    let there = || values.iter().copied().flatten();
    let now = values.last().copied().flatten();
    let now = now.map_or_else(|| "–".to_owned(), shown);
    let Some(least) = there().reduce(f64::min) else {
        return Sparkline {
            name,
            line: String::new(),
            now,
            range: "nothing was measured".to_owned(),
            words: format!("{name}: nothing was measured"),
        };
    };
    let most = there().fold(least, f64::max);
    let (least, greatest) = (shown(least), shown(most));
    Sparkline {
        name,
        line: line(&points(values), most),
        range: format!("{least} to {greatest}"),
        words: format!("{name}: at least {least}, at most {greatest}, now {now}"),
        now,
    }
}

/// The values by points, the last of which is now.
fn points(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let chunks = values.rchunks(SAMPLES_PER_POINT).take(POINTS_MAX);
    let mut points: Vec<Option<f64>> = chunks
        .map(|chunk| chunk.iter().copied().flatten().reduce(f64::max))
        .collect();
    points.reverse();
    points
}

/// The line through the points, at the right end of the drawing; it breaks where there is no value.
fn line(points: &[Option<f64>], most: f64) -> String {
    let scale = if most > 0.0 {
        (HEIGHT - 2.0 * MARGIN) / most
    } else {
        0.0
    };
    let mut line = String::new();
    let first = POINTS_MAX.saturating_sub(points.len());
    let mut drawn = 0;
    for (x, value) in (first..).zip(points) {
        let Some(value) = value else {
            end(&mut line, drawn);
            drawn = 0;
            continue;
        };
        let y = HEIGHT - MARGIN - value * scale;
        let step = if drawn == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(line, "{step}{x} {y:.1}");
        drawn += 1;
    }
    end(&mut line, drawn);
    line
}

/// A point that stands alone is a dot.
fn end(line: &mut String, drawn: usize) {
    if drawn == 1 {
        line.push_str("h0");
    }
}

/// How many in a second, such as `1250`, `12.5` or `0.30`.
pub(super) fn rate(per_s: f64) -> String {
    match per_s {
        per_s if per_s >= 100.0 => format!("{per_s:.0}"),
        per_s if per_s >= 10.0 => format!("{per_s:.1}"),
        per_s if per_s > 0.0 => format!("{per_s:.2}"),
        _ => "0".to_owned(),
    }
}

/// How long something took, such as `0.12 ms` or `2.5 s`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{:.2} ms", seconds * 1e3),
    }
}

/// A number of things.
pub(super) fn whole(number: f64) -> String {
    format!("{number:.0}")
}

/// A number of bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bytes of this process's memory, which are shown to three digits"
)]
pub(super) fn bytes(number: f64) -> String {
    humane::bytes(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_the_right_and_begins_at_zero() {
        // A point is three samples, by the greatest.
        let values = [0.0, 1.0, 4.0, 2.0, 2.0, 1.0].map(Some);
        let chart = sparkline("Requests a second", &values, rate);
        assert_eq!(chart.line, "M118 1.0L119 15.0");
        assert_eq!(
            (chart.now.as_str(), chart.range.as_str()),
            ("1.00", "0 to 4.00")
        );
        assert_eq!(
            chart.words,
            "Requests a second: at least 0, at most 4.00, now 1.00"
        );
    }

    #[test]
    fn a_line_breaks_where_nothing_was_measured() {
        let mut values = vec![Some(1.0); 3];
        values.extend([None; 3]);
        values.extend([Some(2.0); 3]);
        values.extend([None; 3]);
        let chart = sparkline("Median", &values, duration);
        assert_eq!(chart.line, "M116 15.0h0M118 1.0h0");
        assert_eq!(chart.now, "–");
        let nothing = sparkline("Median", &[None; 5], duration);
        assert_eq!((nothing.line.as_str(), nothing.now.as_str()), ("", "–"));
        assert!(sparkline("Median", &[], duration).words.contains("nothing"));
    }

    #[test]
    fn a_line_of_zeros_lies_at_the_bottom_and_no_line_is_longer_than_an_hour() {
        let flat = sparkline("Failures", &vec![Some(0.0); 2 * SAMPLES_MAX], rate);
        assert!(flat.line.starts_with("M0 29.0L1 29.0") && flat.line.ends_with("L119 29.0"));
        assert_eq!(flat.line.matches(' ').count(), POINTS_MAX);
        assert_eq!(flat.range, "0 to 0");
    }

    #[test]
    fn values_are_told_as_people_say_them() {
        assert_eq!(
            [0.0, 0.304, 12.52, 1250.0].map(rate),
            ["0", "0.30", "12.5", "1250"]
        );
        assert_eq!(
            [0.000_12, 0.025, 2.5].map(duration),
            ["0.12 ms", "25 ms", "2.5 s"]
        );
        assert_eq!(
            (whole(3.0).as_str(), bytes(2048.0).as_str()),
            ("3", "2.00 KiB")
        );
    }
}
