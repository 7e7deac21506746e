//! Lists that agencies bring along: what comes in, what stays outside, and the way back.

use sqlx::Row as _;
use std::path::Path;
use std::time::Duration;
use tenancy::TenantDb;
use tenancy::central::audit;
use tenancy::central::operations::NewTenant;
use tenancy::relay;
use tenancy::testing::{Agency, bed, new_tenant, run};
use tokio::time::timeout;

use server::commands::import::{File, How, Kind, Map, Report, bring_in, sample, undo};

use crate::harness::{House, a_property, asks_indexes, house, register, root, with_creci};

const MAP: &str = include_str!("../../maps/sao-paulo-rentals-2019.toml");
pub const PUBLISH: How = How { publish: true, dry_run: false, again: false };
pub const LOOK: How = How { publish: false, dry_run: true, again: false };
pub const AGAIN: How = How { publish: false, dry_run: false, again: true };

/// The real listings where there are some, else made ones. Said, so that a figure is not taken for the other's.
fn listings() -> Vec<u8> {
    match std::env::var_os("SOBRADO_LISTINGS_CSV") {
        Some(path) => {
            println!("real listings: {}", Path::new(&path).display());
            std::fs::read(path).expect("SOBRADO_LISTINGS_CSV can be read")
        }
        None => {
            let seed: u64 = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(2026);
            println!("made listings, SOBRADO_TEST_SEED={seed}");
            sample::listings(seed).into_bytes()
        }
    }
}

/// The agency's database as the server of this house has it, so that its pages hear of every change.
pub async fn db(house: &House, agency: &Agency) -> TenantDb {
    let route = house.state.house.routes.by_tenant(agency.route.tenant).expect("known");
    house.state.house.registry.open(&route).await.expect("opened")
}

pub async fn import(db: &TenantDb, text: &str, how: How) -> anyhow::Result<Report> {
    bring_in(db, &File { name: "lista.csv", bytes: text.as_bytes(), map: None }, how, |_, _| ()).await
}

/// Rows of an agency's tables, in the order of the names.
pub async fn rows_of(agency: &Agency, tables: &[&str]) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in tables {
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")));
        counts.push(count.fetch_one(&agency.db).await.expect("counted"));
    }
    counts
}

pub const WRITTEN: [&str; 5] = ["properties", "import_batches", "property_codes", "activity_log", "outbox"];

pub async fn one<T>(agency: &Agency, sql: &'static str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql).fetch_one(&agency.db).await.expect("one value")
}

pub async fn used(agency: &Agency) -> i64 {
    one(agency, "select used from usage_counters where resource = 'properties'").await
}

async fn codes(agency: &Agency) -> Vec<String> {
    let codes = sqlx::query_scalar("select code from properties where import_batch_id is not null order by id");
    codes.fetch_all(&agency.db).await.expect("listed")
}

/// A list of so many apartments, in a file whose columns are called as the fields are.
pub fn apartments(count: usize) -> String {
    let rows = (1..=count).map(|n| format!("apartment,residential,rent,{n}00\n"));
    format!("type,usage,purposes,rent\n{}", rows.collect::<String>())
}

