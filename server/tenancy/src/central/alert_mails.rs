//! Operators are told of what somebody should look at: by mail, a kind of alert once an hour at most, and again only when it
//! happened again.

use time::{Duration, OffsetDateTime};

use super::mails::{self, Letter, Mail};
use crate::{CentralDb, Key};

/// Of one kind operators are not told more often.
const PAUSE: Duration = Duration::hours(1);

/// What a letter tells of.
#[derive(Debug, Clone)]
pub struct News {
    /// What happens.
    pub kind: String,
    /// To how many, the platform itself among them.
    pub open: i64,
    /// How many times.
    pub count: i64,
}

/// Who is written to.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Chosen language, `pt-BR` or `en`.
    pub locale: Option<String>,
}

/// Writes to every operator about the alerts that they have not heard of, in one transaction with what remembers it. Gives how
/// many mails wait for it now.
///
/// # Errors
/// The database's.
pub async fn tell(
    db: &CentralDb,
    key: &Key,
    now: OffsetDateTime,
    write: impl Fn(&Reader, &[News]) -> Letter,
) -> Result<usize, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let news = sqlx::query_as!(
        News,
        r#"select a.kind, count(*) as "open!", sum(a.count) as "count!"
           from alerts a
           left join alert_mails m on m.kind = a.kind
           where a.closed_at is null and (m.kind is null or m.mailed_at <= $1)
           group by a.kind, m.mailed_at
           having m.mailed_at is null or max(a.last_at) > m.mailed_at
           order by a.kind"#,
        now - PAUSE
    )
    .fetch_all(&mut *tx)
    .await?;
    if news.is_empty() {
        return Ok(0);
    }
    let readers = sqlx::query_as!(
        Reader,
        "select p.name, p.email, p.locale from operators o join people p on p.id = o.person_id where o.active order by o.id"
    )
    .fetch_all(&mut *tx)
    .await?;
    let kinds: Vec<String> = news.iter().map(|news| news.kind.clone()).collect();
    sqlx::query!(
        "insert into alert_mails (kind, mailed_at)
         select kind, $2 from unnest($1::text[]) as told (kind)
         on conflict on constraint alert_mails_pkey do update set mailed_at = excluded.mailed_at",
        &kinds,
        now
    )
    .execute(&mut *tx)
    .await?;
    for reader in &readers {
        let letter = write(reader, &news);
        let mail = Mail { tenant: None, kind: "platform.alerts".into(), to: reader.email.clone(), letter };
        mails::queue(&mut tx, key, &mail).await?;
    }
    tx.commit().await?;
    Ok(readers.len())
}
