//! From a corpus to a model.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::bag::{Bag, BagMaker};
use super::latent::{LatentModel, Vocabulary};
use super::sparse::SparseMatrix;
use super::svd::truncated_svd;
use super::{DocumentText, Embedder, QuantisedVector, VectorLog, VectorTable};

/// Dimensions of a vector.
const DIMENSIONS: usize = 192;
/// A smaller corpus gets fewer dimensions: one for so many documents, or every text would
/// have a direction of its own and nothing would be near anything else.
const DOCUMENTS_PER_DIMENSION: usize = 3;
/// Below this many documents there is nothing to learn.
const DOCUMENTS_LEAST: usize = 6;
/// A term must occur in so many documents to have company.
const DOCUMENT_FREQUENCY_LEAST: u32 = 2;
/// Terms of a model; beyond come those that are rare.
const VOCABULARY_TERMS: usize = 60_000;
/// How far strong directions are held back: 0 keeps the variance of the corpus, 0.5 makes all
/// directions equal on one side of the product.
const SPECTRUM_EXPONENT: f32 = 0.25;

/// Documents that a model is trained on; more of them change it little.
const TRAINING_DOCUMENTS: usize = 60_000;

/// Reads documents and trains on them.
#[derive(Default)]
pub(in crate::search) struct Trainer {
    bags: BagMaker,
}

/// What a model is trained on: the terms of a document.
pub(in crate::search) struct TrainingDocument {
    fingerprint: u64,
    bag: Bag,
}

/// A model with the vectors of what it was trained on.
pub(in crate::search) struct Training {
    pub(in crate::search) model: LatentModel,
    pub(in crate::search) vectors: VectorTable,
    /// The fingerprint of each row of `vectors`.
    pub(in crate::search) fingerprints: Vec<u64>,
}

impl Trainer {
    /// Reads the terms of a document.
    pub(in crate::search) fn read(&self, document: &DocumentText) -> TrainingDocument {
        TrainingDocument { fingerprint: document.fingerprint(), bag: self.bags.of_document(document) }
    }

    /// Trains a model; `None` where there are too few documents. Their order must not depend on
    /// how they are stored, and must be as good as random: of very many only the first are used.
    pub(in crate::search) fn train(&self, mut documents: Vec<TrainingDocument>) -> Option<Training> {
        if documents.len() < DOCUMENTS_LEAST {
            return None;
        }
        documents.truncate(TRAINING_DOCUMENTS);
        let vocabulary = vocabulary(&documents);
        let rows: Vec<Vec<(u32, f32)>> = documents.par_iter().map(|document| vocabulary.weigh(&document.bag)).collect();
        let matrix = SparseMatrix::from_rows(&rows, vocabulary.terms.len());
        drop(rows);
        if matrix.width() == 0 {
            return None;
        }
        let svd = truncated_svd(&matrix, DIMENSIONS.min(documents.len().div_ceil(DOCUMENTS_PER_DIMENSION)));
        drop(matrix);
        let strongest = svd.values.first().copied().unwrap_or(1.0);
        let held_back: Vec<f32> = svd.values.iter().map(|value| (value / strongest).powf(-SPECTRUM_EXPONENT)).collect();
        let vectors = svd
            .vectors
            .rows()
            .map(|row| row.iter().zip(&held_back).map(|(value, factor)| value * factor).collect::<Vec<f32>>());
        let model = LatentModel::new(vocabulary, held_back.len(), vectors);
        let embedded: Vec<Option<QuantisedVector>> = documents
            .par_iter()
            .map(|document| model.fold_in(&document.bag).map(|vector| QuantisedVector::new(&vector)))
            .collect();
        let mut vectors = VectorTable::new(held_back.len(), documents.len());
        for (row, vector) in embedded.iter().enumerate() {
            vector.iter().for_each(|vector| vectors.set(row, vector));
        }
        let fingerprints = documents.iter().map(|document| document.fingerprint).collect();
        Some(Training { model, vectors, fingerprints })
    }
}

impl Training {
    /// Writes the model and the vectors into a folder.
    ///
    /// # Errors
    /// Fails where the folder cannot be written.
    pub(in crate::search) fn save(&self, folder: &Path) -> io::Result<()> {
        let rows = self.fingerprints.iter().zip(0..).map(|(fingerprint, row)| (*fingerprint, &self.vectors, row));
        VectorLog::new(folder, self.model.version(), self.model.dimensions()).rewrite(rows)?;
        self.model.save(folder)
    }
}

fn vocabulary(documents: &[TrainingDocument]) -> Vocabulary {
    let mut frequencies: HashMap<u64, u32> = HashMap::new();
    for (hash, _) in documents.iter().flat_map(|document| &document.bag) {
        *frequencies.entry(*hash).or_default() += 1;
    }
    let mut kept: Vec<(u64, u32)> =
        frequencies.into_iter().filter(|(_, frequency)| *frequency >= DOCUMENT_FREQUENCY_LEAST).collect();
    // By hash among equals, so that the same corpus gives the same vocabulary.
    kept.sort_unstable_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    kept.truncate(VOCABULARY_TERMS);
    kept.sort_unstable();
    let rarity = kept.iter().map(|(_, frequency)| (1.0 + documents.len() as f32 / *frequency as f32).ln()).collect();
    Vocabulary { terms: kept.into_iter().map(|(hash, _)| hash).collect(), rarity }
}
