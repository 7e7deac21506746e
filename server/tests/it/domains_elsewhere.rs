//! An agency's name in addresses, left and held; and domains by command. Corrections 36 and 58, CON-11, ISO-11.

use http::StatusCode;
use serde_json::Value;
use sqlx::Row as _;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{bed, new_tenant, run, superuser};

use crate::domains::{at, central};
use crate::harness::dns::{addresses, point};
use crate::harness::process::Installation;
use crate::harness::{Caller, house};

async fn rename(caller: &mut Caller, address: &str) -> (StatusCode, String) {
    let answer = caller.call("domains/rename", &[("address", address)]).await;
    (answer.status, answer.text())
}

#[test]
fn an_address_that_was_left_leads_to_the_new_one_and_is_nobody_elses() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let (old, new) = (a.route.slug.clone(), format!("{}-nova", a.route.slug));
        assert_eq!(rename(&mut owner, &new).await.0, StatusCode::OK);
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(at(house, &format!("{new}.localhost:3000")).await.status, StatusCode::OK);
        let mut visitor = house.visitor(&a);
        let moved = visitor.get("/imoveis?q=sala").await;
        assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(moved.header("location"), format!("http://{new}.localhost:3000/imoveis?q=sala"));
        // Nobody else gets it, whichever way they ask.
        let (status, why) = rename(&mut other, &old).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(why.contains("taken"), "{why}");
        let provisioner = bed().await.deployment.provisioner();
        let newcomer = NewTenant { slug: old.clone(), ..new_tenant() };
        let refused = provisioner.reserve(&newcomer, None).await.expect_err("it is held");
        assert_eq!(refused.to_string(), "the slug is taken");
        let (central_db, now) = (&house.state.house.central, house.state.house.clock.now());
        let free = tenancy::central::slugs::free_among(central_db, std::slice::from_ref(&old), now).await;
        assert!(free.expect("asked").is_empty());
        // Who left it may come back to it, and then the other one is held.
        assert_eq!(rename(&mut owner, &old).await.0, StatusCode::OK);
        assert_eq!(rename(&mut owner, &new).await.0, StatusCode::OK);
        let aged = sqlx::query("update held_slugs set until = now() - interval '1 second' where slug = $1").bind(&old);
        assert_eq!(aged.execute(&mut central().await).await.expect("90 days later").rows_affected(), 1);
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(at(house, &format!("{old}.localhost:3000")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rename(&mut other, &old).await.0, StatusCode::OK, "it is anybody's again");
        house.state.house.routes.reload().await.expect("read");
        assert!(at(house, &format!("{old}.localhost:3000")).await.text().contains(&b.route.name));
        let held: i64 =
            sqlx::query_scalar("select extract(day from until - left_at)::bigint from held_slugs where slug = $1")
                .bind(&b.route.slug)
                .fetch_one(&mut central().await)
                .await
                .expect("held");
        assert_eq!(held, 90);
    });
}

#[test]
fn an_address_is_changed_by_the_owner_and_to_what_may_be_one() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut runs_it) = (house.owner(&a).await, house.member(&a, "manager").await);
        assert_eq!(rename(&mut runs_it, "outro-nome").await.0, StatusCode::FORBIDDEN);
        let page = runs_it.get("/app/settings/domains").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("/fn/domains/rename"), "nobody is offered what they may not do");
        for (address, problem, sentence) in [
            ("", "required", "Preencha este campo."),
            ("a", "not_a_slug", "Use letras minúsculas"),
            ("casa--azul", "not_a_slug", "Use letras minúsculas"),
            ("casa azul", "not_a_slug", "Use letras minúsculas"),
            ("www", "reserved", "Este endereço é da plataforma"),
            ("admin", "reserved", "Este endereço é da plataforma"),
            (b.route.slug.as_str(), "taken", "Já está em uso."),
        ] {
            let (status, why) = rename(&mut owner, address).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{address}: {why}");
            let why: Value = serde_json::from_str(&why).expect("JSON");
            assert_eq!(why["data"][0], serde_json::json!(["address", problem]), "{address}");
            let back = owner.post("domains/rename", "/app/settings/domains", &[("address", address)]).await;
            let page = back.header("location").split_once("/app").map(|(_, rest)| format!("/app{rest}")).expect("ours");
            assert!(owner.get(&page).await.text().contains(sentence), "{address}");
        }
        let slug: String = sqlx::query("select slug from companies where id = $1")
            .bind(a.route.tenant)
            .fetch_one(&mut central().await)
            .await
            .expect("read")
            .get(0);
        assert_eq!(slug, a.route.slug);
        assert_eq!(
            rename(&mut owner, &format!(" {} ", a.route.slug.to_uppercase())).await.0,
            StatusCode::OK,
            "it is as it was"
        );
    });
}

