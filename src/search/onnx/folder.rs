//! A model in a folder: `model.onnx` and the files that the tools of its makers write.

use std::fs;
use std::path::{Path, PathBuf};

use fastembed::{Pooling, TokenizerFiles};
use serde_json::Value;

use crate::search::EmbedError;
use crate::skill::Sha256Digest;

/// Tokens of a text that are read, where the model does not say.
const TOKENS: usize = 512;

/// The files of a model.
pub(super) struct ModelFolder {
    pub(super) model: PathBuf,
    pub(super) tokenizer: TokenizerFiles,
    /// How the vectors of tokens become one.
    pub(super) pooling: Pooling,
    /// Tokens of a text that are read; the rest is cut off.
    pub(super) tokens: usize,
    /// What is put before a query and before a document.
    pub(super) prompts: Prompts,
    /// A digest of everything that changes a vector.
    pub(super) version: String,
}

/// What is put before texts, by what they are: some models were trained so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prompts {
    pub(super) query: String,
    pub(super) document: String,
}

impl ModelFolder {
    /// Reads a folder.
    ///
    /// # Errors
    /// Names the file that is missing or wrong.
    pub(super) fn read(folder: &Path) -> Result<Self, EmbedError> {
        let model =
            ["model.onnx", "onnx/model.onnx"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file());
        let model = model.ok_or_else(|| EmbedError(format!("there is no model.onnx in {}", folder.display())))?;
        let tokenizer = required(folder, "tokenizer.json")?;
        let config = optional(folder, "config.json");
        let tokenizer_config = complete(optional(folder, "tokenizer_config.json"));
        let pooling_config = json(&optional(folder, "1_Pooling/config.json"));
        let sentence = json(&optional(folder, "sentence_bert_config.json"));
        let prompts = &json(&optional(folder, "config_sentence_transformers.json"))["prompts"];
        let prompt =
            |names: [&str; 2]| names.iter().find_map(|name| prompts[*name].as_str()).unwrap_or_default().to_owned();
        let prompts = Prompts { query: prompt(["query", "search_query"]), document: prompt(["document", "passage"]) };
        let is_cls = pooling_config["pooling_mode_cls_token"].as_bool() == Some(true);
        let tokens =
            sentence["max_seq_length"].as_u64().and_then(|tokens| usize::try_from(tokens).ok()).unwrap_or(TOKENS);
        let model_bytes = fs::read(&model).map_err(|error| unreadable(&model, &error))?;
        let parts = [Sha256Digest::of(&model_bytes).to_hex(), Sha256Digest::of(&tokenizer).to_hex()];
        let version = Sha256Digest::of(format!("{parts:?} {is_cls} {tokens} {prompts:?}").as_bytes());
        Ok(Self {
            model,
            tokenizer: TokenizerFiles {
                tokenizer_file: tokenizer,
                config_file: or_empty(config),
                special_tokens_map_file: or_empty(optional(folder, "special_tokens_map.json")),
                tokenizer_config_file: tokenizer_config,
            },
            pooling: if is_cls { Pooling::Cls } else { Pooling::Mean },
            tokens,
            prompts,
            version: version.to_hex()[..16].to_owned(),
        })
    }

    /// Reads the model.
    ///
    /// # Errors
    /// Fails where it is gone.
    pub(super) fn model_bytes(&self) -> Result<Vec<u8>, EmbedError> {
        fs::read(&self.model).map_err(|error| unreadable(&self.model, &error))
    }
}

/// Adds what fastembed asks for and some tokenizers leave out.
fn complete(tokenizer_config: Vec<u8>) -> Vec<u8> {
    let mut config = match json(&tokenizer_config) {
        config @ Value::Object(_) => config,
        _ => Value::Object(serde_json::Map::new()),
    };
    if config["model_max_length"].as_f64().is_none() {
        config["model_max_length"] = TOKENS.into();
    }
    if !config["pad_token"].is_string() && !config["pad_token"]["content"].is_string() {
        config["pad_token"] = "[PAD]".into();
    }
    config.to_string().into_bytes()
}

fn required(folder: &Path, name: &str) -> Result<Vec<u8>, EmbedError> {
    let path = folder.join(name);
    fs::read(&path).map_err(|error| unreadable(&path, &error))
}

fn optional(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_default()
}

fn or_empty(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.is_empty() { b"{}".to_vec() } else { bytes }
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn unreadable(path: &Path, error: &std::io::Error) -> EmbedError {
    EmbedError(format!("cannot read {}: {error}", path.display()))
}
