//! Databases of earlier and later versions.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::SqliteStore;
use crate::account::{EmailAddress, Role, TeamId, Tier, UserId};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::suite;
use crate::store::{Accounts, Store, StoreError, Teams};

async fn open_plain(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
}

/// Writes a database as a program of an earlier version left it: with the migrations up to
/// `last`.
async fn write_earlier(path: &Path, last: i64) -> SqlitePool {
    let mut migrator: Migrator = sqlx::migrate!("src/store/sqlite/migrations");
    let earlier: Vec<_> = migrator.migrations.iter().filter(|one| one.version <= last).cloned().collect();
    assert_eq!(earlier.last().map(|one| one.version), Some(last));
    migrator.migrations = earlier.into();
    let pool = open_plain(path).await;
    migrator.run(&pool).await.expect("the earlier schema");
    pool
}

#[tokio::test]
async fn a_database_of_the_first_accounts_keeps_them_and_gets_what_is_new() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("touchmark.db");
    let pool = write_earlier(&path, 12).await;
    let (user, team) = (UserId::draw().expect("an id"), TeamId::draw().expect("an id"));
    let key = Sha256Digest::of(b"key");
    for (statement, is_keyed) in [
        (
            "INSERT INTO users (user_id, email, name, password_hash, tier, session, created_at) \
          VALUES (?1, 'dev@example.com', 'Dev', 'a hash', 'team', 3, 5)",
            false,
        ),
        ("INSERT INTO teams (team_id, name, tier, created_at) VALUES (?2, 'Example', 'team', 6)", false),
        ("INSERT INTO team_members (user_id, team_id, role, joined_at) VALUES (?1, ?2, 'owner', 7)", false),
        (
            "INSERT INTO api_keys (key_id, user_id, digest, name, hint, scopes, created_at) \
          VALUES ('key_00000000000000000000', ?1, ?3, 'ci', 'sk_live_0000…', 'scans:read team:read', 8)",
            true,
        ),
        (
            "INSERT INTO audit_log (at, actor, team_id, action, subject, detail) \
          VALUES (6, ?1, ?2, 'team.create', ?2, '{}')",
            false,
        ),
    ] {
        let query = sqlx::query(statement).bind(user.as_str()).bind(team.as_str());
        let query = if is_keyed { query.bind(key.as_bytes().as_slice()) } else { query };
        query.execute(&pool).await.expect(statement);
    }
    pool.close().await;

    let store = SqliteStore::open(&path).await.expect("it opens and is brought up to date");
    let email: EmailAddress = "dev@example.com".parse().expect("an address");
    let (account, hash) = store.account_by_email(&email).await.expect("read").expect("the account");
    assert_eq!((&account.id, hash.as_str(), account.session, account.tier), (&user, "a hash", 3, Tier::Team));
    assert_eq!(
        account.membership.map(|membership| (membership.team, membership.role)),
        Some((team.clone(), Role::Owner))
    );
    let holder = store.holder_of_key(key, suite::time(9)).await.expect("read").expect("the key");
    assert_eq!(holder.account.id, user);
    let log = store.audit_log(Some(&team), None, 10).await.expect("read");
    assert_eq!(log.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["team.create"]);
    assert!(store.policies(&team).await.expect("what is new is there").is_empty());
    assert!(store.invitations(&team, Timestamp::from_milliseconds(0)).await.expect("read").is_empty());
    // A second start changes nothing.
    drop(store);
    let store = SqliteStore::open(&path).await.expect("it opens again");
    assert_eq!(store.account_count().await.expect("read"), 1);
}

