//! How an agency presents itself: saved, checked, and on the storefront at once.

use http::StatusCode;
use tenancy::testing::run;

use crate::harness::{
    Caller, House, a_logo, a_property, house, on_the_storefront, register, root, send_logo, with_creci,
};

const STORE: [(&str, &str); 8] = [
    ("company_name", "Casa Amarela Imóveis"),
    ("creci", "creci 54.321-j"),
    ("hero_title", "Sua casa na serra"),
    ("about", "Vinte anos na região."),
    ("phone", "1133334444"),
    ("whatsapp", "+55 11 98888-7777"),
    ("email", "Contato@Amarela.example"),
    ("address", "Rua das Acácias, 10"),
];

/// How often a form was saved.
async fn version(caller: &mut Caller, form: &str) -> String {
    caller.call("store_settings/load", &[("form", form)]).await.json()["version"].to_string()
}

/// The value of a field on a page.
fn value(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("{name} in {page}"));
    let value = field.split("value=\"").nth(1).expect("a value");
    value.split('"').next().unwrap_or_default().to_owned()
}

fn with<'a>(fields: &[(&'a str, &'a str)], version: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain([("version", version)]).collect()
}

#[test]
fn what_an_agency_says_of_itself_is_on_its_storefront_at_once() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let (mut owner, mut visitor) = (house.owner(&agency).await, house.visitor(&agency));
        assert!(!visitor.get("/").await.text().contains("Sua casa na serra"), "and the page is kept");
        let began = version(&mut owner, "store").await;
        let answer = owner.call("store_settings/update_store", &with(&STORE, &began)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let page = visitor.get("/").await.text();
        for shown in
            ["Casa Amarela Imóveis", "54.321-J", "Sua casa na serra", "Vinte anos", "(11) 3333-4444", "5511988887777"]
        {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        assert!(page.contains("mailto:contato@amarela.example") && page.contains("Rua das Acácias, 10"));
        let form = owner.get("/app/settings/store").await.text();
        assert!(form.contains("value=\"(11) 98888-7777\""), "numbers come back in their usual form");
        let line: (String, serde_json::Value) =
            sqlx::query_as("select action, changes from activity_log order by at desc limit 1")
                .fetch_one(&mut root(&agency).await)
                .await
                .expect("written down");
        assert_eq!(line.0, "settings.update");
        assert_eq!(line.1["creci"], serde_json::json!([null, "54.321-J"]));
        assert!(
            line.1.get("version").is_none() && line.1.get("primary_color").is_none(),
            "only what changed: {}",
            line.1
        );
    });
}

#[test]
fn colours_are_on_the_site_and_can_be_read_there() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let (mut owner, mut visitor) = (house.owner(&agency).await, house.visitor(&agency));
        assert!(visitor.get("/").await.text().contains("/theme/1-004AAD-FFA500.css"), "the house's own to begin with");
        let began = version(&mut owner, "brand").await;
        let colors = [("primary_color", "ffd400"), ("secondary_color", "#123")];
        let answer = owner.call("store_settings/update_brand", &with(&colors, &began)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(visitor.get("/").await.text().contains("href=\"/theme/1-FFD400-112233.css\""));
        let sheet = visitor.get("/theme/1-FFD400-112233.css").await;
        assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
        assert!(sheet.header("cache-control").contains("immutable"));
        assert!(sheet.text().contains("--brand:#FFD400;--brand-ink:#000000;"), "black on yellow: {}", sheet.text());
        assert_eq!(owner.get("/theme/1-FFD400-112233.css").await.text(), sheet.text(), "the preview's is the same");
        let wrong = visitor.get("/theme/1-FFD400-112233%7D.css").await;
        assert_eq!((wrong.status, wrong.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
    });
}

#[test]
fn settings_that_cannot_be_are_named_and_nothing_is_changed() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let began = version(&mut owner, "store").await;
        let form = [("company_name", ""), ("creci", "x"), ("phone", "12"), ("email", "ana"), ("hero_title", "Oi")];
        let answer = owner.call("store_settings/update_store", &with(&form, &began)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Vec<String> = answer.json()["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| e[0].as_str().unwrap_or("").into())
            .collect();
        assert_eq!(fields, ["company_name", "creci", "phone", "email"]);
        let answer = owner.call("store_settings/update_brand", &with(&[("primary_color", "red")], &began)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(version(&mut owner, "store").await, began);
        // Without WASM the form comes back with what was typed.
        let answer = owner.post("store_settings/update_store", "/app/settings/store", &with(&form, &began)).await;
        let page = owner.get(answer.header("location")).await.text();
        assert!(page.contains("value=\"Oi\"") && page.contains("CRECI da empresa, como J-12345"), "{page}");
        let form = [("primary_color", "red"), ("secondary_color", "#123")];
        let answer = owner.post("store_settings/update_brand", "/app/settings/brand", &with(&form, &began)).await;
        let page = owner.get(answer.header("location")).await.text();
        let pickers = page.split("type=\"color\"").skip(1).filter_map(|rest| rest.split('>').next());
        let pickers: Vec<&str> = pickers.collect();
        assert!(page.contains("value=\"red\"") && pickers.len() == 2, "{page}");
        for (picker, color) in pickers.iter().zip(["#000000", "#112233"]) {
            assert!(picker.contains(&format!("value=\"{color}\"")), "a picker holds a colour always: {picker}");
        }
    });
}

