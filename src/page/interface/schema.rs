//! What a schema of the document tells: an example that fits it, and its fields one by one.

use super::Field;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Schemas by their names.
pub(super) type Schemas = BTreeMap<String, Value>;

/// Levels of a schema that are told: some refer to themselves.
const DEPTH_MAX: usize = 6;
/// Fields of a body that are told.
const FIELDS_MAX: usize = 100;
/// Where names of schemas lead.
const PREFIX: &str = "#/components/schemas/";

/// The name of a schema that is told elsewhere.
pub(super) fn name_of(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)
}

/// The schema that is meant: by a name, or as the first of several that is not "nothing".
fn meant<'s>(schema: &'s Value, all: &'s Schemas) -> &'s Value {
    let mut schema = schema;
    for _ in 0..DEPTH_MAX {
        let named = name_of(schema).and_then(|name| all.get(name));
        let several = ["oneOf", "anyOf", "allOf"];
        let mut several = several.iter().filter_map(|key| schema.get(key)?.as_array());
        let mut items = several.next().into_iter().flatten();
        let first = || items.find(|one| one.get("type") != Some(&json!("null")));
        match named.or_else(first) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// The type of a schema, as the document names it; of several the one that is not `null`.
fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        Some(Value::Array(several)) => {
            let mut several = several.iter().filter_map(Value::as_str);
            several.find(|one| *one != "null").unwrap_or("null")
        }
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

fn text_of<'s>(schema: &'s Value, key: &str) -> &'s str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|all| all.iter().any(|one| one == name))
}

/// What values a schema means, in words.
pub(super) fn kind(schema: &Value, all: &Schemas) -> String {
    kind_within(schema, all, DEPTH_MAX)
}

fn kind_within(schema: &Value, all: &Schemas, depth: usize) -> String {
    let schema = meant(schema, all);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return words.join(", ");
    }
    let depth = depth.saturating_sub(1);
    let items = schema.get("items").filter(|_| depth > 0);
    let values = schema.get("additionalProperties");
    let values = values.filter(|values| values.is_object() && depth > 0);
    match (type_of(schema), items, values) {
        ("string", ..) if text_of(schema, "format") == "date-time" => "moment".to_owned(),
        ("string", ..) => "text".to_owned(),
        ("integer", ..) => "whole number".to_owned(),
        ("number", ..) => "number".to_owned(),
        ("boolean", ..) => "true or false".to_owned(),
        ("array", Some(items), _) => format!("list of: {}", kind_within(items, all, depth)),
        ("array", ..) => "list".to_owned(),
        ("object", _, Some(values)) => {
            format!("names, each with: {}", kind_within(values, all, depth))
        }
        ("object", ..) => "object".to_owned(),
        _ => "any".to_owned(),
    }
}

/// A value that fits a schema: what is required, what the document has examples of, and what is made of parts.
pub(super) fn example(schema: &Value, all: &Schemas) -> Value {
    example_within(schema, all, DEPTH_MAX)
}

fn example_within(schema: &Value, all: &Schemas, depth: usize) -> Value {
    let outer = schema;
    let schema = meant(schema, all);
    let mut given = [outer, schema]
        .into_iter()
        .flat_map(|one| [one.get("example"), one.get("default")])
        .flatten();
    if let Some(given) = given.find(|given| !given.is_null()) {
        return given.clone();
    }
    let mut words = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    if let Some(word) = words.find(|word| !word.is_null()) {
        return word.clone();
    }
    let depth = depth.saturating_sub(1);
    match type_of(schema) {
        "string" if text_of(schema, "format") == "date-time" => json!("2026-12-31T00:00:00Z"),
        "string" => json!("text"),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "array" => {
            let items = schema.get("items").filter(|_| depth > 0);
            let items = items.map(|items| example_within(items, all, depth));
            Value::Array(items.into_iter().collect())
        }
        "object" if depth > 0 => {
            let is_told = |(name, property): &(&String, &Value)| {
                is_required(schema, name) || is_worth_telling(property, all)
            };
            // Where nothing stands out, all of it is told.
            let tells_all = !properties(schema).any(|one| is_told(&one));
            let told = properties(schema).filter(|one| tells_all || is_told(one));
            let told =
                told.map(|(name, property)| (name.clone(), example_within(property, all, depth)));
            Value::Object(told.collect())
        }
        "object" => Value::Object(Map::new()),
        _ => Value::Null,
    }
}

