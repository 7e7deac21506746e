//! What a database cannot hold, and databases that have no time: nobody's fault of ours. INP-05.

use http::StatusCode;
use sqlx::Executor as _;
use tenancy::testing::run;

use crate::harness::{a_property, house, on_the_storefront, register, root};

#[test]
fn nul_is_never_our_fault() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        let mut visitor = house.visitor(&a);
        for (address, expected) in [
            ("/imoveis?q=%00", StatusCode::OK),
            ("/imoveis?q=parque%00&city=%00&neighborhood=%00&page=%00", StatusCode::OK),
            ("/imovel/apartamento-no-parque-%00", StatusCode::NOT_FOUND),
            ("/imovel/%00", StatusCode::NOT_FOUND),
            ("/logo/%00", StatusCode::NOT_FOUND),
            ("/logo/00000000000%00.png", StatusCode::NOT_FOUND),
            ("/theme/%00", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(visitor.get(address).await.status, expected, "{address}");
        }
        for (call, field, expected) in [
            ("storefront/search", "search[q]", StatusCode::OK),
            ("storefront/search", "search[neighborhood]", StatusCode::OK),
            ("storefront/listing", "address", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(visitor.call(call, &[(field, "\0")]).await.status, expected, "{call} {field}");
        }
        assert_eq!(owner.get("/logo/%00").await.status, StatusCode::NOT_FOUND);
        assert_eq!(owner.call("properties/list", &[("filter[q]", "\0")]).await.status, StatusCode::OK);
        // Where nobody looked beforehand, the database's own refusal is told as what it is.
        let answer = owner.call("properties/list", &[("filter[neighborhoods][]", "\0")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert_eq!(answer.json()["data"], serde_json::json!([["", "control_character"]]));
        let typed = [("email", "a\0@b.example"), ("password", "x")];
        let answer = house.stranger().call("auth/sign_in", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    });
}

#[test]
fn nul_in_one_field_of_a_form_loses_none_of_the_others() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = uuid::Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Casa\0 de vila");
        fields.push(("street", "Rua das Palmeiras"));
        let back = owner.post("properties/create", "/app/properties/new", &fields).await;
        assert_eq!(back.status, StatusCode::FOUND);
        let location = back.header("location").replace("http://localhost:3000", "");
        assert!(location.contains("draft="), "{location}");
        let page = owner.get(&location).await.text();
        for part in
            ["Há um caractere que não pode ser guardado; apague-o.", "Rua das Palmeiras", "value=\"Casa de vila\""]
        {
            assert!(page.contains(part), "{part}");
        }
    });
}

#[test]
fn a_cursor_that_is_none_of_ours_leads_to_the_first_page() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de vila").await;
        for key in [
            "\0".to_owned(),
            "9".repeat(40_000),
            format!("0.{}1", "0".repeat(40_000)),
            "1e999999".into(),
            "NaN".into(),
            "--1".into(),
        ] {
            for (direction, sort) in [("after", "price_asc"), ("before", "newest")] {
                let (name, cursor) = (format!("filter[{direction}]"), format!("{id}~{key}"));
                let answer = owner.call("properties/list", &[(&name, &cursor), ("filter[sort]", sort)]).await;
                assert_eq!(
                    answer.status,
                    StatusCode::OK,
                    "{direction} {}: {}",
                    &key[..key.len().min(10)],
                    answer.text()
                );
                assert_eq!(answer.json()["rows"][0]["id"], id.as_str());
            }
        }
        // A price is no longer than that either, and a number that is ours in another dress is fine.
        let zeros = "0".repeat(60_000);
        let answer = owner.call("properties/list", &[("filter[min_price]", &zeros)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let cursor = format!("{id}~1_000");
        let fields = [("filter[after]", cursor.as_str()), ("filter[sort]", "price_asc")];
        assert_eq!(owner.call("properties/list", &fields).await.status, StatusCode::OK);
    });
}

