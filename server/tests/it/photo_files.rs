//! The files of photographs: which stay, which go, and what of them two people at once leave; and what a change to a
//! photograph costs the storefront.

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::time::Duration;
use tenancy::central::jobs::Job;
use tenancy::testing::{Agency, bed, run};

use app::outside::files::to_hex;
use app::properties::db::photos::unneeded;
use app::properties::jobs::{MAKE_VARIANTS, make_variants};
use app::properties::types::PhotoId;

use server::worker::handle;

use crate::harness::{Caller, House, a_photo, house, on_the_storefront, register, root};
use crate::import::{db, one};

/// A photograph as a page of the CRM has it: its identifier, how far it is, and its address.
pub async fn photos(caller: &mut Caller, property: &str) -> Vec<(String, String, Option<String>)> {
    let page = caller.call("properties/photos", &[("id", property)]).await.json();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let of = |p: &serde_json::Value| {
        (text(&p["id"]).expect("an identifier"), text(&p["state"]).expect("a state"), text(&p["small"]))
    };
    page["photos"].as_array().expect("a list").iter().map(of).collect()
}

/// Sends the photograph of this shade and gives the status.
pub async fn send(caller: &mut Caller, property: &str, shade: u8) -> u16 {
    let files = [("foto.jpg", "image/jpeg", a_photo(shade))];
    caller.upload(property, "application/json", &files).await.status.as_u16()
}

/// Whether the photograph of this shade is kept as it was sent.
async fn is_kept(house: &House, agency: &Agency, shade: u8) -> bool {
    let sha256 = Sha256::digest(a_photo(shade));
    house.state.house.files.get(agency.route.tenant, &sha256).await.expect("looked").is_some()
}

/// An agency whose connections wait longer for a lock than a slow machine takes for a picture.
async fn a_patient_agency(house: &House) -> (Agency, Caller) {
    let a = house.agency().await;
    for setting in ["lock_timeout", "statement_timeout"] {
        let patient = format!("alter database {} set {setting} = '60s'", a.route.placement.db_name);
        root(&a).await.execute(AssertSqlSafe(patient)).await.expect("set");
    }
    let owner = house.owner(&a).await;
    (a, owner)
}

/// Waits until so many of the agency's sessions wait for a lock; less, when this is over before.
async fn until_waiting<T>(agency: &Agency, count: i64, work: &tokio::task::JoinHandle<T>) {
    let mut onlooker = root(agency).await;
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while !work.is_finished()
        && sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut onlooker).await.expect("asked") < count
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn job(house: &'static House, db: &tenancy::TenantDb, photo: &str) -> tokio::task::JoinHandle<()> {
    let (db, photo) = (db.clone(), PhotoId(photo.parse().expect("an identifier")));
    tokio::spawn(async move { make_variants(&house.state.house, &db, photo).await.expect("made") })
}

#[test]
fn an_original_that_nobody_waits_for_does_not_stay() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (home, full) = (register(&mut owner, "Casa").await, register(&mut owner, "Casa cheia").await);
        sqlx::query(
            "insert into property_photos (id, property_id, position, is_cover, sha256, bytes, width, height)
             select gen_random_uuid(), $1::uuid, n, n = 1, sha256(n::text::bytea), 1, 1, 1 from generate_series(1, 50) n",
        )
        .bind(&full)
        .execute(&mut root(&a).await)
        .await
        .expect("added");
        assert_eq!(send(&mut owner, &full, 1).await, 422, "it is full");
        assert_eq!(send(&mut owner, &uuid::Uuid::now_v7().to_string(), 1).await, 404, "it is not there");
        assert!(!is_kept(house, &a, 1).await);
        assert_eq!(send(&mut owner, &home, 1).await, 204);
        assert_eq!(send(&mut owner, &full, 1).await, 422);
        assert!(is_kept(house, &a, 1).await, "another property waits for its sizes");
        let photo = photos(&mut owner, &home).await[0].0.clone();
        owner.call("properties/remove_photo", &[("id", &home), ("photo", &photo)]).await;
        assert!(!is_kept(house, &a, 1).await, "it goes with the photograph");
        send(&mut owner, &home, 2).await;
        root(&a).await.execute("alter table outbox rename to outbox_away").await.expect("renamed");
        assert_eq!(send(&mut owner, &home, 3).await, 500, "the transaction fails");
        root(&a).await.execute("alter table outbox_away rename to outbox").await.expect("renamed");
        assert!(!is_kept(house, &a, 3).await && is_kept(house, &a, 2).await);
    });
}