/// How many of a page's buttons have a place beside them where it is said what came of them.
fn told_beside_its_button(page: &str) -> usize {
    let rows = page.split("class=\"button-row\">").skip(1).filter_map(|rest| rest.split("</div>").next());
    rows.filter(|row| row.contains("type=\"submit\"") && row.contains("role=\"status\"")).count()
}

#[test]
fn what_was_saved_is_said_beside_the_button_that_saved_it() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        for (path, forms) in [("/app/settings/store", 1), ("/app/settings/brand", 1), ("/app/profile", 3)] {
            let page = owner.get(path).await.text();
            assert_eq!(told_beside_its_button(&page), forms, "{path}: {page}");
        }
        // Without a script the address says whose it was.
        for (path, done) in [("/app/settings/brand", "update_brand"), ("/app/profile", "change_password")] {
            let page = owner.get(&format!("{path}?done={done}")).await.text();
            assert_eq!(page.matches(">Salvo.<").count(), 1, "beside the one button: {page}");
        }
    });
}

#[test]
fn two_who_change_the_settings_at_once_both_keep_what_they_typed() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let mut manager = house.member(&agency, "manager").await;
        let began = version(&mut owner, "store").await;
        let first = manager.call("store_settings/update_store", &with(&STORE, &began)).await;
        assert_eq!(first.status, StatusCode::OK);
        let mine = [("company_name", "Outra"), ("hero_title", "Minha frase")];
        let second = owner.call("store_settings/update_store", &with(&mine, &began)).await;
        assert_eq!(second.status, StatusCode::CONFLICT);
        let answer = owner.post("store_settings/update_store", "/app/settings/store", &with(&mine, &began)).await;
        let page = owner.get(answer.header("location")).await.text();
        for shown in ["Minha frase", "Sua casa na serra", "Casa Amarela Imóveis"] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        let theirs = second.json()["data"]["stale"].to_string();
        assert_eq!(value(&page, "version"), theirs, "what is sent now writes on top of theirs");
        let again = with(&mine, &theirs);
        assert_eq!(owner.call("store_settings/update_store", &again).await.status, StatusCode::OK, "mine on top");
    });
}

#[test]
fn a_form_that_was_refused_is_over_once_it_is_saved() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let at = |location: &str| location.replace("http://localhost:3000", "");
        let began = version(&mut owner, "store").await;
        let typed = [("company_name", "Casa Amarela"), ("hero_title", "Oi"), ("phone", "12")];
        let refused =
            owner.post("store_settings/update_store", "/app/settings/store?lang=pt", &with(&typed, &began)).await;
        let draft = at(refused.header("location"));
        assert!(draft.starts_with("/app/settings/store?lang=pt&draft="), "{draft}");
        let page = owner.get(&draft).await.text();
        assert_eq!((value(&page, "phone"), value(&page, "version")), ("12".to_owned(), began.clone()));
        assert!(page.contains("Digite um telefone com DDD"), "{page}");
        // Corrected, from the page with the draft.
        let corrected = [("company_name", "Casa Amarela"), ("hero_title", "Oi"), ("phone", "1133334444")];
        let saved = owner.post("store_settings/update_store", &draft, &with(&corrected, &began)).await;
        assert_eq!(at(saved.header("location")), "/app/settings/store?lang=pt&done=update_store");
        let page = owner.get(&at(saved.header("location"))).await.text();
        assert!(page.contains(">Salvo.<"), "it is said: {page}");
        assert_eq!(value(&page, "phone"), "(11) 3333-4444", "as it is kept");
        assert!(!page.contains("role=\"alert\"><p>"), "nothing is wrong: {page}");
        // And once more, from what the page shows, without anybody else in between.
        let now = value(&page, "version");
        let again = [("company_name", "Casa Amarela"), ("hero_title", "Olá")];
        let saved = owner.post("store_settings/update_store", "/app/settings/store", &with(&again, &now)).await;
        assert_eq!(at(saved.header("location")), "/app/settings/store?done=update_store");
        let page = owner.get("/app/settings/store").await.text();
        assert_eq!((value(&page, "hero_title"), value(&page, "phone")), ("Olá".to_owned(), String::new()));
    });
}

