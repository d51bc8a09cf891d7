//! Azure's interface of blobs, as far as skep asks it. As the emulator, it does not begin where a listing wants it to.

use super::server::{Asked, Kind, Shelf, http_date, tag};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use std::collections::BTreeSet;
use std::fmt::Write;

pub(super) fn answer(shelf: &mut Shelf, asked: &Asked) -> Response {
    assert!(
        asked.header("x-ms-version").is_some(),
        "no version was asked for"
    );
    if asked.parameter("comp") == Some("list") {
        return listing(shelf, asked);
    }
    if asked.method == Method::GET {
        return shelf.read(asked);
    }
    if asked.method == Method::DELETE {
        return delete(shelf, asked);
    }
    match asked.parameter("comp") {
        Some("block") => {
            let name = format!("{}/{}", asked.key, asked.parameter("blockid").unwrap());
            shelf.parts.insert(name, asked.body.clone());
        }
        Some("blocklist") => {
            let list = String::from_utf8(asked.body.to_vec()).unwrap();
            let mut whole = BytesMut::new();
            for rest in list.split("<Uncommitted>").skip(1) {
                let id = rest.split_once('<').unwrap().0;
                whole.extend_from_slice(&shelf.parts[&format!("{}/{id}", asked.key)]);
            }
            shelf.put(&asked.key, Bytes::from(whole));
        }
        _ => {
            assert_eq!(
                asked.header("x-ms-copy-source"),
                None,
                "its copies go on behind the answer"
            );
            shelf.put(&asked.key, asked.body.clone());
        }
    }
    (StatusCode::CREATED, [("etag", "\"0x1\"")], "").into_response()
}

fn delete(shelf: &mut Shelf, asked: &Asked) -> Response {
    let below = format!("{}/", asked.key);
    let mut entries = shelf.objects.keys().chain(&shelf.directories);
    if shelf.directories.contains(&asked.key) && entries.any(|key| key.starts_with(&below)) {
        let told = "<Error><Code>DirectoryIsNotEmpty</Code></Error>";
        return (StatusCode::CONFLICT, told).into_response();
    }
    let was_there =
        shelf.objects.remove(&asked.key).is_some() || shelf.directories.remove(&asked.key);
    if was_there {
        StatusCode::ACCEPTED.into_response()
    } else {
        let told = "\u{feff}<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>";
        (StatusCode::NOT_FOUND, told).into_response()
    }
}

fn listing(shelf: &Shelf, asked: &Asked) -> Response {
    let prefix = asked.parameter("prefix").unwrap_or_default();
    let is_level = asked.parameter("delimiter").is_some();
    let after = asked.parameter("marker").unwrap_or_default();
    let (mut body, mut prefixes, mut count, mut next) = (String::new(), BTreeSet::new(), 0, None);
    let mut last = String::new();
    let directories = shelf
        .directories
        .iter()
        .filter(|_| shelf.kind == Kind::DataLake);
    let all: BTreeSet<&String> = shelf.objects.keys().chain(directories).collect();
    for key in all {
        let Some(below) = key.strip_prefix(prefix) else {
            continue;
        };
        let directory = below.split_once('/').filter(|_| is_level);
        let entry = directory.map_or_else(|| key.clone(), |(name, _)| format!("{prefix}{name}/"));
        if key.as_str() <= after || entry.as_str() <= after || prefixes.contains(&entry) {
            continue;
        }
        if count == shelf.page_max {
            next = Some(last);
            break;
        }
        count += 1;
        last.clone_from(&entry);
        let shown = entry.replace('&', "&amp;").replace('<', "&lt;");
        if directory.is_some() {
            let _ = write!(body, "<BlobPrefix><Name>{shown}</Name></BlobPrefix>");
            prefixes.insert(entry);
            continue;
        }
        let (bytes, modified, kind) = match shelf.objects.get(key) {
            Some((bytes, modified)) => (bytes.len(), *modified, "file"),
            None => (0, std::time::UNIX_EPOCH, "directory"),
        };
        let tag = shelf
            .objects
            .get(key)
            .map(|(bytes, _)| tag(bytes))
            .unwrap_or_default();
        let kind = match shelf.kind {
            Kind::DataLake => format!("<ResourceType>{kind}</ResourceType>"),
            _ => String::new(),
        };
        let _ = write!(
            body,
            "<Blob><Name>{shown}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>{tag}</Etag>\
             <Content-Length>{bytes}</Content-Length>{kind}</Properties></Blob>",
            http_date(modified),
        );
    }
    let marker = next.unwrap_or_default();
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>{body}</Blobs>\
         <NextMarker>{marker}</NextMarker></EnumerationResults>"
    )
    .into_response()
}
