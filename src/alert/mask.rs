//! What a receiver answered, without the secrets of its channel: many say the address or the token that they do not take, and
//! the answer is kept and shown to whoever reads the alerts.

use crate::secret::{SECRET_SHOWN, Secret};
use percent_encoding::percent_decode_str;

/// Characters of a secret that is masked; a shorter one would mask common words.
const SECRET_CHARS_MIN: usize = 4;
/// Characters of a part of an address that is taken for a secret.
const PART_CHARS_MIN: usize = 8;
/// Characters from which one of small letters alone is no word.
const WORD_CHARS_MAX: usize = 16;

/// The text with each secret masked, and the part of one that it ends with: what is read of an answer is bounded.
pub(super) fn masked(text: &str, secrets: &[&Secret]) -> String {
    let mut needles: Vec<String> = secrets.iter().flat_map(|secret| needles(secret)).collect();
    // JSON may be written with `\/`.
    let escaped: Vec<String> = needles
        .iter()
        .filter(|needle| needle.contains('/'))
        .map(|needle| needle.replace('/', "\\/"))
        .collect();
    needles.extend(escaped);
    // The longest first: the whole is masked as one.
    needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    let mut masked = needles.iter().fold(text.to_owned(), |text, needle| {
        text.replace(needle, SECRET_SHOWN)
    });
    for needle in &needles {
        let ends = needle.char_indices().skip(PART_CHARS_MIN);
        let mut begun: Vec<&str> = ends.map(|(end, _)| &needle[..end]).collect();
        begun.reverse();
        if let Some(begun) = begun.into_iter().find(|begun| masked.ends_with(begun)) {
            masked.truncate(masked.len() - begun.len());
            masked.push_str(SECRET_SHOWN);
        }
    }
    masked
}

/// What is to be masked of one secret: itself and, of an address, what makes it one.
fn needles(secret: &Secret) -> Vec<String> {
    let whole = secret.reveal().trim();
    let mut needles = Vec::new();
    if whole.chars().count() >= SECRET_CHARS_MIN {
        needles.push(whole.to_owned());
    }
    let Ok(url) = url::Url::parse(whole) else {
        return needles;
    };
    let path = url.path();
    let query = url.query().unwrap_or_default();
    let mut parts = vec![format!("{path}?{query}"), path.to_owned(), query.to_owned()];
    parts.extend(url.path_segments().into_iter().flatten().map(str::to_owned));
    parts.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    let plain: Vec<String> = parts.iter().map(|part| decoded(part)).collect();
    parts.extend(plain);
    parts.retain(|part| is_secret_like(part));
    needles.extend(parts);
    let password = url.password().unwrap_or_default();
    let passwords = [password.to_owned(), decoded(password)];
    needles.extend(
        passwords
            .into_iter()
            .filter(|one| one.chars().count() >= SECRET_CHARS_MIN),
    );
    needles
}

fn decoded(text: &str) -> String {
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
