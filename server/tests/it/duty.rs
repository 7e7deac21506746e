//! Several workers on one installation: one works, the others stand by, and one of them takes over. CON-10.

use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tenancy::testing::run;
use tenancy::{Clock, Deployment, RegistryOptions};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use app::outside::mail::Post;
use app::state::{House, Settings};
use server::{boot, worker};

use crate::harness::process::{Installation, Resident};
use crate::harness::settings;

struct Worker {
    house: Arc<House>,
    stop: CancellationToken,
    working: JoinHandle<tokio::sync::mpsc::UnboundedReceiver<tenancy::TenantId>>,
}

impl Worker {
    async fn start(databases: &Deployment, files: &Path) -> Self {
        Self::start_by(Clock::system(), databases, files).await
    }

    async fn start_by(clock: Clock, databases: &Deployment, files: &Path) -> Self {
        let options = RegistryOptions::default();
        let settings = Settings { mail: Post::Folder(files.join("outbox")), ..settings() };
        let opened = boot::open_state(databases, files.to_owned(), settings, clock, options).await;
        let (state, committed) = opened.expect("it opens");
        let stop = CancellationToken::new();
        let run = worker::run(state.house.clone(), databases.provisioner(), committed, stop.clone());
        Self { house: state.house, stop, working: tokio::spawn(run) }
    }

    /// How many agencies it has opened: the first thing that a worker does is to look into every outbox.
    fn opened(&self) -> u64 {
        self.house.registry.snapshot().opened
    }

    async fn end(self) {
        self.stop.cancel();
        self.working.await.expect("it ends when told");
        self.house.registry.close().await;
    }

    /// Commits a line for the central log, as an act of this process.
    async fn commit(&self, agency: &Resident) {
        let route = self.house.routes.by_tenant(agency.tenant).expect("known");
        let db = self.house.registry.open(&route).await.expect("it opens");
        let id = uuid::Uuid::now_v7();
        let event = tenancy::central::audit::Event::of_platform("property.create", "property", id);
        let mut tx = db.begin().await.expect("a transaction");
        sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)")
            .bind(id)
            .bind(serde_json::to_value(event).expect("serialises"))
            .execute(&mut tx)
            .await
            .expect("written");
        tx.commit().await.expect("committed");
    }
}

/// How often something is looked for, and how long between two looks.
const LOOKS: usize = 1_200;
const MOMENT: Duration = Duration::from_millis(50);

/// Waits until it has looked into both agencies' outboxes.
async fn until_it_works(worker: &Worker) {
    for _ in 0..LOOKS {
        if worker.opened() == 2 {
            return;
        }
        tokio::time::sleep(MOMENT).await;
    }
    panic!("it does not work");
}

/// Waits until so many are counted.
async fn until_there_are(expected: i64, root: &mut PgConnection, sql: &'static str) {
    let mut count = 0_i64;
    for _ in 0..LOOKS {
        count = sqlx::query_scalar(sql).fetch_one(&mut *root).await.expect("counted");
        if count == expected {
            return;
        }
        tokio::time::sleep(MOMENT).await;
    }
    panic!("{count} and not {expected}: {sql}");
}

/// Sessions that have asked for the place by now, whether they have it or not.
const ASKED: &str = "select count(*) from pg_stat_activity
    where application_name = 'sobrado/worker' and state = 'idle' and query in ('select pg_try_advisory_lock($1)', 'select 1')";
/// Lines that have reached the central log.
const CARRIED: &str = "select count(*) from tenant_audit_log where action = 'property.create'";

/// The session that has the place: there is one at most.
async fn holder(root: &mut PgConnection) -> Option<i32> {
    let sql = "select l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory' and l.granted and a.application_name = 'sobrado/worker'";
    sqlx::query_scalar(sql).fetch_optional(root).await.expect("listed")
}

#[test]
fn one_of_two_workers_works_and_the_other_takes_over() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut root = superuser.database("central").connect().await.expect("superuser");
        let (files, agency) = (at.folder.join("files"), &at.agencies[0]);

        let first = Worker::start(&databases, &files).await;
        until_it_works(&first).await;
        let second = Worker::start(&databases, &files).await;
        until_there_are(2, &mut root, ASKED).await;
        first.commit(agency).await;
        until_there_are(1, &mut root, CARRIED).await;
        assert_eq!(second.opened(), 0, "the second one has looked into an outbox");
        // Who stands by tells of what it commits: a look at everybody would come minutes later.
        second.commit(agency).await;
        until_there_are(2, &mut root, CARRIED).await;
        assert_eq!(second.opened(), 1, "the second one has looked into the others' outboxes");

        first.end().await;
        until_it_works(&second).await;
        second.commit(agency).await;
        until_there_are(3, &mut root, CARRIED).await;

        // Who loses the session has lost the place, notices, and asks for it anew.
        let before = holder(&mut root).await.expect("it has the place");
        let ended: bool = sqlx::query_scalar("select pg_terminate_backend($1)")
            .bind(before)
            .fetch_one(&mut root)
            .await
            .expect("ended");
        assert!(ended);
        let mut now = None;
        for _ in 0..LOOKS {
            now = holder(&mut root).await.filter(|now| *now != before);
            if now.is_some() {
                break;
            }
            tokio::time::sleep(MOMENT).await;
        }
        assert!(now.is_some(), "it has the place again");
        second.commit(agency).await;
        until_there_are(4, &mut root, CARRIED).await;

        second.end().await;
        assert_eq!(holder(&mut root).await, None, "nobody is left in it");
        databases.close().await.expect("stopped");
    });
}

