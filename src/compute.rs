//! The one door to CPU work: scanning, unpacking, embedding and ranking go through here, so
//! that a burst of them never starves what only waits.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A bounded pool for work that computes rather than waits.
#[derive(Debug, Clone)]
pub struct Compute {
    slots: Arc<Semaphore>,
}

/// Work that could not be finished because the program is stopping, or that panicked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the computation did not finish")]
pub struct ComputeError;

impl Compute {
    /// Makes a pool that runs as many computations at once as the machine has cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { slots: Arc::new(Semaphore::new(cores)) }
    }

    /// Runs `work` on a thread that may block, once a slot is free.
    ///
    /// # Errors
    /// [`ComputeError`] where the work panicked or the program is stopping.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ComputeError> {
        let _slot = self.slots.acquire().await.map_err(|_| ComputeError)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| ComputeError)
    }
}

impl Default for Compute {
    fn default() -> Self {
        Self::new()
    }
}
