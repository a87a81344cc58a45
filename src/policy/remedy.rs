//! What would make a skill pass one of the checks that every policy has.

use super::terms::{Check, Policy};
use crate::scan::SafetyStatus;
use crate::skill::sanitise_line;

/// Every verdict, the best first.
pub(super) const ALL_VERDICTS: [SafetyStatus; 5] = [
    SafetyStatus::Safe,
    SafetyStatus::Unaudited,
    SafetyStatus::Caution,
    SafetyStatus::Warning,
    SafetyStatus::Dangerous,
];
/// Names that are told of a list.
const SHOWN: usize = 10;

impl Policy {
    /// Says what would make a skill pass a check; sanitised.
    pub(super) fn remedy(&self, check: Check) -> String {
        match check {
            Check::Publisher => {
                let names = self.publishers.iter().flatten().take(SHOWN).map(|name| sanitise_line(name, 100));
                format!("take it from one of these publishers: {}", names.collect::<Vec<_>>().join(", "))
            }
            Check::Source => "take it from below one of the sources that the policy names".to_owned(),
            Check::Verdict => format!("take a version whose verdict is one of: {}", self.verdict_words()),
            Check::AuditAge => "have it scanned again".to_owned(),
            Check::Unknown => "have the index take it up, or take a version that it knows".to_owned(),
            Check::Stale => "have it scanned again with the rules of today".to_owned(),
            Check::Rule => "see the rule".to_owned(),
        }
    }
}
