//! Properties through the router: CON-01, CON-03, INP-05, OBS-10, OBS-11, UNI-01, and what a form without WASM keeps.

use http::StatusCode;
use tenancy::central::audit;
use tenancy::relay;
use tenancy::testing::{bed, run};

use crate::harness::{Caller, a_property, house, register, register_as, root};
use crate::places::counted;

async fn version(caller: &mut Caller, id: &str) -> i64 {
    caller.call("properties/load", &[("id", id)]).await.json()["version"].as_i64().expect("a version")
}

#[test]
fn a_property_is_registered_found_changed_and_put_away() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Cobertura com terraço").await;
        let page = owner.get(&format!("/app/properties/{id}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for shown in ["Cobertura com terraço", "AP0001", "450.000", "Vila Mariana", "cadastrou um imóvel"] {
            assert!(page.text().contains(shown), "{shown}");
        }
        for query in [
            "q=TERRACO",
            "q=ap0001",
            "q=vila%20mariana",
            "type=apartment&bedrooms=2",
            "neighborhood=vila%20mariana",
            "min_price=400.000&max_price=500000",
            "purpose=sale&status=active&sort=price_desc",
        ] {
            assert!(
                owner.get(&format!("/app/properties?{query}")).await.text().contains("Cobertura com terraço"),
                "{query}"
            );
        }
        for query in ["q=%25", "q=_", "type=house", "bedrooms=3", "min_price=500001", "purpose=rent", "archived=yes"] {
            assert!(
                !owner.get(&format!("/app/properties?{query}")).await.text().contains("Cobertura com terraço"),
                "{query}"
            );
        }
        let mut fields = a_property(&id, "Cobertura reformada");
        fields.push(("version", "1"));
        assert_eq!(owner.call("properties/update", &fields).await.status, StatusCode::OK);
        assert_eq!(version(&mut owner, &id).await, 2);
        assert_eq!(owner.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(counted(&a).await, (0, 0), "archiving frees the place");
        assert!(owner.get("/app/properties?archived=yes").await.text().contains("Cobertura reformada"));
        assert_eq!(owner.call("properties/restore", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(counted(&a).await, (1, 1));
    });
}

#[test]
fn every_change_is_audited_once_with_who_what_and_from_where() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        owner.headers.insert("user-agent", "Navegador/1.0".parse().expect("a header"));
        let id = register(&mut owner, "Galpão na marginal").await;
        let mut fields = a_property(&id, "Galpão ampliado");
        fields.push(("version", "1"));
        owner.call("properties/update", &fields).await;
        // Saving what is there already is no change.
        fields.pop();
        fields.push(("version", "2"));
        owner.call("properties/update", &fields).await;
        let bed = bed().await;
        for _ in 0..2 {
            relay::deliver(&house.state.house.central, bed.deployment.key(), &a.db).await.expect("carried");
        }
        let lines = audit::list(&house.state.house.central, a.route.tenant, 20).await.expect("listed");
        let of: Vec<_> = lines.iter().filter(|l| l.entity_type == "property").collect();
        assert_eq!(of.iter().map(|l| l.action.as_str()).collect::<Vec<_>>(), ["property.update", "property.create"]);
        let update = of[0];
        assert_eq!(update.changes, serde_json::json!({"title": ["Galpão na marginal", "Galpão ampliado"]}));
        assert_eq!(update.user, Some(a.owner.as_uuid()));
        assert_eq!(update.ip_address, owner.peer.map(|peer| peer.ip().to_string()));
        assert_eq!(update.user_agent.as_deref(), Some("Navegador/1.0"));
        assert!(update.request_id.as_ref().is_some_and(|id| !id.is_empty()));
        assert_eq!(audit::verify(&house.state.house.central, a.route.tenant).await.expect("walked"), None);
    });
}

