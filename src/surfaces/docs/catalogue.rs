//! The list of all documents, and where each is served and checked in.

use std::path::{Path, PathBuf};

use super::{agent_skill, html, llms, openapi, pages};
use crate::operations::PaymentTerms;
use crate::surfaces::mcp::{ICON, ICON_PATH};
use crate::surfaces::well_known;

/// The URL that the checked-in documents name: that of a service on its default address.
pub const DEFAULT_URL: &str = "http://127.0.0.1:7080";

const MARKDOWN: &str = "text/markdown; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const SERVER_CARD: &str = "application/mcp-server-card+json";
const TEXT: &str = "text/plain; charset=utf-8";

/// A document as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path of its URL.
    pub path: String,
    /// The media type.
    pub content_type: &'static str,
    /// The whole body.
    pub body: String,
}

/// Returns every document of a service at `url`, which has no slash at its end, and which takes
/// payments on `terms`.
pub fn served(url: &str, terms: Option<&PaymentTerms>, has_accounts: bool) -> Vec<Document> {
    let mut documents = vec![
        document("/openapi.json", JSON, openapi::document(url, terms, has_accounts)),
        document("/llms.txt", TEXT, llms::index(url, terms)),
        document("/llms-full.txt", TEXT, llms::full(url, terms)),
        document("/.well-known/mcp.json", JSON, well_known::mcp(url)),
        document("/server.json", JSON, well_known::server_json(Some(url))),
        document("/.well-known/x402.json", JSON, well_known::x402(url, terms)),
        document("/.well-known/x402", JSON, well_known::x402(url, terms)),
        document("/SKILL.md", MARKDOWN, agent_skill::skill(url)),
        document(ICON_PATH, "image/svg+xml", ICON.to_owned()),
        document("/.well-known/ard.json", JSON, well_known::ard(url)),
        document("/.well-known/ai-catalog.json", JSON, well_known::ard(url)),
        document("/.well-known/mcp/server-card.json", SERVER_CARD, well_known::server_card(url)),
        document("/robots.txt", TEXT, format!("User-agent: *\nAllow: /\n\nAgentmap: {url}/.well-known/ard.json\n")),
    ];
    // A client of 0.1 looks below the second folder.
    let own = agent_skill::skill(url);
    let index = well_known::agent_skills(url, &[(agent_skill::NAME, agent_skill::DESCRIPTION, &own)]);
    for folder in ["/.well-known/agent-skills", "/.well-known/skills"] {
        documents.push(document(&format!("{folder}/index.json"), JSON, index.clone()));
        documents.push(document(&format!("{folder}/{}/SKILL.md", agent_skill::NAME), MARKDOWN, own.clone()));
    }
    for (name, schema) in openapi::schemas() {
        documents.push(document(&format!("/schemas/{name}.json"), JSON, schema));
    }
    for page in pages::all(url, terms) {
        documents.push(document(&format!("{}.md", page.path), MARKDOWN, page.markdown.clone()));
        if page.path == "/docs/index" {
            documents.push(document("/docs", HTML, html::page(&page)));
            documents.push(document("/", HTML, html::page(&page)));
        }
        documents.push(document(&page.path, HTML, html::page(&page)));
    }
    documents
}

/// Returns every document that is checked in, by its file below the repository's root.
pub fn checked_in() -> Vec<(PathBuf, String)> {
    let mut files = vec![
        (PathBuf::from("openapi.json"), openapi::document(DEFAULT_URL, None, true)),
        (PathBuf::from("llms.txt"), llms::index(DEFAULT_URL, None)),
        (PathBuf::from("llms-full.txt"), llms::full(DEFAULT_URL, None)),
        (PathBuf::from("well-known/mcp.json"), well_known::mcp(DEFAULT_URL)),
        (PathBuf::from("server.json"), well_known::server_json(None)),
        (PathBuf::from("well-known/x402.json"), well_known::x402(DEFAULT_URL, None)),
        (PathBuf::from("well-known/ard.json"), well_known::ard(DEFAULT_URL)),
        (PathBuf::from("well-known/mcp-server-card.json"), well_known::server_card(DEFAULT_URL)),
        (PathBuf::from("index/starter/touchmark/SKILL.md"), agent_skill::skill(DEFAULT_URL)),
    ];
    files.extend(
        openapi::schemas().into_iter().map(|(name, schema)| (PathBuf::from(format!("schemas/{name}.json")), schema)),
    );
    files.extend(
        pages::all(DEFAULT_URL, None)
            .into_iter()
            .map(|page| (PathBuf::from(format!("{}.md", page.path.trim_start_matches('/'))), page.markdown)),
    );
    files
}

