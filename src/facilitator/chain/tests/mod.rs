//! The facilitator in this process: against an RPC that answers as it is told, and, where
//! `just payments` has started one, against a chain.

mod gas;
mod history;
mod live;
mod requests;
mod scripted;
