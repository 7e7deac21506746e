//! What visitors see, and what they never do.

use http::{Method, StatusCode};
use tenancy::RegistryOptions;
use tenancy::testing::{Agency, run};

use crate::harness::{
    Caller, House, a_property, house, on_the_storefront, open, register_as, root, send_logo, with_creci,
};

/// Puts a property on the storefront that differs from the usual one, and gives its public path.
pub async fn publish(caller: &mut Caller, agency: &Agency, fields: &[(&str, &str)]) -> String {
    with_creci(agency).await;
    let id = register_as(caller, fields).await;
    let answer = caller.call("properties/publish", &[("id", &id)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    path(caller, &id).await
}

async fn path(caller: &mut Caller, id: &str) -> String {
    let page = caller.call("properties/load", &[("id", id)]).await.json();
    page["publication"]["path"].as_str().expect("a path").to_owned()
}

pub async fn shows(house: &House, agency: &Agency, address: &str) -> String {
    let answer = house.visitor(agency).get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    answer.text()
}

/// Another takes its place in every process that serves the agency.
#[test]
fn a_page_asks_its_agency_on_one_connection() {
    run(async {
        let mut visited = Vec::new();
        let (a, b) = (house().await.agency().await, house().await.agency().await);
        for agency in [&a, &b] {
            let mut owner = house().await.owner(agency).await;
            publish(&mut owner, agency, &[("title", "Sobrado de esquina"), ("neighborhood", "Tatuapé")]).await;
            let another = [("title", "Casa ao lado"), ("neighborhood", "Tatuapé")];
            visited.push(publish(&mut owner, agency, &another).await);
        }
        let fresh = open(RegistryOptions::default()).await;
        for address in ["/", "/imoveis?q=sobrado", "/imoveis?q=nenhum", visited[0].as_str()] {
            let text = shows(&fresh, &a, address).await;
            assert!(text.contains("Sobrado de esquina"), "{address}: also as what is similar or new");
            assert_eq!(fresh.state.house.registry.snapshot().connected, 1, "{address}");
        }
        shows(&fresh, &b, "/").await;
        assert_eq!(fresh.state.house.registry.snapshot().connected, 2, "each agency has its own");
    });
}

#[test]
fn a_published_change_is_visible_at_once() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let mut visitor = house.visitor(&a);
        assert!(!visitor.get("/imoveis").await.text().contains("Cobertura na praia"));
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Cobertura na praia").await;
        let page = path(&mut owner, &id).await;
        assert!(page.starts_with("/imovel/cobertura-na-praia-AP"), "{page}");
        for address in ["/", "/imoveis", page.as_str()] {
            let text = shows(house, &a, address).await;
            assert!(text.contains("Cobertura na praia") && text.contains(&photo.id), "{address}");
        }
        let version = owner.call("properties/load", &[("id", &id)]).await.json()["version"].to_string();
        let mut fields = a_property(&id, "Cobertura reformada");
        fields.push(("version", &version));
        assert_eq!(owner.call("properties/update", &fields).await.status, StatusCode::OK);
        assert!(shows(house, &a, "/imoveis").await.contains("Cobertura reformada"));
        // The old address leads to the new one for good, in either language.
        let moved = visitor.get(&page).await;
        let now = path(&mut owner, &id).await;
        assert_eq!((moved.status, moved.header("location")), (StatusCode::MOVED_PERMANENTLY, now.as_str()));
        let moved = visitor.get(&format!("{page}?lang=en")).await;
        assert_eq!(moved.header("location"), format!("{now}?lang=en"));
        owner.call("properties/unpublish", &[("id", &id)]).await;
        assert_eq!(visitor.get(&now).await.status, StatusCode::NOT_FOUND);
        for address in ["/", "/imoveis"] {
            assert!(!shows(house, &a, address).await.contains("Cobertura reformada"), "{address}");
        }
    });
}

#[test]
fn the_form_offers_what_there_is_now() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let new = [("neighborhood", "Vila Recém-Nascida"), ("type", "loft")];
        let offered = |text: &str| text.contains("value=\"Vila Recém-Nascida\"") && text.contains("value=\"loft\"");
        assert!(!offered(&shows(house, &a, "/").await));
        let page = publish(&mut owner, &a, &new).await;
        for address in ["/", "/imoveis"] {
            assert!(offered(&shows(house, &a, address).await), "{address}");
        }
        let list = owner.call("properties/list", &[]).await.json();
        owner.call("properties/unpublish", &[("id", list["rows"][0]["id"].as_str().expect("an identifier"))]).await;
        assert_eq!(house.visitor(&a).get(&page).await.status, StatusCode::NOT_FOUND);
        for address in ["/", "/imoveis"] {
            assert!(!offered(&shows(house, &a, address).await), "{address}");
        }
    });
}

