//! What the index has seen of a publisher over time. Start at [`PublisherHistories`].

mod contract;

pub use contract::{PublishedSkill, PublisherHistories, PublisherHistory};
