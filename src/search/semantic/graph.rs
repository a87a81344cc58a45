//! A graph of near neighbours, for an index that is too large to be scanned for every query.
//!
//! Y. A. Malkov, D. A. Yashunin: *Efficient and robust approximate nearest neighbor search
//! using hierarchical navigable small world graphs*, TPAMI 42(4), 2020. A key is the fingerprint
//! of what was embedded, so the graph knows nothing of segments, and a removed record is only
//! one that no row answers for. The file is mapped into memory; its name ends with the digest
//! of its bytes, which is checked before they are trusted.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use super::QuantisedVector;

/// Neighbours of a node; the value of the paper for vectors of a few hundred dimensions.
const CONNECTIVITY: usize = 16;
/// Candidates that are looked at for a node's neighbours.
const EXPANSION_ADD: usize = 128;
/// Candidates that a search keeps, where it does not want more.
const EXPANSION_SEARCH: usize = 256;
/// Searches that may run at once; one more scans.
const SEARCHES: usize = 64;
/// Vectors that one thread inserts, in the order of their fingerprints: what is added last sees
/// more neighbours, so that threads in a race give a graph of their own each time. The same few
/// vectors always give the same graph; that many take about half a second.
const INSERTED_IN_ORDER: usize = 5_000;

/// A graph on disk.
pub(in crate::search) struct VectorGraph {
    index: Index,
    path: PathBuf,
}

/// Why a graph could not be made.
#[derive(Debug, thiserror::Error)]
pub(in crate::search) enum GraphError {
    /// The folder cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The library refused.
    #[error("{0}")]
    Library(String),
}

impl VectorGraph {
    /// Returns the file of a model's graph, where there is one.
    pub(in crate::search) fn file(folder: &Path, version: &str) -> Option<PathBuf> {
        files(folder, version).into_iter().max()
    }

    /// Maps a graph; `None` where it is missing or damaged.
    pub(in crate::search) fn open(path: &Path, dimensions: usize) -> Option<Self> {
        if !is_whole(path) {
            return None;
        }
        let index = Index::new(&options(dimensions)).ok()?;
        index.reserve_capacity_and_threads(1, SEARCHES).ok()?;
        index.view(path.to_str()?).ok()?;
        (index.dimensions() == dimensions).then(|| Self { index, path: path.to_owned() })
    }

    /// Writes the graph of a model: what `earlier` holds, if it is given, and `rows` beside it.
    /// Whoever reads sees the graph that was or the one that comes.
    ///
    /// # Errors
    /// Fails where the folder cannot be written; then the graph is what it was.
    pub(in crate::search) fn write(
        folder: &Path,
        version: &str,
        dimensions: usize,
        earlier: Option<&Self>,
        rows: &[(u64, &[i8])],
    ) -> Result<(), GraphError> {
        let index = Index::new(&options(dimensions)).map_err(library)?;
        if let Some(earlier) = earlier {
            index.load(utf8(&earlier.path)?).map_err(library)?;
        }
        index.reserve_capacity_and_threads(index.size() + rows.len(), rayon::current_num_threads()).map_err(library)?;
        let mut added: Vec<_> = rows.iter().filter(|(fingerprint, _)| !index.contains(*fingerprint)).collect();
        if added.len() <= INSERTED_IN_ORDER {
            added.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
            added.iter().try_for_each(|(fingerprint, values)| index.add(*fingerprint, values))
        } else {
            added.par_iter().try_for_each(|(fingerprint, values)| index.add(*fingerprint, values))
        }
        .map_err(library)?;
        fs::create_dir_all(folder)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        index.save(utf8(file.path())?).map_err(library)?;
        file.as_file().sync_all()?;
        let path = folder.join(format!("graph-{version}-{}.bin", digest(file.path())?));
        file.persist(&path).map_err(|error| error.error)?;
        // A process that has an older one mapped keeps it until it opens the new one.
        files(folder, version).iter().filter(|other| **other != path).for_each(|other| {
            let _ = fs::remove_file(other);
        });
        Ok(())
    }

    /// Returns how many fingerprints the graph holds.
    pub(in crate::search) fn len(&self) -> usize {
        self.index.size()
    }