#[test]
fn the_real_listings_come_in_counted_and_go_again() {
    run(async {
        let bytes = listings();
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        with_creci(&a).await;
        let (mine, theirs) = (db(house, &a).await, db(house, &b).await);
        let map = Map::parse(MAP).expect("the shipped map");
        let file = File { name: "sao-paulo.csv", bytes: &bytes, map: Some(&map) };

        let looked = bring_in(&mine, &file, How { dry_run: true, ..PUBLISH }, |_, _| ()).await.expect("looked at");
        assert_eq!(rows_of(&a, &WRITTEN).await, [0; 5], "a look writes nothing");
        let mut heard = Vec::new();
        let import = bring_in(&mine, &file, PUBLISH, |written, all| heard.push((written, all)));
        let report = timeout(Duration::from_secs(300), import).await.expect("ten times as long as named");
        let report = report.expect("imported");
        assert_eq!(heard.last(), Some(&(7_224, 7_224)));
        assert!(heard.len() > 10, "it tells how far it is");
        for report in [&looked, &report] {
            assert_eq!((report.rows, report.imported, report.published), (7_228, 7_224, 7_224));
            assert_eq!(report.refused.len(), 4);
            for refused in &report.refused {
                let [trouble] = refused.why.as_slice() else { panic!("{refused:?}") };
                assert_eq!(trouble.column.as_deref(), Some("Suites"));
                assert_eq!(trouble.sentence, "It cannot be more than the total.");
            }
            let dropped: Vec<_> = report.warnings.iter().map(|(kind, lines)| (*kind, lines.len())).collect();
            assert_eq!(dropped, [(Kind::PlaceZero, 483), (Kind::PlaceSwapped, 10), (Kind::PlaceAbroad, 1)]);
            assert_eq!(report.repeats.len(), 209);
            assert_eq!((report.unpublished.len(), report.unused_columns.len()), (0, 0));
        }
        assert_eq!(report.codes, [("AP0001".to_owned(), "AP7224".to_owned())]);

        assert_eq!(
            rows_of(&a, &WRITTEN).await,
            [7_224, 1, 1, 7_225, 7_225],
            "a line a property and one for the import"
        );
        assert_eq!(used(&a).await, 7_224);
        let facts = sqlx::query(
            "select count(*) filter (where lat is null and lng is null) as nowhere,
                    count(*) filter (where condo = 0) as no_fee, count(distinct code) as codes,
                    count(*) filter (where published_at is null or status <> 'active' or version <> 1) as hidden,
                    count(*) filter (where elevator is null or pool is null or furnished is null) as unsaid
             from properties",
        );
        let facts = facts.fetch_one(&a.db).await.expect("facts");
        let fact = |name: &str| facts.get::<i64, _>(name);
        assert_eq!((fact("nowhere"), fact("no_fee"), fact("codes")), (494, 640, 7_224));
        assert_eq!((fact("hidden"), fact("unsaid")), (0, 0));
        assert_eq!(rows_of(&b, &WRITTEN).await, [0; 5], "another agency has nothing of it");

        let mut visitor = house.visitor(&a);
        assert!(visitor.get("/imoveis?purpose=rent&bedrooms=2").await.text().contains("Apartamento de"));
        let mut owner = house.owner(&a).await;
        assert!(owner.get("/app/properties").await.text().contains("AP7224"));
        asks_indexes(&a, &mut owner, &mut visitor).await;

        // People work on two of them; one of these is also archived by hand and so frees its place itself.
        let ids = sqlx::query_scalar("select id from properties order by code limit 2");
        let ids: Vec<uuid::Uuid> = ids.fetch_all(&a.db).await.expect("ids");
        let id = ids[0].to_string();
        let mut fields = a_property(&id, "Apartamento reformado");
        fields.push(("version", "1"));
        let answer = owner.call("properties/update", &fields).await;
        assert_eq!(answer.status, http::StatusCode::OK, "{}", answer.text());
        owner.call("properties/archive", &[("id", &ids[1].to_string())]).await;
        let batch = report.batch.expect("a batch");
        let error = undo(&theirs, batch).await.expect_err("not theirs");
        assert_eq!(error.to_string(), "this agency has no such import");
        let (removed, kept) = undo(&mine, batch).await.expect("taken back");
        assert_eq!(removed, 7_222);
        assert_eq!(kept[0], ("AP0001".to_owned(), "Apartamento reformado".to_owned()));
        assert_eq!(kept.len(), 2);
        assert_eq!((rows_of(&a, &["properties"]).await, used(&a).await), (vec![2], 1));
        let error = undo(&mine, batch).await.expect_err("once").to_string();
        assert!(error.starts_with("that was done before, at 20"), "{error}");
        let kept: serde_json::Value = one(&a, "select report -> 'undone' -> 'kept' from import_batches").await;
        assert_eq!(kept, serde_json::json!(["AP0001", "AP0002"]));
        assert_eq!(one::<i64>(&a, "select count(*) from activity_log where action = 'property.create'").await, 7_224);
        assert_eq!(one::<i64>(&a, "select count(*) from activity_log where action = 'import.undo'").await, 1);
        assert!(
            !visitor.get("/imoveis").await.text().contains("Apartamento de"),
            "visitors see at once that they are gone"
        );
    });
}

