//! What is asked of a bucket's listing, and where its pages begin and end: what a scan and a bucket tell each other.

/// What one page of a listing is to show. Paths are relative to the root that it is asked with.
#[derive(Debug, Clone, Default)]
pub(in crate::lake) struct Query {
    /// The directory to list; nothing for the root itself.
    pub(in crate::lake) directory: String,
    /// Only what sorts behind this path.
    pub(in crate::lake) after: Option<String>,
    /// Where to go on, on a page that is not the first; it stands above `after`.
    pub(in crate::lake) from: Option<PageStart>,
    /// Whether only the directory's own children are shown.
    pub(in crate::lake) is_level: bool,
}

/// Where a page begins that is not the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) enum PageStart {
    /// At the store's token.
    Token(String),
    /// Behind a path.
    After(String),
}

/// A key that is no path, or the first of those in a directory that cannot be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct OddKey {
    /// The whole key.
    pub(in crate::lake) key: String,
    /// As far as the name that cannot be one.
    pub(in crate::lake) path: String,
    /// What is wrong with it.
    pub(in crate::lake) reason: String,
}
