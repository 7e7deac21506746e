//! The servers that hold agencies' databases: which there are, how full each is, and, sealed, how it is reached.

use sqlx::PgConnection;

use super::CentralTx;
use super::audit::{self, Event};
use super::companies::By;
use crate::CentralDb;

/// What an empty agency counts for; another one as much again for each of these.
pub const WEIGHED: i64 = 50 * 1024 * 1024;

/// A server as lists show it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its number.
    pub id: i32,
    /// Its name for people.
    pub name: String,
    /// `active`, `draining`, `retired`.
    pub state: String,
    /// Whether it holds the central database too.
    pub is_home: bool,
    /// Agencies with a place on it.
    pub agencies: i64,
    /// What they take together, as of the last look.
    pub bytes: i64,
    /// Databases that wait for an agency.
    pub prepared: i64,
    /// From here on it takes agencies only when no other is below its own.
    pub soft_capacity: i32,
    /// From here on it takes none.
    pub hard_capacity: i32,
}

/// Every server, in the order in which they came.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb) -> Result<Vec<Server>, sqlx::Error> {
    sqlx::query_as!(
        Server,
        r#"select s.id, s.name, s.state, s.address is null as "is_home!",
                  count(p.tenant_id) as "agencies!", coalesce(sum(p.size_bytes), 0)::bigint as "bytes!",
                  (select count(*) from prepared_databases d where d.server_id = s.id) as "prepared!",
                  s.soft_capacity, s.hard_capacity
           from database_servers s
           left join tenant_placements p on p.server_id = s.id
           group by s.id
           order by s.id"#
    )
    .fetch_all(db.pool())
    .await
}

/// How each server but the central database's own is reached, sealed.
///
/// # Errors
/// The database's.
pub(crate) async fn addresses(db: &CentralDb) -> Result<Vec<(i32, Vec<u8>)>, sqlx::Error> {
    let rows = sqlx::query!(r#"select id, address as "address!" from database_servers where address is not null"#)
        .fetch_all(db.pool())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.address)).collect())
}

/// A server's sealed secrets: how it is reached, and as whom databases are made there. None: the central database's own.
pub(crate) struct Sealed {
    pub(crate) address: Option<Vec<u8>>,
    pub(crate) provisioner: Option<Vec<u8>>,
}

/// What only the owner of the central tables reads.
///
/// # Errors
/// `RowNotFound` when there is no such server.
pub(crate) async fn sealed(owner: &mut PgConnection, id: i32) -> Result<Sealed, sqlx::Error> {
    sqlx::query_as!(
        Sealed,
        r#"select s.address, c.provisioner as "provisioner?"
           from database_servers s
           left join database_server_credentials c on c.server_id = s.id
           where s.id = $1"#,
        id
    )
    .fetch_one(owner)
    .await
}

/// The number that the next server gets: its secrets are sealed to it before they are written.
pub(crate) async fn next_id(tx: &mut CentralTx) -> Result<i32, sqlx::Error> {
    let id = sqlx::query_scalar!(r#"select nextval(pg_get_serial_sequence('database_servers', 'id'))::int as "id!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(id)
}

/// A server that is to be added.
pub(crate) struct NewServer<'a> {
    pub(crate) id: i32,
    pub(crate) name: &'a str,
    pub(crate) system_id: &'a str,
    pub(crate) address: &'a [u8],
    pub(crate) provisioner: &'a [u8],
    pub(crate) places: i32,
    pub(crate) capacity: (i32, i32),
}

/// Adds a server with its secrets, as the owner of the central tables.
pub(crate) async fn insert(tx: &mut CentralTx, new: &NewServer<'_>, by: By) -> Result<(), sqlx::Error> {
    let (soft, hard) = new.capacity;
    sqlx::query!(
        "insert into database_servers (id, name, system_id, address, places, soft_capacity, hard_capacity)
         overriding system value values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.name,
        new.system_id,
        new.address,
        new.places,
        soft,
        hard
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into database_server_credentials (server_id, provisioner) values ($1, $2)",
        new.id,
        new.provisioner
    )
    .execute(&mut **tx)
    .await?;
    let changes = serde_json::json!({"name": new.name, "soft_capacity": soft, "hard_capacity": hard});
    note(tx, "server.add", (changes, by)).await
}

