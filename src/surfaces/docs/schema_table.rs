//! A JSON Schema as a list of fields for readers.

use serde_json::Value;

/// Lists the fields of a schema: path, type, whether it is required, and what it means.
pub(super) fn fields(schema: &Value) -> String {
    let mut lines = String::new();
    push_fields(schema, "", &mut lines);
    if lines.is_empty() { "None.\n".to_owned() } else { lines }
}

fn push_fields(schema: &Value, prefix: &str, lines: &mut String) {
    for alternative in ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key).and_then(Value::as_array)) {
        for schema in alternative.iter().filter(|schema| schema.get("properties").is_some()) {
            let about =
                schema.get("description").and_then(Value::as_str).unwrap_or("One of the forms").trim_end_matches('.');
            lines.push_str(&format!("\n{about}:\n\n"));
            push_fields(schema, prefix, lines);
        }
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in properties {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let need = if required.contains(&name.as_str()) { "required" } else { "optional" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        lines.push_str(&format!("- `{path}` ({}, {need}) — {about}\n", kind(property)));
        push_nested(property, &path, lines);
    }
}

fn push_nested(property: &Value, path: &str, lines: &mut String) {
    if let Some(items) = property.get("items").filter(|items| items.get("properties").is_some()) {
        push_fields(items, &format!("{path}[]"), lines);
    }
    let nested = std::iter::once(property).chain(property.get("anyOf").and_then(Value::as_array).into_iter().flatten());
    for schema in nested.filter(|schema| schema.get("properties").is_some()) {
        push_fields(schema, path, lines);
    }
}

/// Says in a few words what a value is.
fn kind(property: &Value) -> String {
    let mut kinds: Vec<String> = Vec::new();
    collect_kinds(property, &mut kinds);
    if let Some(value) = property.get("const") {
        return format!("always `{}`", value.to_string().trim_matches('"'));
    }
    let words = values(property);
    let mut kind = kinds.join(" or ");
    if !words.is_empty() {
        kind =
            format!("{kind}, one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "));
    }
    if kind.is_empty() { "any".to_owned() } else { kind }
}

fn collect_kinds(property: &Value, kinds: &mut Vec<String>) {
    let mut push = |kind: &str| {
        let kind = if kind == "null" { "null" } else { kind };
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    };
    match property.get("type") {
        Some(Value::String(kind)) => push(kind),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).for_each(&mut push),
        _ => {}
    }
    for schema in ["anyOf", "oneOf"].iter().filter_map(|key| property.get(key).and_then(Value::as_array)).flatten() {
        collect_kinds(schema, kinds);
    }
    if kinds.is_empty() && property.get("const").is_some_and(Value::is_string) {
        kinds.push("string".to_owned());
    }
}

/// Collects the words of an enumeration, in either way of writing one.
fn values(property: &Value) -> Vec<String> {
    let listed = property
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned);
    let alternatives =
        ["anyOf", "oneOf"].iter().filter_map(|key| property.get(key).and_then(Value::as_array)).flatten();
    let mut words: Vec<String> = listed.collect();
    for schema in alternatives {
        words.extend(schema.get("const").and_then(Value::as_str).map(str::to_owned));
        words.extend(values(schema));
    }
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_listed_with_type_need_and_meaning() {
        let schema = json!({
            "properties": {
                "a": { "type": "string", "enum": ["x", "y"], "description": "First." },
                "b": { "type": ["integer", "null"] },
                "c": { "type": "array", "items": { "properties": { "d": { "const": true } }, "required": ["d"] } },
                "e": { "oneOf": [{ "const": "p", "type": "string" }, { "const": "q", "type": "string" }] },
            },
            "required": ["a"],
        });
        let expected = "- `a` (string, one of `x`, `y`, required) — First.\n- `b` (integer or null, optional) — \n- `c` (array, optional) — \n- `c[].d` (always `true`, required) — \n- `e` (string, one of `p`, `q`, optional) — \n";
        assert_eq!(fields(&schema), expected);
    }
}
