//! A small part of JSON Schema: enough to tell whether an answer has the declared shape.

use serde_json::Value;

/// Returns where `value` deviates from `schema`.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, value, "$", &mut found);
    found
}

fn check(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    if schema["$ref"].is_string() {
        found.push(format!("{path}: the schema is not inlined"));
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_type(name, value)) {
        found.push(format!("{path}: {value:.60} is not {types:?}"));
    }
    if let Some(expected) = schema.get("const").filter(|expected| *expected != value) {
        found.push(format!("{path}: {value:.60} is not {expected}"));
    }
    if schema["enum"].as_array().is_some_and(|list| !list.contains(value)) {
        found.push(format!("{path}: {value:.60} is not in {}", schema["enum"]));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(arms) = schema[choice].as_array() {
            let fitting = arms.iter().filter(|arm| violations(arm, value).is_empty()).count();
            if fitting == 0 || (choice == "oneOf" && fitting > 1) {
                found.push(format!("{path}: {fitting} arms of {choice} fit"));
            }
        }
    }
    if let Some(object) = value.as_object() {
        check_object(schema, object, path, found);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, &format!("{path}[{index}]"), found);
    }
}

fn check_object(schema: &Value, object: &serde_json::Map<String, Value>, path: &str, found: &mut Vec<String>) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            found.push(format!("{path}: {name} is missing"));
        }
    }
    for (name, value) in object {
        match schema["properties"].get(name) {
            Some(field) => check(field, value, &format!("{path}.{name}"), found),
            None if schema["additionalProperties"] == Value::Bool(false) => {
                found.push(format!("{path}: {name} is not declared"))
            }
            // Stricter than the schema: what we send is declared.
            None if schema["properties"].is_object() => found.push(format!("{path}: {name} is sent but not described")),
            None => {}
        }
    }
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}
