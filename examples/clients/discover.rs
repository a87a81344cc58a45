//! Finds a skill, inspects it, and verifies its pin.

use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

async fn ask(path: &str, body: Option<Value>) -> Result<Value, Failure> {
    let url = std::env::var("TOUCHMARK_URL").unwrap_or_else(|_| "http://127.0.0.1:7080".to_owned());
    let client = reqwest::Client::new();
    let request = match body {
        Some(body) => client.post(format!("{url}{path}")).json(&body),
        None => client.get(format!("{url}{path}")),
    };
    Ok(request.send().await?.error_for_status()?.json().await?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let found = ask("/discover", Some(json!({ "query": "write a conventional commit message", "limit": 5 }))).await?;
    let results = found["results"].as_array().ok_or("no results")?;
    let usable = results.iter().find(|result| result["safety"]["recommended_action"] != "block");
    let skill_id = &usable.ok_or("nothing to install")?["skill_id"];

    let seen = ask("/inspect", Some(json!({ "skill_id": skill_id, "query_id": found["query_id"] }))).await?;
    let findings = seen["findings"].as_array().map_or(0, Vec::len);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    println!("{}: {}, {findings} findings", text(&seen["name"]), text(&seen["safety"]["status"]));

    let answer = ask(&format!("/verify?content_hash={}", text(&seen["pin"]["content_hash"])), None).await?;
    println!("matched: {}", answer["matched"]);
    Ok(())
}
