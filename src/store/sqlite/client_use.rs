//! What clients have used of their quotas.

use sqlx::{Row, SqlitePool};

use super::super::{ClientUse, StoreError};

pub(super) async fn client_use(pool: &SqlitePool, day: i64, limit: u32) -> Result<Vec<ClientUse>, StoreError> {
    let rows = sqlx::query(
        "SELECT client, workflows, unresolved_inspects, lookups FROM client_use WHERE day = ? \
         ORDER BY workflows DESC, unresolved_inspects DESC, lookups DESC LIMIT ?",
    )
    .bind(day)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let read = |row: sqlx::sqlite::SqliteRow| ClientUse {
        day,
        client: row.get(0),
        workflows: row.get(1),
        unresolved_inspects: row.get(2),
        lookups: row.get(3),
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn put_client_use(pool: &SqlitePool, rows: &[ClientUse]) -> Result<(), StoreError> {
    let Some(today) = rows.iter().map(|row| row.day).max() else { return Ok(()) };
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("DELETE FROM client_use WHERE day < ?").bind(today).execute(&mut *change).await?;
    for row in rows.iter().filter(|row| row.day == today) {
        sqlx::query(
            "INSERT INTO client_use (day, client, workflows, unresolved_inspects, lookups) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (day, client) DO UPDATE SET workflows = excluded.workflows, \
             unresolved_inspects = excluded.unresolved_inspects, lookups = excluded.lookups",
        )
        .bind(row.day)
        .bind(&row.client)
        .bind(row.workflows)
        .bind(row.unresolved_inspects)
        .bind(row.lookups)
        .execute(&mut *change)
        .await?;
    }
    change.commit().await?;
    Ok(())
}
