//! Making agencies: cases 40 to 43 and 46, and FLT-06: a crash after each step.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

mod hands;
mod waits;

use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use std::sync::Arc;
use tenancy::central::operation_log;
use tenancy::central::operations::{self, NewTenant, ReserveError};
use tenancy::central::{alerts, audit, leases};
use tenancy::provision::{ProvisionError, Step};
use tenancy::testing::{agency_of, bed, new_tenant, run, superuser};
use tenancy::{OperationId, Status, TenantId};

#[test]
fn an_agency_is_made_in_ten_recorded_steps_and_opened_last() {
    run(async {
        let bed = bed().await;
        let new = new_tenant();
        let _alone = RESUMED.lock().await;
        let provisioner = bed.deployment.provisioner();
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        bed.routes.reload().await.expect("read");
        assert_eq!(bed.routes.by_slug(&new.slug).expect("known").status, Status::Provisioning);
        let tenant = provisioner.run(id).await.expect("made");
        let steps = operation_log::steps(bed.deployment.central(), id).await.expect("recorded");
        assert_eq!(steps, Step::ALL.map(Step::name));
        bed.routes.reload().await.expect("read");
        let route = bed.routes.by_tenant(tenant).expect("routed");
        assert_eq!((route.status, route.plan.as_str()), (Status::Active, "k2"));
        let db = bed.registry.open(&route).await.expect("it opens");
        let name: String =
            sqlx::query_scalar("select company_name from store_settings").fetch_one(&db).await.expect("seeded");
        assert_eq!(name, new.name);
        // Nothing secret stays behind with the operation.
        let operation = operations::find(bed.deployment.central(), id).await.expect("kept");
        assert!(!operation.data.to_string().contains("argon2"), "{}", operation.data);
        // A finished operation is finished, however often it is run.
        assert_eq!(provisioner.run(id).await.expect("done already"), tenant);
    });
}

/// What there must be exactly one of, whatever happened on the way.
async fn count_everything(tenant: TenantId, new: &NewTenant) -> [i64; 7] {
    let name = format!("t_{}", tenant.as_uuid().simple());
    let mut root = superuser().await.connect().await.expect("superuser");
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let one = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    let databases = one("select count(*) from pg_database where datname = $1").bind(&name).fetch_one(&mut root).await;
    let roles = one("select count(*) from pg_roles where rolname = $1").bind(&name).fetch_one(&mut root).await;
    let companies = one("select count(*) from companies where slug = $1 and status = 'active'")
        .bind(&new.slug)
        .fetch_one(&mut central)
        .await;
    let owners = one("select count(*) from users where company_id = $1 and role = 'owner'")
        .bind(tenant)
        .fetch_one(&mut central)
        .await;
    let plans = one("select count(*) from tenant_subscriptions where tenant_id = $1")
        .bind(tenant)
        .fetch_one(&mut central)
        .await;
    let lines = one("select count(*) from tenant_audit_log where tenant_id = $1 and action = 'tenant.create'")
        .bind(tenant)
        .fetch_one(&mut central)
        .await;
    let mut inside = superuser().await.database(&name).connect().await.expect("superuser");
    let staff = one("select count(*) from staff").fetch_one(&mut inside).await;
    [databases, roles, companies, owners, plans, lines, staff].map(|count| count.expect("counted"))
}

/// Whoever resumes what is due takes up another test's operation too: one at a time, where that would be in the way.
static RESUMED: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const CHILD: &str = "SOBRADO_TEST_PROVISION_CHILD";

/// Not a test of its own: the process that the next one kills. It reserves and makes an agency in its parent's cluster and
/// dies by SIGKILL right after the step it is told.
#[test]
fn child_that_dies_after_a_step() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let mut words = order.splitn(3, '|').map(str::to_owned);
    let (data_dir, step, new) = (words.next(), words.next(), words.next());
    let (data_dir, step) = (data_dir.expect("a folder"), step.expect("a step"));
    let is_prepared = step.ends_with('+');
    let step = step.trim_end_matches('+').to_owned();
    let new: NewTenant = serde_json::from_str(&new.expect("an agency")).expect("readable");
    run(async move {
        let deployment = tenancy::Deployment::open(tenancy::DeploymentOptions {
            data_dir: data_dir.into(),
            central_url: None,
            provisioner_url: None,
            key: tenancy::Key::parse(tenancy::testing::SECRET).expect("long enough"),
            cluster_settings: Vec::new(),
        })
        .await
        .expect("it joins");
        let provisioner = deployment.provisioner().observed(Arc::new(move |done: Step| {
            if done.name() == step {
                let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL);
            }
        }));
        if is_prepared {
            let keeping = deployment.provisioner().keeping(1);
            while keeping.prepare_next().await.expect("prepared") {}
        }
        let id = provisioner.reserve(&new, Some(&new.slug)).await.expect("reserved");
        provisioner.run(id).await.expect("it does not come this far");
    });
}

