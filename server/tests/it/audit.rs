//! The log's screens and the copies that are taken of it: what is shown to whom, page by page, and that looking is seen.
//! OBS-09, ISO-20, AUTH-32.

use futures::StreamExt as _;
use http::{Method, Request, StatusCode};
use sqlx::{ConnectOptions as _, Executor as _};
use tenancy::central::audit::{self, Event};
use tenancy::relay;
use tenancy::testing::{Agency, PASSWORD, run, superuser};
use time::OffsetDateTime;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::harness::{Caller, House, house, open, register_as};

const PAGE: &str = "/app/settings/audit";
const CSV: &str = "/app/settings/audit/export?format=csv";
const LINES: &str = "/app/settings/audit/export?format=jsonl";

async fn carry(house: &House, agency: &Agency) {
    let route = house.state.house.routes.by_tenant(agency.route.tenant).expect("known");
    let db = house.state.house.registry.open(&route).await.expect("opened");
    relay::deliver(&house.state.house.central, &house.state.house.key, &db).await.expect("carried");
}

async fn write(house: &House, agency: &Agency, event: Event) {
    let event = Event { tenant: Some(agency.route.tenant), ..event };
    audit::record(&house.state.house.central, event).await.expect("written");
}

/// What a page of the list holds, as the browser's program gets it.
async fn list(caller: &mut Caller, fields: &[(&str, &str)]) -> serde_json::Value {
    let fields: Vec<(String, &str)> = fields.iter().map(|(name, value)| (format!("filter[{name}]"), *value)).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let answer = caller.call("audit/list", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn texts(page: &serde_json::Value, name: &str) -> Vec<String> {
    let lines = page["lines"].as_array().expect("lines");
    lines.iter().map(|line| line[name].as_str().unwrap_or_default().to_owned()).collect()
}

/// A copy of the log, a line of JSON each.
async fn copy(caller: &mut Caller, path: &str) -> Vec<serde_json::Value> {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn the_log_says_who_did_what_and_what_was_there_before_in_the_readers_language() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register_as(&mut owner, &[("title", "Casa de antes")]).await;
        let mut fields = crate::harness::a_property(&id, "Casa de depois");
        fields.push(("version", "1"));
        fields.retain(|(name, _)| *name != "sale_price");
        fields.push(("sale_price", "480.000"));
        let saved = owner.call("properties/update", &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
        write(house, &a, Event::of_platform("nobody.knows", "riddle", Uuid::now_v7())).await;
        carry(house, &a).await;
        for (lang, words, prices) in [
            (
                "pt-BR",
                ["alterou um imóvel", "Preço de venda", "Título", "entrou no sistema", "O sistema", "Antes", "vazio"],
                ["R$\u{a0}450.000", "R$\u{a0}480.000"],
            ),
            (
                "en",
                ["changed a property", "Sale price", "Title", "signed in", "The program", "Before", "empty"],
                ["R$\u{a0}450,000", "R$\u{a0}480,000"],
            ),
        ] {
            assert_eq!(owner.call("auth/set_language", &[("lang", lang)]).await.status, StatusCode::OK);
            let page = owner.get(PAGE).await;
            assert_eq!(page.status, StatusCode::OK);
            let text = page.text();
            for word in words.iter().chain(&prices).chain(&["Casa de antes", "Casa de depois"]) {
                assert!(text.contains(word), "{lang}: {word} in {text}");
            }
            assert!(text.contains(&format!("href=\"/app/properties/{id}\"")), "it leads to the record");
            assert!(text.contains(" · Casa de depois"), "which it names as it is called now: {text}");
            assert!(
                text.contains("nobody.knows") && text.contains("riddle"),
                "what nobody has put into words is shown as it is"
            );
        }
    });
}

#[test]
fn the_log_and_the_agencys_sheet_say_the_same_of_an_act_and_an_agency_is_offered_its_own() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut owner, mut operator) = (house.owner(&a).await, house.operator().await);
        let acts = [
            ("impersonation.start", "user", "teve a conta aberta pela plataforma"),
            ("impersonation.end", "user", "teve a conta deixada pela plataforma"),
            ("session.refused", "person", "tentou entrar e não conseguiu"),
            ("second_factor.set", "person", "ativou a verificação em duas etapas"),
            ("subscription.change", "subscription", "mudou a assinatura"),
            ("member.join", "member", "entrou na equipe"),
        ];
        let changes = serde_json::json!({
            "host": "minha.example", "may_write": true, "due": "1234.50",
            "next": [["prime", 1, "monthly", 0], ["k2", 2, "monthly", 3]],
        });
        for (action, kind, _) in acts {
            let event = Event::of_platform(action, kind, a.owner.as_uuid());
            write(house, &a, Event { user: Some(a.owner.as_uuid()), changes: changes.clone(), ..event }).await;
        }
        let sheet = operator.get(&format!("/platform/tenants/{}", a.route.slug)).await.text();
        let own = list(&mut owner, &[]).await;
        let all = operator.call("audit/list_all", &[("agency", &a.route.slug)]).await.json();
        for (action, _, said) in acts {
            assert!(sheet.contains(said) && !sheet.contains(action), "{said}: {sheet}");
            for page in [&own, &all] {
                assert!(texts(page, "what").iter().any(|what| what == said), "{said}: {page}");
            }
        }
        let text = owner.get(PAGE).await.text();
        let money = "R$\u{a0}1.234,50";
        for part in ["Membro da equipe", "Domínio", "Pode alterar", "A pagar agora", money, "plano K2 (versão 2)"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let offered = |page: &serde_json::Value, action: &str| {
            page["actions"].as_array().expect("a list").iter().any(|one| one[0] == action)
        };
        for action in ["server.add", "plan.publish_version", "fleet.migrate"] {
            assert!(!offered(&own, action) && offered(&all, action), "{action}");
        }
        assert!(offered(&own, "impersonation.start") && offered(&own, "property.update"), "{own}");
    });
}

