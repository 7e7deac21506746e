//! Subscriptions over time: versions, states, periods, changes, invoices and payments, limits on their way, use that has drifted.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

mod bought;
mod limits;
mod time_is_over;

use rust_decimal::Decimal;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tenancy::billing::{Period, State};
use tenancy::central::changes::{self, ChangeError, Wish};
use tenancy::central::companies::{self, By};
use tenancy::central::invoices::{self, Payment, PaymentError, Via};
use tenancy::central::mails::Letter;
use tenancy::central::operations::NewTenant;
use tenancy::central::plans::{self, NewVersion};
use tenancy::central::sign_ups::{self, Answerer, RefusedSignUp, Wanted};
use tenancy::central::subscriptions::{self, Subscription};
use tenancy::central::{alerts, audit, departures, overdue, usage};
use tenancy::testing::{Agency, PASSWORD_HASH, agency_of, as_tenant, bed, new_tenant, run, superuser};
use tenancy::usage::{Drift, Figure};
use tenancy::{CentralDb, SignUpId, TenantId, relay};
use time::{Duration, OffsetDateTime};

async fn on(plan: &str) -> Agency {
    agency_of(NewTenant { plan: plan.to_owned(), ..new_tenant() }).await
}

async fn central() -> &'static CentralDb {
    bed().await.deployment.central()
}

async fn root() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

async fn inside(a: &Agency) -> PgConnection {
    superuser().await.database(&a.route.placement.db_name).connect().await.expect("superuser")
}

async fn of(a: &Agency) -> Subscription {
    subscriptions::find(central().await, a.route.tenant).await.expect("it is there")
}

async fn advance(a: &Agency, now: OffsetDateTime) -> State {
    subscriptions::advance(central().await, a.route.tenant, now).await.expect("time passes");
    of(a).await.state
}

/// The agency's own state.
async fn door(a: &Agency) -> String {
    companies::find_by_slug(central().await, &a.route.slug).await.expect("it is there").status
}

async fn invoices_of(a: &Agency) -> Vec<invoices::Invoice> {
    invoices::list(central().await, a.route.tenant, 100).await.expect("listed")
}

async fn pay(a: &Agency, now: OffsetDateTime) {
    for invoice in invoices_of(a).await.iter().filter(|invoice| invoice.paid_at.is_none()) {
        let reference = format!("test-{}", invoice.number);
        let payment = Payment { number: invoice.number, amount: invoice.total, via: Via::Manual, reference };
        invoices::receive(central().await, &payment, (By::default(), now)).await.expect("taken");
    }
}

fn wish(plan: &str, additional_users: i32) -> Wish {
    Wish { plan: plan.to_owned(), period: Period::Monthly, additional_users }
}

/// What a wish costs now, and then the wish.
async fn change(a: &Agency, wish: &Wish, now: OffsetDateTime) -> Result<Decimal, ChangeError> {
    let sub = of(a).await;
    let sold = plans::list(central().await).await.expect("listed");
    let due = sub.quote(changes::terms(&sub, &sold, wish)?, now).due;
    changes::change(central().await, a.route.tenant, (wish, due), (By::default(), now)).await?;
    Ok(due)
}

async fn actions(a: &Agency) -> Vec<String> {
    let lines = audit::list(central().await, a.route.tenant, 100).await.expect("listed");
    lines.into_iter().map(|line| line.action).collect()
}

fn cents(reais: i64, cents: i64) -> Decimal {
    Decimal::new(reais * 100 + cents, 2)
}

#[test]
fn a_version_is_never_changed_and_the_web_part_may_only_add_one() {
    run(async {
        let mut root = root().await;
        for sql in ["update subscription_plan_versions set price_monthly = 0", "delete from subscription_plan_versions"]
        {
            let refused = root.execute(sql).await.expect_err(sql);
            let code = refused.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned());
            assert_eq!(code.as_deref(), Some("42501"), "{sql}, by the superuser: {refused}");
        }
        let rights: Vec<String> = sqlx::query_scalar(
            "select privilege_type::text from information_schema.role_table_grants
             where grantee = 'central_app' and table_name = 'subscription_plan_versions' order by 1",
        )
        .fetch_all(&mut root)
        .await
        .expect("listed");
        assert_eq!(rights, ["INSERT", "SELECT"]);
    });
}

