//! The operators' console: agencies with their figures, what is done to them, and how the platform is.

use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::central::duty::Duty;
use tenancy::central::people::NewPerson;
use tenancy::central::{alerts, audit, stats};
use tenancy::testing::{Agency, PASSWORD_HASH, run, superuser};
use uuid::Uuid;

use app::platform::jobs::tell_of_alerts;

use crate::harness::{Caller, House, TURNS, house, open, register};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// The slugs on a page of the list.
async fn slugs(caller: &mut Caller, asked: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
    let page = caller.call("platform/tenants", asked).await.json();
    let rows = page["rows"].as_array().expect("rows").iter();
    (
        rows.map(|row| row["slug"].as_str().expect("a slug").to_owned()).collect(),
        page["next"].as_str().map(str::to_owned),
    )
}

async fn actions(house: &House, agency: &Agency) -> Vec<String> {
    let lines = audit::list(&house.state.house.central, agency.route.tenant, 50).await.expect("listed");
    lines.into_iter().map(|line| line.action).collect()
}

#[test]
fn agencies_are_found_by_name_state_plan_and_server() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let (slug, other) = (a.route.slug.clone(), b.route.slug.clone());
        assert_eq!(slugs(&mut operator, &[("q", &slug.to_uppercase())]).await.0, std::slice::from_ref(&slug));
        for (name, fits, none) in
            [("status", "active", "suspended"), ("plan", "k2", "prime"), ("server", "home", "elsewhere")]
        {
            assert_eq!(
                slugs(&mut operator, &[("q", &slug), (name, fits)]).await.0,
                std::slice::from_ref(&slug),
                "{name}"
            );
            assert_eq!(slugs(&mut operator, &[("q", &slug), (name, none)]).await.0, [""; 0], "{name}");
        }
        // Signs of a pattern are letters here.
        assert_eq!(slugs(&mut operator, &[("q", "%")]).await.0, [""; 0]);
        assert_eq!(slugs(&mut operator, &[("q", &slug), ("after", &slug)]).await.0, [""; 0], "after it there is none");
        let page = operator.get(&format!("/platform/tenants?q={slug}&status=active")).await;
        let text = page.text();
        assert_eq!(page.status, StatusCode::OK);
        assert!(text.contains(&format!("href=\"/platform/tenants/{slug}\"")) && !text.contains(&other), "{text}");
        let none = operator.get("/platform/tenants?q=ninguem-se-chama-assim").await.text();
        assert!(none.contains("Nenhuma imobiliária com esses filtros."), "{none}");
    });
}

#[test]
fn a_long_list_comes_in_pages_and_leaves_nobody_out() {
    run(async {
        let house = house().await;
        let mut operator = house.operator().await;
        let word = format!("folha{}", &Uuid::now_v7().simple().to_string()[20..]);
        let mut central = central().await;
        for n in 0..51 {
            let add = sqlx::query("insert into companies (id, slug, name, email) values ($1, $2, $3, 'x@y.example')");
            let add = add.bind(Uuid::now_v7()).bind(format!("{word}-{n:02}")).bind(format!("Folha {n}"));
            add.execute(&mut central).await.expect("added");
        }
        let (first, next) = slugs(&mut operator, &[("q", &word)]).await;
        let next = next.expect("there is more");
        assert_eq!((first.len(), &next), (50, &first[49]));
        let (second, end) = slugs(&mut operator, &[("q", &word), ("after", &next)]).await;
        assert_eq!((second, end), (vec![format!("{word}-50")], None));
        let page = operator.get(&format!("/platform/tenants?q={word}")).await.text();
        assert!(page.contains(&format!("after={word}-49")), "{page}");
        let gone = sqlx::query("delete from companies where slug like $1").bind(format!("{word}-%"));
        gone.execute(&mut central).await.expect("removed");
    });
}