#[test]
fn the_log_is_asked_by_who_what_which_and_when() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let record = Uuid::now_v7();
        let old = OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("14/11/2023 19:13 in Brasília");
        let changes = serde_json::json!({"title": ["", "Chácara do Óleo 50%_x"]});
        let by_owner = Event {
            user: Some(a.owner.as_uuid()),
            changes,
            ..Event::of_platform("property.update", "property", record)
        };
        write(house, &a, by_owner.clone()).await;
        write(
            house,
            &a,
            Event { at: old, id: Uuid::now_v7(), ..Event::of_platform("import.run", "import", Uuid::now_v7()) },
        )
        .await;
        write(house, &b, Event { id: Uuid::now_v7(), ..by_owner }).await;
        let (owner_id, entity) = (a.owner.to_string(), record.to_string());
        let lines = list(&mut owner, &[]).await;
        assert_eq!(texts(&lines, "what").len(), 5, "made, billed, signed in, changed, imported: {lines}");
        for (filter, what) in [
            (vec![("q", "chácara do óleo 50%_x")], vec!["alterou um imóvel"]),
            (vec![("q", "50%zx")], vec![]),
            // Letters are looked for in ninety days: the last ones, or those before a day.
            (vec![("q", "import.run"), ("kind", "import")], vec![]),
            (vec![("q", "import.run"), ("kind", "import"), ("to", "2024-02-11")], vec!["importou imóveis"]),
            (vec![("q", "import.run"), ("kind", "import"), ("from", "2023-11-14"), ("to", "2024-02-12")], vec![]),
            (vec![("action", "import.run")], vec!["importou imóveis"]),
            (vec![("kind", "property")], vec!["alterou um imóvel"]),
            (vec![("entity", entity.as_str())], vec!["alterou um imóvel"]),
            (vec![("entity", "VM1234")], vec![]),
            (vec![("who", owner_id.as_str()), ("kind", "property")], vec!["alterou um imóvel"]),
            (vec![("who", b.owner.to_string().leak() as &str)], vec![]),
            (vec![("to", "2023-11-14")], vec!["importou imóveis"]),
            (vec![("from", "2023-11-14"), ("to", "2023-11-14")], vec!["importou imóveis"]),
            (vec![("from", "2023-11-15"), ("kind", "import")], vec![]),
            (vec![("to", "2023-11-13")], vec![]),
            (vec![("from", "yesterday"), ("kind", "import")], vec!["importou imóveis"]),
            // The agency is who asks, whatever the address says.
            (vec![("agency", b.route.slug.as_str()), ("kind", "property")], vec!["alterou um imóvel"]),
        ] {
            let found = list(&mut owner, &filter).await;
            assert_eq!(texts(&found, "what"), what, "{filter:?}");
            let address = app::values::query::address(LINES, filter.iter().copied());
            let copied = copy(&mut owner, &address).await;
            assert_eq!(copied.iter().filter(|line| line["action"] != "audit.export").count(), what.len(), "{filter:?}");
            assert!(copied.iter().all(|line| line["agency"] == a.route.slug.as_str()), "{copied:?}");
        }
        // Without WASM the same: a form whose fields are the address.
        let page =
            owner.get(&format!("{PAGE}?q=&who=&action=import.run&kind=&entity=&from=&to=2023-11-14")).await.text();
        assert!(page.contains("importou imóveis</span>") || page.contains("importou imóveis<"), "{page}");
        assert!(!page.contains(&format!("/app/properties/{record}")), "{page}");
        assert!(page.contains("value=\"2023-11-14\"") && page.contains(&format!("action=\"{PAGE}\"")), "{page}");
        let export = "/app/settings/audit/export?action=import.run&amp;to=2023-11-14&amp;format=csv";
        assert!(page.contains(export), "the copy is of what is asked for: {page}");
        // What is not looked for is said.
        let page = owner.get(&format!("{PAGE}?q=casa&from=2023-01-01&to=2023-11-14")).await.text();
        assert!(page.contains("Um texto é procurado em até 90 dias: de 17/08/2023 a 14/11/2023."), "{page}");
        let none = owner.get(&format!("{PAGE}?action=nobody.did")).await.text();
        assert!(!none.contains("Um texto é procurado"), "{none}");
        assert!(none.contains("Nada encontrado") && none.contains("value=\"nobody.did\""), "{none}");
    });
}