#[test]
fn what_a_newer_program_refused_in_words_of_its_own_is_there_all_the_same() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let began = version(&mut owner, "store").await;
        let typed = [("company_name", "Casa Amarela"), ("hero_title", "Oi"), ("phone", "12")];
        let refused = owner.post("store_settings/update_store", "/app/settings/store", &with(&typed, &began)).await;
        let words = sqlx::query("update form_drafts set refusal = '{\"kind\": \"of_tomorrow\"}'");
        words.execute(&mut root(&agency).await).await.expect("set");
        let page = owner.get(refused.header("location")).await;
        assert_eq!((page.status, value(&page.text(), "phone")), (StatusCode::OK, "12".to_owned()), "{}", page.text());
    });
}

#[test]
fn only_who_changed_the_same_fields_stands_in_the_way() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let (store, brand) = (version(&mut owner, "store").await, version(&mut owner, "brand").await);
        let colors = |primary| [("primary_color", primary), ("secondary_color", "#112233")];
        send_logo(&mut owner).await;
        let answer = owner.call("store_settings/update_store", &with(&STORE, &store)).await;
        assert_eq!(answer.status, StatusCode::OK, "a logo is no edit of the store: {}", answer.text());
        assert_eq!(owner.call("store_settings/remove_logo", &[]).await.status, StatusCode::OK);
        let answer = owner.call("store_settings/update_brand", &with(&colors("#FFD400"), &brand)).await;
        assert_eq!(answer.status, StatusCode::OK, "nor are logo and store edits of the colours: {}", answer.text());
        for (function, fields, version) in [
            ("store_settings/update_store", STORE.to_vec(), &store),
            ("store_settings/update_brand", colors("#000000").to_vec(), &brand),
        ] {
            let answer = owner.call(function, &with(&fields, version)).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{function}: these fields are others by now");
        }
    });
}

/// Sends a logo from the page of the brand, with the colours that are chosen there.
async fn send_with_colors(caller: &mut Caller, primary: &str, version: &str, logo: &[u8]) -> String {
    let mut body = Vec::new();
    for (name, value) in [("version", version), ("primary_color", primary), ("secondary_color", "#FFA500")] {
        let part = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--edge\r\ncontent-disposition: form-data; name=\"logo\"; filename=\"marca.png\"\r\ncontent-type: image/png\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(logo);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let kind = "multipart/form-data; boundary=edge";
    let answer = caller.post_body("/app/settings/brand/logo", "text/html", kind, body).await;
    answer.header("location").to_owned()
}

#[test]
fn colours_that_are_not_saved_yet_outlive_a_logo() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let page = owner.get("/app/settings/brand").await.text();
        let (began, saved) = (value(&page, "version"), value(&page, "primary_color"));
        let location = send_with_colors(&mut owner, &saved, &began, &a_logo(7)).await;
        assert_eq!(location, "/app/settings/brand", "nothing waits to be saved");
        for (logo, refused) in [(a_logo(8), false), (b"no picture".to_vec(), true)] {
            let location = send_with_colors(&mut owner, "#123456", &began, &logo).await;
            let page = owner.get(&location).await.text();
            let colors = page.rsplit("id=\"primary_color\"").next().expect("the field").to_owned();
            assert_eq!(value(&colors, "primary_color"), "#123456", "{location}");
            assert_eq!(page.contains("marca.png"), refused, "what was not taken is named");
            assert!(page.contains("src=\"/logo/"), "{page}");
        }
        let colors = [("primary_color", "#123456"), ("secondary_color", "#FFA500")];
        let answer = owner.call("store_settings/update_brand", &with(&colors, &began)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    });
}

#[test]
fn a_draft_is_shown_in_its_own_form_alone() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let id = register(&mut owner, "Casa").await;
        let edit = format!("/app/properties/{id}/edit");
        let mut fields = a_property(&id, "Canário na gaiola");
        fields.extend([("suites", "9"), ("version", "1"), ("company_name", "Canário"), ("primary_color", "Canário")]);
        let refused = owner.post("properties/update", &edit, &fields).await;
        let location = refused.header("location").replace("http://localhost:3000", "");
        let draft = location.strip_prefix(&format!("{edit}?draft=")).expect("a draft").to_owned();
        assert!(owner.get(&location).await.text().contains("Canário na gaiola"), "its own form");
        let other = register(&mut owner, "Outra").await;
        let others = [
            "/app/properties/new".to_owned(),
            format!("/app/properties/{other}/edit"),
            "/app/settings/store".to_owned(),
            "/app/settings/brand".to_owned(),
        ];
        for page in others {
            let text = owner.get(&format!("{page}?draft={draft}")).await.text();
            assert!(!text.contains("Canário"), "{page}");
            assert!(!text.contains("Não pode ser maior que o total."), "{page}: nor why it was refused");
        }
        let form = owner.call("store_settings/load", &[("form", "store"), ("draft", &draft)]).await.json();
        assert!(form["typed"].is_null(), "{form}");
    });
}