#[test]
fn an_agency_keeps_the_version_that_it_bought() {
    run(async {
        let (a, now) = (on("k2").await, OffsetDateTime::now_utc());
        let before = of(&a).await.now.plan;
        let new = NewVersion {
            plan: "k2".into(),
            follows: None,
            price_monthly: Decimal::from(700),
            price_yearly: Decimal::from(8400),
            max_users: 8,
            max_properties: Some(1000),
            additional_user_price: Decimal::from(30),
            activation_fee: Decimal::ZERO,
            features: before.features.clone(),
            valid_from: now + Duration::days(30),
        };
        let later = plans::publish_version(central().await, &new, By::default()).await.expect("published");
        assert_eq!(plans::find_by_name(central().await, "k2").await.expect("sold"), before, "not sold yet");
        let soon = NewVersion { valid_from: now, ..new.clone() };
        let id = plans::publish_version(central().await, &soon, By::default()).await.expect("published");
        assert_ne!(id, later);
        let sold = plans::find_by_name(central().await, "k2").await.expect("sold");
        assert_eq!((sold.version, sold.number, sold.price_monthly), (id, before.number + 2, Decimal::from(700)));
        assert_eq!(sold.id, before.id, "the plan is the same");
        let b = on("k2").await;
        assert_eq!(of(&b).await.now.plan, sold, "who comes now buys what is sold now");
        // A period later, and after a change of additional users, it is still the version that was bought.
        change(&a, &wish("k2", 2), now).await.expect("changed");
        advance(&a, now + Duration::days(32)).await;
        assert_eq!(of(&a).await.now.plan, before);
        assert_eq!(of(&a).await.now.price(), before.price_monthly + before.additional_user_price * Decimal::from(2));
        let bad = NewVersion { max_users: 0, ..new };
        plans::publish_version(central().await, &bad, By::default()).await.expect_err("nobody could sign in");
        let line: (String, serde_json::Value) =
            sqlx::query_as("select action, changes from tenant_audit_log where entity_id = $1")
                .bind(id)
                .fetch_one(&mut root().await)
                .await
                .expect("in the log");
        assert_eq!((line.0.as_str(), &line.1["plan"]), ("plan.publish_version", &serde_json::json!("k2")));
    });
}

#[test]
fn an_unpaid_invoice_moves_the_state_day_by_day_and_a_payment_brings_the_agency_back() {
    run(async {
        let a = on("prime").await;
        let all = invoices_of(&a).await;
        let [first] = all.as_slice() else { panic!("one invoice: {all:?}") };
        let lines: Vec<_> = first.lines.iter().map(|line| (line.kind.as_str(), line.amount)).collect();
        assert_eq!(lines, [("plan", cents(247, 0)), ("activation_fee", cents(197, 0))]);
        assert_eq!((first.total, first.due_at), (cents(444, 0), tenancy::billing::due(first.issued_at)));
        let days = tenancy::day_of(first.due_at) - tenancy::day_of(first.issued_at);
        assert_eq!(
            (days, tenancy::day_of(first.due_at + Duration::SECOND) - tenancy::day_of(first.due_at)),
            (Duration::days(7), Duration::DAY)
        );
        let (due, second) = (first.due_at, Duration::seconds(1));
        for (days, state, door_says) in
            [(7, State::PastDue, "active"), (21, State::Suspended, "suspended"), (60, State::Cancelled, "cancelled")]
        {
            let before = advance(&a, due + Duration::days(days) - second).await;
            assert_ne!(before, state, "a second before day {days}");
            assert_eq!(advance(&a, due + Duration::days(days)).await, state, "day {days}");
            assert_eq!(door(&a).await, door_says, "day {days}");
        }
        assert_eq!(invoices_of(&a).await.len(), 1, "who is closed is asked for nothing more");
        let back = due + Duration::days(70);
        pay(&a, back).await;
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"));
        let all = invoices_of(&a).await;
        assert_eq!(
            (all.len(), all[0].period_start),
            (2, all[0].issued_at),
            "a new period begins when it is open again"
        );
        assert_eq!(all[0].total, cents(247, 0), "the activation is asked for once");
        let mut settled: Vec<_> = actions(&a).await;
        settled.retain(|action| action == "subscription.settle");
        assert_eq!(settled.len(), 4);
        assert_eq!(audit::verify(central().await, a.route.tenant).await.expect("walked"), None);
    });
}

