//! Randomised truncated singular value decomposition of a sparse matrix.
//!
//! N. Halko, P.-G. Martinsson, J. A. Tropp: *Finding structure with randomness*, SIAM Review
//! 53(2), 2011, algorithms 4.4 and 5.1, for the right singular vectors alone. Bases are made
//! orthonormal by the eigenvectors of their Gram matrix (A. Stathopoulos, K. Wu: *A block
//! orthogonalization procedure with constant synchronization requirements*, SIAM J. Sci.
//! Comput. 23(6), 2002), which is fast on row-major matrices and drops what is dependent.

use super::dense::DenseMatrix;
use super::eigen::symmetric_eigen;
use super::sparse::SparseMatrix;

/// Dimensions beyond those that are asked for, which make the others exact.
const OVERSAMPLING: usize = 16;
/// Passes that separate the spectrum; text has a slowly falling one.
const POWER_ITERATIONS: usize = 2;
/// Any number: the same model from the same corpus, everywhere.
const SEED: u64 = 0x746f_7563_686d_6172;
/// Directions this much weaker than the strongest are rounding errors.
const NEGLIGIBLE: f64 = 1e-7;

/// The strongest directions of the rows of a matrix.
pub(super) struct RightSingular {
    /// One row for each column of the matrix, one column for each direction.
    pub(super) vectors: DenseMatrix,
    /// The strength of each direction, falling.
    pub(super) values: Vec<f32>,
}

/// Computes the `rank` strongest right singular vectors, fewer where the matrix has fewer.
pub(super) fn truncated_svd(matrix: &SparseMatrix, rank: usize) -> RightSingular {
    let transposed = matrix.transposed();
    let width = (rank + OVERSAMPLING).min(matrix.height()).min(matrix.width());
    let mut basis = orthonormal(&transposed.times(&DenseMatrix::random(matrix.height(), width, SEED)), width).vectors;
    for _ in 0..POWER_ITERATIONS {
        basis = orthonormal(&transposed.times(&matrix.times(&basis)), width).vectors;
    }
    let projected = matrix.times(&basis);
    let rotation = principal(&projected, rank);
    RightSingular { vectors: basis.times(&rotation.directions(|_| 1.0), rotation.kept()), values: rotation.values() }
}

/// The eigenvectors of a Gram matrix that are more than rounding errors.
struct Rotation {
    pairs: Vec<super::eigen::EigenPair>,
}

impl Rotation {
    fn kept(&self) -> usize {
        self.pairs.len()
    }

    fn values(&self) -> Vec<f32> {
        self.pairs.iter().map(|pair| pair.value.sqrt() as f32).collect()
    }

    /// Returns the eigenvectors as columns, each multiplied by a function of its eigenvalue.
    fn directions(&self, scale: impl Fn(f64) -> f64) -> Vec<f32> {
        let height = self.pairs.first().map_or(0, |pair| pair.vector.len());
        (0..height)
            .flat_map(|row| self.pairs.iter().map(move |pair| (pair, row)))
            .map(|(pair, row)| (pair.vector[row] * scale(pair.value)) as f32)
            .collect()
    }
}

fn principal(matrix: &DenseMatrix, rank: usize) -> Rotation {
    let mut pairs = symmetric_eigen(matrix.gram(), matrix.width());
    let strongest = pairs.first().map_or(0.0, |pair| pair.value);
    pairs.truncate(rank);
    pairs.retain(|pair| pair.value > strongest * NEGLIGIBLE);
    Rotation { pairs }
}

fn orthonormal(matrix: &DenseMatrix, width: usize) -> RightSingular {
    let rotation = principal(matrix, width);
    RightSingular {
        vectors: matrix.times(&rotation.directions(|value| 1.0 / value.sqrt()), rotation.kept()),
        values: rotation.values(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of three topics with known strengths: 6, 4 and 2 rows of one column each.
    fn topics() -> SparseMatrix {
        let rows: Vec<Vec<(u32, f32)>> =
            [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2].into_iter().map(|column| vec![(column, 1.0)]).collect();
        SparseMatrix::from_rows(&rows, 5)
    }

    #[test]
    fn singular_values_of_a_known_matrix() {
        let svd = truncated_svd(&topics(), 3);
        for (value, expected) in svd.values.iter().zip([6.0_f32, 4.0, 2.0]) {
            assert!((value - expected.sqrt()).abs() < 1e-3, "{:?}", svd.values);
        }
        for (row, column) in [(0, 0), (1, 1), (2, 2)] {
            assert!((svd.vectors.row(row)[column].abs() - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn the_rank_is_cut_to_what_the_matrix_has() {
        let svd = truncated_svd(&topics(), 10);
        assert_eq!(svd.values.len(), 3);
        assert_eq!(svd.vectors.width(), 3);
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_bit() {
        let rows: Vec<Vec<(u32, f32)>> = (0..3_000_u32)
            .map(|row| (0..7).map(|entry| ((row * 31 + entry * 97) % 400, 1.0 + (row % 5) as f32)).collect())
            .collect();
        let matrix = SparseMatrix::from_rows(&rows, 400);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let svd = pool.install(|| truncated_svd(&matrix, 20));
            (svd.values, svd.vectors.rows().map(<[f32]>::to_vec).collect::<Vec<_>>())
        };
        assert_eq!(on(1), on(4));
    }
}