#[test]
fn a_database_that_has_no_time_is_unavailable_and_not_broken() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de vila").await;
        let fail = "create function fail() returns trigger language plpgsql as $$
                    begin raise exception 'as meant' using errcode = (select code from failing); end $$;
                    create table failing (code text); insert into failing values ('');
                    grant select on failing to tenant_app;
                    create trigger fail before update on properties for each row execute function fail()";
        let mut root = root(&a).await;
        root.execute(fail).await.expect("a failpoint");
        for (code, expected) in [
            ("40001", StatusCode::SERVICE_UNAVAILABLE),
            ("40P01", StatusCode::SERVICE_UNAVAILABLE),
            ("55P03", StatusCode::SERVICE_UNAVAILABLE),
            ("57014", StatusCode::SERVICE_UNAVAILABLE),
            ("57P01", StatusCode::SERVICE_UNAVAILABLE),
            ("22021", StatusCode::UNPROCESSABLE_ENTITY),
            ("XX000", StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            let set = sqlx::query("update failing set code = $1").bind(code);
            set.execute(&mut root).await.expect("set");
            let answer = owner.call("properties/archive", &[("id", &id)]).await;
            assert_eq!(answer.status, expected, "{code}: {}", answer.text());
            let retry = if expected == StatusCode::SERVICE_UNAVAILABLE { "5" } else { "" };
            assert_eq!(answer.header("retry-after"), retry, "{code}");
        }
        // Sent again when it may, it is done, once, and nothing is left of the times when it was not.
        root.execute("drop trigger fail on properties").await.expect("mended");
        for _ in 0..2 {
            assert_eq!(owner.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
        }
        let lines = "select (select count(*) from activity_log where action = 'property.archive'),
            (select count(*) from outbox where payload->>'action' = 'property.archive')";
        let lines: (i64, i64) = sqlx::query_as(lines).fetch_one(&mut root).await.expect("counted");
        assert_eq!(lines, (1, 1), "in the record's history, and for the platform's log");
    });
}

#[test]
fn a_lock_that_somebody_holds_is_waited_for_and_then_said() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut root = root(&a).await;
        // Less than an agency's own patience, for connections that open from here on.
        let short = format!("alter database {} set lock_timeout = '50ms'", a.route.placement.db_name);
        root.execute(sqlx::AssertSqlSafe(short)).await.expect("set");
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de vila").await;
        root.execute("begin; select from properties for update").await.expect("held");
        let answer = owner.post("properties/archive", &format!("/app/properties/{id}"), &[("id", &id)]).await;
        let back = answer.header("location").replace("http://localhost:3000", "");
        let page = owner.get(&back).await.text();
        assert!(page.contains("Os dados da imobiliária não respondem agora."), "{back}: {page}");
        root.execute("rollback").await.expect("let go");
        assert_eq!(owner.call("properties/archive", &[("id", &id)]).await.status, StatusCode::OK);
    });
}

#[test]
fn what_cannot_be_stored_is_said_and_breaks_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for field in [
            "title",
            "description",
            "internal_notes",
            "city",
            "street",
            "number",
            "complement",
            "neighborhood",
            "status_reason",
        ] {
            let id = uuid::Uuid::now_v7().to_string();
            let mut fields: Vec<(&str, &str)> =
                a_property(&id, "Casa").into_iter().filter(|(n, _)| *n != field).collect();
            fields.push((field, "a\0b"));
            let answer = owner.call("properties/create", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", answer.text());
            assert_eq!(answer.json()["data"][0][0], field);
        }
        for query in [
            "q=%00",
            "after=%00",
            "neighborhood=%00",
            "type=%00",
            "min_price=%00",
            "after=x~y",
            "bedrooms=-1",
            "q=%ff%fe",
        ] {
            let answer = owner.get(&format!("/app/properties?{query}")).await;
            assert!(!answer.status.is_server_error(), "{query}: {}", answer.status);
        }
        let other = register(&mut owner, "Casa com código").await;
        let code =
            owner.call("properties/load", &[("id", &other)]).await.json()["code"].as_str().expect("a code").to_owned();
        let id = uuid::Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Outra");
        fields.push(("code", &code));
        let clash = owner.call("properties/create", &fields).await;
        assert_eq!(
            (clash.status, clash.json()["data"].clone()),
            (StatusCode::CONFLICT, serde_json::json!("code_taken"))
        );
    });
}
