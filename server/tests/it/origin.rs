//! CSRF-01 to CSRF-05: what changes something comes from our own pages, as a form.

use http::{HeaderValue, Method, StatusCode};
use tenancy::testing::run;

use app::access::{Audience, ROWS};

use crate::harness::{Answer, Caller, a_logo, a_photo, house, register};

fn with(caller: &Caller, pairs: &[(&'static str, &str)]) -> Caller {
    let mut caller = caller.clone();
    for (name, value) in pairs {
        caller.headers.insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    caller
}

/// What the row's own page sends: a form, or files.
async fn request(caller: &mut Caller, path: &str, property: &str) -> Answer {
    match path {
        "/app/properties/{id}/photos" => {
            caller.upload(property, "application/json", &[("sala.jpg", "image/jpeg", a_photo(50))]).await
        }
        "/app/settings/brand/logo" => {
            caller.send_files(path, "application/json", "logo", &[("logo.png", "image/png", a_logo(50))]).await
        }
        "/app/profile/photo/file" => {
            caller.send_files(path, "application/json", "photo", &[("logo.png", "image/png", a_logo(50))]).await
        }
        "/sair" => caller.send(Method::POST, path, "application/json", None).await,
        _ => {
            let endpoint = path.strip_prefix("/fn/").unwrap_or_else(|| panic!("say what is sent to {path}"));
            caller.call(endpoint, &[]).await
        }
    }
}

#[test]
fn every_unsafe_request_refuses_a_foreign_page() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut owner, operator) = (house.owner(&a).await, house.operator().await);
        let id = register(&mut owner, "Sobrado na vila").await;
        let sibling = "http://outra.localhost:3000";
        for row in ROWS.iter().filter(|row| row.method != "GET") {
            for foreign in [
                vec![("origin", "https://evil.example")],
                vec![("origin", "null")],
                vec![("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
                vec![("sec-fetch-site", "cross-site")],
                vec![("origin", sibling), ("sec-fetch-site", "same-site")],
                vec![("sec-fetch-site", "same-site")],
                vec![("origin", sibling)],
            ] {
                let mut caller = with(if row.audience == Audience::Operator { &operator } else { &owner }, &foreign);
                if row.audience == Audience::Storefront {
                    caller.host = format!("{}.localhost:3000", a.route.slug);
                }
                let answer = request(&mut caller, row.path, &id).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {foreign:?}", row.path);
                // For this and for no other reason.
                assert_eq!(answer.text(), "cross-origin request refused\n", "{} {foreign:?}", row.path);
            }
        }
        // Neither header, but a session: no browser of ours.
        let mut bare = owner.clone();
        bare.headers.insert("sec-fetch-site", HeaderValue::from_static("none"));
        assert_eq!(bare.send(Method::POST, "/sair", "text/html", None).await.status, StatusCode::FORBIDDEN);
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::OK, "still signed in");
        let photos = owner.call("properties/photos", &[("id", &id)]).await.json();
        assert_eq!(photos["photos"].as_array().map(Vec::len), Some(0), "no file was kept");
        // The same files from our own pages are.
        for path in ["/app/properties/{id}/photos", "/app/settings/brand/logo", "/app/profile/photo/file"] {
            assert_eq!(request(&mut owner, path, &id).await.status, StatusCode::NO_CONTENT, "{path}");
        }
    });
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let owner = house.owner(&a).await;
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
            let mut caller = with(&owner, &[("content-type", kind)]);
            let answer =
                caller.send(Method::POST, "/fn/properties/archive", "application/json", Some("{}".into())).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
        }
    });
}

#[test]
fn looking_changes_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa com quintal").await;
        let sum = || async {
            sqlx::query_scalar::<_, String>(
                "select md5(string_agg(t, '')) from (
                    select p::text as t from properties p union all select a::text from activity_log a
                    union all select s::text from store_settings s union all select u::text from usage_counters u order by 1) all_rows",
            )
            .fetch_one(&a.db)
            .await
            .expect("summed up")
        };
        let before = sum().await;
        for _ in 0..2 {
            for row in ROWS.iter().filter(|row| row.method == "GET") {
                let path = row.path.replace("{id}", &id).replace("{*file}", "x").replace("{version}", "x");
                owner.get(&path).await;
                owner.send(Method::HEAD, &path, "text/html", None).await;
            }
            // A GET to a function is no call.
            for row in ROWS.iter().filter(|row| row.path.starts_with("/fn/")) {
                let answer = owner.send(Method::GET, row.path, "application/json", None).await;
                assert!(answer.status.is_client_error(), "{} answers GET with {}", row.path, answer.status);
                // A browser that has it in its address bar, from a refused form, is led to a page.
                if row.audience == Audience::Storefront {
                    continue;
                }
                let answer = owner.get(row.path).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", row.path);
                let page = answer.header("location");
                assert!(!page.starts_with("/fn/") && !page.contains('{'), "{} leads to {page}", row.path);
            }
        }
        assert_eq!(sum().await, before);
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::OK, "and nobody was signed out");
    });
}

const PHOTOS: &str = "/app/properties/0190163d-8694-739b-aea5-966c26f8ad90/photos";

#[test]
fn a_body_has_a_limit() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let huge = "x".repeat(70 * 1024);
        let answer = owner.call("properties/create", &[("description", &huge)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.json()["kind"], "too_large");
        // A browser gets a sentence, in its own language, before it has sent all of it.
        for (path, length) in [("/fn/properties/create", 70 * 1024), (PHOTOS, 251 * 1024 * 1024_u32)] {
            for (lang, sentence) in [("pt-BR", "Volte e envie em partes."), ("en", "send it in parts")] {
                owner.headers.insert("accept-language", HeaderValue::from_static(lang));
                owner.headers.insert("content-length", length.into());
                let answer = owner.send(Method::POST, path, "text/html", Some("x".into())).await;
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
                assert!(answer.text().contains(sentence), "{path}: {}", answer.text());
            }
        }
    });
}
