//! The list of properties: what its filters find, in which order, and what its address says.

use http::StatusCode;
use tenancy::testing::run;

use crate::harness::{Caller, OF_TWO_PURPOSES, a_property, house, register_as, root};

/// The titles that a page of the list shows, in their order.
async fn titles(caller: &mut Caller, query: &str) -> Vec<String> {
    let answer = caller.get(&format!("/app/properties?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}");
    let text = answer.text();
    let rows = text.split("class=\"row-title\"").skip(1);
    rows.filter_map(|row| row.split_once('>')?.1.split_once('<')).map(|(title, _)| title.to_owned()).collect()
}

#[test]
fn a_price_is_that_of_the_purpose_that_is_asked_for() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        register_as(&mut owner, &OF_TWO_PURPOSES).await;
        register_as(&mut owner, &[("title", "Venda"), ("sale_price", "450.000")]).await;
        let rent = [("title", "Aluguel"), ("purposes[]", "rent"), ("sale_price", ""), ("rent", "5.500")];
        register_as(&mut owner, &rent).await;
        for (query, expected) in [
            ("purpose=rent&max_price=5000", vec!["Casa de dois fins"]),
            ("purpose=rent&min_price=5000", vec!["Aluguel"]),
            ("purpose=sale&min_price=500000", vec!["Casa de dois fins"]),
            ("purpose=sale&max_price=5000", vec![]),
            ("purpose=rent&sort=price_desc", vec!["Aluguel", "Casa de dois fins"]),
            ("purpose=sale&sort=price_desc", vec!["Casa de dois fins", "Venda"]),
            ("purpose=rent&sort=price_asc", vec!["Casa de dois fins", "Aluguel"]),
            // Without a purpose any of its prices will do; between them there is none.
            ("max_price=5000", vec!["Casa de dois fins"]),
            ("min_price=800000", vec!["Casa de dois fins"]),
            ("min_price=6000&max_price=400000", vec![]),
            ("min_price=3000&max_price=500000&sort=price_asc", vec!["Aluguel", "Venda", "Casa de dois fins"]),
            ("purpose=sale&purpose=rent&max_price=5000", vec!["Casa de dois fins"]),
        ] {
            assert_eq!(titles(&mut owner, query).await, expected, "{query}");
        }
    });
}

#[test]
fn a_page_asks_each_of_its_questions_once() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let title = "Casa que se pergunta uma vez";
        let id = register_as(&mut owner, &[("title", title), ("sale_price", "450.000")]).await;
        // Leptos sends along what each question was answered, under its number: who is in front of the screen, and the page's.
        for (path, questions) in [
            ("/app/properties".to_owned(), 2),
            ("/app".to_owned(), 2),
            (format!("/app/properties/{id}"), 2),
            (format!("/app/properties/{id}/edit"), 2),
            (format!("/app/properties/{id}/photos"), 2),
            ("/app/properties/new".to_owned(), 2),
            ("/app/settings/store".to_owned(), 2),
            ("/app/settings/brand".to_owned(), 2),
            ("/app/profile".to_owned(), 3),
        ] {
            let page = owner.get(&path).await.text();
            assert_eq!(page.matches("__RESOLVED_RESOURCES[").count(), questions, "{path}: {page}");
        }
    });
}

#[test]
fn every_word_is_looked_for_in_any_order_and_without_accents() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        register_as(&mut owner, &[("title", "Apartamento com terraço"), ("neighborhood", "Perdizes")]).await;
        register_as(&mut owner, &[("title", "Apartamento com vista"), ("neighborhood", "Água Branca")]).await;
        for (query, expected) in [
            ("q=apartamento%20perdizes", vec!["Apartamento com terraço"]),
            ("q=PERDIZES%20%20apartamento", vec!["Apartamento com terraço"]),
            ("q=terraco%20ap0001", vec!["Apartamento com terraço"]),
            ("q=branca%20%C3%A1gua%20vista", vec!["Apartamento com vista"]),
            ("q=terra%C3%A7o%20branca", vec![]),
            ("q=apartamento%20%25", vec![]),
        ] {
            assert_eq!(titles(&mut owner, query).await, expected, "{query}");
        }
    });
}

