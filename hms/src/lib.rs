//! The Hive Metastore wire alone: generated types and codec, both protocols, the message scanner.
//! It knows no catalog, no socket and no runtime.
//!
//! `proto/hive_metastore.thrift` is the contract; the build script turns it into [`types`], [`args`],
//! [`replies`] and [`METHODS`]. A dispatcher works like this:
//!
//! ```
//! use hms::{MessageHeader, MessageKind, Protocol, args, replies, types};
//!
//! // What a client sends ...
//! let call = args::GetTable { dbname: Some("sales"), tbl_name: Some("orders") };
//! let header = MessageHeader { name: "get_table", kind: MessageKind::Call, seq: 7 };
//! let mut message = Vec::new();
//! Protocol::Binary.encode_message(header, &call, &mut message);
//!
//! // ... the server reads ...
//! let (header, body) = Protocol::Binary.read_header(&message)?;
//! let method = hms::method(header.name).expect("get_table is in the IDL");
//! let arguments: args::GetTable = Protocol::Binary.decode(body)?;
//! assert_eq!(arguments.tbl_name, Some("orders"));
//!
//! // ... and answers.
//! let table = types::Table { table_name: arguments.tbl_name, ..Default::default() };
//! let reply = replies::GetTable { success: Some(table), ..Default::default() };
//! let header = MessageHeader { kind: MessageKind::Reply, ..header };
//! let mut answer = Vec::new();
//! Protocol::Binary.encode_message(header, &reply, &mut answer);
//! assert!(method.exception_id(hms::ExceptionKind::NoSuchObjectException).is_some());
//! # Ok::<(), hms::DecodeError>(())
//! ```

mod application_exception;
pub mod codec;
mod error;
mod method;
mod places;
pub mod protocol;
mod scanner;
mod sniff;
pub mod wire;
mod wire_type;

pub use application_exception::ApplicationException;
pub use error::{DecodeError, DecodeErrorKind};
pub use method::{ExceptionKind, METHODS, MethodInfo, Throw, method};
pub use places::{NamesDatabase, NamesTable};
pub use protocol::Protocol;
pub use scanner::{Limits, Progress, ScanError, Scanner};
pub use sniff::{Opening, SNIFF_BYTES, sniff};
pub use wire::{
    Decode, Encode, Fragment, MessageHeader, MessageKind, Reader, StructMark, Wire, WireType,
    Writer,
};

/// The structs, unions, exceptions and enums of the IDL, named as there; fields in snake case.
///
/// A field is an `Option` unless every version requires it; absent and empty stay apart. Defaults of
/// the IDL are never filled in: they stand as constants `FIELD_DEFAULT`. An enum is a newtype, so that
/// unknown values survive. A union is a struct of options of which one is set.
#[expect(clippy::all, clippy::pedantic, reason = "generated code")]
pub mod types {
    include!(concat!(env!("OUT_DIR"), "/enums.rs"));
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
    include!(concat!(env!("OUT_DIR"), "/types_places.rs"));
}

/// The arguments of each method, named after it: `get_table` is `GetTable`. All may be absent.
#[expect(clippy::pedantic, reason = "generated code")]
pub mod args {
    include!(concat!(env!("OUT_DIR"), "/args.rs"));
    include!(concat!(env!("OUT_DIR"), "/args_places.rs"));
}

/// The reply of each method: `success` unless it returns nothing, and the exceptions it declares.
pub mod replies {
    include!(concat!(env!("OUT_DIR"), "/replies.rs"));
}

/// Parameter keys and other constants of the IDL.
pub mod consts {
    include!(concat!(env!("OUT_DIR"), "/consts.rs"));
}