/// Lets a server take agencies, or no more. Says whether there is one of this name. Whoever is placing an agency right now is
/// waited for: when this has been committed, none comes any more.
pub(crate) async fn set_state(tx: &mut CentralTx, (name, state): (&str, &str), by: By) -> Result<bool, sqlx::Error> {
    alone(tx).await?;
    let before = sqlx::query_scalar!("select state from database_servers where name = $1 for update", name)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(before) = before else { return Ok(false) };
    if before != state {
        sqlx::query!("update database_servers set state = $2 where name = $1", name, state).execute(&mut **tx).await?;
        let changes = serde_json::json!({"name": name, "state": [before, state]});
        note(tx, "server.state", (changes, by)).await?;
    }
    Ok(true)
}

/// Says how many agencies a server takes. Says whether there is one of this name.
pub(crate) async fn set_capacity(
    tx: &mut CentralTx,
    (name, (soft, hard)): (&str, (i32, i32)),
    by: By,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update database_servers set soft_capacity = $2, hard_capacity = $3 where name = $1",
        name,
        soft,
        hard
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let changes = serde_json::json!({"name": name, "soft_capacity": soft, "hard_capacity": hard});
    note(tx, "server.capacity", (changes, by)).await?;
    Ok(true)
}

async fn note(tx: &mut CentralTx, action: &str, (changes, by): (serde_json::Value, By)) -> Result<(), sqlx::Error> {
    let event = Event { changes, entity_id: None, ..by.event(action, "server", uuid::Uuid::nil()) };
    audit::append(tx, event).await.map(drop)
}

/// One at a time, until the transaction ends: so that a full server is not filled by two at once.
pub(super) async fn alone(tx: &mut CentralTx) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('sobrado places an agency'))").execute(&mut **tx).await?;
    Ok(())
}

/// The server that is to take the next agency: below its soft capacity before above it, then the least loaded for what it can
/// hold. Counted from what lies there, so no counter can drift. None: all are full, or are being emptied.
pub(super) async fn choose(tx: &mut CentralTx) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar!(
        "select s.id
         from database_servers s
         left join lateral (
             select count(*) as number, coalesce(sum($1::bigint + held.bytes), 0) as weight
             from (select size_bytes as bytes from tenant_placements where server_id = s.id
                   union all
                   select 0 from prepared_databases where server_id = s.id) held
         ) load on true
         where s.state = 'active' and load.number < s.hard_capacity
         order by load.number >= s.soft_capacity, load.weight / s.hard_capacity, s.id
         limit 1",
        WEIGHED
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Writes down how large the databases of a server are.
pub(crate) async fn measured(db: &CentralDb, id: i32, sizes: &[(String, i64)]) -> Result<(), sqlx::Error> {
    let (names, bytes): (Vec<String>, Vec<i64>) = sizes.iter().cloned().unzip();
    sqlx::query!(
        "update tenant_placements p set size_bytes = seen.bytes
         from unnest($2::text[], $3::bigint[]) as seen (name, bytes)
         where p.server_id = $1 and p.db_name = seen.name and p.size_bytes <> seen.bytes",
        id,
        &names,
        &bytes
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// What is to be found on a server under one name: a database and a role.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// Database and role.
    pub(crate) name: String,
    /// The agency's slug; none for one that waits for an agency.
    pub(crate) slug: Option<String>,
    /// What the agency is; `prepared` for one that waits.
    pub(crate) status: String,
}

/// Everything of ours that is to be found on a server.
///
/// # Errors
/// The database's.
pub(crate) async fn expected(db: &CentralDb, id: i32) -> Result<Vec<Expected>, sqlx::Error> {
    sqlx::query_as!(
        Expected,
        r#"select t.db_name as "name!", c.slug as "slug?", c.status as "status!"
           from tenant_placements t join companies c on c.id = t.tenant_id where t.server_id = $1
           union all
           select 't_' || replace(d.tenant_id::text, '-', ''), null, 'prepared' from prepared_databases d where d.server_id = $1
           order by 1"#,
        id
    )
    .fetch_all(db.pool())
    .await
}

/// Agencies with work that was asked for at another place than where they lie now, and how much of it there is.
///
/// # Errors
/// The database's.
pub(crate) async fn stale_epochs(db: &CentralDb) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.slug, count(*) as "count!" from jobs j
           join tenant_placements t on t.tenant_id = j.tenant_id
           join companies c on c.id = j.tenant_id
           where j.state in ('queued', 'running', 'parked') and j.epoch > t.epoch
           group by c.slug order by c.slug"#
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.count)).collect())
}
