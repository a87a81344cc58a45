//! What somebody shows to say who they are.

use crate::account::ApiKey;

/// A credential as it was sent. It is never shown.
pub enum Credential {
    /// An access token.
    Token(String),
    /// An API key.
    Key(ApiKey),
    /// Something else.
    Unreadable,
}

impl Credential {
    /// Reads what came as a bearer token (RFC 6750) or as a key of its own; none where neither
    /// was sent. Two that differ are not readable: nobody can say which one was meant.
    pub fn read(bearer: Option<&str>, key: Option<&str>) -> Option<Self> {
        let text = match (bearer, key) {
            (None, None) => return None,
            (Some(one), Some(other)) if one != other => return Some(Self::Unreadable),
            (Some(text), _) | (None, Some(text)) => text,
        };
        Some(match text.parse() {
            Ok(key) => Self::Key(key),
            Err(_) if key.is_some() || ApiKey::is_meant(text) => Self::Unreadable,
            Err(_) => Self::Token(text.to_owned()),
        })
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Key(_) => "Key(…)",
            Self::Unreadable => "Unreadable",
        })
    }
}