#[test]
fn what_cannot_be_written_down_is_not_done() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa como era").await;
        let refuse = sqlx::query("alter table outbox add constraint outbox_closed_check check (false) not valid");
        refuse.execute(&mut root(&a).await).await.expect("no line comes in any more");
        let new = uuid::Uuid::now_v7().to_string();
        let mut changed = a_property(&id, "Casa mudada");
        changed.push(("version", "1"));
        let photo = [("sala.jpg", "image/jpeg", crate::harness::a_photo(7))];
        for (what, answer) in [
            ("create", owner.call("properties/create", &a_property(&new, "Casa nova")).await),
            ("update", owner.call("properties/update", &changed).await),
            ("archive", owner.call("properties/archive", &[("id", &id)]).await),
            ("upload", owner.upload(&id, "application/json", &photo).await),
        ] {
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}: {}", answer.text());
        }
        assert_eq!(counted(&a).await, (1, 1));
        assert_eq!(version(&mut owner, &id).await, 1);
        let photos: i64 =
            sqlx::query_scalar("select count(*) from property_photos").fetch_one(&a.db).await.expect("counted");
        assert_eq!(photos, 0);
    });
}

#[test]
fn names_of_every_script_are_kept_shown_and_found() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let longest = "ã".repeat(100);
        for (title, sought) in [
            ("Casa do João D’Ávila", "joao"),
            ("Sobrado d'Oeste & Filhos <novo>", "d'oeste"),
            ("带花园的房子", "花园"),
            ("בית עם גינה", "גינה"),
            ("Chácara 👩‍👩‍👧‍👦 🏡", "🏡"),
            ("Z", "z"),
            (&longest, "aaaa"),
        ] {
            let id = register(&mut owner, title).await;
            let kept = owner.call("properties/load", &[("id", &id)]).await.json();
            assert_eq!(kept["title"], title);
            let page = owner.get(&format!("/app/properties/{id}")).await.text();
            assert!(page.contains(&server::layers::plain::escape(title).replace("&quot;", "\"")), "{title}: {page}");
            let found = owner.call("properties/list", &[("filter[q]", sought)]).await.text();
            assert!(found.contains(&id), "{sought} finds {title}: {found}");
        }
    });
}

#[test]
fn a_call_is_answered_in_the_callers_language() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa").await;
        for (lang, word) in [("en", "Active"), ("pt-BR", "Ativo")] {
            let answer = owner.call("auth/set_language", &[("lang", lang)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            let listed = owner.call("properties/list", &[]).await.text();
            assert!(listed.contains(&id) && listed.contains(word), "{lang}: {listed}");
        }
    });
}

#[test]
fn a_form_sent_fifty_times_makes_one_property() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let owner = house.owner(&a).await;
        let id = uuid::Uuid::now_v7().to_string();
        let mut tasks = Vec::new();
        for _ in 0..50 {
            let (mut caller, id) = (owner.clone(), id.clone());
            tasks.push(tokio::spawn(async move {
                caller.call("properties/create", &a_property(&id, "Uma só")).await.status
            }));
        }
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), StatusCode::OK);
        }
        assert_eq!(counted(&a).await, (1, 1));
    });
}

#[test]
fn a_stale_edit_loses_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut ana, mut bia) = (house.owner(&a).await, house.member(&a, "manager").await);
        let id = register(&mut ana, "Título de partida").await;
        let edit = |title: &'static str| {
            let mut fields: Vec<(&str, String)> = a_property("", "")
                .into_iter()
                .map(|(n, v)| (n, v.to_owned()))
                .filter(|(n, _)| *n != "id" && *n != "title")
                .collect();
            fields.extend([("id", id.clone()), ("title", title.to_owned())]);
            fields
        };
        let send = async |caller: &mut Caller, fields: &[(&str, String)], version: &str| {
            let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            fields.push(("version", version));
            caller.call("properties/update", &fields).await
        };
        assert_eq!(send(&mut ana, &edit("Título da Ana"), "1").await.status, StatusCode::OK);
        let stale = send(&mut bia, &edit("Título da Bia"), "1").await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert_eq!(stale.json()["data"]["stale"], 2);
        // Without WASM: the page shows both versions, and what Bia typed stands in the form.
        let fields = edit("Título da Bia");
        let mut form: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        form.push(("version", "1"));
        let from = format!("/app/properties/{id}/edit");
        let back = bia.post("properties/update", &from, &form).await;
        assert_eq!(back.status, StatusCode::FOUND);
        let location = back.header("location").replace("http://localhost:3000", "");
        assert!(location.starts_with(&from) && location.contains("draft="), "{location}");
        let page = bia.get(&location).await.text();
        assert!(page.contains("Título da Ana") && page.contains("value=\"Título da Bia\""), "{page}");
        assert!(page.contains("name=\"version\" value=\"2\""), "saving again writes on top of the newer one");
        assert_eq!(send(&mut bia, &edit("Título da Bia"), "2").await.status, StatusCode::OK);
    });
}

