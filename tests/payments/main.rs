//! Paid calls through the whole service, over REST and MCP, with a facilitator that does as it
//! is told: nobody pays for an error, nobody pays twice.

mod dishonest;
mod facilitator;
mod killed;
mod messages;
mod offers;
mod once;
mod outage;
mod payer;
mod service;