#[test]
fn who_signs_up_for_a_year_is_asked_for_a_year() {
    run(async {
        let (bed, new) = (bed().await, NewTenant { plan: "prime".into(), ..new_tenant() });
        let provisioner = bed.deployment.provisioner();
        let operation = provisioner.reserve(&new, None).await.expect("reserved");
        let somebody = agency_of(new_tenant()).await;
        sqlx::query(
            "insert into sign_ups (id, company_name, slug, email, plan, billing_period, terms_version, ip_address, created_at,
                                   sent_at, expires_at, confirmed_at, person_id, operation_id)
             values ($1, $2, $3, $4, 'prime', 'yearly', '1', '203.0.113.1', now(), now(), now(), now(), $5, $6)",
        )
        .bind(uuid::Uuid::now_v7())
        .bind(&new.name)
        .bind(&new.slug)
        .bind(&new.email)
        .bind(somebody.person)
        .bind(operation)
        .execute(&mut root().await)
        .await
        .expect("signed up");
        let tenant = provisioner.run_to_end(operation).await.expect("made");
        let sub = subscriptions::find(central().await, tenant).await.expect("it is there");
        assert_eq!((sub.now.period, sub.until), (Period::Yearly, tenancy::billing::months_later(sub.started, 12)));
        let all = invoices::list(central().await, tenant, 10).await.expect("listed");
        assert_eq!(all[0].total, cents(2964 + 197, 0));
    });
}

#[test]
fn an_operators_word_and_a_debt_hold_each_for_itself() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let central = central().await;
        let due = invoices_of(&a).await[0].due_at;
        assert!(companies::suspend(central, a.route.tenant, "suspeita de fraude", By::default()).await.expect("held"));
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Suspended, "suspended"));
        pay(&a, due).await;
        assert_eq!(door(&a).await, "suspended", "no payment opens what an operator holds");
        // What an operator has opened again stays closed as long as it owes.
        sqlx::query("update invoices set status = 'open', paid_at = null, paid_via = null, payment_reference = null, due_at = now() - interval '30 days' where tenant_id = $1")
            .bind(a.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("owed");
        let left = companies::resume(central, a.route.tenant, By::default()).await.expect("let go");
        assert_eq!(left, Some(State::Suspended));
        assert_eq!(door(&a).await, "suspended");
        let left = companies::resume(central, a.route.tenant, By::default()).await.expect("asked");
        assert_eq!(left, None, "nobody holds it");
        // What a debt has closed an operator may hold too: then no payment opens it.
        let held = companies::suspend(central, a.route.tenant, "suspeita de fraude", By::default()).await;
        assert!(held.expect("held"), "closed, and held from now on");
        let twice = companies::suspend(central, a.route.tenant, "outra vez", By::default()).await;
        assert!(!twice.expect("asked"), "held already");
        pay(&a, OffsetDateTime::now_utc()).await;
        assert_eq!(door(&a).await, "suspended");
        let left = companies::resume(central, a.route.tenant, By::default()).await.expect("let go");
        assert_eq!(left, Some(State::Active));
        sqlx::query("update invoices set status = 'open', paid_at = null, paid_via = null, payment_reference = null, due_at = now() - interval '30 days' where tenant_id = $1")
            .bind(a.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("owed");
        advance(&a, OffsetDateTime::now_utc()).await;
        assert_eq!(door(&a).await, "suspended");
        pay(&a, OffsetDateTime::now_utc()).await;
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"));
        assert_eq!(
            (of(&b).await.state, door(&b).await.as_str()),
            (State::Active, "active"),
            "the other does not notice"
        );
    });
}

