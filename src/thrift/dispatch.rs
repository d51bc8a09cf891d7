//! The one wrapper around every call: look-up, span, metric, deadline, panic guard, error mapping.

use super::Shared;
use super::call::{Answer, Call, Conversation};
use super::error::{DeclaredException, Failure, Refusal, Sent};
use super::registry::{Served, find};
use super::reply::Reply;
use crate::deadline;
use crate::error::Error;
use futures::FutureExt;
use hms::{ApplicationException, DecodeError, MessageHeader, MessageKind, Protocol};
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tracing::Instrument;

/// Runs one whole message. `None`: nothing is to be sent (a oneway call).
///
/// Fails where not even the header can be read: what follows on the connection cannot be trusted then.
pub(super) async fn dispatch(
    shared: &Shared,
    conversation: &Conversation,
    protocol: Protocol,
    message: &[u8],
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
        tracing::debug!(method = header.name, "unknown method");
        shared.metrics.thrift_unknown_method();
        let text = format!("Invalid method name: '{}'", header.name);
        let refusal = Refusal::new(ApplicationException::UNKNOWN_METHOD, text);
        return Ok(Some(application(protocol, header, &refusal).into()));
    };
    let call = Call {
        shared,
        conversation,
        caller: conversation.caller(),
        protocol,
        header,
        arguments,
    };
    let started = Instant::now();
    let span = tracing::debug_span!("thrift", method = served.info.name, seq = header.seq);
    let answer = run(served, call).instrument(span.clone()).await;
    shared
        .metrics
        .thrift_call(served.info.name, answer.is_ok(), started.elapsed());
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

/// Runs the handler under its deadline; a panic ends this call alone.
async fn run(served: Served, call: Call<'_>) -> Answer {
    let limit = call.shared.settings.call_timeout();
    let guarded = AssertUnwindSafe((served.method.handler)(call)).catch_unwind();
    match deadline::within(limit, guarded).await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => {
            Err(Error::internal(format!("{} ended in a panic", served.info.name)).into())
        }
        None => Err(Failure::Core(Error::Unavailable {
            what: format!(
                "{} did not finish within {} s; it",
                served.info.name,
                limit.as_secs()
            ),
            source: "deadline passed".into(),
        })),
    }
}

/// Encodes what is sent for a failure, and logs the server's own faults with their causes.
fn refuse(
    protocol: Protocol,
    header: MessageHeader<'_>,
    served: Served,
    failure: Failure,
) -> Vec<u8> {
    if failure.is_fault() {
        tracing::warn!(method = served.info.name, failure = ?failure, "a call failed");
    } else {
        tracing::debug!(method = served.info.name, failure = ?failure, "a call was refused");
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
