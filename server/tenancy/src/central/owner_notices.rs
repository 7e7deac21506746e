//! What an agency's owners are told by mail. What causes a notice writes it down in its own transaction, so neither lasts without
//! the other; the worker makes a letter of it to each who owns the agency then, in the language of each, and only once.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use super::mails::{self, Letter, Mail};
use crate::{CentralDb, Key, TenantId};

/// A notice is remembered for so long, so that its cause is not told again: longer than any debt stays open.
const KEPT: Duration = Duration::days(400);

/// What happened. Instants are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// Something is owed for so long that the agency will be closed.
    ClosesSoon {
        /// When it will be.
        on: i64,
    },
    /// The agency is closed for a while.
    Closed {
        /// By an operator; otherwise because something is owed.
        is_held: bool,
    },
    /// It is open again.
    Opened,
    /// The subscription has ended.
    Ended {
        /// As its owner wished; otherwise because something is owed.
        is_wished: bool,
    },
    /// Its time is over: nobody enters any more, and its data go.
    GoesSoon {
        /// When, and not before.
        on: i64,
        /// As its owner wished; otherwise because something is owed.
        is_wished: bool,
    },
    /// Its data were to go, and are kept after all; the subscription has ended as before.
    Stays {
        /// Until when they are kept, unless somebody takes the subscription up again.
        until: i64,
        /// It ended as its owner wished; otherwise because something is owed.
        is_wished: bool,
    },
    /// A member has left by themselves.
    Left {
        /// Who.
        name: String,
        /// Who has their records now.
        heir: String,
    },
    /// An operator acts as a member.
    Acted {
        /// Who.
        operator: String,
        /// As whom.
        member: String,
        /// Why.
        reason: String,
        /// Whether changes are let through.
        may_write: bool,
    },
}

impl News {
    /// All of them, as they are kept. What a newer program has left stays for it.
    const KNOWN: [&str; 8] = ["closes_soon", "closed", "opened", "ended", "goes_soon", "stays", "left", "acted"];
    /// What [`News::ClosesSoon`] is called.
    pub(super) const CLOSES_SOON: &str = "owner.closes_soon";

    /// What the queue of mails calls it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ClosesSoon { .. } => Self::CLOSES_SOON,
            Self::Closed { .. } => "owner.closed",
            Self::Opened => "owner.opened",
            Self::Ended { .. } => "owner.ended",
            Self::GoesSoon { .. } => "owner.goes_soon",
            Self::Stays { .. } => "owner.stays",
            Self::Left { .. } => "owner.left",
            Self::Acted { .. } => "owner.acted",
        }
    }
}

/// A notice, as a letter is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The agency's name for people.
    pub company: String,
    /// What happened.
    pub news: News,
    /// When.
    pub at: OffsetDateTime,
}

/// Who is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Chosen language, `pt-BR` or `en`.
    pub locale: Option<String>,
}

/// Writes down what owners are to be told, in the transaction of what causes it. Of one cause they are told once.
pub(super) async fn leave_word(
    tx: &mut CentralTx,
    tenant: TenantId,
    (cause, at): (&str, OffsetDateTime),
    news: &News,
) -> Result<(), sqlx::Error> {
    let news = serde_json::to_value(news).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "insert into owner_notices (id, tenant_id, cause, news, at) values ($1, $2, $3, $4, $5)
         on conflict on constraint owner_notices_cause_key do nothing",
        Uuid::now_v7(),
        tenant.as_uuid(),
        cause,
        news,
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes letters of the notice that waits longest, to each owner, in one transaction with the note that it was done. Says whether
/// one waited.
///
/// # Errors
/// The database's.
pub async fn write_next(
    db: &CentralDb,
    key: &Key,
    now: OffsetDateTime,
    write: impl Fn(&Notice, &Owner) -> Letter,
) -> Result<bool, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let row = sqlx::query!(
        r#"update owner_notices n
           set written_at = $1
           from companies c
           where c.id = n.tenant_id
             and n.id = (
                 select id from owner_notices
                 where written_at is null and (news ?| $2 or news #>> '{}' = any($2))
                 order by at, id
                 limit 1
                 for update skip locked)
           returning n.id, n.tenant_id as "tenant: TenantId", n.news, n.at, c.name as company"#,
        now,
        &News::KNOWN.map(str::to_owned)
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    match serde_json::from_value(row.news) {
        Ok(news) => {
            let notice = Notice { company: row.company, news, at: row.at };
            for owner in owners(&mut tx, row.tenant).await? {
                let (kind, to) = (notice.news.kind().to_owned(), owner.email.clone());
                let mail = Mail { tenant: Some(row.tenant), kind, to, letter: write(&notice, &owner) };
                mails::queue(&mut tx, key, &mail).await?;
            }
        }
        // Kept otherwise by another version of the program; it must not keep the others waiting.
        Err(error) => tracing::error!(notice = %row.id, %error, "a notice to owners says nothing that is known here"),
    }
    tx.commit().await?;
    Ok(true)
}

async fn owners(tx: &mut CentralTx, tenant: TenantId) -> Result<Vec<Owner>, sqlx::Error> {
    sqlx::query_as!(
        Owner,
        "select p.name, p.email, p.locale
         from users u
         join people p on p.id = u.person_id
         where u.company_id = $1 and u.role = 'owner' and u.active
         order by u.id",
        tenant.as_uuid()
    )
    .fetch_all(&mut **tx)
    .await
}

/// Deletes what was told so long ago that its cause is gone.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from owner_notices where written_at < $1", now - KEPT).execute(db.pool()).await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_news_is_known_by_the_name_it_is_kept_under() {
        let (on, until, is_wished) = (0, 0, false);
        let text = String::new;
        let all = [
            News::ClosesSoon { on },
            News::Closed { is_held: false },
            News::Opened,
            News::Ended { is_wished },
            News::GoesSoon { on, is_wished },
            News::Stays { until, is_wished },
            News::Left { name: text(), heir: text() },
            News::Acted { operator: text(), member: text(), reason: text(), may_write: false },
        ];
        let kept = all.iter().map(|news| match serde_json::to_value(news).expect("it is kept") {
            serde_json::Value::String(name) => name,
            value => value.as_object().and_then(|of| of.keys().next().cloned()).expect("a name"),
        });
        assert_eq!(kept.collect::<Vec<_>>(), News::KNOWN, "a new one is known here too");
    }
}