/// What is tidied up every hour is so at once by whoever takes the place: each time leaves a line with its session.
const COUNT_TICKS: &str = "create table ticks (pid int);
    create function tick() returns trigger language plpgsql security definer as
    $$ begin insert into ticks values (pg_backend_pid()); return null; end $$;
    create trigger tick after delete on sign_in_attempts for each statement execute function tick()";
const TICKS: &str = "select count(*) from ticks";
/// Sessions that have asked for the place since the last of these moments.
const ASKED_SINCE: &str = "select count(*) from pg_stat_activity, (select max(at) as at from moments) m
    where application_name = 'sobrado/worker' and query = 'select pg_try_advisory_lock($1)' and query_start > m.at";

/// Waits until so many have asked for the place in vain once more.
async fn until_they_have_asked(standing_by: i64, root: &mut PgConnection) {
    root.execute("insert into moments values (clock_timestamp())").await.expect("noted");
    until_there_are(standing_by, root, ASKED_SINCE).await;
}

#[test]
fn three_processes_and_one_tick_are_one_run() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut root = superuser.database("central").connect().await.expect("superuser");
        root.execute(COUNT_TICKS).await.expect("counted from here on");
        root.execute("create table moments (at timestamptz)").await.expect("made");
        let mut all = Vec::new();
        for log in ["one.log", "two.log", "three.log"] {
            all.push(at.start(&["worker"], [log, log]));
        }
        until_there_are(1, &mut root, TICKS).await;
        until_they_have_asked(2, &mut root).await;
        until_there_are(1, &mut root, TICKS).await;
        let place = holder(&mut root).await.expect("somebody has the place");
        // Killed without a word: one of the others takes its place, and ticks; the third goes on standing by.
        let logs = |n: usize| std::fs::read_to_string(at.folder.join(["one.log", "two.log", "three.log"][n]));
        let stands_by = |n: &usize| logs(*n).unwrap_or_default().contains("this one stands by");
        // Who is refused the place says so a moment after it was asked for.
        let mut working = Vec::from_iter(0..3);
        for _ in 0..LOOKS {
            working.retain(|n| !stands_by(n));
            if working.len() == 1 {
                break;
            }
            tokio::time::sleep(MOMENT).await;
        }
        assert_eq!(working.len(), 1, "{working:?}");
        all.remove(working[0]).kill().await.expect("killed");
        until_there_are(2, &mut root, TICKS).await;
        until_they_have_asked(1, &mut root).await;
        until_there_are(2, &mut root, TICKS).await;
        assert_ne!(holder(&mut root).await, Some(place));
        for mut worker in all {
            worker.kill().await.expect("killed");
        }
        drop(root);
        databases.close().await.expect("stopped");
    });
}

#[test]
fn a_worker_that_has_lost_a_part_of_itself_begins_anew() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let superuser = databases.cluster().expect("it is private").superuser();
        let mut root = superuser.database("central").connect().await.expect("superuser");
        // Who tidies up asks for the time first, and this once gets no answer.
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let clock = Clock::of(move || {
            assert!(count.fetch_add(1, Ordering::SeqCst) > 0, "as meant, by the clock");
            time::OffsetDateTime::now_utc()
        });
        let worker = Worker::start_by(clock, &databases, &at.folder.join("files")).await;
        for _ in 0..LOOKS {
            if asked.load(Ordering::SeqCst) > 1 {
                break;
            }
            tokio::time::sleep(MOMENT).await;
        }
        assert!(asked.load(Ordering::SeqCst) > 1, "nobody tidies up any more");
        until_it_works(&worker).await;
        worker.commit(&at.agencies[1]).await;
        until_there_are(1, &mut root, CARRIED).await;
        worker.end().await;
        assert_eq!(holder(&mut root).await, None, "nobody is left in its place");
        databases.close().await.expect("stopped");
    });
}
