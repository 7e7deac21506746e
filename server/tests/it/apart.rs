//! Two agencies that look alike: one address, one identifier, one name after the other. What is kept of one is never another's. Cases
//! 21 and 24 to 27; ISO-11.

use http::{HeaderValue, Method, StatusCode};
use std::net::IpAddr;
use tenancy::central::operations::NewTenant;
use tenancy::testing::{Agency, PASSWORD, agency_of, bed, new_tenant, run};

use crate::domains::{a_domain, a_host};
use crate::harness::{
    Caller, House, PROXY, a_photo, a_property, house, on_the_storefront, open, root, statements, with_creci,
};

const CANARY: &str = "canário-da-antiga";

/// What a page of this agency's is, and which statements it took.
async fn page(house: &House, agency: &Agency, path: &str) -> (String, String, usize) {
    let mut visitor = house.visitor(agency);
    let (answer, asked) = statements(visitor.get(path)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    (answer.text(), answer.header("etag").to_owned(), asked.len())
}

/// Registers a property under this identifier, with a photograph, and publishes it: the photograph's address.
async fn published(house: &House, agency: &Agency, owner: &mut Caller, (id, title): (&str, &str), shade: u8) -> String {
    with_creci(agency).await;
    let created = owner.call("properties/create", &a_property(id, title)).await;
    assert_eq!(created.status, StatusCode::OK, "{}", created.text());
    let sent = owner.upload(id, "application/json", &[("sala.jpg", "image/jpeg", a_photo(shade))]).await;
    assert_eq!(sent.status, StatusCode::NO_CONTENT, "{}", sent.text());
    house.make_photos(agency).await;
    let answer = owner.call("properties/publish", &[("id", id)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let photos = owner.call("properties/photos", &[("id", id)]).await.json();
    photos["photos"][0]["small"].as_str().expect("an address").to_owned()
}

/// Gives an agency's photograph the number that another's has, as in a restored copy: where it is from then on.
async fn collide(agency: &Agency, photo: &str, other: &str) -> String {
    let number = |address: &str| address.split('/').nth(2).expect("a number").to_owned();
    let set = sqlx::query("update property_photos set id = $1::uuid where id = $2::uuid");
    let set = set.bind(number(other)).bind(number(photo)).execute(&mut root(agency).await).await.expect("set");
    assert_eq!(set.rows_affected(), 1);
    photo.replace(&number(photo), &number(other))
}

/// The address of the one property that a storefront shows.
fn listing(page: &str) -> String {
    let address = page.split("href=\"").find(|rest| rest.starts_with("/imovel/")).expect("a property");
    address.split('"').next().expect("an address").to_owned()
}

#[test]
fn one_person_in_two_agencies_has_two_sessions_and_ends_one() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let b = agency_of(NewTenant { admin_email: a.email.clone(), ..new_tenant() }).await;
        house.state.house.routes.reload().await.expect("read");
        let mut sessions = Vec::new();
        for agency in [&a, &b] {
            let mut caller = house.stranger();
            caller.call("auth/sign_in", &[("email", &a.email), ("password", PASSWORD)]).await;
            let chosen = caller.call("auth/choose_agency", &[("user", &agency.owner.to_string())]).await;
            assert_eq!(chosen.status, StatusCode::OK);
            sessions.push(caller);
        }
        let [of_a, of_b] = &mut sessions[..] else { unreachable!("two") };
        assert!(of_a.get("/app").await.text().contains(&format!("<strong>{}<", a.route.name)));
        assert!(of_b.get("/app").await.text().contains(&format!("<strong>{}<", b.route.name)));
        let out = of_a.clone().send(Method::POST, "/sair", "text/html", Some(String::new())).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER);
        assert_eq!(of_a.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(of_b.get("/app").await.status, StatusCode::OK, "the other goes on");
    });
}

