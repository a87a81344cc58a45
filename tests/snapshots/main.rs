//! Indexes that move: into a file, out of one, and by deltas.

mod file;
mod following;
mod killed;
mod lies;
mod origin;
mod round_trip;
mod same;
mod signed;
mod vectors;
mod warnings;
mod world;
