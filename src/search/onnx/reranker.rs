//! A cross-encoder of fastembed.

use std::sync::{Arc, Mutex, PoisonError};

use fastembed::{RerankInitOptions, RerankInitOptionsUserDefined, TextRerank, UserDefinedRerankingModel};

use super::embedder::chain;
use super::folder::ModelFolder;
use super::{Download, named, runtime};
use crate::search::rerank::Reranker;
use crate::search::{DocumentText, EmbedError, ModelSource, OnnxSetup};

struct FastembedReranker {
    session: Mutex<TextRerank>,
}

/// Loads a cross-encoder.
///
/// # Errors
/// Says what is missing, the library or the model, and how to get it.
pub(in crate::search) fn load_reranker(
    source: &ModelSource,
    setup: &OnnxSetup,
    download: Download,
) -> Result<Arc<dyn Reranker>, EmbedError> {
    let fail = |error: EmbedError| EmbedError(format!("cannot use {source}: {error}"));
    let session = match source {
        ModelSource::Folder(path) => {
            let folder = ModelFolder::read(path).map_err(fail)?;
            runtime::load(&setup.libraries).map_err(fail)?;
            let model = UserDefinedRerankingModel::new(folder.model.clone(), folder.tokenizer.clone());
            let options = RerankInitOptionsUserDefined::new().with_max_length(folder.tokens);
            TextRerank::try_new_from_user_defined(model, options)
        }
        ModelSource::Named(name) => {
            let (model, files) = named::reranker_model(name).map_err(fail)?;
            files.check(&setup.model_cache, download).map_err(fail)?;
            runtime::load(&setup.libraries).map_err(fail)?;
            let options = RerankInitOptions::new(model)
                .with_cache_dir(setup.model_cache.clone())
                .with_show_download_progress(false);
            TextRerank::try_new(options)
        }
    };
    let session = session.map_err(|error| fail(EmbedError(chain(&error))))?;
    Ok(Arc::new(FastembedReranker { session: Mutex::new(session) }))
}

impl Reranker for FastembedReranker {
    fn scores(&self, query: &str, documents: &[DocumentText]) -> Result<Vec<f32>, EmbedError> {
        let texts: Vec<String> = documents.iter().map(DocumentText::to_text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let ranked = session.rerank(query, texts, false, None).map_err(|error| EmbedError(chain(&error)))?;
        let mut scores = vec![f32::NEG_INFINITY; documents.len()];
        for result in ranked {
            if let Some(score) = scores.get_mut(result.index) {
                *score = result.score;
            }
        }
        Ok(scores)
    }
}
