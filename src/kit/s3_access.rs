//! S3 server access logs.
//!
//! The fields and their order: "Amazon S3 server access log format" in AWS's documentation. By default S3 writes all
//! logs into one directory, which has no partitions; a bucket that logs with date-based partitioning has this layout.

use super::line_pattern::{BRACKETED, INTEGER, QUOTED, WORD};
use super::{Field, Format, Kit, field};

const KEYS: &[Field] = &[
    field("account", "string", "account of the bucket"),
    field("region", "string", "region of the bucket"),
    field("bucket", "string", "the bucket that was used"),
    field(
        "dt",
        "string",
        "day of the event or of the delivery, UTC: yyyy-mm-dd",
    ),
];

pub(super) const S3_ACCESS: Kit = Kit {
    name: "s3-access",
    title: "S3 server access logs, with date-based partitioning",
    layout: "{account}/{region}/{bucket}/{dt:%Y/%m/%d}",
    columns: &[
        field(
            "bucket_owner",
            "string",
            "canonical user of the bucket's owner",
        ),
        field("bucket_name", "string", "the bucket"),
        field("request_time", "string", "as in 22/Nov/2026:08:30:00 +0000"),
        field("remote_ip", "string", "address of the client"),
        field("requester", "string", "who asked; null if nobody signed"),
        field("request_id", "string", "number of the request"),
        field("operation", "string", "such as REST.GET.OBJECT"),
        field("object_key", "string", "the key, URL-encoded"),
        field("request_verb", "string", "HTTP method"),
        field("request_url", "string", "URL"),
        field("request_proto", "string", "HTTP version"),
        field("http_status", "int", "status of the response"),
        field("error_code", "string", "S3's error"),
        field("bytes_sent", "bigint", "bytes of the response"),
        field("object_size", "bigint", "bytes of the object"),
        field(
            "total_time",
            "bigint",
            "milliseconds of the request, as S3 saw it",
        ),
        field(
            "turn_around_time",
            "bigint",
            "milliseconds that S3 worked on it",
        ),
        field("referrer", "string", "Referer of the client"),
        field("user_agent", "string", "User-Agent of the client"),
        field("version_id", "string", "version of the object"),
        field("host_id", "string", "x-amz-id-2"),
        field("signature_version", "string", "SigV2, SigV4 or SigV4A"),
        field("cipher_suite", "string", "cipher of HTTPS"),
        field(
            "authentication_type",
            "string",
            "AuthHeader, QueryString or none",
        ),
        field("host_header", "string", "endpoint that was asked"),
        field("tls_version", "string", "TLS version"),
        field("access_point_arn", "string", "access point"),
        field("acl_required", "string", "Yes where an ACL was needed"),
    ],
    keys: KEYS,
    format: Format::Lines {
        required: &[
            WORD,
            WORD,
            BRACKETED,
            OPTIONAL,
            OPTIONAL,
            WORD,
            WORD,
            OPTIONAL,
            REQUEST_OR_NONE,
            INTEGER,
            OPTIONAL,
            INTEGER,
            INTEGER,
            INTEGER,
            INTEGER,
            QUOTED,
            QUOTED,
            OPTIONAL,
        ],
        later: &[
            WORD, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL,
        ],
    },
};

/// A word, or null for a dash.
const OPTIONAL: &str = r"(?:-|(\S+))";

/// A request line, which operations of S3's own lack.
const REQUEST_OR_NONE: &str = r#"(?:"([^ "]+) ([^"]*?)(?: (HTTP/[0-9.]+|-))? ?"|-)"#;
