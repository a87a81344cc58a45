//! JSON that is read without forgiving, and written as JavaScript writes it.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON value from UTF-8 bytes; a key that occurs twice anywhere is an error, since
/// readers differ in which of them they believe.
pub(super) fn parse_strictly(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| de::Error::custom("not UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// A JSON value without duplicate keys.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if entries.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} occurs twice")));
            }
            let value = access.next_value_seed(Strict)?;
            entries.insert(key, value);
        }
        Ok(Value::Object(entries))
    }
}

/// Returns a mapping as JavaScript would write it: keys that are numbers of a list first, and
/// whole numbers without a fraction.
pub(super) fn as_javascript_writes(mapping: Map<String, Value>) -> Map<String, Value> {
    let (mut indices, mut others) = (Vec::new(), Vec::new());
    for (key, value) in mapping {
        let value = value_as_javascript_writes(value);
        match list_index(&key) {
            Some(index) => indices.push((index, key, value)),
            None => others.push((key, value)),
        }
    }
    indices.sort_unstable_by_key(|(index, ..)| *index);
    indices.into_iter().map(|(_, key, value)| (key, value)).chain(others).collect()
}

fn value_as_javascript_writes(value: Value) -> Value {
    /// Beyond it not every whole number has a double of its own.
    const SAFE: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Object(mapping) => Value::Object(as_javascript_writes(mapping)),
        Value::Array(items) => Value::Array(items.into_iter().map(value_as_javascript_writes).collect()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= SAFE => {
                Value::Number((float as i64).into())
            }
            _ => Value::Number(number),
        },
        other => other,
    }
}

/// Reads a key that JavaScript takes for the number of an element.
fn list_index(key: &str) -> Option<u32> {
    let index = key.parse::<u32>().ok().filter(|index| *index < u32::MAX)?;
    (index.to_string() == key).then_some(index)
}

/// Orders the keys of every mapping in a value by their bytes.
pub(super) fn with_sorted_keys(value: Value) -> Value {
    match value {
        Value::Object(mapping) => {
            let mut entries: Vec<_> = mapping.into_iter().map(|(key, value)| (key, with_sorted_keys(value))).collect();
            entries.sort_unstable_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_sorted_keys).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_readers_could_take_for_different_values_is_no_json() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            r#"[{"a":1,"a":2}]"#,
            "{} {}",
            "{},",
            "\u{feff}{}",
            "{\"a\":1,}",
            "{'a':1}",
            "",
            "NaN",
        ] {
            assert!(parse_strictly(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse_strictly(b"{\"a\":\"\xff\"}").is_err());
        assert!(parse_strictly("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let strict = parse_strictly(&bytes).ok();
            // What is accepted is what everybody reads.
            prop_assert!(strict.is_none() || serde_json::from_slice(&bytes).ok() == strict);
        }
    }
}
