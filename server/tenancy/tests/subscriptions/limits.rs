//! Limits on their way to an agency's database, and use that has drifted.

use super::*;

#[test]
fn an_agencys_database_is_told_of_its_limits_and_an_older_word_never_wins() {
    run(async {
        let a = on("prime").await;
        let (central, provisioner) = (central().await, bed().await.deployment.provisioner());
        let mut db = inside(&a).await;
        assert_eq!(limits(&mut db).await, [(Some(100), 1), (Some(2), 1)], "as it was bought");
        let untold = || async { usage::untold(central).await.expect("listed").contains(&a.route.tenant) };
        assert!(!untold().await);
        change(&a, &wish("k", 2), of(&a).await.started).await.expect("changed");
        assert!(untold().await, "until its own database knows");
        // It cannot be told now: it is told later.
        db.execute("alter table plan_limits rename to hidden").await.expect("hidden");
        provisioner.push_limits(a.route.tenant).await.expect_err("not now");
        usage::not_told(central, a.route.tenant, "hidden").await.expect("raised");
        assert!(untold().await);
        db.execute("alter table hidden rename to plan_limits").await.expect("back");
        provisioner.push_limits(a.route.tenant).await.expect("told");
        assert!(!untold().await);
        assert_eq!(limits(&mut db).await, [(Some(500), 2), (Some(7), 2)]);
        let open = alerts::list_open(central).await.expect("listed");
        assert!(open.iter().all(|alert| alert.agency.as_deref() != Some(a.route.slug.as_str())), "nobody need look");
        // Somebody newer was faster.
        db.execute("update plan_limits set max_value = 9, plan_version = 3").await.expect("set");
        provisioner.push_limits(a.route.tenant).await.expect("told");
        assert_eq!(limits(&mut db).await, [(Some(9), 3), (Some(9), 3)], "the newer word stays");
        let mut own = as_tenant(&a.route, &a.route.placement.db_name).await.connect().await.expect("own database");
        own.execute("update plan_limits set max_value = null").await.expect_err("not by the agency itself");
    });
}

async fn limits(db: &mut PgConnection) -> [(Option<i64>, i64); 2] {
    let rows: Vec<(Option<i64>, i64)> =
        sqlx::query_as("select max_value, plan_version from plan_limits order by resource")
            .fetch_all(db)
            .await
            .expect("read");
    rows.try_into().expect("properties and users")
}

async fn drift(a: &Agency) -> Vec<Drift> {
    tenancy::usage::look(central().await, &a.db).await.expect("looked")
}

/// Rows as a slice writes them, with the line that it leaves.
async fn make_properties(a: &Agency, count: i64) {
    let mut tx = a.db.begin().await.expect("a transaction");
    sqlx::query("update usage_counters set used = used + $1 where resource = 'properties'")
        .bind(count)
        .execute(&mut tx)
        .await
        .expect("taken");
    sqlx::query(
        "insert into properties (id, code, type, usage, purposes, status, title, uf, city, created_by, responsible_id, slug)
         select gen_random_uuid(), 'XX' || n, 'house', 'residential', '{sale}', 'draft', 'Casa', 'SP', 'São Paulo', $2, $2, 'casa'
         from generate_series(1, $1) n",
    )
    .bind(count)
    .bind(a.owner)
    .execute(&mut tx)
    .await
    .expect("made");
    let event = audit::Event::of_platform("property.create", "property", uuid::Uuid::now_v7());
    sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)")
        .bind(event.id)
        .bind(serde_json::to_value(&event).expect("serialises"))
        .execute(&mut tx)
        .await
        .expect("written");
    tx.commit().await.expect("committed");
}

