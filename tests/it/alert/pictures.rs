//! The pictures of the documentation: the messages that they show are what the product sends today. Tests that run the product
//! compare theirs here; `UPDATE_GOLDEN=1` writes them anew, and `scripts/slack-picture` draws them.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The pictures, by the names of their messages.
const NAMES: [&str; 3] = ["slack-change", "slack-digest", "slack-trouble"];
/// The key of the text in a picture that holds the hash of its message.
const KEY: &[u8] = b"skep-message\0";

fn message(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/alert/pictures/{name}.json"))
}

/// Compares a message that the product sent with the one that a picture shows.
pub(crate) fn compare(name: &str, body: &str) {
    assert!(NAMES.contains(&name), "{name}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let made = serde_json::to_string_pretty(&body).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(message(name), &made).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(message(name)).unwrap_or_default();
    assert_eq!(
        made, expected,
        "{name}: see the head of tests/it/alert/pictures.rs"
    );
}

/// The text under our key in a PNG.
fn hash_in(png: &[u8]) -> Option<&[u8]> {
    let mut rest = png.get(8..)?;
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        let length = usize::try_from(length).ok()?;
        let (kind, data) = (rest.get(4..8)?, rest.get(8..8 + length)?);
        if kind == b"tEXt" && data.starts_with(KEY) {
            return data.get(KEY.len()..);
        }
        rest = rest.get(12 + length..)?;
    }
    None
}

#[test]
fn the_pictures_were_drawn_from_what_the_product_sends() {
    for name in NAMES {
        let path = format!("docs/images/{name}.png");
        let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let picture = std::fs::read(&picture).expect("the picture");
        let text = std::fs::read(message(name)).expect("the message");
        let mut hash = String::new();
        for byte in Sha256::digest(&text) {
            write!(hash, "{byte:02x}").expect("a String takes all");
        }
        let found = hash_in(&picture).map(String::from_utf8_lossy);
        assert_eq!(
            found.as_deref(),
            Some(hash.as_str()),
            "{path}: run scripts/slack-picture"
        );
    }
}
