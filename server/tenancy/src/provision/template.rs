//! The database that every agency's begins as a copy of, one for each schema.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{ProvisionError, schema};
use crate::connect::connect;
use crate::migrate::{History, Outcome};

/// Two processes that build a template at once agree on this number.
const LOCK: i64 = 0x0050_B8AD_0000_0002;
/// What databases are called that are there for a look alone.
pub(crate) const SCRATCH: &str = "sobrado_look_";

/// The name of the template of a history.
pub(super) fn name(history: History) -> String {
    format!("tenant_template_v{}", history.latest())
}

/// The template's name; built first when it is not there. Nobody can sit in it, so it can always be copied.
pub(super) async fn ensure(server: &PgConnectOptions, history: History) -> Result<String, ProvisionError> {
    let name = name(history);
    let mut conn = connect(&server.clone().application_name("sobrado/template")).await?;
    let built = if exists(&mut conn, &name).await? { Ok(()) } else { build(&mut conn, (server, history), &name).await };
    let _ = conn.close().await;
    built.map(|()| name)
}

async fn exists(conn: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)")
        .bind(name)
        .fetch_one(conn)
        .await
}

async fn build(
    conn: &mut PgConnection,
    (server, history): (&PgConnectOptions, History),
    name: &str,
) -> Result<(), ProvisionError> {
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
    match history.apply(&owner).await? {
        Outcome::At(_) => {}
        Outcome::Busy => return Err(ProvisionError::Busy),
    }
    let mut inside = connect(&owner).await?;
    inside.execute("vacuum (freeze, analyze)").await?;
    let schema = schema::digest(&schema::describe(&mut inside).await?);
    inside.close().await?;
    // Nobody looks into it any more: what it is like is written on it.
    run(conn, format!("comment on database {draft} is '{schema}'")).await?;
    run(conn, format!("alter database {draft} with is_template true allow_connections false")).await?;
    // Last: what has the name is whole.
    run(conn, format!("alter database {draft} rename to {name}")).await?;
    Ok(())
}

/// What an older template becomes when it is migrated, against the new one: each line that is different. Empty where there is
/// no older one.
pub(super) async fn rehearse(server: &PgConnectOptions, history: History) -> Result<Vec<String>, ProvisionError> {
    let mut conn = connect(&server.clone().application_name("sobrado/template")).await?;
    let rehearsed = match newest_before(&mut conn, &name(history)).await? {
        Some(older) => {
            let made = scratch(&mut conn, (server, history), &older).await;
            made.map(Some)
        }
        None => Ok(None),
    };
    let different = match rehearsed {
        Ok(Some(made)) => compare(&mut conn, (server, history), &made).await,
        Ok(None) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let _ = conn.close().await;
    different
}

/// The lines in which a schema is not what the template is.
pub(super) async fn compare(
    conn: &mut PgConnection,
    (server, history): (&PgConnectOptions, History),
    found: &[String],
) -> Result<Vec<String>, ProvisionError> {
    let name = name(history);
    if written_on(conn, &name).await?.as_deref() == Some(schema::digest(found).as_str()) {
        return Ok(Vec::new());
    }
    let expected = scratch(conn, (server, history), &name).await?;
    Ok(schema::difference(&expected, found))
}

/// What a server's template is like, as [`schema::digest`] says it of a database; none where there is no template.
pub(crate) async fn digest(conn: &mut PgConnection, history: History) -> Result<Option<String>, sqlx::Error> {
    written_on(conn, &name(history)).await
}

async fn written_on(conn: &mut PgConnection, name: &str) -> Result<Option<String>, sqlx::Error> {
    let comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = $1 and datistemplate";
    Ok(sqlx::query_scalar::<_, Option<String>>(comment).bind(name).fetch_optional(conn).await?.flatten())
}

/// Templates of an earlier schema have shorter or smaller numbers in their names.
async fn newest_before(conn: &mut PgConnection, name: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select datname::text from pg_database
         where datistemplate and datname ~ '^tenant_template_v[0-9]+$' and datname <> $1
           and substr(datname, 18)::bigint < substr($1, 18)::bigint
         order by substr(datname, 18)::bigint desc limit 1",
    )
    .bind(name)
    .fetch_optional(conn)
    .await
}

/// The schema of a copy of a template, brought up to date; nothing of the copy stays.
async fn scratch(
    conn: &mut PgConnection,
    (server, history): (&PgConnectOptions, History),
    template: &str,
) -> Result<Vec<String>, ProvisionError> {
    let copy = format!("{SCRATCH}{}", uuid::Uuid::new_v4().simple());
    run(conn, format!("create database {copy} template {template} strategy wal_log owner migrator")).await?;
    let looked = async {
        run(conn, format!("revoke all on database {copy} from public")).await?;
        let owner = crate::deployment::as_owner(server.clone().database(&copy));
        if history.apply(&owner).await? == Outcome::Busy {
            return Err(ProvisionError::Busy);
        }
        let mut inside = connect(&owner).await?;
        let lines = schema::describe(&mut inside).await;
        inside.close().await?;
        Ok(lines?)
    }
    .await;
    remove(conn, &copy).await?;
    looked
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
