//! Jobs of several agencies in one worker: each works in its own agency alone, whatever becomes of the others. Cases 18 and 19.

use futures::FutureExt as _;
use http::StatusCode;
use sqlx::{ConnectOptions as _, Row as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tenancy::testing::{Agency, bed, run, superuser};
use tenancy::{TenantId, relay};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use app::error::AppError;
use app::state::House as State;
use server::worker;

use crate::harness::{Caller, House, a_photo, open, register, root};

/// Whose jobs are done here: other tests' lie in the same queue.
static OURS: Mutex<Vec<TenantId>> = Mutex::new(Vec::new());
/// Whose next job panics before it has begun.
static PANICS: Mutex<Option<TenantId>> = Mutex::new(None);
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

/// A worker that does the jobs of these agencies.
struct Working {
    stop: CancellationToken,
    work: JoinHandle<()>,
}

impl Working {
    fn begin(state: Arc<State>, agencies: &[&Agency]) -> Self {
        OURS.lock().expect("not poisoned").extend(agencies.iter().map(|agency| agency.route.tenant));
        let handler: worker::Handler = |house, job| {
            async move {
                if !OURS.lock().expect("not poisoned").contains(&job.tenant) {
                    return Err(AppError::Unavailable);
                }
                let is_to_panic =
                    PANICS.lock().expect("not poisoned").take_if(|tenant| *tenant == job.tenant).is_some();
                if is_to_panic {
                    HAS_PANICKED.store(true, Ordering::SeqCst);
                    panic!("as meant, by a job");
                }
                worker::handle(house, job).await
            }
            .boxed()
        };
        let (_never, committed) = tokio::sync::mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let work = tokio::spawn(worker::carry_and_work(state, committed, handler, stop.clone()));
        Self { stop, work }
    }

    async fn end(self) {
        self.stop.cancel();
        self.work.await.expect("it ends when told");
    }
}

/// Adds a photograph, and puts the job that makes its sizes into the queue.
async fn photograph(house: &House, agency: &Agency, owner: &mut Caller, shade: u8) -> String {
    let id = register(owner, "Casa com foto").await;
    let answer = owner.upload(&id, "application/json", &[("sala.jpg", "image/jpeg", a_photo(shade))]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    deliver(house, agency).await;
    let photo = sqlx::query_scalar::<_, uuid::Uuid>("select id from property_photos where property_id = $1::uuid");
    photo.bind(&id).fetch_one(&agency.db).await.expect("there").to_string()
}

async fn deliver(house: &House, agency: &Agency) {
    let state = &house.state.house;
    relay::deliver(&state.central, &state.key, &agency.db).await.expect("delivered");
}

/// Waits until the agency's jobs are in these states, by their order.
async fn until_jobs(agency: &Agency, expected: &[&str]) -> Vec<Option<String>> {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let mut states: Vec<String> = Vec::new();
    for _ in 0..1_200 {
        let rows = sqlx::query("select state, last_error from jobs where tenant_id = $1 order by id");
        let rows = rows.bind(agency.route.tenant).fetch_all(&mut central).await.expect("listed");
        states = rows.iter().map(|row| row.get("state")).collect();
        if states == expected {
            return rows.iter().map(|row| row.get("last_error")).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{states:?} and not {expected:?}");
}

async fn photos(agency: &Agency) -> Vec<(String, String)> {
    let rows = sqlx::query("select id::text, state from property_photos order by id");
    let rows = rows.fetch_all(&mut root(agency).await).await.expect("listed");
    rows.iter().map(|row| (row.get("id"), row.get("state"))).collect()
}

#[test]
fn a_job_that_panics_between_two_of_another_agency_leaves_each_in_its_own() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let first = photograph(&house, &a, &mut of_a, 10).await;
        let other = photograph(&house, &b, &mut of_b, 20).await;
        let second = photograph(&house, &a, &mut of_a, 30).await;
        // And one of A's own that names what is B's: it finds nothing in A.
        let crafted = serde_json::json!({"kind": "properties.make_variants", "payload": {"photo": other}});
        let mut tx = a.db.begin().await.expect("a transaction");
        let insert = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'job', $2)");
        insert.bind(uuid::Uuid::now_v7()).bind(crafted).execute(&mut tx).await.expect("asked for");
        tx.commit().await.expect("committed");
        deliver(&house, &a).await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let crafted = "update jobs set run_at = now() + interval '1 day', attempt = 0 where tenant_id = $1 and payload->>'photo' = $2";
        let later =
            sqlx::query(crafted).bind(a.route.tenant).bind(&other).execute(&mut central).await.expect("put off");
        assert_eq!(later.rows_affected(), 1);
        *PANICS.lock().expect("not poisoned") = Some(b.route.tenant);
        let working = Working::begin(house.state.house.clone(), &[&a, &b]);
        until_jobs(&a, &["done", "done", "queued"]).await;
        until_jobs(&b, &["done"]).await;
        assert!(HAS_PANICKED.load(Ordering::SeqCst), "one has panicked in between");
        let ready = |id: &str| (id.to_owned(), "ready".to_owned());
        assert_eq!(photos(&a).await, [ready(&first), ready(&second)]);
        assert_eq!(photos(&b).await, [ready(&other)]);
        // B's photograph waits again, and A's job that names it is due: nothing happens to it.
        let again = "update property_photos set state = 'waiting'";
        sqlx::query(again).execute(&mut root(&b).await).await.expect("as before");
        let due = "update jobs set run_at = now() where tenant_id = $1 and state = 'queued'";
        sqlx::query(due).bind(a.route.tenant).execute(&mut central).await.expect("due");
        until_jobs(&a, &["done", "done", "done"]).await;
        assert_eq!(photos(&b).await, [(other, "waiting".to_owned())]);
        working.end().await;
    });
}

#[test]
fn a_job_of_an_agency_that_goes_is_parked_and_the_next_is_done() {
    run(async {
        let house = open(Default::default()).await;
        let provisioner = bed().await.deployment.provisioner();
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        photograph(&house, &a, &mut of_a, 40).await;
        let asked = async || {
            let asked = provisioner.ask_to_go(a.route.tenant, (30, false), Default::default()).await;
            let id = asked.expect("asked").expect("it may go");
            provisioner.run_to_end(id).await.expect("as far as it goes today");
            house.state.house.routes.reload().await.expect("read");
            id
        };
        asked().await;
        photograph(&house, &b, &mut of_b, 50).await;
        let working = Working::begin(house.state.house.clone(), &[&a, &b]);
        assert_eq!(until_jobs(&a, &["parked"]).await, [Some("the agency is closed".to_owned())]);
        until_jobs(&b, &["done"]).await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let alerts = sqlx::query_scalar::<_, i64>("select count(*) from alerts where tenant_id = $1");
        assert_eq!(alerts.bind(a.route.tenant).fetch_one(&mut central).await.expect("counted"), 0, "it is no failure");
        // Called off, its work goes on; gone for good, it leaves none.
        assert!(provisioner.call_off(a.route.tenant, Default::default()).await.expect("called off"));
        house.state.house.routes.reload().await.expect("read");
        until_jobs(&a, &["done"]).await;
        assert!(photos(&a).await.iter().all(|(_, state)| state == "ready"));
        let id = asked().await;
        let due = "update tenant_operations set next_run_at = now(), data = jsonb_set(data, '{drop_after}', '\"2026-01-01T00:00:00Z\"') where id = $1";
        sqlx::query(due).bind(id).execute(&mut central).await.expect("due");
        provisioner.run_to_end(id).await.expect("gone");
        until_jobs(&a, &[]).await;
        working.end().await;
    });
}