#[test]
fn one_address_at_two_agencies_is_two_pages_and_a_change_of_one_leaves_the_other_kept() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        for (agency, title) in [(&a, "Casa da primeira"), (&b, "Casa da segunda")] {
            let mut owner = house.owner(agency).await;
            on_the_storefront(&house, agency, &mut owner, title).await;
        }
        for path in ["/", "/imoveis", "/imoveis?bedrooms=2"] {
            let (of_a, of_b) = (page(&house, &a, path).await, page(&house, &b, path).await);
            assert!(of_a.0.contains("Casa da primeira") && !of_a.0.contains("Casa da segunda"), "{path}");
            assert!(of_b.0.contains("Casa da segunda") && !of_b.0.contains("Casa da primeira"), "{path}");
            let kept = page(&house, &b, path).await;
            assert!(kept.2 < of_b.2, "{path} is kept: {} statements, and {}", kept.2, of_b.2);
            let before = page(&house, &a, path).await;
            on_the_storefront(&house, &a, &mut owner, "Casa da primeira, mais uma").await;
            let (changed, other) = (page(&house, &a, path).await, page(&house, &b, path).await);
            assert!(changed.2 > before.2 && changed.1 != before.1, "{path} is made anew for A");
            assert!((&other.0, &other.1) == (&kept.0, &kept.1) && other.2 < of_b.2, "{path} of B is kept");
            // What A's page is called is nothing at B's.
            let mut visitor = house.visitor(&b);
            visitor.headers.insert(http::header::IF_NONE_MATCH, changed.1.parse().expect("a header"));
            assert_eq!(visitor.get(path).await.status, StatusCode::OK, "{path}");
        }
    });
}

#[test]
fn a_host_that_somebody_slips_in_changes_no_kept_page() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        for (agency, title) in [(&a, "Casa da primeira"), (&b, "Casa da segunda")] {
            let mut owner = house.owner(agency).await;
            on_the_storefront(&house, agency, &mut owner, title).await;
        }
        let of_b = format!("{}.localhost:3000", b.route.slug);
        let proxy: IpAddr = PROXY.parse().expect("an address");
        let names =
            ["x-forwarded-host", "forwarded", "x-host", "x-original-host", "x-forwarded-server", "x-rewrite-url"];
        for (n, poison) in ["evil.example", of_b.as_str()].into_iter().enumerate() {
            for path in ["/", "/imoveis"].map(|path| format!("{path}?q=casa&bedrooms={}", n + 1)) {
                // The first to ask, so that what is kept is what was made for them.
                let mut stranger = house.visitor(&a);
                stranger.peer = Some(([203, 0, 113, 9], 1).into());
                for name in names {
                    let value = if name == "forwarded" { format!("host={poison}") } else { poison.to_owned() };
                    stranger.headers.insert(name, HeaderValue::from_str(&value).expect("a header"));
                }
                let made = stranger.get(&path).await;
                let clean = house.visitor(&a).get(&path).await;
                assert_eq!(made.status, StatusCode::OK, "{path} {poison}");
                assert!(made.body == clean.body, "{path} {poison}: {} and not {}", made.text(), clean.text());
                assert!(!clean.text().contains("evil.example") && !clean.text().contains(&b.route.slug), "{path}");
                // A proxy of ours may say it: then it is the other's page, and this one stays what it is.
                let mut through = house.visitor(&a);
                through.peer = Some((proxy, 1).into());
                through.headers.insert("x-forwarded-host", HeaderValue::from_str(&of_b).expect("a header"));
                let others = through.get(&path).await;
                assert!(others.text().contains(&b.route.slug) && !others.text().contains("Casa da primeira"));
                assert_eq!(house.visitor(&a).get(&path).await.body, clean.body, "{path}");
            }
        }
    });
}

