//! Access logs of the three load balancers: application (HTTP), network (TLS) and classic.
//!
//! The fields and their order: "Access logs for your Application Load Balancer", "… Network Load Balancer" and
//! "… Classic Load Balancer" in AWS's documentation of Elastic Load Balancing.

use super::line_pattern::{ADDRESS, DECIMAL, INTEGER, QUOTED, REQUEST, WORD};
use super::{Field, Format, Kit, field};

const LAYOUT: &str = "AWSLogs/{account}/elasticloadbalancing/{region}/{dt:%Y/%m/%d}";

const KEYS: &[Field] = &[
    field("account", "string", "account of the load balancer"),
    field("region", "string", "region of the load balancer"),
    field("dt", "string", "day of the delivery, UTC: yyyy-mm-dd"),
];

pub(super) const ALB: Kit = Kit {
    name: "alb",
    title: "Access logs of Application Load Balancers",
    layout: LAYOUT,
    columns: &[
        field("type", "string", "http, https, h2, grpcs, ws or wss"),
        field("time", "string", "when the response was sent, ISO 8601"),
        field("elb", "string", "the load balancer"),
        field("client_ip", "string", "address of the client"),
        field("client_port", "int", "port of the client"),
        field("target_ip", "string", "address of the target"),
        field("target_port", "int", "port of the target"),
        field(
            "request_processing_time",
            "double",
            "seconds until the request was sent to the target",
        ),
        field(
            "target_processing_time",
            "double",
            "seconds until the target began to answer",
        ),
        field(
            "response_processing_time",
            "double",
            "seconds until the response was sent to the client",
        ),
        field(
            "elb_status_code",
            "int",
            "status of the load balancer's response",
        ),
        field(
            "target_status_code",
            "int",
            "status of the target's response",
        ),
        field("received_bytes", "bigint", "bytes of the request"),
        field("sent_bytes", "bigint", "bytes of the response"),
        field("request_verb", "string", "HTTP method"),
        field("request_url", "string", "URL"),
        field("request_proto", "string", "HTTP version"),
        field("user_agent", "string", "User-Agent of the client"),
        field("ssl_cipher", "string", "cipher of HTTPS listeners"),
        field("ssl_protocol", "string", "protocol of HTTPS listeners"),
        field("target_group_arn", "string", "target group"),
        field("trace_id", "string", "X-Amzn-Trace-Id"),
        field("domain_name", "string", "SNI name of the client"),
        field(
            "chosen_cert_arn",
            "string",
            "certificate shown to the client",
        ),
        field(
            "matched_rule_priority",
            "string",
            "priority of the rule, 0 for the default, -1 for none",
        ),
        field(
            "request_creation_time",
            "string",
            "when the request came, ISO 8601",
        ),
        field("actions_executed", "string", "actions, joined by commas"),
        field("redirect_url", "string", "target of a redirect"),
        field("error_reason", "string", "why a rule's action failed"),
        field(
            "target_port_list",
            "string",
            "targets that processed the request",
        ),
        field("target_status_code_list", "string", "their status codes"),
        field(
            "classification",
            "string",
            "Acceptable, Ambiguous or Severe",
        ),
        field("classification_reason", "string", "why it is so classified"),
        field(
            "conn_trace_id",
            "string",
            "the connection, as in the connection logs",
        ),
    ],
    keys: KEYS,
    format: Format::Lines {
        required: &[
            WORD, WORD, WORD, ADDRESS, ADDRESS, DECIMAL, DECIMAL, DECIMAL, INTEGER, INTEGER,
            INTEGER, INTEGER, REQUEST, QUOTED, WORD, WORD, WORD, QUOTED,
        ],
        later: &[
            QUOTED, QUOTED, WORD, WORD, QUOTED, QUOTED, QUOTED, QUOTED, QUOTED, QUOTED, QUOTED,
            WORD,
        ],
    },
};

