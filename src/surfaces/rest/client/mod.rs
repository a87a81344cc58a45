//! Who asks: the client's address, read once for each request, so that nobody gains a quota by
//! what they write into a header. Start at [`identify`].

mod address;
mod forwarded;
#[cfg(test)]
mod tests;

pub(super) use address::identify;
