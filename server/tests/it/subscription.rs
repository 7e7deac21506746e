//! The plan's page: what an owner sees of the subscription and changes of it, with and without WASM. Cases 59 and 60, AZ-09.

use http::{Method, StatusCode};
use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::companies::By;
use tenancy::central::invoices::{self, Payment, Via};
use tenancy::central::operations::NewTenant;
use tenancy::central::{audit, changes, subscriptions, usage};
use tenancy::testing::{Agency, bed, new_tenant, run, superuser};
use time::{Duration, OffsetDateTime};

use app::access::{Audience, ROWS, Role};
use app::billing::features::Feature;
use app::state::Settings;
use app::values::day::format_day;
use app::words::Lang;
use server::worker::subscriptions::{let_go, write_day};

use crate::harness::{Answer, Caller, House, a_property, house, open_as, register, root, settings};

const PAGE: &str = "/app/settings/plan";

async fn on(house: &House, plan: &str) -> Agency {
    house.agency_of(NewTenant { plan: plan.into(), ..new_tenant() }).await
}

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// As the worker does it.
async fn tell(agency: &Agency) {
    bed().await.deployment.provisioner().push_limits(agency.route.tenant).await.expect("told");
}

/// Lets the agency's invoices be over for so many days, and time pass.
async fn owe(house: &House, agency: &Agency, days: i32) {
    let over = "update invoices set due_at = now() - $2 * interval '1 day' where tenant_id = $1 and status = 'open'";
    sqlx::query(over).bind(agency.route.tenant).bind(days).execute(&mut central().await).await.expect("over");
    let house = &house.state.house;
    subscriptions::advance(&house.central, agency.route.tenant, OffsetDateTime::now_utc()).await.expect("passes");
    house.routes.reload().await.expect("read");
}

pub(super) async fn pay(house: &House, agency: &Agency) {
    let central = &house.state.house.central;
    for invoice in invoices::list(central, agency.route.tenant, 100).await.expect("listed") {
        let reference = format!("surface-{}", invoice.number);
        let payment = Payment { number: invoice.number, amount: invoice.total, via: Via::Manual, reference };
        let told = (By::default(), OffsetDateTime::now_utc());
        if invoice.paid_at.is_none() {
            invoices::receive(central, &payment, told).await.expect("taken");
        }
    }
    house.state.house.routes.reload().await.expect("read");
}

/// The page as a person reads it.
fn read(answer: &Answer) -> String {
    answer.text().replace('\u{a0}', " ")
}

/// The values of a page's hidden inputs in the form that is sent there.
fn form(page: &str, to: &str) -> Vec<(String, String)> {
    let form = page.split(&format!("action=\"{to}\"")).nth(1).unwrap_or_else(|| panic!("no form to {to}: {page}"));
    let form = form.split("</form>").next().unwrap_or_default();
    let value =
        |input: &str, name: &str| input.split(&format!("{name}=\"")).nth(1)?.split('"').next().map(str::to_owned);
    let inputs = form.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    inputs.filter_map(|input| Some((value(input, "name")?, value(input, "value")?))).collect()
}

/// Agrees to what the page offers, as a browser without WASM does.
async fn agree(owner: &mut Caller, address: &str) -> Answer {
    let page = owner.get(address).await.text();
    let fields = form(&page, "/fn/billing/change");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    owner.post("billing/change", address, &fields).await
}

