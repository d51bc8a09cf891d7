//! Any HTTP listener: a JSON body of a fixed shape (`docs/SCHEMA-WATCH.md`), signed where a secret is set.

use super::{Alerter, Part, Poster, SendError};
use crate::model::Notice;
use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Entries in one request.
const ENTRIES_PER_PART_MAX: usize = 500;
/// Bytes of one text that are sent; a comment of a source may be larger, and is cut with a mark.
const TEXT_CHARS_MAX: usize = 4_000;
/// The header that holds `sha256=` and the HMAC of the body in hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "x-skep-signature";

/// An HTTP listener.
#[derive(Debug, Clone)]
pub struct Webhook {
    url: Secret,
    signing_key: Option<Secret>,
    poster: Poster,
}

impl Webhook {
    /// The listener at an address; it can tell skep from others by the signature, where there is a key.
    pub fn new(url: Secret, signing_key: Option<Secret>, poster: Poster) -> Self {
        Self {
            url,
            signing_key,
            poster,
        }
    }
}

impl Alerter for Webhook {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        let signature = self.signing_key.as_ref().map(|key| sign(key, &part.body));
        let headers: Vec<_> = signature
            .map(|text| (SIGNATURE_HEADER, text))
            .into_iter()
            .collect();
        let secrets: Vec<&Secret> = self.signing_key.iter().collect();
        self.poster
            .post((&self.url, &secrets), part.body.clone(), &headers)
            .await
    }
}

/// The requests of a notice.
pub(super) fn parts(notice: &Notice) -> Vec<Part> {
    let count = notice.entries.len().div_ceil(ENTRIES_PER_PART_MAX).max(1);
    let parts = (0..count).map(|number| {
        let start = number * ENTRIES_PER_PART_MAX;
        let entries = start..notice.entries.len().min(start + ENTRIES_PER_PART_MAX);
        let body = json!({
            "kind": notice.kind.as_str(),
            "subject": shown(&notice.subject),
            "at": notice.at,
            "part": number + 1,
            "parts": count,
            "entries": entries.clone().map(|number| view(notice, number)).collect::<Vec<_>>(),
        });
        Part {
            body: body.to_string(),
            entries,
        }
    });
    parts.collect()
}

fn view(notice: &Notice, number: usize) -> Value {
    let entry = &notice.entries[number];
    let mut view = json!({
        "key": entry.key,
        "change": entry.change,
        "severity": entry.severity.as_str(),
        "object": shown(&entry.object_shown()),
        "text": shown(&entry.text),
        "effects": entry.effects.iter().map(|effect| shown(effect)).collect::<Vec<_>>(),
        "owner": entry.owner,
    });
    if let Some(link) = notice.acknowledge(number..number + 1).pop() {
        view["acknowledge"] = json!(link);
    }
    view
}

fn shown(text: &str) -> String {
    super::text::shown(text, TEXT_CHARS_MAX)
}

fn sign(key: &Secret, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
        .expect("HMAC takes keys of every length");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::sign;
    use crate::secret::Secret;

    #[test]
    fn the_signature_is_the_one_that_others_compute() {
        // The second test case of RFC 4231.
        let text = sign(&Secret::new("Jefe"), "what do ya want for nothing?");
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(text, expected);
    }
}