#[test]
fn no_way_of_writing_anothers_file_reaches_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let ids = [(), ()].map(|()| uuid::Uuid::now_v7().to_string());
        let own = published(house, &a, &mut of_a, (&ids[0], "Casa da primeira"), 10).await;
        let photo = published(house, &b, &mut of_b, (&ids[1], "Casa da segunda"), 200).await;
        assert_eq!(house.visitor(&b).get(&photo).await.status, StatusCode::OK, "it is there");
        let (of_photo, file) = photo.rsplit_once('/').expect("a path");
        let own_photo = own.rsplit_once('/').expect("a path").0;
        let (tenant, folder) = (b.route.tenant.as_uuid(), of_photo.trim_start_matches("/media/"));
        let mut visitor = house.visitor(&a);
        for path in [
            photo.clone(),
            format!("{own_photo}/{file}"),
            format!("{own_photo}/../{folder}/{file}"),
            format!("{own_photo}/%2e%2e/{folder}/{file}"),
            format!("{own_photo}/..%2f{folder}%2f{file}"),
            format!("{own_photo}/%2e%2e%2f{folder}%2f{file}"),
            format!("/media/../{tenant}/{file}"),
            format!("/media/%2e%2e/{tenant}/{file}"),
            format!("/media/{tenant}/{file}"),
            format!("/media//{tenant}//{file}"),
            format!("/media/%2f{tenant}%2f{file}"),
            format!("/media/{folder}/%00{file}"),
            format!("/media/{folder}/"),
            "/media/".to_owned(),
        ] {
            for caller in [&mut visitor, &mut of_a] {
                let answer = caller.get(&path).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {path}", caller.host);
            }
        }
    });
}

#[test]
fn one_identifier_in_two_agencies_is_two_properties() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        // As in a copy of an agency that was restored beside it.
        let id = uuid::Uuid::now_v7().to_string();
        let photo_of_a = published(&house, &a, &mut of_a, (&id, "Sobrado igual A"), 10).await;
        let photo_of_b = published(&house, &b, &mut of_b, (&id, "Sobrado igual B"), 200).await;
        for (agency, owner, own, other) in [
            (&a, &mut of_a, "Sobrado igual A", "Sobrado igual B"),
            (&b, &mut of_b, "Sobrado igual B", "Sobrado igual A"),
        ] {
            let mut visitor = house.visitor(agency);
            for path in ["/", "/imoveis", "/imoveis?q=sobrado+igual"] {
                let text = visitor.get(path).await.text();
                assert!(text.contains(own) && !text.contains(other), "{path}: {text}");
            }
            let record = owner.get(&format!("/app/properties/{id}")).await.text();
            let found = owner.call("properties/list", &[("q", "igual")]).await.text();
            for text in [record, found] {
                assert!(text.contains(own) && !text.contains(other), "{text}");
            }
        }
        // Files: each agency has its own, and so it is when even the photographs bear one identifier.
        for (agency, own, other) in [(&a, &photo_of_a, &photo_of_b), (&b, &photo_of_b, &photo_of_a)] {
            assert_eq!(house.visitor(agency).get(own).await.status, StatusCode::OK);
            assert_eq!(house.visitor(agency).get(other).await.status, StatusCode::NOT_FOUND);
        }
        let in_b = collide(&b, &photo_of_b, &photo_of_a).await;
        assert_ne!(in_b, photo_of_a, "other bytes have another name");
        assert_eq!(house.visitor(&b).get(&in_b).await.status, StatusCode::OK);
        assert_eq!(
            house.visitor(&b).get(&photo_of_a).await.status,
            StatusCode::NOT_FOUND,
            "A's file, under B's number"
        );
        assert_eq!(house.visitor(&a).get(&photo_of_a).await.status, StatusCode::OK);
        let page = house.visitor(&b).get("/imoveis").await;
        let address = listing(&page.text());
        assert_eq!(of_a.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(house.visitor(&b).get(&address).await.status, StatusCode::OK, "B's stays");
        assert_eq!(house.visitor(&b).get("/imoveis").await.body, page.body);
        assert!(!house.visitor(&a).get("/imoveis").await.text().contains("Sobrado igual A"));
        for (agency, address, status) in [(&a, &photo_of_a, StatusCode::NOT_FOUND), (&b, &in_b, StatusCode::OK)] {
            assert_eq!(house.visitor(agency).get(address).await.status, status, "{address}");
        }
    });
}

