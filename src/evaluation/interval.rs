//! Means with what chance could have made of them.
//!
//! The percentile bootstrap over queries: B. Efron, R. J. Tibshirani, *An introduction to the
//! bootstrap*, 1993, chapter 13; for retrieval, and with paired differences for two systems,
//! T. Sakai, *Evaluating evaluation metrics based on the bootstrap*, SIGIR 2006. A mean over
//! families is drawn within each family, which keeps their sizes.

use serde::Serialize;

/// Samples that are drawn; Efron and Tibshirani advise 1,000 or more for percentiles.
const RESAMPLES: usize = 2_000;
/// The share of the samples below the interval, and above it: what is left is 95 %.
const TAIL: f64 = 0.025;
/// Any number; a fixed one makes the same run print the same interval.
const SEED: u64 = 20_260_601;

/// A mean with its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// Returns the mean over the means of `groups`, with its interval; one group is a plain mean.
/// Empty groups are passed over; where there is nothing at all, everything is 0.
pub fn bootstrap(groups: &[Vec<f64>]) -> Estimate {
    let groups: Vec<&Vec<f64>> = groups.iter().filter(|group| !group.is_empty()).collect();
    if groups.is_empty() {
        return Estimate { mean: 0.0, low: 0.0, high: 0.0 };
    }
    let mean_of = |total: f64, group: &Vec<f64>| total / group.len() as f64 / groups.len() as f64;
    let mean = groups.iter().map(|group| mean_of(group.iter().sum(), group)).sum();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let drawn = groups.iter().map(|group| {
                let total = (0..group.len()).map(|_| group[random.usize(..group.len())]).sum();
                mean_of(total, group)
            });
            drawn.sum()
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    let cut = (RESAMPLES as f64 * TAIL) as usize;
    Estimate { mean, low: means[cut], high: means[RESAMPLES - 1 - cut] }
}