/// Why documents were not written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Files are not what the code says.
    #[error("out of date: {}; run `just generate`", .0.join(", "))]
    OutOfDate(Vec<String>),
}

/// Writes every document that is checked in below `root`; returns how many changed. With
/// `is_check`, nothing is written, and a difference is an error.
///
/// # Errors
/// Fails where a file cannot be written, or differs in a check.
pub fn generate(root: &Path, is_check: bool) -> Result<usize, GenerateError> {
    let mut changed = Vec::new();
    for (file, content) in checked_in() {
        let path = root.join(&file);
        if std::fs::read_to_string(&path).is_ok_and(|existing| existing == content) {
            continue;
        }
        changed.push(file.display().to_string());
        if !is_check {
            let write = || -> std::io::Result<()> {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                std::fs::write(&path, &content)
            };
            write().map_err(|source| GenerateError::Write { path: path.clone(), source })?;
        }
    }
    if is_check && !changed.is_empty() { Err(GenerateError::OutOfDate(changed)) } else { Ok(changed.len()) }
}

fn document(path: &str, content_type: &'static str, body: String) -> Document {
    Document { path: path.to_owned(), content_type, body }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn terms() -> PaymentTerms {
        let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse().expect("an address");
        PaymentTerms::new("0.002".parse().expect("a price"), pay_to)
    }

    #[test]
    fn a_service_that_takes_payments_says_so_everywhere() {
        let terms = terms();
        let bodies = |terms| {
            served("https://skills.example", terms, true).into_iter().map(|document| (document.path, document.body))
        };
        let (free, paid): (Vec<_>, Vec<_>) = (bodies(None).collect(), bodies(Some(&terms)).collect());
        for path in [
            "/.well-known/x402",
            "/.well-known/x402.json",
            "/openapi.json",
            "/llms.txt",
            "/docs/payments.md",
            "/docs/quickstart.md",
        ] {
            let body = |documents: &[(String, String)]| {
                documents
                    .iter()
                    .find(|document| document.0 == path)
                    .map(|document| document.1.clone())
                    .expect("a document")
            };
            assert!(body(&paid).contains("0.002"), "{path}");
            assert_ne!(body(&free), body(&paid), "{path}");
        }
    }

    #[test]
    fn every_path_is_served_once_and_every_page_has_its_mirror() {
        let terms = terms();
        let documents = served("https://skills.example", Some(&terms), false);
        let paths: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
        assert_eq!(paths.len(), documents.len());
        for path in paths.iter().filter(|path| path.starts_with("/docs/") && !path.ends_with(".md")) {
            assert!(paths.contains(format!("{path}.md").as_str()), "{path}");
        }
        for document in &documents {
            assert!(!document.body.contains(DEFAULT_URL), "{} names the default address", document.path);
        }
    }

    #[test]
    fn links_between_documents_lead_somewhere() {
        let url = "https://skills.example";
        let terms = terms();
        let documents = served(url, Some(&terms), true);
        let paths: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
        let others = ["/mcp", "/health", "/discover", "/inspect", "/verify", "/verify/batch", "/collections"];
        for document in &documents {
            for rest in document.body.split(url).skip(1) {
                let end = rest
                    .find(|character: char| !(character.is_ascii_alphanumeric() || "/-_.".contains(character)))
                    .unwrap_or(rest.len());
                let path = rest[..end].trim_end_matches(['.', '/']);
                assert!(
                    path.is_empty() || paths.contains(path) || others.contains(&path),
                    "{} links to {path}",
                    document.path
                );
            }
        }
    }
}
