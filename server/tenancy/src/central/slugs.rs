//! Agencies' names in addresses: which nobody may have, which are free, and how one is exchanged for another.
//!
//! One that was left is held for 90 days: it leads to the agency that has left it, and where that is gone it is kept for those who
//! owned it. The database holds it by itself when a row of `companies` changes, and asks `slug_is_held` as everybody here does.

use sqlx::{Error, PgConnection};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::CentralTx;
use super::audit;
use super::companies::By;
use crate::{CentralDb, Key, TenantId};

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

/// Who wants a slug.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taker<'a> {
    /// The agency that is to be called so; none: it is yet to be.
    pub(super) tenant: Option<TenantId>,
    /// E-mail addresses of whoever owns it, or will; lower case.
    pub(super) owners: &'a [String],
    /// Now.
    pub(super) at: OffsetDateTime,
}

/// Those of several slugs that are free for somebody of whom nothing is known, in their order: nobody has one of these, held it until
/// recently, or is signing up for it. One statement, however many there are.
///
/// # Errors
/// The database's.
pub async fn free_among(db: &CentralDb, slugs: &[String], at: OffsetDateTime) -> Result<Vec<String>, Error> {
    let asked: Vec<String> = slugs.iter().filter(|slug| !is_reserved(slug)).cloned().collect();
    sqlx::query_scalar!(
        r#"select asked.slug as "slug!"
           from unnest($1::text[]) with ordinality as asked (slug, place)
           where not exists (select from companies c where c.slug = asked.slug)
             and not exists (select from sign_ups s
                             where s.slug = asked.slug and s.confirmed_at is null and s.expires_at > $2)
             and not slug_is_held(asked.slug, null, '{}')
           order by asked.place"#,
        &asked,
        at
    )
    .fetch_all(db.pool())
    .await
}

/// Whether a slug is free for whoever wants it.
pub(super) async fn is_free_for(tx: &mut CentralTx, key: &Key, slug: &str, taker: Taker<'_>) -> Result<bool, Error> {
    Ok(!is_taken(tx, slug, taker, &digests(key, taker.owners)).await?)
}

/// Takes a slug for an agency that is called so before this is committed. Says whether it was free for them.
pub(super) async fn take(tx: &mut CentralTx, key: &Key, slug: &str, taker: Taker<'_>) -> Result<bool, Error> {
    let digests = digests(key, taker.owners);
    if is_taken(tx, slug, taker, &digests).await? {
        return Ok(false);
    }
    // The database knows no digest of the owners': where one lets them in, it must not find the hold any more.
    sqlx::query!("delete from held_slugs where slug = $1 and owners && $2", slug, &digests).execute(&mut **tx).await?;
    Ok(true)
}

async fn is_taken(conn: &mut PgConnection, slug: &str, taker: Taker<'_>, digests: &[Vec<u8>]) -> Result<bool, Error> {
    sqlx::query_scalar!(
        r#"select exists (select from companies where slug = $1 and id is distinct from $2)
               or exists (select from sign_ups
                          where slug = $1 and confirmed_at is null and expires_at > $3 and not (email = any($4)))
               or slug_is_held($1, $2, $5) as "taken!""#,
        slug,
        taker.tenant.map(TenantId::as_uuid),
        taker.at,
        taker.owners,
        digests
    )
    .fetch_one(conn)
    .await
}

/// Owners' e-mail addresses as they are kept when their agency is forgotten: nobody can try names on them without the key.
fn digests(key: &Key, owners: &[String]) -> Vec<Vec<u8>> {
    owners.iter().map(|email| key.derive("slug owner", &[email.as_bytes()]).to_vec()).collect()
}

/// E-mail addresses of whoever owns an agency, or did.
pub(super) async fn owners_of(tx: &mut CentralTx, tenant: TenantId) -> Result<Vec<String>, Error> {
    sqlx::query_scalar!(
        "select p.email from users u join people p on p.id = u.person_id where u.company_id = $1 and u.role = 'owner'",
        tenant.as_uuid()
    )
    .fetch_all(&mut **tx)
    .await
}

/// What an agency that is gone has left is kept for those who owned it, and leads nowhere.
pub(super) async fn bequeath(tx: &mut CentralTx, key: &Key, tenant: TenantId, owners: &[String]) -> Result<(), Error> {
    sqlx::query!(
        "update held_slugs set tenant_id = null, owners = $2 where tenant_id = $1",
        tenant.as_uuid(),
        &digests(key, owners)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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
pub async fn rename(
    db: &CentralDb,
    key: &Key,
    (tenant, slug): (TenantId, &str),
    by: By,
) -> Result<String, RenameError> {
    if is_reserved(slug) {
        return Err(RenameError::Reserved);
    }
    db.transact(async |tx| {
        let before = sqlx::query_scalar!(
            "select slug from companies where id = $1 and status in ('active', 'suspended') for update",
            tenant.as_uuid()
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(RenameError::NotFound)?;
        if before == slug {
            return Ok(before);
        }
        if by.person.is_some() {
            has_not_had_enough(tx, tenant, slug).await?;
        }
        let owners = owners_of(tx, tenant).await?;
        let taker = Taker { tenant: Some(tenant), owners: &owners, at: OffsetDateTime::now_utc() };
        if !take(tx, key, slug, taker).await? {
            return Err(RenameError::Taken);
        }
        sqlx::query!("update companies set slug = $2 where id = $1", tenant.as_uuid(), slug).execute(&mut **tx).await?;
        let changes = serde_json::json!({"slug": [before, slug]});
        let event = by.line(Some(tenant), "tenant.rename", ("company", tenant.as_uuid()), changes);
        audit::append(tx, event).await?;
        Ok(before)
    })
    .await
}

/// Each change holds a slug for 90 days, and is a host that wants a certificate: there is an end to them.
async fn has_not_had_enough(tx: &mut CentralTx, tenant: TenantId, slug: &str) -> Result<(), RenameError> {
    let row = sqlx::query!(
        r#"select (select count(*) from tenant_audit_log
                   where tenant_id = $1 and action = 'tenant.rename' and at > $3) as "renames!",
                  (select count(*) from held_slugs
                   where tenant_id = $1 and slug <> $2 and until > now()) as "former!""#,
        tenant.as_uuid(),
        slug,
        OffsetDateTime::now_utc() - MONTH
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.renames >= RENAMES || row.former >= FORMER { Err(RenameError::TooOften) } else { Ok(()) }
}

/// Frees a slug that is held, for whomever; an agency that it led to reads so in its log. Says whether it was held.
///
/// # Errors
/// The database's.
pub async fn release(db: &CentralDb, slug: &str, by: By) -> Result<bool, Error> {
    db.transact(async |tx| {
        let held =
            sqlx::query!(r#"delete from held_slugs where slug = $1 returning tenant_id as "tenant: TenantId""#, slug);
        let Some(held) = held.fetch_optional(&mut **tx).await? else { return Ok(false) };
        let entity = held.tenant.map_or(Uuid::nil(), TenantId::as_uuid);
        let event = by.line(held.tenant, "slug.release", ("slug", entity), serde_json::json!({"slug": slug}));
        audit::append(tx, audit::Event { entity_id: held.tenant.map(TenantId::as_uuid), ..event }).await?;
        Ok(true)
    })
    .await
}

/// Removes what is held no longer, and the digests of owners with it.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, Error> {
    let gone = sqlx::query!("delete from held_slugs where until <= $1", now).execute(db.pool()).await?;
    Ok(gone.rows_affected())
}
