//! What visitors find, and what no question of theirs finds out.

use http::StatusCode;
use tenancy::testing::{Agency, run};

use crate::harness::{OF_TWO_PURPOSES, house};
use crate::storefront::{publish, shows};

#[test]
fn a_search_finds_what_was_asked_for_and_nothing_else() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let flat = [("title", "Apartamento claro"), ("neighborhood", "Água Branca"), ("parking", "1")];
        publish(&mut owner, &a, &flat).await;
        let home = [
            ("title", "Casa com jardim"),
            ("type", "house"),
            ("purposes[]", "rent"),
            ("rent", "3.000"),
            ("sale_price", ""),
            ("city", "Campinas"),
            ("bedrooms", "4"),
        ];
        publish(&mut owner, &a, &home).await;
        for (query, finds_flat, finds_home) in [
            ("", true, true),
            ("purpose=sale", true, false),
            ("purpose=rent", false, true),
            ("type=apartment", true, false),
            ("type=apartment&type=house", true, true),
            ("city=campinas", false, true),
            ("neighborhood=agua%20branca", true, false),
            ("min_price=400000", true, false),
            ("max_price=3.000", false, true),
            ("purpose=rent&min_price=3000,01", false, false),
            ("bedrooms=3", false, true),
            ("parking=1", true, false),
            ("q=JARDIM%20casa", false, true),
            ("q=jardim%20claro", false, false),
            ("q=%25", false, false),
            ("type=castle&bedrooms=x&page=0&sort=worst", true, true),
        ] {
            let text = shows(house, &a, &format!("/imoveis?{query}")).await;
            // What else there is stands below a search that found nothing.
            let hits = text.split("Veja também").next().unwrap_or_default();
            assert_eq!(hits.contains("Apartamento claro"), finds_flat, "{query}");
            assert_eq!(hits.contains("Casa com jardim"), finds_home, "{query}");
        }
        let dear_first = shows(house, &a, "/imoveis?sort=price_desc").await;
        assert!(dear_first.find("Apartamento claro") < dear_first.find("Casa com jardim"));
        let cheap_first = shows(house, &a, "/imoveis?sort=price_asc").await;
        assert!(cheap_first.find("Apartamento claro") > cheap_first.find("Casa com jardim"));
    });
}

#[test]
fn a_street_is_found_where_it_is_shown_and_nowhere_else() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let street = ("street", "Rua Conceição do Araçá");
        for (title, visibility) in
            [("Casa com número", "full"), ("Casa com rua", "street"), ("Casa só com bairro", "neighborhood")]
        {
            publish(&mut of_a, &a, &[("title", title), street, ("visibility", visibility)]).await;
        }
        publish(&mut of_b, &b, &[("title", "Casa do concorrente"), street, ("visibility", "full")]).await;
        for query in ["q=conceicao", "q=CONCEI%C3%87%C3%83O%20araca", "q=casa%20ara%C3%A7%C3%A1"] {
            let found = async |agency: &Agency| {
                let text = shows(house, agency, &format!("/imoveis?{query}")).await;
                // What else there is stands below a search that found nothing.
                let hits = text.split("Veja também").next().unwrap_or_default();
                let titles = ["Casa com número", "Casa com rua", "Casa só com bairro", "Casa do concorrente"];
                titles.map(|title| hits.contains(title))
            };
            assert_eq!(found(&a).await, [true, true, false, false], "{query}");
            assert_eq!(found(&b).await, [false, false, false, true], "{query}");
        }
    });
}

#[test]
fn a_price_is_asked_for_by_purpose_and_only_where_it_is_shown() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        publish(&mut owner, &a, &OF_TWO_PURPOSES).await;
        // Nobody offers it for rent any more: what it cost is not shown, and cannot be found out.
        publish(&mut owner, &a, &[("title", "Casa de um fim"), ("sale_price", "900.000"), ("rent", "4.000")]).await;
        for (query, finds_both, finds_one) in [
            ("purpose=rent&max_price=5000", true, false),
            ("max_price=5000", true, false),
            ("min_price=800000", true, true),
            ("min_price=5000&max_price=800000", false, false),
        ] {
            let text = shows(house, &a, &format!("/imoveis?{query}")).await;
            let hits = text.split("Veja também").next().unwrap_or_default();
            assert_eq!(hits.contains("Casa de dois fins"), finds_both, "{query}");
            assert_eq!(hits.contains("Casa de um fim"), finds_one, "{query}");
        }
    });
}

