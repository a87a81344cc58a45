//! What is counted, each with its own limit.

/// What a client uses up in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Discovery workflows: a search with the inspections that it entitles to, or an inspection
    /// without a `query_id`.
    Workflows,
    /// Inspections that led to no skill: there is none, or the `query_id` does not serve for it.
    UnresolvedInspects,
    /// Pins that were looked up by `/verify`.
    Lookups,
}

impl Bucket {
    /// How many there are.
    pub(super) const COUNT: usize = 3;

    /// Its place among the counts of a client.
    pub(super) fn place(self) -> usize {
        match self {
            Self::Workflows => 0,
            Self::UnresolvedInspects => 1,
            Self::Lookups => 2,
        }
    }
}

/// How much of each bucket a client may use from one midnight UTC to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Discovery workflows.
    pub workflows: u32,
    /// Inspections that led to no skill.
    pub unresolved_inspects: u32,
    /// Pins that are looked up.
    pub lookups: u32,
}

impl Limits {
    /// Returns the limit of a bucket.
    pub fn of(&self, bucket: Bucket) -> u32 {
        match bucket {
            Bucket::Workflows => self.workflows,
            Bucket::UnresolvedInspects => self.unresolved_inspects,
            Bucket::Lookups => self.lookups,
        }
    }
}
