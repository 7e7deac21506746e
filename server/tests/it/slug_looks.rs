//! The look at an address while somebody types it: what it says, what it gives away, and how often a line may ask. ISO-29.

use http::StatusCode;
use std::net::SocketAddr;
use tenancy::central::companies::{self, By};
use tenancy::central::operations::NewTenant;
use tenancy::central::slugs;
use tenancy::testing::{bed, new_tenant, run};
use time::Duration;

use app::sign_up::looks::MOST;

use crate::harness::{Answer, Caller, House, house, open, open_for_bench, statements};
use crate::sign_up::{Wish, somebody};

async fn look(caller: &mut Caller, fields: &[(&str, &str)]) -> serde_json::Value {
    let answer = caller.call("sign_up/check_slug", fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{fields:?}: {}", answer.text());
    answer.json()
}

#[test]
fn a_name_that_is_taken_is_taken_whoever_has_it() {
    run(async {
        let house = house().await;
        let central = &house.state.house.central;
        let [open, closed, moved] = [house.agency().await, house.agency().await, house.agency().await];
        assert!(companies::suspend(central, closed.route.tenant, "não paga", By::default()).await.expect("asked"));
        let (to, key) = (format!("{}-foi", moved.route.slug), &house.state.house.key);
        slugs::rename(central, key, (moved.route.tenant, &to), By::default()).await.expect("renamed");
        let wished = Wish::new();
        let mut caller = somebody(house);
        assert_eq!(caller.post("sign_up/request", "/cadastro", &wished.form()).await.status, StatusCode::FOUND);
        let begun = NewTenant { slug: Wish::new().slug, ..new_tenant() };
        bed().await.deployment.provisioner().reserve(&begun, None).await.expect("reserved");
        let free = Wish::new().slug;
        let mut said = Vec::new();
        for slug in [&open.route.slug, &closed.route.slug, &moved.route.slug, &wished.slug, &begun.slug, &free] {
            let answer = caller.call("sign_up/check_slug", &[("slug", slug)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{slug}");
            said.push(answer.text().replace(slug.as_str(), "NAME"));
        }
        let expected =
            "{\"slug\":\"NAME\",\"is_free\":false,\"said\":\"NAME.localhost já está em uso. Livre: NAME-2\"}";
        assert_eq!(said[..5], [expected; 5]);
        assert!(said[5].contains("\"is_free\":true"), "{}", said[5]);
        // What is suggested is free; a name made of the agency's is suggested at once.
        let other = format!("{}-2", open.route.slug);
        assert_eq!(look(&mut caller, &[("slug", &other)]).await["is_free"], true);
        let made = look(&mut caller, &[("company_name", &open.route.slug)]).await;
        assert_eq!((&made["slug"], &made["is_free"]), (&other.into(), &true.into()));
    });
}

#[test]
fn what_can_be_no_address_is_said_in_words_while_it_is_typed() {
    run(async {
        let house = house().await;
        let mut caller = somebody(house);
        let long = "a".repeat(41);
        for (slug, pt, en) in [
            (
                "admin",
                "Este endereço é da plataforma; escolha outro.",
                "This address is the platform's; choose another.",
            ),
            (
                "São José",
                "Use letras minúsculas, números e hífens simples, sem acentos.",
                "Use lower-case letters, digits and single dashes, without accents.",
            ),
            ("a", "Use pelo menos 2 caracteres.", "Use at least 2 characters."),
            (&long, "Use no máximo 40 caracteres.", "Use at most 40 characters."),
        ] {
            let verdict = look(&mut caller, &[("slug", slug)]).await;
            assert_eq!((&verdict["is_free"], &verdict["said"]), (&false.into(), &pt.into()), "{slug}");
            let mut english = somebody(house);
            english.headers.insert("accept-language", http::HeaderValue::from_static("en"));
            assert_eq!(look(&mut english, &[("slug", slug)]).await["said"], en, "{slug}");
            // The form itself is refused as before.
            let wish = Wish { slug: slug.to_owned(), ..Wish::new() };
            let refused = caller.call("sign_up/request", &wish.form()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{slug}");
            assert_eq!(refused.json()["data"][0][0], "slug", "{slug}");
        }
        // An agency may be called what no address may be: another is made of it.
        let made = look(&mut caller, &[("company_name", "Admin")]).await;
        assert!(made["slug"].as_str().is_some_and(|slug| slug.starts_with("admin-")), "{made}");
        assert_eq!(made["is_free"], true);
        for nothing in ["", "!!!"] {
            assert_eq!(
                look(&mut caller, &[("company_name", nothing)]).await["said"],
                "",
                "there is nothing to say yet"
            );
        }
    });
}

async fn look_from(house: &House, address: &str) -> Answer {
    let mut caller = house.stranger();
    caller.peer = Some(address.parse::<SocketAddr>().expect("an address"));
    caller.call("sign_up/check_slug", &[("slug", "nome-qualquer")]).await
}

#[test]
fn a_line_looks_sixty_times_a_minute_and_holds_up_nobody_else() {
    run(async {
        let house = open(Default::default()).await;
        for _ in 0..MOST {
            assert_eq!(look_from(&house, "[2001:db8:29:1::1]:4000").await.status, StatusCode::OK);
        }
        // Another address of the same subscriber is the same line (RFC 6177); another subscriber's is not.
        let (held_up, asked) = statements(look_from(&house, "[2001:db8:29:1::2]:4000")).await;
        assert_eq!(held_up.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: i64 = held_up.header("retry-after").parse().expect("it says when to come back");
        assert!((1..=60).contains(&wait), "within the minute: {wait}");
        assert!(!asked.iter().any(|statement| statement.contains("unnest")), "nor is anything asked: {asked:?}");
        let (answer, asked) = statements(look_from(&house, "[2001:db8:29:2::1]:4000")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(asked.len() <= 1, "one statement for all names: {asked:?}");
        house.wait(Duration::seconds(wait));
        assert_eq!(look_from(&house, "[2001:db8:29:1::1]:4000").await.status, StatusCode::OK);
        // The page has the sentence that its script shows meanwhile.
        let page = somebody(&house).get("/cadastro").await.text();
        assert!(page.contains("data-wait=\"Muitas consultas desta conexão."), "{page}");
    });
}

#[test]
fn a_bench_looks_as_often_as_it_likes() {
    run(async {
        let house = open_for_bench().await;
        for _ in 0..=MOST {
            assert_eq!(look_from(&house, "203.0.113.229:4000").await.status, StatusCode::OK);
        }
    });
}
