//! A model of fastembed as an embedder.

use std::sync::{Arc, Mutex, PoisonError};

use fastembed::{InitOptionsUserDefined, QuantizationMode, TextEmbedding, TextInitOptions, UserDefinedEmbeddingModel};

use super::folder::{ModelFolder, Prompts};
use super::{Download, named, runtime};
use crate::search::{DocumentText, EmbedError, Embedder, EmbeddingCost, ModelSource, OnnxSetup};

/// Measured with MiniLM on the closed pool of judged queries, nDCG@10 as the mean over families:
/// 0.889 without, 0.899 with a quarter, 0.888 with a half.
const FUSION_WEIGHT: f64 = 0.25;
/// Texts that go through the model together, of about the same length.
const BATCH_TEXTS: usize = 16;
/// A text whose vector says how long vectors are.
const PROBE: &str = "skill";

/// Two sessions of one model: one answers queries, so that it never waits for the other, which
/// embeds documents and is there only while it does.
struct FastembedEmbedder {
    name: String,
    version: String,
    dimensions: usize,
    prompts: Prompts,
    /// A model that scales its numbers to each batch gives one text another vector in other
    /// company, so it takes one at a time.
    batch_texts: usize,
    open: Box<dyn Fn() -> Result<TextEmbedding, EmbedError> + Send + Sync>,
    queries: Mutex<TextEmbedding>,
    documents: Mutex<Option<TextEmbedding>>,
}

/// Loads a model.
///
/// # Errors
/// Says what is missing, the library or the model, and how to get it.
pub(in crate::search) fn load_embedder(
    source: &ModelSource,
    setup: &OnnxSetup,
    download: Download,
) -> Result<Arc<dyn Embedder>, EmbedError> {
    let fail = |error: EmbedError| EmbedError(format!("cannot use {source}: {error}"));
    let embedder = match source {
        ModelSource::Folder(path) => {
            let folder = ModelFolder::read(path).map_err(fail)?;
            runtime::load(&setup.libraries).map_err(fail)?;
            let (version, prompts) = (folder.version.clone(), folder.prompts.clone());
            let open = move || open_folder(&folder);
            FastembedEmbedder::new(source, version, prompts, BATCH_TEXTS, Box::new(open))
        }
        ModelSource::Named(name) => {
            let (model, files) = named::embedding_model(name).map_err(fail)?;
            files.check(&setup.model_cache, download).map_err(fail)?;
            runtime::load(&setup.libraries).map_err(fail)?;
            let is_dynamic = TextEmbedding::get_quantization_mode(&model) == QuantizationMode::Dynamic;
            let prompts = named::prompts(&model);
            let options = TextInitOptions::new(model)
                .with_cache_dir(setup.model_cache.clone())
                .with_show_download_progress(false);
            let open = move || TextEmbedding::try_new(options.clone()).map_err(|error| EmbedError(chain(&error)));
            let batch_texts = if is_dynamic { 1 } else { BATCH_TEXTS };
            let embedder = FastembedEmbedder::new(source, String::new(), prompts, batch_texts, Box::new(open));
            // Which revision it is, is known once it was fetched.
            embedder.map(|embedder| FastembedEmbedder { version: files.version(&setup.model_cache), ..embedder })
        }
    };
    Ok(Arc::new(embedder.map_err(fail)?))
}

fn open_folder(folder: &ModelFolder) -> Result<TextEmbedding, EmbedError> {
    let model = UserDefinedEmbeddingModel::new(folder.model_bytes()?, folder.tokenizer.clone())
        .with_pooling(folder.pooling.clone());
    let options = InitOptionsUserDefined::new().with_max_length(folder.tokens);
    TextEmbedding::try_new_from_user_defined(model, options).map_err(|error| EmbedError(chain(&error)))
}

impl FastembedEmbedder {
    fn new(
        source: &ModelSource,
        version: String,
        prompts: Prompts,
        batch_texts: usize,
        open: Box<dyn Fn() -> Result<TextEmbedding, EmbedError> + Send + Sync>,
    ) -> Result<Self, EmbedError> {
        let mut session = open()?;
        let probe = session.embed([PROBE], None).map_err(|error| EmbedError(chain(&error)))?;
        let dimensions = probe.first().map_or(0, Vec::len);
        if dimensions == 0 {
            return Err(EmbedError("the model returns no vector for a text".to_owned()));
        }
        Ok(Self {
            name: source.to_string(),
            version,
            dimensions,
            prompts,
            batch_texts,
            open,
            queries: Mutex::new(session),
            documents: Mutex::new(None),
        })
    }
}

impl Embedder for FastembedEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn fusion_weight(&self) -> f64 {
        FUSION_WEIGHT
    }

    fn embed_query(&self, query: &str) -> Option<Vec<f32>> {
        let mut session = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let vectors = session.embed([format!("{}{query}", self.prompts.query)], None);
        let vectors =
            vectors.inspect_err(|error| tracing::warn!(error = chain(error), "a query could not be embedded"));
        vectors.ok()?.pop().filter(|vector| is_usable(vector))
    }

    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>> {
        self.embed_documents(std::slice::from_ref(document)).ok()?.pop().flatten()
    }

    fn cost(&self) -> EmbeddingCost {
        EmbeddingCost::Batched
    }

    fn embed_documents(&self, documents: &[DocumentText]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        let mut session = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let session = match &mut *session {
            Some(session) => session,
            none => none.insert((self.open)()?),
        };
        let mut texts: Vec<(usize, String)> = documents
            .iter()
            .map(|document| format!("{}{}", self.prompts.document, document.to_text()))
            .enumerate()
            .collect();
        // Texts of one batch are padded to the longest of them.
        texts.sort_by_key(|(place, text)| (text.len(), *place));
        let mut vectors = vec![None; documents.len()];
        for batch in texts.chunks(self.batch_texts) {
            let inputs: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let embedded = session.embed(inputs, None).map_err(|error| EmbedError(chain(&error)))?;
            for ((place, _), vector) in batch.iter().zip(embedded) {
                vectors[*place] = Some(vector).filter(|vector| is_usable(vector));
            }
        }
        Ok(vectors)
    }

    fn end_documents(&self) {
        *self.documents.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A model that overflows returns what is no number.
fn is_usable(vector: &[f32]) -> bool {
    vector.iter().all(|value| value.is_finite()) && vector.iter().any(|value| *value != 0.0)
}

/// Says an error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
