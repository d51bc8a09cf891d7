//! What a bucket answers, read from its XML. An answer that is not the expected one is an error: a page that a proxy wrote
//! must not look like an empty listing, nor like a deletion.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::SystemTime;

/// One object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// As the store has it.
    pub(super) key: String,
    pub(super) bytes: u64,
    pub(super) modified: SystemTime,
    /// By what the store tells one content from another, where it does; a copy may have another one.
    pub(super) etag: Option<String>,
}

/// One page of a listing, in the order of the keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Object>,
    /// What keys have in common up to the delimiter, where one was asked for.
    pub(super) prefixes: Vec<String>,
    /// Directories that are things of their own, of the stores that have such.
    pub(super) directories: Vec<Object>,
    /// The token of the next page.
    pub(super) next: Option<String>,
}

impl Page {
    /// Whether it has neither an object nor a prefix.
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.prefixes.is_empty()
    }
}

/// A failure that the store tells in words.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Told {
    pub(super) key: String,
    pub(super) code: String,
    pub(super) message: String,
}

/// An answer that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the answer is not UTF-8")]
    Encoding(#[from] std::str::Utf8Error),
    #[error("the answer is not what such a store answers")]
    Xml(#[from] quick_xml::DeError),
    #[error("the answer is no {0}")]
    Kind(&'static str),
    #[error("the time {0:?} cannot be read")]
    Time(String),
    #[error("the key {0:?} is not UTF-8")]
    Key(String),
    #[error("the key {0:?} was not asked for")]
    Stray(String),
    #[error("more is to come, but not how to ask for it")]
    Token,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    is_truncated: bool,
    #[serde(default)]
    next_continuation_token: Option<String>,
    #[serde(default)]
    encoding_type: Option<String>,
    #[serde(default)]
    contents: Vec<Contents>,
    #[serde(default)]
    common_prefixes: Vec<CommonPrefix>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    last_modified: String,
    #[serde(default, rename = "ETag")]
    etag: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CommonPrefix {
    prefix: String,
}

#[derive(Deserialize)]
struct Deletion {
    #[serde(default, rename = "Error")]
    errors: Vec<Told>,
}

/// Reads a page.
pub(super) fn page(body: &Bytes) -> Result<Page, Unreadable> {
    let listing: Listing = read(body, "ListBucketResult")?;
    // A store that does not know the encoding gives the keys as they are.
    let is_encoded = listing.encoding_type.as_deref() == Some("url");
    let key = |text: String| if is_encoded { decoded(text) } else { Ok(text) };
    let mut page = Page {
        next: listing
            .next_continuation_token
            .filter(|_| listing.is_truncated),
        ..Page::default()
    };
    if listing.is_truncated && page.next.is_none() {
        return Err(Unreadable::Token);
    }
    for one in listing.contents {
        let modified = time(&one.last_modified).ok_or(Unreadable::Time(one.last_modified))?;
        page.objects.push(Object {
            key: key(one.key)?,
            bytes: one.size,
            modified,
            etag: one.etag.filter(|tag| !tag.is_empty()),
        });
    }
    for one in listing.common_prefixes {
        page.prefixes.push(key(one.prefix)?);
    }
    Ok(page)
}

/// Reads which keys of a list were not deleted, and why.
pub(super) fn undeleted(body: &Bytes) -> Result<Vec<Told>, Unreadable> {
    let deletion: Deletion = read(body, "DeleteResult")?;
    let missing = |told: &Told| told.code == "NoSuchKey";
    let errors = deletion.errors.into_iter();
    Ok(errors.filter(|told| !missing(told)).collect())
}

/// The first key of a list that the store could not delete just now.
pub(super) fn undeleted_passing(body: &Bytes) -> Option<Told> {
    let passing = ["InternalError", "ServiceUnavailable", "SlowDown"];
    let told = undeleted(body).ok()?.into_iter();
    let mut told = told.filter(|told| passing.contains(&told.code.as_str()));
    told.next()
}

/// The failure that a body tells, whatever the status: a copy that fails late has begun its answer with success.
pub(super) fn failure(body: &Bytes) -> Option<Told> {
    read(body, "Error").ok()
}

pub(super) fn read<T: DeserializeOwned>(body: &Bytes, root: &'static str) -> Result<T, Unreadable> {
    let text = std::str::from_utf8(body)?.trim_start_matches('\u{feff}');
    let mut reader = quick_xml::Reader::from_str(text);
    let is_root = loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                break tag.local_name().as_ref() == root.as_bytes();
            }
            Ok(quick_xml::events::Event::Eof) | Err(_) => break false,
            Ok(_) => {}
        }
    };
    if !is_root {
        return Err(Unreadable::Kind(root));
    }
    Ok(quick_xml::de::from_str(text)?)
}

fn time(text: &str) -> Option<SystemTime> {
    let time: jiff::Timestamp = text.parse().ok()?;
    time.try_into().ok()
}

/// Takes the encoding of a listing away: that of forms, in which a space is a plus.
fn decoded(text: String) -> Result<String, Unreadable> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(Unreadable::Key(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(inner: &str) -> Bytes {
        let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
        format!("{head}<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</ListBucketResult>")
            .into()
    }

    #[test]
    fn keys_are_read_as_they_are() {
        let object = |key: &str| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified><Size>7</Size></Contents>"
            )
        };
        let encoded = [
            object("t/a+b%2Bc%0A"),
            "<CommonPrefixes><Prefix>t/..//</Prefix></CommonPrefixes>".to_owned(),
            object("t/%252F/"),
        ];
        let head =
            "<IsTruncated>true</IsTruncated><NextContinuationToken>a+b</NextContinuationToken>";
        let body = format!("{head}<EncodingType>url</EncodingType>{}", encoded.concat());
        let page = page(&listing(&body)).unwrap();
        let keys: Vec<&str> = page.objects.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["t/a b+c\n", "t/%2F/"]);
        assert_eq!(page.prefixes, ["t/..//"]);
        assert_eq!(page.next.as_deref(), Some("a+b"));
        let plain = format!("<IsTruncated>false</IsTruncated>{}", object("t/a+%41&amp;"));
        let page = super::page(&listing(&plain)).unwrap();
        assert_eq!(page.objects[0].key, "t/a+%41&");
        assert_eq!(page.next, None);
    }

    #[test]
    fn what_is_no_listing_is_no_empty_one() {
        for body in [
            Bytes::from_static(b""),
            Bytes::from_static(b"<html><body>Please log in</body></html>"),
            Bytes::from_static(b"<Error><Code>InternalError</Code></Error>"),
            listing(""),
            listing("<IsTruncated>true</IsTruncated>"),
            listing("<IsTruncated>false</IsTruncated>").slice(..60),
        ] {
            assert!(page(&body).is_err(), "{body:?}");
        }
        assert!(undeleted(&Bytes::from_static(b"<html/>")).is_err());
    }

    #[test]
    fn what_was_not_deleted_is_told() {
        let body = "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code>\
                    <Message>no</Message></Error><Deleted><Key>c</Key></Deleted><Error><Key>d</Key>\
                    <Code>NoSuchKey</Code></Error></DeleteResult>";
        let told = undeleted(&Bytes::from_static(body.as_bytes())).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].key.as_str(), told[0].code.as_str()),
            ("b", "AccessDenied")
        );
        assert!(
            undeleted(&Bytes::from_static(b"<DeleteResult/>"))
                .unwrap()
                .is_empty()
        );
    }
}
