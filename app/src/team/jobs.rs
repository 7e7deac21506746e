//! What the agency's own database is told of its people: with the change, and otherwise as soon as a crash is seen to have
//! come between.

use bytes::Bytes;
use serde_json::json;
use tenancy::central::people;
use tenancy::central::team::{self, Copy};
use tenancy::{TenantDb, TenantId, TenantTx, UserId};

use super::db;
use crate::audit::db::enqueue_by_program;
use crate::error::AppError;
use crate::properties::db::photos::keep_removers_out;
use crate::properties::jobs::{SWEEP_FILES, sweep_files};
use crate::state::House;

/// Brings the agency's copy of a member up to date, and gives the records of one who has left to whom they were left to. Done
/// twice, it is done once.
///
/// # Errors
/// The databases'; the worker tries again.
pub async fn catch_up(house: &House, tenant: &TenantDb, user: UserId) -> Result<(), AppError> {
    catch_up_with(house, tenant, user, None).await
}

/// As [`catch_up`], of somebody whose photograph has just been sent.
///
/// # Errors
/// As there.
pub async fn catch_up_with(
    house: &House,
    tenant: &TenantDb,
    user: UserId,
    sent: Option<Bytes>,
) -> Result<(), AppError> {
    let member = team::copy(&house.central, tenant.tenant(), user).await?;
    let heir = heir(house, tenant.tenant(), &member).await?;
    let gone = tenant.transact(async |tx| write(house, tx, (&member, heir.as_ref()), sent.as_ref()).await).await?;
    team::told(&house.central, &member).await?;
    house.accounts.forget(user.as_uuid()).await;
    // At once, and by the job should this not come about: who takes their photograph back is not to be seen on it.
    if let Some(file) = gone {
        sweep_files(house, tenant, &[file]).await?;
    }
    Ok(())
}

/// The copy, and what goes with it. Gives the file that was their photograph and is no more.
async fn write(
    house: &House,
    tx: &mut TenantTx,
    (member, heir): (&Copy, Option<&Copy>),
    sent: Option<&Bytes>,
) -> Result<Option<String>, AppError> {
    let (tenant, mut member) = (tx.tenant(), member.clone());
    if let Some(sha256) = member.photo.take() {
        keep_removers_out(tx).await?;
        member.photo = bring(house, (tenant, member.user), &sha256, sent).await?.then_some(sha256);
    }
    let gone = db::write(tx, &member).await?;
    if let Some(file) = &gone {
        enqueue_by_program(tx, SWEEP_FILES, json!({ "files": [file] })).await?;
    }
    if let Some(heir) = heir {
        db::introduce(tx, heir).await?;
        db::hand_over(tx, member.user.as_uuid(), heir.user.as_uuid()).await?;
    }
    Ok(gone)
}

/// Brings the file of a member's photograph into their agency's folder: as it was just sent, or from another agency of theirs.
/// Says whether it is there.
async fn bring(
    house: &House,
    (tenant, user): (TenantId, UserId),
    sha256: &[u8],
    sent: Option<&Bytes>,
) -> Result<bool, AppError> {
    let mut found = sent.cloned();
    if found.is_none() {
        if house.files.get(tenant, sha256).await?.is_some() {
            return Ok(true);
        }
        for other in people::elsewhere(&house.central, user).await? {
            found = house.files.get(other, sha256).await?;
            if found.is_some() {
                break;
            }
        }
    }
    let Some(bytes) = found else {
        tracing::warn!(%tenant, %user, "the file of a member's photograph is nowhere");
        return Ok(false);
    };
    house.files.put(tenant, sha256, bytes).await?;
    Ok(true)
}

/// Who is given the records of a member who has left: if they have left too since, whoever was given theirs.
async fn heir(house: &House, tenant: TenantId, member: &Copy) -> Result<Option<Copy>, AppError> {
    let mut next = member.heir.filter(|_| !member.active);
    let mut seen = vec![member.user];
    while let Some(heir) = next.filter(|heir| !seen.contains(heir)) {
        let heir = team::copy(&house.central, tenant, heir).await?;
        if heir.active || heir.heir.is_none() {
            return Ok(Some(heir));
        }
        seen.push(heir.user);
        next = heir.heir;
    }
    Ok(None)
}
