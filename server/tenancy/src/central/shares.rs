//! Who may open how many connections on which server.

use sqlx::PgConnection;
use uuid::Uuid;

use super::CentralTx;
use crate::CentralDb;
use crate::central_db::CONNECTIONS;

/// Connections of each server that nobody shares: eight for migrations, four for backups, five for an administrator.
/// Replication needs none of them (PostgreSQL's manual, `max_wal_senders`).
const ASIDE: u32 = 17;
/// Those that the central database's own server keeps for it: three processes' pools.
const CENTRAL: u32 = 3 * CONNECTIONS;
/// However small a server is, it gives so many.
pub(crate) const FEWEST: u32 = 8;
/// Of a server that has not been asked yet: what PostgreSQL has unless it is told otherwise, less what superusers keep.
const UNASKED: u32 = 97;

/// A process's share of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// A registry's number; there is one in a process.
    pub(crate) process: Uuid,
    /// It is soon gone.
    pub(crate) is_command: bool,
    /// What it would like to have.
    pub(crate) wanted: u32,
    /// What it may open.
    pub(crate) share: u32,
}

/// Connections that a server keeps from agencies, beside those for superusers.
pub(crate) const fn kept(is_home: bool) -> u32 {
    if is_home { ASIDE + CENTRAL } else { ASIDE }
}

/// What a server has for agencies, of the connections that are not kept for superusers.
pub(crate) fn budget_of(places: u32, is_home: bool) -> u32 {
    places.saturating_sub(kept(is_home)).max(FEWEST)
}

/// Shares of one server are given by one process at a time.
pub(crate) async fn one_at_a_time(tx: &mut CentralTx, server: i32) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('connection_shares'), $1)", server).execute(&mut **tx).await?;
    Ok(())
}

/// What a server has for agencies; nothing when there is no such server. The central database's own answers for itself.
pub(crate) async fn budget(tx: &mut CentralTx, server: i32) -> Result<Option<u32>, sqlx::Error> {
    let found = sqlx::query!(
        r#"select address is null as "is_home!",
                  case when address is null
                       then (select sum(case when name = 'max_connections' then setting::int else - setting::int end)::int
                             from pg_settings
                             where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections'))
                       else places
                  end as places
           from database_servers
           where id = $1"#,
        server
    )
    .fetch_optional(&mut **tx)
    .await?;
    let places = |places: Option<i32>| places.and_then(|places| u32::try_from(places).ok()).unwrap_or(UNASKED);
    Ok(found.map(|found| budget_of(places(found.places), found.is_home)))
}

/// The shares of all who live. Whoever has not been heard of for three beats has none any more.
pub(crate) async fn living(tx: &mut CentralTx, server: i32, process: Uuid) -> Result<Vec<Share>, sqlx::Error> {
    sqlx::query!(
        "delete from connection_shares
         where server_id = $1 and process <> $2 and beaten_at < clock_timestamp() - interval '15 seconds'",
        server,
        process
    )
    .execute(&mut **tx)
    .await?;
    let rows = sqlx::query!(
        "select process, is_command, wanted, share from connection_shares where server_id = $1 order by process",
        server
    )
    .fetch_all(&mut **tx)
    .await?;
    let count = |value: i32| u32::try_from(value).unwrap_or_default();
    let read = rows.into_iter().map(|row| Share {
        process: row.process,
        is_command: row.is_command,
        wanted: count(row.wanted),
        share: count(row.share),
    });
    Ok(read.collect())
}

/// Who holds the shares of others, as they said it of themselves.
pub(crate) async fn holders(
    tx: &mut CentralTx,
    server: i32,
    process: Uuid,
) -> Result<Vec<(Uuid, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select process, holder from connection_shares where server_id = $1 and process <> $2 and holder <> ''",
        server,
        process
    );
    Ok(rows.fetch_all(&mut **tx).await?.into_iter().map(|row| (row.process, row.holder)).collect())
}

/// Frees the shares of processes that are gone.
pub(crate) async fn forget(tx: &mut CentralTx, server: i32, gone: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from connection_shares where server_id = $1 and process = any($2)", server, gone)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes a share down, and that its process lives.
pub(crate) async fn write(tx: &mut CentralTx, server: i32, (share, holder): (&Share, &str)) -> Result<(), sqlx::Error> {
    let count = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into connection_shares (server_id, process, is_command, wanted, share, holder) values ($1, $2, $3, $4, $5, $6)
         on conflict (server_id, process)
         do update set wanted = excluded.wanted, share = excluded.share, beaten_at = clock_timestamp()",
        server,
        share.process,
        share.is_command,
        count(share.wanted),
        count(share.share),
        holder
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Tells every process that something has become free, or is wanted.
pub(crate) async fn tell(tx: &mut CentralTx) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify('share', '')").execute(&mut **tx).await?;
    Ok(())
}

/// Gives back all that a process has.
pub(crate) async fn give_back(db: &CentralDb, process: Uuid) -> Result<(), sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    sqlx::query!("delete from connection_shares where process = $1", process).execute(&mut *tx).await?;
    tell(&mut tx).await?;
    tx.commit().await
}

/// Connections of a server that are not kept for superusers.
pub(crate) async fn places(conn: &mut PgConnection) -> Result<i32, sqlx::Error> {
    // `reserved_connections` is there since PostgreSQL 16.
    let places = sqlx::query_scalar!(
        r#"select sum(case when name = 'max_connections' then setting::int else - setting::int end)::int as "places!"
           from pg_settings
           where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"#
    );
    places.fetch_one(conn).await
}

/// Writes down what a server has, as the owner of the central tables.
pub(crate) async fn set_places(owner: &mut PgConnection, server: i32, places: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update database_servers set places = $2 where id = $1 and places is distinct from $2",
        server,
        places
    )
    .execute(owner)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_keeps_some_aside_and_gives_some_however_small_it_is() {
        assert_eq!(budget_of(245, true), 168);
        assert_eq!(budget_of(245, false), 228);
        assert_eq!(budget_of(97, true), 20);
        assert_eq!(budget_of(20, true), FEWEST);
    }
}