#[test]
fn a_job_done_again_takes_the_original_away() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa interrompida").await;
        send(&mut owner, &id, 4).await;
        house.make_photos(&a).await;
        // Whoever had the job before came as far as the row.
        let (files, sha256) = (&house.state.house.files, Sha256::digest(a_photo(4)));
        files.put(a.route.tenant, &sha256, a_photo(4).into()).await.expect("put");
        let photo = photos(&mut owner, &id).await.remove(0);
        job(house, &db(house, &a).await, &photo.0).await.expect("no panic");
        assert!(!is_kept(house, &a, 4).await);
        assert_eq!(owner.get(&photo.2.expect("made")).await.status, 200);
    });
}

#[test]
fn a_photograph_whose_sizes_are_missing_is_made_when_it_comes_again() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de fotos perdidas").await;
        let jobs = async || one::<i64>(&a, "select count(*) from outbox where kind = 'job'").await;
        send(&mut owner, &id, 5).await;
        let first = photos(&mut owner, &id).await;
        // Its job was given up: it waits for nobody.
        assert_eq!((send(&mut owner, &id, 5).await, jobs().await), (204, 2), "it is asked for once more");
        let sha256 = Sha256::digest(a_photo(5));
        house.state.house.files.remove(a.route.tenant, &sha256).await.expect("lost");
        house.make_photos(&a).await;
        assert_eq!(photos(&mut owner, &id).await[0].1, "failed");
        assert_eq!((send(&mut owner, &id, 5).await, jobs().await), (204, 3));
        assert_eq!(photos(&mut owner, &id).await, first, "the same one, waiting again");
        house.make_photos(&a).await;
        assert_eq!(photos(&mut owner, &id).await[0].1, "ready");
        assert_eq!((send(&mut owner, &id, 5).await, jobs().await), (204, 3), "now there is nothing to do");
        assert_eq!(photos(&mut owner, &id).await[0].1, "ready");
    });
}

#[test]
fn a_photograph_that_is_given_up_says_so() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa sem disco").await;
        send(&mut owner, &id, 6).await;
        let photo = photos(&mut owner, &id).await.remove(0).0;
        // A store that cannot be read: where the original lay is a link to itself.
        let folder = bed().await.data_dir.join("files/tenants").join(a.route.tenant.to_string());
        let original = folder.join(to_hex(&Sha256::digest(a_photo(6))));
        std::fs::remove_file(&original).expect("it was there");
        std::os::unix::fs::symlink(&original, &original).expect("made");
        for (attempt, state) in [(7, "waiting"), (8, "failed")] {
            let job = Job {
                id: uuid::Uuid::now_v7(),
                tenant: a.route.tenant,
                kind: MAKE_VARIANTS.into(),
                payload: serde_json::json!({ "photo": photo }),
                attempt,
                worker: "test".into(),
            };
            handle(house.state.house.clone(), job).await.expect_err("it cannot be read");
            assert_eq!(photos(&mut owner, &id).await[0].1, state, "attempt {attempt}");
        }
    });
}