#[test]
fn a_registration_stays_while_properties_are_published_under_it() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let (id, _) = on_the_storefront(house, &agency, &mut owner, "Casa anunciada").await;
        let without: Vec<_> = STORE.into_iter().filter(|(name, _)| *name != "creci").collect();
        let began = version(&mut owner, "store").await;
        let answer = owner.call("store_settings/update_store", &with(&without, &began)).await;
        assert_eq!(answer.json()["data"][0][0], "creci");
        assert_eq!(owner.call("properties/unpublish", &[("id", &id)]).await.status, StatusCode::OK);
        let answer = owner.call("store_settings/update_store", &with(&without, &began)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let missing = owner.call("properties/load", &[("id", &id)]).await.json()["publication"]["missing"].clone();
        assert_eq!(missing[0]["field"], "creci");
    });
}

async fn logo_of(house: &House, agency: &tenancy::testing::Agency) -> Option<String> {
    let page = house.visitor(agency).get("/").await.text();
    page.split("src=\"/logo/").nth(1).map(|rest| format!("/logo/{}", rest.split('"').next().unwrap_or_default()))
}

#[test]
fn a_logo_is_drawn_anew_shown_replaced_and_removed() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let (mut owner, mut visitor) = (house.owner(&agency).await, house.visitor(&agency));
        assert_eq!(logo_of(house, &agency).await, None);
        let address = send_logo(&mut owner).await;
        assert_eq!(logo_of(house, &agency).await.as_deref(), Some(address.as_str()));
        let logo = visitor.get(&address).await;
        assert_eq!((logo.status, logo.header("content-type")), (StatusCode::OK, "image/png"));
        assert_eq!(logo.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(logo.header("cache-control"), "public, max-age=31536000, immutable");
        let preview = owner.get(&address).await;
        assert_eq!(preview.body, logo.body, "staff sees it in the preview");
        assert_eq!(preview.header("cache-control"), "private, max-age=31536000, immutable");
        assert_eq!(house.stranger().get(&address).await.status, StatusCode::SEE_OTHER);
        let other = [("outro.png", "image/png", a_logo(200))];
        let answer = owner.send_files("/app/settings/brand/logo", "text/html", "logo", &other).await;
        assert_eq!(answer.header("location"), "/app/settings/brand");
        assert_eq!(visitor.get(&address).await.status, StatusCode::NOT_FOUND, "the old one is gone");
        assert_eq!(owner.call("store_settings/remove_logo", &[]).await.status, StatusCode::OK);
        assert_eq!(logo_of(house, &agency).await, None);
    });
}

#[test]
fn what_is_no_logo_is_named_and_the_one_there_is_stays() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let address = send_logo(&mut owner).await;
        for (name, kind, bytes) in [
            ("logo.svg", "image/svg+xml", b"<svg onload=alert(1)>".to_vec()),
            ("logo.png", "image/png", b"not a picture".to_vec()),
            ("IMG.HEIC", "image/heic", b"\0\0\0\x18ftypheic".to_vec()),
        ] {
            let files = [(name, kind, bytes)];
            let answer = owner.send_files("/app/settings/brand/logo", "text/html", "logo", &files).await;
            let page = owner.get(answer.header("location")).await;
            assert!(page.text().contains(name), "{name}");
            let answer = owner.send_files("/app/settings/brand/logo", "application/json", "logo", &files).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        assert_eq!(logo_of(house, &agency).await, Some(address));
    });
}

#[test]
fn brokers_do_not_change_the_house() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        with_creci(&agency).await;
        let mut broker = house.member(&agency, "broker").await;
        assert_eq!(broker.get("/app/settings/store").await.status, StatusCode::FORBIDDEN);
        assert_eq!(broker.call("store_settings/update_store", &with(&STORE, "1")).await.status, StatusCode::FORBIDDEN);
        let files = [("logo.png", "image/png", a_logo(3))];
        let answer = broker.send_files("/app/settings/brand/logo", "application/json", "logo", &files).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let page = broker.get("/app").await.text();
        assert!(!page.contains("href=\"/app/settings/"), "nothing leads where they may not go");
    });
}
