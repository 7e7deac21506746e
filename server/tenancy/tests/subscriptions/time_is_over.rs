//! Agencies whose time is over: they go, and whoever was taken up again stays.

use super::*;

/// Ends its subscription with its period, as its owner wished. Gives when that was.
async fn end(a: &Agency) -> OffsetDateTime {
    let sub = of(a).await;
    pay(a, sub.started).await;
    assert!(changes::cancel(central().await, a.route.tenant, By::default()).await.expect("cancelled"));
    assert_eq!(advance(a, sub.until).await, State::Cancelled);
    sub.until
}

/// Whether its time is over.
async fn is_over(a: &Agency, now: OffsetDateTime) -> bool {
    overdue::list(central().await, now).await.expect("listed").contains(&a.route.tenant)
}

async fn let_go(a: &Agency, now: OffsetDateTime) -> Option<tenancy::OperationId> {
    overdue::ask(central().await, a.route.tenant, now).await.expect("asked")
}

#[test]
fn who_has_been_cancelled_for_thirty_days_goes_once_and_who_was_taken_up_again_stays() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let (end_a, end_b) = (end(&a).await, end(&b).await);
        let days = Duration::days;
        for (agency, end) in [(&a, end_a), (&b, end_b)] {
            assert!(!is_over(agency, end + days(29)).await);
            assert_eq!(let_go(agency, end + days(29)).await, None, "nobody is let go before their time");
        }
        let back = (By::default(), end_b + days(29));
        assert!(changes::keep(central().await, b.route.tenant, back).await.expect("comes back"));
        assert!(!is_over(&a, end_a + days(30) - Duration::seconds(1)).await);
        assert!(is_over(&a, end_a + days(30)).await);
        assert!(!is_over(&b, end_b + days(30)).await && !is_over(&b, end_b + days(300)).await, "it is open again");
        assert_eq!(let_go(&b, end_b + days(30)).await, None, "however it came to be asked");
        let id = let_go(&a, end_a + days(30)).await.expect("it goes");
        assert!(!is_over(&a, end_a + days(31)).await);
        assert_eq!(let_go(&a, end_a + days(31)).await, None, "once");
        assert_eq!((door(&a).await.as_str(), door(&b).await.as_str()), ("deleting", "active"));
        let line = audit::list(central().await, a.route.tenant, 100).await.expect("listed");
        let lines: Vec<_> = line.iter().filter(|line| line.action == "tenant.delete").collect();
        let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
        assert_eq!(line.changes["is_overdue"], true, "which is the reason");
        assert!(!actions(&b).await.contains(&"tenant.delete".to_owned()));
        let operation = tenancy::central::operations::find(central().await, id).await.expect("there");
        let after = tenancy::provision::leave::drop_after(&operation.data).expect("a time") - OffsetDateTime::now_utc();
        assert!(after > days(2) && after <= days(3), "{after}");
        // Whose subscription ends anew has the whole time again.
        let again = end(&b).await;
        assert!(!is_over(&b, again + days(29)).await && is_over(&b, again + days(30)).await);
    });
}

#[test]
fn who_is_cancelled_for_a_debt_has_the_same_time_and_whom_an_operator_holds_stays() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let days = Duration::days;
        let mut given_up = Vec::new();
        for agency in [&a, &b] {
            let late = invoices_of(agency).await[0].due_at + days(64);
            assert_eq!(advance(agency, late).await, State::Cancelled);
            given_up.push(late);
        }
        let held = companies::suspend(central().await, b.route.tenant, "em análise", By::default()).await;
        assert!(held.expect("held"));
        assert!(!is_over(&a, given_up[0] + days(30) - Duration::seconds(1)).await, "from when it was closed on");
        assert!(is_over(&a, given_up[0] + days(30)).await);
        assert!(!is_over(&b, given_up[1] + days(90)).await);
        assert_eq!(let_go(&b, given_up[1] + days(90)).await, None);
        // As a program of before has left it: it counts from when that is seen.
        let forget = "update tenant_subscriptions set cancelled_at = null where tenant_id = $1";
        sqlx::query(forget).bind(a.route.tenant).execute(&mut root().await).await.expect("forgotten");
        let seen = given_up[0] + days(40);
        assert!(!is_over(&a, seen).await);
        assert!(subscriptions::due(central().await, seen).await.expect("listed").contains(&a.route.tenant));
        advance(&a, seen).await;
        assert!(!subscriptions::due(central().await, seen).await.expect("listed").contains(&a.route.tenant), "once");
        assert!(!is_over(&a, seen + days(29)).await && is_over(&a, seen + days(30)).await);
    });
}