#[test]
fn what_a_database_that_never_answered_holds_is_not_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let now = house.state.house.clock.now();
        let silent = stats::Answer::Silent("fora do ar".into());
        stats::record(&house.state.house.central, a.route.tenant, &silent, now).await.expect("noted");
        let mut operator = house.operator().await;
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!((row["properties"].as_str(), row["size"].as_str()), (Some(""), Some("")), "{row}");
        let text = operator.get(&format!("/platform/tenants/{}", a.route.slug)).await.text();
        assert!(text.contains("ainda não medido"), "{text}");
        // What was known stays known while it is away.
        let measured = stats::Answer::Measured(stats::Measured { properties: 7, last_activity_at: Some(now) });
        for answer in [&measured, &silent] {
            stats::record(&house.state.house.central, a.route.tenant, answer, now).await.expect("noted");
        }
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!(row["properties"].as_str(), Some("7"), "{row}");
    });
}

#[test]
fn what_costs_is_measured_by_turns_and_never_for_a_page() {
    run(async {
        let _turns = TURNS.lock().await;
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let path = format!("/platform/tenants/{}", a.route.slug);
        assert!(operator.get(&path).await.text().contains("ainda não medido"));
        register(&mut house.owner(&a).await, "Casa medida").await;
        // What the platform hears of by itself needs no measuring.
        let deployment = &tenancy::testing::bed().await.deployment;
        tenancy::relay::deliver(deployment.central(), deployment.key(), &a.db).await.expect("delivered");
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!(row["properties"].as_str(), Some("1"), "{row}");
        assert_ne!(row["activity"].as_str(), Some(""), "{row}");
        // Everybody else has had their turn.
        let others = "insert into tenant_stats (tenant_id, properties, measured_at, tried_at)
            select id, 0, now(), now() from companies where id <> $1
            on conflict on constraint tenant_stats_pkey do update set measured_at = now(), tried_at = now()";
        let mut central = central().await;
        sqlx::query(others).bind(a.route.tenant).execute(&mut central).await.expect("set");
        let known = "select properties, last_activity_at is not null from tenant_stats where tenant_id = $1";
        let mut found: Option<(Option<i64>, bool)> = None;
        // Another test may make an agency meanwhile, which is then before this one.
        for _ in 0..50 {
            server::worker::measure::measure_next(&house.state.house).await.expect("measured");
            found = sqlx::query_as(known).bind(a.route.tenant).fetch_optional(&mut central).await.expect("read");
            if found.is_some() {
                break;
            }
        }
        assert_eq!(found.expect("it had its turn"), (Some(1), true));
        // How large a database is, its server is asked for all at once: it fills the places that agencies are placed by.
        tenancy::testing::bed().await.deployment.provisioner().measure().await.expect("measured");
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!((row["properties"].as_str(), row["users"].as_str()), (Some("1"), Some("1")), "{row}");
        assert!(row["size"].as_str().is_some_and(|size| size.ends_with(" MB")), "{row}");
        assert!(!row["activity"].as_str().unwrap_or_default().is_empty() && row["is_behind"] == false, "{row}");
        let text = operator.get(&path).await.text();
        assert!(text.contains("medido em"), "{text}");
        let behind = sqlx::query("update tenant_placements set schema_version = 1 where tenant_id = $1");
        behind.bind(a.route.tenant).execute(&mut central).await.expect("set");
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!(row["is_behind"], true, "{row}");
    });
}