#[test]
fn the_list_shows_the_smallest_size_of_each_cover() {
    run(async {
        let house = house().await;
        for agency in [house.agency().await, house.agency().await] {
            let mut owner = house.owner(&agency).await;
            let id = register(&mut owner, "Casa com capa").await;
            let cover = async |owner: &mut Caller| {
                let list = owner.call("properties/list", &[]).await.json();
                list["rows"][0]["cover"].as_str().map(str::to_owned)
            };
            send(&mut owner, &id, 9).await;
            assert_eq!(cover(&mut owner).await, None, "it is being made");
            house.make_photos(&agency).await;
            let small = photos(&mut owner, &id).await.remove(0).2.expect("made");
            assert_eq!(cover(&mut owner).await.as_ref(), Some(&small));
            assert_eq!(owner.get(&small).await.header("content-type"), "image/jpeg");
        }
    });
}

#[test]
fn an_original_stays_for_whoever_is_just_adding_it_too() {
    run(async {
        let house = house().await;
        let (a, mut owner) = a_patient_agency(house).await;
        let (first, second) = (register(&mut owner, "Casa A").await, register(&mut owner, "Casa B").await);
        send(&mut owner, &first, 6).await;
        let photo = photos(&mut owner, &first).await[0].0.clone();
        // The second's file is there, and its row has to wait.
        let mut other = root(&a).await;
        let mut held = other.begin().await.expect("a transaction");
        let hold = sqlx::query("select from properties where id = $1::uuid for update").bind(&second);
        hold.execute(&mut *held).await.expect("held");
        let sending = tokio::spawn({
            let (mut owner, second) = (owner.clone(), second.clone());
            async move { send(&mut owner, &second, 6).await }
        });
        until_waiting(&a, 1, &sending).await;
        let making = job(house, &db(house, &a).await, &photo);
        until_waiting(&a, 2, &making).await;
        held.rollback().await.expect("let go");
        assert_eq!(sending.await.expect("no panic"), 204);
        making.await.expect("no panic");
        assert!(is_kept(house, &a, 6).await, "the second waits for its sizes");
        house.make_photos(&a).await;
        for property in [first, second] {
            let photo = photos(&mut owner, &property).await.remove(0);
            assert_eq!(photo.1, "ready");
            assert_eq!(owner.get(&photo.2.expect("made")).await.status, 200);
        }
        assert!(!is_kept(house, &a, 6).await);
    });
}

#[test]
fn sizes_stay_for_whoever_is_just_getting_the_same() {
    run(async {
        let house = house().await;
        let (a, mut owner) = a_patient_agency(house).await;
        let (first, second) = (register(&mut owner, "Casa A").await, register(&mut owner, "Casa B").await);
        send(&mut owner, &first, 7).await;
        house.make_photos(&a).await;
        send(&mut owner, &second, 7).await;
        let [old, new] =
            [&photos(&mut owner, &first).await[0].0, &photos(&mut owner, &second).await[0].0].map(Clone::clone);
        // The second's sizes are there, and its row has to wait.
        let mut other = root(&a).await;
        let mut held = other.begin().await.expect("a transaction");
        let hold = sqlx::query("select from property_photos where id = $1::uuid for update").bind(&new);
        hold.execute(&mut *held).await.expect("held");
        let making = job(house, &db(house, &a).await, &new);
        until_waiting(&a, 1, &making).await;
        let removing = tokio::spawn({
            let (mut owner, first) = (owner.clone(), first.clone());
            async move { owner.call("properties/remove_photo", &[("id", &first), ("photo", &old)]).await.status }
        });
        until_waiting(&a, 2, &removing).await;
        held.rollback().await.expect("let go");
        making.await.expect("no panic");
        assert_eq!(removing.await.expect("no panic"), 200);
        assert_eq!(photos(&mut owner, &first).await, []);
        let kept = photos(&mut owner, &second).await.remove(0);
        assert_eq!(owner.get(&kept.2.expect("made")).await.status, 200, "its files are there");
    });
}

