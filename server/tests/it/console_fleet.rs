//! The console's servers and migrations: asked for by an operator, done by the worker, seen as it goes on.

use http::StatusCode;
use sqlx::{ConnectOptions as _, Executor as _};
use tenancy::testing::{ANOTHER_PASSWORD, another, bed, run, superuser};
use time::Duration;

use crate::console_plans::operator_of;
use crate::harness::process::{Installation, Resident};
use crate::harness::{Answer, Caller, house, open};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// The fields of a server that is at this place. It takes no agency: other tests place theirs beside it.
fn server<'a>(name: &'a str, host: &'a str, port: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("host", host),
        ("port", port),
        ("role", "provisioner"),
        ("role_password", ANOTHER_PASSWORD),
        ("tls", "prefer"),
        ("address", ""),
        ("soft", "0"),
        ("hard", "0"),
    ]
}

/// The page of the operation that an act has led to.
fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let location = answer.header("location");
    assert!(location.starts_with("/platform/operations/"), "{location}");
    location.to_owned()
}

/// Does what waits, as the worker does, until an operation is over. Gives its sheet.
async fn worked(operator: &mut Caller, page: &str) -> serde_json::Value {
    let id = page.rsplit('/').next().expect("an identifier").to_owned();
    loop {
        bed().await.deployment.provisioner().run_errand(false).await.expect("the central database answers");
        let sheet = operator.call("platform/operation", &[("id", &id)]).await.json();
        if ["done", "failed"].contains(&sheet["line"]["state"].as_str().expect("a state")) {
            return sheet;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The table of what was asked for holds no such bytes.
async fn is_nowhere(secret: &str) -> bool {
    let all: String = sqlx::query_scalar(
        "select coalesce(string_agg(encode(coalesce(o.sealed, ''), 'escape') || o::text, ''), '') ||
                (select coalesce(string_agg(e::text, ''), '') from fleet_operation_events e) ||
                (select coalesce(string_agg(l.changes::text, ''), '') from tenant_audit_log l)
         from fleet_operations o",
    )
    .fetch_one(&mut central().await)
    .await
    .expect("read");
    !all.contains(secret)
}

async fn line_of(action: &str, name: &str) -> String {
    let line = sqlx::query_scalar(
        "select coalesce(p.email::text, '') from tenant_audit_log l left join people p on p.id = l.user_id
         where l.action = $1 and l.changes ->> 'name' = $2 order by l.at desc limit 1",
    );
    line.bind(action).bind(name).fetch_one(&mut central().await).await.expect("it is in the log")
}

#[test]
fn a_server_is_added_set_emptied_and_filled_by_the_worker_and_its_password_is_nowhere() {
    run(async {
        let house = house().await;
        let other = another("consola").await;
        let mut operator = house.operator().await;
        let (socket, port) =
            (other.cluster.socket_dir().display().to_string(), other.cluster.base_options().get_port());
        let port = port.to_string();
        let form = server("consola", &socket, &port);
        let asked = operator.call("platform/add_server", &form).await;
        let page = led_to(&asked);
        let waiting = operator.get(&page).await.text();
        assert!(waiting.contains("Servidor novo · consola") && waiting.contains("data-live=\""), "{waiting}");
        assert!(is_nowhere(ANOTHER_PASSWORD).await, "what waits is sealed");
        let again = operator.call("platform/add_server", &form).await;
        assert_eq!(led_to(&again), page, "asked twice is asked once");
        let sheet = worked(&mut operator, &page).await;
        assert_eq!(sheet["line"]["state"], "done", "{sheet}");
        let said = sheet["happened"].to_string();
        for part in
            ["o servidor aceita o nosso acesso", "acessos e modelo estão prontos", "version: PostgreSQL", "durability"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(is_nowhere(ANOTHER_PASSWORD).await);
        let sealed: i64 = sqlx::query_scalar(
            "select count(*) from fleet_operations where sealed is not null and subject = 'consola'",
        )
        .fetch_one(&mut central().await)
        .await
        .expect("read");
        assert_eq!(sealed, 0, "gone with the end");
        assert!(line_of("server.add", "consola").await.starts_with("op-"), "under the operator's name");
        let list = operator.get("/platform/servers").await.text();
        assert!(list.contains("href=\"/platform/servers/consola\""), "{list}");
        // Known already.
        let twice = operator.post("platform/add_server", "/platform/servers", &form).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            twice.text().contains("value=\"consola\"") && !twice.text().contains(ANOTHER_PASSWORD),
            "{}",
            twice.text()
        );
        // Emptied and filled, each once.
        let state = async |operator: &mut Caller| {
            operator.call("platform/server", &[("name", "consola")]).await.json()["line"]["state"].clone()
        };
        let name = [("name", "consola")];
        assert_eq!(operator.call("platform/activate_server", &name).await.status, StatusCode::NOT_FOUND);
        let drained = led_to(&operator.call("platform/drain_server", &name).await);
        assert_eq!(worked(&mut operator, &drained).await["line"]["state"], "done");
        assert_eq!(state(&mut operator).await, "draining");
        assert_eq!(operator.call("platform/drain_server", &name).await.status, StatusCode::NOT_FOUND);
        assert!(line_of("server.state", "consola").await.starts_with("op-"));
        let set = [("name", "consola"), ("soft", "3"), ("hard", "7")];
        let set = led_to(&operator.call("platform/set_server", &set).await);
        assert_eq!(worked(&mut operator, &set).await["line"]["state"], "done");
        let sheet = operator.get("/platform/servers/consola").await.text();
        assert!(sheet.contains("value=\"7\"") && sheet.contains("Voltar a receber"), "{sheet}");
        assert!(line_of("server.capacity", "consola").await.starts_with("op-"));
        let wrong = operator
            .post(
                "platform/set_server",
                "/platform/servers/consola",
                &[("name", "consola"), ("soft", "9"), ("hard", "7")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("entre 0 e 7") && wrong.text().contains("value=\"9\""), "{}", wrong.text());
        assert_eq!(operator.call("platform/drain_server", &[("name", "nenhum")]).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_server_that_cannot_be_added_says_why_and_what_was_typed_is_kept_but_the_password() {
    run(async {
        let house = house().await;
        let mut operator = house.operator().await;
        let mut form = server("SP 2", "db.example/crm", "0");
        form[4].1 = "segredo-do-servidor";
        let refused = operator.post("platform/add_server", "/platform/servers", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        for part in [
            "letras minúsculas",
            "endereço de uma máquina",
            "entre 1 e 65535",
            "value=\"SP 2\"",
            "value=\"provisioner\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("segredo-do-servidor"), "{text}");
        // Nobody is there: the worker finds out, and says so.
        form = server("lugar-nenhum", "/nenhum/lugar", "5432");
        form[4].1 = "segredo-do-servidor";
        let page = led_to(&operator.call("platform/add_server", &form).await);
        let sheet = worked(&mut operator, &page).await;
        assert_eq!(sheet["line"]["state"], "failed");
        let why = sheet["line"]["error"].as_str().expect("a reason");
        assert!(why.starts_with("the database server refuses or does not answer"), "{why}");
        let text = operator.get(&page).await.text();
        assert!(text.contains("falhou") && !text.contains("Tentar agora"), "its password is gone: {text}");
        let id = page.rsplit('/').next().expect("an identifier");
        assert_eq!(operator.call("platform/retry_operation", &[("id", id)]).await.status, StatusCode::NOT_FOUND);
        assert!(is_nowhere("segredo-do-servidor").await);
        let all = operator.call("platform/servers", &[]).await.json().to_string();
        assert!(!all.contains("lugar-nenhum"), "{all}");
    });
}

#[test]
fn what_is_dangerous_asks_for_a_proof_first_and_its_form_is_not_there_before() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut operator = house.operator().await;
        let (tenant, slug) = (format!("/platform/tenants/{}", a.route.slug), a.route.slug.as_str());
        let forms = [
            ("/platform/servers", "/fn/platform/add_server"),
            ("/platform/migrations", "/fn/platform/migrate"),
            (&tenant, "/fn/platform/cancel"),
            (&tenant, "/fn/platform/delete"),
        ];
        for (page, action) in forms {
            let text = operator.get(page).await.text();
            assert!(text.contains(&format!("action=\"{action}\"")), "{page}: {text}");
        }
        house.wait(Duration::minutes(11));
        for (page, action) in forms {
            let text = operator.get(page).await.text();
            assert!(!text.contains(&format!("action=\"{action}\"")), "{page}: {text}");
            assert!(text.contains("/entrar/confirmar?next=%2Fplatform%2F"), "{page}: {text}");
        }
        let delete = [("slug", slug), ("delete_slug", slug), ("delete_reason", "pedido da dona"), ("grace_days", "30")];
        let add = server("sem-prova", "/nenhum/lugar", "5432");
        for (call, fields) in [
            ("platform/add_server", &add[..]),
            ("platform/migrate", &[]),
            ("platform/cancel", &[("slug", slug)]),
            ("platform/delete", &delete),
        ] {
            let answer = operator.call(call, fields).await;
            assert_eq!(
                (answer.status, &answer.json()["kind"]),
                (StatusCode::FORBIDDEN, &"proof_needed".into()),
                "{call}"
            );
        }
        let asked: i64 = sqlx::query_scalar("select count(*) from fleet_operations where subject = 'sem-prova'")
            .fetch_one(&mut central().await)
            .await
            .expect("read");
        assert_eq!(asked, 0);
    });
}

/// An agency's database, as its server's administrator.
async fn inside(at: &Installation, one: &Resident, sql: &'static str) {
    let databases = at.databases().await;
    let cluster = databases.cluster().expect("it is private").superuser();
    let name = format!("t_{}", one.tenant.as_uuid().simple());
    let mut conn = cluster.database(&name).connect().await.expect("superuser");
    conn.execute(sql).await.expect("done");
    databases.close().await.expect("it is still used");
}

#[test]
fn the_fleet_is_migrated_from_the_console_and_who_failed_is_tried_again() {
    run(async {
        let at = Installation::new().await;
        // Its history was forgotten: what is to be applied is there already, and fails.
        let (forgetful, well) = (&at.agencies[0], &at.agencies[1]);
        inside(
            &at,
            forgetful,
            "create table kept as select * from _sqlx_migrations where version > 20261124000009;
            delete from _sqlx_migrations where version > 20261124000009",
        )
        .await;
        let served = at.serve(&[]).await;
        let cookies = operator_of(&at, &served).await;
        let migrate = async |only_failed: &str| -> serde_json::Value {
            let asked = served.call("platform/migrate", &cookies, &[("only_failed", only_failed)]).await;
            let asked = asked.expect("an answer");
            assert_eq!(asked.status, 200, "{}", asked.body);
            let id = asked.header("location").rsplit('/').next().expect("an identifier").to_owned();
            for _ in 0..600 {
                let sheet = served.call("platform/operation", &cookies, &[("id", &id)]).await.expect("an answer").body;
                let sheet: serde_json::Value = serde_json::from_str(&sheet).expect("JSON");
                if ["done", "failed"].contains(&sheet["line"]["state"].as_str().expect("a state")) {
                    return sheet;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            panic!("it goes on: {}", at.log());
        };
        let sheet = migrate("false").await;
        assert_eq!(sheet["line"]["state"], "failed", "{sheet}");
        assert_eq!(sheet["line"]["error"], format!("1 of 2 agencies are not at {}", tenancy::migrate::latest()));
        assert!(sheet["happened"].to_string().contains(&format!("{}: ", forgetful.new.slug)), "{sheet}");
        let read = async || {
            let page =
                served.send("GET", "/platform/migrations", &[("cookie", &cookies)], b"").await.expect("an answer");
            page.body
        };
        let page = read().await;
        for part in
            ["Anel 1", "Tentar de novo só as que falharam", &format!("/platform/tenants/{}", forgetful.new.slug)]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains(&format!("/platform/tenants/{}", well.new.slug)), "who was well is not in it: {page}");
        // The cause is mended.
        inside(&at, forgetful, "insert into _sqlx_migrations select * from kept").await;
        let sheet = migrate("true").await;
        assert_eq!(sheet["line"]["state"], "done", "{sheet}");
        assert!(read().await.contains("Todas as imobiliárias estão na versão do programa."));
    });
}