#[test]
fn a_long_log_is_turned_over_page_by_page_and_copied_whole_in_pieces() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let sql = "insert into tenant_audit_log (id, at, tenant_id, action, entity_type, changes, hash)
             select gen_random_uuid(), now(), $1, 'property.update', 'property', jsonb_build_object('n', n), '' from generate_series(1, 1197) n";
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        root.execute("set session_replication_role = replica").await.expect("unchained: this is about reading");
        sqlx::query(sql).bind(a.route.tenant).execute(&mut root).await.expect("written");
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let filter: Vec<(&str, &str)> = cursor.iter().map(|cursor| ("after", cursor.as_str())).collect();
            let page = list(&mut owner, &filter).await;
            assert_eq!(page["previous"].is_null(), cursor.is_none(), "the first page has none before it");
            let ids = texts(&page, "id");
            if let Some(previous) = page["previous"].as_str() {
                let back = list(&mut owner, &[("before", previous)]).await;
                assert_eq!(texts(&back, "id"), seen[seen.len() - 50..], "the way back");
                assert_eq!(back["previous"].is_null(), seen.len() == 50);
                assert!(back["next"].is_string());
            }
            seen.extend(ids);
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen.len(), 1200);
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 1200, "each once");
        let cookies: Vec<String> = owner.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(LINES).header("host", "localhost:3000").header("cookie", cookies.join("; "));
        let response = house.router.clone().oneshot(request.body(axum::body::Body::empty()).expect("a request")).await;
        let mut body = response.expect("an answer").into_body().into_data_stream();
        let (mut pieces, mut bytes) = (0, Vec::new());
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece.expect("whole"));
            pieces += 1;
        }
        assert_eq!(pieces, 3, "five hundred lines at a time, none of them all at once");
        let text = String::from_utf8(bytes).expect("text");
        let copied: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].as_str().expect("an id").to_owned()
            })
            .collect();
        assert_eq!(copied[1..], seen, "all of it, newest first, after the line that says that it was taken");
    });
}

