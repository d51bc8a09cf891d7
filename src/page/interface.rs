//! The REST interface as its `OpenAPI` document tells it, ready to be shown: what may be asked, with what, and what is answered.
//! The document comes from where the server is put together, for this room does not know the one that answers.

mod document;
mod request;
mod schema;

use document::{Content, Document, Parameter as Said, Response, Told};
use schema::{Schemas, example, fields, kind, name_of};
use serde_json::Value;
use std::sync::OnceLock;

pub(super) use request::{NoRequest, target};

/// Failures that the document tells of every operation alike; those of one are listed in a line.
const PROBLEM: &str = "#/components/responses/Problem";

/// What programs may ask.
#[derive(Debug)]
pub struct Interface {
    text: fn() -> &'static str,
    /// Made and read when somebody looks for the first time.
    read: OnceLock<Vec<Group>>,
}

impl Interface {
    /// The interface of a document, which is JSON.
    pub fn new(text: fn() -> &'static str) -> Self {
        let read = OnceLock::new();
        Self { text, read }
    }

    /// Its operations, by what they are about. None where the document cannot be read, which the log tells.
    pub(super) fn groups(&self) -> &[Group] {
        self.read.get_or_init(|| match groups_of((self.text)()) {
            Ok(groups) => groups,
            Err(failure) => {
                tracing::error!(%failure, "the document of the REST interface cannot be read");
                Vec::new()
            }
        })
    }

    /// An operation by its name.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        let mut all = self.groups().iter().flat_map(|group| &group.operations);
        all.find(|one| one.id == id)
    }
}

/// Operations about one thing.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) operations: Vec<Operation>,
}

/// What may be asked.
#[derive(Debug)]
pub(super) struct Operation {
    /// Its name in the document, unlike any other.
    pub(super) id: String,
    /// Such as `GET`.
    pub(super) method: &'static str,
    /// Such as `/api/v1/databases/{database}`.
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    /// The statuses of failures.
    pub(super) failures: String,
}

impl Operation {
    /// Whether it changes nothing, so that it is asked by following a link.
    pub(super) fn is_read(&self) -> bool {
        self.method == "GET"
    }

    /// What to paste into a shell, with words in capitals for what is to be filled in; `base` is the server's address.
    pub(super) fn curl(&self, base: &str) -> String {
        request::curl(self, base)
    }
}

/// What a request says beside its body.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// `path`, `query` or `header`.
    pub(super) place: String,
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) is_required: bool,
    /// The words that it may be; none where it is a text.
    pub(super) words: Vec<String>,
}

/// What a request carries.
#[derive(Debug)]
pub(super) struct Body {
    /// Its media type.
    pub(super) media: String,
    pub(super) example: String,
    pub(super) fields: Vec<Field>,
}

/// A field of a body, by its way from the top.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Such as `columns[].name`.
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) description: String,
}

/// What a request that succeeds is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) description: String,
    /// The media type and the name of what it holds; nothing where it holds nothing.
    pub(super) holds: String,
    pub(super) example: String,
}

/// The groups in the document's order, each operation in the first of its tags.
fn groups_of(text: &str) -> Result<Vec<Group>, serde_json::Error> {
    let document: Document = serde_json::from_str(text)?;
    let schemas = &document.components.schemas;
    let mut groups: Vec<Group> = document.tags.into_iter().map(Group::from).collect();
    for (path, item) in document.paths {
        for (method, told) in item.told() {
            let tag = told.tags.first().cloned().unwrap_or_default();
            let operation = operation(method, &path, told, schemas);
            match groups.iter_mut().find(|group| group.name == tag) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group {
                    name: tag,
                    description: String::new(),
                    operations: vec![operation],
                }),
            }
        }
    }
    groups.retain(|group| !group.operations.is_empty());
    Ok(groups)
}

impl From<document::Tag> for Group {
    fn from(tag: document::Tag) -> Self {
        Self {
            name: tag.name,
            description: tag.description,
            operations: Vec::new(),
        }
    }
}

fn operation(method: &'static str, path: &str, told: Told, schemas: &Schemas) -> Operation {
    let is_problem = |response: &Response| response.reference.as_deref() == Some(PROBLEM);
    let (failures, answers): (Vec<_>, Vec<_>) = told
        .responses
        .into_iter()
        .partition(|(_, response)| is_problem(response));
    let failures: Vec<String> = failures.into_iter().map(|(status, _)| status).collect();
    let body = told.request_body.and_then(|body| first(body.content));
    Operation {
        id: told.operation_id,
        method,
        path: path.to_owned(),
        summary: told.summary,
        description: told.description,
        parameters: told
            .parameters
            .into_iter()
            .map(|one| parameter(one, schemas))
            .collect(),
        body: body.map(|(media, content)| Body {
            example: pretty(&example(&content.schema, schemas)),
            fields: fields(&content.schema, schemas),
            media,
        }),
        answers: answers
            .into_iter()
            .map(|(status, response)| answer(status, response, schemas))
            .collect(),
        failures: failures.join(", "),
    }
}

fn parameter(said: Said, schemas: &Schemas) -> Parameter {
    let words = said.schema.get("enum").and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    Parameter {
        kind: kind(&said.schema, schemas),
        words: words.map(str::to_owned).collect(),
        name: said.name,
        place: said.place,
        description: said.description,
        is_required: said.required,
    }
}

fn answer(status: String, response: Response, schemas: &Schemas) -> Answer {
    let content = first(response.content);
    let (holds, example) = content.map_or_else(Default::default, |(media, content)| {
        let holds = match name_of(&content.schema) {
            Some(name) => format!("{name}, {media}"),
            None => media,
        };
        (holds, pretty(&example(&content.schema, schemas)))
    });
    Answer {
        status,
        description: response.description,
        holds,
        example,
    }
}

/// What is said in the first of several media types.
fn first(content: std::collections::BTreeMap<String, Content>) -> Option<(String, Content)> {
    content.into_iter().next()
}

fn pretty(value: &Value) -> String {
    // A value always has a JSON form.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Field, groups_of};

    const DOCUMENT: &str = r##"{
        "tags": [{"name": "none"}, {"name": "b", "description": "Of b"}],
        "paths": {
            "/api/v1/x/{id}": {
                "post": {"tags": ["b"], "summary": "Change", "operationId": "x_post",
                    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}},
                    "responses": {"204": {"description": "Done"}, "400": {"$ref": "#/components/responses/Problem"}}},
                "get": {"operationId": "x_get", "responses": {}}
            }
        },
        "components": {"schemas": {"X": {"type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "example": "it's", "description": "Which"}}}}}
    }"##;

    #[test]
    fn every_operation_is_told_in_its_group() {
        let groups = groups_of(DOCUMENT).unwrap();
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["b", ""], "a group without operations is none");
        let one = &groups[0].operations[0];
        assert_eq!((one.method, one.failures.as_str()), ("POST", "400"));
        assert!(one.parameters[0].is_required && !one.is_read());
        let body = one.body.as_ref().unwrap();
        assert_eq!(body.example, "{\n  \"name\": \"it's\"\n}");
        let name = Field {
            name: "name".to_owned(),
            kind: "text".to_owned(),
            is_required: true,
            description: "Which".to_owned(),
        };
        assert_eq!(body.fields, [name]);
        assert_eq!(one.answers[0].status, "204");
        assert!(groups[1].operations[0].is_read());
        assert!(groups_of("no JSON").is_err());
    }
}
