//! W6 and W7: first pages of agencies that nobody has asked for, and all of them in turn.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::time::{Duration, Instant};

use super::backends::{Watcher, budget, connections};
use super::fleet::Member;
use super::installation::Installation;
use super::lines::{get, storefront, word};
use super::load::{self, Seen, Target};
use super::measure::{FEW, MANY};
use super::moments::millis;
use super::table::{Moment, Report};
use super::{Failure, cost};

/// Agencies whose first page is asked for, each once.
const FIRST: usize = 300;
/// Pages of others before that.
const WARM: usize = 200;
/// How long all agencies are asked in turn each time, and in a trial.
const LONG: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(1));
/// Connections of PostgreSQL for others than pages of agencies: central pools, commands, an administrator.
const BESIDE: usize = 250;
/// Connections for all agencies where they are scarce.
const BUDGET: usize = 100;
/// Longer than it takes until the server has its share, and says so.
const PATIENCE: Duration = Duration::from_secs(30);
/// No storefront's page is as small as that.
const LEAST: usize = 8_000;

/// W6: the first page of an agency without a connection, one after the other.
pub(crate) async fn first_pages(house: &Installation, all: &[Member], report: &mut Report) -> Result<(), Failure> {
    eprintln!("W6: first pages");
    let (others, first) = all.split_at(all.len() / 4);
    for n in 0..WARM {
        ask(house, &others[n % others.len()], &word(n as u64)).await?;
    }
    let mut root = house.root("postgres").await?;
    let mut times = Vec::new();
    for member in first {
        // The worker goes by as well: whoever has a connection right now is passed over.
        let open = "select exists (select from pg_stat_activity where datname = $1)";
        if sqlx::query_scalar(open).bind(&member.database).fetch_one(&mut root).await? {
            continue;
        }
        let began = Instant::now();
        ask(house, member, "/").await?;
        times.push(millis(began.elapsed()));
        if times.len() == FIRST {
            break;
        }
    }
    if times.is_empty() {
        return Err("each agency has a connection, and keeps it".into());
    }
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)];
    let name =
        format!("first page of an agency without a connection ({} in turn; median {:.1} ms), p99", times.len(), at(50));
    report.moment(Moment::at_most("W6", &name, at(99), 100.0, "ms"));
    Ok(())
}

async fn ask(house: &Installation, member: &Member, path: &str) -> Result<(), Failure> {
    let answer = load::once(house.address(), &get(&storefront(house, &member.slug), path, "")).await?;
    if answer.status == 200 && answer.body.len() > LEAST {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&answer.body).chars().take(200).collect::<String>();
    Err(format!("{}{path} answered {}, {} bytes: {text}", member.slug, answer.status, answer.body.len()).into())
}

/// W7: `/` of all agencies in turn: first with room for a connection of each of them, then with a budget that is far too small.
pub(crate) async fn in_turn(
    house: &mut Installation,
    (all, first): (&[Member], &str),
    (report, is_trial): (&mut Report, bool),
) -> Result<(), Failure> {
    let long = if is_trial { LONG.1 } else { LONG.0 };
    let mut root = house.root("postgres").await?;
    let room = all.len() + BESIDE;
    root.execute(AssertSqlSafe(format!("alter system set max_connections = {room}"))).await?;
    root.close().await?;
    house.restart_postgres().await?;
    house.set("TENANT_CONNECTIONS", &room.to_string());
    house.serve(first).await?;
    one_each(house, all, (report, long)).await?;
    house.stop_server().await?;
    house.set("TENANT_CONNECTIONS", &BUDGET.to_string());
    house.serve(first).await?;
    within_a_budget(house, all, (report, long)).await?;
    house.stop_server().await
}

