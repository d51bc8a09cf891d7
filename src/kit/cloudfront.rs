//! CloudFront's standard logs in W3C form, the form of the legacy logs and one of version 2.
//!
//! The fields and their order: "Standard log file fields" in AWS's documentation of CloudFront. Each file begins with
//! two lines, `#Version` and `#Fields`. Legacy logs lie in one directory, which has no partitions; version 2 writes to
//! the directories of this layout where its suffix is `{DistributionId}/{yyyy}/{MM}/{dd}/{HH}`.

use super::{Field, Format, Kit, field};

const KEYS: &[Field] = &[
    field("account", "string", "account of the distribution"),
    field("distribution", "string", "the distribution"),
    field("dt", "string", "day of the delivery, UTC: yyyy-mm-dd"),
    field("hour", "string", "hour of the delivery: 00 to 23"),
];

pub(super) const CLOUDFRONT: Kit = Kit {
    name: "cloudfront",
    title: "CloudFront standard logs in W3C form",
    layout: "AWSLogs/{account}/CloudFront/{distribution}/{dt:%Y/%m/%d}/{hour:%H}",
    columns: &[
        field("date", "date", "day of the request, UTC"),
        field("time", "string", "time of day when the response ended, UTC"),
        field("x_edge_location", "string", "edge location"),
        field("sc_bytes", "bigint", "bytes of the response"),
        field("c_ip", "string", "address of the viewer"),
        field("cs_method", "string", "HTTP method"),
        field("cs_host", "string", "domain of the distribution"),
        field("cs_uri_stem", "string", "path of the URL"),
        field(
            "sc_status",
            "int",
            "status of the response; 0 if the viewer left",
        ),
        field("cs_referer", "string", "Referer of the viewer"),
        field(
            "cs_user_agent",
            "string",
            "User-Agent of the viewer, URL-encoded",
        ),
        field("cs_uri_query", "string", "query of the URL"),
        field("cs_cookie", "string", "cookies, where they are logged"),
        field(
            "x_edge_result_type",
            "string",
            "Hit, RefreshHit, Miss, Error, …",
        ),
        field("x_edge_request_id", "string", "number of the request"),
        field("x_host_header", "string", "Host of the viewer"),
        field("cs_protocol", "string", "http, https, ws, wss, grpcs"),
        field("cs_bytes", "bigint", "bytes of the request"),
        field("time_taken", "double", "seconds of the request"),
        field("x_forwarded_for", "string", "X-Forwarded-For of the viewer"),
        field("ssl_protocol", "string", "TLS version"),
        field("ssl_cipher", "string", "cipher"),
        field(
            "x_edge_response_result_type",
            "string",
            "result before it was sent",
        ),
        field("cs_protocol_version", "string", "HTTP version"),
        field("fle_status", "string", "status of field-level encryption"),
        field("fle_encrypted_fields", "int", "fields that were encrypted"),
        field("c_port", "int", "port of the viewer"),
        field("time_to_first_byte", "double", "seconds to the first byte"),
        field("x_edge_detailed_result_type", "string", "result in detail"),
        field("sc_content_type", "string", "Content-Type of the response"),
        field("sc_content_len", "bigint", "Content-Length of the response"),
        field("sc_range_start", "bigint", "begin of the range"),
        field("sc_range_end", "bigint", "end of the range"),
    ],
    keys: KEYS,
    format: Format::Delimited {
        delimiter: "\t",
        header_lines: "2",
        spark_header: ("comment", "#"),
    },
};
