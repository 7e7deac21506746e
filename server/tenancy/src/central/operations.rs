//! What is being done to agencies: one live operation each, its steps written down as they are taken.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CentralTx;
use crate::routing::Placement;
use crate::{CentralDb, OperationId, TenantId};

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

/// An operation that this worker holds.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The operation.
    pub id: OperationId,
    /// The agency.
    pub tenant: TenantId,
    /// The last step that was finished.
    pub step: String,
    /// `queued`, `running`, `waiting`, `done`, `failed`.
    pub state: String,
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
    new: &NewTenant,
    idempotency_key: Option<&str>,
) -> Result<OperationId, ReserveError> {
    let Some(key) = idempotency_key else { return insert(db, new, None).await };
    if let Some(id) = find_by_key(db, key).await? {
        return Ok(id);
    }
    match insert(db, new, Some(key)).await {
        // The twin was first, and what it reserved is what we wanted.
        Err(ReserveError::SlugTaken) => find_by_key(db, key).await?.ok_or(ReserveError::SlugTaken),
        other => other,
    }
}

async fn insert(db: &CentralDb, new: &NewTenant, idempotency_key: Option<&str>) -> Result<OperationId, ReserveError> {
    let (operation, tenant) = (OperationId::generate(), TenantId::generate());
    let data = serde_json::to_value(new).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let mut tx = db.pool().begin().await?;
    let plan: Option<Uuid> = sqlx::query_scalar!("select id from subscription_plans where name = $1", new.plan)
        .fetch_optional(&mut *tx)
        .await?;
    if plan.is_none() {
        return Err(ReserveError::UnknownPlan);
    }
    if let Some(domain) = &new.domain {
        let taken = sqlx::query_scalar!(
            "select count(*) from domains where host = $1 and state in ('verified', 'suspect')",
            domain
        )
        .fetch_one(&mut *tx)
        .await?;
        if taken != Some(0) {
            return Err(ReserveError::DomainTaken);
        }
    }
    insert_company(&mut tx, tenant, new).await?;
    sqlx::query!(
        "insert into tenant_operations (id, tenant_id, kind, idempotency_key, state, step, data)
         values ($1, $2, 'provision', $3, 'queued', 'reserve', $4)",
        operation.as_uuid(),
        tenant.as_uuid(),
        idempotency_key,
        data
    )
    .execute(&mut *tx)
    .await?;
    event(&mut tx, operation, "reserve", "info", "slug and place reserved").await?;
    tx.commit().await?;
    Ok(operation)
}

async fn insert_company(tx: &mut CentralTx, tenant: TenantId, new: &NewTenant) -> Result<(), sqlx::Error> {
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
    // The emptiest server that takes agencies; counted from placements, so no counter can drift.
    sqlx::query!(
        "insert into tenant_placements (tenant_id, server_id, db_name, role_name)
         select $1, s.id, $2, $2
         from database_servers s
         where s.state = 'active'
         order by (select count(*) from tenant_placements p where p.server_id = s.id), s.id
         limit 1",
        tenant.as_uuid(),
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

/// Takes an operation that is due, or whose worker went silent. `only`: that one and no other.
///
/// # Errors
/// The database's.
pub(crate) async fn claim(
    db: &CentralDb,
    worker: &str,
    only: Option<OperationId>,
) -> Result<Option<Operation>, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"update tenant_operations
           set state = 'running', attempt = attempt + 1, lease_owner = $1, lease_until = now() + interval '60 seconds'
           where id = (
               select id from tenant_operations
               where ((state in ('queued', 'waiting') and next_run_at <= now()) or (state = 'running' and lease_until < now())
                      or ($2::uuid is not null and state in ('queued', 'waiting')))
                 and ($2::uuid is null or id = $2)
               order by next_run_at
               limit 1
               for update skip locked)
           returning id as "id: OperationId", tenant_id as "tenant: TenantId", step, state, data"#,
        worker,
        only.map(OperationId::as_uuid)
    )
    .fetch_optional(db.pool())
    .await
}

/// Takes back operations whose worker is known to be gone: called in the worker's place ([`super::duty::Duty`]) alone.
///
/// # Errors
/// The database's.
pub async fn release_leases(db: &CentralDb) -> Result<u64, sqlx::Error> {
    let done =
        sqlx::query!("update tenant_operations set lease_until = now() - interval '1 second' where state = 'running'")
            .execute(db.pool())
            .await?;
    Ok(done.rows_affected())
}

/// The operation as it stands.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find(db: &CentralDb, id: OperationId) -> Result<Operation, sqlx::Error> {
    sqlx::query_as!(
        Operation,
        r#"select id as "id: OperationId", tenant_id as "tenant: TenantId", step, state, data
           from tenant_operations where id = $1"#,
        id.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// The names of the steps that an operation has finished, in order.
///
/// # Errors
/// The database's.
pub async fn steps(db: &CentralDb, id: OperationId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select step from tenant_operation_events where operation_id = $1 and level = 'info' order by seq",
        id.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}

/// Writes down that a step is finished.
pub(crate) async fn advance(db: &CentralDb, id: OperationId, step: &str, message: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    advance_in(&mut tx, id, step, message).await?;
    tx.commit().await
}

/// As [`advance`], inside the step's own transaction.
pub(crate) async fn advance_in(
    tx: &mut CentralTx,
    id: OperationId,
    step: &str,
    message: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update tenant_operations set step = $2, lease_until = now() + interval '60 seconds', last_error = null where id = $1",
        id.as_uuid(),
        step
    )
    .execute(&mut **tx)
    .await?;
    event(tx, id, step, "info", message).await
}

/// Writes down that an operation is finished, and drops what was only needed to make it.
pub(crate) async fn finish_in(tx: &mut CentralTx, id: OperationId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update tenant_operations
         set state = 'done', finished_at = now(), lease_until = null, data = data - 'admin_password_hash'
         where id = $1",
        id.as_uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets an operation aside until somebody or time mends the cause.
pub(crate) async fn wait(db: &CentralDb, id: OperationId, step: &str, error: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!(
        "update tenant_operations
         set state = 'waiting', last_error = $2, lease_until = null,
             next_run_at = now() + least(power(2, attempt), 600) * interval '1 second'
         where id = $1",
        id.as_uuid(),
        error
    )
    .execute(&mut *tx)
    .await?;
    event(&mut tx, id, step, "error", error).await?;
    tx.commit().await
}

async fn event(tx: &mut CentralTx, id: OperationId, step: &str, level: &str, message: &str) -> Result<(), sqlx::Error> {
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
