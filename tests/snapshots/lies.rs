use serde_json::{Value, json};
use touchmark::app;
use touchmark::snapshot::{Manifest, PartKind};

use super::file::Opened;
use super::world::{World, export, import, open, storage};

/// A way to change a snapshot, and a part of what is said when it is refused.
type Lie = (&'static str, Box<dyn Fn(Opened) -> Vec<u8>>, &'static str);

fn lie(name: &'static str, change: impl Fn(Opened) -> Vec<u8> + 'static, reason: &'static str) -> Lie {
    (name, Box::new(change), reason)
}

/// Lies of whoever gives the index away: digests and counts are right.
fn of_the_origin() -> Vec<Lie> {
    use PartKind::{Blobs, Bundles, Skills, Sources, Verdicts};
    let line = |name, kind, change: fn(&mut Value), reason| {
        lie(name, move |opened| opened.line(kind, 0, change).sealed(), reason)
    };
    let lines = |name, kind, change: fn(&mut Vec<String>), reason| {
        lie(name, move |opened| opened.lines(kind, change).sealed(), reason)
    };
    let blobs =
        |name, change: fn(&mut Vec<Vec<u8>>), reason| lie(name, move |opened| opened.blobs(change).sealed(), reason);
    vec![
        line("a change without a number", Skills, |row| row["sequence"] = json!(0), "which is not here"),
        line("a change of the future", Skills, |row| row["sequence"] = json!(1_000_000), "which is not here"),
        line("a bundle that is not there", Skills, |row| row["bundle"] = json!("0".repeat(64)), "is not there"),
        line("another state of a listing", Skills, |row| row["is_listed"] = json!(false), "not listed"),
        line("a skill of another place", Skills, |row| row["source"]["identity"]["directory"] = json!("x"), "state"),
        line("a host in capitals", Skills, |row| row["source"]["identity"]["host"] = json!("LOCAL"), "spelled"),
        line("a field more", Skills, |row| row["trusted"] = json!(true), "unknown field"),
        line("an escape sequence", Skills, |row| row["seen_by"] = json!(["\u{1b}[2J"]), "control characters"),
        line("an earlier bundle", Skills, |row| row["earlier"] = json!(["1".repeat(64)]), "not there"),
        line("stars beyond counting", Skills, |row| row["stars"] = json!(u64::MAX), "too high"),
        lines("a skill less", Skills, |lines| drop(lines.pop()), "does not lead to the state"),
        lines("a skill twice", Skills, |lines| lines.push(lines[0].clone()), "out of order"),
        lines("skills in another order", Skills, |lines| lines.reverse(), "out of order"),
        lines("no JSON", Skills, |lines| lines[0] = "skill".to_owned(), "cannot be read"),
        lines("an empty line", Skills, |lines| lines[0].clear(), "cannot be read"),
        line("another name", Bundles, |row| row["name"] = json!("other"), "not what its bytes give"),
        line("another path", Bundles, |row| row["files"][1]["path"] = json!("a/b.py"), "not what its bytes give"),
        line("a way out", Bundles, |row| row["files"][1]["path"] = json!("../../x"), "not what its bytes give"),
        line(
            "a file that runs, or no longer",
            Bundles,
            |row| {
                let runs = row["files"][1]["is_executable"] == json!(true);
                row["files"][1]["is_executable"] = json!(!runs);
            },
            "bytes give",
        ),
        line("another key", Bundles, |row| row["key"] = json!("2".repeat(64)), "bytes give"),
        line("a file less", Bundles, |row| drop(row["files"].as_array_mut().expect("files").pop()), "bytes give"),
        line("a flag with markup", Bundles, |row| row["quality_flags"] = json!(["<b>"]), "flag of quality"),
        line(
            "an issue with an escape",
            Bundles,
            |row| row["issues"] = json!([{ "kind": "missing_name", "path": "x", "message": "\u{7}" }]),
            "control characters",
        ),
        line(
            "a file that was not read",
            Bundles,
            |row| row["unread"] = json!([{ "path": "x", "size_bytes": 1, "reason": "y" }]),
            "bytes give",
        ),
        lines("a bundle less", Bundles, |lines| drop(lines.remove(0)), "not there"),
        lines("a bundle twice", Bundles, |lines| lines.insert(0, lines[0].clone()), "out of order"),
        blobs("another byte", |files| files[0][0] ^= 1, ""),
        blobs("a file less", |files| drop(files.pop()), "not there"),
        blobs("a file twice", |files| files.push(files[0].clone()), "out of order"),
        blobs("files in another order", |files| files.reverse(), "out of order"),
        lie(
            "a length that lies",
            |mut opened| {
                opened.part(Blobs)[..4].copy_from_slice(&u32::MAX.to_le_bytes());
                let rows = opened.manifest.parts.iter().map(|part| part.rows).collect::<Vec<_>>();
                for (part, content) in opened.manifest.parts.iter_mut().zip(&opened.parts) {
                    part.digest = touchmark::skill::Sha256Digest::of(content);
                }
                assert_eq!(rows, opened.manifest.parts.iter().map(|part| part.rows).collect::<Vec<_>>());
                opened.to_bytes()
            },
            "longer than its part",
        ),
        line("a milder verdict", Verdicts, |row| row["report"]["status"] = json!("unaudited"), "findings say"),
        line("a better score", Verdicts, |row| row["report"]["risk_score"] = json!(77), "findings say"),
        line(
            "a verdict on other bytes",
            Verdicts,
            |row| row["report"]["content_hash"] = json!("3".repeat(64)),
            "other bytes",
        ),
        line("a verdict on nothing", Verdicts, |row| row["bundle"] = json!("4".repeat(64)), ""),
        line("rules with a line end", Verdicts, |row| row["report"]["ruleset_version"] = json!("1\n2"), "control"),
        line("a verdict of no kind", Verdicts, |row| row["report"]["status"] = json!("trusted"), "cannot be read"),
        lines("a verdict less", Verdicts, |lines| drop(lines.remove(0)), "nobody has scanned"),
        lines("a source twice", Sources, |lines| lines.push(lines[0].clone()), "out of order"),
    ]
}

