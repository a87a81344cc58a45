//! What a judgement is about: clusters of equal or nearly equal SKILL.md files.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::EvaluationError;
use super::lines::{for_each_line, json_row};
use crate::skill::Sha256Digest;

/// Hexadecimal digits of a digest that name a cluster.
const DIGITS: usize = 16;

/// Names a cluster by the first 16 hexadecimal digits of the SHA-256 of the SKILL.md that
/// represents it; a file that is in no cluster is one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(u64);

/// What is not the name of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: expected the first 16 hexadecimal digits of the SHA-256 of a SKILL.md")]
pub struct ClusterIdError(String);

impl ClusterId {
    /// Returns the cluster of a file that is alone.
    pub fn of(digest: Sha256Digest) -> Self {
        let hex = digest.to_hex();
        Self(u64::from_str_radix(&hex[..DIGITS], 16).expect("a digest is written in hexadecimal digits"))
    }
}

impl FromStr for ClusterId {
    type Err = ClusterIdError;

    fn from_str(text: &str) -> Result<Self, ClusterIdError> {
        let refused = || ClusterIdError(text.to_owned());
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refused());
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| refused())
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl Serialize for ClusterId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which cluster each file belongs to.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    by_member: HashMap<Sha256Digest, ClusterId>,
}

#[derive(Deserialize)]
struct ClusterRow {
    _id: String,
    members: Vec<String>,
}

impl Clusters {
    /// Reads `{"_id", "members"}` a line: the name of a cluster and the full digests of its files.
    ///
    /// # Errors
    /// Fails where the file cannot be read, a row is not of this form, or a file is in two
    /// clusters.
    pub fn read(path: &Path) -> Result<Self, EvaluationError> {
        let mut by_member = HashMap::new();
        for_each_line(path, |_, text| {
            let row: ClusterRow = json_row(text)?;
            let id: ClusterId = row._id.parse().map_err(|error: ClusterIdError| format!("`_id`: {error}"))?;
            for member in &row.members {
                let digest: Sha256Digest =
                    member.parse().map_err(|_| format!("`members`: `{member}` is not a SHA-256 digest"))?;
                if by_member.insert(digest, id).is_some_and(|other| other != id) {
                    return Err(format!("`members`: {member} is in another cluster as well"));
                }
            }
            Ok(())
        })?;
        Ok(Self { by_member })
    }

    /// Returns the cluster of a file.
    pub fn of(&self, digest: Sha256Digest) -> ClusterId {
        self.by_member.get(&digest).copied().unwrap_or_else(|| ClusterId::of(digest))
    }
}

/// The only clusters that count: a closed pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    ids: HashSet<ClusterId>,
}

impl Pool {
    /// Reads one id a line.
    ///
    /// # Errors
    /// Fails where the file cannot be read, or a line is no id.
    pub fn read(path: &Path) -> Result<Self, EvaluationError> {
        let mut ids = HashSet::new();
        for_each_line(path, |_, text| {
            ids.insert(text.trim().parse().map_err(|error: ClusterIdError| error.to_string())?);
            Ok(())
        })?;
        if ids.is_empty() {
            return Err(EvaluationError::Empty { file: path.display().to_string(), expected: "ids" });
        }
        Ok(Self { ids })
    }

    /// Tells whether a cluster is in the pool.
    pub fn holds(&self, id: ClusterId) -> bool {
        self.ids.contains(&id)
    }
}
