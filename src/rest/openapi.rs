//! The `OpenAPI` document: what stands at the handlers, a head, and the one form of every error.

use super::view::problem::{ProblemView, SubjectView};
use utoipa::OpenApi as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{OpenApi, Ref};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "skep",
        description = "The REST interface of skep, a catalog server that speaks the Hive Metastore protocol.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemView, SubjectView)),
    tags(
        (name = "catalogs", description = "The level above databases"),
        (name = "databases", description = "Databases"),
        (name = "tables", description = "Tables and views"),
        (name = "partitions", description = "Partitions of tables"),
        (name = "discovery", description = "Partitions that appear by themselves"),
        (name = "jobs", description = "Work that takes an object store's time: renames, drops, truncations"),
        (name = "events", description = "What changed, in the order of the commits"),
        (name = "sources", description = "Databases whose schemas are watched, and what changed in them"),
        (name = "alerts", description = "What people are told of it"),
        (name = "naming", description = "Names that a team agreed on"),
    ),
)]
struct Head;

/// The document before any path.
pub(super) fn head() -> OpenApi {
    Head::openapi()
}

/// The whole document as text: every operation may also answer with a problem.
pub(super) fn text(mut document: OpenApi) -> String {
    let problem = ResponseBuilder::new()
        .description("Why it failed")
        .content(
            "application/problem+json",
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build(),
        )
        .build();
    for path in document.paths.paths.values_mut() {
        let operations = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.patch,
            &mut path.delete,
        ];
        for operation in operations.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), problem.clone().into());
        }
    }
    // A document of texts and lists always has a JSON form.
    document.to_pretty_json().unwrap_or_default()
}
