//! MinHash signatures: how much two texts share, read off 128 bytes each.
//!
//! A. Broder: *On the resemblance and containment of documents*, SEQUENCES 1997. The smallest
//! hashes of two sets agree with the probability of their Jaccard similarity. All of them come
//! from one hash of each shingle (P. Li, A. Owen, C.-H. Zhang: *One permutation hashing*, NIPS
//! 2012), empty bins borrow from others (A. Shrivastava: *Optimal densification for fast and
//! accurate minwise hashing*, ICML 2017), and eight bits of each are kept (P. Li, A. C. König:
//! *b-bit minwise hashing*, WWW 2010).

use super::shingle::{for_each_shingle, mixed};

/// Words of 64 bits that a signature has.
pub(in crate::search) const SIGNATURE_WORDS: usize = 16;
/// Bins, one byte each. The estimate of a similarity of 0.8 has a standard error of 0.035.
const BINS: usize = SIGNATURE_WORDS * 8;
/// Bins that have to be filled without borrowing. A text of fewer different shingles is too
/// short to be told from another one that has nothing to do with it but a common phrase.
const FILLED_BINS: usize = 24;
/// How often two bytes agree by chance.
const CHANCE: f64 = 1.0 / 256.0;

/// What is kept of a text to compare it with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct Signature([u64; SIGNATURE_WORDS]);

impl Signature {
    /// Reads the signature of what `texts` say together; `None` where that is too little.
    pub(in crate::search) fn of(texts: &[&str]) -> Option<Self> {
        let mut smallest = [u64::MAX; BINS];
        for text in texts {
            for_each_shingle(text, |hash| {
                let bin = &mut smallest[(hash >> (u64::BITS - BINS.ilog2())) as usize];
                *bin = (*bin).min(hash);
            });
        }
        let is_filled = |bin: usize| smallest[bin] != u64::MAX;
        if (0..BINS).filter(|bin| is_filled(*bin)).count() < FILLED_BINS {
            return None;
        }
        let mut words = [0; SIGNATURE_WORDS];
        for bin in 0..BINS {
            // The walk is the same for all texts, so two that lack the same shingles borrow alike.
            let mut lender = bin;
            let mut attempt = 0;
            while !is_filled(lender) {
                attempt += 1;
                lender = mixed(((bin as u64 + 1) << 32) | attempt) as usize % BINS;
            }
            let byte = mixed(smallest[lender]) & 0xff;
            words[bin / 8] |= byte << (8 * (bin % 8));
        }
        Some(Self(words))
    }

    /// Takes a signature that was stored.
    pub(in crate::search) fn from_words(words: [u64; SIGNATURE_WORDS]) -> Self {
        Self(words)
    }

    /// Returns the signature as it is stored: each word is eight bins, and one band of the
    /// search for candidates.
    pub(in crate::search) fn words(&self) -> &[u64; SIGNATURE_WORDS] {
        &self.0
    }

    /// Estimates the Jaccard similarity of the shingles of two texts.
    pub(in crate::search) fn similarity(&self, other: &Self) -> f64 {
        let equal: u32 = self.0.iter().zip(&other.0).map(|(left, right)| zero_bytes(left ^ right)).sum();
        let share = f64::from(equal) / BINS as f64;
        ((share - CHANCE) / (1.0 - CHANCE)).max(0.0)
    }
}

/// Counts the bytes that are zero, without a carry from one to the next.
fn zero_bytes(word: u64) -> u32 {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    (!(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)).count_ones()
}
