//! Onto the storefront and off it, through the router.

use http::StatusCode;
use sqlx::Row as _;
use tenancy::testing::run;

use crate::harness::{a_photo, a_property, house, on_the_storefront, register, with_creci};

#[test]
fn what_is_missing_is_named_and_nothing_is_published() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa").await;
        let answer = owner.call("properties/publish", &[("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        assert!(text.contains("title") && text.contains("creci") && !text.contains("sale_price"), "{text}");
        let page = owner.get(&format!("/app/properties/{id}")).await.text();
        assert!(
            page.contains("/edit#title") && page.contains("/app/settings/store"),
            "each links to where it is mended"
        );
        assert!(!page.contains("properties/publish"), "no button that only refuses");
        let row =
            sqlx::query("select published_at is null as unpublished, version from properties").fetch_one(&a.db).await;
        let row = row.expect("one");
        assert!(row.get::<bool, _>("unpublished"));
        assert_eq!(row.get::<i32, _>("version"), 1);
    });
}

#[test]
fn it_is_published_featured_and_taken_off_and_each_step_is_written_down_once() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, _) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        for (endpoint, fields) in [
            ("publish", vec![]),
            ("feature", vec![("featured", "true")]),
            ("feature", vec![("featured", "true")]),
            ("feature", vec![("featured", "false")]),
            ("unpublish", vec![]),
            ("unpublish", vec![]),
        ] {
            let mut all = vec![("id", id.as_str())];
            all.extend(fields);
            let answer = owner.call(&format!("properties/{endpoint}"), &all).await;
            assert_eq!(answer.status, StatusCode::OK, "{endpoint}: {}", answer.text());
        }
        let rows = sqlx::query("select action from activity_log where action <> 'property.photos' order by id")
            .fetch_all(&a.db)
            .await
            .expect("listed");
        let actions: Vec<String> = rows.iter().map(|r| r.get("action")).collect();
        let expected =
            ["property.create", "property.publish", "property.feature", "property.unfeature", "property.unpublish"];
        assert_eq!(actions, expected);
        let answer = owner.call("properties/feature", &[("id", &id), ("featured", "true")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "what is off the storefront is not featured on it");
    });
}

#[test]
fn an_edit_cannot_leave_a_published_property_unfit_for_visitors() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, _) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        let version = owner.call("properties/load", &[("id", &id)]).await.json()["version"].to_string();
        let mut fields = a_property(&id, "Curto");
        fields.push(("version", &version));
        let answer = owner.call("properties/update", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert!(answer.text().contains("title"));
        let title: String = sqlx::query_scalar("select title from properties").fetch_one(&a.db).await.expect("one");
        assert_eq!(title, "Apartamento no parque");
    });
}

#[test]
fn archiving_takes_a_property_off_the_storefront() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        owner.call("properties/archive", &[("id", &id)]).await;
        assert_eq!(house.visitor(&a).get(&photo.address).await.status, StatusCode::NOT_FOUND);
        let answer = owner.call("properties/publish", &[("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "what is archived is not published");
        owner.call("properties/restore", &[("id", &id)]).await;
        assert_eq!(
            house.visitor(&a).get(&photo.address).await.status,
            StatusCode::NOT_FOUND,
            "coming back, it waits for somebody to publish it"
        );
    });
}

