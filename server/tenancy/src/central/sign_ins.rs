//! Attempts to sign in: what the throttle counts. E-mail addresses are kept as HMACs only.

use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

use super::CentralTx;
use crate::{CentralDb, Key, line_of};

/// Failures of one account within the window before only a known device gets through.
const ACCOUNT_FAILURES: i64 = 10;
/// Failures of one account since its last success, however slowly they came, before only a known device gets through.
const ACCOUNT_FAILURES_EVER: i64 = 100;
/// Failures from one address within the window before it waits.
const ADDRESS_FAILURES: i64 = 30;
/// Wrong codes of one account within a minute before the next must wait.
const CODES_A_MINUTE: i64 = 5;
/// How far back the throttle looks.
const WINDOW: Duration = Duration::minutes(15);

/// One attempt, before its outcome is known.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// What was typed, lower case.
    pub email: &'a str,
    /// Address of the peer, or of the untrusted hop nearest to a trusted proxy.
    pub ip: IpAddr,
    /// What the device cookie holds, when it holds something.
    pub device: Option<&'a [u8]>,
    /// Now.
    pub at: OffsetDateTime,
    /// What the browser calls itself.
    pub user_agent: Option<&'a str>,
    /// The request.
    pub request_id: Option<&'a str>,
}

/// What the throttle says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password may be checked.
    Go,
    /// Too many failures; come back after so long.
    Wait(Duration),
}

fn email_key(key: &Key, email: &str) -> Vec<u8> {
    key.derive("sign-in e-mail", &[email.as_bytes()]).to_vec()
}

/// Asks whether this attempt may be made at all, before anything is hashed.
///
/// A device on which this person has signed in before is not held up by strangers' failures.
///
/// # Errors
/// The database's.
pub async fn judge(db: &CentralDb, key: &Key, attempt: Attempt<'_>) -> Result<Verdict, sqlx::Error> {
    let email = email_key(key, attempt.email);
    let since = attempt.at - WINDOW;
    let row = sqlx::query!(
        r#"select
             (select count(*) from sign_in_attempts
               where email_key = $1 and at > $3 and not succeeded
                 and at > coalesce((select max(at) from sign_in_attempts where email_key = $1 and succeeded), '-infinity')) as "account!",
             (select count(*) from sign_in_attempts
               where email_key = $1 and not succeeded
                 and at > coalesce((select max(at) from sign_in_attempts where email_key = $1 and succeeded), '-infinity')) as "ever!",
             (select min(at) from sign_in_attempts where email_key = $1 and at > $3 and not succeeded) as account_first,
             (select count(*) from sign_in_attempts where ip_address = $2::text::inet and at > $3 and not succeeded) as "address!",
             (select min(at) from sign_in_attempts where ip_address = $2::text::inet and at > $3 and not succeeded) as address_first,
             exists (select from sign_in_attempts where email_key = $1 and device_key = $4 and succeeded) as "known_device!""#,
        email,
        line_of(attempt.ip).to_string(),
        since,
        attempt.device
    )
    .fetch_one(db.pool())
    .await?;
    let wait = |first: Option<OffsetDateTime>| Verdict::Wait(first.unwrap_or(attempt.at) + WINDOW - attempt.at);
    if row.address >= ADDRESS_FAILURES {
        return Ok(wait(row.address_first));
    }
    if row.ever >= ACCOUNT_FAILURES_EVER && !row.known_device {
        return Ok(Verdict::Wait(Duration::days(1)));
    }
    if row.account >= ACCOUNT_FAILURES && !row.known_device {
        return Ok(wait(row.account_first));
    }
    Ok(Verdict::Go)
}

