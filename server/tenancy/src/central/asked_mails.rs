//! Mails to addresses that somebody has only typed: invitations, and links to an address that is to become theirs. What one
//! agency sends to one mailbox, what all of them send there, and what one agency sends at all, has an end (RL-08). Operators belong
//! to none, and are counted together as if they were one.

use time::{Duration, OffsetDateTime};

use super::CentralTx;
use crate::{CentralDb, Key, TenantId};

/// To one address within an hour, whoever sends them.
const TO_ONE_ADDRESS: i64 = 3;
/// Of one agency to one address within a day.
const OF_ONE_TO_ONE: i64 = 5;
/// Of one agency within a day.
const OF_ONE_AGENCY: i64 = 100;

/// Counts one more mail of an agency's people to an address, or of operators, or says after how long there may be one.
///
/// # Errors
/// The database's.
pub(super) async fn count(
    tx: &mut CentralTx,
    key: &Key,
    (tenant, to): (Option<TenantId>, &str),
    at: OffsetDateTime,
) -> Result<Option<Duration>, sqlx::Error> {
    let recipient = key.derive("asked mail", &[to.as_bytes()]).to_vec();
    let whose = tenant.map_or_else(|| "operators".to_owned(), |tenant| tenant.to_string());
    let tenant = tenant.map(TenantId::as_uuid);
    // Two at once count one after the other.
    for counted in [format!("mails of {whose}"), format!("mails to {recipient:02x?}")] {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", counted).execute(&mut **tx).await?;
    }
    let (hour, day) = (at - Duration::HOUR, at - Duration::DAY);
    let row = sqlx::query!(
        r#"select count(*) filter (where recipient_key = $1 and at > $3) as "to_it!",
                  count(*) filter (where recipient_key = $1 and is_theirs) as "of_one_to_it!",
                  count(*) filter (where is_theirs) as "of_one!",
                  min(at) filter (where recipient_key = $1 and at > $3) as to_it_first,
                  min(at) filter (where is_theirs and recipient_key = $1) as of_one_to_it_first,
                  min(at) filter (where is_theirs) as of_one_first
           from (select recipient_key, at, tenant_id is not distinct from $2 as is_theirs
                 from asked_mails
                 where at > $4 and (recipient_key = $1 or tenant_id = $2 or ($2::uuid is null and tenant_id is null))) counted"#,
        recipient,
        tenant,
        hour,
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    let full = [
        (row.of_one >= OF_ONE_AGENCY, row.of_one_first, day),
        (row.of_one_to_it >= OF_ONE_TO_ONE, row.of_one_to_it_first, day),
        (row.to_it >= TO_ONE_ADDRESS, row.to_it_first, hour),
    ];
    if let Some((_, first, since)) = full.into_iter().find(|(is_full, ..)| *is_full) {
        return Ok(Some(first.unwrap_or(at) - since));
    }
    sqlx::query!("insert into asked_mails (tenant_id, recipient_key, at) values ($1, $2, $3)", tenant, recipient, at)
        .execute(&mut **tx)
        .await?;
    Ok(None)
}

/// Deletes what does not count any more.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from asked_mails where at < $1", now - Duration::DAY).execute(db.pool()).await?;
    Ok(done.rows_affected())
}
