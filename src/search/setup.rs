//! What search is set up with.

use std::path::PathBuf;
use std::str::FromStr;

use super::neighbours::GRAPH_VECTORS;

/// The scheme of the models that fastembed runs.
const FASTEMBED: &str = "fastembed:";

/// What turns text into vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbedderChoice {
    /// The embedder that ships with the program.
    Builtin,
    /// A model that fastembed runs with ONNX Runtime.
    Fastembed(ModelSource),
    /// No vectors: full text only.
    None,
}

/// What reads the query and the best results together and puts these in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RerankerChoice {
    /// A cross-encoder that fastembed runs with ONNX Runtime.
    Fastembed(ModelSource),
    /// The order stays as it is.
    None,
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// A model that fastembed knows by name, from its hub or the cache folder.
    Named(String),
    /// A folder with `model.onnx` and the files of a tokenizer.
    Folder(PathBuf),
}

/// A choice that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// Not one of the embedders.
    #[error(
        "unknown embedder `{0}`, expected `builtin`, `none`, `fastembed:MODEL` such as fastembed:bge-small-en-v1.5, \
         or `fastembed:/FOLDER` with model.onnx and tokenizer.json"
    )]
    Embedder(String),
    /// Not one of the rerankers.
    #[error(
        "unknown reranker `{0}`, expected `none`, `fastembed:MODEL` such as fastembed:jina-reranker-v1-turbo-en, \
         or `fastembed:/FOLDER` with model.onnx and tokenizer.json"
    )]
    Reranker(String),
}

/// Where models and what runs them are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnnxSetup {
    /// The library of ONNX Runtime, in the order in which they are tried; a name without a
    /// folder is looked up by the system.
    pub libraries: Vec<PathBuf>,
    /// The folder that models are downloaded to and found in.
    pub model_cache: PathBuf,
}

/// What an index is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSetup {
    /// What turns text into vectors.
    pub embedder: EmbedderChoice,
    /// What reads the best results again.
    pub reranker: RerankerChoice,
    /// Where models are found.
    pub onnx: OnnxSetup,
    /// Vectors from which a graph takes the place of the exact scan.
    pub graph_vectors: usize,
}

impl SearchSetup {
    /// Sets up an embedder and nothing else.
    pub fn new(embedder: EmbedderChoice) -> Self {
        Self { embedder, reranker: RerankerChoice::None, onnx: OnnxSetup::default(), graph_vectors: GRAPH_VECTORS }
    }
}

impl FromStr for EmbedderChoice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, ChoiceError> {
        match text.trim() {
            "builtin" => Ok(Self::Builtin),
            "none" => Ok(Self::None),
            text => model(text).map(Self::Fastembed).ok_or_else(|| ChoiceError::Embedder(text.to_owned())),
        }
    }
}

impl FromStr for RerankerChoice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, ChoiceError> {
        match text.trim() {
            "none" => Ok(Self::None),
            text => model(text).map(Self::Fastembed).ok_or_else(|| ChoiceError::Reranker(text.to_owned())),
        }
    }
}

impl std::fmt::Display for ModelSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => write!(formatter, "{FASTEMBED}{name}"),
            Self::Folder(folder) => write!(formatter, "{FASTEMBED}{}", folder.display()),
        }
    }
}

/// What looks like a path is one; the names of models have no more than one slash, inside.
fn model(text: &str) -> Option<ModelSource> {
    let model = text.strip_prefix(FASTEMBED)?.trim();
    if model.is_empty() || model.contains('\0') {
        return None;
    }
    let is_folder = model.starts_with(['/', '.', '\\']) || model.ends_with('/') || model.contains(":\\");
    Some(if is_folder { ModelSource::Folder(model.into()) } else { ModelSource::Named(model.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_word_a_model_or_a_folder() {
        let named = |name: &str| Ok(EmbedderChoice::Fastembed(ModelSource::Named(name.to_owned())));
        let folder = |path: &str| Ok(EmbedderChoice::Fastembed(ModelSource::Folder(path.into())));
        let unknown = |text: &str| Err(ChoiceError::Embedder(text.to_owned()));
        let rows = [
            ("builtin", Ok(EmbedderChoice::Builtin)),
            (" none ", Ok(EmbedderChoice::None)),
            ("fastembed:bge-small-en-v1.5", named("bge-small-en-v1.5")),
            ("fastembed:BAAI/bge-small-en-v1.5", named("BAAI/bge-small-en-v1.5")),
            ("fastembed:/models/minilm", folder("/models/minilm")),
            ("fastembed:./minilm", folder("./minilm")),
            ("fastembed:../minilm", folder("../minilm")),
            ("fastembed:models/minilm/", folder("models/minilm/")),
            ("fastembed:", unknown("fastembed:")),
            ("onnx:x", unknown("onnx:x")),
            ("", unknown("")),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse::<EmbedderChoice>(), expected, "{text}");
        }
        assert_eq!("none".parse(), Ok(RerankerChoice::None));
        assert_eq!("builtin".parse::<RerankerChoice>(), Err(ChoiceError::Reranker("builtin".to_owned())));
        assert_eq!("fastembed:x".parse(), Ok(RerankerChoice::Fastembed(ModelSource::Named("x".to_owned()))));
    }
}