#[test]
#[expect(clippy::disallowed_types, reason = "a listener of the test's own, beside the house's")]
fn an_agency_that_is_renamed_is_called_so_everywhere() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut owner, mut runs_it) = (house.owner(&a).await, house.member(&a, "manager").await);
        let name = format!("Ateliê & Filhas {}", &a.route.slug);
        let shown = name.replace('&', "&amp;");
        let call = [("name", name.as_str())];
        assert_eq!(runs_it.call("domains/set_name", &call).await.status, StatusCode::FORBIDDEN);
        assert!(!runs_it.get("/app/settings/domains").await.text().contains("/fn/domains/set_name"));
        let bed = superuser().await.database("central");
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(bed).await.expect("superuser");
        let mut told = sqlx::postgres::PgListener::connect_with(&pool).await.expect("on");
        told.listen("route").await.expect("listening");
        let done = owner.post("domains/set_name", "/app/settings/domains", &call).await;
        assert!(done.status.is_redirection(), "{}", done.text());
        // Every process hears of it, and reads its way anew.
        while told.recv().await.expect("a notice").payload() != a.route.tenant.to_string() {}
        house.state.house.routes.reload().await.expect("read");
        for page in ["/app/settings/domains", "/app"] {
            let text = owner.get(page).await.text();
            assert!(text.contains(&format!("rail-agency\"><strong>{shown}")), "{page}: {text}");
        }
        assert_eq!(owner.call("auth/agencies", &[]).await.json()[0]["name"], name.as_str(), "the choice of agencies");
        let email = format!("nova@{}.example", a.route.slug);
        let invitation = crate::team::invited(house, &mut owner, &email, "broker").await;
        assert!(house.stranger().get(&invitation).await.text().contains(&shown), "the invitation");
        let console = house.operator().await.get(&format!("/platform/tenants?q={}", a.route.slug)).await.text();
        assert!(console.contains(&shown), "the operators' list");
        // The name on its site is another one, and stays.
        assert!(house.visitor(&a).get("/").await.text().contains(&a.route.name));
        let line: Value = sqlx::query_scalar(
            "select changes from tenant_audit_log where tenant_id = $1 and action = 'tenant.set_name' and user_id = $2",
        )
        .bind(a.route.tenant)
        .bind(a.owner)
        .fetch_one(&mut central().await)
        .await
        .expect("one line");
        assert_eq!(line, serde_json::json!({"name": [a.route.name, name]}));
        // What can be no name is refused in words, and what is as it was is no change.
        for (wrong, problem, sentence) in [
            ("", "required", "Preencha este campo."),
            ("A", "too_short", "Use pelo menos 2 caracteres."),
            ("veja www.golpe.example", "link_in_name", "O nome não pode conter um endereço da internet."),
        ] {
            let refused = owner.call("domains/set_name", &[("name", wrong)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            let why = refused.json()["data"][0].to_string();
            assert!(why.contains("name") && why.contains(problem), "{wrong}: {why}");
            let back = owner.post("domains/set_name", "/app/settings/domains", &[("name", wrong)]).await;
            let page = back.header("location").split_once("/app").map(|(_, rest)| format!("/app{rest}")).expect("ours");
            let page = owner.get(&page).await.text();
            assert!(page.contains(sentence), "{wrong}: {page}");
            assert!(wrong.is_empty() || page.contains(&format!("value=\"{wrong}\"")), "{wrong} is still there: {page}");
        }
        assert_eq!(owner.call("domains/set_name", &call).await.status, StatusCode::OK);
        let lines = "select count(*) from tenant_audit_log where tenant_id = $1 and action = 'tenant.set_name'";
        let lines = sqlx::query_scalar(lines).bind(a.route.tenant).fetch_one(&mut central().await).await;
        assert_eq!(lines.ok(), Some(1_i64));
    });
}