async fn refused_place(owner: &mut Caller) -> serde_json::Value {
    let id = uuid::Uuid::now_v7().to_string();
    let answer = owner.call("properties/create", &a_property(&id, "Mais uma")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    answer.json()["data"].clone()
}

#[test]
fn who_has_reached_the_limit_upgrades_on_the_page_that_the_refusal_names() {
    run(async {
        let house = house().await;
        let (a, b) = (on(house, "prime").await, on(house, "prime").await);
        let mut owner = house.owner(&a).await;
        sqlx::query("update plan_limits set max_value = 1 where resource = 'properties'")
            .execute(&mut root(&a).await)
            .await
            .expect("a small plan");
        register(&mut owner, "A única").await;
        let refused = refused_place(&mut owner).await;
        assert_eq!((&refused["current"], &refused["max"], &refused["upgrade"]), (&1.into(), &1.into(), &PAGE.into()));
        // Looked at before it is agreed to: the address alone changes nothing.
        let address = format!("{PAGE}?plan=k&period=monthly&additional_users=0");
        let page = read(&owner.get(&address).await);
        assert!(page.contains("Agora: R$ 150, a diferença por "), "the period has just begun: {page}");
        assert!(page.contains("plano K, R$ 397 por mês"), "{page}");
        assert!(owner.get(PAGE).await.text().contains("Plano Prime"));
        let answer = agree(&mut owner, &address).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        let page = read(&owner.get(answer.header("location")).await);
        assert!(page.contains("Salvo."), "and is told so: {page}");
        assert!(page.contains("<h1>Plano K<") && !page.contains("/fn/billing/change"), "nothing is left to agree to");
        assert!(page.contains("Mudança para o plano K") && page.contains("Taxa de ativação"), "{page}");
        assert!(page.contains("1 de 500"), "what was bought, before the agency's database has heard of it: {page}");
        tell(&a).await;
        register(&mut owner, "A segunda").await;
        assert!(owner.get(PAGE).await.text().contains("2 de 500"));
        // Sent again, it is the same change.
        assert_eq!(invoices::list(&house.state.house.central, a.route.tenant, 10).await.expect("listed").len(), 2);
        let mut other = house.owner(&b).await;
        assert!(other.get(PAGE).await.text().contains("<h1>Plano Prime<"), "the other agency's stays");
        let lines = audit::list(&house.state.house.central, a.route.tenant, 10).await.expect("listed");
        let line = lines.iter().find(|line| line.action == "subscription.change").expect("in the log");
        assert_eq!(line.user, Some(a.owner.as_uuid()), "with whose change it was");
    });
}

#[test]
fn what_is_agreed_to_is_what_was_shown() {
    run(async {
        let house = house().await;
        let a = on(house, "prime").await;
        let mut owner = house.owner(&a).await;
        let wish = [("plan", "k"), ("period", "monthly"), ("additional_users", "0")];
        let with = |more: (&'static str, &'static str)| {
            let kept = wish.iter().filter(move |(name, _)| *name != more.0);
            kept.chain([&more]).copied().collect::<Vec<_>>()
        };
        for (fields, field, problem) in [
            (with(("agreed", "1.00")), "agreed", "price_changed"),
            (with(("agreed", "")), "agreed", "required"),
            (wish.to_vec(), "agreed", "required"),
            ([with(("plan", "k9")), vec![("agreed", "0.00")]].concat(), "plan", "not_a_choice"),
            (with(("period", "weekly")), "period", "not_a_choice"),
            (with(("additional_users", "dois")), "additional_users", "not_a_number"),
        ] {
            let answer = owner.call("billing/change", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}: {}", answer.text());
            assert_eq!(answer.json()["data"][0], serde_json::json!([field, problem]), "{fields:?}");
        }
        // Without WASM the page says so, and still offers what it costs.
        let address = format!("{PAGE}?plan=k&period=monthly&additional_users=0");
        let answer = owner.post("billing/change", &address, &with(("agreed", "1.00"))).await;
        let back = answer.header("location").to_owned();
        let back = back.split_once("localhost:3000").expect("ours").1;
        let page = read(&owner.get(back).await);
        assert!(page.contains("O valor mudou: confira o novo e confirme."), "{page}");
        assert!(page.contains("Agora: R$ 150"), "{page}");
        // What is wrong in the address is said beside its field.
        let page = read(&owner.get(&format!("{PAGE}?plan=k&period=monthly&additional_users=600")).await);
        assert!(page.contains("Use um valor entre 0 e 500.") && !page.contains("/fn/billing/change"), "{page}");
        assert!(page.contains("value=\"600\""), "and what was typed stands there");
        assert!(owner.get(PAGE).await.text().contains("<h1>Plano Prime<"), "nothing has changed");
    });
}

#[test]
fn below_what_is_used_nothing_is_hidden_and_nothing_new_comes_in() {
    run(async {
        let house = house().await;
        let a = on(house, "k").await;
        let mut owner = house.owner(&a).await;
        let first = register(&mut owner, "Casa que fica").await;
        register(&mut owner, "Outra que fica").await;
        // A plan of one property, which nobody else is sold.
        let small = small_plan("prime", Some(1), &[]).await;
        let page = read(&owner.get(&format!("{PAGE}?plan=prime")).await);
        assert!(page.contains("Vale a partir de"), "{page}");
        agree(&mut owner, &format!("{PAGE}?plan=prime")).await;
        let waits = "update tenant_subscriptions set next_version_id = $2 where tenant_id = $1";
        sqlx::query(waits).bind(a.route.tenant).bind(small).execute(&mut central().await).await.expect("set");
        let page = read(&owner.get(&format!("{PAGE}?plan=prime")).await);
        assert!(page.contains("<h1>Plano K<"), "until the period ends it is what was paid for");
        pay(house, &a).await;
        let until = subscriptions::find(&house.state.house.central, a.route.tenant).await.expect("there").until;
        subscriptions::advance(&house.state.house.central, a.route.tenant, until).await.expect("passes");
        house.state.house.routes.reload().await.expect("read");
        tell(&a).await;
        assert!(owner.get(PAGE).await.text().contains("<h1>Plano Prime<"));
        let refused = refused_place(&mut owner).await;
        assert_eq!((&refused["current"], &refused["max"]), (&2.into(), &1.into()), "with the figures");
        let list = owner.call("properties/list", &[]).await.text();
        assert!(list.contains("Casa que fica") && list.contains("Outra que fica"), "nothing is hidden");
        let edited = owner
            .call("properties/update", &[&a_property(&first, "Casa mudada")[..], &[("version", "1")]].concat())
            .await;
        assert_eq!(edited.status, StatusCode::OK, "what is there may be changed: {}", edited.text());
        assert!(owner.get(PAGE).await.text().contains("2 de 1"));
    });
}

/// A version of a plan that nobody is sold. Gives its key.
async fn small_plan(plan: &str, properties: Option<i32>, without: &[Feature]) -> uuid::Uuid {
    let id = uuid::Uuid::now_v7();
    let mut features = serde_json::Map::new();
    for feature in Feature::ALL {
        features.insert(feature.as_str().into(), (!without.contains(&feature)).into());
    }
    let make = "insert into subscription_plan_versions
            (id, plan_id, number, price_monthly, price_yearly, max_users, max_properties, additional_user_price, features, valid_from)
        select $1, p.id, (select max(number) + 1 from subscription_plan_versions v where v.plan_id = p.id), 10, 120, 2, $3, 5, $4,
               now() + interval '900 days'
        from subscription_plans p where p.name = $2";
    let mut central = central().await;
    sqlx::query("select pg_advisory_lock(7)").execute(&mut central).await.expect("one at a time");
    let make = sqlx::query(make).bind(id).bind(plan).bind(properties).bind(serde_json::Value::from(features));
    make.execute(&mut central).await.expect("made");
    id
}

#[test]
fn what_would_be_too_much_is_said_before_it_is_agreed_to() {
    run(async {
        let house = house().await;
        let a = on(house, "k").await;
        let mut owner = house.owner(&a).await;
        for role in ["manager", "broker"] {
            house.member(&a, role).await;
        }
        let page = read(&owner.get(&format!("{PAGE}?plan=prime")).await);
        assert!(
            page.contains("Há 3 usuários e caberão 2: nada some, mas não entram outros até haver lugar."),
            "{page}"
        );
        let page = read(&owner.get(&format!("{PAGE}?plan=prime&additional_users=1")).await);
        assert!(!page.contains("caberão"), "{page}");
    });
}

#[test]
fn a_debt_is_told_to_the_owner_closes_the_agency_and_a_payment_opens_it() {
    run(async {
        let house = house().await;
        let (a, b) = (on(house, "prime").await, on(house, "prime").await);
        let (mut owner, mut manager) = (house.owner(&a).await, house.member(&a, "manager").await);
        let mut finance = house.member(&a, "finance").await;
        let banner = "Há uma fatura vencida. Pague para que o acesso não seja suspenso.";
        assert!(!owner.get("/app").await.text().contains(banner));
        owe(house, &a, 8).await;
        assert!(owner.get("/app").await.text().contains(banner), "on every page");
        assert!(!manager.get("/app").await.text().contains(banner), "it is the owner's to see to");
        register(&mut owner, "Tudo funciona").await;
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::OK);
        owe(house, &a, 22).await;
        let site = house.visitor(&a).get("/").await;
        assert_eq!((site.status, site.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "3600"));
        assert_eq!(owner.get("/app").await.header("location"), PAGE);
        let page = owner.get(PAGE).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = read(&page);
        assert!(page.contains("O acesso está suspenso: há uma fatura vencida desde"), "{page}");
        assert!(page.contains("R$ 444") && page.contains("vencida"), "with the invoice: {page}");
        assert!(!page.contains("/fn/billing/change"), "what is owed comes first");
        let wish = [("plan", "k"), ("period", "monthly"), ("additional_users", "0"), ("agreed", "150.00")];
        assert_eq!(owner.call("billing/change", &wish).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(read(&finance.get(PAGE).await).contains("R$ 444"), "who keeps the books sees it too");
        assert_eq!(manager.get("/app").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(house.visitor(&b).get("/").await.status, StatusCode::OK, "the other agency does not notice");
        pay(house, &a).await;
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::OK);
        assert!(!owner.get("/app").await.text().contains(banner));
        assert!(read(&owner.get(PAGE).await).contains("paga em"));
    });
}

#[test]
fn invoices_are_the_owners_and_the_books_and_no_one_elses() {
    run(async {
        let house = house().await;
        let a = on(house, "k").await;
        for role in Role::ALL {
            let mut member = match role {
                Role::Owner => house.owner(&a).await,
                _ => house.member(&a, role.as_str()).await,
            };
            let answer = member.call("billing/use", &[]).await;
            if answer.status == StatusCode::FORBIDDEN {
                assert!(!matches!(role, Role::Owner | Role::Manager | Role::Finance), "{role:?}");
                continue;
            }
            let page = answer.json();
            let sees = matches!(role, Role::Owner | Role::Finance);
            assert_eq!(page["invoices"].as_array().map(|all| !all.is_empty()), Some(sees), "{role:?}");
            let may = role == Role::Owner;
            assert_eq!((!page["wish"].is_null(), !page["end"].is_null()), (may, may), "{role:?}: {page}");
        }
    });
}

#[test]
fn an_owner_cancels_and_takes_it_back_with_plain_forms() {
    run(async {
        let house = house().await;
        let a = on(house, "prime").await;
        let mut owner = house.owner(&a).await;
        let sender = owner.clone();
        let send = |to: &'static str| {
            let mut sender = sender.clone();
            async move { sender.post(to, PAGE, &[]).await.status }
        };
        assert_eq!(send("billing/cancel").await, StatusCode::FOUND);
        let page = read(&owner.get(PAGE).await);
        assert!(page.contains("A assinatura termina em") && page.contains("Continuar com a assinatura"), "{page}");
        assert_eq!(send("billing/keep").await, StatusCode::FOUND);
        assert!(owner.get(PAGE).await.text().contains("Cancelar a assinatura"));
        assert_eq!(send("billing/cancel").await, StatusCode::FOUND);
        // The period ends, and with it the subscription.
        let central = &house.state.house.central;
        pay(house, &a).await;
        let until = subscriptions::find(central, a.route.tenant).await.expect("there").until;
        subscriptions::advance(central, a.route.tenant, until).await.expect("passes");
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
        let page = read(&owner.get(PAGE).await);
        let kept = format_day(until + Duration::days(30), Lang::Pt);
        let said = format!("Os dados ficam guardados até {kept}; até lá você pode continuar");
        assert!(page.contains("A assinatura terminou em") && page.contains(&said), "{page}");
        assert!(!changes::cancel(central, a.route.tenant, By::default()).await.expect("asked"), "it has ended");
        assert_eq!(send("billing/keep").await, StatusCode::FOUND, "the agency is closed, and its owner comes back");
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(house.visitor(&a).get("/").await.status, StatusCode::OK);
    });
}

