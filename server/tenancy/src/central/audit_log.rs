//! The log as people read it: a page at a time, by who, what, which, when; with the names that its identifiers stand for.

use sqlx::{Postgres, QueryBuilder, Row as _};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{CentralDb, TenantId};

/// Whose lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One agency's.
    Agency(TenantId),
    /// The platform's own.
    Platform,
    /// Everybody's.
    Everybody,
}

/// Which lines. What is none is not asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whose.
    pub scope: Scope,
    /// Done by, or as, or on behalf of one of these accounts and persons.
    pub who: Option<Vec<Uuid>>,
    /// `property.create`.
    pub action: Option<String>,
    /// `property`.
    pub entity_type: Option<String>,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// Not before.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
    /// These letters in what was done, what changed, who did it or from where, in whatever case.
    pub text: Option<String>,
    /// Of which lines [`Wanted::text`] is looked for in where they came from.
    pub origins: Origins,
}

/// Where lines came from, as far as whoever asks may know: what is not shown is not found by either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// Of all of them.
    All,
    /// Of those that an agency's own people caused, or nobody who is known.
    OfTheAgencys,
}

impl Wanted {
    /// Everything of a scope.
    pub const fn all(scope: Scope) -> Self {
        Self {
            scope,
            who: None,
            action: None,
            entity_type: None,
            entity_id: None,
            from: None,
            until: None,
            text: None,
            origins: Origins::All,
        }
    }
}

/// From where on, as lists go: newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From the newest.
    Newest,
    /// Older than this one.
    After(i64),
    /// Newer than this one: those next to it.
    Before(i64),
}

/// A line with the names of whom it speaks of.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place among all lines.
    pub seq: i64,
    /// Identifier.
    pub id: Uuid,
    /// When it was done.
    pub at: OffsetDateTime,
    /// The agency's name in addresses, and its name.
    pub agency: Option<(String, String)>,
    /// Account or person that did it; none: the program.
    pub user: Option<Uuid>,
    /// Their name.
    pub who: Option<String>,
    /// Whether they are of the agency's own staff.
    pub is_staff: bool,
    /// Operator who acted as that account.
    pub impersonator: Option<Uuid>,
    /// Their name.
    pub behind: Option<String>,
    /// `property.create`.
    pub action: String,
    /// `property`.
    pub entity_type: String,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// Its name, where it is a person or an account.
    pub entity_name: Option<String>,
    /// What changed: `{"title": ["old", "new"]}`.
    pub changes: serde_json::Value,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
}

/// So many lines from a place on, newest first.
///
/// # Errors
/// The database's.
pub async fn read(db: &CentralDb, wanted: &Wanted, place: Place, limit: i64) -> Result<Vec<Entry>, sqlx::Error> {
    let mut query = QueryBuilder::new(
        "select l.seq, l.id, l.at, c.slug, c.name as company, l.user_id, coalesce(u.name, p.name) as who,
                u.id is not null as is_staff, l.impersonator_id, coalesce(ip.name, op.name) as behind, l.action,
                l.entity_type, l.entity_id, coalesce(eu.name, ep.name) as entity_name, l.changes,
                host(l.ip_address) as ip_address, l.user_agent, l.request_id
         from tenant_audit_log l
         left join companies c on c.id = l.tenant_id
         left join users u on u.id = l.user_id
         left join people p on p.id = l.user_id
         left join people ip on ip.id = l.impersonator_id
         left join operators o on o.id = l.impersonator_id
         left join people op on op.id = o.person_id
         left join users eu on eu.id = l.entity_id and eu.company_id = l.tenant_id
         left join people ep on ep.id = l.entity_id
         where true",
    );
    narrow(&mut query, wanted);
    match place {
        Place::Newest => query.push(" order by l.seq desc"),
        Place::After(seq) => query.push(" and l.seq < ").push_bind(seq).push(" order by l.seq desc"),
        Place::Before(seq) => query.push(" and l.seq > ").push_bind(seq).push(" order by l.seq"),
    };
    query.push(" limit ").push_bind(limit);
    let mut asking = db.asking().await?;
    let rows = query.build().fetch_all(&mut *asking).await?;
    asking.commit().await?;
    let mut entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    if matches!(place, Place::Before(_)) {
        entries.reverse();
    }
    Ok(entries)
}