#[test]
fn a_search_that_no_address_could_say_is_held_to_its_bounds() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        publish(&mut house.owner(&a).await, &a, &[]).await;
        let mut visitor = house.visitor(&a);
        let mut total = async |q: &str| {
            let answer = visitor.call("storefront/search", &[("search[q]", q)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            answer.json()["found"]["total"].as_i64().expect("a count")
        };
        let ten = "ap no pa ap no pa ap no pa ap";
        assert_eq!(
            (total(ten).await, total(&format!("{ten} zzz")).await),
            (1, 1),
            "the eleventh word is not looked for"
        );
        assert_eq!(total("ap no pa ap no pa ap no pa zzz").await, 0, "the tenth is");
        assert_eq!(total(&format!("parque{}zzz", " ".repeat(90))).await, 1, "nor what is behind 80 characters");
        assert_eq!(total(&"ap ".repeat(15_000)).await, 1);
        let answer = visitor.call("storefront/search", &[("search[q]", &"ap ".repeat(350_000))]).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
        for (page, expected) in
            [("4294967295", StatusCode::NOT_FOUND), ("0", StatusCode::OK), ("4294967296", StatusCode::BAD_REQUEST)]
        {
            let answer = visitor.call("storefront/search", &[("search[page]", page)]).await;
            assert_eq!(answer.status, expected, "{page}: {}", answer.text());
        }
        for field in ["search[neighborhood]", "search[neighborhood][]", "search[city]", "search[kinds][]"] {
            let many = vec![(field, if field.contains("kinds") { "apartment" } else { "Vila Mariana" }); 1_000];
            let answer = visitor.call("storefront/search", &many).await;
            assert!(!answer.status.is_server_error(), "{field}: {} {}", answer.status, answer.text());
        }
    });
}

#[test]
fn what_is_like_it_is_near_in_a_price_that_is_shown_and_of_its_kind() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let both = [("purposes[]", "sale"), ("purposes[]", "rent"), ("sale_price", "450.000"), ("rent", "3.000")];
        let page = publish(&mut owner, &a, &[&both[..], &[("title", "Apartamento de partida")]].concat()).await;
        let sale =
            |title, price, is_shown| vec![("title", title), ("sale_price", price), ("sale_price_public", is_shown)];
        let rent = |title, price| vec![("title", title), ("purposes[]", "rent"), ("sale_price", ""), ("rent", price)];
        for other in [
            sale("Apartamento sob consulta", "450.000", "false"),
            // Not to let: a rent that somebody left there is not shown, and says nothing.
            [sale("Apartamento à venda longe", "900.000", "true"), vec![("rent", "3.000")]].concat(),
            rent("Apartamento para alugar perto", "3.100"),
            sale("Apartamento à venda perto", "500.000", "true"),
            rent("Apartamento para alugar longe", "5.000"),
        ] {
            publish(&mut owner, &a, &other).await;
        }
        let text = shows(house, &a, &page).await;
        let mut order: Vec<(usize, &str)> =
            ["alugar perto", "venda perto", "alugar longe", "venda longe", "sob consulta"]
                .into_iter()
                .filter_map(|name| Some((text.find(&format!("{name}<"))?, name)))
                .collect();
        order.sort_unstable();
        let order: Vec<&str> = order.into_iter().map(|(_, name)| name).collect();
        assert_eq!(order, ["alugar perto", "venda perto", "alugar longe"]);
    });
}

#[test]
fn a_price_of_what_is_not_on_offer_is_not_found_out_by_asking() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        publish(&mut owner, &a, &[("rent", "3.333"), ("sale_price_public", "false")]).await;
        let text = shows(house, &a, "/imoveis?min_price=3332&max_price=3334").await;
        assert!(text.contains("Nenhum imóvel com tudo isso"));
    });
}

#[test]
fn a_page_of_results_has_twenty_four() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for n in 0..25 {
            publish(&mut owner, &a, &[("title", &format!("Apartamento número {n:02}"))]).await;
        }
        let tiles = |text: &str| text.matches("class=\"tile\"").count();
        let (first, second) = (shows(house, &a, "/imoveis").await, shows(house, &a, "/imoveis?page=2").await);
        assert_eq!((tiles(&first), tiles(&second)), (24, 1));
        assert!(
            first.contains("25 imóveis") && first.contains("/imoveis?page=2") && second.contains("href=\"/imoveis\"")
        );
        assert_eq!(tiles(&shows(house, &a, "/").await), 12);
        // What the agency chose comes first.
        let id = owner.call("properties/list", &[("filter[q]", "número 00")]).await.json()["rows"][0]["id"].to_string();
        owner.call("properties/feature", &[("id", id.trim_matches('"')), ("featured", "true")]).await;
        let landing = shows(house, &a, "/").await;
        assert!(landing.find("número 00") < landing.find("número 24"), "featured first");
    });
}

#[test]
fn a_page_after_the_last_one_does_not_exist() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        // Nothing is found on the first page of a search, and more than that is on none.
        assert!(shows(house, &a, "/imoveis?page=1").await.contains("Nenhum imóvel com tudo isso"));
        let mut owner = house.owner(&a).await;
        publish(&mut owner, &a, &[]).await;
        shows(house, &a, "/imoveis?page=1&type=castle").await;
        let mut visitor = house.visitor(&a);
        for query in ["page=2", "page=99", "page=4000", "type=loft&page=2", "purpose=sale&sort=price_asc&page=3"] {
            let answer = visitor.get(&format!("/imoveis?{query}")).await;
            // Its heading begins as a pager's line does.
            let text = answer.text().replace("Página não encontrada", "");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{query}");
            assert!(text.contains("content=\"noindex\"") && text.contains("<main"), "{query}");
            for nonsense in ["rel=\"prev\"", "rel=\"canonical\"", "Página "] {
                assert!(!text.contains(nonsense), "{query} shows {nonsense}");
            }
        }
        let answer = visitor.call("storefront/search", &[("search[page]", "2")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    });
}
