//! The files that pages load: a style sheet, a script and an icon, and a script of one page alone, all in the binary. Their names
//! change with what is in them, so that browsers keep them for good.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Hexadecimal digits of a digest in a name.
const DIGEST_CHARS: usize = 12;

/// A file.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its name below `/assets/`.
    pub(super) name: String,
    /// Its media type.
    pub(super) kind: &'static str,
    /// What is in it.
    pub(super) text: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, text: &'static str) -> Self {
        let digest = hex::encode(Sha256::digest(text));
        let name = format!("{stem}-{}.{ending}", &digest[..DIGEST_CHARS]);
        Self { name, kind, text }
    }
}

pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!("assets/page.css");
    Asset::new("page", "css", "text/css; charset=utf-8", text)
});
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!("assets/page.js");
    Asset::new("page", "js", "text/javascript; charset=utf-8", text)
});
pub(super) static API_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!("assets/api.js");
    Asset::new("api", "js", "text/javascript; charset=utf-8", text)
});
pub(super) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!("assets/icon.svg");
    Asset::new("icon", "svg", "image/svg+xml", text)
});
