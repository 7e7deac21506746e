//! The agency's own copy of its people, and whose its records are.

use serde_json::json;
use tenancy::central::team::Copy;
use tenancy::{TenantDb, TenantTx};
use uuid::Uuid;

use crate::account::portrait::address;
use crate::audit::db::record_all_by_program;

/// Writes a member as the central database knows them. Gives the file of the photograph that was theirs and is no more.
///
/// # Errors
/// The database's.
pub async fn write(tx: &mut TenantTx, member: &Copy) -> Result<Option<String>, sqlx::Error> {
    let before = sqlx::query_scalar!(
        r#"select encode(photo_sha256, 'hex') as "sha256!" from staff where id = $1 and photo_sha256 is distinct from $2
           and photo_sha256 is not null for update"#,
        member.user.as_uuid(),
        member.photo.as_deref()
    )
    .fetch_optional(&mut *tx)
    .await?;
    let photo_url = member.photo.as_deref().map(|sha256| address(member.user.as_uuid(), sha256));
    sqlx::query!(
        "insert into staff (id, name, email, phone, creci, active, photo_url, photo_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint staff_pkey do update
         set name = excluded.name, email = excluded.email, phone = excluded.phone, creci = excluded.creci,
             active = excluded.active, photo_url = excluded.photo_url, photo_sha256 = excluded.photo_sha256",
        member.user.as_uuid(),
        member.name,
        member.email,
        member.phone,
        member.creci,
        member.active,
        photo_url,
        member.photo.as_deref()
    )
    .execute(tx)
    .await?;
    Ok(before)
}

/// The whole digest of a member's photograph, when its address is this one.
///
/// # Errors
/// `RowNotFound`, also for another agency's.
pub async fn portrait(db: &TenantDb, address: &str) -> Result<Vec<u8>, sqlx::Error> {
    let digest = sqlx::query_scalar!(r#"select photo_sha256 as "sha256!" from staff where photo_url = $1"#, address);
    digest.fetch_one(db).await
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
