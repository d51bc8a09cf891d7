//! The `OpenAPI` document: what stands at the handlers, a head, and what is said of all operations alike: the failures of
//! each, and the bounds of what it is sent.

use super::paging::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
use super::view::problem::{ProblemView, SubjectView};
use crate::alert::Form;
use crate::model::{AlertState, JobKind, JobPhase, Severity};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{
    AllOfBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa::{Number, OpenApi as _};

/// The name of the one form of failures.
const PROBLEM: &str = "Problem";
/// Moments of RFC 3339, and days.
const MOMENT: &str = r"^\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))([Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-](0\d|1\d|2[0-3]):[0-5]\d))?$";
/// Anything without a NUL, which no database keeps.
const TEXT: &str = r"^[^\x00]*$";
/// `*`, or tags in quotes.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$"#;

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
        (name = "statistics", description = "What planners know of the values of columns"),
        (name = "discovery", description = "Partitions that appear by themselves"),
        (name = "freshness", description = "Data that tables expect, and what lacks of it"),
        (name = "functions", description = "User-defined functions"),
        (name = "locks", description = "Which engine keeps which waiting"),
        (name = "jobs", description = "Work that takes an object store's time: renames, drops, truncations"),
        (name = "replicas", description = "The processes that serve this catalog"),
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

/// The whole document as text, as strict as the server is: what it says of every operation alike stands here once.
pub(super) fn text(mut document: OpenApi) -> String {
    for (path, item) in &mut document.paths.paths {
        let has_names = path.contains('{');
        let operations = [
            (false, &mut item.get),
            (true, &mut item.put),
            (true, &mut item.post),
            (true, &mut item.patch),
            (true, &mut item.delete),
        ];
        for (is_change, operation) in operations {
            if let Some(operation) = operation {
                parameters_bound(operation);
                failures_list(operation, is_change, has_names);
            }
        }
    }
    if let Some(components) = &mut document.components {
        let problem = ResponseBuilder::new()
            .description("Why it failed")
            .content(
                "application/problem+json",
                ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name("Problem")))
                    .build(),
            )
            .build();
        let responses = &mut components.responses;
        responses.insert(PROBLEM.to_owned(), problem.into());
        for name in ["NewPartition", "RenamePartition"] {
            if let Some(schema) = components.schemas.get_mut(name) {
                name_or_values(schema);
            }
        }
    }
    // A document of texts and lists always has a JSON form.
    document.to_pretty_json().unwrap_or_default()
}

/// Lists the failures of an operation: what any request may meet, what only those with names in their path, a body or
/// conditions do.
fn failures_list(operation: &mut Operation, is_change: bool, has_names: bool) {
    let has_body = operation.request_body.is_some();
    let mut parameters = operation.parameters.iter().flatten();
    let is_conditional =
        parameters.any(|one| matches!(one, RefOr::T(one) if one.name == "If-Match"));
    let failures = [
        ("400", true),
        ("403", true),
        ("404", true),
        ("409", is_change),
        ("412", is_conditional),
        ("413", has_body),
        ("415", has_body),
        ("422", has_body || has_names),
        ("500", true),
        ("501", true),
        ("503", true),
        ("default", true),
    ];
    for (status, may_be) in failures {
        if may_be {
            let responses = &mut operation.responses.responses;
            let problem = Ref::from_response_name(PROBLEM);
            responses.insert(status.to_owned(), RefOr::Ref(problem));
        }
    }
}

/// Says how large a page may be, how moments, tags and other texts are written, and which words there are to choose from.
fn parameters_bound(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema else {
            continue;
        };
        match parameter.name.as_str() {
            "limit" => {
                schema.minimum = Some(Number::UInt(1));
                schema.maximum = Some(Number::UInt(PAGE_SIZE_MAX));
                schema.default = Some(PAGE_SIZE_DEFAULT.into());
            }
            "since" | "until" => schema.pattern = Some(MOMENT.to_owned()),
            "If-Match" | "If-None-Match" => {
                schema.schema_type = Type::String.into();
                schema.pattern = Some(TAGS.to_owned());
            }
            "severity" => choose(schema, &Severity::ALL.map(Severity::as_str)),
            "format" => choose(schema, &Form::names()),
            "kind" => choose(schema, &JobKind::ALL.map(JobKind::as_str)),
            "phase" => choose(schema, &JobPhase::ALL.map(JobPhase::as_str)),
            "state" => choose(schema, &AlertState::ALL.map(AlertState::as_str)),
            _ => {}
        }
        if is_free_text(schema) {
            schema.pattern = Some(TEXT.to_owned());
        }
    }
}

/// Whether nothing is said of how a text is written.
fn is_free_text(schema: &Object) -> bool {
    let is_text = match &schema.schema_type {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(several) => several.contains(&Type::String),
        SchemaType::AnyValue => false,
    };
    is_text && schema.pattern.is_none() && schema.enum_values.is_none()
}

/// Says that a parameter is one of these words.
fn choose(schema: &mut Object, words: &[&str]) {
    schema.enum_values = Some(words.iter().map(|word| (*word).into()).collect());
}

/// Says that a partition is told by its name or by its values, and not by both.
fn name_or_values(schema: &mut RefOr<Schema>) {
    let only = |given: &str, absent: &str| {
        ObjectBuilder::new()
            .required(given)
            .property(absent, ObjectBuilder::new().schema_type(Type::Null))
            .property(
                given,
                ObjectBuilder::new()
                    .schema_type(SchemaType::from_iter([Type::String, Type::Array])),
            )
    };
    let either = OneOfBuilder::new()
        .item(only("name", "values"))
        .item(only("values", "name"));
    let whole = std::mem::replace(schema, RefOr::T(Schema::default()));
    *schema = RefOr::T(AllOfBuilder::new().item(whole).item(either).build().into());
}
