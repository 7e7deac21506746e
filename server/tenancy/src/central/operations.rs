//! What is being done to agencies: one live operation each, its steps written down as they are taken. Who takes them is in
//! [`super::leases`], who looks at them in [`super::operation_log`].

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::slugs::{self, Taker};
use super::{CentralTx, prepared, servers};
use crate::routing::Placement;
use crate::{CentralDb, Key, OperationId, PersonId, TenantId};

/// What a new agency is to be. Kept with its operation until it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTenant {
    /// Its name for people, 2 to 160 characters.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Where the platform writes to.
    pub email: String,
    /// Its first owner's name.
    pub admin_name: String,
    /// Its first owner's e-mail address, lower case.
    pub admin_email: String,
    /// argon2id in PHC form.
    pub admin_password_hash: String,
    /// `prime`, `k`, `k2`.
    pub plan: String,
    /// A domain of its own that the operator vouches for.
    pub domain: Option<String>,
    /// Who has confirmed it and will own it, whatever their e-mail address is by then; none: whoever has that one.
    #[serde(default)]
    pub person: Option<PersonId>,
}

/// Why an agency cannot be reserved.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// Another agency has this slug, or still holds it.
    #[error("the slug is taken")]
    SlugTaken,
    /// There is no such plan.
    #[error("there is no such plan")]
    UnknownPlan,
    /// The domain belongs to another agency.
    #[error("the domain belongs to another agency")]
    DomainTaken,
    /// No server takes another agency.
    #[error(
        "every database server is full or is being emptied: add one with `sobrado server add`, or raise a capacity"
    )]
    NoRoom,
    /// A field does not keep to its rule.
    #[error("{0} does not keep to its rule")]
    Invalid(&'static str),
    /// The central database's.
    #[error("the central database refused")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ReserveError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("companies_slug_key" | "tenant_operations_idempotency_key") => Self::SlugTaken,
            Some("companies_slug_check") => Self::Invalid("slug"),
            Some("companies_name_check") => Self::Invalid("name"),
            Some("domains_host_check") => Self::Invalid("domain"),
            _ => Self::Database(error),
        }
    }
}

/// An operation as it stands.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The operation.
    pub id: OperationId,
    /// The agency.
    pub tenant: TenantId,
    /// `provision`, `delete`.
    pub kind: String,
    /// The last step that was finished.
    pub step: String,
    /// `queued`, `running`, `waiting`, `done`, `failed`.
    pub state: String,
    /// The worker that holds it, or held it last.
    pub lease_owner: Option<String>,
    /// What is to be made.
    pub data: serde_json::Value,
}

/// Reserves slug and place for an agency and writes down what is to be done, in one transaction.
///
/// The same `idempotency_key` a second time gives the first operation.
///
/// # Errors
/// [`ReserveError`].
pub(crate) async fn reserve(
    db: &CentralDb,
    key: &Key,
    new: &NewTenant,
    idempotency_key: Option<&str>,
) -> Result<OperationId, ReserveError> {
    let Some(name) = idempotency_key else { return insert(db, key, new, None).await };
    if let Some(id) = find_by_key(db, name).await? {
        return Ok(id);
    }
    match insert(db, key, new, Some(name)).await {
        // The twin was first, and what it reserved is what we wanted.
        Err(ReserveError::SlugTaken) => find_by_key(db, name).await?.ok_or(ReserveError::SlugTaken),
        other => other,
    }
}

async fn insert(
    db: &CentralDb,
    key: &Key,
    new: &NewTenant,
    idempotency_key: Option<&str>,
) -> Result<OperationId, ReserveError> {
    let mut tx = db.pool().begin().await?;
    let (operation, _) = insert_in(&mut tx, key, new, idempotency_key).await?;
    tx.commit().await?;
    Ok(operation)
}