/// As it would be had the child died a moment before: the step is taken, and is not recorded.
async fn unrecord(step: usize, id: OperationId, new: &NewTenant) {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    sqlx::query(
        "update tenant_operations
         set step = $2, data = $3, finished_at = null, state = case state when 'done' then 'waiting' else state end
         where id = $1",
    )
    .bind(id)
    .bind(Step::ALL[step - 1].name())
    .bind(serde_json::to_value(new).expect("JSON"))
    .execute(&mut central)
    .await
    .expect("taken back");
}

#[test]
fn a_crash_after_any_step_is_resumed_to_exactly_one_agency() {
    run(async {
        let bed = bed().await;
        let both = [false, true].into_iter();
        let all = both.flat_map(|is_prepared| Step::ALL.into_iter().enumerate().map(move |step| (is_prepared, step)));
        for (is_prepared, (at, step)) in all {
            let new = new_tenant();
            let (name, plus) = (step.name(), if is_prepared { "+" } else { "" });
            let json = serde_json::to_string(&new).expect("JSON");
            let status = tokio::process::Command::new(std::env::current_exe().expect("ourselves"))
                .args(["--exact", "child_that_dies_after_a_step", "--nocapture"])
                .env(CHILD, format!("{}|{name}{plus}|{json}", bed.data_dir.display()))
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .status()
                .await
                .expect("it ran");
            assert!(!status.success(), "the child was to be killed after {name}");
            // Whoever is not answered asks again: the reservation is taken twice, and every other step too.
            let provisioner = bed.deployment.provisioner();
            let id = provisioner.reserve(&new, Some(&new.slug)).await.expect("reserved already");
            let operation = operations::find(bed.deployment.central(), id).await.expect("kept");
            let state = match step {
                Step::Reserve => "queued",
                Step::Activate => "done",
                _ => "running",
            };
            assert_eq!((operation.step.as_str(), operation.state.as_str()), (name, state));
            if step != Step::Activate {
                bed.routes.reload().await.expect("read");
                let status = bed.routes.by_slug(&new.slug).expect("known").status;
                assert_eq!(status, Status::Provisioning, "after {name} it is not open yet");
            }
            if at > 0 {
                unrecord(at, id, &new).await;
            }
            let alone = RESUMED.lock().await;
            leases::release_leases(bed.deployment.central()).await.expect("released");
            while provisioner.resume_next().await.expect("resumed") {}
            drop(alone);
            assert_eq!(count_everything(operation.tenant, &new).await, [1; 7], "after {name}");
            let steps = operation_log::steps(bed.deployment.central(), id).await.expect("recorded");
            let mut expected = Step::ALL.map(Step::name).to_vec();
            expected.splice(at..at, (at > 0).then_some(name));
            assert_eq!(steps, expected, "after {name}");
        }
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let ready = "select count(*) from tenant_operation_events where step = 'reserve' and message like '%its database is ready'";
        let ready: i64 = sqlx::query_scalar(ready).fetch_one(&mut central).await.expect("counted");
        assert!(ready > 0, "some of them began with a database that was ready");
    });
}

#[test]
fn two_identical_sign_ups_make_one_agency() {
    run(async {
        let bed = bed().await;
        let new = new_tenant();
        let reserve = |key: Option<&'static str>| {
            let (provisioner, new) = (bed.deployment.provisioner(), new.clone());
            tokio::spawn(async move { provisioner.reserve(&new, key).await })
        };
        // The same slug without a key: one wins, the other is told.
        let (first, second) = (reserve(None), reserve(None));
        let outcomes = [first.await.expect("no panic"), second.await.expect("no panic")];
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1);
        assert!(outcomes.iter().any(|o| matches!(o, Err(ReserveError::SlugTaken))));
        // The same key: both get the same operation.
        let new = new_tenant();
        let key = format!("key-{}", new.slug);
        let mut same = Vec::new();
        for _ in 0..8 {
            let (provisioner, new, key) = (bed.deployment.provisioner(), new.clone(), key.clone());
            same.push(tokio::spawn(async move { provisioner.reserve(&new, Some(&key)).await }));
        }
        let mut ids = Vec::new();
        for task in same {
            ids.push(task.await.expect("no panic").expect("reserved"));
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    });
}

