//! Who has an operation in hand: what a second hand may do beside it, and what is told when a hand has lost it.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use std::sync::{Arc, Mutex, mpsc};
use tenancy::central::{leases, operation_log, operations};
use tenancy::provision::{ProvisionError, Step};
use tenancy::testing::{bed, new_tenant, run, superuser};
use tenancy::{OperationId, TenantId};
use tokio::task::JoinHandle;

use crate::{RESUMED, count_everything, open_alerts};

/// A hand that stands still after a step until it is told to go on.
struct Still {
    making: JoinHandle<Result<TenantId, ProvisionError>>,
    go: mpsc::Sender<()>,
}

impl Still {
    async fn after(step: Step, id: OperationId) -> Self {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let provisioner = bed().await.deployment.provisioner().observed(Arc::new(move |done: Step| {
            if done == step {
                tell.send(()).expect("the test listens");
                let wait = wait.lock().expect("not poisoned");
                tokio::task::block_in_place(|| wait.recv()).expect("the test says so");
            }
        }));
        let making = tokio::spawn(async move { provisioner.run(id).await });
        told.recv().await.expect("it comes this far");
        Self { making, go }
    }

    async fn go_on(self) -> Result<TenantId, ProvisionError> {
        self.go.send(()).expect("it waits");
        self.making.await.expect("no panic")
    }
}

#[test]
fn a_hand_that_lives_keeps_its_operation_whatever_becomes_of_the_lease() {
    run(async {
        let bed = bed().await;
        let (new, provisioner) = (new_tenant(), bed.deployment.provisioner());
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        let still = Still::after(Step::Role, id).await;
        // A server starts beside the command, and says that all leases have run out.
        leases::release_leases(bed.deployment.central()).await.expect("released");
        assert!(matches!(provisioner.run(id).await, Err(ProvisionError::Held)));
        let waiting = {
            let provisioner = provisioner.clone();
            tokio::spawn(async move { provisioner.run_to_end(id).await })
        };
        let tenant = still.go_on().await.expect("made");
        let told = waiting.await.expect("no panic").expect("who has waited is told");
        assert_eq!(told, tenant);
        let steps = operation_log::steps(bed.deployment.central(), id).await.expect("recorded");
        assert_eq!(steps, Step::ALL.map(Step::name), "each step once");
        assert_eq!(count_everything(tenant, &new).await, [1; 7]);
    });
}

#[test]
fn a_hand_that_has_lost_its_operation_writes_nothing_into_it() {
    run(async {
        let bed = bed().await;
        let central = bed.deployment.central();
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        for fails in [false, true] {
            let (new, provisioner) = (new_tenant(), bed.deployment.provisioner());
            let id = provisioner.reserve(&new, None).await.expect("reserved");
            let still = Still::after(Step::Role, id).await;
            let tenant = operations::find(central, id).await.expect("there").tenant;
            let name = format!("t_{}", tenant.as_uuid().simple());
            if fails {
                root.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("somebody else's");
            }
            let taken = "update tenant_operations
                set lease_owner = 'another', lease_until = now() + interval '1 hour' where id = $1";
            sqlx::query(taken).bind(id).execute(&mut root).await.expect("taken over");
            let outcome = still.go_on().await;
            let expected = if fails { "NotOurs" } else { "Held" };
            assert_eq!(format!("{:?}", outcome.expect_err("it is another's")), expected);
            let operation = operations::find(central, id).await.expect("there");
            assert_eq!((operation.state.as_str(), operation.step.as_str()), ("running", "role"));
            assert_eq!(operation.lease_owner.as_deref(), Some("another"));
            assert_eq!(open_alerts(&mut root, tenant).await, 0);
            if fails {
                root.execute(AssertSqlSafe(format!("drop database {name}"))).await.expect("dropped");
            }
            leases::release_leases(central).await.expect("released");
            assert_eq!(provisioner.run_to_end(id).await.expect("made"), tenant);
            assert_eq!(count_everything(tenant, &new).await, [1; 7]);
        }
    });
}

#[test]
fn who_asked_is_told_the_cause_although_it_cannot_be_written_down() {
    run(async {
        let bed = bed().await;
        let (new, provisioner) = (new_tenant(), bed.deployment.provisioner());
        let _alone = RESUMED.lock().await;
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        let tenant = operations::find(bed.deployment.central(), id).await.expect("there").tenant;
        let name = format!("t_{}", tenant.as_uuid().simple());
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        root.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("somebody else's");
        let refuse = format!(
            "create function refuse_to_wait() returns trigger language plpgsql as
             $$ begin raise exception 'as meant'; end $$;
             create trigger refuse_to_wait before update on tenant_operations for each row
             when (new.id = '{id}' and new.state = 'waiting') execute function refuse_to_wait()"
        );
        root.execute(AssertSqlSafe(refuse)).await.expect("made");
        let told = provisioner.run(id).await.expect_err("it is not made");
        assert_eq!(format!("{told:?}"), "NotOurs", "the cause, and not why it was not noted");
        let half = id.as_uuid().as_u64_pair().1.cast_signed();
        let free = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(half);
        let free: bool = free.fetch_one(&mut root).await.expect("asked");
        assert!(free, "it was laid down before its end was told");
        let mended = format!(
            "select pg_advisory_unlock_all(); drop trigger refuse_to_wait on tenant_operations; drop database {name}"
        );
        for sql in mended.split("; ") {
            root.execute(AssertSqlSafe(sql.to_owned())).await.expect("mended");
        }
        leases::release_leases(bed.deployment.central()).await.expect("released");
        assert_eq!(provisioner.run_to_end(id).await.expect("made"), tenant);
        assert_eq!(count_everything(tenant, &new).await, [1; 7]);
    });
}

#[test]
fn an_agency_that_waited_while_the_program_was_exchanged_opens_on_the_new_schema() {
    run(async {
        let bed = bed().await;
        let provisioner = bed.deployment.provisioner();
        let id = provisioner.reserve(&new_tenant(), None).await.expect("reserved");
        let still = Still::after(Step::Verify, id).await;
        let tenant = operations::find(bed.deployment.central(), id).await.expect("there").tenant;
        let name = format!("t_{}", tenant.as_uuid().simple());
        let mut inside = superuser().await.database(&name).connect().await.expect("superuser");
        inside.execute("alter table store_settings drop column brand_version").await.expect("as it was before");
        let before = "delete from _sqlx_migrations where version = 20261124000013";
        inside.execute(before).await.expect("as it was before");
        still.go_on().await.expect("made");
        let version: i32 =
            sqlx::query_scalar("select brand_version from store_settings").fetch_one(&mut inside).await.expect("there");
        assert_eq!(version, 1);
    });
}
