//! What of an `OpenAPI` document is read; the rest of it is for other readers.

use super::schema::Schemas;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
    pub(super) paths: BTreeMap<String, Item>,
    #[serde(default)]
    pub(super) components: Components,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tag {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Components {
    #[serde(default)]
    pub(super) schemas: Schemas,
}

/// The operations of a path.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    get: Option<Told>,
    post: Option<Told>,
    put: Option<Told>,
    patch: Option<Told>,
    delete: Option<Told>,
}

impl Item {
    /// Those that there are, by their methods.
    pub(super) fn told(self) -> impl Iterator<Item = (&'static str, Told)> {
        let all = [
            ("GET", self.get),
            ("POST", self.post),
            ("PUT", self.put),
            ("PATCH", self.patch),
            ("DELETE", self.delete),
        ];
        all.into_iter()
            .filter_map(|(method, told)| Some((method, told?)))
    }
}

/// An operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) operation_id: String,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) summary: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) parameters: Vec<Parameter>,
    pub(super) request_body: Option<Body>,
    #[serde(default)]
    pub(super) responses: BTreeMap<String, Response>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "in")]
    pub(super) place: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) schema: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Body {
    #[serde(default)]
    pub(super) content: BTreeMap<String, Content>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Response {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) content: BTreeMap<String, Content>,
}

/// What is carried in one media type.
#[derive(Debug, Deserialize)]
pub(super) struct Content {
    #[serde(default)]
    pub(super) schema: Value,
}
