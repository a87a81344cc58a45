//! Documents for agents, as they are asked for.

use axum::body::Body;
use axum::http::Request;

use crate::service::Service;

#[tokio::test]
async fn every_page_is_markdown_for_who_asks_for_it() {
    let service = Service::start(&[]).await;
    let ask =
        async |path: &str, accept: &str| service.send(Request::get(path).header("accept", accept), Body::empty()).await;
    for path in [
        "/",
        "/docs",
        "/docs/index",
        "/docs/api",
        "/docs/clients",
        "/docs/mcp-clients",
        "/docs/examples",
        "/docs/rules/download-to-shell",
    ] {
        let mirror = match path {
            "/" | "/docs" => "/docs/index.md".to_owned(),
            path => format!("{path}.md"),
        };
        let mirror = service.get(&mirror).await;
        assert_eq!((mirror.status, mirror.header("vary")), (200, ""), "{path}");
        let markdown = ask(path, "text/markdown, text/html;q=0.5").await;
        assert_eq!(markdown.header("content-type"), "text/markdown; charset=utf-8", "{path}");
        assert_eq!((markdown.header("vary"), &markdown.bytes), ("Accept", &mirror.bytes), "{path}");
        let page = ask(path, "text/html,application/xhtml+xml,*/*;q=0.8").await;
        assert_eq!(
            (page.header("content-type"), page.header("vary")),
            ("text/html; charset=utf-8", "Accept"),
            "{path}"
        );
        assert_ne!(page.header("etag"), markdown.header("etag"), "{path}");
    }
    // What has one form is that, whatever is asked for.
    let plain = ask("/llms.txt", "text/markdown").await;
    assert_eq!((plain.header("content-type"), plain.header("vary")), ("text/plain; charset=utf-8", ""));
}

#[tokio::test]
async fn the_whole_documentation_is_one_file() {
    let service = Service::start(&[]).await;
    let whole = service.get("/llms-full.txt").await.text();
    for path in ["/docs/api.md", "/docs/clients.md", "/docs/examples.md", "/docs/rules/download-to-shell.md"] {
        let page = service.get(path).await;
        assert!(whole.contains(&page.text()), "{path}");
    }
}

#[tokio::test]
async fn the_examples_in_the_documentation_are_the_programs_that_run() {
    let service = Service::start(&[]).await;
    let page = service.get("/docs/examples.md").await.text();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/clients");
    for name in ["discover.sh", "discover.py", "discover.ts", "discover.rs"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the program is there");
        assert!(page.contains(&text), "{name}");
    }
}

#[tokio::test]
async fn without_a_contact_there_is_no_security_txt() {
    let service = Service::start(&[]).await;
    assert_eq!(service.get("/.well-known/security.txt").await.status, 404);
    let service = Service::with_contact("mailto:security@skills.example").await;
    let answer = service.get("/.well-known/security.txt").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(answer.text().starts_with("Contact: mailto:security@skills.example\nExpires: "), "{}", answer.text());
}
