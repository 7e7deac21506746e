//! What owners are told by mail: that their agency will be closed, was closed, is open again. Each once, in the language of each.

use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::changes;
use tenancy::central::companies::{self, By};
use tenancy::central::invoices::{self, Payment, Via};
use tenancy::central::operations::NewTenant;
use tenancy::central::{overdue, subscriptions};
use tenancy::testing::{Agency, PASSWORD, new_tenant, run, superuser};
use time::{Duration, OffsetDateTime};

use crate::harness::{House, house};

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// The mails of this kind to somebody who is told something; those that the worker still has to write are written first.
pub async fn told(house: &House, kind: &str, to: &str) -> Vec<String> {
    for _ in 0..200 {
        server::worker::notices::write_all(&house.state.house).await.expect("written");
        let mails = house.mails(kind, to).await;
        if !mails.is_empty() {
            return mails;
        }
        // Another test's worker is at it.
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{to} hears nothing of {kind}");
}

/// That nothing waits for an agency's owners, and how many mails of a kind went to somebody.
async fn count(house: &House, agency: &Agency, (kind, to): (&str, &str)) -> usize {
    for _ in 0..200 {
        server::worker::notices::write_all(&house.state.house).await.expect("written");
        let waiting = "select count(*) from owner_notices where tenant_id = $1 and written_at is null";
        let waiting = sqlx::query_scalar::<_, i64>(waiting).bind(agency.route.tenant);
        if waiting.fetch_one(&mut central().await).await.expect("counted") == 0 {
            return house.mails(kind, to).await.len();
        }
    }
    panic!("a notice of {} is not written", agency.route.slug);
}

async fn on_prime(house: &House) -> Agency {
    house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await
}

/// Somebody else who owns the agency, and reads English.
async fn second_owner(house: &House, agency: &Agency) -> String {
    let (manager, mut owner) = (house.add_member(agency, "manager").await.to_string(), house.owner(agency).await);
    let handed = [("id", manager.as_str()), ("password", PASSWORD), ("stays", "true")];
    assert_eq!(owner.call("team/hand_over", &handed).await.status, http::StatusCode::OK);
    let email = format!("manager@{}.example", agency.route.slug);
    let english = sqlx::query("update people set locale = 'en' where email = $1").bind(&email);
    english.execute(&mut central().await).await.expect("set");
    email
}

/// Lets time pass for an agency as the worker does: where it is listed, and there alone. Says whether it was.
async fn tick(house: &House, agency: &Agency, now: OffsetDateTime) -> bool {
    let (central, tenant) = (&house.state.house.central, agency.route.tenant);
    let is_due = subscriptions::due(central, now).await.expect("listed").contains(&tenant);
    if is_due {
        subscriptions::advance(central, tenant, now).await.expect("passes");
    }
    is_due
}

/// Lets time pass for an agency until so long after its first invoice was due, and a second more than that.
async fn pass(house: &House, agency: &Agency, over: Duration) -> OffsetDateTime {
    let due = sqlx::query_scalar::<_, OffsetDateTime>("select min(due_at) from invoices where tenant_id = $1");
    let due = due.bind(agency.route.tenant).fetch_one(&mut central().await).await.expect("an invoice");
    for seconds in 0..2 {
        tick(house, agency, due + over + Duration::seconds(seconds)).await;
    }
    due
}

#[test]
fn owners_hear_three_days_before_they_are_closed_and_when_they_are_each_once_in_their_language() {
    run(async {
        let house = house().await;
        let (a, b) = (on_prime(house).await, on_prime(house).await);
        let english = second_owner(house, &a).await;
        house.add_member(&a, "finance").await;
        let books = format!("finance@{}.example", a.route.slug);
        pass(house, &a, Duration::days(17)).await;
        pass(house, &a, Duration::days(18) - Duration::seconds(2)).await;
        assert_eq!(count(house, &a, ("owner.closes_soon", &a.email)).await, 0, "not before");
        let due = pass(house, &a, Duration::days(18)).await;
        let day = app::values::day::format_day(due + Duration::days(21), app::words::Lang::Pt);
        let mails = told(house, "owner.closes_soon", &a.email).await;
        assert!(mails.len() == 1 && mails[0].contains(&day) && mails[0].contains(&a.route.name), "{day}: {mails:?}");
        assert!(mails[0].contains("http://localhost:3000/app/settings/plan"), "{mails:?}");
        assert!(mails[0].contains("Como pagar: combine com quem"), "{mails:?}");
        let other = told(house, "owner.closes_soon", &english).await;
        assert!(other.len() == 1 && other[0].contains("will be suspended on"), "{other:?}");
        for days in [19, 20] {
            assert!(!tick(house, &a, due + Duration::days(days)).await, "nothing is left to do on day {days}");
        }
        assert_eq!(count(house, &a, ("owner.closes_soon", &a.email)).await, 1, "of one debt they hear once");
        assert_eq!(count(house, &a, ("owner.closed", &a.email)).await, 0);
        pass(house, &a, Duration::days(21)).await;
        let closed = told(house, "owner.closed", &a.email).await;
        assert!(closed.len() == 1 && closed[0].contains("vencida há 21 dias"), "{closed:?}");
        assert!(told(house, "owner.closed", &english).await[0].contains("21 days over"));
        pay(house, &a).await;
        let opened = told(house, "owner.opened", &a.email).await;
        assert!(opened.len() == 1 && opened[0].contains("está aberta de novo"), "{opened:?}");
        assert!(!opened[0].contains("Como pagar"), "nothing is owed any more: {opened:?}");
        for kind in ["owner.closes_soon", "owner.closed", "owner.opened"] {
            assert_eq!(count(house, &a, (kind, &a.email)).await, 1, "{kind}: once");
            assert_eq!(count(house, &a, (kind, &books)).await, 0, "{kind}: to owners alone");
            assert_eq!(count(house, &b, (kind, &b.email)).await, 0, "{kind}: the other agency owes nothing");
        }
    });
}

async fn pay(house: &House, agency: &Agency) {
    let central = &house.state.house.central;
    for invoice in invoices::list(central, agency.route.tenant, 100).await.expect("listed") {
        let reference = format!("notices-{}", invoice.number);
        let payment = Payment { number: invoice.number, amount: invoice.total, via: Via::Manual, reference };
        if invoice.paid_at.is_none() {
            let told = (By::default(), OffsetDateTime::now_utc());
            invoices::receive(central, &payment, told).await.expect("taken");
        }
    }
}

#[test]
fn who_pays_in_time_is_warned_of_the_next_debt_anew() {
    run(async {
        let house = house().await;
        let a = on_prime(house).await;
        let due = pass(house, &a, Duration::days(18)).await;
        assert_eq!(told(house, "owner.closes_soon", &a.email).await.len(), 1);
        pay(house, &a).await;
        // The next month's invoice is left lying, too.
        let central = &house.state.house.central;
        let until = subscriptions::find(central, a.route.tenant).await.expect("there").until;
        for days in [0, 24, 25, 26] {
            let now = until.max(due + Duration::days(18)) + Duration::days(days);
            tick(house, &a, now).await;
        }
        assert_eq!(count(house, &a, ("owner.closes_soon", &a.email)).await, 2);
    });
}

#[test]
fn an_agency_that_ends_for_its_debt_hears_that_it_has() {
    run(async {
        let house = house().await;
        let a = on_prime(house).await;
        pass(house, &a, Duration::days(21)).await;
        pass(house, &a, Duration::days(60)).await;
        let ended = told(house, "owner.ended", &a.email).await;
        assert!(ended.len() == 1 && ended[0].contains("vencida há 60 dias"), "{ended:?}");
        assert!(ended[0].contains("a plataforma entrega uma cópia dos dados"), "{ended:?}");
    });
}

#[test]
fn who_is_closed_by_an_operator_is_told_and_told_again_when_it_is_over() {
    run(async {
        let house = house().await;
        let (a, b) = (on_prime(house).await, on_prime(house).await);
        let mut operator = house.operator().await;
        let slug = a.route.slug.as_str();
        let answer = operator.call("platform/suspend", &[("slug", slug), ("reason", "verificação interna")]).await;
        assert_eq!(answer.status, http::StatusCode::OK, "{}", answer.text());
        let closed = told(house, "owner.closed", &a.email).await;
        assert!(closed.len() == 1 && closed[0].contains("A plataforma suspendeu o acesso"), "{closed:?}");
        // Nobody reads what is answered to it.
        assert!(closed[0].contains("pergunte a quem atende") && !closed[0].contains("responda a"), "{closed:?}");
        assert!(!closed[0].contains("verificação interna"), "why is the platform's to say");
        assert!(
            !companies::suspend(&house.state.house.central, a.route.tenant, "x", By::default()).await.expect("asked")
        );
        assert_eq!(operator.call("platform/resume", &[("slug", slug)]).await.status, http::StatusCode::OK);
        assert_eq!(told(house, "owner.opened", &a.email).await.len(), 1);
        assert_eq!(count(house, &a, ("owner.closed", &a.email)).await, 1, "once");
        assert_eq!(count(house, &b, ("owner.closed", &b.email)).await, 0);
    });
}

/// The day on which an agency's database goes, as its owners read it.
async fn goes_on(agency: &Agency, lang: app::words::Lang) -> String {
    let data = "select data from tenant_operations where tenant_id = $1 and kind = 'delete'";
    let data = sqlx::query_scalar(data).bind(agency.route.tenant).fetch_one(&mut central().await).await.expect("asked");
    let on = tenancy::provision::leave::drop_after(&data).expect("a day");
    app::values::day::format_day(on, lang)
}

/// Those who were told that their data go hear it when that is not so any more.
async fn are_told_when_it_stays(house: &House, (a, b): (&Agency, &Agency), english: &str) {
    let owed = "update invoices set due_at = now() - interval '90 days' where tenant_id = $1";
    sqlx::query(owed).bind(a.route.tenant).execute(&mut central().await).await.expect("owed");
    let provisioner = tenancy::testing::bed().await.deployment.provisioner();
    for agency in [a, b] {
        assert!(provisioner.call_off(agency.route.tenant, By::default()).await.expect("called off"));
    }
    let until = "select to_timestamp((news->'stays'->>'until')::bigint) from owner_notices
                 where tenant_id = $1 and news ? 'stays'";
    let until = sqlx::query_scalar::<_, OffsetDateTime>(until).bind(a.route.tenant);
    let until = until.fetch_one(&mut central().await).await.expect("left");
    assert!((until - OffsetDateTime::now_utc()).whole_days() >= 29, "the whole time again: {until}");
    let day = app::values::day::format_day(until, app::words::Lang::Pt);
    let kept = told(house, "owner.stays", &a.email).await;
    assert!(kept.len() == 1 && kept[0].contains("não serão apagados"), "{kept:?}");
    for part in [day.as_str(), "Como pagar: combine com quem", "/app/settings/plan"] {
        assert!(kept[0].contains(part), "{part}: {kept:?}");
    }
    let other = told(house, "owner.stays", english).await;
    assert!(other.len() == 1 && other[0].contains("will not be deleted on the day that we named"), "{other:?}");
    let wished = told(house, "owner.stays", &b.email).await;
    assert!(wished.len() == 1 && wished[0].contains("pode voltar"), "{wished:?}");
    assert!(!wished[0].contains("Como pagar"), "{wished:?}");
    for (agency, to) in [(a, &a.email), (b, &b.email)] {
        assert_eq!(count(house, agency, ("owner.ended", to)).await, 1, "it ended once");
    }
}

#[test]
fn owners_hear_once_on_which_day_their_data_go_and_what_keeps_them() {
    run(async {
        let house = house().await;
        let (a, b) = (on_prime(house).await, on_prime(house).await);
        let english = second_owner(house, &a).await;
        house.add_member(&a, "finance").await;
        let books = format!("finance@{}.example", a.route.slug);
        let central = &house.state.house.central;
        // One for its debt, the other as its owner wished.
        let due = pass(house, &a, Duration::days(60)).await;
        pay(house, &b).await;
        assert!(changes::cancel(central, b.route.tenant, By::default()).await.expect("cancelled"));
        let until = subscriptions::find(central, b.route.tenant).await.expect("there").until;
        for seconds in 0..2 {
            tick(house, &b, until + Duration::seconds(seconds)).await;
        }
        let since = [(&a, due + Duration::days(60)), (&b, until)];
        for (agency, since) in since {
            let early = overdue::ask(central, agency.route.tenant, since + Duration::days(29)).await;
            assert_eq!(early.expect("asked"), None);
            assert_eq!(count(house, agency, ("owner.goes_soon", &agency.email)).await, 0, "not before");
            for days in [31, 32] {
                let asked = overdue::ask(central, agency.route.tenant, since + Duration::days(days)).await;
                assert_eq!(asked.expect("asked").is_some(), days == 31, "once");
            }
        }
        let day = goes_on(&a, app::words::Lang::Pt).await;
        let mails = told(house, "owner.goes_soon", &a.email).await;
        assert!(
            mails.len() == 1 && mails[0].contains(&format!("Em {day} o banco de dados e as fotos")),
            "{day}: {mails:?}"
        );
        for part in
            [&*a.route.name, "por uma fatura que não foi paga", "Como pagar: combine com quem", "o acesso volta"]
        {
            assert!(mails[0].contains(part), "{part}: {mails:?}");
        }
        assert!(!mails[0].contains("/app/settings/plan"), "a page that nobody reaches: {mails:?}");
        let other = told(house, "owner.goes_soon", &english).await;
        let day = goes_on(&a, app::words::Lang::En).await;
        assert!(other.len() == 1 && other[0].contains(&format!("On {day} its database")), "{day}: {other:?}");
        let wished = told(house, "owner.goes_soon", &b.email).await;
        assert!(wished.len() == 1 && wished[0].contains("como foi pedido"), "{wished:?}");
        assert!(wished[0].contains("uma cópia dos dados") && !wished[0].contains("Como pagar"), "{wished:?}");
        for (agency, to) in [(&a, &a.email), (&a, &english), (&b, &b.email)] {
            assert_eq!(count(house, agency, ("owner.goes_soon", to)).await, 1, "once");
        }
        assert_eq!(count(house, &a, ("owner.goes_soon", &books)).await, 0, "owners alone");
        are_told_when_it_stays(house, (&a, &b), &english).await;
    });
}
