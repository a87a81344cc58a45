//! A value of a lockfile as it was written: a key that occurs twice is still there twice, so
//! that what it spoils is one entry and not the file.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::LockfileError;
use super::limits;

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Whole(u64),
    /// A number with a fraction or a sign, which no format has where one is looked for.
    Number,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// What lies deeper than anything that is looked for.
    TooDeep,
}

/// What a reader has seen, for messages and bounds.
#[derive(Debug, Default)]
pub(super) struct Trail {
    nodes: Cell<usize>,
    /// The innermost key at which reading failed.
    failed: RefCell<Option<String>>,
}

impl Trail {
    /// Returns the key at which reading failed.
    pub fn failed(&self) -> Option<String> {
        self.failed.borrow().clone()
    }
}

/// Reads a value at a key.
pub(super) struct At<'a> {
    pub trail: &'a Trail,
    pub step: &'a Step<'a>,
    pub depth: usize,
}

/// Where a value is. A key is put together only where reading fails there: a long one over a
/// long list would be copied for each item.
#[derive(Debug)]
pub(super) enum Step<'a> {
    Root,
    Name { above: &'a Step<'a>, name: &'a str },
    Item { above: &'a Step<'a>, index: usize },
}

impl Step<'_> {
    fn key(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Name { above, name } => join(&above.key(), name),
            Self::Item { above, index } => format!("{}[{index}]", above.key()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let count = self.trail.nodes.get() + 1;
        self.trail.nodes.set(count);
        if count > limits::NODES {
            return Err(de::Error::custom(format!("more than {} values", limits::NODES)));
        }
        if self.depth > limits::DEPTH {
            return IgnoredAny::deserialize(deserializer).map(|_| Node::TooDeep);
        }
        let (trail, step) = (self.trail, self.step);
        deserializer.deserialize_any(self).inspect_err(|_| {
            trail.failed.borrow_mut().get_or_insert_with(|| step.key());
        })
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Whole(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(u64::try_from(value).map_or(Node::Number, Node::Whole))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        loop {
            let step = Step::Item { above: self.step, index: items.len() };
            match access.next_element_seed(At { trail: self.trail, step: &step, depth: self.depth + 1 })? {
                Some(item) => items.push(item),
                None => return Ok(Node::List(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = access.next_key::<String>()? {
            let step = Step::Name { above: self.step, name: &name };
            let value = access.next_value_seed(At { trail: self.trail, step: &step, depth: self.depth + 1 })?;
            entries.push((name, value));
        }
        Ok(Node::Map(entries))
    }
}

/// Puts a name below a key: quoted where it is more than letters, digits and dashes.
pub(super) fn join(key: &str, name: &str) -> String {
    let is_plain =
        !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
    let name = if is_plain { name.to_owned() } else { format!("\"{name}\"") };
    if key.is_empty() { name } else { format!("{key}.{name}") }
}

/// The mapping at a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    entries: &'a [(String, Node)],
    key: &'a str,
}

impl<'a> Table<'a> {
    /// Takes a mapping in which no key occurs twice; what is below it may be anything.
    pub fn of(node: &'a Node, key: &'a str) -> Result<Self, LockfileError> {
        let table = Self::with_twins(node, key)?;
        match table.twin() {
            Some(name) => Err(LockfileError::new(&join(key, name), "occurs twice")),
            None => Ok(table),
        }
    }

    /// Takes a mapping whose keys may occur twice.
    pub fn with_twins(node: &'a Node, key: &'a str) -> Result<Self, LockfileError> {
        match node {
            Node::Map(entries) => Ok(Self { entries, key }),
            Node::TooDeep => Err(LockfileError::new(shown(key), "is nested deeper than any lockfile is")),
            _ => Err(LockfileError::new(shown(key), "is not an object")),
        }
    }

    fn twin(&self) -> Option<&'a str> {
        let mut names: Vec<&str> = self.entries.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    /// Returns the entries in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
        self.entries.iter().map(|(name, node)| (name.as_str(), node))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the key of a value in this mapping.
    pub fn key_of(&self, name: &str) -> String {
        join(self.key, name)
    }

    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key == name).map(|(_, node)| node).filter(|node| **node != Node::Null)
    }

    /// Says what is wrong with a value in this mapping.
    pub fn wrong(&self, name: &str, reason: &str) -> LockfileError {
        LockfileError::new(&self.key_of(name), reason)
    }

    /// Returns a text that may be missing; of bounded size and without control characters.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, LockfileError> {
        self.text_of(name, self.get(name))
    }

    /// Returns the text that `node`, which stands at `name`, holds: for whoever goes through all
    /// entries and need not look for each.
    pub fn text_of(&self, name: &str, node: Option<&'a Node>) -> Result<Option<&'a str>, LockfileError> {
        match node {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Text(text)) if text.len() > limits::TEXT_BYTES => {
                Err(self.wrong(name, &format!("is longer than {} bytes", limits::TEXT_BYTES)))
            }
            Some(Node::Text(text)) if text.chars().any(char::is_control) => {
                Err(self.wrong(name, "holds a control character"))
            }
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(Node::TooDeep) => Err(self.wrong(name, "is nested deeper than any lockfile is")),
            Some(_) => Err(self.wrong(name, "is not a text")),
        }
    }

    /// Returns a text that must be there, and says something.
    pub fn required(&self, name: &str) -> Result<&'a str, LockfileError> {
        match self.text(name)? {
            Some("") => Err(self.wrong(name, "is empty")),
            Some(text) => Ok(text),
            None => Err(self.wrong(name, "is missing")),
        }
    }

    /// Returns the number of a format's version.
    pub fn version(&self, name: &str) -> Result<u64, LockfileError> {
        match self.get(name) {
            Some(Node::Whole(version)) => Ok(*version),
            Some(_) => Err(self.wrong(name, "is not a whole number")),
            None => Err(self.wrong(name, "is missing")),
        }
    }
}

fn shown(key: &str) -> &str {
    if key.is_empty() { "." } else { key }
}
