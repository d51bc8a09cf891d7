//! The REST interface for people: what may be asked, with what, and what is answered, each with the command that asks it. With
//! JavaScript a request is sent from here; without it, what only reads is asked by its form.

use crate::http::authority;
use crate::page::asked::Asked;
use crate::page::assets::API_SCRIPT;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::interface::{Group, NoRequest, Operation, target};
use crate::page::shell::{Section, Shell, found};
use askama::Template;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;

/// The field of a form that says which operation is asked.
const OPERATION: &str = "operation";

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage<'a> {
    shell: Shell,
    /// The script of this page alone.
    api_script: &'static str,
    groups: &'a [Group],
    /// The server's address, for commands.
    base: String,
}

/// Shows what may be asked.
pub(in crate::page) async fn show(asked: Asked, uri: Uri, headers: HeaderMap) -> Response {
    found(&ApiPage {
        shell: Shell::of(&asked, Section::None, "REST"),
        api_script: &API_SCRIPT.name,
        groups: asked.shared.interface.groups(),
        base: base(&asked, &uri, &headers),
    })
}

/// Where the server is reached: as its settings say, else as this browser did.
fn base(asked: &Asked, uri: &Uri, headers: &HeaderMap) -> String {
    if let Some(pages) = &asked.shared.port.pages {
        return pages.as_str().trim_end_matches('/').to_owned();
    }
    let at = authority(uri, headers).unwrap_or("127.0.0.1");
    let is_https = asked.shared.port.door.is_tls_alone();
    format!("{}://{at}", if is_https { "https" } else { "http" })
}

/// Leads the form of an operation that only reads to its address.
pub(in crate::page) async fn open(
    asked: Asked,
    Query(given): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let id = given.get(OPERATION).map(String::as_str).unwrap_or_default();
    let operation = asked.shared.interface.operation(id);
    let operation = operation.ok_or(Failure::NoSuchPage)?;
    let target = target(operation, &given).map_err(|why| refused(operation, why))?;
    // Relative, since a proxy may have cut a part of the path.
    let location = format!("{}/{target}", asked.root);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

fn refused(operation: &Operation, why: NoRequest) -> Failure {
    match why {
        NoRequest::NoRead => Failure::NoSuchMethod,
        NoRequest::Missing(name) => Failure::Faulty(format!(
            "{} {} needs its {name}.",
            operation.method, operation.path
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::ApiPage;
    use crate::page::interface::Interface;
    use crate::page::shell::{Section, Shell};
    use askama::Template;

    /// What would be markup, wherever a document has text.
    const HOSTILE: &str = r#"{
        "tags": [{"name": "<script>t", "description": "<script>d"}],
        "paths": {"/<script>{\"><script>}": {"post": {
            "tags": ["<script>t"], "summary": "<script>s", "description": "<script>e", "operationId": "\"><script>",
            "parameters": [{"name": "\"><script>", "in": "path", "description": "<script>", "schema": {"enum": ["\"><script>"]}}],
            "requestBody": {"content": {"<script>": {"schema": {"properties": {"<script>": {"example": "</textarea><script>"}}}}}},
            "responses": {"<script>": {"description": "<script>", "content": {"<script>": {"schema": {"example": "<script>"}}}}}
        }}}
    }"#;

    #[test]
    fn no_text_of_the_document_is_markup() {
        let interface = Interface::new(|| HOSTILE);
        let shown = ApiPage {
            shell: Shell::at("/api", Section::None, "REST"),
            api_script: "api.js",
            groups: interface.groups(),
            base: "http://h/\"><script>".to_owned(),
        };
        let text = shown.render().unwrap();
        assert!(!text.contains("<script>"), "{text}");
        assert_eq!(text.matches("</textarea>").count(), 1, "{text}");
        // It is all there, as text.
        assert!(text.matches("&#60;script&#62;").count() > 12, "{text}");
    }
}