#[test]
fn who_pays_after_all_or_is_called_off_while_its_time_is_over_stays() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let provisioner = bed().await.deployment.provisioner();
        let days = Duration::days;
        for agency in [&a, &b] {
            let late = invoices_of(agency).await[0].due_at + days(60);
            advance(agency, late).await;
            let id = let_go(agency, late + days(30)).await.expect("it goes");
            provisioner.run_to_end(id).await.expect("as far as it goes today");
        }
        let later = OffsetDateTime::now_utc() + days(300);
        let stay = |now| async move { overdue::taken_up(central().await, now).await.expect("listed") };
        let paid = || stay(later);
        assert!(!paid().await.contains(&a.route.tenant));
        let since: OffsetDateTime =
            sqlx::query_scalar("select cancelled_at from tenant_subscriptions where tenant_id = $1")
                .bind(a.route.tenant)
                .fetch_one(&mut root().await)
                .await
                .expect("dated");
        assert!(stay(since + days(20)).await.contains(&a.route.tenant), "whom a clock that was ahead has asked to go");
        assert!(!stay(since + days(30)).await.contains(&a.route.tenant));
        pay(&a, OffsetDateTime::now_utc()).await;
        assert_eq!(door(&a).await, "deleting");
        let to_stay = paid().await;
        assert!(to_stay.contains(&a.route.tenant) && !to_stay.contains(&b.route.tenant), "{to_stay:?}");
        let stays = departures::ask_to_stay(central().await, a.route.tenant, &By::default()).await;
        assert!(stays.expect("asked"));
        assert!(!paid().await.contains(&a.route.tenant), "once");
        let id = sqlx::query_scalar("select id from tenant_operations where tenant_id = $1 and kind = 'delete'");
        let id = id.bind(a.route.tenant).fetch_one(&mut root().await).await.expect("there");
        provisioner.run_to_end(id).await.expect("opened again");
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"));
        // Who is kept and has not paid is as closed as before, and has the whole time again.
        let owed = "update invoices set due_at = now() - interval '90 days' where tenant_id = $1";
        sqlx::query(owed).bind(b.route.tenant).execute(&mut root().await).await.expect("owed");
        assert!(provisioner.call_off(b.route.tenant, By::default()).await.expect("called off"));
        assert_eq!(door(&b).await, "cancelled");
        let now = OffsetDateTime::now_utc();
        assert!(!is_over(&b, now + days(29)).await && is_over(&b, now + days(30)).await);
        // Paid in the last minute, and nobody has looked since: who is about to drop the database looks.
        let d = on("prime").await;
        let late = invoices_of(&d).await[0].due_at + days(60);
        advance(&d, late).await;
        let id = let_go(&d, late + days(30)).await.expect("it goes");
        provisioner.run_to_end(id).await.expect("as far as it goes today");
        pay(&d, OffsetDateTime::now_utc()).await;
        let due = "update tenant_operations set next_run_at = now(), data = jsonb_set(data, '{drop_after}', '\"2026-01-01T00:00:00Z\"') where id = $1";
        sqlx::query(due).bind(id).execute(&mut root().await).await.expect("due");
        provisioner.run_to_end(id).await.expect("opened again");
        assert_eq!((of(&d).await.state, door(&d).await.as_str()), (State::Active, "active"));
        // Whom an operator lets go of has the whole time again, too.
        let e = on("prime").await;
        let late = invoices_of(&e).await[0].due_at + days(60);
        companies::suspend(central().await, e.route.tenant, "fraude", By::default()).await.expect("held");
        advance(&e, late).await;
        assert!(!is_over(&e, late + days(30)).await, "held");
        sqlx::query("update tenant_subscriptions set cancelled_at = now() - interval '40 days' where tenant_id = $1")
            .bind(e.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("long ago");
        sqlx::query(owed).bind(e.route.tenant).execute(&mut root().await).await.expect("owed");
        companies::resume(central().await, e.route.tenant, By::default()).await.expect("let go of");
        let now = OffsetDateTime::now_utc();
        assert!(!is_over(&e, now + days(29)).await && is_over(&e, now + days(31)).await);
        // What an operator has asked for is theirs, whatever is paid.
        let c = on("prime").await;
        let asked =
            departures::ask(central().await, c.route.tenant, (30, false), (Some("pedido"), By::default())).await;
        assert!(asked.expect("asked").is_some() && !paid().await.contains(&c.route.tenant));
    });
}
