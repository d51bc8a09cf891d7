//! The published contract: numbers of fields do not move, and the names follow the rules that clients' tools expect.
//!
//! `UPDATE_GOLDEN=1` writes `fields.txt` anew. A line that is gone or changed breaks clients: such a field is reserved instead.

use super::channel;
use crate::harness::{TestDatabase, TestServer};
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use std::fmt::Write as _;
use std::path::Path;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

/// The files of skep's own.
fn files() -> Vec<FileDescriptorProto> {
    let described = FileDescriptorSet::decode(skep_wire::DESCRIPTION).unwrap();
    let files = described.file.into_iter();
    files.filter(|file| file.package() == "skep.v1").collect()
}

fn messages() -> Vec<DescriptorProto> {
    let files = files().into_iter();
    files.flat_map(|file| file.message_type).collect()
}

fn enums() -> Vec<EnumDescriptorProto> {
    let files = files().into_iter();
    files.flat_map(|file| file.enum_type).collect()
}

/// Every method, field and value with its number.
fn listed() -> String {
    let mut lines = Vec::new();
    for file in files() {
        for service in &file.service {
            for method in &service.method {
                let stream = |is_one| if is_one { "stream " } else { "" };
                lines.push(format!(
                    "{}.{}({}{}) {}{}",
                    service.name(),
                    method.name(),
                    stream(method.client_streaming()),
                    method.input_type(),
                    stream(method.server_streaming()),
                    method.output_type()
                ));
            }
        }
    }
    for message in messages() {
        for field in &message.field {
            let kind = match field.type_name() {
                "" => format!("{:?}", field.r#type()),
                name => name.to_owned(),
            };
            lines.push(format!(
                "{}.{} = {} {:?} {kind}",
                message.name(),
                field.name(),
                field.number(),
                field.label()
            ));
        }
    }
    for one in enums() {
        for value in &one.value {
            lines.push(format!("{} = {}", value.name(), value.number()));
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

#[test]
fn numbers_of_fields_do_not_move() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/grpc/fields.txt");
    let listed = listed();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &listed).unwrap();
    }
    let published = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        listed == published,
        "the contract differs from {}:\n{listed}",
        golden.display()
    );
}

/// `AddPartitions` as `ADD_PARTITIONS`.
fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, char) in name.char_indices() {
        if char.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(char.to_uppercase());
    }
    snake
}

#[test]
fn names_follow_the_rules_of_the_field() {
    let mut faults = String::new();
    for file in files() {
        for service in &file.service {
            if !service.name().ends_with("Service") {
                let _ = writeln!(faults, "{} does not end with Service", service.name());
            }
            for method in &service.method {
                let wanted = |end: &str| format!(".skep.v1.{}{end}", method.name());
                if method.input_type() != wanted("Request")
                    || method.output_type() != wanted("Response")
                {
                    let _ = writeln!(faults, "{} has other messages than its own", method.name());
                }
            }
        }
    }
    for message in messages() {
        for field in &message.field {
            let name = field.name();
            let is_snake =
                |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
            if !name.chars().all(is_snake) {
                let _ = writeln!(faults, "{}.{name} is no snake_case", message.name());
            }
        }
    }
    for one in enums() {
        let prefix = upper_snake(one.name());
        let zero = &one.value[0];
        if zero.number() != 0 || zero.name() != format!("{prefix}_UNSPECIFIED") {
            let _ = writeln!(
                faults,
                "{} does not begin with its unspecified value",
                one.name()
            );
        }
        for value in one
            .value
            .iter()
            .filter(|value| !value.name().starts_with(&prefix))
        {
            let _ = writeln!(faults, "{} does not begin with {prefix}", value.name());
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn everything_in_the_contract_is_explained() {
    let mut faults = String::new();
    for file in files() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("proto")
            .join(file.name());
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            let is_declaration = ["message ", "enum ", "service ", "rpc "]
                .iter()
                .any(|word| line.starts_with(word))
                || (line.contains(" = ") && line.ends_with(';') && !line.starts_with("syntax"));
            if is_declaration && !lines[at - 1].starts_with("//") {
                let _ = writeln!(faults, "{}: {line}", file.name());
            }
        }
    }
    assert!(faults.is_empty(), "without a comment:\n{faults}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_the_files_can_ask_for_them() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = ServerReflectionClient::new(channel(&server).await);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let answers = client
        .server_reflection_info(futures::stream::iter([request]))
        .await
        .unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(listed)) = answer.message_response else {
        panic!("{answer:?}");
    };
    let names: Vec<&str> = listed.service.iter().map(|one| one.name.as_str()).collect();
    for file in files() {
        for service in &file.service {
            let name = format!("skep.v1.{}", service.name());
            assert!(names.contains(&name.as_str()), "{name} is not in {names:?}");
        }
    }
}