/// Rows that a plan has to include something for.
fn gated() -> impl Iterator<Item = (&'static app::access::Access, Feature)> {
    ROWS.iter().filter_map(|row| Some((row, row.feature?)))
}

async fn ask(caller: &mut Caller, row: &app::access::Access) -> Answer {
    match row.path.strip_prefix("/fn/") {
        // What its arguments need; what is asked of the plan comes first.
        Some(function) => caller.call(function, &[("version", "1")]).await,
        None if row.method == "GET" => caller.get(row.path).await,
        None => caller.send(Method::POST, row.path, "application/json", None).await,
    }
}

#[test]
fn nobody_whose_plan_lacks_a_feature_gets_past_its_rows() {
    run(async {
        let house = house().await;
        let (a, b) = (on(house, "prime").await, on(house, "prime").await);
        let without = small_plan("prime", Some(100), &[Feature::LandingPage]).await;
        let set = "update tenant_subscriptions set version_id = $2 where tenant_id = $1";
        sqlx::query(set).bind(a.route.tenant).bind(without).execute(&mut central().await).await.expect("set");
        house.state.house.routes.reload().await.expect("read");
        let (mut lacks, mut has) = (house.owner(&a).await, house.owner(&b).await);
        let mut asked = 0;
        for (row, feature) in gated() {
            assert!(matches!(row.audience, Audience::Staff(_)), "{}: only staff have a plan", row.path);
            let answer = ask(&mut lacks, row).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}", row.method, row.path);
            if row.method == "GET" {
                let page = answer.text();
                assert!(
                    page.contains(
                        "Site da imobiliária não faz parte do seu plano. O plano Prime inclui: mude em Plano."
                    ),
                    "{page}"
                );
                assert!(page.contains("href=\"/app/settings/plan?plan=prime\""), "with the way to upgrade: {page}");
            } else {
                let gate = serde_json::json!({"feature": feature, "plan": "Prime", "upgrade": "/app/settings/plan?plan=prime"});
                assert_eq!(answer.json(), serde_json::json!({"kind": "plan_feature", "data": gate}), "{}", row.path);
            }
            assert_ne!(ask(&mut has, row).await.status, StatusCode::FORBIDDEN, "{} with it", row.path);
            asked += 1;
        }
        assert!(asked >= 4, "only {asked} rows need something of the plan");
        // What the plan's page says of it.
        let page = lacks.call("billing/use", &[]).await.json();
        let line = &page["features"][1];
        assert_eq!(line, &serde_json::json!({"name": "Site da imobiliária", "has": false, "said": "no plano Prime"}));
        assert_eq!(has.call("billing/use", &[]).await.json()["features"][1]["has"], true);
    });
}

