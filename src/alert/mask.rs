//! What a receiver answered, without the secrets of its channel: many say the address or the token that they do not take, and
//! the answer is kept and shown to whoever reads the alerts.

use crate::secret::{SECRET_SHOWN, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeSet;

/// Characters of a secret that is masked; a shorter one would mask common words.
const SECRET_CHARS_MIN: usize = 4;
/// Characters of a part of an address that is taken for a secret.
const PART_CHARS_MIN: usize = 8;
/// Characters from which one of small letters alone is no word.
const WORD_CHARS_MAX: usize = 16;

/// The text with each secret masked, and the part of one that it ends with: what is read of an answer is bounded. Letters of
/// either case are alike, as some receivers write addresses anew.
pub(super) fn masked(text: &str, secrets: &[&Secret]) -> String {
    let needles: BTreeSet<String> = secrets.iter().flat_map(|secret| needles(secret)).collect();
    let mut needles: Vec<String> = needles.into_iter().collect();
    // The longest first: the whole is masked as one.
    needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    let mut masked = needles
        .iter()
        .fold(text.to_owned(), |text, needle| without(&text, needle));
    for needle in &needles {
        let ends = needle.char_indices().skip(PART_CHARS_MIN);
        let mut begun: Vec<&str> = ends.map(|(end, _)| &needle[..end]).collect();
        begun.reverse();
        let lower = masked.to_ascii_lowercase();
        let begun = begun
            .into_iter()
            .find(|begun| lower.ends_with(&begun.to_ascii_lowercase()));
        if let Some(begun) = begun {
            masked.truncate(masked.len() - begun.len());
            masked.push_str(SECRET_SHOWN);
        }
    }
    masked
}

/// The text with what is alike to another one, but for the case of its letters, masked.
fn without(text: &str, needle: &str) -> String {
    // ASCII letters of either case have one byte, so that places in one are places in the other.
    let (lower, needle) = (text.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for (at, _) in lower.match_indices(&needle) {
        masked.push_str(&text[end..at]);
        masked.push_str(SECRET_SHOWN);
        end = at + needle.len();
    }
    masked.push_str(&text[end..]);
    masked
}

/// What is to be masked of one secret: itself and, of an address, what makes it one; each as it may be written.
fn needles(secret: &Secret) -> Vec<String> {
    let whole = secret.reveal().trim();
    let mut parts = Vec::new();
    if whole.chars().count() >= SECRET_CHARS_MIN {
        parts.push(whole.to_owned());
    }
    if let Ok(url) = url::Url::parse(whole) {
        let password = url.password().unwrap_or_default();
        let passwords = [password.to_owned(), decoded(password)].into_iter();
        parts.extend(passwords.filter(|one| one.chars().count() >= SECRET_CHARS_MIN));
        parts.extend(address_parts(&url).filter(|part| is_secret_like(part)));
    }
    parts.iter().flat_map(|part| writings(part)).collect()
}

/// What of an address may be what makes it a secret, as it stands there and decoded.
fn address_parts(url: &url::Url) -> impl Iterator<Item = String> {
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let mut parts = vec![format!("{path}?{query}"), path.to_owned(), query.to_owned()];
    parts.extend(url.path_segments().into_iter().flatten().map(str::to_owned));
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    parts.extend(values.map(|(_, value)| value.to_owned()));
    let plain: Vec<String> = parts.iter().map(|part| decoded(part)).collect();
    parts.extend(plain);
    parts.into_iter()
}

/// A secret as it may be written: in JSON with `\/`, encoded for an address, with `+` for blanks, in base64.
fn writings(part: &str) -> [String; 5] {
    [
        part.to_owned(),
        part.replace('/', "\\/"),
        utf8_percent_encode(part, NON_ALPHANUMERIC).to_string(),
        part.replace(' ', "+"),
        BASE64.encode(part).trim_end_matches('=').to_owned(),
    ]
}

/// A part of an address without its percent signs.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether a part of an address may be what makes it a secret, rather than a word such as `services`.
fn is_secret_like(part: &str) -> bool {
    let length = part.chars().count();
    length >= PART_CHARS_MIN
        && (length >= WORD_CHARS_MAX || part.chars().any(|one| !one.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::masked;
    use crate::secret::Secret;

    #[test]
    fn what_a_receiver_says_of_its_address_and_keys_is_masked() {
        let url = Secret::new(
            "https://hooks.example.org/services/T0123/B4567890/abcDEF%20123456?sig=Xy12345678",
        );
        let token = Secret::new("xoxb-1234-secret");
        let secrets = [&url, &token];
        for (said, shown) in [
            ("no such service", "no such service"),
            ("no_services here", "no_services here"),
            ("bad token xoxb-1234-secret!", "bad token ***!"),
            (
                "POST /services/T0123/B4567890/abcDEF%20123456?sig=Xy12345678 failed",
                "POST *** failed",
            ),
            (
                r#"{"path":"\/services\/T0123\/B4567890\/abcDEF%20123456"}"#,
                r#"{"path":"***"}"#,
            ),
            ("key abcDEF 123456", "key ***"),
            ("sig Xy12345678", "sig ***"),
            ("cut off: xoxb-1234-sec", "cut off: ***"),
            ("in capitals: XOXB-1234-SECRET", "in capitals: ***"),
            ("?sig=Xy12345678&amp;k=v", "?***&amp;k=v"),
            ("key abcDEF+123456, key abcdef%20123456", "key ***, key ***"),
            ("in base64: eG94Yi0xMjM0LXNlY3JldA==", "in base64: ***=="),
            (
                "%2Fservices%2FT0123%2FB4567890%2FabcDEF%2520123456 ",
                "*** ",
            ),
        ] {
            assert_eq!(masked(said, &secrets), shown, "{said}");
        }
    }

    #[test]
    fn a_short_secret_does_not_mask_common_words() {
        assert_eq!(masked("a cat", &[&Secret::new("a")]), "a cat");
        assert_eq!(masked("a cat", &[&Secret::new("")]), "a cat");
    }
}
