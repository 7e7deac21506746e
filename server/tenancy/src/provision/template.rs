//! The database that every agency's begins as a copy of, one for each schema.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::ProvisionError;
use crate::migrate::{self, Outcome};

/// Two processes that build a template at once agree on this number.
const LOCK: i64 = 0x0050_B8AD_0000_0002;

/// The name of the template of this program's schema.
fn name() -> String {
    format!("tenant_template_v{}", migrate::latest())
}

/// The template's name; built first when it is not there. Nobody can sit in it, so it can always be copied.
pub(super) async fn ensure(server: &PgConnectOptions) -> Result<String, ProvisionError> {
    let name = name();
    let mut conn = server.clone().application_name("sobrado/template").connect().await?;
    let built = if exists(&mut conn, &name).await? { Ok(()) } else { build(&mut conn, server, &name).await };
    let _ = conn.close().await;
    built.map(|()| name)
}

async fn exists(conn: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)")
        .bind(name)
        .fetch_one(conn)
        .await
}

async fn build(conn: &mut PgConnection, server: &PgConnectOptions, name: &str) -> Result<(), ProvisionError> {
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut *conn).await?;
    if exists(conn, name).await? {
        return Ok(());
    }
    // Under a name of its own until it is whole: a crash leaves rubbish, never half a template.
    let draft = format!("{name}_draft");
    for rubbish in [&draft, name] {
        remove(conn, rubbish).await?;
    }
    run(conn, format!("create database {draft} template template0 owner migrator strategy wal_log")).await?;
    run(conn, format!("revoke all on database {draft} from public")).await?;
    let owner = crate::deployment::as_owner(server.clone().database(&draft));
    match migrate::tenant(&owner).await? {
        Outcome::At(_) => {}
        Outcome::Busy => return Err(ProvisionError::Busy),
    }
    let mut inside = owner.connect().await?;
    inside.execute("vacuum (freeze, analyze)").await?;
    inside.close().await?;
    run(conn, format!("alter database {draft} with is_template true allow_connections false")).await?;
    // Last: what has the name is whole.
    run(conn, format!("alter database {draft} rename to {name}")).await?;
    Ok(())
}

/// What a crash has left; a template is not dropped.
async fn remove(conn: &mut PgConnection, rubbish: &str) -> Result<(), sqlx::Error> {
    let is_there = "select exists (select from pg_database where datname = $1)";
    if sqlx::query_scalar(is_there).bind(rubbish).fetch_one(&mut *conn).await? {
        run(conn, format!("alter database {rubbish} with is_template false")).await?;
        run(conn, format!("drop database {rubbish} with (force)")).await?;
    }
    Ok(())
}

async fn run(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    conn.execute(AssertSqlSafe(sql)).await.map(drop)
}