#[test]
fn who_pays_while_the_agency_goes_is_asked_for_nothing_and_comes_back_as_somebody_who_has_paid() {
    run(async {
        let a = on("prime").await;
        let provisioner = bed().await.deployment.provisioner();
        let due = invoices_of(&a).await[0].due_at;
        let closed = due + Duration::days(40);
        advance(&a, closed).await;
        assert_eq!(door(&a).await, "suspended");
        let asked = provisioner.ask_to_go(a.route.tenant, (365, false), By::default()).await.expect("asked");
        provisioner.run_to_end(asked.expect("it may go")).await.expect("as far as it goes today");
        pay(&a, closed + Duration::days(1)).await;
        assert_eq!(door(&a).await, "deleting");
        assert_eq!(invoices_of(&a).await.len(), 1, "what goes is asked for nothing");
        assert!(provisioner.call_off(a.route.tenant, By::default()).await.expect("called off"));
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"), "nothing is owed");
        advance(&a, OffsetDateTime::now_utc().max(of(&a).await.until)).await;
        assert_eq!(invoices_of(&a).await.len(), 2, "and from now on it is asked again");
        // Who still owes comes back as closed as before, and whom an operator holds too.
        let (b, c) = (on("prime").await, on("prime").await);
        sqlx::query("update invoices set due_at = now() - interval '30 days' where tenant_id = $1")
            .bind(b.route.tenant)
            .execute(&mut root().await)
            .await
            .expect("owed");
        assert!(companies::suspend(central().await, c.route.tenant, "fraude", By::default()).await.is_ok());
        for kept in [&b, &c] {
            let asked = provisioner.ask_to_go(kept.route.tenant, (30, false), By::default()).await.expect("asked");
            provisioner.run_to_end(asked.expect("it may go")).await.expect("as far as it goes today");
            assert!(provisioner.call_off(kept.route.tenant, By::default()).await.expect("called off"));
            assert_eq!(door(kept).await, "suspended");
        }
    });
}

#[test]
fn a_period_is_begun_and_asked_for_once_however_many_workers_begin_it() {
    run(async {
        let a = on("k").await;
        let (started, until) = (of(&a).await.started, of(&a).await.until);
        pay(&a, started).await;
        advance(&a, until - Duration::seconds(1)).await;
        assert_eq!(invoices_of(&a).await.len(), 1, "not before its time");
        let central = central().await;
        let at_once: Vec<_> = (0..20).map(|_| subscriptions::advance(central, a.route.tenant, until)).collect();
        for done in futures::future::join_all(at_once).await {
            done.expect("time passes");
        }
        let all = invoices_of(&a).await;
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!((all[0].period_start, all[0].period_end), (until, of(&a).await.until));
        assert_eq!(all[0].total, cents(397, 0), "no activation");
        let next = of(&a).await.until;
        assert_eq!(next.day(), started.day().min(next.month().length(next.year())), "the day of the month stays");
    });
}

#[test]
fn a_dearer_plan_begins_at_once_for_the_days_that_are_left() {
    run(async {
        let a = on("prime").await;
        let sub = of(&a).await;
        let whole = (sub.until - sub.started).whole_days();
        let now = sub.until - Duration::days(10);
        let due = change(&a, &wish("k", 0), now).await.expect("changed");
        let expected = (Decimal::from(150 * 10) / Decimal::from(whole))
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        assert_eq!(due, expected);
        let after = of(&a).await;
        assert_eq!((after.now.plan.name.as_str(), after.until), ("k", sub.until), "the period stays");
        let all = invoices_of(&a).await;
        let line = &all[0].lines[0];
        assert_eq!((all[0].total, line.kind.as_str(), line.plan.as_str()), (due, "change", "K"));
        assert_eq!((line.unit_price, line.days), (cents(150, 0), Some((10, i32::try_from(whole).expect("small")))));
        // Sent twice, it is one change.
        changes::change(central().await, a.route.tenant, (&wish("k", 0), Decimal::ZERO), (By::default(), now))
            .await
            .expect("the same");
        assert_eq!(invoices_of(&a).await.len(), 2);
        assert_eq!(actions(&a).await.iter().filter(|action| *action == "subscription.change").count(), 1);
    });
}

#[test]
fn nothing_is_bought_for_an_amount_that_was_not_agreed_to() {
    run(async {
        let a = on("prime").await;
        let now = OffsetDateTime::now_utc();
        let (central, tenant) = (central().await, a.route.tenant);
        let at = |agreed| async move {
            changes::change(central, tenant, (&wish("k", 0), agreed), (By::default(), now)).await
        };
        let refused = at(cents(1, 0)).await.expect_err("another amount");
        let ChangeError::Amount(asked) = refused else { panic!("{refused}") };
        assert_eq!(of(&a).await.now.plan.name, "prime");
        assert_eq!(invoices_of(&a).await.len(), 1);
        at(asked).await.expect("agreed");
        assert_eq!(of(&a).await.now.plan.name, "k");
        for (bad, why) in
            [(wish("k9", 0), "no such plan"), (wish("k", 501), "so many"), (wish("k", -1), "fewer than none")]
        {
            change(&a, &bad, now).await.expect_err(why);
        }
    });
}

