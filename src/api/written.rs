//! How values of a request may be written, where JSON and its schemas say less than serde asks.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a whole number, also one that is written as `5.0` or `5e0`: to a schema it is one. What
/// is larger than the type holds is its largest.
pub(super) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = match Option::<Value>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            (float.fract() == 0.0 && float >= 0.0).then_some(float as u64)
        }),
        Some(_) => None,
    };
    number.map(Some).ok_or_else(|| D::Error::custom("expected a whole number that is not negative"))
}

/// Reads a whole number of 32 bits.
pub(super) fn short_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Ok(whole_number(deserializer)?.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
}

/// Reads an object, and nothing else: serde would read a struct from a list as well, by position.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_option(OptionalObject(PhantomData))
}

struct OptionalObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OptionalObject<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::DiscoverRequest;

    #[test]
    fn numbers_are_whole_however_they_are_written_and_filters_are_an_object() {
        let rows = [
            (json!({ "query": "x", "limit": 5.0, "filters": { "min_stars": 1e3 } }), Some((Some(5), Some(1_000)))),
            (json!({ "query": "x", "limit": null, "filters": null }), Some((None, None))),
            (json!({ "query": "x" }), Some((None, None))),
            (json!({ "query": "x", "limit": 5.5 }), None),
            (json!({ "query": "x", "limit": -1 }), None),
            (json!({ "query": "x", "limit": "5" }), None),
            (json!({ "query": "x", "limit": 1e10 }), Some((Some(u32::MAX), None))),
            (json!({ "query": "x", "filters": [null, null] }), None),
            (json!({ "query": "x", "filters": { "unknown": 1 } }), None),
        ];
        for (request, expected) in rows {
            let read = serde_json::from_value::<DiscoverRequest>(request.clone()).ok();
            let seen = read.map(|read| (read.limit, read.filters.and_then(|filters| filters.min_stars)));
            assert_eq!(seen, expected, "{request}");
        }
    }
}