#[test]
fn an_agencys_page_shows_what_happened_and_closes_and_opens_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let path = format!("/platform/tenants/{}", a.route.slug);
        let text = operator.get(&path).await.text();
        for part in
            [a.email.as_str(), a.route.name.as_str(), "Criação", "Nenhum domínio próprio.", &a.route.placement.db_name]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(&b.email), "nobody else's people");
        assert_eq!(operator.get("/platform/tenants/nao-existe").await.status, StatusCode::NOT_FOUND);
        // Without a program in the browser: what was typed stands there again.
        let long = "x".repeat(201);
        let slug = a.route.slug.as_str();
        let refused = operator.post("platform/suspend", &path, &[("slug", slug), ("reason", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(&long) && refused.text().contains("no máximo 200"), "{}", refused.text());
        let empty = operator.post("platform/suspend", &path, &[("slug", slug), ("reason", " ")]).await;
        assert!(empty.text().contains("Preencha este campo."), "{}", empty.text());
        let done = operator.post("platform/suspend", &path, &[("slug", slug), ("reason", "fatura vencida")]).await;
        assert!(done.header("location").ends_with(&path), "{}", done.text());
        let closed = operator.get(&path).await.text();
        assert!(
            closed.contains("suspensa")
                && closed.contains("fatura vencida")
                && closed.contains("suspendeu a imobiliária"),
            "{closed}"
        );
        operator.post("platform/resume", &path, &[("slug", slug)]).await;
        assert!(operator.get(&path).await.text().contains("reativou a imobiliária"));
        let theirs = actions(house, &b).await;
        assert!(!theirs.iter().any(|action| action == "tenant.suspend"), "{theirs:?}");
    });
}

#[test]
fn an_operation_is_followed_and_tried_again() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let mut central = central().await;
        let id = Uuid::now_v7();
        // Its next try is tomorrow: no worker of another test takes it up.
        let failed = "insert into tenant_operations (id, tenant_id, kind, state, step, attempt, last_error, next_run_at)
            values ($1, $2, 'suspend', 'failed', 'create_database', 3, 'no space left on device', now() + interval '1 day')";
        sqlx::query(failed).bind(id).bind(a.route.tenant).execute(&mut central).await.expect("added");
        let happened = "insert into tenant_operation_events (operation_id, seq, step, level, message)
            values ($1, 1, 'create_database', 'error', 'no space left on device <b>')";
        sqlx::query(happened).bind(id).execute(&mut central).await.expect("added");
        let kept = "insert into tenant_operation_events (operation_id, seq, step, level, message)
            values ($1, 2, 'reserve', 'info', 'slug and place reserved; its database is ready')";
        sqlx::query(kept).bind(id).execute(&mut central).await.expect("added");
        let page = operator.get("/platform/operations").await.text();
        assert!(page.contains(&format!("/platform/operations/{id}")) && page.contains("no space left"), "{page}");
        let path = format!("/platform/operations/{id}");
        let sheet = operator.get(&path).await;
        assert_eq!(sheet.status, StatusCode::OK);
        assert!(sheet.text().contains("no space left on device &lt;b&gt;") && sheet.text().contains(&a.route.slug));
        let said = "endereço e lugar reservados; o banco de dados já está pronto";
        assert!(sheet.text().contains(said) && !sheet.text().contains("slug and place"), "{}", sheet.text());
        assert!(!sheet.text().contains("data-live=\""), "nothing moves: {}", sheet.text());
        let done = operator.post("platform/retry_operation", &path, &[("id", &id.to_string())]).await;
        assert!(done.header("location").ends_with(&path), "{}", done.text());
        let fields = [("id", &*id.to_string()), ("__page", "/platform/operations")];
        for from in ["/platform/operations", &format!("/platform/operations?agency={}", a.route.slug)] {
            let done = operator.post("platform/retry_operation", from, &fields).await;
            assert!(done.header("location").ends_with(from), "back to the same lines: {}", done.header("location"));
        }
        let state: String = sqlx::query_scalar("select state from tenant_operations where id = $1")
            .bind(id)
            .fetch_one(&mut central)
            .await
            .expect("there");
        assert!(["waiting", "running"].contains(&state.as_str()), "{state}");
        assert!(operator.get(&path).await.text().contains("data-live=\""), "it renews itself");
        assert!(actions(house, &a).await.contains(&"operation.retry".to_owned()));
        assert!(!actions(house, &b).await.contains(&"operation.retry".to_owned()));
        let over = sqlx::query("update tenant_operations set state = 'done', finished_at = now() where id = $1");
        over.bind(id).execute(&mut central).await.expect("set");
        let again = operator.call("platform/retry_operation", &[("id", &id.to_string())]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "what is done is done");
        assert_eq!(operator.get(&format!("/platform/operations/{}", Uuid::nil())).await.status, StatusCode::NOT_FOUND);
        assert_eq!(operator.get("/platform/operations/x").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn an_agencys_page_leads_on_to_all_of_its_operations_and_of_its_log() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        let sheet = operator.get(&format!("/platform/tenants/{}", a.route.slug)).await.text();
        for path in ["operations", "audit"] {
            let address = format!("/platform/{path}?agency={}", a.route.slug);
            assert!(sheet.contains(&format!("href=\"{address}\"")), "{address}: {sheet}");
            let page = operator.get(&address).await.text();
            let theirs = if path == "audit" { (&a.route.name, &b.route.name) } else { (&a.route.slug, &b.route.slug) };
            assert!(page.contains(theirs.0) && !page.contains(theirs.1), "{page}");
            assert!(
                page.contains(&format!("value=\"{}\"", a.route.slug)),
                "whose they are stands in the field: {page}"
            );
        }
        let nobodys = operator.get("/platform/operations?agency=nenhuma").await.text();
        assert!(nobodys.contains("Nada em andamento.") && nobodys.contains("Nenhuma concluída ainda."), "{nobodys}");
        // More than a page of them: the way on keeps to the agency.
        let mut central = central().await;
        let many = "insert into tenant_operations (id, tenant_id, kind, state, step, finished_at)
            select gen_random_uuid(), $1, 'suspend', 'done', 'finished', now() from generate_series(1, 51)";
        sqlx::query(many).bind(a.route.tenant).execute(&mut central).await.expect("added");
        let page = operator.get(&format!("/platform/operations?agency={}", a.route.slug)).await.text();
        assert!(page.contains(&format!("/platform/operations?agency={}&amp;before=", a.route.slug)), "{page}");
    });
}

