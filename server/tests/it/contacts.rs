//! How a visitor asks about a property.

use http::StatusCode;
use tenancy::testing::{Agency, run};

use crate::harness::{Caller, house, register};
use crate::storefront::{publish, shows};

/// Gives an agency its registration, where it has one, and ways to reach it.
async fn reachable(owner: &mut Caller, creci: &str, [whatsapp, email]: [&str; 2]) {
    let version = owner.call("store_settings/load", &[("form", "store")]).await.json()["version"].to_string();
    let fields = [
        ("company_name", "Casa Amarela"),
        ("creci", creci),
        ("whatsapp", whatsapp),
        ("phone", "1133334444"),
        ("email", email),
        ("version", &version),
    ];
    let answer = owner.call("store_settings/update_store", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

/// What the link to this target says in the field of this name.
fn said(page: &str, target: &str, name: &str) -> String {
    let link = page.split(&format!("href=\"{target}?")).nth(1).unwrap_or_else(|| panic!("no {target}: {page}"));
    let query = link.split('"').next().expect("it ends").replace("&amp;", "&");
    let field = form_urlencoded::parse(query.as_bytes()).find(|(field, _)| field == name);
    field.unwrap_or_else(|| panic!("no {name} in {query}")).1.into_owned()
}

#[test]
fn a_message_about_a_property_carries_its_code() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        reachable(&mut of_a, "J-12345", ["+55 11 98888-7777", "contato@a.example"]).await;
        reachable(&mut of_b, "J-12345", ["+55 21 97777-6666", "contato@b.example"]).await;
        let path_a = publish(&mut of_a, &a, &[("title", "Casa & jardim de A")]).await;
        register(&mut of_b, "A primeira de B").await;
        let path_b = publish(&mut of_b, &b, &[("title", "Casa com jardim de B")]).await;
        let ask = async |agency: &Agency, path: &str, [whatsapp, email, code, title]: [&str; 4]| {
            let address = format!("http://{}.localhost:3000{path}", agency.route.slug);
            let page = shows(house, agency, path).await;
            let message = said(&page, &format!("https://wa.me/{whatsapp}"), "text");
            assert_eq!(message, format!("Olá! Tenho interesse no imóvel {code}, {title}: {address}"));
            assert_eq!(said(&page, &format!("mailto:{email}"), "subject"), message);
            assert!(page.contains("href=\"tel:+551133334444\""), "{page}");
            let page = shows(house, agency, &format!("{path}?lang=en")).await;
            let message = said(&page, &format!("https://wa.me/{whatsapp}"), "text");
            assert_eq!(message, format!("Hello! I am interested in property {code}, {title}: {address}?lang=en"));
        };
        ask(&a, &path_a, ["5511988887777", "contato@a.example", "AP0001", "Casa & jardim de A"]).await;
        ask(&b, &path_b, ["5521977776666", "contato@b.example", "AP0002", "Casa com jardim de B"]).await;
    });
}

#[test]
fn an_agency_without_creci_can_be_reached_and_offers_nothing() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        reachable(&mut of_a, "", ["", "contato@a.example"]).await;
        reachable(&mut of_b, "J-12345", ["", "contato@b.example"]).await;
        let id = register(&mut of_a, "Casa que está pronta").await;
        let refused = of_a.call("properties/publish", &[("id", &id)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        publish(&mut of_b, &b, &[("title", "Casa que está pronta")]).await;
        for (agency, email, offers) in [(&a, "contato@a.example", false), (&b, "contato@b.example", true)] {
            let page = shows(house, agency, "/").await;
            for part in ["Casa Amarela", "href=\"tel:+551133334444\"", &format!("href=\"mailto:{email}\"")] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert_eq!(page.contains("CRECI"), offers, "{page}");
            for path in ["/", "/imoveis"] {
                let page = shows(house, agency, path).await;
                assert_eq!(page.contains("class=\"tile\""), offers, "{path}: {page}");
                assert_eq!(page.contains("Casa que está pronta"), offers, "{path}: {page}");
            }
        }
    });
}
