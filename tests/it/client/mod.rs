//! An independent client of the Hive Metastore protocol: the Apache `thrift` crate reads and writes
//! the bytes, the IDL text gives the names. It must not use the `hms` crate, whose codec it judges.
//!
//! ```ignore
//! let mut client = Client::connect(address)?;
//! let database = client.call("get_database", json!({ "name": "default" }))?;
//! let failure = client.call("get_database", json!({ "name": "x" })).unwrap_err();
//! assert_eq!((failure.name(), failure.field()), ("NoSuchObjectException", 1));
//! ```

mod failure;
mod http;
pub(crate) mod idl;
mod json;
pub(crate) mod wire;

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use thrift::TConfiguration;
use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol, TCompactOutputProtocol,
    TInputProtocol, TMessageIdentifier, TMessageType, TOutputProtocol,
};
use thrift::transport::{
    TBufferedReadTransport, TBufferedWriteTransport, TFramedReadTransport, TFramedWriteTransport,
    TIoChannel, TReadTransport, TTcpChannel, TWriteTransport,
};

pub(crate) use failure::Failure;
use idl::{Idl, Type};
use wire::{Kind, Wire};

/// How the messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Strict `TBinaryProtocol`, what every client speaks unless told otherwise.
    Binary,
    /// `TCompactProtocol`.
    Compact,
}

/// How to speak with a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// How the messages are written.
    pub(crate) protocol: Protocol,
    /// Whether each message is preceded by its length.
    pub(crate) framed: bool,
    /// How long a read or write may take before the call fails.
    pub(crate) timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            protocol: Protocol::Binary,
            framed: false,
            timeout: Duration::from_mins(2),
        }
    }
}

/// One connection to a server. Calls follow one another; drop it to close the connection.
pub(crate) struct Client {
    input: Box<dyn TInputProtocol + Send>,
    output: Box<dyn TOutputProtocol + Send>,
    sequence: i32,
}

impl Client {
    /// Connects the way clients do by default: strict binary, unframed.
    pub(crate) fn connect(address: impl ToSocketAddrs) -> Result<Self, Failure> {
        Self::connect_with(address, Options::default())
    }

    /// Connects in the given way.
    pub(crate) fn connect_with(
        address: impl ToSocketAddrs,
        options: Options,
    ) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).map_err(transport)?;
        stream.set_nodelay(true).map_err(transport)?;
        stream
            .set_read_timeout(Some(options.timeout))
            .map_err(transport)?;
        stream
            .set_write_timeout(Some(options.timeout))
            .map_err(transport)?;
        let (read, write) = TTcpChannel::with_stream(stream).split()?;
        Ok(Self {
            input: input_protocol(read, options),
            output: output_protocol(write, options),
            sequence: 0,
        })
    }

    /// Speaks over HTTP, with further headers.
    pub(crate) fn over_http(
        address: impl ToSocketAddrs,
        options: Options,
        headers: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).map_err(transport)?;
        stream
            .set_read_timeout(Some(options.timeout))
            .map_err(transport)?;
        let posts = http::Posts::new(stream, "/metastore", headers);
        Ok(Self {
            input: input_protocol(posts.answered(), options),
            // The crate's own buffer flushes when it is full, and a flush is the end of a message here.
            output: match options.protocol {
                Protocol::Binary => Box::new(TBinaryOutputProtocol::new(posts, true)),
                Protocol::Compact => Box::new(TCompactOutputProtocol::new(posts)),
            },
            sequence: 0,
        })
    }

    /// Calls a method by its wire name with its arguments by name, and returns its result: null for
    /// a method without one.
    pub(crate) fn call(&mut self, method: &str, args: Value) -> Result<Value, Failure> {
        self.send(method, args)?;
        if Idl::get().method(method).oneway {
            return Ok(Value::Null);
        }
        self.receive(method)
    }

    /// Sends a call without waiting for its reply; `receive` must follow in the same order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over a json! literal"
    )]
    pub(crate) fn send(&mut self, method: &str, args: Value) -> Result<(), Failure> {
        let idl = Idl::get();
        let method = idl.method(method);
        let args = json::encode_struct(idl, &method.args, &args, &method.name);
        let kind = if method.oneway {
            TMessageType::OneWay
        } else {
            TMessageType::Call
        };
        self.send_wire(&method.name, kind, &args)
    }

    /// Calls a method that the IDL need not know, without arguments, and hands back what came by
    /// field number.
    pub(crate) fn call_unknown(&mut self, method: &str) -> Result<Value, Failure> {
        self.send_wire(method, TMessageType::Call, &Wire::Struct(Vec::new()))?;
        Ok(json::untyped(&self.receive_wire(method)?))
    }

    /// Waits for the reply of a call that was sent.
    pub(crate) fn receive(&mut self, method: &str) -> Result<Value, Failure> {
        let method = Idl::get().method(method);
        let reply = self.receive_wire(&method.name)?;
        result_of(method, &reply)
    }

    fn send_wire(&mut self, name: &str, kind: TMessageType, args: &Wire) -> Result<(), Failure> {
        self.sequence += 1;
        write_message(&mut *self.output, name, kind, self.sequence, args).map_err(Failure::from)
    }

    fn receive_wire(&mut self, name: &str) -> Result<Wire, Failure> {
        let header = self.input.read_message_begin()?;
        let body = Wire::read(&mut *self.input, Kind::Struct)?;
        self.input.read_message_end()?;
        if header.sequence_number != self.sequence || header.name != name {
            return Err(Failure::Malformed(format!(
                "the reply is to {} number {}, the call was {name} number {}",
                header.name, header.sequence_number, self.sequence
            )));
        }
        match header.message_type {
            TMessageType::Reply => Ok(body),
            TMessageType::Exception => Err(application(&body)),
            other => Err(Failure::Malformed(format!("a reply of the type {other}"))),
        }
    }
}

