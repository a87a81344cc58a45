//! Reads many sources again and again, and goes on where it was stopped.
//!
//! What is to be read stands in the store as jobs; a crawl leases them one by one, asks
//! whether the source changed since it was last read, and hands it to the pipeline within
//! bounds. A source that cannot be read costs its own job and nothing else. The room knows no
//! transport and nothing of how the store keeps its queue. Start at [`crawl`].

mod backoff;
mod bounded;
mod bounds;
mod cause;
mod facts;
mod find;
mod interval;
mod notes;
mod plan;
mod report;
mod run;
mod source_list;
mod statements;
mod status;
mod visit;
mod worker;

pub use backoff::Backoff;
pub use bounds::USUAL_BOUNDS;
pub use interval::{LONGEST_INTERVAL, SHORTEST_INTERVAL, due_at};
pub use plan::{CrawlPlan, Pace};
pub use report::{CrawlProgress, CrawlReport, CrawlTrouble, Refused, VisitOutcome, Visited};
pub use run::{CrawlError, crawl};
pub use source_list::{ListedSource, Publisher, SourceList, SourceListError};
pub use status::{CrawlStatus, SourceDue, crawl_status};
