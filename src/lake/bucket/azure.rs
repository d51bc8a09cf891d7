//! What a container of Azure answers to a listing, read from its XML.

use super::answer::{Object, Page, Unreadable, read};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::time::SystemTime;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    blobs: Blobs,
    #[serde(default)]
    next_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blobs {
    #[serde(default)]
    blob: Vec<Blob>,
    #[serde(default)]
    blob_prefix: Vec<Prefix>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blob {
    name: Name,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prefix {
    name: Name,
}

/// A name; what XML cannot hold comes encoded.
#[derive(Deserialize)]
struct Name {
    #[serde(rename = "@Encoded", default)]
    is_encoded: bool,
    #[serde(rename = "$text", default)]
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(rename = "Last-Modified")]
    last_modified: String,
    #[serde(rename = "Content-Length", default)]
    content_length: u64,
    #[serde(default)]
    etag: Option<String>,
    /// Of accounts whose directories are things of their own.
    #[serde(default)]
    resource_type: Option<String>,
}

impl Name {
    fn key(self) -> Result<String, Unreadable> {
        if !self.is_encoded {
            return Ok(self.text);
        }
        match percent_decode_str(&self.text).decode_utf8() {
            Ok(key) => Ok(key.into_owned()),
            Err(_) => Err(Unreadable::Key(self.text)),
        }
    }
}

/// Reads a page, without what sorts up to `after`: an emulator begins where it likes.
pub(super) fn page(body: &Bytes, after: Option<&str>) -> Result<Page, Unreadable> {
    let listing: Listing = read(body, "EnumerationResults")?;
    let after = after.unwrap_or_default();
    let mut page = Page {
        next: listing.next_marker.filter(|marker| !marker.is_empty()),
        ..Page::default()
    };
    for one in listing.blobs.blob {
        let told = one.properties;
        let modified = time(&told.last_modified).ok_or(Unreadable::Time(told.last_modified))?;
        let object = Object {
            key: one.name.key()?,
            bytes: told.content_length,
            modified,
            etag: told.etag.filter(|tag| !tag.is_empty()),
        };
        if object.key.as_str() <= after {
            continue;
        }
        if told.resource_type.as_deref() == Some("directory") {
            page.directories.push(object);
        } else {
            page.objects.push(object);
        }
    }
    for one in listing.blobs.blob_prefix {
        let prefix = one.name.key()?;
        // The greatest character behind a directory stands for all that it may hold.
        let is_left = |rest: &str| !rest.starts_with(char::MAX);
        if prefix.as_str() > after || after.strip_prefix(&prefix).is_some_and(is_left) {
            page.prefixes.push(prefix);
        }
    }
    Ok(page)
}

fn time(text: &str) -> Option<SystemTime> {
    let told = jiff::fmt::rfc2822::parse(text).ok()?;
    told.timestamp().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::page;
    use bytes::Bytes;

    fn listing(blobs: &str, marker: &str) -> Bytes {
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ContainerName=\"c\">\
             <Prefix>t/</Prefix><Blobs>{blobs}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>"
        )
        .into()
    }

    fn blob(name: &str, kind: &str) -> String {
        format!(
            "<Blob><Name{name}</Name><Properties><Last-Modified>Wed, 09 Sep 2026 09:20:02 GMT</Last-Modified>\
             <Etag>0x8CB</Etag><Content-Length>7</Content-Length>{kind}<BlobType>BlockBlob</BlobType></Properties></Blob>"
        )
    }

    #[test]
    fn files_and_directories_are_told_apart_and_names_are_read_as_they_are() {
        let blobs = [
            blob(">t/a&amp;b", ""),
            "<BlobPrefix><Name>t/d/</Name></BlobPrefix>".to_owned(),
            blob(">t/d", "<ResourceType>directory</ResourceType>"),
            blob(
                " Encoded=\"true\">t/%01%25",
                "<ResourceType>file</ResourceType>",
            ),
            blob(">t/ c ", ""),
        ];
        let page = page(&listing(&blobs.concat(), "m&amp;1"), None).unwrap();
        let keys: Vec<&str> = page.objects.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["t/a&b", "t/\u{1}%", "t/ c "]);
        assert_eq!(
            (page.objects[0].bytes, page.objects[0].etag.as_deref()),
            (7, Some("0x8CB"))
        );
        assert_eq!(page.prefixes, ["t/d/"]);
        assert_eq!(page.directories[0].key, "t/d");
        assert_eq!(page.next.as_deref(), Some("m&1"));
    }

    #[test]
    fn what_lies_before_the_beginning_is_passed_over() {
        let blobs = [
            blob(">t/a", ""),
            "<BlobPrefix><Name>t/b/</Name></BlobPrefix><BlobPrefix><Name>t/c/</Name></BlobPrefix>"
                .to_owned(),
            blob(">t/d", ""),
        ];
        let page = page(&listing(&blobs.concat(), ""), Some("t/c/x")).unwrap();
        assert_eq!(page.prefixes, ["t/c/"], "more of it may sort behind");
        assert_eq!(page.objects.len(), 1);
        assert_eq!(page.next, None);
        let body = listing(&blobs.concat(), "");
        let page = super::page(&body, Some("t/c/\u{10ffff}")).unwrap();
        assert!(page.prefixes.is_empty(), "{page:?}");
    }

    #[test]
    fn what_is_no_listing_is_no_empty_one() {
        for body in [
            "",
            "<html/>",
            "<Error><Code>InternalError</Code></Error>",
            "<EnumerationResults/>",
        ] {
            assert!(page(&Bytes::from(body.to_owned()), None).is_err(), "{body}");
        }
    }
}
