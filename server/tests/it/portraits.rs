//! A person's photograph: taken in like a property's, shown to colleagues and nobody else, gone when it is taken back. UPL-01,
//! ISO-15, corrections 33.

use http::StatusCode;
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tenancy::central::people::NewPerson;
use tenancy::testing::{Agency, PASSWORD_HASH, bed, run, superuser};

use app::outside::files::from_hex;
use app::outside::pictures::MAX_BYTES;

use crate::harness::{Caller, House, a_photo, bring_up, house, register, root, send_portrait};

const PAGE: &str = "/app/profile/photo";
const FILE: &str = "/app/profile/photo/file";

/// The digest that an agency's own database has of a member's photograph.
async fn kept(agency: &Agency, email: &str) -> Option<String> {
    let digest = sqlx::query_scalar("select encode(photo_sha256, 'hex') from staff where email = $1").bind(email);
    digest.fetch_one(&mut root(agency).await).await.expect("there")
}

async fn is_on_disk(house: &House, agency: &Agency, digest: &str) -> bool {
    let sha256 = from_hex(digest).expect("digits");
    house.state.house.files.get(agency.route.tenant, &sha256).await.expect("asked").is_some()
}

async fn refused(caller: &mut Caller, name: &str, kind: &str, bytes: Vec<u8>) -> Value {
    let answer = caller.send_files(FILE, "application/json", "photo", &[(name, kind, bytes)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    answer.json()["data"].clone()
}

#[test]
fn a_photograph_of_oneself_is_a_small_square_that_colleagues_see() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut broker, mut owner) = (house.member(&a, "broker").await, house.owner(&a).await);
        let mut stranger = house.owner(&b).await;
        let page = broker.get(PAGE).await.text();
        assert!(
            page.contains("portrait-large\">B<") && !page.contains("/fn/account/remove_photo"),
            "letters stand for it: {page}"
        );
        let address = send_portrait(&mut broker, 31).await;
        let shown = broker.get(&address).await;
        assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/webp"));
        assert_eq!(shown.header("cache-control"), "private, max-age=31536000, immutable");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        let picture = image::load_from_memory(&shown.body).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (256, 256), "of 480 by 320");
        for page in [PAGE, "/app", "/app/profile"] {
            assert!(broker.get(page).await.text().contains(&address), "{page} shows it");
        }
        let list = owner.get("/app/settings/team").await.text();
        assert!(list.contains(&address) && list.contains("aria-hidden=\"true\""), "beside letters: {list}");
        let user = address.split('/').nth(2).expect("whose").to_owned();
        assert!(owner.get(&format!("/app/settings/team/{user}")).await.text().contains(&address));
        assert_eq!(owner.get(&address).await.status, StatusCode::OK);
        // Nobody else: not another agency's people, not who has no session, not an agency's visitors.
        assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
        assert!(house.stranger().get(&address).await.status.is_redirection());
        for agency in [&a, &b] {
            assert_eq!(house.visitor(agency).get(&address).await.status, StatusCode::NOT_FOUND);
        }
        let other = address.replace(&user, &a.owner.to_string());
        assert_eq!(owner.get(&other).await.status, StatusCode::NOT_FOUND, "it is one person's");
        let line = "select changes from tenant_audit_log where tenant_id = $1 and action = 'member.photo'";
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let line: Value = sqlx::query_scalar(line).bind(a.route.tenant).fetch_one(&mut central).await.expect("one");
        assert_eq!(line, json!({"photo": [false, true]}));
    });
}

