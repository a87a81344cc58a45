//! Documents of strangers, of which one odd item must not spoil the others.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

/// An item, unless it is not of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Lenient<T> {
    /// It is of the form; unknown fields are ignored.
    Read(T),
    /// It is something else.
    Other(IgnoredAny),
}

impl<T> Lenient<T> {
    /// Returns the item, if it is of the form.
    pub(super) fn read(self) -> Option<T> {
        match self {
            Self::Read(item) => Some(item),
            Self::Other(_) => None,
        }
    }
}

/// A list of which at most so many items are kept; the others are counted.
#[derive(Debug, Clone)]
pub(super) struct Counted<T, const KEPT: usize> {
    /// The first items.
    pub(super) items: Vec<T>,
    /// How many the list has.
    pub(super) count: usize,
}

impl<T, const KEPT: usize> Default for Counted<T, KEPT> {
    fn default() -> Self {
        Self { items: Vec::new(), count: 0 }
    }
}

impl<'de, T: Deserialize<'de>, const KEPT: usize> Deserialize<'de> for Counted<T, KEPT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(CountedVisitor(PhantomData))
    }
}

struct CountedVisitor<T, const KEPT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const KEPT: usize> Visitor<'de> for CountedVisitor<T, KEPT> {
    type Value = Counted<T, KEPT>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut counted = Counted::default();
        while counted.items.len() < KEPT {
            match list.next_element()? {
                Some(item) => counted.items.push(item),
                None => {
                    counted.count = counted.items.len();
                    return Ok(counted);
                }
            }
        }
        counted.count = KEPT;
        while list.next_element::<IgnoredAny>()?.is_some() {
            counted.count += 1;
        }
        Ok(counted)
    }
}
