//! A row of a topic's table: one served method. It knows neither the tables nor who looks it up.

use super::call::{Answer, Call};
use super::error::Exceptions;
use futures::future::BoxFuture;

/// The type of a handler.
pub(super) type Handler = for<'a> fn(Call<'a>) -> BoxFuture<'a, Answer>;

/// A served method: its wire name, its handler, and the exceptions by which it tells of errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) handler: Handler,
    pub(super) exceptions: Exceptions,
}

/// A topic's table. Each line is a method's wire name; its handler, where the name is not one of Rust's; and where Hive
/// answers a kind of error by another exception than the usual one, that kind and the exception:
///
/// ```ignore
/// methods![
///     get_table,
///     getName => get_name,
///     get_fields(not_found: UnknownTableException),
/// ]
/// ```
macro_rules! methods {
    ($($name:ident $(=> $handler:ident)? $(($($kind:ident: $exception:ident),+))?),+ $(,)?) => {
        &[$(
            $crate::thrift::method::Method {
                name: stringify!($name),
                handler: |call| Box::pin(methods!(@handler $name $($handler)?)(call)),
                exceptions: $crate::thrift::error::Exceptions {
                    $($($kind: hms::ExceptionKind::$exception,)+)?
                    ..$crate::thrift::error::Exceptions::USUAL
                },
            }
        ),+]
    };
    (@handler $name:ident) => { $name };
    (@handler $name:ident $handler:ident) => { $handler };
}

pub(super) use methods;
