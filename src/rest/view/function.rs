//! User-defined functions.

use super::moment;
use crate::model::{DatabaseRef, Function, FunctionResource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Hive's number of functions in Java, the only ones.
const JAVA: i32 = 1;

/// A function that engines know by name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Function)]
pub struct FunctionView {
    /// The catalog it stands in
    pub catalog: String,
    /// The database it stands in
    pub database: String,
    /// Its name
    pub name: String,
    /// The Java class; Trino keeps a part of its own function's text here
    pub class_name: Option<String>,
    /// The owner
    pub owner: Option<String>,
    /// When it was made
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// Archives and files that it needs
    pub resources: Vec<FunctionResourceView>,
}

/// An archive or file that a function needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FunctionResource)]
pub struct FunctionResourceView {
    /// What it is; nothing where a client said something else
    #[serde(rename = "type")]
    pub resource_type: Option<ResourceType>,
    /// Where it is
    #[schema(example = "s3://lake/jars/udf.jar")]
    pub uri: Option<String>,
}

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceType {
    /// A Java archive.
    Jar,
    /// A file.
    File,
    /// Another archive.
    Archive,
}

/// A page of functions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FunctionList)]
pub struct FunctionListView {
    /// The functions, by name
    pub functions: Vec<FunctionView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// A new function.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFunction {
    /// Its name
    #[schema(example = "clean", min_length = 1, pattern = r"^[a-zA-Z0-9_]+$")]
    pub name: String,
    /// The Java class
    #[schema(example = "com.example.Clean", min_length = 1, pattern = r"\S")]
    pub class_name: String,
    /// The owner; by default nobody
    #[serde(default)]
    pub owner: Option<String>,
    /// Archives and files that it needs
    #[serde(default)]
    pub resources: Vec<FunctionResourceView>,
}

impl ResourceType {
    fn of(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::Jar),
            2 => Some(Self::File),
            3 => Some(Self::Archive),
            _ => None,
        }
    }

    fn number(self) -> i32 {
        match self {
            Self::Jar => 1,
            Self::File => 2,
            Self::Archive => 3,
        }
    }
}

impl From<Function> for FunctionView {
    fn from(function: Function) -> Self {
        let resources = function.resources.into_iter();
        Self {
            catalog: function.at.catalog.to_string(),
            database: function.at.database.to_string(),
            name: function.at.name.to_string(),
            class_name: function.class_name,
            owner: function.owner,
            created_at: moment(function.created_at),
            resources: resources
                .map(|one| FunctionResourceView {
                    resource_type: one.resource_type.and_then(ResourceType::of),
                    uri: one.uri,
                })
                .collect(),
        }
    }
}

impl NewFunction {
    /// The function of a database.
    pub fn function(self, database: &DatabaseRef) -> Function {
        let resources = self.resources.into_iter();
        Function {
            id: 0,
            at: database.function(self.name.as_str()),
            class_name: Some(self.class_name),
            owner: self.owner,
            owner_type: None,
            created_at: 0,
            function_type: Some(JAVA),
            resources: resources
                .map(|one| FunctionResource {
                    resource_type: one.resource_type.map(ResourceType::number),
                    uri: one.uri,
                })
                .collect(),
        }
    }
}