/// Whether an example shows a field that nobody has to say.
fn is_worth_telling(property: &Value, all: &Schemas) -> bool {
    let given = property.get("example");
    if given.is_some() {
        return given != Some(&Value::Null);
    }
    let schema = meant(property, all);
    let part = schema
        .get("items")
        .map_or(schema, |items| meant(items, all));
    part.get("properties").is_some()
}

/// The fields of a schema, each by its way from the top.
pub(super) fn fields(schema: &Value, all: &Schemas) -> Vec<Field> {
    let mut found = Vec::new();
    fields_below("", schema, all, DEPTH_MAX, &mut found);
    found
}

fn fields_below(way: &str, schema: &Value, all: &Schemas, depth: usize, found: &mut Vec<Field>) {
    let schema = meant(schema, all);
    if let Some(items) = schema.get("items").filter(|_| depth > 0) {
        return fields_below(&format!("{way}[]"), items, all, depth - 1, found);
    }
    let dot = if way.is_empty() { "" } else { "." };
    for (name, property) in properties(schema) {
        if depth == 0 || found.len() >= FIELDS_MAX {
            return;
        }
        let way = format!("{way}{dot}{name}");
        found.push(Field {
            kind: kind(property, all),
            is_required: is_required(schema, name),
            description: description(property, all),
            name: way.clone(),
        });
        fields_below(&way, property, all, depth - 1, found);
    }
}

/// What is said of a property; where nothing is, what is said of its schema.
fn description(property: &Value, all: &Schemas) -> String {
    let items = property.get("oneOf").and_then(Value::as_array);
    let several = items.into_iter().flatten();
    let own = std::iter::once(property).chain(several);
    let mut said = own.chain(std::iter::once(meant(property, all)));
    let said = said.find_map(|one| one.get("description")?.as_str());
    said.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Schemas, example, fields, kind};
    use serde_json::{Value, json};

    fn schemas() -> Schemas {
        let all = json!({
            "Table": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "example": "orders"},
                "comment": {"type": ["string", "null"]},
                "kit": {"type": ["string", "null"], "example": null},
                "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
                "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
                "type": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Type", "description": "Which"}]},
            }},
            "Column": {"type": "object", "required": ["name", "limit"], "properties": {
                "name": {"type": "string"}, "limit": {"type": "integer", "minimum": 3},
            }},
            "Type": {"type": "string", "enum": ["managed", "external"]},
            "Node": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}},
            "Loop": {"$ref": "#/components/schemas/Loop"},
        });
        serde_json::from_value(all).unwrap()
    }

    fn named(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn an_example_has_what_must_be_said_and_what_is_made_of_parts() {
        let wanted = json!({"name": "orders", "columns": [{"name": "text", "limit": 3}]});
        assert_eq!(example(&named("Table"), &schemas()), wanted);
        assert_eq!(
            example(
                &json!({"type": "string", "format": "date-time"}),
                &schemas()
            ),
            json!("2026-12-31T00:00:00Z")
        );
    }

    #[test]
    fn schemas_that_refer_to_themselves_end() {
        assert!(example(&named("Node"), &schemas()).to_string().len() < 200);
        assert_eq!(example(&named("Loop"), &schemas()), Value::Null);
        assert!(fields(&named("Node"), &schemas()).len() < 10);
        assert_eq!(kind(&named("Loop"), &schemas()), "any");
    }

    #[test]
    fn fields_are_told_by_their_way_from_the_top() {
        let mut all = fields(&named("Table"), &schemas());
        // The order of a document's fields is that of the reader of its JSON.
        all.sort_by(|one, other| one.name.cmp(&other.name));
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        let wanted = [
            "columns",
            "columns[].limit",
            "columns[].name",
            "comment",
            "kit",
            "name",
            "parameters",
            "type",
        ];
        assert_eq!(names, wanted);
        let kinds: Vec<&str> = all.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds[0], "list of: object");
        assert_eq!(kinds[6], "names, each with: text");
        assert_eq!(kinds[7], "managed, external");
        assert_eq!(all[7].description, "Which");
    }
}
