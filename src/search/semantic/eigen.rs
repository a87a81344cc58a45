//! Eigenvalues of small symmetric matrices.

/// Sweeps after which the method has long converged; five to ten are usual.
const SWEEPS: usize = 30;

/// An eigenvalue with its vector.
pub(super) struct EigenPair {
    pub(super) value: f64,
    pub(super) vector: Vec<f64>,
}

/// Decomposes a symmetric matrix of `size × size` by cyclic Jacobi rotations (G. H. Golub,
/// C. F. Van Loan, *Matrix Computations*, 4th edition, 8.5); the largest eigenvalue first.
pub(super) fn symmetric_eigen(mut matrix: Vec<f64>, size: usize) -> Vec<EigenPair> {
    // Row `i` becomes the eigenvector of the i-th diagonal entry.
    let mut vectors = vec![0.0; size * size];
    for index in 0..size {
        vectors[index * size + index] = 1.0;
    }
    let total: f64 = matrix.iter().map(|value| value * value).sum();
    for _ in 0..SWEEPS {
        let off_diagonal: f64 = (0..size)
            .flat_map(|row| (0..row).map(move |column| (row, column)))
            .map(|(row, column)| matrix[row * size + column].powi(2))
            .sum();
        if off_diagonal <= total * 1e-20 {
            break;
        }
        for row in 0..size {
            for column in row + 1..size {
                rotate(&mut matrix, &mut vectors, size, row, column);
            }
        }
    }
    let mut pairs: Vec<EigenPair> = vectors
        .chunks_exact(size.max(1))
        .enumerate()
        .map(|(index, vector)| EigenPair { value: matrix[index * size + index], vector: vector.to_vec() })
        .collect();
    pairs.sort_by(|left, right| right.value.total_cmp(&left.value));
    pairs
}

/// Makes the entry at `(p, q)` zero.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let entry = matrix[p * size + q];
    let (first, second) = (matrix[p * size + p], matrix[q * size + q]);
    if entry.abs() <= 1e-18 * (first.abs() + second.abs()) || entry == 0.0 {
        return;
    }
    let theta = (second - first) / (2.0 * entry);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    rotate_rows(matrix, size, p, q, cosine, sine);
    for row in matrix.chunks_exact_mut(size) {
        let (left, right) = (row[p], row[q]);
        row[p] = cosine * left - sine * right;
        row[q] = sine * left + cosine * right;
    }
    rotate_rows(vectors, size, p, q, cosine, sine);
}

fn rotate_rows(matrix: &mut [f64], size: usize, p: usize, q: usize, cosine: f64, sine: f64) {
    let (head, tail) = matrix.split_at_mut(q * size);
    for (left, right) in head[p * size..(p + 1) * size].iter_mut().zip(&mut tail[..size]) {
        (*left, *right) = (cosine * *left - sine * *right, sine * *left + cosine * *right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_matrix_has_its_known_eigenvalues() {
        // 2 on the diagonal and −1 beside it: eigenvalues 2 − 2 cos(kπ / (n + 1)).
        let size = 12_usize;
        let matrix = (0..size * size)
            .map(|index| match (index / size).abs_diff(index % size) {
                0 => 2.0,
                1 => -1.0,
                _ => 0.0,
            })
            .collect();
        let pairs = symmetric_eigen(matrix, size);
        for (index, pair) in pairs.iter().enumerate() {
            let expected = 2.0 - 2.0 * ((size - index) as f64 * std::f64::consts::PI / (size + 1) as f64).cos();
            assert!((pair.value - expected).abs() < 1e-9, "{index}: {} {expected}", pair.value);
            let length: f64 = pair.vector.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn empty_and_singular_matrices_are_decomposed() {
        assert!(symmetric_eigen(Vec::new(), 0).is_empty());
        assert!(symmetric_eigen(vec![0.0; 9], 3).iter().all(|pair| pair.value == 0.0));
    }
}