#[test]
fn a_street_is_found_without_its_accents_in_its_own_agency_alone() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let street = ("street", "Rua Conceição do Araçá");
        register_as(&mut of_a, &[("title", "Casa de A"), street]).await;
        register_as(&mut of_a, &[("title", "Casa de A em outra rua"), ("street", "Alameda Itu")]).await;
        register_as(&mut of_b, &[("title", "Casa de B"), street]).await;
        for query in ["q=conceicao", "q=CONCEI%C3%87%C3%83O%20araca", "q=casa%20ara%C3%A7%C3%A1"] {
            assert_eq!(titles(&mut of_a, query).await, ["Casa de A"], "{query}");
            assert_eq!(titles(&mut of_b, query).await, ["Casa de B"], "{query}");
        }
        assert_eq!(titles(&mut of_b, "q=alameda%20itu").await, Vec::<String>::new());
    });
}

#[test]
fn several_values_of_a_filter_repeat_its_name() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        register_as(&mut owner, &[("title", "Casa"), ("type", "house"), ("status", "draft")]).await;
        register_as(&mut owner, &[("title", "Apartamento"), ("neighborhood", "Água Branca")]).await;
        register_as(&mut owner, &[("title", "Loft"), ("type", "loft"), ("purposes[]", "rent"), ("rent", "2000")]).await;
        for (query, expected) in [
            ("type=house&type=apartment", vec!["Apartamento", "Casa"]),
            ("type=castle&type=apartment&type=apartment", vec!["Apartamento"]),
            ("purpose=rent&purpose=sale", vec!["Loft", "Apartamento", "Casa"]),
            ("purpose=rent&purpose=season", vec!["Loft"]),
            ("status=draft&status=sold", vec!["Casa"]),
            (
                "neighborhood=agua%20branca&neighborhood=vila%20mariana&type=apartment&type=loft",
                vec!["Loft", "Apartamento"],
            ),
            ("neighborhood=agua%20branca&neighborhood=nenhum", vec!["Apartamento"]),
        ] {
            assert_eq!(titles(&mut owner, query).await, expected, "{query}");
        }
        // The form holds what the address says, and a chip takes one of them away.
        let page = owner.get("/app/properties?type=house&type=loft&neighborhood=A&neighborhood=B").await.text();
        for part in [
            "name=\"type\" multiple",
            "value=\"house\" selected",
            "value=\"loft\" selected",
            "name=\"neighborhood\" value=\"A\"",
            "name=\"neighborhood\" value=\"B\"",
            "href=\"/app/properties?type=loft&amp;neighborhood=A&amp;neighborhood=B\"",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("name=\"status\" multiple"), "one value, or none, is chosen as ever");
    });
}

#[test]
fn the_newest_is_the_last_registered_whatever_its_identifier() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        // A form that was opened in the year 10889, and one of 1970: identifiers are the sender's.
        for (id, title) in [
            ("ffffffff-ffff-7fff-bfff-ffffffffffff", "Primeiro"),
            ("00000000-0000-7000-8000-000000000001", "Segundo"),
            ("7f3c2f9e-6f0a-4c57-9d43-1f6f2a3b4c5d", "Terceiro"),
        ] {
            assert_eq!(owner.call("properties/create", &a_property(id, title)).await.status, StatusCode::OK);
        }
        assert_eq!(titles(&mut owner, "").await, ["Terceiro", "Segundo", "Primeiro"]);
    });
}