#[test]
fn the_page_says_what_the_plan_includes_and_which_plan_has_the_rest() {
    run(async {
        let house = house().await;
        let a = on(house, "prime").await;
        let page = house.owner(&a).await.call("billing/use", &[]).await.json();
        let lines = page["features"].as_array().expect("a list").iter();
        let lines: Vec<_> = lines.map(|line| (line["name"].as_str(), line["said"].as_str())).collect();
        let of = |name: &str| lines.iter().find(|line| line.0 == Some(name)).and_then(|line| line.1);
        assert_eq!(lines.len(), Feature::ALL.len());
        for (name, said) in [
            ("Aplicativo no celular", "incluído"),
            ("Blog institucional", "no plano K"),
            ("Customer success", "no plano K2"),
        ] {
            assert_eq!(of(name), Some(said), "{lines:?}");
        }
    });
}

#[test]
fn the_page_shows_how_much_was_used_day_by_day() {
    run(async {
        let house = house().await;
        let (a, b) = (on(house, "k").await, on(house, "k").await);
        let mut owner = house.owner(&a).await;
        register(&mut owner, "Casa contada").await;
        let central = &house.state.house.central;
        tenancy::relay::deliver(central, &house.state.house.key, &a.db).await.expect("carried");
        let today = OffsetDateTime::now_utc().date();
        write_day(&house.state.house, a.route.tenant, today).await.expect("written");
        usage::record_day(central, a.route.tenant, today - Duration::days(1)).await.expect("written");
        let page = owner.call("billing/use", &[]).await.json();
        assert_eq!(page["days"].as_array().map(Vec::len), Some(2));
        assert_eq!((&page["days"][0]["users"], &page["days"][0]["properties"]), (&"1 de 5".into(), &"1 de 500".into()));
        assert!(read(&owner.get(PAGE).await).contains("Histórico de uso"));
        // The line of a day follows what is used until the day is over, and the days before it stay.
        register(&mut owner, "Casa de depois").await;
        tenancy::relay::deliver(central, &house.state.house.key, &a.db).await.expect("carried");
        usage::follow_day(central, today).await.expect("followed");
        let page = owner.call("billing/use", &[]).await.json();
        let properties = |day: usize| page["days"][day]["properties"].clone();
        assert_eq!((properties(0), properties(1)), ("2 de 500".into(), "1 de 500".into()));
        assert_eq!(house.owner(&b).await.call("billing/use", &[]).await.json()["days"], serde_json::json!([]));
    });
}

