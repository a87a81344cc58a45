//! Why one skill of a host was not read, and what that says of the rest.

use crate::source::web::WebError;
use crate::source::{SourceFailure, StreamEnd};

/// Skills in a row that may fail by the fault of the network or the host, before the rest is not
/// asked for.
const FAILURES_IN_A_ROW: u32 = 5;

/// Why one skill was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Trouble {
    reason: String,
    is_passing: bool,
}

impl Trouble {
    /// A fault of the skill, or of what the host says of it.
    pub(in crate::source) fn of_skill(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_passing: false }
    }

    /// Returns the reason.
    pub(in crate::source) fn reason(&self) -> &str {
        &self.reason
    }

    /// Tells whether the skill may well be there: the network failed, or the host was busy.
    pub(in crate::source) fn is_passing(&self) -> bool {
        self.is_passing
    }

    /// Something that could not be fetched.
    pub(in crate::source) fn of_web(what: &str, error: &WebError) -> Self {
        Self { reason: format!("{what}: {error}"), is_passing: error.is_passing() }
    }
}

/// Counts what the network or the host is at fault for.
#[derive(Debug, Default)]
pub(in crate::source) struct Patience {
    in_a_row: u32,
}

impl Patience {
    /// Notes that a skill was read or is at fault itself.
    pub(in crate::source) fn restore(&mut self) {
        self.in_a_row = 0;
    }

    /// Makes a failure of a trouble. What could not be asked for is not gone: the run then
    /// unlists nothing.
    pub(in crate::source) fn failure(&mut self, location: &str, trouble: &Trouble) -> SourceFailure {
        let failure = SourceFailure::new(location, &trouble.reason);
        if trouble.is_passing {
            self.in_a_row += 1;
            failure.ending_the_stream(StreamEnd::Interrupted)
        } else {
            self.restore();
            failure
        }
    }

    /// Tells whether so much failed in a row that the rest is not asked for.
    pub(in crate::source) fn is_over(&self) -> bool {
        self.in_a_row >= FAILURES_IN_A_ROW
    }
}
