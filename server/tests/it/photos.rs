//! Photographs through the router: ISO-15, UPL-04, UPL-07, INP-15 to INP-19, and what the page of photographs does.

use http::StatusCode;
use sqlx::Row as _;
use tenancy::testing::{Agency, run};

use crate::harness::{Caller, House, a_photo, house, on_the_storefront, register, root, with_creci};

pub async fn photos(caller: &mut Caller, property: &str) -> Vec<serde_json::Value> {
    let page = caller.call("properties/photos", &[("id", property)]).await.json();
    page["photos"].as_array().expect("a list").clone()
}

pub fn ids(photos: &[serde_json::Value]) -> Vec<String> {
    photos.iter().map(|p| p["id"].as_str().expect("an identifier").to_owned()).collect()
}

pub async fn three(house: &House, agency: &Agency, caller: &mut Caller) -> (String, Vec<String>) {
    let property = register(caller, "Casa de vila").await;
    let files: Vec<_> = [("a.jpg", 10), ("b.jpg", 90), ("c.jpg", 170)]
        .into_iter()
        .map(|(name, shade)| (name, "image/jpeg", a_photo(shade)))
        .collect();
    let answer = caller.upload(&property, "application/json", &files).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    house.make_photos(agency).await;
    let ids = ids(&photos(caller, &property).await);
    assert_eq!(ids.len(), 3);
    (property, ids)
}

#[test]
fn photographs_are_ordered_described_covered_and_removed() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (property, first) = three(house, &a, &mut owner).await;
        let of = |photo: &'static str| ("photo", photo);
        let (id, third): (&str, &'static str) = (&property, first[2].clone().leak());
        let moved = owner.call("properties/move_photo", &[("id", id), of(third), ("place", "1")]).await;
        assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
        let now = photos(&mut owner, id).await;
        assert_eq!(ids(&now), [first[2].clone(), first[0].clone(), first[1].clone()]);
        assert_eq!(now[1]["is_cover"], true, "the first that came stays the cover until somebody says otherwise");
        owner.call("properties/set_cover", &[("id", id), of(third)]).await;
        owner.call("properties/describe_photo", &[("id", id), of(third), ("alt", "Fachada <de> tijolos")]).await;
        let now = photos(&mut owner, id).await;
        assert_eq!((&now[0]["is_cover"], &now[1]["is_cover"]), (&true.into(), &false.into()));
        assert_eq!(now[0]["alt"], "Fachada <de> tijolos");
        assert!(owner.get(&format!("/app/properties/{id}")).await.text().contains("Fachada &lt;de&gt; tijolos"));
        let board = owner.get(&format!("/app/properties/{id}/photos")).await.text();
        let asked =
            board.split("<details").skip(1).filter(|part| part.contains("action=\"/fn/properties/remove_photo\""));
        assert_eq!(asked.count(), 3, "each is removed behind a question: {board}");
        owner.call("properties/remove_photo", &[("id", id), of(third)]).await;
        let now = photos(&mut owner, id).await;
        assert_eq!(ids(&now), first[..2]);
        assert_eq!(now[0]["is_cover"], true, "the first of the rest");
        let lines: i64 = sqlx::query_scalar("select count(*) from activity_log where action = 'property.photos'")
            .fetch_one(&a.db)
            .await
            .expect("counted");
        assert_eq!(lines, 7, "three came, and four things were done with them");
    });
}

#[test]
fn a_photograph_gets_its_sizes_and_its_original_goes() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Sobrado na vila").await;
        let row =
            sqlx::query("select sha256, variants, state from property_photos").fetch_one(&a.db).await.expect("one");
        assert_eq!(row.get::<String, _>("state"), "ready");
        let tenant = a.route.tenant;
        let sha256 = row.get::<Vec<u8>, _>("sha256");
        let is_kept = async || house.state.house.files.get(tenant, &sha256).await.expect("looked").is_some();
        assert!(!is_kept().await, "the original, with everything a camera writes into it, is gone");
        let answer = owner.get(&photo.address).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/jpeg"));
        assert_eq!(answer.header("cache-control"), "private, max-age=31536000, immutable");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let picture = image::load_from_memory(&answer.body).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (320, 213));
        // The same bytes again change nothing.
        owner.upload(&id, "application/json", &[("again.jpg", "image/jpeg", a_photo(200))]).await;
        assert_eq!(photos(&mut owner, &id).await.len(), 1);
        assert!(!is_kept().await, "nor does their original stay");
        // Addresses that are nearly right are nobody's.
        for wrong in [
            "/media/x/320-000000000000.jpg",
            "/media/%ff/320-000000000000.jpg",
            &photo.address.replace("320-", "321-"),
            &format!("{}x", photo.address),
        ] {
            assert_eq!(owner.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
        }
    });
}