/// As [`reserve`], inside a transaction that does more; a second time is an error there.
pub(super) async fn insert_in(
    tx: &mut CentralTx,
    key: &Key,
    new: &NewTenant,
    idempotency_key: Option<&str>,
) -> Result<(OperationId, TenantId), ReserveError> {
    let operation = OperationId::generate();
    let data = serde_json::to_value(new).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let plan: Option<Uuid> = sqlx::query_scalar!("select id from subscription_plans where name = $1", new.plan)
        .fetch_optional(&mut **tx)
        .await?;
    if plan.is_none() {
        return Err(ReserveError::UnknownPlan);
    }
    if let Some(domain) = &new.domain {
        let taken = sqlx::query_scalar!(
            "select count(*) from domains where host = $1 and state in ('verified', 'suspect')",
            domain
        )
        .fetch_one(&mut **tx)
        .await?;
        if taken != Some(0) {
            return Err(ReserveError::DomainTaken);
        }
    }
    let owners = std::slice::from_ref(&new.admin_email);
    let taker = Taker { tenant: None, owners, at: OffsetDateTime::now_utc() };
    if !slugs::take(tx, key, &new.slug, taker).await? {
        return Err(ReserveError::SlugTaken);
    }
    let (tenant, server, said) = place(tx).await?;
    insert_company(tx, (tenant, server), new).await?;
    sqlx::query!(
        "insert into tenant_operations (id, tenant_id, kind, idempotency_key, state, step, data)
         values ($1, $2, 'provision', $3, 'queued', 'reserve', $4)",
        operation.as_uuid(),
        tenant.as_uuid(),
        idempotency_key,
        data
    )
    .execute(&mut **tx)
    .await?;
    event(tx, operation, "reserve", "info", said).await?;
    Ok((operation, tenant))
}

/// Whether there is a place for another agency. What it finds is taken by whoever does not roll back.
pub(super) async fn find_place(tx: &mut CentralTx) -> Result<(), ReserveError> {
    place(tx).await.map(drop)
}

/// An agency's number and server: of a database that is ready, or new ones.
async fn place(tx: &mut CentralTx) -> Result<(TenantId, i32, &'static str), ReserveError> {
    servers::alone(tx).await?;
    let server = servers::choose(tx).await?;
    if let Some(ready) = prepared::claim(tx, server).await? {
        return Ok((ready.tenant, ready.server_id, "slug and place reserved; its database is ready"));
    }
    let server = server.ok_or(ReserveError::NoRoom)?;
    Ok((TenantId::generate(), server, "slug and place reserved"))
}

async fn insert_company(
    tx: &mut CentralTx,
    (tenant, server): (TenantId, i32),
    new: &NewTenant,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into companies (id, slug, name, email) values ($1, $2, $3, $4)",
        tenant.as_uuid(),
        new.slug,
        new.name,
        new.email
    )
    .execute(&mut **tx)
    .await?;
    let name = format!("t_{}", tenant.as_uuid().simple());
    sqlx::query!(
        "insert into tenant_placements (tenant_id, server_id, db_name, role_name) values ($1, $2, $3, $3)",
        tenant.as_uuid(),
        server,
        name
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn find_by_key(db: &CentralDb, key: &str) -> Result<Option<OperationId>, sqlx::Error> {
    sqlx::query_scalar!(r#"select id as "id: OperationId" from tenant_operations where idempotency_key = $1"#, key)
        .fetch_optional(db.pool())
        .await
}

/// The operation as it stands.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find(db: &CentralDb, id: OperationId) -> Result<Operation, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"select id as "id: OperationId", tenant_id as "tenant: TenantId", kind, step, state, lease_owner, data
           from tenant_operations where id = $1"#,
        id.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// Writes a line into an operation's record.
pub(super) async fn event(
    tx: &mut CentralTx,
    id: OperationId,
    step: &str,
    level: &str,
    message: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into tenant_operation_events (operation_id, seq, step, level, message)
         select $1, coalesce(max(seq), 0) + 1, $2, $3, $4 from tenant_operation_events where operation_id = $1",
        id.as_uuid(),
        step,
        level,
        message
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where an agency's database is to lie.
pub(crate) async fn placement(db: &CentralDb, tenant: TenantId) -> Result<Placement, sqlx::Error> {
    sqlx::query_as!(
        Placement,
        "select server_id, db_name, role_name, cred_version, epoch from tenant_placements where tenant_id = $1",
        tenant.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}
