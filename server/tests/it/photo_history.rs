//! What the history says of photographs: what was before and what is, and nothing where nothing has changed.

use http::StatusCode;
use serde_json::json;
use tenancy::testing::{Agency, run};

use crate::harness::{house, on_the_storefront, root};
use crate::photos::three;

/// What the history has of an agency's photographs, oldest first.
async fn written(agency: &Agency) -> Vec<serde_json::Value> {
    let lines = "select changes from activity_log where action = 'property.photos' order by id";
    sqlx::query_scalar(lines).fetch_all(&agency.db).await.expect("listed")
}

#[test]
fn a_change_to_a_photograph_is_written_down_with_what_was_before() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        three(house, &b, &mut other).await;
        let (id, photos) = three(house, &a, &mut owner).await;
        let [one, two, three] = [0, 1, 2].map(|n: usize| photos[n].as_str());
        for (endpoint, photo, more) in [
            ("move_photo", three, ("place", "1")),
            ("set_cover", two, ("place", "")),
            ("describe_photo", two, ("alt", "Fachada")),
            ("describe_photo", two, ("alt", "Fachada e jardim")),
            ("remove_photo", one, ("place", "")),
            ("remove_photo", two, ("place", "")),
            ("remove_photo", three, ("place", "")),
        ] {
            let of = [("id", id.as_str()), ("photo", photo), more];
            let answer = owner.call(&format!("properties/{endpoint}"), &of).await;
            assert_eq!(answer.status, StatusCode::OK, "{endpoint}: {}", answer.text());
        }
        let expected = [
            json!({ "photos": [null, "a.jpg"] }),
            json!({ "photos": [null, "b.jpg"] }),
            json!({ "photos": [null, "c.jpg"] }),
            json!({ "photo_order": [[one, two, three], [three, one, two]] }),
            json!({ "cover": [one, two] }),
            json!({ "alt": ["", "Fachada"] }),
            json!({ "alt": ["Fachada", "Fachada e jardim"] }),
            json!({ "photos": ["a.jpg", null] }),
            json!({ "photos": ["b.jpg", null], "cover": [two, three] }),
            json!({ "photos": ["c.jpg", null], "cover": [three, null] }),
        ];
        assert_eq!(written(&a).await, expected);
        assert_eq!(written(&b).await.len(), 3, "the other agency's is its own");
        let lines =
            "select payload -> 'changes' from outbox where payload ->> 'action' = 'property.photos' order by seq";
        let audited: Vec<serde_json::Value> = sqlx::query_scalar(lines).fetch_all(&a.db).await.expect("listed");
        assert_eq!(audited, expected, "and the platform's log says the same");
        // The record's page names what was changed, in the reader's language.
        for (lang, names) in [
            ("pt-BR", ["Ordem das fotos", "Capa", "Descrição da foto", "Capa, Fotos"]),
            ("en", ["Order of the photos", "Cover", "Description of the photo", "Cover, Photos"]),
        ] {
            owner.call("auth/set_language", &[("lang", lang)]).await;
            let page = owner.get(&format!("/app/properties/{id}")).await.text().replace("<!>", "");
            for name in names {
                assert!(page.contains(&format!("<p class=\"quiet\">{name}</p>")), "{name}: {page}");
            }
        }
    });
}

#[test]
fn what_changes_nothing_about_a_photograph_is_written_down_nowhere() {
    run(async {
        let house = house().await;
        for agency in [house.agency().await, house.agency().await] {
            let mut owner = house.owner(&agency).await;
            let (id, photo) = on_the_storefront(house, &agency, &mut owner, "Casa como está").await;
            let of = [("id", id.as_str()), ("photo", photo.id.as_str())];
            owner.call("properties/describe_photo", &[of[0], of[1], ("alt", "Sala")]).await;
            let facts = async || {
                let facts = "select jsonb_build_object(
                                 'lines', (select count(*) from activity_log), 'outbox', (select count(*) from outbox),
                                 'version', (select content_version from store_settings),
                                 'photos', (select jsonb_agg(to_jsonb(f) order by id) from property_photos f))";
                let facts: serde_json::Value = sqlx::query_scalar(facts).fetch_one(&agency.db).await.expect("one");
                facts
            };
            let before = facts().await;
            for (endpoint, more) in [
                ("describe_photo", ("alt", "  Sala ")),
                ("set_cover", ("place", "")),
                ("move_photo", ("place", "1")),
                ("move_photo", ("place", "50")),
            ] {
                let answer = owner.call(&format!("properties/{endpoint}"), &[of[0], of[1], more]).await;
                assert_eq!(answer.status, StatusCode::OK, "{endpoint}: {}", answer.text());
                assert_eq!(facts().await, before, "{endpoint}");
            }
        }
    });
}

#[test]
fn a_row_that_cannot_be_read_is_our_fault_and_no_missing_photograph() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let (_, photo) = on_the_storefront(house, &a, &mut owner, "Casa de linha quebrada").await;
        let (_, well) = on_the_storefront(house, &b, &mut other, "Casa de linha inteira").await;
        let corrupt = sqlx::query("update property_photos set variants = '[{\"width\": 320}]'");
        corrupt.execute(&mut root(&a).await).await.expect("corrupted");
        for caller in [&mut owner, &mut house.visitor(&a)] {
            assert_eq!(caller.get(&photo.address).await.status, StatusCode::INTERNAL_SERVER_ERROR);
        }
        assert_eq!(other.get(&well.address).await.status, StatusCode::OK);
    });
}