/// The bytes of a call as a client would send them: for tests that cut or change them, and for load
/// programs that send the same call many times.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers hand over a json! literal"
)]
pub(crate) fn call_bytes(method: &str, args: Value, options: Options) -> Vec<u8> {
    let idl = Idl::get();
    let method = idl.method(method);
    let args = json::encode_struct(idl, &method.args, &args, &method.name);
    let kind = if method.oneway {
        TMessageType::OneWay
    } else {
        TMessageType::Call
    };
    let sink = Sink::default();
    let mut output = output_protocol(sink.clone(), options);
    write_message(&mut *output, &method.name, kind, 1, &args).expect("memory takes every byte");
    std::mem::take(&mut *sink.0.lock().expect("no writer panicked"))
}

/// Memory that a protocol writes to; the crate's own memory channel has a fixed size.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .expect("no writer panicked")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn write_message(
    output: &mut dyn TOutputProtocol,
    name: &str,
    kind: TMessageType,
    sequence: i32,
    args: &Wire,
) -> thrift::Result<()> {
    output.write_message_begin(&TMessageIdentifier::new(name, kind, sequence))?;
    args.write(output)?;
    output.write_message_end()?;
    output.flush()
}

/// The result or the declared exception in a reply's struct.
fn result_of(method: &idl::Method, reply: &Wire) -> Result<Value, Failure> {
    let idl = Idl::get();
    let Wire::Struct(fields) = reply else {
        unreachable!("a reply is read as a struct")
    };
    match fields.as_slice() {
        [] if method.result == Type::Void => Ok(Value::Null),
        [(0, value)] if method.result != Type::Void => Ok(json::decode(idl, &method.result, value)),
        [(id, Wire::Struct(inner))] => {
            let Some(declared) = method.throws.iter().find(|field| field.id == *id) else {
                return Err(Failure::UnknownResult(json::untyped(reply)));
            };
            let Type::Struct(name) = &declared.ty else {
                unreachable!("exceptions are structs")
            };
            let body = json::decode_struct(idl, idl.fields(name), inner);
            Err(Failure::Declared {
                name: name.clone(),
                field: *id,
                body,
            })
        }
        _ => Err(Failure::UnknownResult(json::untyped(reply))),
    }
}

/// The fields of a `TApplicationException`: 1 is the text, 2 the kind.
fn application(body: &Wire) -> Failure {
    let Wire::Struct(fields) = body else {
        unreachable!("a reply is read as a struct")
    };
    let mut kind = 0;
    let mut message = String::new();
    for (id, value) in fields {
        match (id, value) {
            (1, Wire::Bytes(text)) => message = String::from_utf8_lossy(text).into_owned(),
            (2, Wire::I32(value)) => kind = *value,
            _ => return Failure::Malformed(format!("TApplicationException with {fields:?}")),
        }
    }
    Failure::Application { kind, message }
}

pub(crate) fn input_protocol(
    read: impl Read + Send + 'static,
    options: Options,
) -> Box<dyn TInputProtocol + Send> {
    let read: Box<dyn TReadTransport + Send> = if options.framed {
        Box::new(TFramedReadTransport::new(read))
    } else {
        Box::new(TBufferedReadTransport::new(read))
    };
    let config = TConfiguration::no_limits();
    match options.protocol {
        Protocol::Binary => Box::new(TBinaryInputProtocol::with_config(read, true, config)),
        Protocol::Compact => Box::new(TCompactInputProtocol::with_config(read, config)),
    }
}

pub(crate) fn output_protocol(
    write: impl Write + Send + 'static,
    options: Options,
) -> Box<dyn TOutputProtocol + Send> {
    let write: Box<dyn TWriteTransport + Send> = if options.framed {
        Box::new(TFramedWriteTransport::new(write))
    } else {
        Box::new(TBufferedWriteTransport::new(write))
    };
    match options.protocol {
        Protocol::Binary => Box::new(TBinaryOutputProtocol::new(write, true)),
        Protocol::Compact => Box::new(TCompactOutputProtocol::new(write)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn transport(error: std::io::Error) -> Failure {
    Failure::Transport(error.to_string())
}