#[test]
fn a_cheaper_plan_waits_for_the_next_period() {
    run(async {
        let a = on("k").await;
        let sub = of(&a).await;
        pay(&a, sub.started).await;
        let before = usage::limits(central().await, a.route.tenant).await.expect("limits");
        let yearly = Wish { period: Period::Yearly, ..wish("prime", 1) };
        assert_eq!(change(&a, &yearly, sub.started).await.expect("changed"), Decimal::ZERO);
        let waits = of(&a).await;
        assert_eq!((&waits.now, waits.next.plan.name.as_str()), (&sub.now, "prime"));
        let limits = usage::limits(central().await, a.route.tenant).await.expect("limits");
        assert_eq!((limits.users, limits.properties), (before.users, before.properties), "until then nothing changes");
        advance(&a, sub.until).await;
        let after = of(&a).await;
        assert_eq!(
            (after.now.plan.name.as_str(), after.now.period, after.now.additional_users),
            ("prime", Period::Yearly, 1)
        );
        assert_eq!(after.next, after.now);
        assert_eq!(invoices_of(&a).await[0].total, cents(2964 + 57 * 12, 0));
        let limits = usage::limits(central().await, a.route.tenant).await.expect("limits");
        assert_eq!((limits.users, limits.properties), (3, Some(100)));
        // Taken back before its time, nothing comes of it.
        let b = on("k").await;
        let now = of(&b).await.started;
        change(&b, &wish("prime", 0), now).await.expect("changed");
        change(&b, &wish("k", 0), now).await.expect("taken back");
        assert_eq!(of(&b).await.next, of(&b).await.now);
    });
}

#[test]
fn additional_users_are_bought_at_once_and_given_back_with_the_period() {
    run(async {
        let a = on("k").await;
        let sub = of(&a).await;
        assert_eq!(change(&a, &wish("k", 3), sub.started).await.expect("bought"), cents(37 * 3, 0));
        assert_eq!(usage::limits(central().await, a.route.tenant).await.expect("limits").users, 8);
        let line = &invoices_of(&a).await[0].lines[0];
        assert_eq!((line.kind.as_str(), line.quantity, line.unit_price), ("additional_users", 3, cents(37, 0)));
        assert_eq!(change(&a, &wish("k", 1), sub.started).await.expect("given back"), Decimal::ZERO);
        assert_eq!((of(&a).await.now.additional_users, of(&a).await.next.additional_users), (3, 1));
        pay(&a, sub.started).await;
        advance(&a, sub.until).await;
        assert_eq!(of(&a).await.now.additional_users, 1);
        assert_eq!(invoices_of(&a).await[0].total, cents(397 + 37, 0));
    });
}

#[test]
fn an_owner_cancels_to_the_periods_end_and_takes_it_back_before_or_after() {
    run(async {
        let a = on("prime").await;
        let (central, sub) = (central().await, of(&a).await);
        pay(&a, sub.started).await;
        assert!(changes::cancel(central, a.route.tenant, By::default()).await.expect("cancelled"));
        assert!(!changes::cancel(central, a.route.tenant, By::default()).await.expect("asked"), "once");
        assert_eq!(advance(&a, sub.until - Duration::seconds(1)).await, State::Active, "it was paid for");
        assert!(changes::keep(central, a.route.tenant, (By::default(), sub.started)).await.expect("kept"));
        assert!(changes::cancel(central, a.route.tenant, By::default()).await.expect("cancelled again"));
        assert_eq!(advance(&a, sub.until).await, State::Cancelled);
        assert_eq!(door(&a).await, "cancelled");
        assert_eq!(invoices_of(&a).await.len(), 1, "nothing more is asked for");
        let now = sub.until + Duration::days(5);
        assert!(changes::keep(central, a.route.tenant, (By::default(), now)).await.expect("comes back"));
        assert_eq!((of(&a).await.state, door(&a).await.as_str()), (State::Active, "active"));
        let all = invoices_of(&a).await;
        assert_eq!((all.len(), all[0].total, of(&a).await.started), (2, cents(247, 0), all[0].period_start));
        let said = actions(&a).await;
        for (action, times) in [("subscription.cancel", 2), ("subscription.keep", 2), ("invoice.issue", 2)] {
            assert_eq!(said.iter().filter(|said| *said == action).count(), times, "{action}: {said:?}");
        }
    });
}

