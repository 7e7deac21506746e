//! Agencies' databases that answer nobody: since when, how operators hear of it, and that it ends.

use sqlx::ConnectOptions as _;
use tenancy::central::stats::{self, Answer, Measured};
use tenancy::central::{alerts, companies};
use tenancy::testing::{Agency, run, superuser};
use time::{Duration, OffsetDateTime};

use crate::harness::{Caller, House, TURNS, house};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

fn silent() -> Answer {
    Answer::Silent("a conexão foi recusada".into())
}

fn measured() -> Answer {
    Answer::Measured(Measured { properties: 7, last_activity_at: Some(OffsetDateTime::UNIX_EPOCH) })
}

async fn note(house: &House, agency: &Agency, answer: &Answer, at: OffsetDateTime) {
    stats::record(&house.state.house.central, agency.route.tenant, answer, at).await.expect("noted");
}

/// The circumstances of the agency's open alert about this, and how often it was raised.
async fn alert(house: &House, agency: &Agency) -> Option<(String, i32)> {
    let all = alerts::list_open(&house.state.house.central).await.expect("listed");
    let ours =
        all.into_iter().find(|one| one.kind == "database_away" && one.agency.as_ref() == Some(&agency.route.slug));
    ours.map(|one| (one.detail, one.count))
}

async fn row(operator: &mut Caller, agency: &Agency) -> serde_json::Value {
    operator.call("platform/tenants", &[("q", &agency.route.slug)]).await.json()["rows"][0].clone()
}

#[test]
fn a_database_that_answers_nobody_is_told_of_with_its_server_until_it_answers() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let now = house.state.house.clock.now();
        note(house, &a, &measured(), now - Duration::days(2)).await;
        note(house, &b, &measured(), now).await;
        let before = row(&mut operator, &a).await;
        for n in [1, 2] {
            note(house, &a, &silent(), now + Duration::seconds(n)).await;
            assert_eq!(alert(house, &a).await, None, "once and twice may be an accident");
        }
        note(house, &a, &silent(), now + Duration::seconds(3)).await;
        assert_eq!(alert(house, &a).await, Some(("home: a conexão foi recusada".into(), 1)));
        let away = row(&mut operator, &a).await;
        assert_eq!(away["properties"], "7", "{away}");
        for known in ["measured", "activity"] {
            assert_ne!(before[known], "", "{before}");
            assert_eq!(away[known], before[known], "what is known keeps its age");
        }
        assert!(away["silence"].as_str().is_some_and(|said| said.contains("sem resposta desde")), "{away}");
        assert_eq!(row(&mut operator, &b).await["silence"], "");
        for path in ["/platform/tenants?q=", "/platform/tenants/"] {
            let page = operator.get(&format!("{path}{}", a.route.slug)).await.text();
            assert!(page.contains("sem resposta desde") && !page.contains(">sem alertas<"), "{page}");
        }
        let page = operator.get("/platform/health").await.text();
        for part in ["Um banco de dados não responde", "Bancos sem resposta", "Servidor home: ", a.route.slug.as_str()]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        note(house, &a, &measured(), now + Duration::seconds(4)).await;
        assert_eq!(
            (alert(house, &a).await, &row(&mut operator, &a).await["silence"]),
            (None, &"".into()),
            "it answers"
        );
    });
}

#[test]
fn two_failures_ten_minutes_apart_are_enough_and_an_agency_that_is_closed_is_asked_no_more() {
    run(async {
        let _turns = TURNS.lock().await;
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let central_db = &house.state.house.central;
        let now = house.state.house.clock.now();
        for agency in [&a, &b] {
            note(house, agency, &silent(), now - Duration::minutes(10)).await;
            // Whoever could not ask knows nothing.
            note(house, agency, &Answer::NotAsked, now - Duration::minutes(5)).await;
            assert_eq!(alert(house, agency).await, None);
            note(house, agency, &silent(), now).await;
            assert_eq!(alert(house, agency).await.expect("raised").1, 1);
        }
        assert!(companies::suspend(central_db, b.route.tenant, "fechada", Default::default()).await.expect("closed"));
        stats::forget_closed(central_db).await.expect("forgotten");
        assert_eq!(alert(house, &b).await, None);
        assert!(alert(house, &a).await.is_some(), "the other is open, and away");
        let known = stats::unheard(central_db).await.expect("read");
        let home = known.iter().find(|one| one.server == "home").expect("its server");
        assert!(home.silent >= 1 && home.silent <= home.open, "{home:?}");
    });
}

#[test]
fn who_has_just_stopped_answering_is_asked_again_before_all_others() {
    run(async {
        let _turns = TURNS.lock().await;
        let house = house().await;
        let a = house.agency().await;
        let mut central = central().await;
        let now = house.state.house.clock.now();
        let at = OffsetDateTime::from_unix_timestamp(0).expect("long ago");
        note(house, &a, &silent(), at).await;
        let due = async || stats::due(&house.state.house.central, now).await.expect("asked").map(|(tenant, _)| tenant);
        assert_eq!(due().await, Some(a.route.tenant), "even before those whom nobody has asked yet");
        let again = sqlx::query("update tenant_stats set tried_at = $2 where tenant_id = $1");
        again.bind(a.route.tenant).bind(now - Duration::minutes(4)).execute(&mut central).await.expect("set");
        assert_ne!(due().await, Some(a.route.tenant), "and not at once");
    });
}

#[test]
fn the_worker_finds_a_database_that_lets_nobody_in() {
    run(async {
        let _turns = TURNS.lock().await;
        let house = house().await;
        let a = house.agency().await;
        let mut root = superuser().await.connect().await.expect("superuser");
        let name = &a.route.placement.db_name;
        let shut = format!("alter database {name} allow_connections false");
        sqlx::query(sqlx::AssertSqlSafe(shut)).execute(&mut root).await.expect("shut");
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(name)
            .execute(&mut root)
            .await
            .expect("ended");
        house.state.house.registry.evict(&a.route).await;
        // Before all others: it has failed once.
        note(house, &a, &silent(), OffsetDateTime::from_unix_timestamp(0).expect("long ago")).await;
        let failures = "select failures from tenant_stats where tenant_id = $1 and measured_at is null";
        let mut central = central().await;
        let mut found: i32 = 1;
        // Another test may have one that failed, too.
        for _ in 0..50 {
            server::worker::measure::measure_next(&house.state.house).await.expect("measured");
            found = sqlx::query_scalar(failures).bind(a.route.tenant).fetch_one(&mut central).await.expect("read");
            if found > 1 {
                break;
            }
        }
        assert_eq!(found, 2, "it had its turn, and did not answer");
        let (detail, _) = alert(house, &a).await.expect("it is since 1970");
        assert!(detail.starts_with("home: ") && detail.contains("not currently accepting connections"), "{detail}");
        let open = format!("alter database {name} allow_connections true");
        sqlx::query(sqlx::AssertSqlSafe(open)).execute(&mut root).await.expect("open");
    });
}