#[test]
fn an_alert_is_seen_counted_and_closed_by_hand() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let db = &house.state.house.central;
        let kind = format!("test_{}", Uuid::now_v7().simple());
        for _ in 0..2 {
            alerts::raise(db, &kind, Some(a.route.tenant), "o disco está cheio").await.expect("raised");
        }
        let page = operator.get("/platform/health").await.text();
        assert!(page.contains(&kind) && page.contains("o disco está cheio") && page.contains(&a.route.slug), "{page}");
        let row = operator.call("platform/tenants", &[("q", &a.route.slug)]).await.json()["rows"][0].clone();
        assert_eq!(row["alerts"], 1);
        let counted = async || {
            server::telemetry::metrics();
            server::worker::measure::count_alerts(&house.state.house).await.expect("counted");
            let all = server::telemetry::metrics().render();
            all.lines().find(|line| line.contains(&kind)).unwrap_or_default().to_owned()
        };
        assert_eq!(counted().await, format!("alerts_open{{kind=\"{kind}\"}} 1"));
        let alert =
            alerts::list_open(db).await.expect("listed").into_iter().find(|alert| alert.kind == kind).expect("open");
        assert_eq!(alert.count, 2);
        let id = alert.id.to_string();
        let done = operator.post("platform/close_alert", "/platform/health", &[("id", &id)]).await;
        assert!(done.header("location").ends_with("/platform/health"), "{}", done.text());
        assert!(!operator.get("/platform/health").await.text().contains(&kind));
        assert_eq!(counted().await, format!("alerts_open{{kind=\"{kind}\"}} 0"), "and not for ever what it was");
        assert_eq!(operator.call("platform/close_alert", &[("id", &id)]).await.status, StatusCode::NOT_FOUND);
        assert!(actions(house, &a).await.contains(&"alert.close".to_owned()));
    });
}

/// The mails about alerts that wait for an operator or went to them.
async fn told(email: &str) -> i64 {
    let mails = sqlx::query_scalar("select count(*) from mails where recipient = $1 and kind = 'platform.alerts'");
    mails.bind(email).fetch_one(&mut central().await).await.expect("read")
}