#[test]
fn two_editors_never_lose_a_field_silently() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let owner = house.owner(&a).await;
        let id = register(&mut owner.clone(), "Disputado").await;
        // Twenty rounds of two who edit at once from the same version: one saves, the other is told.
        for round in 0..20 {
            let now = version(&mut owner.clone(), &id).await.to_string();
            let mut tasks = Vec::new();
            for editor in 0..2 {
                let (mut caller, id, now) = (owner.clone(), id.clone(), now.clone());
                tasks.push(tokio::spawn(async move {
                    let title = format!("Editor {editor} na rodada {round}");
                    let mut fields = a_property(&id, &title);
                    fields.push(("version", &now));
                    caller.call("properties/update", &fields).await.status
                }));
            }
            let mut saved = 0;
            for task in tasks {
                match task.await.expect("no panic") {
                    StatusCode::OK => saved += 1,
                    status => assert_eq!(status, StatusCode::CONFLICT),
                }
            }
            assert_eq!(saved, 1, "round {round}");
        }
    });
}

#[test]
fn an_area_is_shown_with_its_unit_once() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register_as(&mut owner, &[("area_private", "82,5")]).await;
        let page = owner.get(&format!("/app/properties/{id}")).await.text().replace("<!>", "");
        assert!(page.contains("<dt>Área privativa (m²)</dt><dd>82,50</dd>"), "{page}");
    });
}

#[test]
fn a_refused_form_without_wasm_comes_back_filled() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = uuid::Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Apartamento <b>\"claro\"</b> & arejado");
        fields.extend([("suites", "7"), ("internal_notes", "</textarea><script>alert(1)</script>")]);
        let back = owner.post("properties/create", "/app/properties/new", &fields).await;
        assert_eq!(back.status, StatusCode::FOUND);
        let page = owner.get(&back.header("location").replace("http://localhost:3000", "")).await;
        let text = page.text();
        assert!(
            text.contains("Apartamento &lt;b&gt;&quot;claro&quot;&lt;/b&gt; &amp; arejado"),
            "what was typed stands there, harmless"
        );
        assert!(text.contains("Não pode ser maior que o total."), "and what is wrong beside it");
        assert!(
            !text.contains("<script>alert(1)") && text.contains("&lt;/textarea>"),
            "a text area cannot be broken out of"
        );
        assert!(text.contains(&id), "the same identifier: sent again it makes no second property");
        assert_eq!(counted(&a).await, (0, 0));
        let mut other = house.member(&a, "broker").await;
        let foreign = other.get(&back.header("location").replace("http://localhost:3000", "")).await;
        assert!(!foreign.text().contains("arejado"), "a draft is its writer's alone");
    });
}

#[test]
fn random_input_is_never_our_fault() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let seed: u64 = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
        println!("seed {seed}");
        let mut state = seed | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let names = [
            "id",
            "version",
            "title",
            "type",
            "purposes[]",
            "purposes",
            "filter[q]",
            "filter[sort]",
            "filter",
            "slug",
            "q",
            "lang",
            "user",
            "email",
            "password",
            "next",
            "reason",
            "[]",
            "a[b][c][d][e][f][g]",
        ];
        let values = [
            "",
            "0",
            "-1",
            "1e999",
            "\u{0}",
            "Ω≈ç√∫",
            "'; drop table properties; --",
            "../../etc/passwd",
            "9999999999999999999999",
            "true",
            "null",
            "{}",
            "[]",
            "%",
            "018f0000-0000-7000-8000-000000000000",
        ];
        for row in app::access::ROWS.iter().filter(|r| r.path.starts_with("/fn/") && !r.path.contains("/sign_in")) {
            for _ in 0..20 {
                let fields: Vec<(&str, &str)> = (0..next() % 8)
                    .map(|_| {
                        (names[(next() % names.len() as u64) as usize], values[(next() % values.len() as u64) as usize])
                    })
                    .collect();
                let answer = owner.call(row.path.trim_start_matches("/fn/"), &fields).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{} {fields:?}: {} {}",
                    row.path,
                    answer.status,
                    answer.text()
                );
            }
        }
    });
}