#[test]
fn a_copy_opens_in_a_spreadsheet_and_is_no_formula() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let agent = "=HYPERLINK(\"http://evil.example\",\"x\")";
        let evil = Event {
            user: Some(a.owner.as_uuid()),
            user_agent: Some(agent.into()),
            changes: serde_json::json!({"title": ["", "a, b\r\n\"c\""]}),
            ..Event::of_platform("property.update", "property", Uuid::now_v7())
        };
        write(house, &a, evil).await;
        let answer = owner.get(CSV).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"auditoria.csv\"");
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        assert!(text.starts_with("\u{feff}Data e hora (UTC),Imobiliária,Quem,"), "{text}");
        assert!(text.contains("\r\n") && text.contains("\"'=HYPERLINK("), "{text}");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("RFC 4180");
        assert!(rows.iter().all(|row| row.len() == 13));
        let row = rows.iter().find(|row| &row[5] == "property.update").expect("the line");
        assert_eq!((&row[4], &row[10]), ("alterou um imóvel", format!("'{agent}").as_str()));
        assert!(row[8].contains(r#""a, b\r\n\"c\"""#), "{row:?}");
        for row in &rows {
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        }
        for path in ["/app/settings/audit/export", "/app/settings/audit/export?format=xls"] {
            assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn whoever_takes_a_copy_is_in_the_log_and_where_that_cannot_be_written_nobody_does() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut manager) = (house.owner(&a).await, house.member(&a, "manager").await);
        let taken = async |caller: &mut Caller| texts(&list(caller, &[("action", "audit.export")]).await, "who");
        assert!(taken(&mut owner).await.is_empty());
        let looked = owner.send(Method::HEAD, CSV, "text/html", None).await;
        assert_eq!((looked.status, looked.body.len()), (StatusCode::OK, 0));
        assert!(taken(&mut owner).await.is_empty(), "who asks what it is has taken nothing");
        let copied = copy(&mut manager, &format!("{LINES}&kind=company")).await;
        assert_eq!(copied[0]["action"], "audit.export", "the copy begins with itself");
        assert_eq!(
            copied[0]["changes"],
            serde_json::json!({"format": "jsonl", "kind": "company"}),
            "and what was asked for"
        );
        assert_eq!(copied[0]["entity_id"], a.route.tenant.to_string());
        assert_eq!(taken(&mut owner).await, ["manager"]);
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let close = format!(
            "alter table tenant_audit_log add constraint closed_check check (tenant_id is distinct from '{}') not valid",
            a.route.tenant
        );
        central.execute(sqlx::AssertSqlSafe(close)).await.expect("no line of A's comes in any more");
        let refused = owner.get(CSV).await;
        let of_b = house.owner(&b).await.get(CSV).await;
        central
            .execute("alter table tenant_audit_log drop constraint closed_check")
            .await
            .expect("lines come in again");
        assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!refused.text().contains("audit.export"), "{}", refused.text());
        assert_eq!(of_b.status, StatusCode::OK, "the other agency's does");
        assert_eq!(owner.get(CSV).await.status, StatusCode::OK, "the same, written down");
    });
}