#[test]
fn a_command_renames_an_agency_or_moves_it() {
    run(async {
        let at = Installation::new().await;
        let (slug, email) = (at.agencies[0].new.slug.clone(), at.agencies[0].new.admin_email.clone());
        let served = at.serve(&["--no-worker"]).await;
        let cookies = served.sign_in(&email).await;
        let (done, said) = json(&at, &["tenant", "rename", &slug, "--name", "Casa Nova Imóveis"]).await;
        assert!(done && said["name"] == "Casa Nova Imóveis" && said["slug"] == slug.as_str(), "{said}");
        let mut rail = String::new();
        for _ in 0..600 {
            let page = served.send("GET", "/app", &[("cookie", &cookies)], b"").await.expect("an answer");
            rail = page.body;
            if rail.contains("Casa Nova Imóveis") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(rail.contains("Casa Nova Imóveis"), "the server has heard of it: {rail}");
        for wrong in [
            &["tenant", "rename", &slug, "--name", "A"][..],
            &["tenant", "rename", &slug, "--name", "www.golpe.example"],
            &["tenant", "rename", &slug],
            &["tenant", "rename", &slug, "outro", "--name", "Outro"],
            &["tenant", "rename", "ninguem", "--name", "Outro"],
        ] {
            let (done, said) = at.say(wrong).await;
            assert!(!done && !said.contains("panicked"), "{wrong:?}: {said}");
        }
        let (done, said) = json(&at, &["tenant", "rename", &slug, "casa-nova"]).await;
        assert!(done && said["slug"] == "casa-nova" && said["before"] == slug.as_str(), "{said}");
        let (_, said) = json(&at, &["tenant", "show", "casa-nova"]).await;
        assert_eq!(said["name"], "Casa Nova Imóveis");
    });
}

/// Runs a command, and reads what it prints for machines.
async fn json(at: &Installation, arguments: &[&str]) -> (bool, Value) {
    let output = at.command(&[arguments, &["--json"]].concat()).output().await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {said}")))
}

#[test]
fn domains_are_listed_and_looked_at_by_command() {
    run(async {
        let mut at = Installation::new().await;
        let servers = addresses().await.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        at.variables.push(("DNS_SERVERS", servers));
        let slug = at.agencies[0].new.slug.clone();
        let (fine, astray) = (format!("www.{slug}-fina.com.br"), format!("www.{slug}-perdida.com.br"));
        point(&fine, [127, 0, 0, 1]).await;
        point(&astray, [203, 0, 113, 9]).await;
        {
            let deployment = at.databases().await;
            let superuser = deployment.cluster().expect("it is private").superuser().database("central");
            let mut root = sqlx::ConnectOptions::connect(&superuser).await.expect("superuser");
            for host in [&fine, &astray] {
                sqlx::query(
                    "insert into domains (id, tenant_id, host, kind, state, verify_token, verified_at, is_vouched)
                    values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't', now(), true)",
                )
                .bind(at.agencies[0].tenant)
                .bind(host)
                .execute(&mut root)
                .await
                .expect("made");
            }
            sqlx::Connection::close(root).await.expect("closed");
            deployment.close().await.expect("stopped");
        }
        let (done, all) = json(&at, &["domains", "list"]).await;
        assert!(done && all.as_array().map(Vec::len) == Some(2), "{all}");
        assert_eq!((&all[0]["domain"], &all[0]["state"]), (&Value::from(fine.clone()), &"verified".into()));
        let (done, looked) = json(&at, &["domains", "verify"]).await;
        assert!(!done, "one of them leads elsewhere: {looked}");
        assert_eq!(
            (&looked[0]["problem"], &looked[1]["problem"]),
            (&Value::Null, &"points_elsewhere".into()),
            "{looked}"
        );
        let (done, looked) = json(&at, &["domains", "verify", &fine]).await;
        assert!(done && looked.as_array().map(Vec::len) == Some(1), "{looked}");
        let (done, said) = at.say(&["domains", "verify", "www.ninguem.com.br"]).await;
        assert!(!done && said.contains("no agency has or claims www.ninguem.com.br"), "{said}");
        let (done, said) = at.say(&["domains", "list"]).await;
        assert!(done && said.contains(&fine) && said.contains("points_elsewhere"), "{said}");
        // And an agency's address.
        let (done, renamed) = json(&at, &["tenant", "rename", &slug, &format!("{slug}-nova")]).await;
        assert!(done && renamed["slug"] == format!("{slug}-nova") && renamed["before"] == slug, "{renamed}");
        let (done, said) = at.say(&["tenant", "rename", &at.agencies[1].new.slug, &slug]).await;
        assert!(!done && said.contains("the slug is taken"), "{said}");
    });
}
