//! Google's XML interface, as far as skep asks it.

use super::server::{Asked, Shelf, tag};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeSet;
use std::fmt::Write;

pub(super) fn answer(shelf: &mut Shelf, asked: &Asked) -> Response {
    if asked.method == Method::GET && asked.key.is_empty() {
        return listing(shelf, asked);
    }
    if asked.method == Method::GET {
        return shelf.read(asked);
    }
    if asked.method == Method::DELETE {
        let found = shelf.objects.remove(&asked.key);
        let status = found.map_or(StatusCode::NOT_FOUND, |_| StatusCode::NO_CONTENT);
        return status.into_response();
    }
    if asked.method == Method::POST {
        return upload(shelf, asked);
    }
    if let Some(number) = asked.parameter("partNumber") {
        let name = format!("{}/{number:0>6}", asked.key);
        shelf.parts.insert(name, asked.body.clone());
        return ([("etag", tag(&asked.body))], "").into_response();
    }
    // Google takes S3's word for what is copied from those alone who sign as S3's clients do.
    let Some(source) = asked.header("x-goog-copy-source") else {
        shelf.put(&asked.key, asked.body.clone());
        return ([("etag", tag(&asked.body))], "").into_response();
    };
    let source = percent_decode_str(source).decode_utf8().unwrap();
    let found = source
        .strip_prefix("lake/")
        .and_then(|key| shelf.objects.get(key));
    let Some((bytes, _)) = found.cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    shelf.put(&asked.key, bytes);
    "<CopyObjectResult/>".into_response()
}

fn upload(shelf: &mut Shelf, asked: &Asked) -> Response {
    if asked.parameter("uploads").is_some() {
        return "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
            .into_response();
    }
    let begin = format!("{}/", asked.key);
    let mut whole = BytesMut::new();
    for (_, part) in shelf
        .parts
        .iter()
        .filter(|(name, _)| name.starts_with(&begin))
    {
        whole.extend_from_slice(part);
    }
    let whole = Bytes::from(whole);
    let tag = tag(&whole);
    shelf.put(&asked.key, whole);
    format!("<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>")
        .into_response()
}

fn listing(shelf: &Shelf, asked: &Asked) -> Response {
    let prefix = asked.parameter("prefix").unwrap_or_default();
    let is_level = asked.parameter("delimiter").is_some();
    let token = asked.parameter("continuation-token");
    let after = token.or(asked.parameter("start-after")).unwrap_or_default();
    let most: usize = asked.parameter("max-keys").unwrap().parse().unwrap();
    let (mut body, mut prefixes, mut count, mut last) =
        (String::new(), BTreeSet::new(), 0, String::new());
    let mut next = None;
    for (key, (bytes, modified)) in &shelf.objects {
        let Some(below) = key.strip_prefix(prefix) else {
            continue;
        };
        let directory = below.split_once('/').filter(|_| is_level);
        let entry = directory.map_or_else(|| key.clone(), |(name, _)| format!("{prefix}{name}/"));
        if key.as_str() <= after || entry.as_str() <= after || prefixes.contains(&entry) {
            continue;
        }
        if count == most.min(shelf.page_max) {
            next = Some(last);
            break;
        }
        count += 1;
        last.clone_from(&entry);
        let shown = utf8_percent_encode(&entry, NON_ALPHANUMERIC);
        if directory.is_some() {
            let _ = write!(
                body,
                "<CommonPrefixes><Prefix>{shown}</Prefix></CommonPrefixes>"
            );
            prefixes.insert(entry);
            continue;
        }
        let modified = jiff::Timestamp::try_from(*modified).unwrap();
        let _ = write!(
            body,
            "<Contents><Key>{shown}</Key><Size>{}</Size><LastModified>{modified}</LastModified>\
             <ETag>\"{}\"</ETag></Contents>",
            bytes.len(),
            tag(bytes),
        );
    }
    let token = next.map_or_else(String::new, |next| {
        format!("<NextContinuationToken>{next}</NextContinuationToken>")
    });
    let is_truncated = !token.is_empty();
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>\
         <EncodingType>url</EncodingType><IsTruncated>{is_truncated}</IsTruncated>{token}{body}</ListBucketResult>"
    )
    .into_response()
}