#[test]
fn operators_see_every_agencys_log_and_the_platforms_and_are_seen_looking() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut operator = house.operator().await;
        operator.peer = Some("198.51.100.7:4000".parse().expect("an address"));
        let mut owner = house.owner(&a).await;
        for agency in [&a, &b] {
            write(house, agency, Event::of_platform("import.run", "import", Uuid::now_v7())).await;
        }
        let text = operator.get("/platform/audit?action=import.run").await.text();
        assert!(text.contains(&a.route.name) && text.contains(&b.route.name), "{text}");
        assert!(!text.contains("<script"), "complete without a program");
        let all = "/platform/audit/export?format=jsonl&action=tenant.create";
        let slugs: Vec<_> = copy(&mut operator, all).await.iter().map(|line| line["agency"].clone()).collect();
        assert!([&a, &b].iter().all(|agency| slugs.contains(&agency.route.slug.clone().into())), "{slugs:?}");
        let look = async |caller: &mut Caller| texts(&list(caller, &[("action", "audit.read")]).await, "who");
        assert!(look(&mut owner).await.is_empty(), "so far nobody has looked into A's alone");
        let of_a = operator.get(&format!("/platform/audit?agency={}", a.route.slug)).await.text();
        assert!(of_a.contains(&a.route.name) && !of_a.contains(&b.route.name), "{of_a}");
        assert_eq!(look(&mut owner).await, ["Operator"], "the owner sees who did");
        let mut page_on =
            async |more: &str| operator.get(&format!("/platform/audit?agency={}&{more}", a.route.slug)).await;
        page_on("after=9223372036854775807").await;
        assert_eq!(look(&mut owner).await.len(), 1, "a look goes on from page to page");
        page_on("after=9223372036854775807&action=import.run").await;
        page_on("after=9223372036854775806&action=import.run").await;
        assert_eq!(look(&mut owner).await.len(), 2, "who types a cursor is seen all the same, once");
        assert!(page_on("after=x").await.text().contains(&a.route.name));
        assert_eq!(look(&mut owner).await.len(), 3, "what is no cursor shows the newest lines");
        assert!(!owner.get(PAGE).await.text().contains("198.51.100.7"), "and not where they sit");
        assert!(operator.get("/platform/audit?action=audit.read").await.text().contains("198.51.100.7"));
        let page = operator.get("/platform/audit?agency=-&kind=operator").await.text();
        assert!(page.contains("deu acesso a um operador") && page.contains("Plataforma"), "{page}");
        assert!(!page.contains(&a.route.name), "{page}");
        let nobody = operator.get("/platform/audit?agency=nenhuma").await;
        assert!(nobody.status == StatusCode::OK && nobody.text().contains("Nada encontrado"));
        let mail = operator.get(&format!("/platform/audit?who={}", a.email)).await.text();
        assert!(mail.contains("entrou no sistema") && !mail.contains(&b.route.name), "by e-mail: {mail}");
        for narrow in
            [format!("entity={}", a.owner.as_uuid()), format!("q={}", a.email), format!("q={}&after=x", a.email)]
        {
            operator.get(&format!("/platform/audit?{narrow}")).await;
        }
        let searched = operator.get("/platform/audit?agency=-&action=audit.search").await.text();
        assert_eq!(searched.matches(&a.email).count(), 3, "in the platform's own log: {searched}");
        assert!(searched.contains(&a.owner.as_uuid().to_string()), "{searched}");
        assert!(texts(&list(&mut owner, &[("action", "audit.search")]).await, "who").is_empty());
        let taken = copy(&mut operator, &format!("/platform/audit/export?format=jsonl&agency={}", b.route.slug)).await;
        assert!(taken.iter().all(|line| line["agency"] == b.route.slug.as_str()) && taken.len() >= 3, "{taken:?}");
        let mut of_b = house.owner(&b).await;
        assert_eq!(texts(&list(&mut of_b, &[("action", "audit.export")]).await, "who"), ["Operator"]);
        for path in ["/platform/audit", "/platform/audit/export?format=csv"] {
            assert_eq!(owner.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for path in [PAGE, CSV] {
            assert_eq!(operator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    });
}

#[test]
fn who_opens_an_agencys_page_in_the_console_is_in_its_log_once_an_hour() {
    run(async {
        // A clock of its own: an hour passes.
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut one, mut other) = (house.operator().await, house.operator().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let look = async |caller: &mut Caller| texts(&list(caller, &[("action", "tenant.read")]).await, "who");
        let path = format!("/platform/tenants/{}", a.route.slug);
        for _ in 0..2 {
            assert!(one.get(&path).await.text().contains(&a.email));
        }
        assert_eq!(look(&mut of_a).await, ["Operator"], "once, however often");
        other.call("platform/tenant", &[("slug", &a.route.slug)]).await;
        assert_eq!(look(&mut of_a).await.len(), 2, "each of them");
        house.wait(time::Duration::minutes(61));
        one.get(&path).await;
        assert_eq!(look(&mut of_a).await.len(), 3, "and in the next hour");
        assert!(look(&mut of_b).await.is_empty());
        let page = of_a.get(&format!("{PAGE}?action=tenant.read")).await.text();
        assert!(page.contains("abriu a ficha da imobiliária"), "{page}");
    });
}

#[test]
fn who_acted_as_somebody_else_is_named_beside_them() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let new = tenancy::central::people::NewPerson {
            name: "Olívia do Suporte",
            email: &format!("olivia-{}@sobrado.example", a.route.slug),
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        let operator = tenancy::central::operators::ensure(&house.state.house.central, &new).await.expect("added");
        let line = Event {
            user: Some(a.owner.as_uuid()),
            impersonator: Some(operator.as_uuid()),
            ip_address: Some("198.51.100.8".into()),
            ..Event::of_platform("property.update", "property", Uuid::now_v7())
        };
        // By the outbox, as whatever a slice does.
        let route = house.state.house.routes.by_tenant(a.route.tenant).expect("known");
        let db = house.state.house.registry.open(&route).await.expect("opened");
        let mut tx = db.begin().await.expect("a transaction");
        let outbox = sqlx::query("insert into outbox (id, kind, payload) values ($1, 'audit', $2)");
        let outbox = outbox.bind(line.id).bind(serde_json::to_value(&line).expect("serialises"));
        outbox.execute(&mut tx).await.expect("written");
        tx.commit().await.expect("committed");
        carry(house, &a).await;
        let found = list(&mut owner, &[("kind", "property")]).await;
        assert_eq!(texts(&found, "behind"), ["Olívia do Suporte"]);
        assert!(!texts(&found, "who")[0].is_empty() && texts(&found, "who")[0] != "Olívia do Suporte");
        let page = owner.get(&format!("{PAGE}?kind=property")).await.text();
        assert!(page.contains("Acesso do suporte") && page.contains("Olívia do Suporte"), "{page}");
        assert!(!page.contains("198.51.100.8"), "where the support sits is nobody's business: {page}");
        // Nor can it be guessed by asking for it: who is not shown it does not find by it.
        for guess in ["198.51.100.8", "198.51.100."] {
            assert_eq!(texts(&list(&mut owner, &[("q", guess), ("kind", "property")]).await, "id"), [""; 0], "{guess}");
        }
        let known = house.operator().await.get("/platform/audit?q=198.51.100.8").await.text();
        assert!(known.contains("198.51.100.8"), "an operator does: {known}");
        let copied = copy(&mut owner, &format!("{LINES}&kind=property")).await;
        assert_eq!(copied[0]["impersonator"], "Olívia do Suporte");
        assert_eq!(copied[0]["user_id"], a.owner.to_string());
    });
}