/// Lies in the manifest.
fn in_the_manifest() -> Vec<Lie> {
    let manifest = |name, change: fn(&mut Manifest), reason| {
        lie(
            name,
            move |mut opened| {
                change(&mut opened.manifest);
                opened.to_bytes()
            },
            reason,
        )
    };
    let text = |name, change: fn(String) -> String, reason| {
        lie(
            name,
            move |opened| {
                let text = String::from_utf8(opened.manifest.to_bytes()).expect("text");
                opened.with_manifest(change(text).as_bytes())
            },
            reason,
        )
    };
    vec![
        manifest("a newer format", |manifest| manifest.version = 3, "version 3"),
        manifest("another format", |manifest| manifest.format = "zip".to_owned(), "version"),
        manifest("a delta of nothing", |manifest| manifest.kind = touchmark::snapshot::SnapshotKind::Delta, "follows"),
        manifest("more skills than changes", |manifest| manifest.sequence = 1, "more skills than changes"),
        manifest("a number beyond counting", |manifest| manifest.sequence = u64::MAX, "too high"),
        manifest("another root", |manifest| manifest.root = touchmark::skill::Sha256Digest::of(b""), "state"),
        manifest("absurd counts", |manifest| manifest.counts.skills = u64::MAX, "counts"),
        manifest("absurd rows", |manifest| manifest.parts[0].rows = u64::MAX, "more rows than bytes"),
        manifest("an absurd size", |manifest| manifest.parts[0].size_bytes = u64::MAX, "too large"),
        manifest("an empty part", |manifest| manifest.parts[0].size_bytes = 0, "empty"),
        manifest("another size", |manifest| manifest.parts[0].size_bytes += 1, ""),
        manifest("another order", |manifest| manifest.parts.reverse(), "not in order"),
        manifest("another name", |manifest| manifest.parts[0].name = "blobs.bin".to_owned(), "name"),
        manifest("another digest", |manifest| manifest.parts[0].digest = manifest.root, "damaged"),
        manifest("rules with a bell", |manifest| manifest.ruleset = "\u{7}".to_owned(), "version"),
        manifest(
            "one row less",
            |manifest| {
                let last = manifest.parts.last_mut().expect("a part");
                last.rows -= 1;
                manifest.counts.skills -= 1;
            },
            "number of rows",
        ),
        manifest(
            "a part less",
            |manifest| {
                manifest.parts.pop();
                manifest.counts.skills = 0;
            },
            "",
        ),
        text("another spelling", |text| format!(" {text}"), "not written as"),
        text("a field more", |text| text.replacen('{', "{\"signed\":true,", 1), "unknown field"),
        text("a field twice", |text| text.replacen('{', "{\"version\":1,", 1), "duplicate"),
        text("no JSON", |_| "manifest".to_owned(), "form"),
    ]
}

