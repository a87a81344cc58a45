//! Vectors of one byte a dimension, and the exact search among them.

use pulp::Arch;
use rayon::prelude::*;

use crate::search::best::Best;

/// Rows that one thread scans at a time; a smaller table is scanned where it is asked for,
/// since waking a thread costs more than the scan.
const PARALLEL_ROWS: usize = 65_536;
/// Rows that are multiplied at a time, before anything is done with the products.
const BLOCK_ROWS: usize = 256;

/// A vector scaled to the range of a byte.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::search) struct QuantisedVector {
    values: Vec<i8>,
    /// One divided by the length of `values`.
    inverse_length: f32,
}

impl QuantisedVector {
    /// Returns the values, one byte a dimension.
    pub(in crate::search) fn values(&self) -> &[i8] {
        &self.values
    }

    /// Quantises a vector; its length is lost, which a cosine does not need.
    pub(in crate::search) fn new(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let values: Vec<i8> =
            vector.iter().map(|value| (value / largest.max(f32::MIN_POSITIVE) * 127.0).round() as i8).collect();
        let inverse_length = inverse_length(&values);
        Self { values, inverse_length }
    }
}

/// One vector, or none, for each row.
pub(in crate::search) struct VectorTable {
    dimensions: usize,
    values: Vec<i8>,
    /// Zero where a row has no vector, so that its cosine is zero as well.
    inverse_lengths: Vec<f32>,
}

impl VectorTable {
    pub(in crate::search) fn new(dimensions: usize, row_count: usize) -> Self {
        Self { dimensions, values: vec![0; dimensions * row_count], inverse_lengths: vec![0.0; row_count] }
    }

    pub(in crate::search) fn from_values(dimensions: usize, values: Vec<i8>) -> Self {
        let inverse_lengths = values.chunks_exact(dimensions.max(1)).map(inverse_length).collect();
        Self { dimensions, values, inverse_lengths }
    }

    pub(in crate::search) fn row_count(&self) -> usize {
        self.inverse_lengths.len()
    }

    /// Returns the cosine of a query and a row.
    pub(in crate::search) fn cosine(&self, query: &QuantisedVector, row: usize) -> f32 {
        if query.values.len() != self.dimensions {
            return 0.0;
        }
        dot(&query.values, self.values(row)) as f32 * query.inverse_length * self.inverse_lengths[row]
    }

    pub(in crate::search) fn values(&self, row: usize) -> &[i8] {
        &self.values[row * self.dimensions..(row + 1) * self.dimensions]
    }

    /// Tells whether a row has a vector.
    pub(in crate::search) fn holds(&self, row: usize) -> bool {
        self.inverse_lengths[row] > 0.0
    }

    /// Copies the vector of a row of another table.
    pub(in crate::search) fn copy_from(&mut self, row: usize, other: &Self, other_row: usize) {
        self.values[row * self.dimensions..(row + 1) * self.dimensions].copy_from_slice(other.values(other_row));
        self.inverse_lengths[row] = other.inverse_lengths[other_row];
    }

    pub(in crate::search) fn set(&mut self, row: usize, vector: &QuantisedVector) {
        self.values[row * self.dimensions..(row + 1) * self.dimensions].copy_from_slice(&vector.values);
        self.inverse_lengths[row] = vector.inverse_length;
    }

    /// Returns the `limit` rows that are nearest to the query and at least `least` near, in any
    /// order, with their cosines; `is_wanted` is asked only for rows that could be among them.
    pub(in crate::search) fn nearest(
        &self,
        query: &QuantisedVector,
        limit: usize,
        least: f32,
        is_wanted: impl Fn(usize) -> bool + Sync,
    ) -> Vec<(usize, f32)> {
        let row_count = self.inverse_lengths.len();
        let scan = |from: usize| {
            self.scan(from..(from + PARALLEL_ROWS).min(row_count), query, Best::new(limit, least), &is_wanted)
        };
        if row_count <= PARALLEL_ROWS {
            return scan(0).finish();
        }
        let starts: Vec<usize> = (0..row_count).step_by(PARALLEL_ROWS).collect();
        let found: Vec<(usize, f32)> = starts.into_par_iter().flat_map_iter(|from| scan(from).finish()).collect();
        let mut nearest = Best::new(limit, least);
        found.into_iter().for_each(|(row, cosine)| nearest.offer(row, cosine));
        nearest.finish()
    }

