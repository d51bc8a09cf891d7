//! VPC flow logs in their default format (version 2), as text.
//!
//! The fields and their order: "Flow log records" and "Flow log files" in AWS's documentation of VPC. Each file
//! begins with a line of field names.

use super::{Field, Format, Kit, field};

const KEYS: &[Field] = &[
    field("account", "string", "account of the flow log"),
    field("region", "string", "region of the flow log"),
    field("dt", "string", "day of the flow, UTC: yyyy-mm-dd"),
];

pub(super) const VPC_FLOW: Kit = Kit {
    name: "vpc-flow",
    title: "VPC flow logs in the default format, as text",
    layout: "AWSLogs/{account}/vpcflowlogs/{region}/{dt:%Y/%m/%d}",
    columns: &[
        field("version", "int", "version of the format"),
        field("account_id", "string", "account of the network interface"),
        field("interface_id", "string", "network interface"),
        field("src_addr", "string", "source address"),
        field("dst_addr", "string", "destination address"),
        field("src_port", "int", "source port"),
        field("dst_port", "int", "destination port"),
        field("protocol", "int", "IANA protocol number"),
        field("packets", "bigint", "packets of the flow"),
        field("bytes", "bigint", "bytes of the flow"),
        field(
            "start_time",
            "bigint",
            "first packet, seconds since the epoch",
        ),
        field("end_time", "bigint", "last packet, seconds since the epoch"),
        field("action", "string", "ACCEPT or REJECT"),
        field("log_status", "string", "OK, NODATA or SKIPDATA"),
    ],
    keys: KEYS,
    format: Format::Delimited {
        delimiter: " ",
        header_lines: "1",
        spark_header: ("header", "true"),
    },
};
