//! The routes of the API with accounts, each with the envelope of its document.

mod badge;
mod envelope;
mod events;
mod request;
mod route;
mod upload;

pub(super) use route::add_routes;