fn narrow(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    match wanted.scope {
        Scope::Agency(tenant) => drop(query.push(" and l.tenant_id = ").push_bind(tenant.as_uuid())),
        Scope::Platform => drop(query.push(" and l.tenant_id is null")),
        Scope::Everybody => {}
    }
    if let Some(who) = &wanted.who {
        query.push(" and (l.user_id = any(").push_bind(who.clone()).push(")");
        query.push(" or l.impersonator_id = any(").push_bind(who.clone()).push("))");
    }
    if let Some(action) = &wanted.action {
        query.push(" and l.action = ").push_bind(action.clone());
    }
    if let Some(kind) = &wanted.entity_type {
        query.push(" and l.entity_type = ").push_bind(kind.clone());
    }
    if let Some(id) = wanted.entity_id {
        query.push(" and l.entity_id = ").push_bind(id);
    }
    if let Some(from) = wanted.from {
        query.push(" and l.at >= ").push_bind(from);
    }
    if let Some(until) = wanted.until {
        query.push(" and l.at < ").push_bind(until);
    }
    if let Some(text) = &wanted.text {
        let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let is_shown = match wanted.origins {
            Origins::All => "true",
            Origins::OfTheAgencys => "l.impersonator_id is null and (u.id is not null or l.user_id is null)",
        };
        query.push(" and concat_ws(' ', l.action, l.changes, l.entity_id, case when ").push(is_shown);
        query.push(" then concat_ws(' ', host(l.ip_address), l.user_agent) end, l.request_id, u.name, p.name) ilike ");
        query.push_bind(format!("%{literal}%"));
    }
}

fn entry(row: &sqlx::postgres::PgRow) -> Result<Entry, sqlx::Error> {
    let slug: Option<String> = row.try_get("slug")?;
    Ok(Entry {
        seq: row.try_get("seq")?,
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        agency: slug.zip(row.try_get("company")?),
        user: row.try_get("user_id")?,
        who: row.try_get("who")?,
        is_staff: row.try_get("is_staff")?,
        impersonator: row.try_get("impersonator_id")?,
        behind: row.try_get("behind")?,
        action: row.try_get("action")?,
        entity_type: row.try_get("entity_type")?,
        entity_id: row.try_get("entity_id")?,
        entity_name: row.try_get("entity_name")?,
        changes: row.try_get("changes")?,
        ip_address: row.try_get("ip_address")?,
        user_agent: row.try_get("user_agent")?,
        request_id: row.try_get("request_id")?,
    })
}

/// Everybody who has or had an account in an agency, by name: whom its lines can be asked for by.
///
/// # Errors
/// The database's.
pub async fn people_of(db: &CentralDb, tenant: TenantId) -> Result<Vec<(Uuid, String)>, sqlx::Error> {
    let rows = sqlx::query!("select id, name from users where company_id = $1 order by name, id", tenant.as_uuid())
        .fetch_all(db.pool())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// What members are called, of those identifiers that are known: of this agency's, or of everybody's.
///
/// # Errors
/// The database's.
pub async fn names_of(
    db: &CentralDb,
    tenant: Option<TenantId>,
    users: &[Uuid],
) -> Result<HashMap<Uuid, String>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, name from users where id = any($1) and ($2::uuid is null or company_id = $2)",
        users,
        tenant.map(TenantId::as_uuid)
    );
    Ok(rows.fetch_all(db.pool()).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The person of this e-mail address, their accounts and their place among the operators: whatever a line may call them.
///
/// # Errors
/// The database's.
pub async fn whoever_is(db: &CentralDb, email: &str) -> Result<Vec<Uuid>, sqlx::Error> {
    let email = email.to_lowercase();
    sqlx::query_scalar!(
        r#"select id as "id!" from people where email = $1
           union all select u.id from users u join people p on p.id = u.person_id where p.email = $1
           union all select o.id from operators o join people p on p.id = o.person_id where p.email = $1"#,
        email
    )
    .fetch_all(db.pool())
    .await
}
