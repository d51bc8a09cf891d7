//! How long a client waits, as it says so itself: the header `grpc-timeout`.

use axum::http::HeaderMap;
use std::time::Duration;

/// Digits of the number at most, by gRPC's own rule.
const DIGITS_MAX: usize = 8;

/// The time that a client gives a request; `None` where it says nothing, or nothing that can be read.
pub(super) fn patience(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (unit_at, unit) = text.char_indices().last()?;
    let digits = &text[..unit_at];
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_hours(number)),
        'M' => Some(Duration::from_mins(number)),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::patience;
    use axum::http::{HeaderMap, HeaderValue};
    use std::time::Duration;

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        for (text, wanted) in [
            ("5S", Some(Duration::from_secs(5))),
            ("100m", Some(Duration::from_millis(100))),
            ("2M", Some(Duration::from_mins(2))),
            ("99999999H", Some(Duration::from_hours(99_999_999))),
            ("7u", Some(Duration::from_micros(7))),
            ("7n", Some(Duration::from_nanos(7))),
            ("100000000S", None),
            ("S", None),
            ("5", None),
            ("5s", None),
            ("-5S", None),
            ("\u{e9}", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
            headers.insert("grpc-timeout", value);
            assert_eq!(patience(&headers), wanted, "{text}");
        }
        assert_eq!(patience(&HeaderMap::new()), None);
    }
}