#[test]
fn drift_is_told_before_it_is_mended_and_the_mending_is_in_the_log() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let (central, key) = (central().await, bed().await.deployment.key());
        make_properties(&a, 3).await;
        assert_eq!(drift(&a).await, [], "what is on its way is no drift");
        relay::deliver(central, key, &a.db).await.expect("carried");
        assert_eq!((of(&a).await.properties, drift(&a).await), (3, Vec::new()));
        // By hand: the counter, the platform's copy, and the number of accounts.
        inside(&a).await.execute("update usage_counters set used = 41").await.expect("corrupt");
        sqlx::query("update tenant_subscriptions set current_properties = 8, current_users = 5 where tenant_id = $1")
            .bind(a.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("corrupt");
        let found = drift(&a).await;
        let line = |figure, recorded, actual| Drift { figure, recorded, actual };
        assert_eq!(found, [line(Figure::Counter, 41, 3), line(Figure::Properties, 8, 3), line(Figure::Users, 5, 1)]);
        assert_eq!(drift(&a).await, found, "looking mends nothing");
        assert_eq!(alerted(&a).await, None, "and raises nothing");
        assert_eq!(tenancy::usage::reconcile(central, &a.db).await.expect("mended"), found);
        assert_eq!(
            alerted(&a).await.as_deref(),
            Some(
                "counter: 41 written down, 3 there; properties: 8 written down, 3 there; users: 5 written down, 1 there"
            )
        );
        assert_eq!((drift(&a).await, of(&a).await.users), (Vec::new(), 1));
        relay::deliver(central, key, &a.db).await.expect("carried");
        let lines = audit::list(central, a.route.tenant, 100).await.expect("listed");
        let mut repairs: Vec<_> =
            lines.iter().filter(|line| line.action == "usage.repair").map(|line| line.changes.clone()).collect();
        repairs.sort_by_key(ToString::to_string);
        assert_eq!(
            repairs,
            [serde_json::json!({"counter": [41, 3]}), serde_json::json!({"properties": [8, 3], "users": [5, 1]})]
        );
        assert_eq!(tenancy::usage::reconcile(central, &a.db).await.expect("looked"), []);
        assert_eq!(alerted(&a).await, None, "found right, nobody need look any more");
        assert_eq!((of(&b).await.properties, drift(&b).await), (0, Vec::new()), "the other's stay");
    });
}

async fn alerted(a: &Agency) -> Option<String> {
    let open = alerts::list_open(central().await).await.expect("listed");
    let of_it = open
        .into_iter()
        .find(|alert| alert.kind == "usage_drift" && alert.agency.as_deref() == Some(a.route.slug.as_str()));
    of_it.map(|alert| alert.detail)
}

#[test]
fn a_dead_relay_leaves_no_older_count_behind() {
    run(async {
        let a = on("prime").await;
        let (central, key) = (central().await, bed().await.deployment.key());
        for _ in 0..5 {
            let carried = (0..8).map(|_| relay::deliver(central, key, &a.db));
            let (made, carried) = futures::join!(make_one(&a), futures::future::join_all(carried));
            made.expect("made");
            assert!(carried.into_iter().all(|carried| carried.is_ok()));
        }
        relay::deliver(central, key, &a.db).await.expect("carried");
        assert_eq!((of(&a).await.properties, drift(&a).await), (5, Vec::new()));
    });
}

async fn make_one(a: &Agency) -> Result<(), sqlx::Error> {
    let number = uuid::Uuid::now_v7().as_u128() % 1_000_000;
    let mut tx = a.db.begin().await?;
    sqlx::query("update usage_counters set used = used + 1 where resource = 'properties'").execute(&mut tx).await?;
    sqlx::query(
        "insert into properties (id, code, type, usage, purposes, status, title, uf, city, created_by, responsible_id, slug)
         values (gen_random_uuid(), $1, 'house', 'residential', '{sale}', 'draft', 'Casa', 'SP', 'São Paulo', $2, $2, 'casa')",
    )
    .bind(format!("YY{number}"))
    .bind(a.owner)
    .execute(&mut tx)
    .await?;
    let event = audit::Event::of_platform("property.create", "property", uuid::Uuid::now_v7());
    let payload = serde_json::to_value(&event).expect("serialises");
    sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)")
        .bind(event.id)
        .bind(payload)
        .execute(&mut tx)
        .await?;
    tx.commit().await
}

#[test]
fn a_day_of_use_is_written_down_once() {
    run(async {
        let a = on("k").await;
        let central = central().await;
        let today = OffsetDateTime::now_utc().date();
        assert!(usage::without_day(central, today).await.expect("listed").contains(&a.route.tenant));
        usage::record_day(central, a.route.tenant, today).await.expect("written");
        assert!(!usage::without_day(central, today).await.expect("listed").contains(&a.route.tenant));
        sqlx::query("update tenant_subscriptions set current_users = 4 where tenant_id = $1")
            .bind(a.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("set");
        usage::record_day(central, a.route.tenant, today).await.expect("written");
        let days = usage::days(central, a.route.tenant, 10).await.expect("listed");
        let day = usage::Day { day: today, users: 1, max_users: 5, properties: 0, max_properties: Some(500) };
        assert_eq!(days, [day], "as it was when it was written");
    });
}
