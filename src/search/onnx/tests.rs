//! Names, folders and what is said where something is missing. What needs the library is
//! ignored here and run by `just onnx`.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::search::{DocumentText, EmbedError, EmbedderChoice, ModelSource, OnnxSetup, SearchIndex, SearchSetup};

fn named(name: &str) -> ModelSource {
    ModelSource::Named(name.to_owned())
}

fn refusal(source: &ModelSource, setup: &OnnxSetup) -> String {
    load_embedder(source, setup, Download::Never).err().map(|EmbedError(reason)| reason).expect("it is refused")
}

#[test]
fn models_are_found_however_their_names_are_spelled() {
    let rows = [
        ("bge-small-en-v1.5", "BGESmallENV15"),
        ("BGESmallENV15", "BGESmallENV15"),
        ("all-MiniLM-L6-v2", "AllMiniLML6V2"),
        ("all-minilm-l6-v2-q", "AllMiniLML6V2Q"),
        ("multilingual-e5-small", "MultilingualE5Small"),
        ("intfloat/multilingual-e5-small", "MultilingualE5Small"),
        ("mxbai-embed-large-v1", "MxbaiEmbedLargeV1"),
    ];
    for (name, expected) in rows {
        let (model, _) = named::embedding_model(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(format!("{model:?}"), expected, "{name}");
    }
    let prompts = |name: &str| named::prompts(&named::embedding_model(name).expect("a model").0);
    assert_eq!(
        (prompts("multilingual-e5-small").query.as_str(), prompts("all-minilm-l6-v2").query.as_str()),
        ("query: ", "")
    );
    assert!(named::reranker_model("jina-reranker-v1-turbo-en").is_ok());
    for name in ["bge-huge", "", "bge"] {
        let Err(EmbedError(reason)) = named::embedding_model(name) else { panic!("{name} is no model") };
        assert!(reason.contains("BGESmallENV15"), "{reason}");
    }
}

#[test]
fn what_is_missing_is_named_and_nothing_is_fetched() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup =
        OnnxSetup { libraries: vec![folder.path().join("libnowhere.so")], model_cache: folder.path().to_owned() };
    let reason = refusal(&named("bge-small-en-v1.5"), &setup);
    assert!(reason.contains("not on this machine yet") && reason.contains("Xenova/bge-small-en-v1.5"), "{reason}");
    let source = ModelSource::Folder(folder.path().to_owned());
    assert!(refusal(&source, &setup).contains("there is no model.onnx in"));
    fs::write(folder.path().join("model.onnx"), tiny_model()).expect("written");
    assert!(refusal(&source, &setup).contains("tokenizer.json"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_missing_library_says_how_to_get_it() {
    let libraries = [PathBuf::from("/nowhere/libonnxruntime.so")];
    let Err(EmbedError(reason)) = runtime::load(&libraries) else { return expect_library() };
    for part in ["/nowhere/libonnxruntime.so", "ORT_DYLIB_PATH", "the Python package `onnxruntime`"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
}

/// Another test of the process has loaded the library before.
fn expect_library() {
    assert!(std::env::var_os("ORT_DYLIB_PATH").is_some());
}

#[test]
fn a_folder_says_how_its_model_is_run() {
    let folder = tempfile::tempdir().expect("a folder");
    write_tiny(folder.path());
    let read = || folder::ModelFolder::read(folder.path()).expect("a model");
    let plain = read();
    assert_eq!((plain.tokens, plain.pooling == fastembed::Pooling::Mean), (512, true));
    fs::write(folder.path().join("sentence_bert_config.json"), r#"{"max_seq_length": 256}"#).expect("written");
    fs::create_dir(folder.path().join("1_Pooling")).expect("made");
    fs::write(folder.path().join("1_Pooling/config.json"), r#"{"pooling_mode_cls_token": true}"#).expect("written");
    fs::write(
        folder.path().join("config_sentence_transformers.json"),
        r#"{"prompts": {"query": "query: ", "passage": "passage: "}}"#,
    )
    .expect("written");
    let told = read();
    assert_eq!((told.tokens, told.pooling == fastembed::Pooling::Cls), (256, true));
    assert_eq!((told.prompts.query.as_str(), told.prompts.document.as_str()), ("query: ", "passage: "));
    assert_ne!(plain.version, told.version);
    assert_eq!(told.version, read().version);
}

#[test]
#[ignore = "needs the library of ONNX Runtime: just onnx"]
fn a_tiny_model_embeds_queries_and_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    write_tiny(folder.path());
    let libraries = vec![PathBuf::from(std::env::var_os("ORT_DYLIB_PATH").expect("`just onnx` names the library"))];
    let onnx = OnnxSetup { libraries, model_cache: folder.path().join("models") };
    let source = ModelSource::Folder(folder.path().to_owned());
    let embedder = load_embedder(&source, &onnx, Download::Never).expect("it loads");
    assert_eq!(embedder.dimensions(), 2);
    let near = |left: &str, right: &str| {
        let (left, right) =
            (embedder.embed_query(left).expect("a vector"), embedder.embed_query(right).expect("a vector"));
        left.iter().zip(&right).map(|(left, right)| left * right).sum::<f32>()
    };
    assert!(near("kubernetes", "cluster") > 0.9 && near("kubernetes", "pdf") < 0.2);
    let texts: Vec<DocumentText> = (0..40)
        .map(|number| DocumentText::new(["pdf", "cluster"][number % 2], &"pages ".repeat(number % 7), "", ""))
        .collect();
    let together = embedder.embed_documents(&texts).expect("vectors");
    for (text, vector) in texts.iter().zip(&together) {
        let alone = embedder.embed_document(text).expect("a vector");
        let vector = vector.as_ref().expect("a vector");
        assert!(alone.iter().zip(vector).all(|(left, right)| (left - right).abs() < 1e-5), "batches change nothing");
    }
    embedder.end_documents();
    let index_folder = folder.path().join("index");
    let setup = SearchSetup { onnx, ..SearchSetup::new(EmbedderChoice::Fastembed(source)) };
    let index = SearchIndex::open_with(&index_folder, setup).expect("the index opens");
    assert!(!index.is_degraded() && index.start_embedding().expect("asked").is_none());
}

/// A model that looks up one vector of two numbers for each word.
fn write_tiny(folder: &Path) {
    fs::write(folder.join("model.onnx"), tiny_model()).expect("written");
    let words = ["[PAD]", "[UNK]", "pdf", "pages", "kubernetes", "cluster"];
    let vocabulary: serde_json::Map<String, serde_json::Value> =
        words.iter().enumerate().map(|(place, word)| ((*word).to_owned(), place.into())).collect();
    let tokenizer = serde_json::json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": { "type": "Lowercase" },
        "pre_tokenizer": { "type": "Whitespace" },
        "post_processor": null,
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]" },
    });
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
}

/// Writes `last_hidden_state = Gather(table, input_ids)` in the wire format of ONNX, which is
/// that of Protocol Buffers.
fn tiny_model() -> Vec<u8> {
    let table: [f32; 12] = [0.0, 0.0, 0.1, 0.1, 1.0, 0.0, 0.9, 0.1, 0.0, 1.0, 0.1, 0.9];
    let raw: Vec<u8> = table.iter().flat_map(|value| value.to_le_bytes()).collect();
    let initializer = [number(1, 6), number(1, 2), number(2, 1), bytes(8, b"table"), bytes(9, &raw)].concat();
    let node =
        [bytes(1, b"table"), bytes(1, b"input_ids"), bytes(2, b"last_hidden_state"), bytes(4, b"Gather")].concat();
    let graph = [
        bytes(1, &node),
        bytes(2, b"tiny"),
        bytes(5, &initializer),
        bytes(11, &value(b"input_ids", 7, 2)),
        bytes(11, &value(b"attention_mask", 7, 2)),
        bytes(12, &value(b"last_hidden_state", 1, 3)),
    ]
    .concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 17))].concat()
}

/// A value by name, type of element and number of dimensions of any length.
fn value(name: &[u8], element: u8, dimension_count: usize) -> Vec<u8> {
    let dimensions = (0..dimension_count).flat_map(|place| bytes(1, &bytes(2, format!("{place}").as_bytes())));
    let tensor = [number(1, element), bytes(2, &dimensions.collect::<Vec<u8>>())].concat();
    [bytes(1, name), bytes(2, &bytes(1, &tensor))].concat()
}

fn number(field: u8, value: u8) -> Vec<u8> {
    vec![field << 3, value]
}

fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    assert!(content.len() < 1 << 14, "a length of two bytes is enough for a tiny model");
    let length = content.len();
    let length = if length < 128 { vec![length as u8] } else { vec![length as u8 | 128, (length >> 7) as u8] };
    [vec![field << 3 | 2], length, content.to_vec()].concat()
}