#[test]
fn who_asks_for_the_head_alone_takes_the_page_from_nobody() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut visitor = house.visitor(&a);
        for path in ["/", "/imoveis", "/imoveis?q=zz", "/?lang=en"] {
            for _ in 0..2 {
                let head = visitor.send(Method::HEAD, path, "text/html", None).await;
                assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0), "{path}");
                let page = visitor.get(path).await;
                assert!(page.text().contains("</html>"), "{path}: {}", page.text());
                assert_eq!(head.header("etag"), page.header("etag"), "{path}");
            }
        }
        let missing = visitor.send(Method::HEAD, "/nada", "text/html", None).await;
        assert_eq!((missing.status, missing.body.len()), (StatusCode::NOT_FOUND, 0));
        assert!(visitor.get("/nada").await.text().contains("</html>"));
    });
}

#[test]
fn a_kept_page_comes_in_every_form_that_is_asked_for() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        publish(&mut house.owner(&a).await, &a, &[]).await;
        let plain = house.visitor(&a).get("/imoveis").await;
        assert_eq!(plain.header("content-encoding"), "");
        for encoding in ["br", "gzip"] {
            let mut visitor = house.visitor(&a);
            visitor.headers.insert(http::header::ACCEPT_ENCODING, encoding.parse().expect("a header"));
            let (first, second) = (visitor.get("/imoveis").await, visitor.get("/imoveis").await);
            assert_eq!((first.header("content-encoding"), first.header("vary")), (encoding, "accept-encoding"));
            assert!(first.body.len() * 2 < plain.body.len(), "{} of {}", first.body.len(), plain.body.len());
            assert_eq!(first.body, second.body, "made once");
            assert_eq!(first.header("etag"), plain.header("etag"));
            let etag = plain.header("etag").strip_prefix("W/").expect("weak, as both forms have it");
            for known in [plain.header("etag"), etag] {
                visitor.headers.insert(http::header::IF_NONE_MATCH, known.parse().expect("a header"));
                let unchanged = visitor.get("/imoveis").await;
                assert_eq!((unchanged.status, unchanged.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            }
        }
        for (accepted, encoding) in [("br;q=0", ""), ("br; q=0.0, gzip", "gzip"), ("*", "br")] {
            let mut visitor = house.visitor(&a);
            visitor.headers.insert(http::header::ACCEPT_ENCODING, accepted.parse().expect("a header"));
            let answer = visitor.get("/imoveis").await;
            assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
            assert_eq!(answer.body == plain.body, encoding.is_empty(), "{accepted}");
        }
    });
}

#[test]
fn what_visitors_may_not_know_is_not_in_a_single_byte() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let path = publish(
            &mut owner,
            &a,
            &[
                ("street", "Rua dos Segredos"),
                ("number", "4711"),
                ("complement", "Fundos 12"),
                ("cep", "01310-100"),
                ("visibility", "neighborhood"),
                ("internal_notes", "chave-com-o-porteiro"),
                ("sale_price", "987.654"),
                ("sale_price_public", "false"),
            ],
        )
        .await;
        let open = [("street", "Rua Aberta"), ("number", "77"), ("complement", "ap 3"), ("visibility", "full")];
        let open = publish(&mut owner, &a, &open).await;
        let half = [("street", "Rua Meia"), ("number", "Lote 88"), ("visibility", "street")];
        let half = publish(&mut owner, &a, &half).await;
        for address in ["/", "/imoveis", path.as_str(), "/imoveis?sort=price_desc"] {
            let text = shows(house, &a, address).await;
            for secret in
                ["Segredos", "4711", "Fundos 12", "01310", "porteiro", "987.654", "987654", "owner@", &a.email]
            {
                assert!(!text.contains(secret), "{address} tells {secret}");
            }
        }
        assert!(shows(house, &a, &path).await.contains("Sob consulta"));
        // Asking for it does not tell it either.
        for query in ["q=segredos", "min_price=987000&max_price=988000", "q=4711"] {
            let text = shows(house, &a, &format!("/imoveis?{query}")).await;
            assert!(text.contains("Nenhum imóvel com tudo isso"), "{query}");
        }
        let text = shows(house, &a, &open).await;
        assert!(text.contains("Rua Aberta, 77") && !text.contains("ap 3"));
        let text = shows(house, &a, &half).await;
        assert!(text.contains("Rua Meia") && !text.contains("Lote 88"));
    });
}

#[test]
fn pages_are_whole_without_a_script_and_say_what_they_are() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let path = publish(&mut owner, &a, &[("title", "Casa </title><script>alert(1)</script> & \"jardim\"")]).await;
        let url = format!("http://{}.localhost:3000", a.route.slug);
        for address in ["/", "/imoveis", "/imoveis?purpose=sale&page=1", &path] {
            let text = shows(house, &a, address).await;
            if let Some(at) = text.find("<script") {
                panic!("{address} carries a script: {}", &text[at.saturating_sub(200)..at + 100]);
            }
            assert!(!text.contains(".wasm"), "{address}");
            // A phone shows what it costs before the facts.
            let price = text.find("<p class=\"offer-price narrow\">R$\u{a0}450.000<");
            assert_eq!(price.is_some_and(|at| at < text.find("<dl").unwrap_or(0)), address == path, "{address}");
            assert!(text.contains("&lt;script&gt;alert(1)"), "{address} shows the title as it was typed");
            for part in [
                "<title>",
                "name=\"description\"",
                "property=\"og:title\"",
                "property=\"og:description\"",
                "rel=\"canonical\"",
                "hreflang=\"en\"",
            ] {
                assert!(text.contains(part), "{address} lacks {part}");
            }
        }
        let text = shows(house, &a, &path).await;
        assert!(
            text.contains(&format!("rel=\"canonical\" href=\"{url}{path}\""))
                || text.contains(&format!("href=\"{url}{path}\" rel=\"canonical\""))
        );
        let english = shows(house, &a, &format!("{path}?lang=en")).await;
        assert!(
            english.contains("lang=\"en\"")
                && english.contains("Ask about this property")
                && english.contains("?lang=en")
        );
        for address in ["/imovel/nada-AP9999", "/imovel/", "/imovel/x", "/nada", "/app", "/entrar"] {
            assert_eq!(house.visitor(&a).get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        for call in ["properties/list", "auth/sign_in"] {
            assert_eq!(house.visitor(&a).call(call, &[]).await.status, StatusCode::NOT_FOUND, "{call}");
        }
    });
}

