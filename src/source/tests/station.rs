//! A host on this machine that answers as a test wants, badly if it must.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What was asked.
#[derive(Debug, Clone)]
pub(in crate::source) struct Request {
    /// The path with its query.
    pub(in crate::source) path: String,
    headers: HashMap<String, String>,
    pub(in crate::source) body: Vec<u8>,
}

impl Request {
    pub(in crate::source) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).cloned()
    }
}

/// What is answered.
pub(in crate::source) enum Reply {
    Whole {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The first half of an answer, whose length is that of the whole.
    Cut(Box<Reply>),
    /// A body without end.
    Endless,
    /// The connection is closed without a word.
    Hangup,
    /// Nothing is said, and the connection stays open.
    Silence,
    /// These bytes, head and all.
    Raw(Vec<u8>),
}

impl Reply {
    pub(in crate::source) fn ok(kind: &str, body: impl AsRef<[u8]>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self::Whole { status: 200, headers, body: body.as_ref().to_vec() }
    }

    pub(in crate::source) fn json(value: &serde_json::Value) -> Self {
        Self::ok("application/json", value.to_string())
    }

    pub(in crate::source) fn status(status: u16) -> Self {
        Self::Whole { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(in crate::source) fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).with("location", location)
    }

    pub(in crate::source) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A host that listens for as long as the process runs.
pub(in crate::source) struct Station {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Station {
    pub(in crate::source) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, heard) = (Arc::new(answer), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, heard) = (Arc::clone(&answer), Arc::clone(&heard));
                thread::spawn(move || serve(stream, &*answer, &heard));
            }
        });
        Self { port, requests }
    }

    pub(in crate::source) fn port(&self) -> u16 {
        self.port
    }

    pub(in crate::source) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(in crate::source) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test panics here").clone()
    }

    /// The paths that were asked for.
    pub(in crate::source) fn paths(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.path).collect()
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Reply, heard: &Mutex<Vec<Request>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let path = words.nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = Request { path, headers, body };
    heard.lock().ok()?.push(request.clone());
    match answer(&request) {
        Reply::Whole { status, headers, body } => stream.write_all(&written(status, &headers, &body)).ok(),
        Reply::Cut(whole) => {
            let Reply::Whole { status, headers, body } = *whole else { return None };
            let bytes = written(status, &headers, &body);
            stream.write_all(&bytes[..bytes.len() - body.len() / 2]).ok()
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").ok()?;
            while stream.write_all(&[b'x'; 4_096]).is_ok() {}
            None
        }
        Reply::Hangup => None,
        Reply::Silence => stream.read_exact(&mut [0]).ok(),
        Reply::Raw(bytes) => stream.write_all(&bytes).ok(),
    }
}

fn written(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Answer\r\nconnection: close\r\n");
    // An answer without a body has no length either (RFC 9110, section 8.6).
    if status != 304 {
        head += &format!("content-length: {}\r\n", body.len());
    }
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    [head.as_bytes(), b"\r\n", body].concat()
}
