use std::io::Write;
use std::time::Duration;

use touchmark::crawl::{CrawlPlan, Pace};
use touchmark::skill::limits;
use touchmark::store::{FailureCause, JobBounds};

use super::repositories::{GitFile, skill, skills};
use super::station::{BOUNDS, PACE, Station, digests, names, open, run};

/// What a crawl makes of a repository.
enum Fate {
    /// It is read; so many of its skills are stored.
    Read(usize),
    /// It is given up for this reason.
    GivenUp(FailureCause),
}

fn gzip_of_zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..bytes / (1024 * 1024) {
        encoder.write_all(&[0; 1024 * 1024]).expect("it is compressed");
    }
    encoder.finish().expect("it is compressed")
}

fn alias_bomb() -> String {
    let mut text = "---\nname: bomb\ndescription: A bomb.\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", alias.trim_end_matches(", ")));
    }
    text + "---\n# bomb\n"
}

/// Every way in which a repository is hostile, beside good ones.
fn repositories() -> Vec<(&'static str, Vec<GitFile>, Fate)> {
    let one =
        |path: &str, content: Vec<u8>| vec![GitFile::new("s/SKILL.md", skill("s", 1)), GitFile::new(path, content)];
    let many = |count: usize| (0..count).map(|number| GitFile::new(format!("src/{number}.txt"), "x")).collect();
    let mut crowd: Vec<GitFile> = many(250);
    crowd.extend(skills(&names("crowd", 2), 1));
    vec![
        ("a-good", skills(&names("a", 2), 1), Fate::Read(2)),
        ("alias-bomb", vec![GitFile::new("bomb/SKILL.md", alias_bomb())], Fate::Read(1)),
        ("archive-bomb", one("s/data.gz", gzip_of_zeros(64 * 1024 * 1024)), Fate::Read(1)),
        ("crowd", crowd, Fate::GivenUp(FailureCause::TooMany)),
        ("huge-blob", one("s/model.bin", vec![0; limits::FILE_BYTES as usize + 1]), Fate::Read(1)),
        ("large", one("s/notes.txt", vec![b'x'; 300 * 1024]), Fate::GivenUp(FailureCause::TooLarge)),
        (
            "link-loop",
            vec![
                GitFile::new("s/SKILL.md", skill("s", 1)),
                GitFile::link("s/loop", "loop"),
                GitFile::link("s/up", ".."),
                GitFile::link("t/SKILL.md", "../t/SKILL.md"),
            ],
            Fate::Read(1),
        ),
        ("many-skills", skills(&names("m", 30), 1), Fate::GivenUp(FailureCause::TooMany)),
        (
            "not-utf8",
            vec![
                GitFile::new("s/SKILL.md", skill("s", 1)),
                GitFile::new(b"s/\xff.txt", "x"),
                GitFile::new(b"\xfe/SKILL.md", skill("t", 1)),
            ],
            Fate::Read(1),
        ),
        ("nul", vec![GitFile::new("s/SKILL.md", b"---\nname: s\0\n---\n\0\0".to_vec())], Fate::Read(1)),
        ("z-good", skills(&names("z", 3), 1), Fate::Read(3)),
    ]
}

