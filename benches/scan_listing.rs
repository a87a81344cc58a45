//! Lists of 100,000 scans by page, and how long each takes. `just scan-listing` prints the table.

use std::error::Error;
use std::time::{Duration, Instant};

use touchmark::account::{EmailAddress, PasswordHash, TeamId, Tier, UserId};
use touchmark::scan::RiskBand;
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::store::{
    Accounts, AuditEntry, NewAccount, NewScan, ScanFilter, ScanKind, ScanLimits, ScanPage, ScanResult, ScanSpaces,
    ScanStatus, Scans, SqliteStore,
};

const SCANS: u32 = 100_000;
const LIMIT: u32 = 20;
const ROUNDS: usize = 50;

fn at(seconds: u32) -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + i64::from(seconds) * 1_000)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(&folder.path().join("touchmark.db")).await?;
    let (user, team) = (UserId::draw()?, TeamId::draw()?);
    let email: EmailAddress = "dev@example.com".parse()?;
    let password = PasswordHash::from_stored("none".to_owned());
    let account = NewAccount { id: user.clone(), email, name: None, password, tier: Tier::Team };
    let entry = AuditEntry {
        actor: "operator".to_owned(),
        team: None,
        action: "account.create",
        subject: user.to_string(),
        detail: serde_json::json!({}),
    };
    store.create_account(&account, &entry, at(0)).await?;
    let limits = ScanLimits { per_day: u32::MAX, waiting: u32::MAX, queue: u32::MAX };
    for number in 0..SCANS {
        let result = ScanResult {
            score: number % 60,
            verdict: RiskBand::of(number % 60),
            digests: vec![Sha256Digest::of(&number.to_be_bytes())],
            summary: serde_json::json!({ "issues": 1, "secrets": 0, "classes": ["script"] }),
            detail: serde_json::json!({ "phases": "x".repeat(1_500) }),
        };
        let scan = NewScan {
            key: uuid::Uuid::new_v4().into(),
            kind: ScanKind::Upload,
            owner: user.clone(),
            // Half of them are the team's: both parts of a list are long.
            team: number.is_multiple_of(2).then(|| team.clone()),
            target: format!("file-{number}.zip"),
            policy: None,
            digest: Some(Sha256Digest::of(&number.to_le_bytes())),
            result: Some(result),
            file: None,
        };
        store.create_scan(&scan, &limits, at(number / 3)).await?;
    }
    let spaces = ScanSpaces { user, team: Some(team) };
    let all = ScanFilter { is_upload: true, ..ScanFilter::default() };
    let offset = |offset: u64| ScanPage::Offset { offset, limit: LIMIT };
    let middle = ScanPage::After { last: Some((at(SCANS / 6), i64::from(SCANS / 2))), limit: LIMIT };
    let rows = [
        ("first page", all.clone(), offset(0)),
        ("page at 1,000", all.clone(), offset(1_000)),
        ("page in the middle", all.clone(), offset(50_000)),
        ("last page", all.clone(), offset(99_980)),
        ("first page by cursor", all.clone(), ScanPage::After { last: None, limit: LIMIT }),
        ("page in the middle by cursor", all.clone(), middle),
        ("status that none has", ScanFilter { status: Some(ScanStatus::Failed), ..all.clone() }, offset(0)),
        ("verdict, by cursor", ScanFilter { verdict: Some(RiskBand::Critical), ..all.clone() }, middle),
        ("status that all have", ScanFilter { status: Some(ScanStatus::Completed), ..all.clone() }, offset(0)),
        ("text in the name, ten fit", ScanFilter { search: Some("9999".to_owned()), ..all }, offset(0)),
    ];
    println!("| {SCANS} scans, {LIMIT} a page | median, ms | slowest of {ROUNDS}, ms |\n|---|---|---|");
    for (name, filter, page) in rows {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            store.list_scans(&spaces, &filter, page).await?;
            times.push(started.elapsed());
        }
        times.sort();
        let shown = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!("| {name} | {:.2} | {:.2} |", shown(times[ROUNDS / 2]), shown(times[ROUNDS - 1]));
    }
    Ok(())
}
