//! Addresses that somebody has made up: a page says nothing in their words.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::{StatusCode, header};
use tenancy::testing::run;

use app::error::{AppError, Limit};
use app::values::fields::Problem;

use crate::harness::{house, register};

const CALL: &str = "Ligue para 0800 123";

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What the address says after a refusal where there is no draft.
fn said(error: &AppError) -> String {
    let json = serde_json::to_vec(error).expect("JSON");
    format!("__path=%2Ffn%2Fauth%2Fsign_in&__err={}", encoded(&URL_SAFE.encode(json)))
}

fn errors(field: &str) -> Vec<AppError> {
    let text = || CALL.to_owned();
    vec![
        AppError::invalid(field, Problem::NotAPhoto(text())),
        AppError::invalid(field, Problem::Heic(text())),
        AppError::PlanLimit(Limit { resource: text(), current: 4_711, max: 4_711, upgrade: text(), price: None }),
        AppError::Internal(text()),
    ]
}

#[test]
fn an_address_that_repeats_itself_makes_no_larger_page() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut visitor) = (house.owner(&a).await, house.visitor(&b));
        let each = |n: usize| (0..n).fold(String::new(), |query, n| query + &format!("&neighborhood=n{n}"));
        for (asker, path) in [(&mut visitor, "/imoveis"), (&mut owner, "/app/properties")] {
            let once = asker.get(&format!("{path}?type=flat&type=loft")).await;
            let often = asker.get(&format!("{path}?{}", "type=flat&type=loft&".repeat(390))).await;
            assert_eq!((once.status, often.status), (StatusCode::OK, StatusCode::OK));
            assert!(often.body.len() < once.body.len() + 1_000, "{} and {}", once.body.len(), often.body.len());
            let longer = asker.get(&format!("{path}?{}", "type=flat&type=loft&".repeat(401))).await;
            assert_eq!(longer.status, StatusCode::URI_TOO_LONG, "{path}");
        }
        // Each neighbourhood is another: the page names as many as it looks for, and no more.
        let (some, many) = (each(30), each(400));
        let (some, many) =
            (owner.get(&format!("/app/properties?{some}")).await, owner.get(&format!("/app/properties?{many}")).await);
        assert_eq!((some.status, many.status), (StatusCode::OK, StatusCode::OK));
        assert!(many.body.len() < some.body.len() + 10_000, "{} and {}", some.body.len(), many.body.len());
    });
}

#[test]
fn a_page_says_nothing_in_the_words_of_an_address() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let id = register(&mut owner, "Casa").await;
        let pages = [
            ("/app/properties/new".to_owned(), "title"),
            (format!("/app/properties/{id}"), "title"),
            (format!("/app/properties/{id}/edit"), "title"),
            (format!("/app/properties/{id}/photos"), "photos"),
            ("/app/settings/store".to_owned(), "phone"),
            ("/app/settings/brand".to_owned(), "logo"),
            ("/app/profile".to_owned(), "id"),
        ];
        for (page, field) in pages {
            for error in errors(field) {
                let AppError::Invalid(fields) = &error else { continue };
                let refused = encoded(&serde_json::to_string(fields).expect("JSON"));
                let text = owner.get(&format!("{page}?refused={refused}&{}", said(&error))).await.text();
                assert!(!visible(&text).contains(CALL), "{page}: {error:?}");
            }
            // Not even in the house's own: a draft says why a form of the CRM was refused, and nothing else does.
            let text = owner.get(&format!("{page}?{}", said(&AppError::Forbidden))).await.text();
            assert!(!visible(&text).contains("Seu perfil não permite isto"), "{page}");
        }
        for door in ["/entrar", "/platform/entrar"] {
            for error in errors("password") {
                let text = house.stranger().get(&format!("{door}?{}", said(&error))).await.text();
                assert!(!visible(&text).contains(CALL) && !text.contains("4711"), "{door}: {error:?}");
            }
            let wrong = AppError::invalid("password", Problem::WrongCredentials);
            let text = house.stranger().get(&format!("{door}?{}", said(&wrong))).await.text();
            assert!(text.contains("E-mail ou senha não conferem."), "without a session the address has to say it");
        }
    });
}

/// A page without its scripts: the resources' data may hold what the address holds.
fn visible(page: &str) -> String {
    let mut parts = page.split("<script");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("</script>").map_or("", |(_, rest)| rest))
}

#[test]
fn the_way_on_after_signing_in_carries_no_refusal() {
    run(async {
        let house = house().await;
        let refused = said(&AppError::Forbidden);
        let path = format!("/app/properties/new?q=casa&{refused}&draft=1&refused=x");
        let answer = house.stranger().get(&path).await;
        assert_eq!(
            answer.header("location"),
            format!("/entrar?next={}", encoded("/app/properties/new?q=casa&draft=1"))
        );
    });
}

#[test]
fn a_refused_form_says_why_in_its_draft_alone() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        let id = register(&mut owner, "Casa").await;
        let page = format!("/app/properties/{id}");
        let nobodys = uuid::Uuid::now_v7().to_string();
        let answer = owner.post("properties/publish", &page, &[("id", &nobodys)]).await;
        let location = answer.header("location").replace("http://localhost:3000", "");
        let draft = location.strip_prefix(&format!("{page}?draft=")).expect("a draft and nothing else");
        assert!(draft.parse::<uuid::Uuid>().is_ok(), "{location}");
        let why = "Esta página não existe ou foi retirada.";
        assert!(owner.get(&location).await.text().contains(why));
        assert!(!owner.get(&page).await.text().contains(why));
        // Where the draft cannot be kept, nobody is sent away from the form without a word.
        let gone = sqlx::query("alter table form_drafts rename to form_drafts_away");
        gone.execute(&mut crate::harness::root(&agency).await).await.expect("renamed");
        let answer = owner.post("properties/publish", &page, &[("id", &nobodys)]).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().contains("Nada se perdeu; tente de novo"), "{}", answer.text());
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
    });
}
