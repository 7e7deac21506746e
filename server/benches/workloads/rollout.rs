//! W13: a migration through the fleet, and PostgreSQL killed in the middle of writing to all of it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::fleet::{self, Member};
use super::installation::Installation;
use super::table::{Moment, Report};
use super::{Failure, cost};

/// Who writes at once, how often into one agency, and for how long before the kill.
const WRITERS: usize = 16;
const WRITES: usize = 4;
const LONG: Duration = Duration::from_secs(5);
/// Longer than a recovery takes that anybody would wait for.
const PATIENCE: Duration = Duration::from_secs(900);

/// A price changed, and a line in the history of it: a commit each.
const WRITE: &str = "
    with changed as (update properties set sale_price = sale_price + 1 where code = 'FX0001' returning id)
    insert into activity_log (id, action, entity_type, entity_id) select $1, 'property.update', 'property', id from changed";

/// Migrates all agencies by the product's own command.
pub(crate) async fn migrate(house: &Installation, all: &[Member], report: &mut Report) -> Result<(), Failure> {
    eprintln!("W13: a migration of {} agencies", all.len());
    let began = Instant::now();
    house.run(&["migrate", "--json"], "").await?;
    let took = began.elapsed();
    let mut central = house.root("central").await?;
    let through = "select count(*) filter (where m.state = 'done' and m.to_version > m.from_version),
                          max(m.from_version), max(m.to_version)
                   from tenant_migrations m join migration_rollouts r on r.id = m.rollout_id where r.state = 'done'";
    let (through, from, to): (i64, Option<i64>, Option<i64>) = sqlx::query_as(through).fetch_one(&mut central).await?;
    central.close().await?;
    if usize::try_from(through)? != all.len() {
        return Err(format!("{through} of {} agencies were migrated, from {from:?} to {to:?}", all.len()).into());
    }
    let each = took.as_secs_f64() * 1000.0 / all.len() as f64;
    let name = format!(
        "`sobrado migrate` of {} agencies by one file, looked at and rehearsed before (4 at once; {each:.1} ms each)",
        all.len()
    );
    report.moment(Moment::at_most("W13", &name, took.as_secs_f64(), 30.0, "s"));
    Ok(())
}

/// Kills PostgreSQL while it is written to, starts it, and says how long it was until the first connection.
pub(crate) async fn crash(house: &Installation, all: &[Member], is_trial: bool) -> Result<Duration, Failure> {
    eprintln!("W13: a crash with {} agencies", all.len());
    // What came before is on the disk: the figure is of what was being written, and of nothing that was made or migrated.
    fleet::durably(house, false).await?;
    fleet::durably(house, true).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let all: Arc<[Member]> = all.into();
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        writers.spawn(write(house.way()?, all.clone(), next.clone(), stop.clone()));
    }
    tokio::time::sleep(if is_trial { LONG / 5 } else { LONG }).await;
    kill_all(house.postmaster()?).await?;
    stop.store(true, Ordering::Relaxed);
    let mut written: Vec<(usize, Uuid)> = Vec::new();
    while let Some(some) = writers.join_next().await {
        written.append(&mut some?);
    }
    let (said, began) = (house.postgres_says().lines().count(), Instant::now());
    // As the product starts it. It waits as we do.
    let (started, recovered) = tokio::join!(house.run(&["tenant", "list"], ""), ready(house, began));
    started?;
    let took = recovered?;
    let tells =
        |line: &&str| ["redo done", "checkpoint complete", "ready to accept"].iter().any(|word| line.contains(word));
    for line in house.postgres_says().lines().skip(said).filter(tells) {
        eprintln!("  {line}");
    }
    let lost = lost(house, &all, &written).await?;
    eprintln!(
        "W13: {} acknowledged writes, {lost} of them lost, back after {:.1} s",
        written.len(),
        took.as_secs_f64()
    );
    if written.is_empty() || lost > 0 {
        return Err(format!("{lost} of {} acknowledged writes are gone after a crash", written.len()).into());
    }
    Ok(took)
}

/// Says how long it takes with as many agencies as the goal is for, and what it is with all of them.
pub(crate) fn recovered(report: &mut Report, (count, took): (usize, Duration), all: (usize, Duration)) {
    let (number, with_all) = (all.0, all.1.as_secs_f64());
    let name = format!("PostgreSQL back after kill -9, {count} agencies being written to ({number}: {with_all:.1} s)");
    report.moment(Moment::at_most("W13", &name, took.as_secs_f64(), 10.0, "s"));
}

/// Writes to one agency after the other until nobody answers any more. Gives what was acknowledged, with whose it is.
async fn write(
    way: PgConnectOptions,
    all: Arc<[Member]>,
    next: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> Vec<(usize, Uuid)> {
    let mut written = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let member = next.fetch_add(1, Ordering::Relaxed) % all.len();
        let Ok(mut db) = way.clone().database(&all[member].database).connect().await else { return written };
        for _ in 0..WRITES {
            let id = Uuid::now_v7();
            if sqlx::query(WRITE).bind(id).execute(&mut db).await.is_err() {
                return written;
            }
            written.push((member, id));
        }
        // The kill may come in between: then there is nobody to say goodbye to.
        let _ = db.close().await;
    }
    written
}

/// Kills a postmaster and everything that it has started, and waits until all of it is gone.
async fn kill_all(postmaster: u32) -> Result<(), Failure> {
    // Stopped first: a child of its last moment would not be among them, and would wait for the dead for ever.
    kill(Pid::from_raw(postmaster.cast_signed()), Signal::SIGSTOP)?;
    // The signal is on its way when that returns: until it has come, another child may.
    while !is_stopped(postmaster)? {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let all = cost::tree(postmaster)?;
    for pid in &all {
        // A child may have gone with its parent.
        let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
    }
    // A process without a command line is a zombie, or on its way.
    let lives = |pid: &u32| std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
    while all.iter().any(lives) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Whether a process stands still (proc(5): the state is the first word behind the name).
fn is_stopped(pid: u32) -> Result<bool, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    Ok(stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')))
}

/// How long it is until somebody is let in.
async fn ready(house: &Installation, began: Instant) -> Result<Duration, Failure> {
    loop {
        match house.root("postgres").await {
            Ok(root) => {
                let took = began.elapsed();
                root.close().await?;
                return Ok(took);
            }
            Err(error) if began.elapsed() > PATIENCE => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// How many of the acknowledged writes are not there.
async fn lost(house: &Installation, all: &[Member], written: &[(usize, Uuid)]) -> Result<usize, Failure> {
    let mut by_member: BTreeMap<usize, Vec<Uuid>> = BTreeMap::new();
    for (member, id) in written {
        by_member.entry(*member).or_default().push(*id);
    }
    let mut lost = 0;
    for (member, ids) in by_member {
        let mut db = house.root(&all[member].database).await?;
        let kept = sqlx::query_scalar("select count(*) from activity_log where id = any($1)").bind(&ids);
        let kept: i64 = kept.fetch_one(&mut db).await?;
        db.close().await?;
        lost += ids.len() - usize::try_from(kept)?;
    }
    Ok(lost)
}