#[test]
fn a_visitor_who_is_lost_finds_back() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        send_logo(&mut house.owner(&a).await).await;
        let mut visitor = house.visitor(&a);
        let lost = visitor.get("/nada").await;
        let text = lost.text();
        assert_eq!(lost.status, StatusCode::NOT_FOUND);
        for part in [
            "<main id=\"content\"",
            "content=\"noindex\"",
            "Esta página não existe",
            "class=\"store-head\"",
            "class=\"store-foot\"",
            "src=\"/logo/",
            "href=\"/theme/",
            "href=\"/\"",
            "href=\"/imoveis\"",
            "href=\"/imoveis?purpose=rent\"",
            &a.route.name,
        ] {
            assert!(text.contains(part), "lacks {part}: {text}");
        }
        assert!(!text.contains("rel=\"canonical\"") && !text.contains("hreflang=\"pt-BR\""), "it has no address");
        assert_eq!(text.matches("<main").count(), 1);
        // One page for all that is not there, whether it is another's, hidden or never was.
        for address in ["/imovel/nada-AP9999", "/nada/de/nada", "/app", "/entrar", "/imoveis?page=7"] {
            let other = visitor.get(address).await;
            assert_eq!((other.status, other.text()), (StatusCode::NOT_FOUND, text.clone()), "{address}");
        }
        let english = visitor.get("/nada?lang=en").await.text();
        assert!(english.contains("This page does not exist") && english.contains("href=\"/imoveis?lang=en\""));
        visitor.host = "nenhuma.localhost:3000".into();
        let unknown = visitor.get("/nada").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert!(!unknown.text().contains("store-head"), "nobody's host keeps the plain page");
    });
}

#[test]
fn a_page_introduces_itself_in_whole_words_and_with_a_picture() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let about = "Conhecemos cada rua do nosso bairro. ".repeat(9);
        sqlx::query("update store_settings set about = $1")
            .bind(about.trim())
            .execute(&mut root(&a).await)
            .await
            .expect("set");
        let url = format!("http://{}.localhost:3000", a.route.slug);
        let text = shows(house, &a, "/").await;
        let description = text.split("name=\"description\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
        let description = description.expect("a description");
        assert!(description.ends_with("bairro. Conhecemos…"), "{description}");
        assert!(!shows(house, &a, "/imoveis").await.contains("og:image"), "without any picture there is none");
        let logo = send_logo(&mut owner).await;
        let is_shown = |text: &str, path: &str| text.contains(&format!("property=\"og:image\" content=\"{url}{path}"));
        for address in ["/", "/imoveis"] {
            assert!(is_shown(&shows(house, &a, address).await, &logo), "{address}: the logo");
        }
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Casa fotografada").await;
        for address in ["/", "/imoveis", "/imoveis?type=loft", &path(&mut owner, &id).await] {
            let text = shows(house, &a, address).await;
            assert!(
                is_shown(&text, &format!("/media/{}/", photo.id)),
                "{address}: the first result, and the listing's own"
            );
        }
    });
}

#[test]
fn the_first_page_shows_twelve_the_chosen_ones_before_the_newest() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        with_creci(&a).await;
        let mut ids = Vec::new();
        for n in 1..=14 {
            let id = register_as(&mut owner, &[("title", &format!("Casa de vila {n:02}"))]).await;
            assert_eq!(owner.call("properties/publish", &[("id", &id)]).await.status, StatusCode::OK);
            ids.push(id);
        }
        for id in &ids[..2] {
            let answer = owner.call("properties/feature", &[("id", id), ("featured", "true")]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
        let page = shows(house, &a, "/").await;
        let tiles = page.split("<li class=\"tile\"").skip(1);
        let title = |tile: &str| Some(tile.split_once("<h3>")?.1.split_once('>')?.1.split_once('<')?.0.to_owned());
        let shown: Vec<String> = tiles.filter_map(title).collect();
        let expected: Vec<String> =
            [2, 1].into_iter().chain((5..=14).rev()).map(|n| format!("Casa de vila {n:02}")).collect();
        assert_eq!(shown, expected, "{page}");
    });
}
