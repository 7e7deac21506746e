//! Workers are killed while they do jobs, two of them at a time: each job is done in the end, and what it makes is there once. CON-09,
//! FLT-07.

use sqlx::Row as _;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tenancy::testing::run;

use crate::harness::chance::{Dice, times};
use crate::harness::process::Installation;
use crate::harness::{a_photo, a_property};
use crate::restarts::{central, inside};

/// How many jobs are there, done, and begun for at least the second time.
const JOBS: &str = "select count(*) as all, count(*) filter (where state = 'done') as done,
    count(*) filter (where state = 'running') as running, coalesce(sum(attempt), 0)::bigint as attempts
    from jobs where kind = 'properties.make_variants'";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn a_job_whose_worker_is_killed_is_done_by_the_next_and_its_effects_are_there_once() {
    run(async {
        let at = Installation::new().await;
        let mut dice = Dice::new();
        let served = at.serve(&["--no-worker"]).await;
        let agency = &at.agencies[0];
        let cookies = served.sign_in(&agency.new.admin_email).await;
        let id = uuid::Uuid::now_v7().to_string();
        let reply = served.call("properties/create", &cookies, &a_property(&id, "Casa com fotos")).await.expect("said");
        assert_eq!(reply.status, 200, "{}", reply.body);
        let count = 12;
        for n in 0..count {
            let head = "--e\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n";
            let body = [head.as_bytes(), &a_photo(n * 20), b"\r\n--e--\r\n"].concat();
            let headers = [
                ("cookie", cookies.as_str()),
                ("content-type", "multipart/form-data; boundary=e"),
                ("sec-fetch-site", "same-origin"),
                ("accept", "application/json"),
            ];
            let reply =
                served.send("POST", &format!("/app/properties/{id}/photos"), &headers, &body).await.expect("said");
            assert_eq!(reply.status, 204, "{}", reply.body);
        }
        let databases = at.databases().await;
        let mut db = central(&databases).await;
        let mut interrupted = 0;
        for _ in 0..times(400).min(4) {
            let mut workers =
                ["one", "two"].map(|name| at.start(&["worker"], [&format!("{name}.out"), &format!("{name}.log")]));
            // Until one is at work; then a little later, so that it is cut off anywhere.
            for _ in 0..2_000 {
                let row = sqlx::query(JOBS).fetch_one(&mut db).await.expect("counted");
                if row.get::<i64, _>("running") > 0 || row.get::<i64, _>("done") == i64::from(count) {
                    interrupted += usize::from(row.get::<i64, _>("running") > 0);
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(dice.below(30) as u64)).await;
            for worker in &mut workers {
                worker.kill().await.expect("killed");
            }
        }
        assert!(interrupted > 0, "nobody was at work when it was killed");
        let last = at.start(&["worker"], ["last.out", "last.log"]);
        for _ in 0..1_200 {
            let row = sqlx::query(JOBS).fetch_one(&mut db).await.expect("counted");
            if row.get::<i64, _>("all") == i64::from(count) && row.get::<i64, _>("done") == i64::from(count) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let row = sqlx::query(JOBS).fetch_one(&mut db).await.expect("counted");
        assert_eq!((row.get::<i64, _>("all"), row.get::<i64, _>("done")), (i64::from(count), i64::from(count)));
        assert!(row.get::<i64, _>("attempts") >= i64::from(count), "each was begun at least once");
        drop(last);
        let mut inside = inside(&databases, agency).await;
        let photos = "select count(*) as all, count(*) filter (where state = 'ready') as ready from property_photos";
        let photos = sqlx::query(photos).fetch_one(&mut inside).await.expect("counted");
        assert_eq!((photos.get::<i64, _>("all"), photos.get::<i64, _>("ready")), (i64::from(count), i64::from(count)));
        // Every photograph has the same sizes, each once and whole, and no original or half a file is left.
        let folder = at.folder.join("files");
        let all = files(&folder);
        assert!(!all.is_empty() && all.len().is_multiple_of(usize::from(count)), "{} files: {all:?}", all.len());
        let mut single = all.clone();
        single.dedup();
        assert_eq!(single.len(), all.len(), "{all:?}");
        let page = served.call("properties/photos", &cookies, &[("id", &id)]).await.expect("said");
        let page: serde_json::Value = serde_json::from_str(&page.body).expect("JSON");
        for photo in page["photos"].as_array().expect("a list") {
            let address = photo["small"].as_str().expect("an address");
            let reply = served.send("GET", address, &[("cookie", cookies.as_str())], b"").await;
            assert!(reply.is_ok_and(|reply| reply.status == 200), "{address}");
        }
        drop((db, inside));
        databases.close().await.expect("it is still used");
    });
}