#[test]
fn what_is_no_photograph_is_refused_by_name_and_changes_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let address = send_portrait(&mut owner, 90).await;
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
        for (name, kind, bytes, problem) in [
            ("eu.heic", "image/heic", heic, json!({"heic": "eu.heic"})),
            ("eu.jpg", "image/jpeg", b"<svg onload=alert(1)>".to_vec(), json!({"not_a_photo": "eu.jpg"})),
            ("eu.png", "image/png", a_photo(1), json!({"not_a_photo": "eu.png"})),
            ("grande.jpg", "image/jpeg", vec![0xff; MAX_BYTES + 1], json!({"photo_too_large": "grande.jpg"})),
        ] {
            assert_eq!(refused(&mut owner, name, kind, bytes).await, json!([["photo", problem]]));
        }
        // Without WASM the page comes back and says which file, and why.
        let form = [("eu.heic", "image/heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec())];
        let back = owner.send_files(FILE, "text/html", "photo", &form).await;
        let location = back.header("location").to_owned();
        assert!(location.starts_with(&format!("{PAGE}?draft=")), "{location}");
        let page = owner.get(&location).await.text();
        assert!(page.contains("eu.heic") && page.contains("role=\"alert\""), "{page}");
        assert!(page.contains(&address), "the one from before stays");
        // A form without a file changes nothing.
        assert_eq!(owner.send_files(FILE, "application/json", "photo", &[]).await.status, StatusCode::NO_CONTENT);
        assert_eq!(owner.get(&address).await.status, StatusCode::OK);
        let form = [("eu.jpg", "image/jpeg", a_photo(4))];
        let mut nobody = house.stranger();
        let nobody = nobody.send_files(FILE, "application/json", "photo", &form);
        assert_eq!(nobody.await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn who_takes_their_photograph_back_is_seen_on_it_no_more() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let first = send_portrait(&mut owner, 50).await;
        let digest = kept(&a, &a.email).await.expect("one");
        let second = send_portrait(&mut owner, 60).await;
        assert_ne!(first, second);
        assert_eq!(owner.get(&first).await.status, StatusCode::NOT_FOUND, "another is in its place");
        assert!(!is_on_disk(house, &a, &digest).await, "and its file is gone");
        let digest = kept(&a, &a.email).await.expect("one");
        // A property's photograph of the same bytes goes, and the portrait stays.
        let route = house.state.house.routes.by_tenant(a.route.tenant).expect("known");
        let db = house.state.house.registry.open(&route).await.expect("opened");
        app::properties::jobs::sweep_files(&house.state.house, &db, std::slice::from_ref(&digest))
            .await
            .expect("swept");
        assert_eq!(owner.get(&second).await.status, StatusCode::OK, "what a row needs is kept");
        let removed = owner.post("account/remove_photo", PAGE, &[]).await;
        assert_eq!(removed.status, StatusCode::FOUND, "{}", removed.text());
        assert_eq!(owner.get(&second).await.status, StatusCode::NOT_FOUND);
        assert!(!is_on_disk(house, &a, &digest).await);
        assert_eq!(kept(&a, &a.email).await, None);
        assert!(!owner.get("/app").await.text().contains("/portrait/"), "letters stand in its place");
    });
}

#[test]
fn every_agency_of_a_person_has_their_photograph_and_loses_it_with_them() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let address = send_portrait(&mut owner, 70).await;
        // They come to work for another agency later: it has the file before they act.
        let new = NewPerson { name: "Ana", email: &a.email, password_hash: PASSWORD_HASH };
        let user = bed().await.deployment.provisioner().add_user(b.route.tenant, &new, "broker").await.expect("added");
        assert_eq!(owner.call("auth/choose_agency", &[("user", &user.to_string())]).await.status, StatusCode::OK);
        register(&mut owner, "Casa em B").await;
        let digest = kept(&b, &a.email).await.expect("it is known there");
        assert!(is_on_disk(house, &b, &digest).await);
        let there = address.replace(address.split('/').nth(2).expect("whose"), &user.to_string());
        assert_eq!(owner.get(&there).await.status, StatusCode::OK);
        assert_eq!(owner.get(&address).await.status, StatusCode::NOT_FOUND, "of an account that is not of this agency");
        assert_eq!(owner.call("account/remove_photo", &[]).await.status, StatusCode::OK);
        bring_up(house).await;
        for agency in [&a, &b] {
            assert_eq!(kept(agency, &a.email).await, None);
            assert!(!is_on_disk(house, agency, &digest).await);
        }
    });
}