#[test]
fn operators_are_told_of_a_kind_once_an_hour_and_only_when_it_goes_on() {
    run(async {
        // A clock of its own: an hour passes.
        let house = open(Default::default()).await;
        let db = &house.state.house.central;
        let email = format!("olga-{}@sobrado.example", Uuid::now_v7().simple());
        let new = NewPerson { name: "Olga", email: &email, password_hash: PASSWORD_HASH };
        tenancy::central::operators::ensure(db, &new).await.expect("added");
        let kind = format!("test_{}", Uuid::now_v7().simple());
        // Kinds of other tests come and go meanwhile: when this one was told says whether it was.
        let when = async || -> Option<time::OffsetDateTime> {
            tell_of_alerts(&house.state.house).await.expect("told");
            let at = sqlx::query_scalar("select mailed_at from alert_mails where kind = $1").bind(&kind);
            at.fetch_optional(&mut central().await).await.expect("read")
        };
        assert_eq!(when().await, None, "nothing happened");
        let before = told(&email).await;
        alerts::raise(db, &kind, None, "o disco está cheio").await.expect("raised");
        let first = when().await.expect("told");
        let mails = told(&email).await;
        assert!(mails > before, "a mail waits");
        alerts::raise(db, &kind, None, "o disco está cheio").await.expect("raised");
        assert_eq!(when().await, Some(first), "not twice an hour");
        house.wait(time::Duration::minutes(61));
        let second = when().await.expect("told");
        assert!(second > first && told(&email).await > mails, "it went on");
        house.wait(time::Duration::minutes(61));
        assert_eq!(when().await, Some(second), "nothing new happened");
    });
}

#[test]
fn a_job_that_was_given_up_is_put_back_and_one_set_aside_is_not() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let mut central = central().await;
        let add = async |central: &mut sqlx::PgConnection, state: &str| {
            let id = Uuid::now_v7();
            let job = "insert into jobs (id, tenant_id, epoch, kind, payload, mac, state, attempt, last_error)
                values ($1, $2, 1, 'test.console', '{}', '', $3, 8, 'sem resposta')";
            sqlx::query(job).bind(id).bind(a.route.tenant).bind(state).execute(central).await.expect("added");
            id
        };
        let (failed, parked) = (add(&mut central, "failed").await, add(&mut central, "parked").await);
        let page = operator.get("/platform/health").await.text();
        assert!(page.contains("test.console") && page.contains("sem resposta"), "{page}");
        let put_back = operator.call("platform/retry_job", &[("id", &failed.to_string())]).await;
        assert_eq!(put_back.status, StatusCode::OK, "{}", put_back.text());
        let aside = operator.call("platform/retry_job", &[("id", &parked.to_string())]).await;
        assert_eq!(aside.status, StatusCode::NOT_FOUND);
        assert!(actions(house, &a).await.contains(&"job.retry".to_owned()));
        let gone = sqlx::query("delete from jobs where id = any($1)").bind([failed, parked]);
        gone.execute(&mut central).await.expect("removed");
    });
}

#[test]
fn the_page_of_health_says_whether_anybody_works() {
    run(async {
        let house = house().await;
        let mut operator = house.operator().await;
        let central = &house.state.house.central;
        let mut duty = Duty::connect(central).await.expect("connected");
        // Unless a worker of another test has it.
        let is_ours = duty.take().await.expect("asked");
        assert!(operator.get("/platform/health").await.text().contains("Um processo está trabalhando."));
        duty.lay_down().await.expect("laid down");
        if is_ours {
            let said = operator.call("platform/health", &[]).await.json();
            assert!(said["has_worker"].is_boolean(), "{said}");
        }
        let servers = operator.get("/platform/servers").await.text();
        assert!(servers.contains("home") && servers.contains("recebe imobiliárias"), "{servers}");
    });
}
