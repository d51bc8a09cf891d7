//! One call, from its message to its answer: look-up, the frame around it, and what is sent where it fails.

use super::Shared;
use super::call::{Answer, Call, work_bytes};
use super::conversation::Conversation;
use super::error::{DeclaredException, Failure, Refusal, Sent};
use super::registry::{Served, find};
use super::reply::Reply;
use crate::budget::{Exhausted, Reservation};
use crate::error::Error;
use crate::front::Frame;
use crate::telemetry::{CallOutcome, TraceHeaders, causes, fault_due};
use hms::{ApplicationException, DecodeError, MessageHeader, MessageKind, Protocol};
use std::time::Duration;

/// Runs one whole message, in the trace that its client sends `along`. `None`: nothing is to be sent (a oneway call).
///
/// Fails where not even the header can be read: what follows on the connection cannot be trusted then.
pub(super) async fn dispatch(
    shared: &Shared,
    conversation: &Conversation,
    reservation: &Reservation,
    protocol: Protocol,
    message: &[u8],
    along: TraceHeaders<'_>,
) -> Result<Option<Reply>, DecodeError> {
    let (header, arguments) = protocol.read_header(message)?;
    if !matches!(header.kind, MessageKind::Call | MessageKind::Oneway) {
        let text = format!(
            "a server takes calls, not a message of kind {:?}",
            header.kind
        );
        let refusal = Refusal::new(ApplicationException::INVALID_MESSAGE_TYPE, text);
        return Ok(Some(application(protocol, header, &refusal).into()));
    }
    let Some(served) = find(header.name) else {
        return Ok(Some(unknown(shared, protocol, header).into()));
    };
    let name = served.info.name;
    let span = tracing::debug_span!("thrift", method = name, seq = header.seq);
    let frame = Frame {
        span: span.clone(),
        limit: shared.settings.call_timeout(),
        reservation,
        bytes: work_bytes(message.len()),
    };
    let call = Call {
        shared,
        conversation,
        caller: conversation.caller(),
        protocol,
        reservation,
        header,
        arguments,
    };
    let mut trace = shared.tracer.thrift(name, along);
    let answer: Answer = frame
        .run(
            (served.method.handler)(call),
            |cut| Err(cut.into_error(name).into()),
            |answer, took| {
                shared.metrics.thrift_call(name, answer.is_ok(), took);
                trace.call_end(outcome(answer));
            },
        )
        .await;
    if served.info.oneway {
        return Ok(None);
    }
    Ok(Some(match answer {
        Ok(reply) => reply,
        Err(failure) => span
            .in_scope(|| refuse(protocol, header, served, failure))
            .into(),
    }))
}

/// How a call ended, as its span tells it.
fn outcome(answer: &Answer) -> CallOutcome {
    match answer {
        Ok(_) => CallOutcome::Ok,
        Err(failure) if failure.fault().is_some() => CallOutcome::Failed,
        Err(_) => CallOutcome::Refused,
    }
}

/// The answer to a call that was not read for want of memory, of which `start` has arrived.
///
/// Fails where not even the header can be read.
pub(super) fn refuse_unread(
    shared: &Shared,
    protocol: Protocol,
    start: &[u8],
    why: Exhausted,
) -> Result<Reply, DecodeError> {
    let (header, _) = protocol.read_header(start)?;
    let Some(served) = find(header.name) else {
        return Ok(unknown(shared, protocol, header).into());
    };
    let name = served.info.name;
    shared.metrics.thrift_call(name, false, Duration::ZERO);
    let failure = Failure::from(Error::from(why));
    Ok(refuse(protocol, header, served, failure).into())
}

/// What is sent for a method that is not served.
fn unknown(shared: &Shared, protocol: Protocol, header: MessageHeader<'_>) -> Vec<u8> {
    tracing::debug!(method = header.name, "unknown method");
    shared.metrics.thrift_unknown_method();
    let text = format!("Invalid method name: '{}'", header.name);
    let refusal = Refusal::new(ApplicationException::UNKNOWN_METHOD, text);
    application(protocol, header, &refusal)
}

/// Encodes what is sent for a failure, and logs the server's own faults with their causes.
fn refuse(
    protocol: Protocol,
    header: MessageHeader<'_>,
    served: Served,
    failure: Failure,
) -> Vec<u8> {
    let method = served.info.name;
    if let Some(error) = failure.fault() {
        let error = causes(error);
        if let Some(repeated) = fault_due(&error) {
            tracing::warn!(method, error, repeated, "a call failed");
        } else {
            tracing::debug!(method, error, "a call failed");
        }
    } else {
        tracing::debug!(method, failure = ?failure, "a call was refused");
    }
    match failure.into_sent(served.method.exceptions, served.info) {
        Sent::Declared(field, text) => {
            let header = MessageHeader {
                kind: MessageKind::Reply,
                ..header
            };
            let mut out = Vec::new();
            protocol.encode_message(header, &DeclaredException { field, text: &text }, &mut out);
            out
        }
        Sent::Application(refusal) => application(protocol, header, &refusal),
    }
}

fn application(protocol: Protocol, header: MessageHeader<'_>, refusal: &Refusal) -> Vec<u8> {
    let header = MessageHeader {
        kind: MessageKind::Exception,
        ..header
    };
    let mut out = Vec::new();
    protocol.encode_message(
        header,
        &ApplicationException::new(refusal.kind, &refusal.text),
        &mut out,
    );
    out
}
