//! Takes the keys of a JSON object one by one, and leaves none.

use serde_json::{Map, Value};

use super::error::RecordError;

/// The keys of one object that were not taken yet.
pub(super) struct Fields {
    /// The keys above it with a dot at the end, for messages.
    above: String,
    entries: Map<String, Value>,
}

impl Fields {
    /// Opens an object that stands at `at`, which is empty for the record itself.
    pub fn open(at: &str, value: Value) -> Result<Self, RecordError> {
        match value {
            Value::Object(entries) => {
                Ok(Self { above: if at.is_empty() { String::new() } else { format!("{at}.") }, entries })
            }
            _ if at.is_empty() => Err(RecordError::Syntax { reason: "it is not an object".to_owned() }),
            _ => Err(RecordError::Value { key: at.to_owned(), expected: "an object" }),
        }
    }

    /// Takes the value of a key that must be there.
    pub fn value(&mut self, key: &str) -> Result<Value, RecordError> {
        // The order of what is left does not matter; that of the files is their own.
        self.entries.swap_remove(key).ok_or_else(|| RecordError::Missing { key: self.name(key) })
    }

    /// Takes a text that `is_valid` accepts.
    pub fn text(
        &mut self,
        key: &str,
        expected: &'static str,
        is_valid: impl FnOnce(&str) -> bool,
    ) -> Result<String, RecordError> {
        match self.value(key)? {
            Value::String(text) if is_valid(&text) => Ok(text),
            _ => Err(self.not(key, expected)),
        }
    }

    /// Takes a text that `is_valid` accepts, if the key is there.
    pub fn optional_text(
        &mut self,
        key: &str,
        expected: &'static str,
        is_valid: impl FnOnce(&str) -> bool,
    ) -> Result<Option<String>, RecordError> {
        if !self.entries.contains_key(key) {
            return Ok(None);
        }
        self.text(key, expected, is_valid).map(Some)
    }

    /// Takes a value, if the key is there.
    pub fn optional(&mut self, key: &str) -> Option<Value> {
        self.entries.swap_remove(key)
    }

    /// Says that a value is not what it must be.
    pub fn not(&self, key: &str, expected: &'static str) -> RecordError {
        RecordError::Value { key: self.name(key), expected }
    }

    /// Fails where a key is left that nobody took.
    pub fn finish(self) -> Result<(), RecordError> {
        match self.entries.keys().next() {
            Some(key) => Err(RecordError::Unknown { key: self.name(key) }),
            None => Ok(()),
        }
    }

    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.above)
    }
}
