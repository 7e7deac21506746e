//! What the agency's own database is told of its people: with the change, and otherwise as soon as a crash is seen to have
//! come between.

use tenancy::central::team::{self, Copy};
use tenancy::{TenantDb, TenantId, UserId};

use super::db;
use crate::error::AppError;
use crate::state::House;

/// Brings the agency's copy of a member up to date, and gives the records of one who has left to whom they were left to. Done
/// twice, it is done once.
///
/// # Errors
/// The databases'; the worker tries again.
pub async fn catch_up(house: &House, tenant: &TenantDb, user: UserId) -> Result<(), AppError> {
    let member = team::copy(&house.central, tenant.tenant(), user).await?;
    let heir = heir(house, tenant.tenant(), &member).await?;
    let mut tx = tenant.begin().await?;
    db::write(&mut tx, &member).await?;
    if let Some(heir) = heir {
        db::introduce(&mut tx, &heir).await?;
        db::hand_over(&mut tx, member.user.as_uuid(), heir.user.as_uuid()).await?;
    }
    tx.commit().await?;
    team::told(&house.central, &member).await?;
    house.accounts.forget(user.as_uuid()).await;
    Ok(())
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