#[test]
fn a_photograph_comes_as_webp_too() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let (_, photo) = on_the_storefront(house, &a, &mut owner, "Casa de dois formatos").await;
        let (mut visitor, mut elsewhere) = (house.visitor(&a), house.visitor(&b));
        let page = visitor.get("/imoveis").await.text();
        let sources = page.split("<source type=\"image/webp\" srcset=\"").nth(1).expect("a picture in WebP");
        let address = sources.split([' ', '"']).next().expect("its first address");
        assert!(address.starts_with(&format!("/media/{}/", photo.id)) && address.ends_with(".webp"), "{address}");
        for caller in [&mut visitor, &mut owner] {
            let answer = caller.get(address).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/webp"));
            assert_eq!((&answer.body[..4], &answer.body[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
            let format = image::guess_format(&answer.body).expect("a picture");
            assert_eq!(format, image::ImageFormat::WebP);
            let picture = image::load_from_memory(&answer.body).expect("it opens");
            assert_eq!((picture.width(), picture.height()), (320, 213));
        }
        assert_eq!(elsewhere.get(address).await.status, StatusCode::NOT_FOUND, "another agency's host");
    });
}

#[test]
fn what_is_not_published_is_not_shown_to_visitors() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Casa de esquina").await;
        let (mut visitor, mut elsewhere) = (house.visitor(&a), house.visitor(&b));
        let answer = visitor.get(&photo.address).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(answer.header("set-cookie").is_empty());
        assert_eq!(elsewhere.get(&photo.address).await.status, StatusCode::NOT_FOUND, "another agency's host");
        assert_eq!(house.stranger().get(&photo.address).await.status, StatusCode::SEE_OTHER, "the CRM asks who it is");
        owner.call("properties/unpublish", &[("id", &id)]).await;
        assert_eq!(visitor.get(&photo.address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(owner.get(&photo.address).await.status, StatusCode::OK);
    });
}

#[test]
fn what_is_no_photograph_is_named_and_the_others_are_kept() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa com quintal").await;
        let mut heic = vec![0, 0, 0, 24];
        heic.extend(b"ftypheic\0\0\0\0mif1heic");
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
        let files = [
            ("boa.jpg", "image/jpeg", a_photo(33)),
            ("planta.svg", "image/svg+xml", svg),
            ("falsa.png", "image/png", a_photo(34)),
            ("celular.heic", "image/heic", heic),
            ("../../etc/passwd.jpg", "image/jpeg", b"root:x:0:0".to_vec()),
            ("página.jpg", "image/jpeg", b"<html><script>alert(1)</script>".to_vec()),
            ("<b>negrito<b>.svg", "image/svg+xml", b"<svg/>".to_vec()),
            ("animada.gif", "image/gif", b"GIF89a\x01\0\x01\0".to_vec()),
        ];
        let refused = owner.upload(&id, "application/json", &files).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let shown = owner.upload(&id, "text/html", &files).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER);
        let page = owner.get(shown.header("location")).await.text();
        for name in ["planta.svg", "falsa.png", "celular.heic", "passwd.jpg", "página.jpg", "animada.gif"] {
            assert!(page.contains(name), "{name} is not named");
        }
        assert!(page.contains("&lt;b&gt;negrito") && !page.contains("<b>negrito"), "names are text");
        assert!(page.contains("HEIC"), "an iPhone's format has a sentence of its own");
        assert_eq!(photos(&mut owner, &id).await.len(), 1, "the good one is kept");
    });
}

#[test]
fn uploads_that_are_no_form_get_an_answer_and_leave_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa térrea").await;
        let path = format!("/app/properties/{id}/photos");
        let cut = b"--edge\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\nabc".to_vec();
        for (kind, body) in [
            ("multipart/form-data", Vec::new()),
            ("multipart/form-data; boundary=", Vec::new()),
            ("multipart/form-data; boundary=edge", cut),
            ("image/jpeg", a_photo(1)),
            ("application/x-www-form-urlencoded", b"photos=1".to_vec()),
        ] {
            let answer = owner.post_body(&path, "application/json", kind, body).await;
            assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
        }
        let nobody = format!("/app/properties/{}/photos", uuid::Uuid::nil());
        let body = b"--edge\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n";
        let mut body = body.to_vec();
        body.extend(a_photo(2));
        body.extend(b"\r\n--edge--\r\n");
        let answer = owner.post_body(&nobody, "application/json", "multipart/form-data; boundary=edge", body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(photos(&mut owner, &id).await.len(), 0);
    });
}