/// What happens on the way.
fn on_the_way() -> Vec<Lie> {
    let bytes =
        |name, change: fn(Vec<u8>) -> Vec<u8>, reason| lie(name, move |opened| change(opened.to_bytes()), reason);
    vec![
        bytes("nothing", |_| Vec::new(), "no snapshot"),
        bytes("text", |_| b"<html>".to_vec(), "no snapshot"),
        bytes("cut off at its end", |bytes| bytes[..bytes.len() - 1].to_vec(), "cut off"),
        bytes("cut off half way", |bytes| bytes[..bytes.len() / 2].to_vec(), "cut off"),
        bytes("cut off at once", |bytes| bytes[..5].to_vec(), "cut off"),
        bytes("not compressed", |bytes| zstd::decode_all(bytes.as_slice()).expect("compressed"), "no snapshot"),
        bytes("twice", |bytes| [bytes.clone(), bytes].concat(), "goes on"),
        bytes("more at its end", |bytes| [bytes, zstd::encode_all(&b"x"[..], 1).expect("a frame")].concat(), "goes on"),
        bytes("a bomb", |_| zstd::encode_all(std::io::repeat(0).take_bytes(1 << 27), 3).expect("a frame"), ""),
        lie(
            "a part of another snapshot",
            |mut opened| {
                let place = opened.parts.len() - 1;
                opened.parts[place] = b"{}\n".to_vec();
                opened.to_bytes()
            },
            "",
        ),
    ]
}

/// Reads so many bytes of an endless reader.
trait TakeBytes: std::io::Read + Sized {
    fn take_bytes(self, count: u64) -> std::io::Take<Self> {
        std::io::Read::take(self, count)
    }
}

impl<R: std::io::Read> TakeBytes for R {}

#[tokio::test]
async fn what_was_changed_is_refused_with_a_reason_and_changes_nothing() {
    let world = World::with_skills(3).await;
    let (_, good) = export(&world.services, None).await;
    let opened = Opened::of(&good);
    let follower = world.path("follower");
    assert!(import(&follower, &opened.clone().sealed(), false).await.is_ok(), "what is put together again is taken");
    let before = export(&open(&follower).await, None).await.1;
    let lies: Vec<Lie> = of_the_origin().into_iter().chain(in_the_manifest()).chain(on_the_way()).collect();
    assert!(lies.len() >= 60, "{}", lies.len());
    let mut wrong = Vec::new();
    for (number, (name, change, reason)) in lies.iter().enumerate() {
        let bytes = change(opened.clone());
        let data = world.path(&format!("empty-{number}"));
        match import(&data, &bytes, false).await {
            Ok(_) => wrong.push(format!("{name}: taken over")),
            Err(refused) if !refused.to_string().contains(reason) => wrong.push(format!("{name}: {refused}")),
            Err(_) => {}
        }
        if app::standing(&storage(&data)).await.expect("it is read").is_some() {
            wrong.push(format!("{name}: something is there"));
        }
        let _ = import(&follower, &bytes, false).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(export(&open(&follower).await, None).await.1 == before, "the follower is as it was");
}

#[tokio::test]
async fn no_flipped_bit_is_taken_over() {
    let world = World::with_skills(1).await;
    let (_, good) = export(&world.services, None).await;
    let step = (good.len() / 60).max(1);
    for (number, at) in (0..good.len()).step_by(step).enumerate() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (number % 8);
        let data = world.path(&format!("empty-{number}"));
        // A frame has bits that mean nothing; what comes out is then the same.
        if let Ok(report) = import(&data, &bytes, false).await {
            assert_eq!(zstd::decode_all(bytes.as_slice()).ok(), zstd::decode_all(good.as_slice()).ok(), "byte {at}");
            assert_eq!(report.manifest.counts.skills, Opened::of(&good).manifest.counts.skills);
        }
    }
}
