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

/// An agency that goes for its debt, shut out, whose time of grace is over: the next who looks at it drops it.
async fn about_to_be_dropped() -> (Agency, tenancy::OperationId) {
    let a = on("prime").await;
    let late = invoices_of(&a).await[0].due_at + Duration::days(60);
    advance(&a, late).await;
    let id = let_go(&a, late + Duration::days(30)).await.expect("it goes");
    bed().await.deployment.provisioner().run_to_end(id).await.expect("as far as it goes today");
    let due = "update tenant_operations set next_run_at = now(), data = jsonb_set(data, '{drop_after}', '\"2026-01-01T00:00:00Z\"') where id = $1";
    sqlx::query(due).bind(id).execute(&mut root().await).await.expect("due");
    (a, id)
}

/// A transaction of the test's own that holds something, and the number of its session.
async fn holding(sql: &'static str, id: uuid::Uuid) -> (PgConnection, i32) {
    let mut session = root().await;
    let stay = "set idle_in_transaction_session_timeout = 0";
    sqlx::query(stay).execute(&mut session).await.expect("for as long as it takes");
    sqlx::query("begin").execute(&mut session).await.expect("begun");
    sqlx::query(sql).bind(id).execute(&mut session).await.expect("held");
    let number = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut session).await.expect("a number");
    (session, number)
}

async fn let_loose(mut session: PgConnection) {
    sqlx::query("commit").execute(&mut session).await.expect("let loose");
}

