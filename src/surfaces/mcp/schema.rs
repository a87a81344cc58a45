//! The schemas of operations, brought into the shape that tools need.

use rmcp::model::JsonObject;
use schemars::Schema;
use serde_json::{Value, json};

/// Ways to say "one of these" that model providers refuse at the root of an input schema.
const CHOICES: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Returns the schema of a tool's arguments.
///
/// A choice at the root ("exactly one of …") is left out: several providers refuse the whole
/// tool for it. The operation checks it anyway and says what to change.
pub(super) fn input_schema(request: Schema) -> JsonObject {
    let mut schema = object(request);
    CHOICES.iter().for_each(|choice| drop(schema.shift_remove(*choice)));
    schema
}

/// Returns the schema of a tool's structured content: the response, and the program's version
/// beside it. The root is an object, as clients before 2026-07-28 demand, even where the
/// response is one of several.
pub(super) fn output_schema(response: Schema) -> JsonObject {
    let mut schema = object(response);
    let choice = CHOICES.into_iter().find(|choice| schema.contains_key(*choice));
    match choice.and_then(|choice| schema.get_mut(choice)).and_then(Value::as_array_mut) {
        // Beside the choice it would be an unknown field of the arms that allow no other.
        Some(arms) => arms.iter_mut().filter_map(Value::as_object_mut).for_each(add_version),
        None => add_version(&mut schema),
    }
    schema.insert("type".to_owned(), json!("object"));
    schema
}

/// Takes an argument out of a schema.
pub(super) fn without_property(schema: &mut JsonObject, name: &str) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.shift_remove(name);
    }
}

fn object(schema: Schema) -> JsonObject {
    match schema.to_value() {
        Value::Object(object) => object,
        // `true` and `false` are schemas, but not ones of a request or a response.
        _ => JsonObject::new(),
    }
}

fn add_version(schema: &mut JsonObject) {
    let version = json!({ "type": "string", "description": "Version of the program that answered." });
    if let Some(properties) = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        properties.insert("version".to_owned(), version);
    }
    if let Some(required) = schema.entry("required").or_insert_with(|| json!([])).as_array_mut() {
        required.push(json!("version"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::register;

    #[test]
    fn every_root_is_an_object_that_clients_accept() {
        for operation in register().into_iter().filter(|operation| operation.tool.is_some()) {
            let input = input_schema((operation.request_schema)());
            assert_eq!(input["type"], "object", "{}", operation.name);
            assert!(CHOICES.iter().all(|choice| !input.contains_key(*choice)), "{}", operation.name);
            assert_eq!(output_schema((operation.response_schema)())["type"], "object", "{}", operation.name);
        }
    }

    #[test]
    fn the_version_is_a_field_of_every_answer() {
        let verify = crate::operations::find("verify_skill").expect("verify_skill is a tool");
        let schema = output_schema((verify.response_schema)());
        let arms = schema["anyOf"].as_array().expect("a verification hits or misses");
        assert_eq!(arms.len(), 2);
        for arm in arms {
            assert_eq!(arm["properties"]["version"]["type"], "string");
            assert!(arm["required"].as_array().expect("a list").contains(&json!("version")));
        }
    }
}