#[test]
fn the_list_says_what_it_counts() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        register_as(&mut owner, &[("title", "Casa"), ("type", "house")]).await;
        let says = async |owner: &mut Caller, query: &str, count: &str| {
            let page = owner.get(&format!("/app/properties{query}")).await.text();
            page.contains(&format!("class=\"pager\"><span>{count}<"))
        };
        assert!(says(&mut owner, "", "1 imóvel").await);
        register_as(&mut owner, &[("title", "Loft"), ("type", "loft")]).await;
        assert!(says(&mut owner, "", "2 imóveis").await);
        assert!(says(&mut owner, "?type=loft", "1 imóvel").await);
    });
}

#[test]
fn pages_of_the_list_hold_every_row_once_in_every_order() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for n in 0..60 {
            let id = uuid::Uuid::now_v7().to_string();
            let (title, price) = (format!("Lote {n:02}"), format!("{}", 100_000 + (n % 7) * 1_000));
            let mut fields: Vec<(&str, &str)> =
                a_property(&id, &title).into_iter().filter(|(n, _)| *n != "sale_price").collect();
            if n % 5 != 0 {
                fields.push(("sale_price", &price));
            }
            assert_eq!(owner.call("properties/create", &fields).await.status, StatusCode::OK);
        }
        // As an import leaves them: many of one instant.
        sqlx::query(
            "update properties
             set created_at = timestamptz '2026-01-02 03:04:05.678901' + right(code, 4)::int % 4 * interval '1 microsecond'",
        )
        .execute(&mut root(&a).await)
        .await
        .expect("set");
        for sort in ["newest", "price_asc", "price_desc", "area_desc"] {
            let (mut seen, mut after, mut last) = (Vec::new(), None::<String>, None);
            loop {
                let mut fields = vec![("filter[sort]", sort)];
                if let Some(after) = &after {
                    fields.push(("filter[after]", after.as_str()));
                }
                let page = owner.call("properties/list", &fields).await.json();
                seen.extend(
                    page["rows"]
                        .as_array()
                        .expect("rows")
                        .iter()
                        .map(|r| r["title"].as_str().expect("a title").to_owned()),
                );
                assert_eq!(page["total"]["exactly"], 60);
                match page["next"].as_str() {
                    Some(next) => after = Some(next.to_owned()),
                    None => {
                        last = page["previous"].as_str().map(str::to_owned).or(last);
                        break;
                    }
                }
            }
            assert_eq!(seen.len(), 60, "{sort}");
            let unique: std::collections::BTreeSet<_> = seen.iter().collect();
            assert_eq!(unique.len(), 60, "{sort}");
            // And back again.
            let before = last.expect("the last page has one before it");
            let page =
                owner.call("properties/list", &[("filter[sort]", sort), ("filter[before]", &before)]).await.json();
            let titles: Vec<String> = page["rows"]
                .as_array()
                .expect("rows")
                .iter()
                .map(|r| r["title"].as_str().expect("a title").to_owned())
                .collect();
            assert_eq!(titles, seen[25..50], "{sort}");
        }
    });
}

#[test]
fn a_row_says_what_each_price_is_for_and_a_size_breaks_nowhere_within_a_part() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let beach = [
            ("title", "Casa de praia"),
            ("purposes[]", "rent"),
            ("purposes[]", "season"),
            ("sale_price", ""),
            ("rent", "9.200"),
            ("season_price", "450"),
            ("area_private", "166"),
            ("bedrooms", "3"),
            ("parking", "1"),
        ];
        register_as(&mut of_a, &beach).await;
        register_as(&mut of_b, &[("title", "Venda"), ("sale_price", "450.000")]).await;
        let rows = of_a.call("properties/list", &[]).await.json()["rows"].clone();
        assert_eq!(rows[0]["prices"], serde_json::json!(["R$\u{a0}9.200 por mês", "R$\u{a0}450 por dia"]), "{rows}");
        assert_eq!(rows[0]["size"], "166\u{a0}m² · 3\u{a0}quartos · 1\u{a0}vaga", "{rows}");
        let rows = of_b.call("properties/list", &[]).await.json()["rows"].clone();
        assert_eq!(rows[0]["prices"], serde_json::json!(["R$\u{a0}450.000"]), "{rows}");
    });
}
