//! What the platform knows of an agency's use.

use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::relay;
use tenancy::testing::{Agency, bed, run, superuser};

use crate::harness::{house, register};

async fn known(agency: &Agency) -> i32 {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let count = sqlx::query_scalar("select current_properties from tenant_subscriptions where tenant_id = $1");
    count.bind(agency.route.tenant).fetch_one(&mut central).await.expect("a subscription")
}

/// What the worker does when an agency has committed something; then what the platform knows.
async fn after_a_visit(agency: &Agency) -> i32 {
    let deployment = &bed().await.deployment;
    relay::deliver(deployment.central(), deployment.key(), &agency.db).await.expect("delivered");
    known(agency).await
}

#[test]
fn the_platform_knows_how_many_properties_an_agency_has() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa contada").await;
        register(&mut owner, "Casa que fica").await;
        assert_eq!(after_a_visit(&a).await, 2);
        let answer = owner.call("properties/archive", &[("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(after_a_visit(&a).await, 1);
        assert_eq!(known(&b).await, 0, "its own row alone");
        // A row that is wrong without anything having happened has drifted: no visit hides that, and it is told of first.
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let wrong = sqlx::query("update tenant_subscriptions set current_properties = 7 where tenant_id = $1");
        wrong.bind(a.route.tenant).execute(&mut central).await.expect("set");
        let deployment = &bed().await.deployment;
        relay::deliver(deployment.central(), deployment.key(), &a.db).await.expect("delivered");
        assert_eq!(known(&a).await, 7);
        tenancy::usage::reconcile(deployment.central(), &a.db).await.expect("mended");
        assert_eq!(known(&a).await, 1);
    });
}