#[test]
fn every_knock_at_the_door_is_in_the_log_with_where_it_came_from_and_never_what_was_typed() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let typed = "a password in the wrong field";
        let unknown = format!("senha-secreta-{}@nobody.example", a.route.slug);
        let mut stranger = house.stranger();
        stranger.peer = Some("198.51.100.61:4000".parse().expect("an address"));
        stranger.headers.insert("user-agent", http::HeaderValue::from_static("Mozilla/5.0 (X11; Linux) Firefox/140.0"));
        for (door, email) in
            [("sign_in", a.email.as_str()), ("sign_in", &unknown), ("sign_in_operator", a.email.as_str())]
        {
            let refused = stranger.call(&format!("auth/{door}"), &[("email", email), ("password", typed)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        }
        let came = stranger.call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD)]).await;
        assert_eq!(came.status, StatusCode::OK);
        let left = stranger.send(Method::POST, "/sair", "text/html", None).await;
        assert_eq!(left.status, StatusCode::SEE_OTHER);
        let mut owner = house.owner(&a).await;
        let other = house.owner(&a).await;
        let sessions = owner.call("auth/sessions", &[]).await.json();
        let theirs = sessions
            .as_array()
            .expect("a list")
            .iter()
            .find(|session| session["is_this"] == false)
            .expect("the other one");
        let ended = owner.call("auth/end_session", &[("id", theirs["id"].as_str().expect("a name"))]).await;
        assert_eq!(ended.status, StatusCode::OK, "{}", ended.text());
        drop(other);
        let lines = copy(&mut owner, LINES).await;
        let acts: Vec<&str> = lines
            .iter()
            .rev()
            .filter_map(|line| line["action"].as_str())
            .filter(|act| act.starts_with("session."))
            .collect();
        let expected = ["refused", "refused", "open", "end", "open", "open", "end"].map(|act| format!("session.{act}"));
        assert_eq!(acts, expected, "the one that nobody has is the platform's");
        let of = |act: &str| lines.iter().rev().find(|line| line["action"] == act).expect("it is there");
        for act in ["session.refused", "session.open"] {
            assert_eq!(of(act)["ip_address"], "198.51.100.61", "{act}");
            assert_eq!(of(act)["user_agent"], "Mozilla/5.0 (X11; Linux) Firefox/140.0", "{act}");
        }
        assert!(
            of("session.refused")["user_id"].is_null() && of("session.refused")["entity_id"] == a.person.to_string()
        );
        assert_eq!(of("session.refused")["changes"], serde_json::json!({"factor": "password"}));
        for act in ["session.open", "session.end"] {
            assert_eq!(of(act)["user_id"], a.owner.to_string(), "{act}");
        }
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        let text = "select string_agg(l::text, ' '), count(*) filter (where tenant_id is null and entity_id is null and action = 'session.refused')
             from tenant_audit_log l where ip_address = '198.51.100.61'";
        let (text, of_nobody): (String, i64) = sqlx::query_as(text).fetch_one(&mut root).await.expect("read");
        assert_eq!(of_nobody, 1, "the address that nobody has");
        for secret in [typed, unknown.as_str(), PASSWORD, a.email.as_str()] {
            assert!(!text.contains(secret), "{secret}");
        }
        let mut of_b = house.owner(&b).await;
        assert_eq!(copy(&mut of_b, &format!("{LINES}&action=session.refused")).await.len(), 0, "none of it is B's");
        // A wrong code is a knock as a wrong password is; what was typed is no more told.
        let phone = house.enrol(&mut owner).await;
        let (door, wrong) = ([("email", a.email.as_str()), ("password", PASSWORD)], phone.wrong_code(house));
        assert_eq!(stranger.call("auth/sign_in", &door).await.status, StatusCode::OK);
        let refused = stranger.call("auth/sign_in_code", &[("second_factor", &wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let lines = copy(&mut owner, &format!("{LINES}&action=session.refused")).await;
        let last = lines.first().expect("newest first");
        assert_eq!(last["changes"], serde_json::json!({"factor": "code"}));
        assert_eq!((&last["entity_id"], &last["ip_address"]), (&a.person.to_string().into(), &"198.51.100.61".into()));
        assert_eq!(lines.len(), 3, "two passwords and a code: {lines:?}");
        assert!(!serde_json::to_string(&lines).expect("text").contains(&format!("\"{wrong}\"")));
        assert_eq!(audit::verify(&house.state.house.central, a.route.tenant).await.expect("walked"), None);
    });
}

