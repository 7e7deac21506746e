//! What agencies owe, as operators see it and record that it was paid. Cases 59 and 60.

use http::StatusCode;
use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::companies::{self, By};
use tenancy::central::{departures, invoices, subscriptions, usage};
use tenancy::testing::{Agency, run, superuser};
use time::OffsetDateTime;

use crate::harness::{Answer, Caller, House, house};

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// Lets the agency's invoices be over for so many days, and time pass.
async fn owe(house: &House, agency: &Agency, days: i32) {
    let over = "update invoices set due_at = now() - $2 * interval '1 day' where tenant_id = $1 and status = 'open'";
    sqlx::query(over).bind(agency.route.tenant).bind(days).execute(&mut central().await).await.expect("over");
    pass(house, agency).await;
}

async fn pass(house: &House, agency: &Agency) {
    let house = &house.state.house;
    subscriptions::advance(&house.central, agency.route.tenant, OffsetDateTime::now_utc()).await.expect("passes");
    house.routes.reload().await.expect("read");
}

/// The number of an agency's first invoice.
async fn number(house: &House, agency: &Agency) -> String {
    let all = invoices::list(&house.state.house.central, agency.route.tenant, 10).await.expect("listed");
    all.last().expect("asked for when it was made").number.to_string()
}

/// States of agency and subscription, and how many of its invoices are paid.
async fn states(agency: &Agency) -> (String, String, i64) {
    let states =
        "select c.status, s.status, (select count(*) from invoices i where i.tenant_id = c.id and i.status = 'paid')
        from companies c join tenant_subscriptions s on s.tenant_id = c.id where c.id = $1";
    sqlx::query_as(states).bind(agency.route.tenant).fetch_one(&mut central().await).await.expect("it is there")
}

/// Who recorded payments of an agency, and under which reference.
async fn payments(agency: &Agency) -> Vec<(String, String)> {
    let lines =
        "select p.email::text, l.changes ->> 'reference' from tenant_audit_log l join people p on p.id = l.user_id
        where l.tenant_id = $1 and l.action = 'invoice.pay' order by l.seq";
    sqlx::query_as(lines).bind(agency.route.tenant).fetch_all(&mut central().await).await.expect("read")
}

/// The page as a person reads it.
fn read(answer: &Answer) -> String {
    answer.text().replace('\u{a0}', " ")
}

async fn sheet(operator: &mut Caller, agency: &Agency) -> String {
    read(&operator.get(&format!("/platform/tenants/{}", agency.route.slug)).await)
}

#[test]
fn what_debt_has_closed_says_what_it_owes_and_a_recorded_payment_opens_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        for agency in [&a, &b] {
            owe(house, agency, 22).await;
        }
        let mut operator = house.operator().await;
        let (slug, path) = (a.route.slug.as_str(), format!("/platform/tenants/{}", a.route.slug));
        let (of_a, of_b) = (number(house, &a).await, number(house, &b).await);
        assert_eq!(states(&a).await, ("suspended".into(), "suspended".into(), 0));
        let page = sheet(&mut operator, &a).await;
        let owes = format!("Deve a fatura {of_a}, de R$ ");
        for part in
            [owes.as_str(), "O acesso volta quando o pagamento for registrado.", "Registrar pagamento", "vencida"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        for part in ["/fn/platform/resume", "O período pago vai até", &format!("Fatura {of_b} ")] {
            assert!(!page.contains(part), "{part}: {page}");
        }
        assert!(page.contains("O período, ainda não pago, vai até"), "{page}");
        assert_eq!(operator.call("platform/resume", &[("slug", slug)]).await.status, StatusCode::NOT_FOUND);
        // A number is one over all agencies: that of another is none of this one's.
        for wrong in [of_b.as_str(), "0", "x", "99999999"] {
            let form = [("slug", slug), ("invoice", wrong), ("reference", "pix do outro")];
            let refused = operator.post("platform/pay_invoice", &path, &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.text().contains("value=\"pix do outro\""), "what was typed stands there");
        }
        for (reference, why) in [(" ", "Preencha este campo."), (&*"x".repeat(201), "no máximo 200")] {
            let form = [("slug", slug), ("invoice", of_a.as_str()), ("reference", reference)];
            let refused = operator.post("platform/pay_invoice", &path, &form).await;
            assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains(why), "{why}");
        }
        assert_eq!((states(&a).await.2, states(&b).await.2), (0, 0));
        let reference = format!("pix {of_a}");
        let form = [("slug", slug), ("invoice", of_a.as_str()), ("reference", reference.as_str())];
        let done = operator.post("platform/pay_invoice", &path, &form).await;
        assert!(done.header("location").ends_with(&path), "{}", done.text());
        assert_eq!(states(&a).await, ("active".into(), "active".into(), 1));
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::OK);
        let paid = payments(&a).await;
        assert!(paid.len() == 1 && paid[0].0.starts_with("op-") && paid[0].1 == reference, "{paid:?}");
        let page = sheet(&mut operator, &a).await;
        assert!(page.contains("paga em") && page.contains("O período pago vai até"), "{page}");
        assert!(
            !page.contains("/fn/platform/pay_invoice") && page.contains("registrou o pagamento de uma fatura"),
            "{page}"
        );
        assert_eq!(states(&b).await, ("suspended".into(), "suspended".into(), 0), "nobody else's");
        assert_eq!(house.visitor(&b).get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    });
}