pub(super) const NLB: Kit = Kit {
    name: "nlb",
    title: "TLS access logs of Network Load Balancers",
    layout: LAYOUT,
    columns: &[
        field("type", "string", "tls"),
        field("version", "string", "version of the entry"),
        field("time", "string", "end of the connection, ISO 8601"),
        field("elb", "string", "the load balancer"),
        field("listener", "string", "the listener"),
        field("client_ip", "string", "address of the client"),
        field("client_port", "int", "port of the client"),
        field("destination_ip", "string", "address of the destination"),
        field("destination_port", "int", "port of the destination"),
        field(
            "connection_time",
            "bigint",
            "milliseconds from start to end",
        ),
        field(
            "tls_handshake_time",
            "bigint",
            "milliseconds of the handshake",
        ),
        field(
            "received_bytes",
            "bigint",
            "bytes from the client, decrypted",
        ),
        field(
            "sent_bytes",
            "bigint",
            "bytes to the client, before encryption",
        ),
        field("incoming_tls_alert", "string", "TLS alert of the client"),
        field(
            "chosen_cert_arn",
            "string",
            "certificate shown to the client",
        ),
        field("chosen_cert_serial", "string", "reserved"),
        field("tls_cipher", "string", "cipher suite"),
        field("tls_protocol_version", "string", "TLS version"),
        field("tls_named_group", "string", "reserved"),
        field("domain_name", "string", "SNI name of the client"),
        field(
            "alpn_fe_protocol",
            "string",
            "protocol agreed with the client",
        ),
        field(
            "alpn_be_protocol",
            "string",
            "protocol agreed with the target",
        ),
        field(
            "alpn_client_preference_list",
            "string",
            "protocols that the client offered",
        ),
        field(
            "tls_connection_creation_time",
            "string",
            "begin of the connection, ISO 8601",
        ),
    ],
    keys: KEYS,
    format: Format::Lines {
        required: &[
            WORD, WORD, WORD, WORD, WORD, ADDRESS, ADDRESS, INTEGER, INTEGER, INTEGER, INTEGER,
            WORD, WORD, WORD, WORD, WORD, WORD, WORD,
        ],
        later: &[WORD, WORD, QUOTED_OR_WORD, WORD],
    },
};

pub(super) const ELB: Kit = Kit {
    name: "elb",
    title: "Access logs of Classic Load Balancers",
    layout: LAYOUT,
    columns: &[
        field("time", "string", "when the request came, ISO 8601"),
        field("elb", "string", "the load balancer"),
        field("client_ip", "string", "address of the client"),
        field("client_port", "int", "port of the client"),
        field("backend_ip", "string", "address of the instance"),
        field("backend_port", "int", "port of the instance"),
        field(
            "request_processing_time",
            "double",
            "seconds until the request was sent to the instance",
        ),
        field(
            "backend_processing_time",
            "double",
            "seconds until the instance began to answer",
        ),
        field(
            "response_processing_time",
            "double",
            "seconds until the response was sent to the client",
        ),
        field(
            "elb_status_code",
            "int",
            "status of the load balancer's response",
        ),
        field(
            "backend_status_code",
            "int",
            "status of the instance's response",
        ),
        field("received_bytes", "bigint", "bytes of the request"),
        field("sent_bytes", "bigint", "bytes of the response"),
        field("request_verb", "string", "HTTP method"),
        field("request_url", "string", "URL"),
        field("request_proto", "string", "HTTP version"),
        field("user_agent", "string", "User-Agent of the client"),
        field("ssl_cipher", "string", "cipher of HTTPS and SSL listeners"),
        field(
            "ssl_protocol",
            "string",
            "protocol of HTTPS and SSL listeners",
        ),
    ],
    keys: KEYS,
    format: Format::Lines {
        required: &[
            WORD, WORD, ADDRESS, ADDRESS, DECIMAL, DECIMAL, DECIMAL, INTEGER, INTEGER, INTEGER,
            INTEGER, REQUEST,
        ],
        later: &[QUOTED, WORD, WORD],
    },
};

/// The client's list of protocols: in quotes where there is one.
const QUOTED_OR_WORD: &str = r#"("[^"]*"|\S+)"#;