#[test]
fn a_payment_is_taken_once_and_whole() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let (central, now) = (central().await, OffsetDateTime::now_utc());
        let (of_a, of_b) = (invoices_of(&a).await[0].clone(), invoices_of(&b).await[0].clone());
        let reference = format!("pix-{}", of_a.number);
        let payment = Payment { number: of_a.number, amount: of_a.total, via: Via::Manual, reference };
        let receive =
            |payment: Payment| async move { invoices::receive(central, &payment, (By::default(), now)).await };
        let short = receive(Payment { amount: cents(1, 0), ..payment.clone() }).await;
        assert!(matches!(short, Err(PaymentError::Amount(asked)) if asked == of_a.total));
        let nobodys = receive(Payment { number: i64::MAX, ..payment.clone() }).await;
        assert!(matches!(nobodys, Err(PaymentError::NoInvoice)));
        for _ in 0..2 {
            assert_eq!(receive(payment.clone()).await.expect("taken"), a.route.tenant, "told twice, taken once");
        }
        let other = receive(Payment { reference: "another".into(), ..payment.clone() }).await;
        assert!(matches!(other, Err(PaymentError::Paid)));
        let reused = receive(Payment { number: of_b.number, amount: of_b.total, ..payment }).await;
        assert!(matches!(reused, Err(PaymentError::Reference)), "{reused:?}");
        assert_eq!(invoices_of(&b).await[0].paid_at, None);
        assert_eq!(actions(&a).await.iter().filter(|action| *action == "invoice.pay").count(), 1);
    });
}

#[test]
fn time_is_let_pass_for_whom_it_has_changed_something_and_for_nobody_else() {
    run(async {
        let (a, b) = (on("prime").await, on("prime").await);
        let central = central().await;
        let first = invoices_of(&a).await[0].clone();
        // Its period would end before the sixty days do.
        let longer =
            sqlx::query("update tenant_subscriptions set expires_at = now() + interval '1 year' where tenant_id = $1");
        longer.bind(a.route.tenant).execute(&mut root().await).await.expect("set");
        let listed =
            |now, who: TenantId| async move { subscriptions::due(central, now).await.expect("listed").contains(&who) };
        pay(&b, first.issued_at).await;
        let second = Duration::seconds(1);
        // On the eighteenth day nothing turns, and its owners are told what will.
        for (days, state) in [(7, State::PastDue), (18, State::PastDue), (21, State::Suspended), (60, State::Cancelled)]
        {
            let turn = first.due_at + Duration::days(days);
            assert!(!listed(turn - second, a.route.tenant).await, "the day has not come: {days}");
            assert!(listed(turn, a.route.tenant).await, "{days}");
            assert!(!listed(turn, b.route.tenant).await || turn >= of(&b).await.until, "it owes nothing");
            assert_eq!(advance(&a, turn).await, state);
            assert!(!listed(turn, a.route.tenant).await, "once is enough: {days}");
            assert!(!listed(turn + Duration::DAY, a.route.tenant).await, "and the day after: {days}");
        }
        assert!(listed(first.issued_at, a.route.tenant).await, "another state follows from that day");
        let until = of(&b).await.until;
        assert!(
            listed(until, b.route.tenant).await && !listed(until - second, b.route.tenant).await,
            "its period is over"
        );
        // What an operator holds, and what has ended, follow the same rule.
        let held = "update companies set is_held = true where id = $1";
        sqlx::query(held).bind(b.route.tenant).execute(&mut root().await).await.expect("held");
        assert!(listed(first.issued_at, b.route.tenant).await);
        assert_eq!(advance(&b, first.issued_at).await, State::Suspended);
        assert!(!listed(first.issued_at, b.route.tenant).await);
        let ended = "update tenant_subscriptions set ended_at = now() where tenant_id = $1";
        sqlx::query(ended).bind(b.route.tenant).execute(&mut root().await).await.expect("ended");
        assert!(listed(first.issued_at, b.route.tenant).await);
        assert_eq!(advance(&b, first.issued_at).await, State::Cancelled);
        assert!(!listed(first.issued_at, b.route.tenant).await);
    });
}
