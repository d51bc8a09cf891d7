//! Handlers without their types. axum wraps each handler in a dozen types of its own; behind one type for all of them
//! they are compiled once, not once a handler.

use super::Shared;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::MethodRouter;
use futures::future::BoxFuture;
use std::sync::Arc;
use utoipa::Path;
// The macro of `utoipa_axum` writes these two names into its users' code as well, so they stay within a version of it.
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::openapi::path::Paths;
use utoipa_axum::PathItemExt;
use utoipa_axum::router::UtoipaMethodRouter;

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
}

impl Handler<(), Arc<Shared>> for Plain {
    type Future = Answer;

    fn call(self, request: Request, shared: Arc<Shared>) -> Answer {
        (self.0)(request, shared)
    }
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