#[test]
fn whoever_owes_is_told_how_it_is_paid() {
    run(async {
        const HOW: &str = "Pix 12.345.678/0001-90; envie o comprovante a financeiro@sobrado.example";
        let told = open_as(Default::default(), Settings { payment: Some(HOW.into()), ..settings() }).await;
        let house = house().await;
        let (a, b) = (on(&told, "k").await, on(house, "k").await);
        let mut owner = told.owner(&a).await;
        let page = read(&owner.get(PAGE).await);
        assert!(page.contains("Como pagar") && page.contains(HOW), "{page}");
        let asks = read(&house.owner(&b).await.get(PAGE).await);
        assert!(asks.contains("combine com quem atende você") && !asks.contains("Pix"), "{asks}");
        // Who does not see the invoices is not told either, and nobody is who owes nothing.
        assert!(!read(&told.member(&a, "broker").await.get(PAGE).await).contains("Como pagar"));
        pay(&told, &a).await;
        assert!(!read(&owner.get(PAGE).await).contains("Como pagar"));
    });
}

#[test]
fn the_worker_lets_go_of_whose_data_were_kept_for_thirty_days_and_keeps_who_pays_after_all() {
    run(async {
        let house = house().await;
        let (a, b) = (on(house, "k").await, on(house, "k").await);
        let long_ago =
            "update tenant_subscriptions set cancelled_at = now() - $2 * interval '1 day' where tenant_id = $1";
        for (agency, days) in [(&a, 30), (&b, 29)] {
            owe(house, agency, 60).await;
            sqlx::query(long_ago)
                .bind(agency.route.tenant)
                .bind(days)
                .execute(&mut central().await)
                .await
                .expect("set");
        }
        let now = OffsetDateTime::now_utc();
        let kept = format_day(now + Duration::DAY, Lang::Pt);
        let page = read(&house.owner(&b).await.get(PAGE).await);
        assert!(page.contains(&format!("Os dados ficam guardados até {kept}, e até lá o acesso volta")), "{page}");
        let status = |agency: &Agency| {
            let tenant = agency.route.tenant;
            async move {
                let status = sqlx::query_scalar::<_, String>("select status from companies where id = $1").bind(tenant);
                status.fetch_one(&mut central().await).await.expect("read")
            }
        };
        let_go(&house.state.house, now).await.expect("looked at");
        assert_eq!((status(&a).await.as_str(), status(&b).await.as_str()), ("deleting", "cancelled"));
        let lines = audit::list(&house.state.house.central, a.route.tenant, 100).await.expect("listed");
        let asked = lines.iter().find(|line| line.action == "tenant.delete").expect("in the log");
        assert_eq!(asked.changes["is_overdue"], true);
        let mut operator = house.operator().await;
        let sheet = operator.get(&format!("/platform/tenants/{}", a.route.slug)).await.text();
        assert!(sheet.contains("A assinatura está cancelada há 30 dias"), "{sheet}");
        pay(house, &a).await;
        let_go(&house.state.house, now).await.expect("looked at");
        let id = sqlx::query_scalar("select id from tenant_operations where tenant_id = $1 and kind = 'delete'");
        let id = id.bind(a.route.tenant).fetch_one(&mut central().await).await.expect("there");
        bed().await.deployment.provisioner().run_to_end(id).await.expect("opened again");
        assert_eq!((status(&a).await.as_str(), status(&b).await.as_str()), ("active", "cancelled"));
    });
}
