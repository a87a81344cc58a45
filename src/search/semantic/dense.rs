//! A dense matrix in rows, and the few operations that the decomposition needs.

use rayon::prelude::*;

/// Rows that are summed as one block: the partition is fixed, so that sums do not depend on
/// the number of threads.
const BLOCK_ROWS: usize = 1_024;

/// A matrix of 32-bit floats, row after row.
pub(super) struct DenseMatrix {
    width: usize,
    values: Vec<f32>,
}

impl DenseMatrix {
    pub(super) fn zeros(height: usize, width: usize) -> Self {
        Self { width, values: vec![0.0; height * width] }
    }

    /// Makes a matrix of random numbers between −1 and 1, the same for the same seed.
    pub(super) fn random(height: usize, width: usize, seed: u64) -> Self {
        let mut state = seed;
        let values = (0..height * width).map(|_| (split_mix(&mut state) >> 40) as f32 / 8_388_608.0 - 1.0).collect();
        Self { width, values }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width)
    }

    pub(super) fn rows_mut(&mut self) -> rayon::slice::ChunksExactMut<'_, f32> {
        self.values.par_chunks_exact_mut(self.width)
    }

    /// Returns the product of the transposed matrix with itself, `width × width`.
    pub(super) fn gram(&self) -> Vec<f64> {
        let width = self.width;
        let blocks: Vec<Vec<f32>> =
            self.values.par_chunks(BLOCK_ROWS * width).map(|block| upper_gram(block, width)).collect();
        let mut gram = vec![0.0; width * width];
        for block in &blocks {
            for (sum, value) in gram.iter_mut().zip(block) {
                *sum += f64::from(*value);
            }
        }
        for row in 0..width {
            for column in 0..row {
                gram[row * width + column] = gram[column * width + row];
            }
        }
        gram
    }

    /// Multiplies with a small matrix of `self.width() × width`.
    pub(super) fn times(&self, small: &[f32], width: usize) -> Self {
        let mut product = Self::zeros(self.values.len() / self.width.max(1), width);
        product.rows_mut().zip(self.values.par_chunks_exact(self.width)).for_each(|(output, input)| {
            for (value, factors) in input.iter().zip(small.chunks_exact(width)) {
                for (sum, factor) in output.iter_mut().zip(factors) {
                    *sum += value * factor;
                }
            }
        });
        product
    }
}

fn upper_gram(block: &[f32], width: usize) -> Vec<f32> {
    let mut gram = vec![0.0; width * width];
    for row in block.chunks_exact(width) {
        for (index, value) in row.iter().enumerate() {
            let sums = &mut gram[index * width + index..(index + 1) * width];
            for (sum, factor) in sums.iter_mut().zip(&row[index..]) {
                *sum += value * factor;
            }
        }
    }
    gram
}

/// SplitMix64: G. L. Steele, D. Lea, C. H. Flood, *Fast splittable pseudorandom number
/// generators*, OOPSLA 2014.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
