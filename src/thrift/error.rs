//! Errors on the wire: the one mapping from the core's error to Hive's exceptions.
//!
//! Only an exception that the method declares can be sent, under its own field number: clients tell exceptions apart
//! by that number. A kind that is not declared degrades to `MetaException`, and where that is not declared either, to
//! an application exception.

use crate::error::{Entity, Error};
use hms::{
    ApplicationException, DecodeError, Encode, ExceptionKind, MethodInfo, Wire, WireType, Writer,
};

/// Why a call has no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The operation failed.
    Core(Error),
    /// The arguments could not be read.
    Malformed(DecodeError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// The exceptions by which a method tells of the kinds of errors that Hive's methods tell differently.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exceptions {
    pub(super) not_found: ExceptionKind,
    pub(super) already_exists: ExceptionKind,
    pub(super) invalid_object: ExceptionKind,
    pub(super) invalid: ExceptionKind,
}

impl Exceptions {
    /// Those of most methods.
    pub(super) const USUAL: Self = Self {
        not_found: ExceptionKind::NoSuchObjectException,
        already_exists: ExceptionKind::AlreadyExistsException,
        invalid_object: ExceptionKind::InvalidObjectException,
        invalid: ExceptionKind::MetaException,
    };
}

/// What is sent for a failure.
#[derive(Debug)]
pub(super) enum Sent {
    /// A declared exception: its field number in the result struct, and its text.
    Declared(i16, String),
    /// An application exception.
    Application(Refusal),
}

impl Failure {
    /// Chooses what is sent for this failure of a method.
    pub(super) fn into_sent(self, exceptions: Exceptions, info: &MethodInfo) -> Sent {
        match self {
            Self::Core(error) => declared(&error, exceptions, info),
            Self::Malformed(failure) => Sent::Application(Refusal::new(
                ApplicationException::PROTOCOL_ERROR,
                format!("cannot read the arguments of {}: {failure}", info.name),
            )),
        }
    }

    /// The server's own fault or that of something it depends on, which is worth a warning in the log.
    pub(super) fn fault(&self) -> Option<&Error> {
        match self {
            Self::Core(error @ (Error::Unavailable { .. } | Error::Internal { .. })) => Some(error),
            Self::Core(_) | Self::Malformed(_) => None,
        }
    }
}

/// The exception that Hive's method would throw.
fn wanted(error: &Error, exceptions: Exceptions) -> ExceptionKind {
    match error {
        Error::NotFound(Entity::Lock(_)) => ExceptionKind::NoSuchLockException,
        Error::NotFound(Entity::Transaction(_)) => ExceptionKind::NoSuchTxnException,
        Error::NotFound(_) => exceptions.not_found,
        Error::AlreadyExists(_) => exceptions.already_exists,
        Error::InvalidObject(_) => exceptions.invalid_object,
        Error::NotAllowed(_) => ExceptionKind::InvalidOperationException,
        Error::Denied(_) => ExceptionKind::ConfigValSecurityException,
        // No method of Hive's names what it expects of a thing.
        Error::Invalid(_) | Error::Argument { .. } | Error::Property(_) | Error::Outdated(_) => {
            exceptions.invalid
        }
        Error::Conflict(_)
        | Error::Unsupported(_)
        | Error::Unavailable { .. }
        | Error::Unfinished { .. }
        | Error::Internal { .. } => ExceptionKind::MetaException,
    }
}

fn declared(error: &Error, exceptions: Exceptions, info: &MethodInfo) -> Sent {
    let text = error.to_string();
    let field = info.exception_id(wanted(error, exceptions));
    match field.or_else(|| info.exception_id(ExceptionKind::MetaException)) {
        Some(field) => Sent::Declared(field, text),
        None => Sent::Application(Refusal::new(
            ApplicationException::INTERNAL_ERROR,
            format!("Internal error processing {}: {text}", info.name),
        )),
    }
}

/// An application exception: a condition of the protocol, not of the method.
#[derive(Debug)]
pub(super) struct Refusal {
    /// One of the numbers of [`ApplicationException`].
    pub(super) kind: i32,
    /// What the client is told.
    pub(super) text: String,
}

impl Refusal {
    /// A refusal of a kind.
    pub(super) fn new(kind: i32, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// A result struct that holds one declared exception. All of Hive's exceptions are a struct of one text.
#[derive(Debug)]
pub(super) struct DeclaredException<'a> {
    pub(super) field: i16,
    pub(super) text: &'a str,
}

impl Wire for DeclaredException<'_> {
    const WIRE: WireType = WireType::Struct;
}

impl Encode for DeclaredException<'_> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let result = writer.struct_begin();
        writer.field(self.field, WireType::Struct);
        let exception = writer.struct_begin();
        writer.field(1, WireType::String);
        writer.string(self.text);
        writer.struct_end(exception);
        writer.struct_end(result);
    }
}