#[test]
fn every_line_reaches_the_central_log_once() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let report = import(&a.db, &apartments(3), How::default()).await.expect("imported");
        let batch = report.batch.expect("a batch");
        let central = bed().await.deployment.central();
        let key = bed().await.deployment.key();
        assert_eq!(relay::deliver(central, key, &a.db).await.expect("carried"), 4);
        assert_eq!(relay::deliver(central, key, &a.db).await.expect("nothing left"), 0);
        assert_eq!(audit::verify(central, a.route.tenant).await.expect("walked"), None);
        let rows = sqlx::query(
            "select action, changes from activity_log where entity_type in ('property', 'import') order by id",
        );
        let rows = rows.fetch_all(&a.db).await.expect("listed");
        let actions: Vec<String> = rows.iter().map(|row| row.get("action")).collect();
        assert_eq!(actions, ["property.create", "property.create", "property.create", "import.run"]);
        let changes: serde_json::Value = rows[1].get("changes");
        assert_eq!(changes["rent"], serde_json::json!([null, "200.00"]));
        assert_eq!(changes["import"], serde_json::json!([null, batch]));
        let changes: serde_json::Value = rows[3].get("changes");
        assert_eq!(changes["imported"], serde_json::json!([null, 3]));
    });
}

#[test]
fn over_the_plan_nothing_comes_in_and_the_sentence_says_what_to_do() {
    run(async {
        let house = house().await;
        let a = house.agency_of(NewTenant { plan: "prime".into(), ..new_tenant() }).await;
        let mut owner = house.owner(&a).await;
        register(&mut owner, "Casa de vila").await;
        let before = rows_of(&a, &WRITTEN).await;
        for how in [How::default(), LOOK] {
            let error = import(&a.db, &apartments(100), how).await.expect_err("too many").to_string();
            assert!(
                error.starts_with("the plan holds 100 properties and 1 are there: 100 more do not fit."),
                "{error}"
            );
            assert!(error.contains("/app/settings/plan"), "{error}");
        }
        assert_eq!((rows_of(&a, &WRITTEN).await, used(&a).await), (before, 1));
        import(&a.db, &apartments(99), How::default()).await.expect("exactly what is left");
        assert_eq!(used(&a).await, 100);
    });
}

#[test]
fn imports_at_the_same_time_get_exactly_the_places_that_are_left() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let limit = sqlx::query("update plan_limits set max_value = 25 where resource = 'properties'");
        limit.execute(&mut root(&a).await).await.expect("set");
        // Four lists: the same one would come in once.
        let lists: Vec<String> = (0..4).map(|n| apartments(10).replace("00\n", &format!("0{n}\n"))).collect();
        let all = lists.iter().map(|text| import(&a.db, text, How::default()));
        let came = futures::future::join_all(all).await.into_iter().filter(Result::is_ok).count();
        assert_eq!(came, 2);
        assert_eq!((used(&a).await, rows_of(&a, &["properties", "import_batches"]).await), (20, vec![20, 2]));
        let distinct: i64 = one(&a, "select count(distinct code) from properties").await;
        assert_eq!(distinct, 20);
    });
}