#[test]
fn a_property_holds_fifty_photographs() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de campo").await;
        sqlx::query(
            "insert into property_photos (id, property_id, position, is_cover, sha256, original_name, bytes, width, height, created_by)
             select gen_random_uuid(), $1::uuid, n, n = 1, sha256(n::text::bytea), 'x', 1, 1, 1, $2
             from generate_series(1, 49) n",
        )
        .bind(&id)
        .bind(a.owner.as_uuid())
        .execute(&mut root(&a).await)
        .await
        .expect("added");
        let files = [("50.jpg", "image/jpeg", a_photo(50)), ("51.jpg", "image/jpeg", a_photo(51))];
        let answer = owner.upload(&id, "application/json", &files).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("50"), "{}", answer.text());
        assert_eq!(photos(&mut owner, &id).await.len(), 50);
    });
}

#[test]
fn fewer_than_five_photographs_draw_a_warning_and_no_refusal() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let (id, _) = on_the_storefront(house, &a, &mut owner, "Casa com poucas fotos").await;
        let (elsewhere, _) = on_the_storefront(house, &b, &mut other, "Casa com poucas fotos").await;
        let warns = async |caller: &mut Caller, id: &str| {
            let page = caller.get(&format!("/app/properties/{id}")).await;
            assert_eq!(page.status, StatusCode::OK);
            page.text().contains("Com menos de 5 fotos, poucos visitantes abrem o anúncio.")
        };
        for (shade, few) in [(20, true), (40, true), (60, true), (80, false)] {
            assert!(warns(&mut owner, &id).await, "before the photograph {shade}");
            let sent = owner.upload(&id, "application/json", &[("a.jpg", "image/jpeg", a_photo(shade))]).await;
            assert_eq!(sent.status, StatusCode::NO_CONTENT, "{}", sent.text());
            house.make_photos(&a).await;
            assert_eq!(warns(&mut owner, &id).await, few, "after the photograph {shade}");
        }
        assert!(warns(&mut other, &elsewhere).await, "each agency's are counted alone");
    });
}

#[test]
fn one_agencys_files_are_not_anothers() {
    run(async {
        // The same bytes in two agencies are two files: removing one's leaves the other's.
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let (property, photo) = on_the_storefront(house, &a, &mut of_a, "Casa geminada").await;
        let (_, same) = on_the_storefront(house, &b, &mut of_b, "Casa geminada").await;
        assert_eq!(
            of_b.get(&photo.address).await.status,
            StatusCode::NOT_FOUND,
            "A's photograph is not in B's database"
        );
        of_a.call("properties/remove_photo", &[("id", &property), ("photo", &photo.id)]).await;
        assert_eq!(of_a.get(&photo.address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(of_b.get(&same.address).await.status, StatusCode::OK);
    });
}

#[test]
fn a_photograph_is_reached_through_its_own_property_alone() {
    run(async {
        // AZ-13: both are the caller's, but the photograph is not the property's.
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (home, of_home) = three(house, &a, &mut owner).await;
        let (other, of_other) = three(house, &a, &mut owner).await;
        let before = (photos(&mut owner, &home).await, photos(&mut owner, &other).await);
        let nobodys = uuid::Uuid::now_v7().to_string();
        for (property, photo) in [(&home, &of_other[1]), (&other, &of_home[2]), (&home, &nobodys)] {
            let of = [("id", property.as_str()), ("photo", photo.as_str())];
            for (endpoint, more) in [
                ("properties/move_photo", ("place", "1")),
                ("properties/set_cover", ("place", "")),
                ("properties/describe_photo", ("alt", "Quarto")),
                ("properties/remove_photo", ("place", "")),
            ] {
                let answer = owner.call(endpoint, &[of[0], of[1], more]).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{endpoint}: {}", answer.text());
            }
        }
        assert_eq!((photos(&mut owner, &home).await, photos(&mut owner, &other).await), before, "nothing has changed");
        let own = [("id", home.as_str()), ("photo", of_home[2].as_str())];
        assert_eq!(owner.call("properties/set_cover", &own).await.status, StatusCode::OK, "its own is reached");
    });
}
