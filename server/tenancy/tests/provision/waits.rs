//! A step that fails: the agency stays invisible, its operation waits with the reason and an alert, and goes on when that is mended.
//! Case 46.

use sqlx::{ConnectOptions as _, Executor as _, Row as _};
use std::sync::Arc;
use tenancy::central::operations;
use tenancy::provision::{ProvisionError, Step};
use tenancy::testing::{bed, new_tenant, run, superuser};
use tenancy::{OpenError, Status};

use crate::{RESUMED, count_everything, open_alerts};

#[test]
fn a_schema_that_cannot_be_brought_up_to_date_keeps_its_agency_shut_until_it_can() {
    run(async {
        let bed = bed().await;
        let (new, other) = (new_tenant(), new_tenant());
        let _alone = RESUMED.lock().await;
        let provisioner = bed.deployment.provisioner();
        let id = provisioner.reserve(&new, None).await.expect("reserved");
        let tenant = operations::find(bed.deployment.central(), id).await.expect("there").tenant;
        let name = format!("t_{}", tenant.as_uuid().simple());
        // Its stamp is set; now it is as a template of before, in which the next migration meets what it cannot change.
        let database = name.clone();
        let spoiled = provisioner.observed(Arc::new(move |done: Step| {
            if done == Step::Identity {
                let database = database.clone();
                let (tell, told) = std::sync::mpsc::channel();
                std::thread::spawn(move || {
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                    runtime.block_on(async {
                        let mut inside = superuser().await.database(&database).connect().await.expect("superuser");
                        for sql in [
                            "alter table store_settings drop column brand_version",
                            "alter table store_settings add column brand_version text not null default 'x'",
                            "delete from _sqlx_migrations where version = 20261124000013",
                        ] {
                            inside.execute(sql).await.expect("spoiled");
                        }
                    });
                    tell.send(()).expect("it waits");
                });
                told.recv().expect("spoiled");
            }
        }));
        let failed = spoiled.run(id).await;
        assert!(matches!(failed, Err(ProvisionError::Migration(_))), "{failed:?}");
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let waits = async |central: &mut sqlx::PgConnection| {
            let found = operations::find(bed.deployment.central(), id).await.expect("there");
            assert_eq!((found.state.as_str(), found.step.as_str()), ("waiting", "identity"), "it stands before step 6");
            let reason = sqlx::query(
                "select last_error, attempt, next_run_at > now() as later from tenant_operations where id = $1",
            );
            let reason = reason.bind(id).fetch_one(&mut *central).await.expect("kept");
            assert!(reason.get::<Option<String>, _>("last_error").is_some_and(|said| said.contains("schema")));
            assert_eq!(open_alerts(central, tenant).await, 1);
            bed.routes.reload().await.expect("read");
            let route = bed.routes.by_slug(&new.slug).expect("known");
            assert_eq!(route.status, Status::Provisioning, "it is invisible");
            assert!(matches!(bed.registry.open(&route).await, Err(OpenError::NotActive(Status::Provisioning))));
        };
        waits(&mut central).await;
        // Tried again it fails again, and another agency is made beside it.
        let due = "update tenant_operations set next_run_at = now() where id = $1";
        sqlx::query(due).bind(id).execute(&mut central).await.expect("due");
        let provisioner = bed.deployment.provisioner();
        while provisioner.resume_next().await.expect("resumed") {}
        waits(&mut central).await;
        let beside = provisioner.create(&other).await.expect("made");
        assert_eq!(count_everything(beside, &other).await, [1; 7]);
        // Mended, it is made by whoever comes by, and nobody need look any more.
        let mut inside = superuser().await.database(&name).connect().await.expect("superuser");
        inside.execute("alter table store_settings drop column brand_version").await.expect("mended");
        sqlx::query(due).bind(id).execute(&mut central).await.expect("due");
        while provisioner.resume_next().await.expect("resumed") {}
        assert_eq!(count_everything(tenant, &new).await, [1; 7]);
        assert_eq!(open_alerts(&mut central, tenant).await, 0);
        bed.routes.reload().await.expect("read");
        assert_eq!(bed.routes.by_tenant(tenant).expect("routed").status, Status::Active);
    });
}