#[test]
fn an_import_cut_short_leaves_nothing_behind() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (db, text) = (a.db.clone(), apartments(1_200));
        let cut = tokio::spawn(async move {
            let file = File { name: "lista.csv", bytes: text.as_bytes(), map: None };
            bring_in(&db, &file, How::default(), |written, _| assert!(written < 1_000, "the power fails here")).await
        });
        assert!(cut.await.expect_err("cut short").is_panic());
        assert_eq!(
            (rows_of(&a, &WRITTEN).await, used(&a).await),
            (vec![0, 0, 1, 0, 0], 0),
            "only the numbers are gone"
        );
        let report = import(&a.db, &apartments(1_200), How::default()).await.expect("again, whole");
        assert_eq!(report.codes, [("AP1201".to_owned(), "AP2400".to_owned())]);
    });
}

#[test]
fn codes_go_on_where_people_left_off_and_are_never_given_again() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        register(&mut owner, "Primeiro").await;
        let id = uuid::Uuid::now_v7().to_string();
        let mut chosen = a_property(&id, "Escolhido");
        chosen.push(("code", "AP0003"));
        assert_eq!(owner.call("properties/create", &chosen).await.status, http::StatusCode::OK);
        let list = "type,usage,purposes,code\napartment,residential,rent,\nhouse,residential,rent,\n\
                    penthouse,residential,sale,AP0005\napartment,residential,rent,\nduplex,residential,rent,\n";
        let first = import(&a.db, list, How::default()).await.expect("imported");
        assert_eq!(codes(&a).await, ["AP0002", "CA0001", "AP0005", "AP0004", "AP0006"]);
        undo(&a.db, first.batch.expect("a batch")).await.expect("taken back");
        let again = import(&a.db, list, How::default()).await.expect("imported");
        assert_eq!(again.same_as, None, "what was taken back is no double");
        assert_eq!(codes(&a).await, ["AP0007", "CA0002", "AP0005", "AP0008", "AP0009"]);
        assert_eq!(again.refused, []);
        let third = import(&a.db, list, AGAIN).await.expect("imported");
        assert_eq!((third.refused[0].line, third.same_as), (4, again.batch));
        assert_eq!(third.refused[0].why[0].sentence, "It is already in use.");
    });
}

#[test]
fn without_creci_nothing_is_published_and_what_is_not_ready_comes_in_unpublished() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let error = import(&a.db, &apartments(1), PUBLISH).await.expect_err("no CRECI").to_string();
        assert!(error.starts_with("the agency has no CRECI") && error.contains("/app/settings/store"), "{error}");
        assert_eq!(rows_of(&a, &WRITTEN).await, [0; 5]);
        with_creci(&a).await;
        let report = import(&a.db, &apartments(1), PUBLISH).await.expect("imported");
        assert_eq!((report.imported, report.published, report.unpublished.len()), (1, 0, 1));
        assert_eq!(report.unpublished[0].line, 2);
        let (status, hidden) = (
            one::<String>(&a, "select status from properties").await,
            one::<bool>(&a, "select published_at is null from properties").await,
        );
        assert_eq!((status.as_str(), hidden), ("active", true));
        assert!(!house.visitor(&a).get("/imoveis").await.text().contains("AP0001"));
    });
}

#[test]
fn a_photograph_is_work_too_and_keeps_its_property() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let report = import(&a.db, &apartments(2), How::default()).await.expect("imported");
        let id: uuid::Uuid = one(&a, "select id from properties where code = 'AP0002'").await;
        let mut owner = house.owner(&a).await;
        let photo = [("sala.jpg", "image/jpeg", crate::harness::a_photo(90))];
        owner.upload(&id.to_string(), "application/json", &photo).await;
        let (removed, kept) = undo(&a.db, report.batch.expect("a batch")).await.expect("taken back");
        assert_eq!((removed, kept.len(), kept[0].0.as_str()), (1, 1, "AP0002"));
    });
}