/// (a) There is room for a connection of each, and everybody has been asked for shortly before anything is counted.
async fn one_each(
    house: &Installation,
    all: &[Member],
    (report, long): (&mut Report, Duration),
) -> Result<(), Failure> {
    let mut next = 0;
    for (what, is_kept) in [("asked for again", true), ("made", false)] {
        let everybody = stream::iter(all).map(Ok).try_for_each_concurrent(FEW, |member| {
            let path = if is_kept { "/" } else { "/?q=0" };
            ask(house, member, path)
        });
        everybody.await?;
        eprintln!("W7: {} agencies in turn, {what}", all.len());
        let processes = [house.server()?, house.postmaster()?];
        let before = cost::micros(&processes)?;
        let seen = turn(house, all, is_kept, (FEW, long), &mut next).await?;
        let each = (cost::micros(&processes)? - before) / seen.requests.max(1);
        let (name, rate) = (
            format!("`/` of {} agencies in turn, room for one connection each, {what}, 16 connections", all.len()),
            rate(&seen, long),
        );
        let name =
            format!("{name} (median {:.1} ms, {rate:.0} a second, {each} µs CPU each), p99", seen.percentile(50));
        report.moment(Moment::at_most("W7", &name, seen.percentile(99), 60.0, "ms"));
        refused(report, &name, &seen);
    }
    let open = connections(house).await?;
    let name = format!("memory after that (PSS), with {open} connections to agencies");
    report.moment(Moment::at_most("W7", &name, cost::pss(house.server()?)?, 150.0, "MB"));
    Ok(())
}

/// (b) Sixty-four askers of all agencies, where nearly each of them has to take somebody else's connection.
async fn within_a_budget(
    house: &Installation,
    all: &[Member],
    (report, long): (&mut Report, Duration),
) -> Result<(), Failure> {
    eprintln!("W7: connections counted");
    let began = Instant::now();
    let mut said = budget(house).await?;
    while said != Some(BUDGET) {
        if began.elapsed() > PATIENCE {
            return Err(format!("the server was told of {BUDGET} connections, and has {said:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        said = budget(house).await?;
    }
    let watcher = Watcher::begin(house).await?;
    let seen = turn(house, all, false, (MANY, long), &mut 0).await;
    let (backends, seen) = (watcher.end().await?, seen?);
    let name = format!(
        "connections to agencies at once, 64 askers, a budget of {BUDGET} ({} looks; p99 {:.0} ms, {:.0} a second)",
        backends.looks,
        seen.percentile(99),
        rate(&seen, long)
    );
    report.moment(Moment::count("W7", &name, backends.most, said));
    let name = format!("answers that were none meanwhile, of {}", seen.requests);
    let refusals = usize::try_from(seen.refused)?;
    report.moment(Moment::count("W7", &name, refusals, Some(0)));
    refused(report, &name, &seen);
    Ok(())
}

fn refused(report: &mut Report, name: &str, seen: &Seen) {
    if seen.refused > 0 {
        let example = seen.example.as_deref().unwrap_or_default();
        report.thrown_away(format!("{name}: {} of {} refused: {example}", seen.refused, seen.requests));
    }
}

fn rate(seen: &Seen, long: Duration) -> f64 {
    seen.requests as f64 / long.as_secs_f64()
}

/// The n-th request is the next agency's; at its own address where pages are to be made, at `/` where they may be kept.
async fn turn(
    house: &Installation,
    all: &[Member],
    is_kept: bool,
    (connections, long): (usize, Duration),
    next: &mut u64,
) -> Result<Seen, Failure> {
    let hosts: Vec<String> = all.iter().map(|member| storefront(house, &member.slug)).collect();
    let make = move |n: u64| {
        let host = &hosts[usize::try_from(n).unwrap_or_default() % hosts.len()];
        get(host, &if is_kept { "/".to_owned() } else { word(WARM as u64 + n) }, "")
    };
    let target = Target { address: house.address(), request: std::sync::Arc::new(make), least: LEAST };
    let seen = load::run(&target, connections, long, *next).await?;
    *next += seen.requests + connections as u64;
    Ok(seen)
}
