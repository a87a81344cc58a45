//! What the `skills` command line asks a registry.

use serde_json::{Value, json};

use crate::service::{Service, URL, row, skill};

fn names(answer: &Value) -> Vec<(&str, &str)> {
    let skills = answer["skills"].as_array().expect("skills").iter();
    skills.map(|skill| (skill["source"].as_str().expect("a source"), skill["name"].as_str().expect("a name"))).collect()
}

#[tokio::test]
async fn a_search_answers_as_the_client_reads_it() {
    let rows = [
        row("Org/one", "zebra-tables/SKILL.md", &skill("Zebra Tables", "Draws zebra striped tables.")),
        row("other/two", "zebra-lists/SKILL.md", &skill("zebra-lists", "Draws zebra striped lists.")),
    ];
    let service = Service::start(&rows).await;
    let answer = service.get("/api/search?q=zebra%20striped%20tables&limit=20").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
    let found = answer.json();
    assert_eq!(
        found["skills"][0],
        json!({ "id": "Org/one/zebra-tables", "name": "zebra-tables", "source": "Org/one", "installs": 0 })
    );
    let owned = service.get("/api/search?q=zebra&limit=20&owner=OTHER").await.json();
    assert_eq!(names(&owned), [("other/two", "zebra-lists")]);
    assert_eq!(service.get("/api/search?q=zebra&limit=1").await.json()["skills"].as_array().map(Vec::len), Some(1));
    // What is not on GitHub is named by a collection that the same client can install from.
    let starter = service.get("/api/search?q=conventional%20commits").await.json();
    let collection = format!("{URL}/collections/starter/touchmark/starter");
    assert!(names(&starter).contains(&(collection.as_str(), "conventional-commits")), "{starter:#}");
    assert_eq!(
        service.get("/api/search?q=bad%20example%20hidden&owner=touchmark").await.json(),
        json!({ "skills": [] })
    );
    for query in ["", "?q=", "?q=x&limit=0", "?q=x&limit=-1", "?q=x&unknown=1", "?q=a&q=b"] {
        let answer = service.get(&format!("/api/search{query}")).await;
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (400, Some("INVALID_REQUEST")), "{query}");
    }
}

#[tokio::test]
async fn a_download_holds_the_files_and_the_digest_of_the_lockfile() {
    let text = skill("Demo Skill", "Demo.");
    let service = Service::start(&[row("Org/one", "skills/demo/SKILL.md", &text)]).await;
    let answer = service.get("/api/download/org/one/demo-skill").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = answer.json();
    assert_eq!(found["files"], json!([{ "path": "SKILL.md", "contents": text }]));
    let bytes = [b"SKILL.md".as_slice(), text.as_bytes()].concat();
    assert_eq!(found["hash"], touchmark::skill::Sha256Digest::of(&bytes).to_hex());
    for path in
        ["/api/download/org/one/other", "/api/download/nobody/one/demo-skill", "/api/download/org%2Fone/x/demo-skill"]
    {
        assert_eq!(service.get(path).await.status, 404, "{path}");
    }
}