    fn scan(
        &self,
        rows: std::ops::Range<usize>,
        query: &QuantisedVector,
        mut nearest: Best,
        is_wanted: &impl Fn(usize) -> bool,
    ) -> Best {
        if self.dimensions == 0 || query.values.len() != self.dimensions {
            return nearest;
        }
        let mut products = [0_i32; BLOCK_ROWS];
        for start in rows.clone().step_by(BLOCK_ROWS) {
            let block = start..(start + BLOCK_ROWS).min(rows.end);
            let values = &self.values[block.start * self.dimensions..block.end * self.dimensions];
            let products = &mut products[..block.len()];
            Arch::new().dispatch(|| dots(&query.values, values, products));
            for ((row, product), inverse_length) in block.clone().zip(products).zip(&self.inverse_lengths[block]) {
                let cosine = *product as f32 * query.inverse_length * inverse_length;
                if cosine > nearest.threshold() && is_wanted(row) {
                    nearest.offer(row, cosine);
                }
            }
        }
        nearest
    }
}

/// Multiplies a vector with each of those that follow each other in `values`. What is inlined
/// here is compiled for each kind of processor that `Arch` tells apart; so there are loops,
/// because the adapters of iterators are not always inlined.
#[inline(always)]
fn dots(query: &[i8], values: &[i8], products: &mut [i32]) {
    let mut rest = values;
    for product in products {
        let Some((vector, next)) = rest.split_at_checked(query.len()) else { return };
        *product = dot(query, vector);
        rest = next;
    }
}

#[inline(always)]
fn dot(left: &[i8], right: &[i8]) -> i32 {
    let mut sum = 0;
    for index in 0..left.len().min(right.len()) {
        sum += i32::from(left[index]) * i32::from(right[index]);
    }
    sum
}

fn inverse_length(values: &[i8]) -> f32 {
    match dot(values, values) {
        0 => 0.0,
        square => 1.0 / (square as f32).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_row_is_near_to_nothing() {
        let mut table = VectorTable::new(2, 3);
        table.set(1, &QuantisedVector::new(&[0.3, 0.4]));
        let query = QuantisedVector::new(&[3.0, 4.0]);
        let nearest = table.nearest(&query, 5, 0.0, |_| true);
        assert_eq!(nearest.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1]);
        assert!((nearest[0].1 - 1.0).abs() < 1e-3);
        assert!(table.nearest(&query, 5, 0.0, |row| row != 1).is_empty());
        assert!(table.nearest(&QuantisedVector::new(&[1.0]), 5, 0.0, |_| true).is_empty());
    }

    proptest! {
        #[test]
        fn the_scan_finds_what_sorting_finds(rows in prop::collection::vec(prop::array::uniform4(-1.0_f32..1.0), 1..200), query in prop::array::uniform4(-1.0_f32..1.0), limit in 1_usize..20) {
            let mut table = VectorTable::new(4, rows.len());
            rows.iter().enumerate().for_each(|(row, vector)| table.set(row, &QuantisedVector::new(vector)));
            let query = QuantisedVector::new(&query);
            let mut all = table.nearest(&query, rows.len(), 0.0, |_| true);
            let mut nearest = table.nearest(&query, limit, 0.0, |_| true);
            let by_cosine = |left: &(usize, f32), right: &(usize, f32)| right.1.total_cmp(&left.1);
            all.sort_by(by_cosine);
            nearest.sort_by(by_cosine);
            let cosines = |found: &[(usize, f32)]| found.iter().map(|(_, cosine)| *cosine).collect::<Vec<_>>();
            prop_assert_eq!(cosines(&nearest), cosines(&all[..limit.min(all.len())]));
        }
    }
}