#[test]
fn who_looks_after_a_property_is_named_in_the_log_and_only_to_their_own_agency() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut partner) = (house.owner(&a).await, house.member(&a, "partner").await);
        assert_eq!(partner.get("/app").await.status, StatusCode::OK);
        let id = register_as(&mut owner, &[("title", "Casa dada")]).await;
        let form = owner.call("properties/edit", &[("id", &id)]).await.json();
        let team = form["team"].as_array().expect("a team");
        let partner = team.iter().find(|one| one[1] == "partner").expect("they work here")[0].as_str().expect("text");
        let mut fields = crate::harness::a_property(&id, "Casa dada");
        fields.extend([("version", "1"), ("responsible_id", partner)]);
        assert_eq!(owner.call("properties/update", &fields).await.status, StatusCode::OK);
        // A line that names another agency's member: what their number stands for is not this agency's to read.
        let foreign = serde_json::json!({"responsible_id": [null, b.owner]});
        let line = Event { changes: foreign, ..Event::of_platform("property.update", "property", Uuid::now_v7()) };
        write(house, &a, line).await;
        carry(house, &a).await;
        let page = list(&mut owner, &[("action", "property.update")]).await;
        let mut changes: Vec<_> =
            page["lines"].as_array().expect("lines").iter().map(|line| &line["changes"]).collect();
        changes.sort_by_key(|change| change[0]["after"] != "partner");
        let name = form["team"].as_array().and_then(|all| all.iter().find(|one| one[0] == a.owner.to_string()));
        let name = &name.expect("the owner works here")[1];
        let given = serde_json::json!([{"field": "Responsável", "before": name, "after": "partner"}]);
        let strange = serde_json::json!([{"field": "Responsável", "before": "", "after": b.owner.to_string()}]);
        assert_eq!(changes, [&given, &strange], "{page}");
        // An operator reads every name.
        let answer = house.operator().await.call("audit/list_all", &[("agency", &a.route.slug)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(!answer.text().contains(&b.owner.to_string()), "{}", answer.text());
    });
}
