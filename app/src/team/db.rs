//! The agency's own copy of its people, and whose its records are.

use serde_json::json;
use tenancy::central::team::Copy;
use tenancy::{TenantDb, TenantTx};
use uuid::Uuid;

use crate::audit::db::record_all_by_program;

/// Writes a member as the central database knows them.
///
/// # Errors
/// The database's.
pub async fn write(tx: &mut TenantTx, member: &Copy) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into staff (id, name, email, phone, creci, active) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint staff_pkey do update
         set name = excluded.name, email = excluded.email, phone = excluded.phone, creci = excluded.creci,
             active = excluded.active",
        member.user.as_uuid(),
        member.name,
        member.email,
        member.phone,
        member.creci,
        member.active
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a member who is not known there yet; who is, stays as they are.
///
/// # Errors
/// The database's.
pub async fn introduce(tx: &mut TenantTx, member: &Copy) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into staff (id, name, email, phone, creci, active) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint staff_pkey do nothing",
        member.user.as_uuid(),
        member.name,
        member.email,
        member.phone,
        member.creci,
        member.active
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives everything that is one member's to another, archived ones too, each with its line of history. Who registered and who
/// changed a property stays: that is what happened.
///
/// # Errors
/// The database's.
pub async fn hand_over(tx: &mut TenantTx, from: Uuid, to: Uuid) -> Result<(), sqlx::Error> {
    let given = sqlx::query_scalar!(
        "update properties set responsible_id = $2, version = version + 1
         where coalesce(responsible_id, created_by) = $1
         returning id",
        from,
        to
    )
    .fetch_all(&mut *tx)
    .await?;
    let lines = given.into_iter().map(|id| (id, json!({"responsible_id": [from, to]}))).collect();
    record_all_by_program(tx, ("property.hand_over", "property"), lines).await
}

/// How many records are a member's.
///
/// # Errors
/// The database's.
pub async fn count(db: &TenantDb, member: Uuid) -> Result<i64, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from properties where coalesce(responsible_id, created_by) = $1"#,
        member
    );
    count.fetch_one(db).await
}
