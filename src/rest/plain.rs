//! Handlers without their types. axum wraps each handler in a dozen types of its own; behind one type for all of them
//! they are compiled once, not once a handler.

use super::problem::Problem;
use super::{Shared, idempotency};
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use futures::future::BoxFuture;
use std::future::ready;
use std::sync::Arc;
use utoipa::Path;
// The macro of `utoipa_axum` writes these two names into its users' code as well, so they stay within a version of it.
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa_axum::PathItemExt;
use utoipa_axum::router::UtoipaMethodRouter;

/// Headers that say under which conditions a change is to be made.
const MEANINGFUL: [&str; 6] = [
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "idempotency-key",
];

type Answer = BoxFuture<'static, Response>;

/// Any handler.
#[derive(Clone)]
pub(super) struct Plain(Arc<dyn Fn(Request, Arc<Shared>) -> Answer + Send + Sync>);

impl Plain {
    pub(super) fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, Arc<Shared>, Future = Answer> + Sync,
    {
        Self(Arc::new(move |request, shared| {
            handler.clone().call(request, shared)
        }))
    }

    /// The same handler, which refuses a change that says by a header what its operation does not mind: it would be done as
    /// if nothing was said.
    fn minding(&self, operation: &Operation) -> Self {
        let minds = |name: &str| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters
                .any(|one| matches!(one, RefOr::T(one) if one.name.eq_ignore_ascii_case(name)))
        };
        let unminded = MEANINGFUL.into_iter().filter(|name| !minds(name));
        let unminded: Vec<&'static str> = unminded.collect();
        let is_keyed = minds(idempotency::KEY);
        let inner = self.clone();
        Self(Arc::new(move |request, shared| {
            let mut said = unminded
                .iter()
                .filter(|name| request.headers().contains_key(**name));
            match said.next() {
                Some(name) if !request.method().is_safe() => {
                    let text = format!("this operation does not mind the header {name}");
                    let problem = Problem::field(*name, text);
                    Box::pin(ready(problem.into_response()))
                }
                _ if is_keyed => {
                    let inner = inner.clone();
                    let run = move |request, shared| (inner.0)(request, shared);
                    Box::pin(idempotency::once(request, shared, run))
                }
                _ => (inner.0)(request, shared),
            }
        }))
    }
}

impl Handler<(), Arc<Shared>> for Plain {
    type Future = Answer;

    fn call(self, request: Request, shared: Arc<Shared>) -> Answer {
        (self.0)(request, shared)
    }
}

/// Whether an operation answers with lines while it works, which nobody keeps.
fn is_stream(operation: &Operation) -> bool {
    let mut responses = operation.responses.responses.values();
    responses
        .any(|one| matches!(one, RefOr::T(one) if one.content.contains_key("application/x-ndjson")))
}

/// The handlers of one path, and what the `OpenAPI` document tells of them.
pub(super) type Routes = UtoipaMethodRouter<Arc<Shared>>;

/// No handler yet.
pub(super) fn none() -> Routes {
    (Vec::new(), Paths::new(), MethodRouter::new())
}

/// Adds a handler, which `P` tells of.
pub(super) fn with<P: Path + Tags<'static> + SchemaReferences>(
    (mut schemas, mut paths, mut router): Routes,
    handler: &Plain,
) -> Routes {
    P::schemas(&mut schemas);
    let mut operation = P::operation();
    if P::methods().contains(&HttpMethod::Post) && !is_stream(&operation) {
        let key = ParameterBuilder::new()
            .name(idempotency::KEY)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "A text of the client's own: within a day the same request with it is done once",
            ))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(255)),
            ));
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(key.build()));
    }
    let handler = handler.minding(&operation);
    let tags = P::tags().into_iter().map(str::to_owned);
    operation.tags.get_or_insert_default().extend(tags);
    for method in P::methods() {
        router = router.on(method.to_method_filter(), handler.clone());
    }
    paths.add_path_operation(P::path(), P::methods(), operation);
    (schemas, paths, router)
}

/// The handlers of one path, each as `module::handler`. The macro of this name in `utoipa_axum` is the same but for
/// [`Plain`].
macro_rules! routes {
    ($($module:ident :: $handler:ident),+ $(,)?) => {{
        let routes = $crate::rest::plain::none();
        $(let routes = utoipa_axum::paste! {
            $crate::rest::plain::with::<$module::[<__path_ $handler>]>(
                routes,
                &$crate::rest::plain::Plain::new($module::$handler),
            )
        };)+
        routes
    }};
}

pub(super) use routes;