#[tokio::test]
async fn a_poisoned_repository_costs_its_own_job_and_nothing_else() {
    let station = Station::new();
    let rows = repositories();
    for (name, files, _) in &rows {
        station.write(name, files);
    }
    // A repository whose commit is not there, and a reference that nobody made.
    station.write("damaged", &skills(&names("d", 1), 1));
    let missing = "1111111111111111111111111111111111111111\n";
    std::fs::write(station.repository("damaged").join("refs/heads/main"), missing).expect("it is damaged");
    let mut listed: Vec<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    listed.extend(["damaged", "a-good#nobody-made-this", "not-there"].map(str::to_owned));
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = station.plan(&listed);
    let report = run(&pipeline, &plan).await;

    let mut expected: Vec<(String, FailureCause)> = rows
        .iter()
        .filter_map(|(name, _, fate)| match fate {
            Fate::GivenUp(cause) => Some(((*name).to_owned(), *cause)),
            Fate::Read(_) => None,
        })
        .collect();
    expected.push(("a-good#nobody-made-this".to_owned(), FailureCause::Gone));
    expected.push(("damaged".to_owned(), FailureCause::Unreadable));
    expected.sort();
    let mut seen: Vec<(String, FailureCause)> = report
        .troubles
        .iter()
        .map(|(key, trouble)| (key.rsplit('/').next().unwrap_or_default().to_owned(), trouble.failure.cause))
        .collect();
    seen.sort();
    assert_eq!(seen, expected, "{:?}", report.troubles);
    assert!(report.troubles.values().all(|trouble| trouble.retry_at.is_none()));
    assert_eq!(report.refused.len(), 1, "what is not there is told of: {:?}", report.refused);

    let stored = digests(&*pipeline.store).await;
    for (name, _, fate) in &rows {
        let count = stored.iter().filter(|row| row.contains(&format!("/{name}"))).count();
        match fate {
            Fate::Read(skills) => assert_eq!(count, *skills, "{name}: {stored:#?}"),
            // What is too large is found out while it is read; nothing of the rest is looked at.
            Fate::GivenUp(_) => assert_eq!(count, 0, "{name}: {stored:#?}"),
        }
    }
    let again = run(&pipeline, &plan).await;
    assert_eq!((again.visits, again.enqueued.poisoned), (0, expected.len() as u64), "what was given up is left alone");
    let retried = run(&pipeline, &CrawlPlan { takes_up_poisoned: true, ..plan }).await;
    assert_eq!(retried.failed(), expected.len() as u64);
}

#[tokio::test]
async fn what_grew_beyond_its_bounds_unlists_nothing() {
    let station = Station::new();
    let listed = vec!["r".to_owned()];
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = CrawlPlan { since: Duration::ZERO, ..station.plan(&listed) };
    station.write("r", &skills(&names("old", 3), 1));
    run(&pipeline, &plan).await;
    for files in [
        vec![GitFile::new("s/SKILL.md", skill("s", 1)), GitFile::new("s/notes.txt", vec![b'x'; 300 * 1024])],
        skills(&names("many", 30), 1),
    ] {
        station.write("r", &files);
        let report = run(&pipeline, &CrawlPlan { takes_up_poisoned: true, ..plan.clone() }).await;
        assert_eq!((report.failed(), report.skills_removed), (1, 0));
        assert_eq!(pipeline.store.counts().await.expect("it is read").listed, 3);
    }
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_and_what_cannot_be_reached_waits() {
    let station = Station::new();
    station.write("slow", &skills(&names("s", 3), 1));
    let pipeline = open(&station.root.path().join("data")).await;
    let mut plan = station.plan(&["slow".to_owned()]);
    plan.list.sources[0].bounds = JobBounds { time_ms: 0, ..BOUNDS };
    let mut unreachable = plan.list.sources[0].clone();
    // Nothing listens on port 1 of this machine.
    unreachable.source = "http://127.0.0.1:1/owner/repository".to_owned();
    unreachable.bounds = BOUNDS;
    plan.list.sources.push(unreachable);
    plan.pace = Pace { backoff: touchmark::crawl::Backoff { attempts: 2, ..PACE.backoff }, ..PACE };
    let report = run(&pipeline, &plan).await;
    let seen: Vec<_> =
        report.troubles.values().map(|trouble| (trouble.failure.cause, trouble.retry_at.is_some())).collect();
    assert_eq!(seen, [(FailureCause::TooSlow, false), (FailureCause::Unreachable, true)], "{:?}", report.troubles);
    assert_eq!(report.remaining, 1);
    assert_eq!(run(&pipeline, &plan).await.visits, 0, "it waits for its time");
}
