//! A sparse matrix in rows, and its products with dense ones.

use rayon::prelude::*;

use super::dense::DenseMatrix;

/// Rows of `(column, value)`, one after the other.
pub(super) struct SparseMatrix {
    /// Where each row starts, and at the end the number of entries.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    width: usize,
}

impl SparseMatrix {
    /// Makes a matrix of rows with `width` columns.
    pub(super) fn from_rows(rows: &[Vec<(u32, f32)>], width: usize) -> Self {
        let mut matrix = Self { starts: vec![0], columns: Vec::new(), values: Vec::new(), width };
        for row in rows {
            matrix.columns.extend(row.iter().map(|(column, _)| column));
            matrix.values.extend(row.iter().map(|(_, value)| value));
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }

    pub(super) fn height(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Turns rows into columns; entries of a row stay in order, so that sums over them are
    /// the same on every machine.
    pub(super) fn transposed(&self) -> Self {
        let mut starts = vec![0; self.width + 1];
        for column in &self.columns {
            starts[*column as usize + 1] += 1;
        }
        for index in 0..self.width {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut columns = vec![0; self.columns.len()];
        let mut values = vec![0.0; self.values.len()];
        for row in 0..self.height() {
            for entry in self.starts[row]..self.starts[row + 1] {
                let place = &mut next[self.columns[entry] as usize];
                columns[*place] = row as u32;
                values[*place] = self.values[entry];
                *place += 1;
            }
        }
        Self { starts, columns, values, width: self.height() }
    }

    /// Multiplies with a dense matrix. Every row of the result is summed by one thread in
    /// order, so the number of threads does not change a bit of it.
    pub(super) fn times(&self, dense: &DenseMatrix) -> DenseMatrix {
        let mut product = DenseMatrix::zeros(self.height(), dense.width());
        product.rows_mut().enumerate().for_each(|(row, output)| {
            for entry in self.starts[row]..self.starts[row + 1] {
                let value = self.values[entry];
                let source = dense.row(self.columns[entry] as usize);
                for (sum, factor) in output.iter_mut().zip(source) {
                    *sum += value * factor;
                }
            }
        });
        product
    }
}
