//! Agencies' names in addresses: which nobody may have, which are free, and how one is exchanged for another.

use sqlx::Error;
use time::{Duration, OffsetDateTime};

use super::companies::By;
use super::{CentralTx, audit};
use crate::{CentralDb, TenantId};

/// What would be taken for the platform's own, or has a meaning to machines.
const RESERVED: [&str; 66] = [
    "abuse",
    "account",
    "admin",
    "administrador",
    "ajuda",
    "api",
    "app",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cadastro",
    "cdn",
    "conta",
    "contato",
    "dev",
    "dns",
    "docs",
    "email",
    "entrar",
    "files",
    "ftp",
    "help",
    "hostmaster",
    "imap",
    "img",
    "internal",
    "isatap",
    "login",
    "mail",
    "media",
    "metrics",
    "mta-sts",
    "mx",
    "noreply",
    "ns",
    "ns1",
    "ns2",
    "ns3",
    "ns4",
    "operador",
    "pagamento",
    "plataforma",
    "platform",
    "pop",
    "postmaster",
    "root",
    "secure",
    "security",
    "seguranca",
    "seguro",
    "smtp",
    "ssl",
    "static",
    "status",
    "suporte",
    "support",
    "teste",
    "webmail",
    "webmaster",
    "wpad",
    "ww",
    "www",
    "www2",
];

/// Changes that an agency makes itself within [`MONTH`].
const RENAMES: i64 = 3;
/// Slugs that are held for one agency.
const FORMER: i64 = 5;
const MONTH: Duration = Duration::days(30);

/// Whether a slug is kept from everybody: by itself, or because it begins as the platform's own name does.
pub fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug) || slug.starts_with("xn--") || slug.starts_with("sobrado")
}

/// Whether an agency may take this slug now: nobody has it, and nobody else left it within 90 days.
///
/// # Errors
/// The database's.
pub async fn is_free(db: &CentralDb, slug: &str, tenant: Option<TenantId>) -> Result<bool, Error> {
    if is_reserved(slug) {
        return Ok(false);
    }
    let taken = sqlx::query_scalar!(
        r#"select exists (select from companies where slug = $1 and id is distinct from $2)
               or exists (select from former_slugs
                          where slug = $1 and tenant_id is distinct from $2 and until > now()) as "taken!""#,
        slug,
        tenant.map(TenantId::as_uuid)
    )
    .fetch_one(db.pool())
    .await?;
    Ok(!taken)
}

/// Why an agency's address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// Another agency has it, had it until recently, or is just signing up for it.
    #[error("the slug is taken")]
    Taken,
    /// It is kept from everybody.
    #[error("the slug is the platform's own")]
    Reserved,
    /// Lower-case letters and digits with single dashes between them, 2 to 40.
    #[error("a slug takes 2 to 40 lower-case letters and digits with single dashes between them")]
    Invalid,
    /// The agency has changed it often enough for now.
    #[error("the slug has changed too often")]
    TooOften,
    /// There is no such agency in use.
    #[error("there is no such agency")]
    NotFound,
    /// The central database's.
    #[error("the central database refused")]
    Database(#[source] Error),
}

impl From<Error> for RenameError {
    fn from(error: Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("companies_slug_key") => Self::Taken,
            Some("companies_slug_check") => Self::Invalid,
            _ => Self::Database(error),
        }
    }
}

/// Gives an agency another slug; the one that it had leads there for 90 days, and is nobody else's. What is as it was is
/// no change. Gives the slug that it had. An agency's own people do so a few times a month; a command on the machine may.
///
/// # Errors
/// [`RenameError`].
pub async fn rename(db: &CentralDb, tenant: TenantId, slug: &str, by: By) -> Result<String, RenameError> {
    if is_reserved(slug) {
        return Err(RenameError::Reserved);
    }
    let mut tx = db.pool().begin().await?;
    let before = sqlx::query_scalar!(
        "select slug from companies where id = $1 and status in ('active', 'suspended') for update",
        tenant.as_uuid()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(RenameError::NotFound)?;
    if before == slug {
        return Ok(before);
    }
    if by.person.is_some() {
        has_not_had_enough(&mut tx, tenant, slug).await?;
    }
    let is_promised = sqlx::query_scalar!(
        r#"select exists (select from sign_ups where slug = $1 and confirmed_at is null and expires_at > now()) as "is!""#,
        slug
    );
    if is_promised.fetch_one(&mut *tx).await? {
        return Err(RenameError::Taken);
    }
    sqlx::query!("update companies set slug = $2 where id = $1", tenant.as_uuid(), slug).execute(&mut *tx).await?;
    let changes = serde_json::json!({"slug": [before, slug]});
    let event = by.line(Some(tenant), "tenant.rename", ("company", tenant.as_uuid()), changes);
    audit::append(&mut tx, event).await?;
    tx.commit().await?;
    Ok(before)
}

/// Each change holds a slug for 90 days, and is a host that wants a certificate: there is an end to them.
async fn has_not_had_enough(tx: &mut CentralTx, tenant: TenantId, slug: &str) -> Result<(), RenameError> {
    let row = sqlx::query!(
        r#"select (select count(*) from tenant_audit_log
                   where tenant_id = $1 and action = 'tenant.rename' and at > $3) as "renames!",
                  (select count(*) from former_slugs
                   where tenant_id = $1 and slug <> $2 and until > now()) as "former!""#,
        tenant.as_uuid(),
        slug,
        OffsetDateTime::now_utc() - MONTH
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.renames >= RENAMES || row.former >= FORMER { Err(RenameError::TooOften) } else { Ok(()) }
}

/// Frees a slug that is held for an agency which has left it. Says whether it was held.
///
/// # Errors
/// The database's.
pub async fn free(db: &CentralDb, slug: &str) -> Result<bool, Error> {
    let freed = sqlx::query!("delete from former_slugs where slug = $1", slug).execute(db.pool()).await?;
    Ok(freed.rows_affected() > 0)
}
