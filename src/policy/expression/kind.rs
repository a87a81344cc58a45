//! What a part of an expression is.

use std::fmt;

use super::vocabulary::Record;

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    Text,
    /// A list; of nothing known where it is empty.
    List(Option<Box<Kind>>),
    /// Numbers by name.
    Counts,
    /// Something with fields.
    Record(&'static Record),
}

impl Kind {
    /// Tells whether it is a single value, which can be compared.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Bool | Self::Int | Self::Text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("true or false"),
            Self::Int => formatter.write_str("a number"),
            Self::Text => formatter.write_str("text"),
            Self::List(Some(kind)) => write!(formatter, "a list of {}", kind.plural()),
            Self::List(None) => formatter.write_str("an empty list"),
            Self::Counts => formatter.write_str("numbers by name"),
            Self::Record(record) => write!(formatter, "a {}", record.name),
        }
    }
}

impl Kind {
    fn plural(&self) -> String {
        match self {
            Self::Bool => "true and false".to_owned(),
            Self::Int => "numbers".to_owned(),
            Self::Text => "texts".to_owned(),
            Self::List(_) => "lists".to_owned(),
            Self::Counts => "numbers by name".to_owned(),
            Self::Record(record) => format!("{}s", record.name),
        }
    }
}
