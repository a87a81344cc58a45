use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use touchmark::operations::Publisher;
use touchmark::surfaces::rest::snapshot_router;

use super::world::{World, export, open};

/// `touchmark snapshot follow --once`.
async fn follow(data: &Path, address: SocketAddr) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    command.args(["snapshot", "follow", "--once", "--json", "--embedder", "none", "--data-dir"]).arg(data);
    command.arg(format!("http://{address}"));
    tokio::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("the program runs")
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}

async fn serve(world: &World) -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = snapshot_router(Publisher::new(world.services.clone(), world.root.path().to_owned()));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    (address, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_takes_the_whole_index_once_and_then_what_has_changed() {
    let world = World::with_skills(4).await;
    let (address, serving) = serve(&world).await;
    let data = world.path("copy");
    let first = answer(&follow(&data, address).await);
    assert_eq!(first["skills"], export(&world.services, None).await.0.manifest.counts.skills);
    assert_eq!(answer(&follow(&data, address).await)["skills"], 0, "nothing has changed");
    world.write("skill-001", "Does something else now.");
    world.write("new", "Does what is new.");
    world.remove("skill-002");
    world.ingest().await;
    let delta = answer(&follow(&data, address).await);
    assert_eq!((&delta["skills"], &delta["bundles"]), (&Value::from(3), &Value::from(2)));
    assert_eq!(delta["listed"].as_u64(), first["listed"].as_u64(), "one came and one went");
    assert!(export(&open(&data).await, None).await.1 == export(&world.services, None).await.1);
    serving.abort();
    let _ = serving.await;
    let refused = follow(&data, address).await;
    assert_eq!(refused.status.code(), Some(1), "nobody answers");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("cannot fetch"));
    assert!(export(&open(&data).await, None).await.1 == export(&world.services, None).await.1);
}

/// Answers every request with these bytes, and hangs up.
fn lying_server(response: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(&response);
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_or_breaks_off_changes_nothing() {
    let world = World::with_skills(3).await;
    let (_, good) = export(&world.services, None).await;
    let data = world.path("copy");
    super::world::import(&data, &good, false).await.expect("it is taken over");
    let respond = |status: &str, length: usize, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    };
    let other = export(&World::with_skills(1).await.services, None).await.1;
    let half = &good[..good.len() / 2];
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n400\r\nabc".to_vec();
    let responses = [
        ("a body that breaks off", respond("200 OK", good.len(), half)),
        ("a length that is too small", respond("200 OK", half.len(), &good)),
        ("a length that is too large", respond("200 OK", good.len() + 100, &good)),
        ("chunks that break off", chunked),
        ("a page", respond("200 OK", 6, b"<html>")),
        ("nothing", respond("200 OK", 0, b"")),
        ("an error", respond("500 Internal Server Error", 2, b"{}")),
        (
            "another address",
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n".to_vec(),
        ),
        ("another index", respond("200 OK", other.len(), &other)),
        ("no HTTP", b"garbage".to_vec()),
    ];
    for (name, response) in responses {
        let refused = follow(&data, lying_server(response)).await;
        assert_eq!(refused.status.code(), Some(1), "{name}");
        assert!(!refused.stderr.is_empty(), "{name}");
    }
    assert!(export(&open(&data).await, None).await.1 == good, "the follower is as it was");
}
