//! Where in a lockfile its keys stand, for whoever shows a reader the line.
//!
//! The readers of values keep no places. What is found here is found in a second pass, over text
//! that was read before; where it is odd, places are missing and nothing else is.

mod json;
mod positions;
mod step;
mod toml;
mod yaml;

pub use positions::{Position, Positions};
