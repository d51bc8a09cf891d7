//! Handlers without their types. axum wraps each handler in a dozen types of its own; behind one type for all of them
//! they are compiled once, not once a handler.

use super::problem::Problem;
use super::{Shared, idempotency};
use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use futures::future::BoxFuture;
use std::future::ready;
use std::sync::{Arc, OnceLock};
use utoipa::Path;
// The macro of `utoipa_axum` writes these two names into its users' code as well, so they stay within a version of it.
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr, Required};
use utoipa_axum::PathItemExt;

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
    /// if nothing was said. What it minds is looked up at the first request: a start would wait for all of them.
    fn minding(&self, operation: fn() -> Operation) -> Self {
        let inner = self.clone();
        let minded = OnceLock::new();
        Self(Arc::new(move |request, shared| {
            let Minded { unminded, is_keyed } = minded.get_or_init(|| Minded::of(&operation()));
            let mut said = unminded
                .iter()
                .filter(|name| request.headers().contains_key(**name));
            match said.next() {
                Some(name) if !request.method().is_safe() => {
                    let text = format!("this operation does not mind the header {name}");
                    let problem = Problem::field(*name, text);
                    Box::pin(ready(problem.into_response()))
                }
                _ if *is_keyed => {
                    let inner = inner.clone();
                    let run = move |request, shared| (inner.0)(request, shared);
                    Box::pin(idempotency::once(request, shared, run))
                }
                _ => (inner.0)(request, shared),
            }
        }))
    }
}

/// Which of the meaningful headers an operation minds.
struct Minded {
    /// Those that it does not.
    unminded: Vec<&'static str>,
    /// Whether a request may have a key that lets it be done once.
    is_keyed: bool,
}

impl Minded {
    fn of(operation: &Operation) -> Self {
        let minds = |name: &str| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters
                .any(|one| matches!(one, RefOr::T(one) if one.name.eq_ignore_ascii_case(name)))
        };
        let unminded = MEANINGFUL.into_iter().filter(|name| !minds(name));
        Self {
            unminded: unminded.collect(),
            is_keyed: minds(idempotency::KEY),
        }
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

/// Adds to the `OpenAPI` document what it tells of one handler.
type Tell = fn(&mut OpenApi);

/// The handlers of one path.
pub(super) struct Routes {
    path: String,
    router: MethodRouter<Arc<Shared>>,
    tells: Vec<Tell>,
}

impl Routes {
    /// No handler yet.
    pub(super) fn none() -> Self {
        Self {
            path: String::new(),
            router: MethodRouter::new(),
            tells: Vec::new(),
        }
    }

    /// Adds a handler, which `P` tells of.
    pub(super) fn with<P: Path + Tags<'static> + SchemaReferences>(
        mut self,
        handler: &Plain,
    ) -> Self {
        let handler = handler.minding(operation::<P>);
        for method in P::methods() {
            self.router = self.router.on(method.to_method_filter(), handler.clone());
        }
        self.path = P::path();
        self.tells.push(tell::<P>);
        self
    }
}

/// Handlers and what the document tells of them, apart: a server is asked at once, its document seldom, and to make it takes
/// longer than all else at a start.
pub(super) struct Api {
    /// Where requests go.
    pub(super) router: Router<Arc<Shared>>,
    tells: Vec<Tell>,
}

impl Api {
    /// No path yet.
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            tells: Vec::new(),
        }
    }

    /// Adds the handlers of one path.
    pub(super) fn routes(mut self, routes: Routes) -> Self {
        self.router = self.router.route(&routes.path, routes.router);
        self.tells.extend(routes.tells);
        self
    }

    /// Adds the paths of another.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.tells.extend(other.tells);
        self
    }

    /// What the document tells of all of them.
    pub(super) fn told(&self) -> OpenApi {
        let mut document = OpenApi::default();
        for tell in &self.tells {
            tell(&mut document);
        }
        document
    }
}

fn tell<P: Path + Tags<'static> + SchemaReferences>(document: &mut OpenApi) {
    let mut schemas = Vec::new();
    P::schemas(&mut schemas);
    let components = document.components.get_or_insert_default();
    components.schemas.extend(schemas);
    let mut operation = operation::<P>();
    let tags = P::tags().into_iter().map(str::to_owned);
    operation.tags.get_or_insert_default().extend(tags);
    let paths = &mut document.paths;
    paths.add_path_operation(P::path(), P::methods(), operation);
}

/// An operation as the server keeps it: what changes something and answers at its end may have a key.
fn operation<P: Path>() -> Operation {
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
    operation
}

/// The handlers of one path, each as `module::handler`. The macro of this name in `utoipa_axum` makes the document with them.
macro_rules! routes {
    ($($module:ident :: $handler:ident),+ $(,)?) => {{
        let routes = $crate::rest::plain::Routes::none();
        $(let routes = utoipa_axum::paste! {
            routes.with::<$module::[<__path_ $handler>]>(
                &$crate::rest::plain::Plain::new($module::$handler),
            )
        };)+
        routes
    }};
}

pub(super) use routes;
