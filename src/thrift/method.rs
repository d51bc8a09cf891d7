//! A row of the method tables.

use super::call::{Answer, Call};
use super::methods;
use futures::future::BoxFuture;
use hms::{ExceptionKind, MethodInfo};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The type of a handler.
type Handler = for<'a> fn(Call<'a>) -> BoxFuture<'a, Answer>;

/// A served method: its wire name, its handler, and where Hive answers a kind of error by another exception than
/// the usual one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) handler: Handler,
    /// The exception for a thing that is missing, `NoSuchObjectException` unless said.
    pub(super) missing: ExceptionKind,
    /// The exception for an object that is not acceptable, `InvalidObjectException` unless said.
    pub(super) unacceptable: ExceptionKind,
    /// The exception for a thing that exists already, `AlreadyExistsException` unless said.
    pub(super) existing: ExceptionKind,
    /// The exception for a request that makes no sense, `MetaException` unless said.
    pub(super) senseless: ExceptionKind,
}

impl Method {
    /// A method with the usual exceptions.
    pub(super) const fn new(name: &'static str, handler: Handler) -> Self {
        Self {
            name,
            handler,
            missing: ExceptionKind::NoSuchObjectException,
            unacceptable: ExceptionKind::InvalidObjectException,
            existing: ExceptionKind::AlreadyExistsException,
            senseless: ExceptionKind::MetaException,
        }
    }

    /// Names the exception for a thing that is missing.
    pub(super) const fn missing(mut self, kind: ExceptionKind) -> Self {
        self.missing = kind;
        self
    }

    /// Names the exception for an object that is not acceptable.
    pub(super) const fn unacceptable(mut self, kind: ExceptionKind) -> Self {
        self.unacceptable = kind;
        self
    }

    /// Names the exception for a thing that exists already.
    pub(super) const fn existing(mut self, kind: ExceptionKind) -> Self {
        self.existing = kind;
        self
    }

    /// Names the exception for a request that makes no sense.
    pub(super) const fn senseless(mut self, kind: ExceptionKind) -> Self {
        self.senseless = kind;
        self
    }
}

/// A served method beside what the IDL says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub(super) method: &'static Method,
    pub(super) info: &'static MethodInfo,
}

/// All method tables joined, by wire name. Rows that the IDL does not know cannot be reached; a test finds them.
static SERVED: LazyLock<HashMap<&'static str, Served>> = LazyLock::new(|| {
    methods::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .filter_map(|method| {
            Some((
                method.name,
                Served {
                    method,
                    info: hms::method(method.name)?,
                },
            ))
        })
        .collect()
});

/// Looks a method up by its wire name.
pub(super) fn find(name: &str) -> Option<Served> {
    SERVED.get(name).copied()
}

/// The wire names of all served methods, in the order of the tables.
pub fn served_methods() -> impl Iterator<Item = &'static str> {
    methods::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|method| method.name)
}