#[test]
fn a_payment_that_comes_while_the_data_are_being_deleted_is_refused_with_the_reason() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        for agency in [&a, &b] {
            owe(house, agency, 60).await;
        }
        let id = departures::ask(&house.state.house.central, a.route.tenant, (3, false), (None, By::default())).await;
        let settled =
            "update tenant_operations set data = data || '{\"is_overdue\": true, \"is_settled\": true}' where id = $1";
        let settled = sqlx::query(settled).bind(id.expect("asked"));
        settled.execute(&mut central().await).await.expect("settled");
        for (agency, is_taken) in [(&a, false), (&b, true)] {
            let (slug, path) = (agency.route.slug.as_str(), format!("/platform/tenants/{}", agency.route.slug));
            let (number, reference) = (number(house, agency).await, format!("tarde {slug}"));
            let form = [("slug", slug), ("invoice", number.as_str()), ("reference", reference.as_str())];
            let answer = operator.post("platform/pay_invoice", &path, &form).await;
            let says = answer.text().contains("um pagamento já não os mantém");
            assert_eq!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && says, !is_taken, "{}", answer.text());
            assert_eq!(states(agency).await.2, i64::from(is_taken));
        }
    });
}

#[test]
fn a_payment_is_taken_once_whoever_records_it_again() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut one, mut other) = (house.operator().await, house.operator().await);
        let (of_a, of_b) = (number(house, &a).await, number(house, &b).await);
        let reference = format!("pix {of_a}");
        let form = [("slug", a.route.slug.as_str()), ("invoice", of_a.as_str()), ("reference", reference.as_str())];
        // Two at once, from the same statement.
        let (first, second) =
            tokio::join!(one.call("platform/pay_invoice", &form), other.call("platform/pay_invoice", &form));
        assert_eq!(
            (first.status, second.status),
            (StatusCode::OK, StatusCode::OK),
            "{} {}",
            first.text(),
            second.text()
        );
        assert_eq!(one.call("platform/pay_invoice", &form).await.status, StatusCode::OK, "told again");
        assert_eq!((states(&a).await.2, payments(&a).await.len()), (1, 1), "it is one payment");
        // From a page that is older than the payment.
        let late = [("slug", a.route.slug.as_str()), ("invoice", of_a.as_str()), ("reference", "outro pix")];
        assert_eq!(other.call("platform/pay_invoice", &late).await.status, StatusCode::CONFLICT);
        let path = format!("/platform/tenants/{}", a.route.slug);
        let told = other.post("platform/pay_invoice", &path, &late).await;
        assert!(told.status == StatusCode::CONFLICT && told.text().contains("paga em"), "{}", told.text());
        // What has paid one invoice pays no other.
        let twice = [("slug", b.route.slug.as_str()), ("invoice", of_b.as_str()), ("reference", reference.as_str())];
        let path = format!("/platform/tenants/{}", b.route.slug);
        let refused = one.post("platform/pay_invoice", &path, &twice).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Já está em uso."), "{}", refused.text());
        assert_eq!((states(&b).await.2, payments(&a).await.len(), payments(&b).await.len()), (0, 1, 0));
    });
}

#[test]
fn who_is_held_can_be_resumed_whatever_else_closes_them() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let central = &house.state.house.central;
        for agency in [&a, &b] {
            assert!(
                companies::suspend(central, agency.route.tenant, "denúncia 12", By::default()).await.expect("held")
            );
        }
        assert!(companies::cancel(central, a.route.tenant, "a pedido", By::default()).await.expect("ended"));
        owe(house, &b, 22).await;
        for (agency, also, after) in [(&a, "A assinatura terminou em", "cancelled"), (&b, "Deve a fatura", "suspended")]
        {
            let page = sheet(&mut operator, agency).await;
            assert!(page.contains("/fn/platform/resume") && page.contains("Um operador fechou o acesso"), "{page}");
            assert!(page.contains(also) && page.contains("denúncia 12"), "{page}");
            let done = operator.call("platform/resume", &[("slug", &agency.route.slug)]).await;
            assert_eq!(done.status, StatusCode::OK, "{}", done.text());
            let page = sheet(&mut operator, agency).await;
            assert!(!page.contains("/fn/platform/resume") && !page.contains("Um operador fechou"), "{page}");
            assert!(page.contains(also), "what is left is still said: {page}");
            assert_eq!(states(agency).await.0, after);
        }
    });
}

#[test]
fn who_is_in_arrears_is_found_in_the_list_and_says_when_it_closes() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        owe(house, &a, 8).await;
        usage::record_day(&house.state.house.central, a.route.tenant, OffsetDateTime::now_utc().date())
            .await
            .expect("a day");
        let mut operator = house.operator().await;
        let mut found = async |agency: &Agency, state: &str| {
            let asked = [("q", agency.route.slug.as_str()), ("subscription", state)];
            operator.call("platform/tenants", &asked).await.json()["rows"].clone()
        };
        let rows = found(&a, "past_due").await;
        assert_eq!((&rows[0]["subscription"], &rows[0]["status"]), (&"past_due".into(), &"active".into()), "{rows}");
        assert_eq!(found(&b, "past_due").await, serde_json::json!([]));
        assert_eq!(found(&b, "active").await[0]["subscription"], "active");
        let list = operator.get(&format!("/platform/tenants?subscription=past_due&q={}", a.route.slug)).await.text();
        assert!(list.contains("em atraso") && list.contains("<option value=\"past_due\" selected"), "{list}");
        let page = sheet(&mut operator, &a).await;
        assert!(page.contains("Sem pagamento, o acesso é suspenso em") && page.contains("em atraso"), "{page}");
        assert!(page.contains("Uso por dia") && page.contains("<!>1 de "), "{page}");
        assert!(sheet(&mut operator, &b).await.contains("Nenhum dia registrado ainda."));
    });
}
