//! Which language a page is in: the address's on a storefront, the person's and the browser's on the platform.

use http::StatusCode;
use http::header::ACCEPT_LANGUAGE;
use tenancy::testing::run;

use crate::harness::{Caller, house};
use crate::storefront::publish;

/// The page at an address, for a browser that asks for this language; none: one that says nothing.
async fn page(caller: &mut Caller, address: &str, accepted: Option<&str>) -> String {
    caller.headers.remove(ACCEPT_LANGUAGE);
    if let Some(accepted) = accepted {
        caller.headers.insert(ACCEPT_LANGUAGE, accepted.parse().expect("a header"));
    }
    let answer = caller.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    answer.text()
}

/// What a page says of itself, and a sentence of it in either language.
#[track_caller]
fn is_in(lang: &str, page: &str, sentences: [&str; 2]) {
    assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{lang}: {page}");
    let said = sentences.map(|sentence| page.contains(sentence));
    assert_eq!(said, [lang == "pt-BR", lang == "en"], "{lang}: {page}");
}

#[test]
fn a_storefront_speaks_the_language_of_its_address_whatever_the_browser_asks_for() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        for agency in [&a, &b] {
            let listing = publish(&mut house.owner(agency).await, agency, &[]).await;
            let mut visitor = house.visitor(agency);
            let url = format!("http://{}.localhost:3000", agency.route.slug);
            for path in ["/", "/imoveis", listing.as_str()] {
                let english = format!("{path}?lang=en");
                // The second time either comes from what is kept.
                for (address, accepted, lang) in [
                    (path, Some("en"), "pt-BR"),
                    (&english, Some("pt-BR"), "en"),
                    (path, Some("en"), "pt-BR"),
                    (&english, None, "en"),
                ] {
                    let page = page(&mut visitor, address, accepted).await;
                    is_in(lang, &page, ["Ir para o conteúdo", "Skip to content"]);
                    for (tag, of) in [("pt-BR", path), ("en", &english)] {
                        let link = format!("<link href=\"{url}{of}\" hreflang=\"{tag}\" rel=\"alternate\">");
                        assert!(page.contains(&link), "{address}: {link} is not in {page}");
                    }
                }
            }
        }
    });
}

#[test]
fn what_is_agreed_names_its_day_and_a_way_to_ask_as_readers_know_them() {
    run(async {
        let house = house().await;
        let mut stranger = house.stranger();
        let english = app::sign_up::rules::TERMS_VERSION;
        let day: Vec<&str> = english.rsplit('-').collect();
        let versions = [format!("Versão de {}<", day.join("/")), format!("Version of {english}<")];
        for (accepted, lang) in [("pt-BR", "pt-BR"), ("en", "en")] {
            for address in ["/termos", "/privacidade"] {
                let page = page(&mut stranger, address, Some(accepted)).await;
                is_in(lang, &page, versions.each_ref().map(String::as_str));
            }
            // Nobody reads what is answered to a mail of ours.
            let page = page(&mut stranger, "/privacidade", Some(accepted)).await;
            is_in(lang, &page, ["à pessoa que atende a imobiliária", "from whoever looks after the agency"]);
            assert!(!page.contains("e-mail nosso") && !page.contains("our e-mails"), "{page}");
        }
    });
}

const TODAY: [&str; 2] = ["<h1>Hoje", "<h1>Today"];

#[test]
fn on_the_platform_the_browser_speaks_for_a_stranger_and_a_person_for_himself() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let browsers = [(Some("en-US,en;q=0.9,pt;q=0.5"), "en"), (Some("pt-BR,en;q=0.5"), "pt-BR"), (None, "pt-BR")];
        let (mut stranger, mut unsettled) = (house.stranger(), house.owner(&b).await);
        for (accepted, lang) in browsers {
            for address in ["/", "/planos", "/entrar", "/platform/entrar"] {
                is_in(lang, &page(&mut stranger, address, accepted).await, ["Entrar", "Sign in"]);
            }
            is_in(lang, &page(&mut unsettled, "/app", accepted).await, TODAY);
        }
        let (mut owner, mut operator) = (house.owner(&a).await, house.operator().await);
        for lang in ["en", "pt-BR"] {
            for person in [&mut owner, &mut operator] {
                let answer = person.call("auth/set_language", &[("lang", lang)]).await;
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            }
            for (accepted, _) in browsers {
                is_in(lang, &page(&mut owner, "/app", accepted).await, TODAY);
                is_in(
                    lang,
                    &page(&mut operator, "/platform/tenants", accepted).await,
                    ["<h1>Imobiliárias", "<h1>Agencies"],
                );
            }
        }
        is_in("en", &page(&mut unsettled, "/app", Some("en")).await, TODAY);
    });
}
