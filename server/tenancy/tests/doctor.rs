//! What `doctor` says of databases that are not what the program counts on.

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use tenancy::doctor::Finding;
use tenancy::testing::{Agency, agency, bed, run, superuser};

async fn inside(agency: &Agency, sql: &str) {
    let options = superuser().await.database(&agency.route.placement.db_name);
    let mut root = options.connect().await.expect("superuser");
    root.execute(AssertSqlSafe(sql.to_owned())).await.expect("done");
}

/// What was found of this, and whether nothing is to be done.
async fn found(check: &str) -> (bool, String) {
    let all = bed().await.deployment.examine().await;
    let one: Option<Finding> = all.into_iter().find(|finding| finding.check == check);
    one.map(|finding| (finding.is_well, finding.says)).expect("looked at")
}

#[test]
fn doctor_finds_another_schema_a_right_too_many_and_figures_that_are_not_so() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let (is_well, says) = found("schemas").await;
        assert!(is_well && says.starts_with("2 databases"), "{says}");
        assert!(found("use").await.0);
        for (agency, done, undone) in [
            (&a, "alter table properties add column drifted int", "alter table properties drop column drifted"),
            (&b, "grant update on _tenant_identity to tenant_app", "revoke update on _tenant_identity from tenant_app"),
            (
                &b,
                "grant update (tenant_id) on _tenant_identity to tenant_app",
                "revoke update (tenant_id) on _tenant_identity from tenant_app",
            ),
        ] {
            inside(agency, done).await;
            let (is_well, says) = found("schemas").await;
            assert!(!is_well && says.starts_with(&format!("1 of 2: {}.", agency.route.slug)), "{done}: {says}");
            assert!(says.ends_with("`sobrado template verify` names each line"), "{says}");
            inside(agency, undone).await;
            assert!(found("schemas").await.0, "{undone}");
        }
        inside(&a, "update usage_counters set used = used + 3 where resource = 'properties'").await;
        let (is_well, says) = found("use").await;
        assert!(!is_well && says.contains(&format!("{}: counter 3 written down, 0 there", a.route.slug)), "{says}");
        assert!(says.ends_with("Run `sobrado usage reconcile`"), "{says}");
        inside(&a, "update usage_counters set used = used - 3 where resource = 'properties'").await;
        assert!(found("use").await.0);
    });
}
