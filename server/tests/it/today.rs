//! The first screens: the CRM's, with the agency's figures, and the platform's, with the plans and, in a demo, its people.

use http::StatusCode;
use serde_json::json;
use std::sync::Arc;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{Agency, PASSWORD, new_tenant, run};

use app::access::Role;
use app::state::{DemoPerson, Settings};

use crate::harness::{Caller, House, house, on_the_storefront, open_as, register, register_as, settings};

async fn agency_in(house: &House, plan: &str) -> (Agency, Caller) {
    let agency = house.agency_of(NewTenant { plan: plan.into(), ..new_tenant() }).await;
    let owner = house.owner(&agency).await;
    (agency, owner)
}

/// The figures of the first screen by their names.
fn figures(page: &str) -> Vec<(String, String)> {
    let text = |part: &str, tag: &str| {
        let inside = part.split(&format!("<{tag}>")).nth(1).and_then(|rest| rest.split(&format!("</{tag}>")).next());
        inside.unwrap_or_else(|| panic!("no {tag} in {part}")).to_owned()
    };
    page.replace("<!>", "")
        .split("class=\"figure\"")
        .skip(1)
        .map(|part| (text(part, "span"), text(part, "strong")))
        .collect()
}

#[test]
fn the_first_screen_counts_what_is_there_and_names_what_is_missing() {
    run(async {
        let house = house().await;
        let ((a, mut of_a), (_b, mut of_b)) = (agency_in(house, "prime").await, agency_in(house, "k2").await);
        on_the_storefront(house, &a, &mut of_a, "Casa no site").await;
        register_as(&mut of_a, &[("title", "Sobrado quase pronto"), ("city", "")]).await;
        register_as(&mut of_a, &[("title", "Rascunho da esquina"), ("status", "draft")]).await;
        register(&mut of_a, "Pronto para publicar").await;
        register_as(&mut of_a, &[("title", "Vendido há tempos"), ("status", "sold")]).await;
        let away = register(&mut of_a, "Posto de lado").await;
        assert_eq!(of_a.call("properties/archive", &[("id", &away)]).await.status, StatusCode::OK);
        register_as(&mut of_b, &[("title", "Rascunho do concorrente"), ("status", "draft")]).await;

        let loaded = of_a.call("today/load", &[]).await.json();
        let unready: Vec<(&str, Vec<&str>)> = loaded["unready"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| {
                let missing = one["missing"].as_array().expect("a list");
                let fields = missing.iter().map(|missing| missing["field"].as_str().expect("a field"));
                (one["title"].as_str().expect("a title"), fields.collect())
            })
            .collect();
        let expected = [
            ("Pronto para publicar", vec![]),
            ("Rascunho da esquina", vec!["status"]),
            ("Sobrado quase pronto", vec!["city"]),
        ];
        assert_eq!(unready, expected, "changed last first; neither what is published nor what is over");

        let last = &loaded["activity"][0];
        assert_eq!(last["line"]["action"], "property.archive", "{last}");
        assert!(last["line"]["who"].as_str().is_some_and(|who| who.starts_with("Olga ")), "{last}");
        assert_eq!((&last["property"][0], &last["property"][1]), (&json!(away), &json!("AP0006 · Posto de lado")));
        assert!(!loaded["activity"].to_string().contains("concorrente"), "{loaded}");

        let shown = |figures: [(&str, &str); 5]| figures.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let page = of_a.get("/app").await.text();
        let of_prime =
            [("No site", "1"), ("Ativos", "3"), ("Rascunhos", "1"), ("Em carteira", "5"), ("Livres no plano", "95")];
        assert_eq!(figures(&page), shown(of_prime));
        let activity = "arquivou um imóvel";
        for part in ["Sobrado quase pronto", "Falta para publicar: Cidade", "Pronto: falta publicar.", activity] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("concorrente"), "{page}");

        let page = of_b.get("/app").await.text();
        let of_k2 = [
            ("No site", "0"),
            ("Ativos", "0"),
            ("Rascunhos", "1"),
            ("Em carteira", "1"),
            ("Livres no plano", "sem limite"),
        ];
        assert_eq!(figures(&page), shown(of_k2));
        assert!(page.contains("Rascunho do concorrente") && !page.contains("Rascunho da esquina"), "{page}");
    });
}

#[test]
fn the_front_page_sells_the_plans_and_shows_the_demos_people_where_there_is_one() {
    run(async {
        let people: Arc<[DemoPerson]> = Arc::new([
            DemoPerson { email: "ana@casa-azul.example", role: Some(Role::Owner), at: "Casa Azul".into() },
            DemoPerson { email: "operador@sobrado.example", role: None, at: "Sobrado".into() },
        ]);
        let demo = Settings { demo: Some(people), ..settings() };
        for (settings, shown) in
            [(demo.clone(), true), (Settings { production: true, ..demo }, false), (settings(), false)]
        {
            let house = open_as(Default::default(), settings).await;
            let (a, b) = (house.agency().await, house.agency().await);
            let page = house.stranger().get("/").await;
            assert_eq!(page.status, StatusCode::OK);
            let page = page.text();
            for name in ["Prime", "K", "K2"] {
                assert!(page.contains(&format!("<h2>{name}<")), "{name}: {page}");
            }
            let sites = [&a, &b].map(|agency| format!("href=\"http://{}.localhost:3000\"", agency.route.slug));
            let door = "<a href=\"/platform/entrar\">entra em";
            let people = ["ana@casa-azul.example", "Diretoria, Casa Azul", "operador@sobrado.example", door, PASSWORD];
            for part in people.into_iter().chain(sites.iter().map(String::as_str)) {
                assert_eq!(page.contains(part), shown, "{part}: {page}");
            }
            let told = house.stranger().call("auth/demo", &[]).await;
            assert_eq!((told.status, told.json().is_null()), (StatusCode::OK, !shown), "{}", told.text());
            assert!(page.matches(door).count() <= 1, "only the operator's account has another door: {page}");
            assert!(page.contains("href=\"/cadastro\""), "{page}");
        }
    });
}

#[test]
fn who_finds_no_page_in_the_crm_is_led_back_into_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let id = register(&mut of_b, "Imóvel do concorrente").await;
        for (caller, home) in [(&mut of_a, "/app"), (&mut house.stranger(), "/")] {
            let path = if home == "/app" { format!("/app/properties/{id}") } else { "/nada".to_owned() };
            let page = caller.get(&path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            let page = page.text();
            assert!(page.contains("Página não encontrada"), "{path}: {page}");
            assert!(page.contains(&format!("href=\"{home}\" rel=\"external\"")), "{path}: {page}");
        }
    });
}