/// Asks whether a code may be tried. Who tries one has given the password, so no device is let past: but what strangers try
/// does not hold up a device on which this person has signed in before, and what is tried there does not hold up others.
///
/// # Errors
/// The database's.
pub async fn judge_code(db: &CentralDb, key: &Key, attempt: Attempt<'_>) -> Result<Verdict, sqlx::Error> {
    let row = sqlx::query!(
        r#"with of_account as (
               select at, device_key, factor, succeeded from sign_in_attempts where email_key = $1
           ), tried as (
               select f.at
               from of_account f
               where f.factor = 'code' and not f.succeeded
                 and f.at > coalesce((select max(at) from of_account where succeeded), '-infinity')
                 and case when exists (select from of_account where succeeded and device_key = $2)
                     then f.device_key is not distinct from $2
                     else not exists (select from of_account s where s.succeeded and s.device_key = f.device_key)
                 end
           )
           select count(*) filter (where at > $3) as "minute!", count(*) filter (where at > $4) as "window!",
                  count(*) as "ever!", min(at) filter (where at > $4) as first
           from tried"#,
        email_key(key, attempt.email),
        attempt.device,
        attempt.at - Duration::MINUTE,
        attempt.at - WINDOW
    )
    .fetch_one(db.pool())
    .await?;
    if row.ever >= ACCOUNT_FAILURES_EVER {
        return Ok(Verdict::Wait(Duration::days(1)));
    }
    if row.window >= ACCOUNT_FAILURES {
        return Ok(Verdict::Wait(row.first.unwrap_or(attempt.at) + WINDOW - attempt.at));
    }
    Ok(if row.minute >= CODES_A_MINUTE { Verdict::Wait(Duration::MINUTE) } else { Verdict::Go })
}

/// What is given at the door, or at one inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// What the person knows.
    Password,
    /// What their telephone shows, or a recovery code.
    Code,
}

impl Factor {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was right.
    Passed,
    /// It was wrong.
    Refused,
}

impl From<bool> for Outcome {
    /// Whether it was right.
    fn from(is_right: bool) -> Self {
        if is_right { Self::Passed } else { Self::Refused }
    }
}

/// Writes down how an attempt ended; one that failed in the audit log too. Who succeeds is told of there when the session begins.
///
/// # Errors
/// The database's.
pub async fn record(
    db: &CentralDb,
    key: &Key,
    attempt: Attempt<'_>,
    factor: Factor,
    outcome: Outcome,
) -> Result<(), sqlx::Error> {
    let email = email_key(key, attempt.email);
    db.transact(async |tx| {
        sqlx::query!(
            "insert into sign_in_attempts (email_key, ip_address, device_key, succeeded, factor, at)
             values ($1, $2::text::inet, $3, $4, $5, $6)",
            email,
            line_of(attempt.ip).to_string(),
            attempt.device,
            outcome == Outcome::Passed,
            factor.as_str(),
            attempt.at
        )
        .execute(&mut **tx)
        .await?;
        if outcome == Outcome::Refused {
            super::session_lines::refused(tx, attempt, factor).await?;
        }
        Ok(())
    })
    .await
}

/// How many wrong codes were given with an address since then.
///
/// # Errors
/// The database's.
pub async fn wrong_codes(db: &CentralDb, key: &Key, email: &str, since: OffsetDateTime) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from sign_in_attempts
           where email_key = $1 and at > $2 and factor = 'code' and not succeeded"#,
        email_key(key, email),
        since
    )
    .fetch_one(db.pool())
    .await
}

/// Forgets the wrong passwords of one account; the devices that vouch for it stay known, and so do wrong codes: a new
/// password says nothing of who has the second factor.
pub(super) async fn forgive(tx: &mut CentralTx, key: &Key, email: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from sign_in_attempts where email_key = $1 and not succeeded and factor = 'password'",
        email_key(key, email)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes attempts older than 90 days: failures no longer count then, and a device is no longer known.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done =
        sqlx::query!("delete from sign_in_attempts where at < $1", now - Duration::days(90)).execute(db.pool()).await?;
    Ok(done.rows_affected())
}