#[test]
fn a_size_that_comes_in_as_a_photograph_stays_where_it_is_shown() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (_, photo) = on_the_storefront(house, &a, &mut owner, "Casa de vila").await;
        let size = owner.get(&photo.address).await.body.to_vec();
        let other = register(&mut owner, "Casa que a copia").await;
        let answer = owner.upload(&other, "application/json", &[("copia.jpg", "image/jpeg", size)]).await;
        assert_eq!(answer.status, 204);
        house.make_photos(&a).await;
        assert_eq!(photos(&mut owner, &other).await[0].1, "ready");
        assert_eq!(owner.get(&photo.address).await.status, 200);
    });
}

#[test]
fn what_needs_a_file_is_found_without_reading_the_photographs() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de muitas fotos").await;
        let mut root = root(&a).await;
        sqlx::query(
            "insert into property_photos (id, property_id, position, sha256, bytes, width, height, state, variants)
             select gen_random_uuid(), $1::uuid, n, sha256(n::text::bytea), 1, 1, 1,
                    case when n <= 10 then 'waiting' else 'ready' end,
                    (select jsonb_agg(jsonb_build_object(
                         'width', w, 'height', 1, 'format', 'jpg', 'sha256', encode(sha256(concat(n, '-', w)::bytea), 'hex')))
                     from generate_series(1, 8) w)
             from generate_series(1, 3000) n",
        )
        .bind(&id)
        .execute(&mut root)
        .await
        .expect("filled");
        root.execute("analyze property_photos").await.expect("analyzed");
        let hex = |text: &str| app::outside::files::to_hex(&Sha256::digest(text));
        // The sizes of one, an original that is waited for, one that is not, and a file of nobody's.
        let mut asked: Vec<String> = (1..=8).map(|w| hex(&format!("2000-{w}"))).collect();
        asked.extend([hex("10"), hex("2000"), hex("nobody's")]);
        let mut tx = a.db.begin().await.expect("a transaction");
        assert_eq!(unneeded(&mut tx, &asked).await.expect("asked"), asked[9..]);
        let read = "select coalesce(seq_tup_read, 0), coalesce(idx_scan, 0) from pg_stat_xact_user_tables
                    where relname = 'property_photos'";
        let (read, asked_of_indexes): (i64, i64) = sqlx::query_as(read).fetch_one(&mut tx).await.expect("counted");
        assert_eq!(read, 0, "rows that were read one after the other");
        assert!(asked_of_indexes > 0);
    });
}

#[test]
fn a_drafts_photographs_leave_the_storefronts_pages() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (shown, photo) = on_the_storefront(house, &a, &mut owner, "Casa à vista").await;
        let draft = register(&mut owner, "Casa por terminar").await;
        let version = async || one::<i64>(&a, "select content_version from store_settings").await;
        let before = version().await;
        send(&mut owner, &draft, 8).await;
        send(&mut owner, &draft, 9).await;
        house.make_photos(&a).await;
        let ids: Vec<String> = photos(&mut owner, &draft).await.into_iter().map(|p| p.0).collect();
        let second = [("id", draft.as_str()), ("photo", ids[1].as_str())];
        for (endpoint, more) in [
            ("properties/describe_photo", ("alt", "Sala")),
            ("properties/set_cover", ("place", "")),
            ("properties/move_photo", ("place", "1")),
            ("properties/remove_photo", ("place", "")),
        ] {
            assert_eq!(owner.call(endpoint, &[second[0], second[1], more]).await.status, 200, "{endpoint}");
        }
        assert_eq!(version().await, before, "nobody sees a draft");
        // Of what is shown, each change is seen: one that comes, one that is made, one that is altered, one that goes.
        let mut last = before;
        let mut raised = async |what: &str| {
            let now = version().await;
            assert!(now > last, "{what}");
            last = now;
        };
        send(&mut owner, &shown, 10).await;
        raised("sent").await;
        house.make_photos(&a).await;
        raised("made").await;
        owner.call("properties/describe_photo", &[("id", &shown), ("photo", &photo.id), ("alt", "Fachada")]).await;
        raised("described").await;
        owner.call("properties/remove_photo", &[("id", &shown), ("photo", &photo.id)]).await;
        raised("removed").await;
    });
}