#[test]
fn a_database_that_is_not_ours_is_left_alone() {
    run(async {
        let bed = bed().await;
        let new = new_tenant();
        let _alone = RESUMED.lock().await;
        let provisioner = bed.deployment.provisioner();
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        let tenant = operations::find(bed.deployment.central(), id).await.expect("there").tenant;
        let name = format!("t_{}", tenant.as_uuid().simple());
        let mut root = superuser().await.connect().await.expect("superuser");
        root.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("somebody else's");
        root.execute(AssertSqlSafe(format!("comment on database {name} is 'precious'"))).await.expect("marked");
        assert!(matches!(provisioner.run(id).await, Err(ProvisionError::NotOurs)));
        let comment: String =
            sqlx::query_scalar("select shobj_description(oid, 'pg_database') from pg_database where datname = $1")
                .bind(&name)
                .fetch_one(&mut root)
                .await
                .expect("it is still there");
        assert_eq!(comment, "precious");
        assert!(alerts::count_open(bed.deployment.central(), "provisioning").await.expect("counted") > 0);
        let operation = operations::find(bed.deployment.central(), id).await.expect("there");
        assert_eq!((operation.state.as_str(), operation.step.as_str()), ("waiting", "role"));
        bed.routes.reload().await.expect("read");
        assert_eq!(bed.routes.by_slug(&new.slug).expect("known").status, Status::Provisioning);
        // The cause removed, the operation goes on from where it stood.
        root.execute(AssertSqlSafe(format!("drop database {name}"))).await.expect("dropped");
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        assert_eq!(open_alerts(&mut central, tenant).await, 1);
        provisioner.run_to_end(id).await.expect("made after all");
        assert_eq!(count_everything(tenant, &new).await, [1; 7]);
        assert_eq!(open_alerts(&mut central, tenant).await, 0, "nobody need look any more");
    });
}

async fn open_alerts(central: &mut PgConnection, tenant: TenantId) -> i64 {
    let query = sqlx::query_scalar("select count(*) from alerts where tenant_id = $1 and closed_at is null");
    query.bind(tenant).fetch_one(central).await.expect("counted")
}

#[test]
fn an_operation_without_a_step_left_is_done() {
    run(async {
        let bed = bed().await;
        let (new, provisioner) = (new_tenant(), bed.deployment.provisioner());
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        let tenant = provisioner.run(id).await.expect("made");
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        // As it was left by a hand that failed after another had finished.
        let left = sqlx::query("update tenant_operations set state = 'waiting', finished_at = null where id = $1");
        left.bind(id).execute(&mut root).await.expect("left");
        assert_eq!(provisioner.run_to_end(id).await.expect("done"), tenant);
        assert_eq!(operations::find(bed.deployment.central(), id).await.expect("there").state, "done");
        assert_eq!(count_everything(tenant, &new).await, [1; 7]);
    });
}

#[test]
fn a_person_of_two_agencies_keeps_one_password() {
    run(async {
        let first = agency_of(new_tenant()).await;
        let second = agency_of(NewTenant { admin_email: first.email.clone(), ..new_tenant() }).await;
        assert_eq!(first.person, second.person);
        assert_ne!(first.owner, second.owner);
    });
}

#[test]
fn the_audit_chain_of_an_agency_verifies_and_notices_a_change() {
    run(async {
        let bed = bed().await;
        let a = agency_of(new_tenant()).await;
        let central = bed.deployment.central();
        for reason in ["unpaid", "unpaid again"] {
            tenancy::central::companies::suspend(central, a.route.tenant, reason, Default::default())
                .await
                .expect("suspended");
            tenancy::central::companies::resume(central, a.route.tenant, Default::default()).await.expect("resumed");
        }
        assert_eq!(audit::verify(central, a.route.tenant).await.expect("walked"), None);
        assert_eq!(audit::list(central, a.route.tenant, 10).await.expect("listed").len(), 6);
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        sqlx::query("set session_replication_role = replica").execute(&mut root).await.expect("above the triggers");
        sqlx::query(
            "update tenant_audit_log set changes = '{}' where tenant_id = $1 and changes->>'reason' = 'unpaid'",
        )
        .bind(a.route.tenant)
        .execute(&mut root)
        .await
        .expect("tampered");
        assert!(audit::verify(central, a.route.tenant).await.expect("walked").is_some());
    });
}
