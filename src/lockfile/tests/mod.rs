mod formats;
mod hostile;
#[cfg(feature = "service")]
mod on_disk;
mod positions;
