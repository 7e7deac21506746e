//! The demo's stock, seen from the street and from the desk.

use http::StatusCode;
use tenancy::testing::{Agency, bed, run};

use crate::harness::{House, house, root};

/// Small pictures: what they show is tested where they are drawn.
const WIDTH: u32 = 96;

async fn fill(house: &House, agency: &Agency, slug: &str) {
    try_to_fill(house, agency, slug).await.expect("filled");
}

async fn try_to_fill(house: &House, agency: &Agency, slug: &str) -> anyhow::Result<()> {
    let (bed, now) = (bed().await, house.state.house.clock.now());
    let (files, tenant) = (bed.data_dir.join("files"), agency.route.tenant);
    server::commands::demo::fill(&bed.deployment, files, (slug, tenant), (now, WIDTH)).await
}

/// Rows of the agency's tables, and what a person could have changed.
async fn census(agency: &Agency) -> Vec<(String, i64)> {
    sqlx::query_as(
        "select 'here', count(*) from properties where deleted_at is null
         union all select 'archived', count(*) from properties where deleted_at is not null
         union all select 'published', count(*) from properties where published_at is not null
         union all select 'featured', count(*) from properties where featured
         union all select 'used', used from usage_counters where resource = 'properties'
         union all select 'photos', count(*) from property_photos where state = 'ready'
         union all select 'waiting', count(*) from property_photos where state <> 'ready'
         union all select 'covers', count(*) from property_photos where is_cover
         union all select 'lines', count(*) from activity_log
         union all select 'versions', sum(version) from properties",
    )
    .fetch_all(&mut root(agency).await)
    .await
    .expect("counted")
}

#[test]
fn the_stock_is_there_once_and_stays_as_people_leave_it() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        fill(house, &agency, "litoral").await;
        let first = census(&agency).await;
        let count = |what: &str| first.iter().find(|(name, _)| name == what).map(|(_, n)| *n);
        assert_eq!((count("here"), count("archived"), count("used")), (Some(10), Some(1), Some(10)));
        assert_eq!((count("published"), count("featured"), count("waiting")), (Some(8), Some(4), Some(0)));
        assert!(count("photos") > Some(50) && count("lines") > Some(25), "{first:?}");
        let change = "update properties set title = 'Casa da Ana', version = version + 1 where code = (select min(code) from properties)";
        sqlx::query(change).execute(&mut root(&agency).await).await.expect("changed");
        let changed = census(&agency).await;
        fill(house, &agency, "litoral").await;
        assert_eq!(census(&agency).await, changed, "again is harmless");
        let mut owner = house.owner(&agency).await;
        assert!(owner.get("/app/properties?q=casa+da+ana").await.text().contains("Casa da Ana"));
    });
}

#[test]
fn a_suspended_agency_is_passed_over_and_one_that_cannot_be_opened_is_told() {
    run(async {
        let house = house().await;
        let (away, broken) = (house.agency().await, house.agency().await);
        let central = bed().await.deployment.central();
        let suspended = tenancy::central::companies::suspend(central, away.route.tenant, "unpaid", Default::default());
        assert!(suspended.await.expect("suspended"));
        fill(house, &away, "litoral").await;
        let written: i64 =
            sqlx::query_scalar("select count(*) from properties").fetch_one(&away.db).await.expect("counted");
        assert_eq!(written, 0, "a suspended agency is left alone");
        let stamp = "update _tenant_identity set tenant_id = gen_random_uuid()";
        sqlx::query(stamp).execute(&mut root(&broken).await).await.expect("stamped");
        let error = try_to_fill(house, &broken, "litoral").await.expect_err("it cannot be opened");
        assert!(format!("{error:#}").contains("litoral was not opened: the database does not carry"), "{error:#}");
    });
}

#[test]
fn visitors_find_the_stock_with_its_pictures() {
    run(async {
        let house = house().await;
        let (agency, other) = (house.agency().await, house.agency().await);
        fill(house, &agency, "litoral").await;
        let mut visitor = house.visitor(&agency);
        let landing = visitor.get("/").await.text();
        assert!(landing.contains("9.076-J") && landing.contains("A praia mais perto de você"), "{landing}");
        let found = visitor.get("/imoveis").await.text();
        let mut pictures: Vec<&str> = found
            .match_indices("/media/")
            .map(|(at, _)| found[at..].split([' ', '"', ',']).next().expect("an address"))
            .collect();
        pictures.sort_unstable();
        pictures.dedup();
        assert!(pictures.len() >= 16, "eight covers in two formats at least: {pictures:?}");
        for address in pictures {
            let answer = visitor.get(address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}");
            assert_eq!(house.visitor(&other).get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
    });
}
