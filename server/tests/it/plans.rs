//! The plans that are sold: what the central database is seeded with, and what the platform's site says of them.

use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tenancy::testing::{run, superuser};

use crate::harness::house;

/// Name, shown name, price a month and a year, users, properties, additional user, activation, features.
type Plan = (String, String, String, String, i32, Option<i32>, String, String, Value);

/// The features that the table names, in its order.
const FEATURES: [&str; 9] = [
    "mobile_app",
    "landing_page",
    "attendance",
    "lead_transfer",
    "blog",
    "vip_support",
    "customer_success",
    "property_api",
    "broker_portal",
];

/// The table of the specification, a plan a row: `+` has the feature, `-` has it not.
fn table() -> Vec<Plan> {
    let plan =
        |names: [&str; 2], prices: [&str; 4], (users, properties): (i32, Option<i32>), trainings: i32, has: &str| {
            let mut features = json!({ "trainings": trainings, "training_price": "999.00" });
            for (name, sign) in FEATURES.iter().zip(has.chars()) {
                features[*name] = json!(sign == '+');
            }
            let [name, shown] = names.map(str::to_owned);
            let [month, year, user, activation] = prices.map(|price| format!("{price}.00"));
            (name, shown, month, year, users, properties, user, activation, features)
        };
    vec![
        plan(["prime", "Prime"], ["247", "2964", "57", "197"], (2, Some(100)), 0, "+++------"),
        plan(["k", "K"], ["397", "4764", "37", "197"], (5, Some(500)), 1, "++++++-++"),
        plan(["k2", "K2"], ["597", "7164", "27", "0"], (12, None), 2, "+++++++++"),
    ]
}

#[test]
fn the_plans_are_those_of_the_specification() {
    run(async {
        // A bed's own database: the superuser sees the whole table.
        house().await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let plans: Vec<Plan> = sqlx::query_as(
            "select p.name, p.display_name, v.price_monthly::text, v.price_yearly::text, v.max_users, v.max_properties,
                    v.additional_user_price::text, v.activation_fee::text, v.features
             from subscription_plans p
             join plans_sold(now()) v on v.plan_id = p.id
             order by p.sort_order",
        )
        .fetch_all(&mut central)
        .await
        .expect("listed");
        assert_eq!(plans, table());
    });
}

#[test]
fn the_platforms_site_says_what_the_plans_cost() {
    run(async {
        let page = house().await.stranger().get("/planos").await.text().replace('\u{a0}', " ");
        let cards: Vec<&str> = page.split("<section class=\"plan\">").skip(1).collect();
        let expected = [
            ("Prime", ["R$ 247", "R$ 2.964", "R$ 57", "R$ 197", "R$ 999"]),
            ("K", ["R$ 397", "R$ 4.764", "R$ 37", "R$ 197", "1 grátis"]),
            ("K2", ["R$ 597", "R$ 7.164", "R$ 27", "grátis", "2 grátis"]),
        ];
        assert_eq!(cards.len(), expected.len(), "{page}");
        for (card, (name, prices)) in cards.iter().zip(expected) {
            assert!(card.contains(&format!("<h2>{name}<")), "{name}: {card}");
            for price in prices {
                // Whole: `R$ 57` is no part of `R$ 597`, and `R$ 247` none of `R$ 247.000`.
                assert!(card.contains(&format!(">{price}<")), "{price} of {name}: {card}");
            }
        }
    });
}
