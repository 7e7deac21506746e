//! The files of a removed photograph, when the sweep after its removal does not come about.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tenancy::central::jobs::Job;
use tenancy::testing::{Agency, bed, run};

use app::properties::jobs::SWEEP_FILES;
use server::worker::handle;

use crate::harness::{house, register, root};
use crate::import::one;
use crate::photo_files::{photos, send};

#[test]
fn the_files_of_a_removed_photograph_go_although_its_remover_did_not_come_to_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let hasty = format!("alter database {} set lock_timeout = '100ms'", a.route.placement.db_name);
        root(&a).await.execute(AssertSqlSafe(hasty)).await.expect("set");
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let mut shown = Vec::new();
        for (agency, caller) in [(&a, &mut owner), (&b, &mut other)] {
            let id = register(caller, "Casa com um retrato").await;
            send(caller, &id, 8).await;
            house.make_photos(agency).await;
            let (photo, _, address) = photos(caller, &id).await.remove(0);
            shown.push((id, photo, address.expect("made")));
        }
        let variants = "select variants from property_photos";
        let variants: serde_json::Value = one(&a, variants).await;
        let sizes: Vec<String> = variants.as_array().expect("a list").iter().map(|v| v["sha256"].to_string()).collect();
        assert!(sizes.len() > 1);
        let folder = bed().await.data_dir.join("files/tenants");
        let there = |agency: &Agency| {
            let folder = folder.join(agency.route.tenant.to_string());
            sizes.iter().filter(|size| folder.join(size.trim_matches('"')).exists()).count()
        };

        // Somebody puts a file meanwhile, for longer than the remover waits.
        let mut puts = root(&a).await;
        let hold = "select pg_advisory_lock_shared(hashtextextended('files of photographs', 0))";
        puts.execute(hold).await.expect("held");
        let (id, photo, _) = &shown[0];
        let removed = owner.call("properties/remove_photo", &[("id", id), ("photo", photo)]).await;
        assert_eq!(removed.status, 200, "{}", removed.text());
        assert_eq!(there(&a), sizes.len(), "they are not gone yet");
        puts.close().await.expect("let go");

        let asked = "select payload -> 'payload' from outbox where payload ->> 'kind' = 'properties.sweep_files'";
        let payload: serde_json::Value = one(&a, asked).await;
        let job = |tenant| Job {
            id: uuid::Uuid::now_v7(),
            tenant,
            kind: SWEEP_FILES.into(),
            payload: payload.clone(),
            attempt: 1,
            worker: "test".into(),
        };
        for _ in 0..2 {
            handle(house.state.house.clone(), job(a.route.tenant)).await.expect("swept");
            assert_eq!(there(&a), 0);
        }
        // The other agency needs the same files, and a job of its own does not touch them.
        handle(house.state.house.clone(), job(b.route.tenant)).await.expect("nothing to do");
        assert_eq!(there(&b), sizes.len());
        assert_eq!(other.get(&shown[1].2).await.status, 200);
    });
}
