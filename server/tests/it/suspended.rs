//! Case 16: a suspended agency answers 503 to visitors, the plan page to its owner, a notice to everyone else.

use http::StatusCode;
use sqlx::PgConnection;
use tenancy::testing::run;

use crate::harness::process::Installation;
use crate::harness::{house, open};
use crate::restarts::central;

#[test]
fn a_suspended_agency_is_closed_and_comes_back() {
    run(async {
        // Its own map, which no other test reads anew.
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut broker) = (house.owner(&a).await, house.member(&a, "broker").await);
        let mut operator = house.operator().await;
        let slug = a.route.slug.clone();
        let without = operator.call("platform/suspend", &[("slug", &slug)]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
        assert_eq!(
            operator.call("platform/suspend", &[("slug", &slug), ("reason", "fatura vencida")]).await.status,
            StatusCode::OK
        );
        house.state.house.routes.reload().await.expect("read");
        let site = house.visitor(&a).get("/").await;
        assert_eq!((site.status, site.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "3600"));
        let said = site.text();
        assert!(
            said.contains("Este site está fora do ar") && !said.contains("suspens"),
            "visitors are not told why: {said}"
        );
        assert_eq!(owner.get("/app").await.header("location"), "/app/settings/plan");
        let plan = owner.get("/app/settings/plan").await;
        assert_eq!(plan.status, StatusCode::OK, "{}", plan.text());
        assert!(plan.text().contains("está suspenso") && plan.text().contains("fale com a plataforma para retomar"));
        assert!(plan.text().contains("href=\"/sair\""), "who gets no further can leave: {}", plan.text());
        let notice = broker.get("/app").await;
        assert_eq!(notice.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(notice.text().contains("O acesso desta imobiliária está suspenso;"), "{}", notice.text());
        assert!(notice.text().contains("href=\"/sair\""), "{}", notice.text());
        assert_eq!(owner.call("properties/list", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(house.visitor(&b).get("/").await.status, StatusCode::OK, "the other agency does not notice");
        assert_eq!(operator.call("platform/resume", &[("slug", &slug)]).await.status, StatusCode::OK);
        let mut open = false;
        for _ in 0..100 {
            open = house.visitor(&a).get("/").await.status == StatusCode::OK;
            if open {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(open, "resuming is heard by NOTIFY");
        assert_eq!(owner.get("/app").await.status, StatusCode::OK);
        let lines =
            tenancy::central::audit::list(&house.state.house.central, a.route.tenant, 10).await.expect("listed");
        let actions: Vec<&str> = lines.iter().map(|l| l.action.as_str()).collect();
        assert!(actions.contains(&"tenant.suspend") && actions.contains(&"tenant.resume"), "{actions:?}");
    });
}

#[test]
fn the_owner_of_a_cancelled_agency_signs_in_and_comes_to_its_plan() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let cancelled = sqlx::query("update companies set status = 'cancelled' where id = $1").bind(a.route.tenant);
        cancelled.execute(&mut crate::domains::central().await).await.expect("cancelled");
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
        let mut owner = house.owner(&a).await;
        assert_eq!(owner.get("/app").await.header("location"), "/app/settings/plan");
    });
}

#[test]
fn a_suspended_agency_costs_no_connection() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let (state, central) = (&house.state.house, &house.state.house.central);
        let companies = tenancy::central::companies::suspend(central, a.route.tenant, "unpaid", Default::default());
        assert!(companies.await.expect("suspended"));
        state.routes.reload().await.expect("read");
        for path in ["/", "/imoveis", "/imovel/x-AP0001", "/media/x/y", "/logo/x"] {
            let answer = house.visitor(&a).get(path).await;
            let said = (answer.status, answer.header("retry-after"));
            assert_eq!(said, (StatusCode::SERVICE_UNAVAILABLE, "3600"), "{path}");
        }
        assert_eq!(state.registry.snapshot().opened, 0, "its database was not touched");
        let resumed = tenancy::central::companies::resume(central, a.route.tenant, Default::default()).await;
        assert!(resumed.expect("resumed").is_some());
        state.routes.reload().await.expect("read");
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::OK);
        assert_eq!(state.registry.snapshot().opened, 1);
    });
}

async fn state(central: &mut PgConnection, job: uuid::Uuid) -> (String, i32) {
    let query = sqlx::query_as("select state, attempt from jobs where id = $1");
    query.bind(job).fetch_one(central).await.expect("it is there")
}

#[test]
fn whoever_opens_an_agency_its_jobs_go_on() {
    run(async {
        let at = Installation::new().await;
        let databases = at.databases().await;
        let mut central = central(&databases).await;
        let (agency, job) = (&at.agencies[0], uuid::Uuid::now_v7());
        let slug = agency.new.slug.as_str();
        let (done, said) = at.say(&["tenant", "suspend", slug, "--reason", "fatura vencida"]).await;
        assert!(done, "{said}");
        let parked = "insert into jobs (id, tenant_id, epoch, kind, payload, mac, state, last_error)
            values ($1, $2, 1, 'test.works', '{}', '', 'parked', 'the agency is closed')";
        sqlx::query(parked).bind(job).bind(agency.tenant).execute(&mut central).await.expect("parked");
        let (done, said) = at.say(&["tenant", "resume", slug]).await;
        assert!(done, "{said}");
        assert_eq!(state(&mut central, job).await, ("queued".into(), 0), "by the command");

        let again = sqlx::query("update jobs set state = 'parked' where id = $1").bind(job);
        again.execute(&mut central).await.expect("parked");
        let _served = at.serve(&[]).await;
        // It carries no mark, so it comes to nothing; that it was begun says that the worker has put it back.
        let mut attempts = 0;
        for _ in 0..600 {
            attempts = state(&mut central, job).await.1;
            if attempts > 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(attempts, 1, "by the worker");
    });
}