/// Waits until so many sessions wait for one of these, and gives them.
async fn waiting_for(these: &[i32], count: usize) -> Vec<i32> {
    let mut root = root().await;
    for _ in 0..3_000 {
        let waiting = sqlx::query_scalar("select pid from pg_stat_activity where pg_blocking_pids(pid) && $1");
        let waiting: Vec<i32> = waiting.bind(these).fetch_all(&mut root).await.expect("listed");
        if waiting.len() >= count {
            return waiting;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits: who drops and who pays pass each other by");
}

/// What pays an agency's first invoice.
async fn payment_of(a: &Agency) -> Payment {
    let invoice = invoices_of(a).await.pop().expect("one that was asked for");
    Payment {
        number: invoice.number,
        amount: invoice.total,
        via: Via::Manual,
        reference: format!("drop-{}", invoice.number),
    }
}

async fn has_database(a: &Agency) -> bool {
    let there = sqlx::query_scalar("select exists (select from pg_database where datname = $1)");
    there.bind(&a.route.placement.db_name).fetch_one(&mut root().await).await.expect("asked")
}

#[test]
fn a_payment_that_is_under_way_when_the_database_is_about_to_be_dropped_keeps_it() {
    run(async {
        let (a, id) = about_to_be_dropped().await;
        // The invoice is paid in a transaction that is not over: it waits for the log.
        let log = "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))";
        let (log, number) = holding(log, a.route.tenant.as_uuid()).await;
        let payment = payment_of(&a).await;
        let central = central().await;
        let now = OffsetDateTime::now_utc();
        let paying = tokio::spawn(async move { invoices::receive(central, &payment, (By::default(), now)).await });
        let payer = waiting_for(&[number], 1).await;
        let dropping = tokio::spawn(async move { bed().await.deployment.provisioner().run_to_end(id).await });
        waiting_for(&payer, 1).await;
        let_loose(log).await;
        paying.await.expect("no panic").expect("taken");
        dropping.await.expect("no panic").expect("opened again");
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"));
        assert!(has_database(&a).await);
    });
}

#[test]
fn who_pays_or_comes_back_while_the_database_is_being_dropped_is_told_and_nothing_is_taken() {
    run(async {
        let ((a, id), (b, _)) = (about_to_be_dropped().await, about_to_be_dropped().await);
        let wished =
            "update tenant_subscriptions set ends = $2, ended_at = case when $2 then now() end where tenant_id = $1";
        let wish = async |agency: &Agency, is_wished: bool| {
            let ended = sqlx::query(wished).bind(agency.route.tenant).bind(is_wished).execute(&mut root().await).await;
            ended.expect("ended");
        };
        let company = a.route.tenant.as_uuid();
        let (row, of_row) = holding("select from companies where id = $1 for update", company).await;
        let dropping = tokio::spawn(async move { bed().await.deployment.provisioner().run_to_end(id).await });
        let worker = waiting_for(&[of_row], 1).await;
        // Who drops it has the row next, and waits then for its own record; who pays waits behind it.
        let (record, of_record) = holding("select from tenant_operations where id = $1 for update", id.as_uuid()).await;
        let (payment, central) = (payment_of(&a).await, central().await);
        let now = OffsetDateTime::now_utc();
        let told = payment.clone();
        let paying = tokio::spawn(async move { invoices::receive(central, &told, (By::default(), now)).await });
        waiting_for(&[of_row, worker[0]], 2).await;
        let_loose(row).await;
        assert_eq!(waiting_for(&[of_record], 1).await, worker);
        assert!(!paying.is_finished());
        let_loose(record).await;
        let refused = paying.await.expect("no panic").expect_err("it is too late");
        assert!(matches!(refused, PaymentError::Deleting), "{refused}");
        dropping.await.expect("no panic").expect("it is gone");
        assert!(!has_database(&a).await);
        let paid: i64 = sqlx::query_scalar("select count(*) from invoices where tenant_id = $1 and status = 'paid'")
            .bind(a.route.tenant)
            .fetch_one(&mut root().await)
            .await
            .expect("counted");
        assert_eq!(paid, 0);
        // Gone, it is still too late to keep it; a debt of who left by themselves may be paid.
        let late = || invoices::receive(central, &payment, (By::default(), now));
        assert!(matches!(late().await, Err(PaymentError::Deleting)));
        wish(&a, true).await;
        let keep = async |agency: &Agency| changes::keep(central, agency.route.tenant, (By::default(), now)).await;
        assert!(!keep(&a).await.expect("answered"), "nobody comes back");
        late().await.expect("taken");
        let standing = "select s.status || ' ' || c.status from companies c join tenant_subscriptions s on s.tenant_id = c.id where c.id = $1";
        let standing = sqlx::query_scalar::<_, String>(standing).bind(a.route.tenant);
        assert_eq!(standing.fetch_one(&mut root().await).await.expect("there"), "cancelled deleting");
        // As long as a database stands, whoever keeps it by hand takes payments again.
        assert!(has_database(&b).await);
        let settled = "update tenant_operations set data = jsonb_set(data, '{is_settled}', 'true') where tenant_id = $1 and kind = 'delete'";
        sqlx::query(settled).bind(b.route.tenant).execute(&mut root().await).await.expect("settled");
        let payment = payment_of(&b).await;
        let pay = || invoices::receive(central, &payment, (By::default(), now));
        assert!(matches!(pay().await, Err(PaymentError::Deleting)));
        wish(&b, true).await;
        assert!(!keep(&b).await.expect("answered"), "nor who is about to go");
        wish(&b, false).await;
        let provisioner = bed().await.deployment.provisioner();
        assert!(provisioner.call_off(b.route.tenant, By::default()).await.expect("called off"));
        pay().await.expect("taken");
        assert_eq!((of(&b).await.state, door(&b).await.as_str()), (State::Active, "active"));
    });
}

#[test]
fn a_program_of_before_dates_no_cancellation_back() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let days = Duration::days;
        let mut first = Vec::new();
        for agency in [&a, &b] {
            let late = invoices_of(agency).await[0].due_at + days(60);
            assert_eq!(advance(agency, late).await, State::Cancelled);
            first.push(late);
        }
        // It does not know the date: it opens the agency again, and closes it for good a month later.
        for status in ["active", "cancelled"] {
            for sql in [
                "update tenant_subscriptions set status = $2, version = version + 1 where tenant_id = $1",
                "update companies set status = $2 where id = $1",
            ] {
                let done = sqlx::query(sql).bind(a.route.tenant).bind(status).execute(&mut root().await).await;
                done.expect("written");
            }
        }
        let seen = first[0] + days(31);
        assert!(!is_over(&a, seen).await && is_over(&b, first[1] + days(31)).await);
        assert_eq!(let_go(&a, seen).await, None, "its owners were told today");
        assert!(subscriptions::due(central().await, seen).await.expect("listed").contains(&a.route.tenant));
        advance(&a, seen).await;
        assert!(!is_over(&a, seen + days(29)).await && is_over(&a, seen + days(30)).await);
    });
}