#[test]
fn a_file_that_cannot_be_read_leaves_nothing_behind() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let head = "type,usage,purposes,rent,description\n";
        let good = "apartment,residential,rent,900,\n";
        for (text, expected) in [
            (String::new(), "it is empty"),
            (head.to_owned(), "it has a header and no rows"),
            (format!("{head}{good}\"apartment,residential\n{good}"), "the quote that opens on line 3 is never closed"),
            (format!("type,type\n{good}"), "its header names the column `type` twice"),
            (format!("tipo,preço\n{good}"), "no column is called `type`: say with --map which column is which field"),
        ] {
            let error = import(&a.db, &text, How::default()).await.expect_err(expected);
            assert_eq!(format!("{error:#}"), expected);
        }
        let latin = File { name: "latin.csv", bytes: b"type\nS\xe3o\n", map: None };
        let error = bring_in(&a.db, &latin, How::default(), |_, _| ()).await.expect_err("latin");
        assert_eq!(error.to_string(), "it is not UTF-8 (line 2): save it as \"CSV UTF-8\"");
        let map = Map::parse("[fields]\nrent = { column = \"Price\" }").expect("a map");
        let other = File { name: "other.csv", bytes: b"Preis\n1\n", map: Some(&map) };
        let error = bring_in(&a.db, &other, How::default(), |_, _| ()).await.expect_err("another file");
        let expected = "the map does not fit the file: fields.rent: there is no column `Price`; there is Preis";
        assert_eq!(format!("{error:#}"), expected);
        let bad = format!(
            "{head}apartment,residential\ncastle,residential,rent,900,\napartment,residential,rent,900,{}\n",
            "x".repeat(1_000_000)
        );
        let report = import(&a.db, &bad, How::default()).await.expect("reported");
        assert_eq!((report.batch, report.imported, report.refused.len()), (None, 0, 3));
        assert_eq!((rows_of(&a, &WRITTEN).await, used(&a).await), (vec![0; 5], 0));
        let mixed = format!(
            "\u{feff}{}",
            format!("{head}{good}castle,residential,rent,900,\n").replace(',', ";").replace('\n', "\r\n")
        );
        let report = import(&a.db, &mixed, How::default()).await.expect("imported");
        assert_eq!((report.imported, report.refused[0].line), (1, 3), "one bad row keeps no good one out");
    });
}

#[test]
fn what_a_list_brings_and_no_form_asks_for_is_shown() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        let text = format!(
            "type,usage,purposes,rent,title,description,uf,city,neighborhood,elevator,pool,pets,lat,lng\n\
             apartment,residential,rent,900,Apartamento na serra,{},SP,Santos,Gonzaga,yes,no,,-23.967,-46.332\n",
            "Perto da praia e do metrô. ".repeat(3)
        );
        let report = import(&db(house, &a).await, &text, PUBLISH).await.expect("imported");
        assert_eq!((report.imported, report.published), (1, 1), "{report:?}");
        let id: uuid::Uuid = one(&a, "select id from properties").await;
        let mut owner = house.owner(&a).await;
        let record = owner.call("properties/load", &[("id", &id.to_string())]).await.json();
        let facts = record["facts"].to_string();
        for fact in [r#"["Elevador","Sim"]"#, r#"["Piscina","Não"]"#, r#"["Coordenadas","-23.967000, -46.332000"]"#] {
            assert!(facts.contains(fact), "{fact} in {facts}");
        }
        assert!(!facts.contains("Aceita animais"), "nobody knows: {facts}");
        let path = record["publication"]["path"].as_str().expect("a path");
        let fact = |page: &str, name: &str| {
            let value = page.split(&format!("<dt>{name}")).nth(1)?.split_once("<dd>")?.1.split_once('<')?.0.to_owned();
            Some(value)
        };
        let mut visitor = house.visitor(&a);
        let page = visitor.get(path).await.text();
        let shown = ["Elevador", "Piscina", "Aceita animais", "Coordenadas"].map(|name| fact(&page, name));
        let expected = [Some("Sim".to_owned()), Some("Não".to_owned()), None, None];
        assert_eq!(shown, expected, "where exactly it is remains the agency's: {page}");
        let english = visitor.get(&format!("{path}?lang=en")).await.text();
        assert_eq!(fact(&english, "Elevator").as_deref(), Some("Yes"));
    });
}