#[tokio::test]
async fn skills_of_an_index_without_accounts_answer_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
    // Skills are written by today's store, and put into a database of the version before accounts.
    let store = SqliteStore::open(&new).await.expect("a new store opens");
    let run = store.begin_run("folder:/fixture", suite::time(0)).await.expect("a run starts");
    let observations = vec![suite::observation("alpha", "Does alpha."), suite::observation("beta", "Does beta.")];
    store.apply(run, observations, suite::time(1)).await.expect("it is stored");
    store.finish_run(run, suite::time(2)).await.expect("the run ends");
    let expected = store.changes_since(0, 10).await.expect("read");
    let pool = write_earlier(&old, 11).await;
    sqlx::query("ATTACH ? AS new").bind(new.to_str().expect("text")).execute(&pool).await.expect("it is attached");
    sqlx::query("PRAGMA foreign_keys = off").execute(&pool).await.expect("it is off");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
         AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(&pool)
    .await
    .expect("the tables");
    assert!(tables.len() > 5, "{tables:?}");
    for table in &tables {
        // Later versions have more of these, and write them when they migrate.
        let known = "UPDATE main.meta SET value = (SELECT n.value FROM new.meta n WHERE n.key = meta.key)".to_owned();
        let statements = match table.as_str() {
            "meta" => vec![known],
            _ => {
                // Later versions may have added columns.
                let columns = format!("SELECT group_concat(name) FROM pragma_table_info('{table}', 'main')");
                let columns: String =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(columns)).fetch_one(&pool).await.expect("the columns");
                vec![
                    format!("DELETE FROM main.{table}"),
                    format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"),
                ]
            }
        };
        for statement in statements {
            // What is only appended is empty in a new database.
            let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&pool).await;
            assert!(done.is_ok() || statement.starts_with("DELETE"), "{statement}: {done:?}");
        }
    }
    pool.close().await;
    let store = SqliteStore::open(&old).await.expect("it opens and is brought up to date");
    let records = |changes: &[crate::store::SkillChange]| -> Vec<_> {
        changes.iter().map(|change| (change.sequence, change.record.clone())).collect()
    };
    let migrated = store.changes_since(0, 10).await.expect("read");
    assert_eq!((records(&migrated), migrated.len()), (records(&expected), 2));
    assert_eq!(store.account_count().await.expect("read"), 0);
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("touchmark.db");
    drop(SqliteStore::open(&path).await.expect("a new store opens"));
    let pool = open_plain(&path).await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9999, 'later', 1, x'00', 0)";
    sqlx::query(later).execute(&pool).await.expect("a row");
    let before: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations").fetch_one(&pool).await.expect("read");
    pool.close().await;
    let error = SqliteStore::open(&path).await.map(|_| ()).expect_err("it is of a later version");
    let text = error.to_string();
    assert!(matches!(error, StoreError::Newer { version: 9999, .. }), "{text}");
    assert!(text.contains("a later version of this program") && text.contains("9999"), "{text}");
    let pool = open_plain(&path).await;
    let after: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations").fetch_one(&pool).await.expect("read");
    assert_eq!(before, after);
}

#[tokio::test]
async fn packages_of_bundles_that_were_stored_before_wait_to_be_read_and_then_meet_what_is_known() {
    use crate::scan::{SafetyStatus, package_uses};
    use crate::skill::SkillBundle;
    use crate::store::package_uses::suite::{ALL, advisory};
    use crate::store::{Advisories, PackageUses};
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("touchmark.db");
    std::fs::write(&path, include_bytes!("../../../tests/fixtures/store-v1.db")).expect("the fixture is copied");
    let store = SqliteStore::open(&path).await.expect("it opens and is brought up to date");
    let record = store.changes_since(0, 1).await.expect("read").remove(0).record;
    assert_eq!(store.packages_of(record.bundle).await.expect("read"), None, "nobody has read it");
    store
        .put_advisories(&[advisory("MAL-2026-1", "2026-01-01T00:00:00Z", ALL, "")], suite::time(1))
        .await
        .expect("stored");
    let waiting = store.unread_packages(None, 10).await.expect("read");
    assert_eq!(waiting.len(), 2);
    let mut read = Vec::new();
    for (key, raw, name) in waiting {
        let (bundle, issues) = SkillBundle::parse(raw, Some(&name)).expect("a skill");
        let mut uses = package_uses(&bundle, &issues);
        if key == record.bundle {
            let text = format!("{}\n`npm install demo-lib`\n", suite::skill_md("alpha", "Does alpha."));
            let (bundle, issues) = SkillBundle::parse(
                crate::skill::RawBundle {
                    files: vec![crate::skill::RawFile {
                        path: "SKILL.md".to_owned(),
                        content: crate::skill::FileContent::Bytes(text.into_bytes()),
                        is_executable: false,
                    }],
                    unread: Vec::new(),
                },
                Some("alpha"),
            )
            .expect("a skill");
            uses = package_uses(&bundle, &issues);
        }
        read.push((key, uses));
    }
    store.put_packages(read, suite::time(2)).await.expect("stored");
    assert!(store.unread_packages(None, 10).await.expect("read").is_empty());
    let after = store.skills(&[record.skill_id]).await.expect("read").remove(0);
    assert_eq!(after.verdict.status, SafetyStatus::Dangerous);
    assert_eq!(store.packages_of(record.bundle).await.expect("read").map(|uses| uses.len()), Some(1));
}