    /// Tells whether the graph holds a fingerprint.
    pub(in crate::search) fn contains(&self, fingerprint: u64) -> bool {
        self.index.contains(fingerprint)
    }

    /// Returns the file that the graph was read from.
    pub(in crate::search) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns about the `limit` nearest fingerprints of those that are wanted, the nearest
    /// first; `None` where the graph could not be asked.
    pub(in crate::search) fn nearest(
        &self,
        query: &QuantisedVector,
        limit: usize,
        is_wanted: impl Fn(u64) -> bool,
    ) -> Option<Vec<u64>> {
        Some(self.index.filtered_search(query.values(), limit, is_wanted).ok()?.keys)
    }
}

fn options(dimensions: usize) -> IndexOptions {
    IndexOptions {
        dimensions,
        metric: MetricKind::Cos,
        quantization: ScalarKind::I8,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION_ADD,
        expansion_search: EXPANSION_SEARCH,
        multi: false,
    }
}

fn files(folder: &Path, version: &str) -> Vec<PathBuf> {
    let prefix = format!("graph-{version}-");
    let is_graph =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix.as_str()));
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_graph).collect()
}

fn is_whole(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    digest(path).is_ok_and(|digest| name.ends_with(&format!("-{digest}.bin")))
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

fn utf8(path: &Path) -> Result<&str, GraphError> {
    path.to_str().ok_or_else(|| GraphError::Library(format!("the path {} is not UTF-8", path.display())))
}

fn library(error: impl std::fmt::Display) -> GraphError {
    GraphError::Library(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::semantic::VectorTable;

    const DIMENSIONS: usize = 64;
    const VECTORS: usize = 6_000;
    const CLUSTERS: u64 = 150;

    /// Numbers from -1 to 1 that look random and are always the same (xorshift).
    fn numbers(seed: u64) -> impl Iterator<Item = f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
    }

    /// A vector near the middle of one of the clusters.
    fn vector(number: u64) -> QuantisedVector {
        let centre = numbers(number % CLUSTERS + 1);
        let values: Vec<f32> =
            centre.zip(numbers(number + 1_000)).take(DIMENSIONS).map(|(centre, noise)| centre + 0.7 * noise).collect();
        QuantisedVector::new(&values)
    }

    #[test]
    fn the_graph_finds_what_the_exact_scan_finds() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut table = VectorTable::new(DIMENSIONS, VECTORS);
        (0..VECTORS).for_each(|row| table.set(row, &vector(row as u64)));
        let rows: Vec<(u64, &[i8])> = (0..VECTORS).map(|row| (row as u64, table.values(row))).collect();
        let write = |earlier: Option<&VectorGraph>, rows: &[(u64, &[i8])]| {
            VectorGraph::write(folder.path(), "v", DIMENSIONS, earlier, rows).expect("written");
            let file = VectorGraph::file(folder.path(), "v").expect("a file");
            VectorGraph::open(&file, DIMENSIONS).expect("it opens")
        };
        // In two steps, as an index grows.
        let half = write(None, &rows[..VECTORS / 2]);
        let graph = write(Some(&half), &rows[VECTORS / 2..]);
        assert_eq!((half.len(), graph.len()), (VECTORS / 2, VECTORS));
        // All of them, every second, and one in ten.
        for step in [1, 2, 10] {
            let (mut found, mut wanted) = (0, 0);
            for number in 0..40 {
                let query = vector(1_000_000 + number * 7);
                let mut exact = table.nearest(&query, 50, -1.0, |row| row % step == 0);
                exact.sort_by(|left, right| right.1.total_cmp(&left.1));
                let nearest = graph.nearest(&query, 50, |key| key % step as u64 == 0).expect("the graph answers");
                assert!(nearest.len() == 50 && nearest.iter().all(|key| key % step as u64 == 0));
                wanted += exact.len();
                found += exact.iter().filter(|(row, _)| nearest.contains(&(*row as u64))).count();
            }
            let recall = found as f64 / wanted as f64;
            assert!(recall >= 0.95, "recall {recall} among one in {step}");
        }
    }
}
