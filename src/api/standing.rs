//! What is known of where a skill comes from, and whether it may be given out.

use serde::{Deserialize, Serialize};

use crate::skill::Timestamp;

/// How a skill stands to its sources. Present only where there is something to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SourceStandingView {
    /// taken_down: this index does not give it out any more. gone: its host says that the source is not there, or not public. removed: the source is there and no longer holds the skill. moved: its repository has another name now. archived: its owner has archived the repository. unreachable: the last visits failed. unseen: nobody has looked for too long. clock: it was seen in the future of this server's clock, so that nothing can be told.
    pub state: SourceState,
    /// Whether the skill is listed, and so found by /discover.
    pub is_listed: bool,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// When a source that shows the skill was last seen.
    pub last_seen_at: Timestamp,
    /// Where its repository is now, as host, owner and name, where its host says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
}

/// How a skill stands to its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SourceState {
    /// This index does not give it out any more.
    TakenDown,
    /// The source is not there, or not public.
    Gone,
    /// The source no longer holds the skill.
    Removed,
    /// The repository has another name now.
    Moved,
    /// The last visits failed.
    Unreachable,
    /// Nobody has looked for too long.
    Unseen,
    /// It was seen in the future.
    Clock,
    /// The repository is archived.
    Archived,
}

impl SourceState {
    /// Returns the name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TakenDown => "taken_down",
            Self::Gone => "gone",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Unreachable => "unreachable",
            Self::Unseen => "unseen",
            Self::Clock => "clock",
            Self::Archived => "archived",
        }
    }
}

impl SourceStandingView {
    /// Says it in a line, for people.
    pub fn line(&self) -> String {
        let since = self.since.map_or_else(String::new, |time| format!(" since {time}"));
        let what = match self.state {
            SourceState::TakenDown => "taken down",
            SourceState::Gone => "its source is gone",
            SourceState::Removed => "its source no longer holds it",
            SourceState::Moved => "its repository was renamed or moved",
            SourceState::Unreachable => "its source cannot be reached",
            SourceState::Unseen => "its source was not visited",
            SourceState::Clock => "its source was seen in the future, by the clock of the server",
            SourceState::Archived => "its repository is archived",
        };
        let moved = self.moved_to.as_ref().map_or_else(String::new, |place| format!("; it is now {place}"));
        format!("{what}{since}{moved}")
    }
}

/// Why this index does not give a skill out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct TakedownView {
    /// malware or compromised: do not load it, the recommended action is block. legal, owner-request or policy: it is not given out any more, and nothing is said of what it does.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// What was taken down: skill, folder, repository, owner, content or package.
    pub scope: String,
    /// Where more is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// A line of the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether what is held must not be loaded.
    pub blocks: bool,
}

impl TakedownView {
    /// Says it in a line, for people.
    pub fn line(&self) -> String {
        let note = self.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
        let reference = self.reference.as_ref().map_or_else(String::new, |reference| format!(" ({reference})"));
        format!("taken down for {} since {}{note}{reference}", self.reason, self.since)
    }
}
