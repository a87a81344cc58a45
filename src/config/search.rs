//! What search ranks with.

use std::path::{Path, PathBuf};

/// What search ranks with, as it was written; `app` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchConfig {
    /// What turns text into vectors: `--embedder` or `TOUCHMARK_EMBEDDER`, by default `builtin`.
    pub embedder: String,
    /// What reads the best results again: `TOUCHMARK_RERANKER`, by default `none`.
    pub reranker: String,
    /// The library of ONNX Runtime, in the order in which they are tried: the one that
    /// `ORT_DYLIB_PATH` names, else the one that the system finds and those in the usual places.
    pub onnx_libraries: Vec<PathBuf>,
    /// The folder of downloaded models: `HF_HOME`, else `FASTEMBED_CACHE_DIR`, else `models` in
    /// the data folder.
    pub model_cache: PathBuf,
}

/// Where the library lies on systems that do not know its folder.
const LIBRARY_FOLDERS: [&str; 6] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/opt/onnxruntime/lib",
    "/opt/homebrew/lib",
];

impl SearchConfig {
    /// Reads the option and the environment.
    pub fn read(embedder: Option<&str>, data_folder: &Path) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            embedder: embedder
                .map(str::to_owned)
                .or_else(|| variable("TOUCHMARK_EMBEDDER"))
                .unwrap_or_else(|| "builtin".to_owned()),
            reranker: variable("TOUCHMARK_RERANKER").unwrap_or_else(|| "none".to_owned()),
            onnx_libraries: match folder("ORT_DYLIB_PATH") {
                Some(library) => vec![library],
                None => usual_libraries(folder("VIRTUAL_ENV"), folder("HOME")),
            },
            model_cache: folder("HF_HOME")
                .or_else(|| folder("FASTEMBED_CACHE_DIR"))
                .unwrap_or_else(|| data_folder.join("models")),
        }
    }

    /// Returns what counts where nothing was said and nothing may be looked up.
    pub fn builtin() -> Self {
        Self {
            embedder: "builtin".to_owned(),
            reranker: "none".to_owned(),
            onnx_libraries: Vec::new(),
            model_cache: PathBuf::new(),
        }
    }
}

/// Lists the library by its name, for the system to find, and where it lies in the usual folders
/// and beside the packages of Python.
fn usual_libraries(environment: Option<PathBuf>, home: Option<PathBuf>) -> Vec<PathBuf> {
    let name = format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let pythons = environment.into_iter().chain(home.map(|home| home.join(".local"))).map(|root| root.join("lib"));
    let packages = pythons.flat_map(|folder| entries(&folder)).filter(|path| is_named(path, "python3"));
    let folders = LIBRARY_FOLDERS
        .iter()
        .map(PathBuf::from)
        .chain(packages.map(|python| python.join("site-packages/onnxruntime/capi")));
    let mut libraries = vec![PathBuf::from(&name)];
    // Packages have a version at the end of the name: libonnxruntime.so.1.24.1.
    let is_library = |path: &PathBuf| is_named(path, &name) || is_named(path, "libonnxruntime.1");
    libraries.extend(folders.flat_map(|folder| entries(&folder)).filter(is_library));
    libraries
}

fn is_named(path: &Path, start: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_a_python_package_is_found() {
        let environment = tempfile::tempdir().expect("a folder");
        let package = environment.path().join("lib/python3.12/site-packages/onnxruntime/capi");
        std::fs::create_dir_all(&package).expect("made");
        let name = format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let library = package.join(format!("{name}.1.24.1"));
        std::fs::write(&library, b"").expect("written");
        std::fs::write(package.join("other.so"), b"").expect("written");
        let libraries = usual_libraries(Some(environment.path().to_owned()), None);
        assert_eq!((libraries.first(), libraries.last()), (Some(&PathBuf::from(name)), Some(&library)));
        assert!(!libraries.iter().any(|path| path.ends_with("other.so")));
    }
}