#[test]
fn what_is_archived_stays_as_it_is_until_it_comes_back() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Apartamento guardado").await;
        let (elsewhere, _) = on_the_storefront(house, &b, &mut other, "Apartamento de outra").await;
        owner.call("properties/archive", &[("id", &id)]).await;
        let page = owner.get(&format!("/app/properties/{id}")).await.text();
        assert!(page.contains("fn/properties/restore"), "{page}");
        for hidden in ["/edit\"", "/photos\"", "fn/properties/publish"] {
            assert!(!page.contains(hidden), "{hidden} leads to a refusal: {page}");
        }
        let facts = async || {
            let facts = "select to_jsonb(p) || jsonb_build_object(
                             'lines', (select count(*) from activity_log),
                             'photos', (select jsonb_agg(to_jsonb(f) order by id) from property_photos f))
                         from properties p";
            let facts: serde_json::Value = sqlx::query_scalar(facts).fetch_one(&a.db).await.expect("one");
            facts
        };
        let before = facts().await;
        let edit = |id: &str, version: &serde_json::Value, status: &str| {
            let mut fields = a_property("", "Apartamento mudado");
            fields.retain(|(name, _)| !matches!(*name, "id" | "status"));
            let fields = fields.into_iter().map(|(name, value)| (name, value.to_owned()));
            fields
                .chain([("id", id.to_owned()), ("version", version.to_string()), ("status", status.to_owned())])
                .collect::<Vec<_>>()
        };
        let version = &before["version"];
        let of = |more: &[(&'static str, &str)]| {
            let both = [("id", id.as_str()), ("photo", photo.id.as_str())];
            both.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>()
        };
        for (endpoint, fields) in [
            ("update", edit(&id, version, "sold")),
            ("publish", of(&[])),
            ("feature", of(&[("featured", "true")])),
            ("move_photo", of(&[("place", "2")])),
            ("set_cover", of(&[])),
            ("describe_photo", of(&[("alt", "Sala")])),
            ("remove_photo", of(&[])),
        ] {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = owner.call(&format!("properties/{endpoint}"), &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{endpoint}: {}", answer.text());
        }
        let files = [("quarto.jpg", "image/jpeg", a_photo(77))];
        assert_eq!(owner.upload(&id, "application/json", &files).await.status, StatusCode::NOT_FOUND);
        // Who began before it was archived is told what everybody is told who comes too late.
        let began = serde_json::json!(version.as_i64().expect("a number") - 1);
        let late = edit(&id, &began, "active");
        let late: Vec<(&str, &str)> = late.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(owner.call("properties/update", &late).await.status, StatusCode::CONFLICT);
        assert_eq!(facts().await, before, "nothing of it has changed");
        owner.call("properties/restore", &[("id", &id)]).await;
        let record = owner.call("properties/load", &[("id", &id)]).await.json();
        let [is_active, is_published] = [&record["is_active"], &record["publication"]["is_published"]];
        assert_eq!((is_active, is_published), (&true.into(), &false.into()), "its earlier status, unpublished");
        let back = edit(&id, &record["version"], "sold");
        let back: Vec<(&str, &str)> = back.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(owner.call("properties/update", &back).await.status, StatusCode::OK, "and may be changed again");
        let still = other.call("properties/load", &[("id", &elsewhere)]).await.json();
        assert_eq!(still["publication"]["is_published"], true, "the other agency's goes on");
    });
}

#[test]
fn an_assistant_prepares_and_does_not_publish() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        let mut assistant = house.member(&a, "assistant").await;
        let id = register(&mut assistant, "Apartamento no parque").await;
        let answer = assistant.call("properties/publish", &[("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!assistant.get(&format!("/app/properties/{id}")).await.text().contains("fn/properties/publish"));
    });
}

#[test]
fn an_edit_that_takes_it_off_the_storefront_needs_the_right_to_publish() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, photo) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        let version = owner.call("properties/load", &[("id", &id)]).await.json()["version"].to_string();
        let edit = |title: &'static str, status: &'static str| {
            let mut fields = a_property(&id, title);
            fields.retain(|(name, _)| *name != "status");
            fields.extend([("status", status), ("version", version.as_str())]);
            fields
        };
        let facts = async || {
            let row = "select to_jsonb(p) || jsonb_build_object('lines', (select count(*) from activity_log)) from properties p";
            let row: serde_json::Value = sqlx::query_scalar(row).fetch_one(&a.db).await.expect("one");
            row
        };
        let before = facts().await;
        let mut assistant = house.member(&a, "assistant").await;
        for status in ["draft", "reserved", "sold"] {
            let answer = assistant.call("properties/update", &edit("Apartamento vendido", status)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{status}: {}", answer.text());
        }
        assert_eq!(facts().await, before, "nothing changed");
        assert_eq!(house.visitor(&a).get(&photo.address).await.status, StatusCode::OK);
        let mut broker = house.member(&a, "broker").await;
        let answer = broker.call("properties/update", &edit("Apartamento vendido", "sold")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(house.visitor(&a).get(&photo.address).await.status, StatusCode::NOT_FOUND);
        // What no visitor sees, an assistant may give any status.
        let hidden = register(&mut assistant, "Apartamento guardado").await;
        let mut fields = a_property(&hidden, "Apartamento guardado");
        fields.retain(|(name, _)| *name != "status");
        fields.extend([("status", "sold"), ("version", "1")]);
        assert_eq!(assistant.call("properties/update", &fields).await.status, StatusCode::OK);
    });
}

#[test]
fn twenty_who_publish_at_once_do_not_wait_for_each_other_for_ever() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        with_creci(&agency).await;
        let mut owner = house.owner(&agency).await;
        let mut ids = Vec::new();
        for n in 0..20 {
            ids.push(register(&mut owner, &format!("Apartamento número {n:02}")).await);
        }
        let publish = |id: String| {
            let mut caller = owner.clone();
            async move { caller.call("properties/publish", &[("id", &id)]).await }
        };
        for answer in futures::future::join_all(ids.into_iter().map(publish)).await {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
    });
}
