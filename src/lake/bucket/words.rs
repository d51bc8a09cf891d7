//! How requests are written for each make of store.

use crate::lake::account::Make;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write;

/// What stands in an address as it is.
pub(super) const LITERAL: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Entries that a page of Azure's has at least: directories and what lies before the wanted ones are taken out of it.
const AZURE_ENTRIES_MIN: usize = 100;

/// Which page of a listing is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageQuery<'a> {
    pub(super) prefix: &'a str,
    /// Only what sorts behind this key.
    pub(super) after: Option<&'a str>,
    pub(super) token: Option<&'a str>,
    /// Whether what lies below one more slash is told once.
    pub(super) is_level: bool,
    pub(super) keys_max: usize,
}

/// The address of one page of a listing.
pub(super) fn page_address(make: Make, bucket: &str, query: &PageQuery<'_>) -> String {
    let delimiter = query.is_level.then_some("/");
    // A token knows where it stands.
    let after = query.after.filter(|_| query.token.is_none());
    let (mut address, parameters) = match make {
        Make::S3 | Make::Gcs => (
            format!(
                "{bucket}?list-type=2&encoding-type=url&max-keys={}",
                query.keys_max
            ),
            [
                ("prefix", Some(query.prefix)),
                ("delimiter", delimiter),
                ("start-after", after),
                ("continuation-token", query.token),
            ],
        ),
        Make::Azure => (
            format!(
                "{bucket}?restype=container&comp=list&maxresults={}",
                query.keys_max.max(AZURE_ENTRIES_MIN)
            ),
            [
                ("prefix", Some(query.prefix)),
                ("delimiter", delimiter),
                // What it names is told as well.
                ("startFrom", after),
                ("marker", query.token),
            ],
        ),
    };
    for (name, value) in parameters {
        if let Some(value) = value {
            let value = utf8_percent_encode(value, &LITERAL);
            let _ = write!(address, "&{name}={value}");
        }
    }
    address
}

/// The header that names what is copied.
pub(super) fn copy_source(make: Make) -> &'static str {
    match make {
        Make::S3 => "x-amz-copy-source",
        Make::Gcs => "x-goog-copy-source",
        // Its copies go on behind the answer, so none is asked for.
        Make::Azure => "x-ms-copy-source",
    }
}

/// What the deletion of a key says beside its address.
pub(super) fn deletion_headers(make: Make) -> Vec<(&'static str, String)> {
    match make {
        Make::S3 | Make::Gcs => Vec::new(),
        // A blob that has snapshots is not deleted without them.
        Make::Azure => vec![("x-ms-delete-snapshots", "include".to_owned())],
    }
}
