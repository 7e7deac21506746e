//! What is remembered of sessions, and how it is forgotten: at once by whoever ends one, by NOTIFY everywhere else, and
//! after five seconds whatever was heard. The clock stands unless a test turns it.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{ConnectOptions as _, Connection as _};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tenancy::central::people;
use tenancy::central::sessions::{SIGNED, Sessions, Signed, micros, stored_id};
use tenancy::testing::{Agency, agency, bed, run, superuser};
use tenancy::{Changed, Clock, Routes};
use time::{Duration, OffsetDateTime};
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};

/// A process: its memory of sessions, and its clock.
struct Process {
    sessions: Sessions,
    ahead: Arc<AtomicI64>,
}

async fn process() -> Process {
    let (began, ahead) = (OffsetDateTime::now_utc(), Arc::new(AtomicI64::new(0)));
    let turned = ahead.clone();
    let clock = Clock::of(move || began + Duration::seconds(turned.load(Ordering::SeqCst)));
    Process { sessions: Sessions::new(bed().await.deployment.central().clone(), clock), ahead }
}

impl Process {
    fn wait(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn is_open(&self, id: Id) -> bool {
        self.sessions.load(&id).await.expect("read").is_some()
    }

    async fn sign_in(&self, agency: &Agency) -> Id {
        let signed = Signed {
            person: agency.person,
            user: Some(agency.owner),
            tenant: Some(agency.route.tenant),
            operator: None,
            remember: false,
            password_set: password_set(agency).await,
            factor_set: 0,
            proved: 0,
            role: None,
            since: OffsetDateTime::now_utc().unix_timestamp(),
            ip_address: None,
            user_agent: None,
            acting: None,
        };
        let data = [(SIGNED.to_owned(), serde_json::to_value(signed).expect("it is JSON"))].into();
        let mut record = Record { id: Id::default(), data, expiry_date: OffsetDateTime::now_utc() };
        self.sessions.create(&mut record).await.expect("written");
        record.id
    }
}

async fn password_set(agency: &Agency) -> i64 {
    let found = people::find_credentials(bed().await.deployment.central(), &agency.email).await.expect("read");
    micros(found.expect("there is somebody").password_set)
}

/// Ends it as nobody here is told of: the trigger does not fire for a replica.
async fn end_unheard(id: Id) {
    let mut root = superuser().await.database("central").connect().await.expect("superuser");
    let mut tx = root.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("set");
    let ended = sqlx::query("update sessions set ended_at = now() where id = $1").bind(stored_id(&id));
    assert_eq!(ended.execute(&mut *tx).await.expect("ended").rows_affected(), 1);
    tx.commit().await.expect("committed");
}

#[test]
fn a_session_that_was_just_read_is_not_read_again() {
    run(async {
        let (a, here) = (agency().await, process().await);
        let id = here.sign_in(&a).await;
        assert!(here.is_open(id).await);
        end_unheard(id).await;
        here.wait(4);
        assert!(here.is_open(id).await, "remembered");
        here.wait(1);
        assert!(!here.is_open(id).await, "and no longer than five seconds");
    });
}

#[test]
fn who_ends_a_session_has_ended_it_when_that_is_answered() {
    run(async {
        let (a, here) = (agency().await, process().await);
        let (out, list) = (here.sign_in(&a).await, here.sign_in(&a).await);
        assert!(here.is_open(out).await && here.is_open(list).await);
        here.sessions.delete(&out).await.expect("signed out");
        assert!(!here.is_open(out).await, "by signing out");
        assert!(here.sessions.end(a.person, &stored_id(&list)).await.expect("ended"), "there was one");
        assert!(!here.is_open(list).await, "from the list");
        let b = agency().await;
        let theirs = here.sign_in(&b).await;
        assert!(!here.sessions.end(a.person, &stored_id(&theirs)).await.expect("asked"), "another's is nobody's");
        assert!(here.is_open(theirs).await);
    });
}

#[test]
fn other_processes_hear_of_the_end() {
    run(async {
        let (a, here, there) = (agency().await, process().await, process().await);
        let routes = Routes::load(bed().await.deployment.central()).await.expect("read");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (listening, sessions) = (heard.clone(), there.sessions.clone());
        tokio::spawn(routes.clone().follow(move |changed| {
            listening.lock().expect("not poisoned").push(changed.clone());
            let sessions = sessions.clone();
            tokio::spawn(async move {
                if let Changed::Session(stored) = changed {
                    sessions.forget(&stored).await;
                }
            });
        }));
        let id = here.sign_in(&a).await;
        let mut round = 0;
        // Ended again and again, for the listener may not be listening yet; each time a session of its own.
        loop {
            let id = if round == 0 { id } else { here.sign_in(&a).await };
            assert!(there.is_open(id).await);
            here.sessions.delete(&id).await.expect("signed out");
            for _ in 0..40 {
                if !there.is_open(id).await {
                    let told = heard.lock().expect("not poisoned").contains(&Changed::Session(stored_id(&id)));
                    assert!(told, "the clock stands: nothing else can have told");
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            round += 1;
            assert!(round < 5, "never heard of");
        }
    });
}

#[test]
fn what_was_read_before_a_session_was_forgotten_is_not_kept() {
    run(async {
        let (a, here) = (agency().await, process().await);
        let id = here.sign_in(&a).await;
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let mut held = root.begin().await.expect("a transaction");
        sqlx::query("lock table sessions in access exclusive mode").execute(&mut *held).await.expect("locked");
        let sessions = here.sessions.clone();
        let reading = tokio::spawn(async move { sessions.load(&id).await.expect("read").is_some() });
        let mut other = superuser().await.database("central").connect().await.expect("superuser");
        let waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like 'select s.data, s.created_at%')";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut other).await.expect("a row") {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        here.sessions.forget(&stored_id(&id)).await;
        held.rollback().await.expect("let go");
        assert!(reading.await.expect("no panic"), "it was open");
        end_unheard(id).await;
        assert!(!here.is_open(id).await, "so the next request reads anew");
    });
}

#[test]
fn a_session_of_a_password_that_was_set_anew_meanwhile_is_none() {
    run(async {
        let (a, here) = (agency().await, process().await);
        let (before, set) = (here.sign_in(&a).await, password_set(&a).await);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("update people set password_changed_at = now() where id = $1")
            .bind(a.person.as_uuid())
            .execute(&mut root)
            .await
            .expect("set");
        assert_ne!(password_set(&a).await, set);
        assert!(!here.is_open(before).await, "its row came after the sessions of the old password had been ended");
        assert!(here.is_open(here.sign_in(&a).await).await, "the new password's is one");
    });
}

#[test]
fn use_is_written_down_however_well_the_session_is_remembered() {
    run(async {
        let (a, here) = (agency().await, process().await);
        let id = here.sign_in(&a).await;
        let seen = async || {
            let mut root = superuser().await.database("central").connect().await.expect("superuser");
            let seen = sqlx::query_scalar("select last_seen_at from sessions where id = $1").bind(stored_id(&id));
            seen.fetch_one(&mut root).await.expect("there")
        };
        let first: OffsetDateTime = seen().await;
        for _ in 0..76 {
            here.wait(4);
            assert!(here.is_open(id).await);
        }
        let later: OffsetDateTime = seen().await;
        assert!(later - first >= Duration::minutes(5), "{}", later - first);
    });
}

#[test]
fn sessions_of_an_account_and_of_an_agency_are_found_without_reading_everybodys() {
    run(async {
        bed().await;
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        // With few rows, reading all of them is cheaper: what is asked is whether there is another way.
        sqlx::query("set enable_seqscan = off").execute(&mut root).await.expect("set");
        let nobody = uuid::Uuid::nil();
        for (asked, index) in [
            ("explain select max(last_seen_at) from sessions where user_id = $1", "sessions_user_idx"),
            (
                "explain update sessions set ended_at = now() where user_id = $1 and ended_at is null",
                "sessions_user_idx",
            ),
            (
                "explain update sessions set ended_at = now() where tenant_id = $1 and ended_at is null",
                "sessions_tenant_idx",
            ),
            ("explain delete from only sessions where $1 = user_id", "sessions_user_idx"),
        ] {
            let plan =
                sqlx::query_scalar::<_, String>(asked).bind(nobody).fetch_all(&mut root).await.expect("explained");
            assert!(plan.iter().any(|line| line.contains(index)), "{asked}: {plan:?}");
        }
    });
}