#[test]
fn one_picture_under_one_address_in_two_agencies_is_two_pictures() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let id = uuid::Uuid::now_v7().to_string();
        let photo_of_a = published(&house, &a, &mut of_a, (&id, "Sobrado igual A"), 10).await;
        let photo_of_b = published(&house, &b, &mut of_b, (&id, "Sobrado igual B"), 10).await;
        let address = collide(&b, &photo_of_b, &photo_of_a).await;
        assert_eq!(address, photo_of_a, "the same bytes under the same number");
        for agency in [&a, &b] {
            assert_eq!(house.visitor(agency).get(&address).await.status, StatusCode::OK);
        }
        // What becomes of A's is nothing to B's, kept or not.
        assert_eq!(of_a.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(house.visitor(&a).get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(house.visitor(&b).get(&address).await.status, StatusCode::OK);
        assert_eq!(of_b.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(of_a.call("properties/restore", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(of_a.call("properties/publish", &[("id", &id)]).await.status, StatusCode::OK);
        for (agency, status) in [(&a, StatusCode::OK), (&b, StatusCode::NOT_FOUND)] {
            assert_eq!(house.visitor(agency).get(&address).await.status, status, "{}", agency.route.slug);
        }
    });
}

#[test]
fn who_comes_to_the_address_of_an_agency_that_is_gone_finds_nothing_of_it() {
    run(async {
        let house = open(Default::default()).await;
        let provisioner = bed().await.deployment.provisioner();
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(&house, &a, &mut owner, CANARY).await;
        let host = a_host(&a);
        a_domain(&a, &host).await;
        house.state.house.routes.reload().await.expect("read");
        let mut at_domain = house.stranger();
        at_domain.host.clone_from(&host);
        let (text, etag, _) = page(&house, &a, "/imoveis").await;
        let address = listing(&text);
        for path in ["/imoveis", &address, &photo.address] {
            assert_eq!(at_domain.get(path).await.status, StatusCode::OK, "{path} is there, and kept");
            assert_eq!(house.visitor(&a).get(path).await.status, StatusCode::OK, "{path}");
        }
        let asked = provisioner.ask_to_go(a.route.tenant, (0, true), Default::default()).await.expect("asked");
        provisioner.run_to_end(asked.expect("it may go")).await.expect("gone");
        house.state.house.routes.reload().await.expect("read");
        for caller in [&mut house.visitor(&a), &mut at_domain] {
            assert_eq!(caller.get("/imoveis").await.status, StatusCode::NOT_FOUND, "{} is nobody's", caller.host);
        }
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);

        // Somebody else comes to the same address, and later to the same domain.
        let again = house.agency_of(NewTenant { slug: a.route.slug.clone(), ..new_tenant() }).await;
        assert_ne!(again.route.tenant, a.route.tenant);
        assert_eq!(at_domain.get("/").await.status, StatusCode::NOT_FOUND, "a domain is proven anew");
        a_domain(&again, &host).await;
        house.state.house.routes.reload().await.expect("read");
        let mut visitor = house.visitor(&again);
        visitor.headers.insert(http::header::IF_NONE_MATCH, etag.parse().expect("a header"));
        at_domain.headers = visitor.headers.clone();
        for caller in [&mut visitor, &mut at_domain] {
            for path in ["/", "/imoveis", "/imoveis?q=antiga"] {
                let answer = caller.get(path).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}: not what was kept");
                assert!(!answer.text().contains(CANARY), "{path}: {}", answer.text());
            }
            for path in [&address, &photo.address] {
                assert_eq!(caller.get(path).await.status, StatusCode::NOT_FOUND, "{} {path}", caller.host);
            }
        }
        // Whoever had a session or a password there has none here, and the newcomer finds nothing of theirs.
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(owner.get("/app").await.status, StatusCode::SEE_OTHER);
        let typed = [("email", a.email.as_str()), ("password", PASSWORD)];
        let known = house.stranger().elsewhere().call("auth/sign_in", &typed).await;
        assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", known.text());
        let mut new = house.owner(&again).await;
        for path in [format!("/app/properties/{id}"), photo.address.clone()] {
            assert_eq!(new.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(!new.call("audit/list", &[]).await.text().contains(CANARY));
    });
}
