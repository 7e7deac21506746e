//! What others do while a list comes in, and what comes in twice.

use sqlx::{Connection as _, Executor as _};
use std::time::Duration;
use tenancy::testing::{Agency, run};

use server::commands::import::{File, How, Report, bring_in, undo};

use crate::harness::{House, house, on_the_storefront, register, root, with_creci};
use crate::import::{AGAIN, LOOK, PUBLISH, WRITTEN, apartments, db, import, one, rows_of, used};

/// A list of so many apartments that lack nothing.
fn ready(count: usize) -> String {
    let rows = (1..=count).map(|n| {
        format!(
            "apartment,residential,rent,{n}00,Apartamento arejado {n},\"Sala ampla, varanda e duas vagas; perto do metrô e do \
             parque do bairro.\",São Paulo,SP,Vila Mariana\n"
        )
    });
    format!("type,usage,purposes,rent,title,description,city,uf,neighborhood\n{}", rows.collect::<String>())
}

/// Brings a list in and does something when all its rows are written and none is committed.
async fn import_while(
    (house, agency): (&House, &Agency),
    text: &str,
    how: How,
    meanwhile: impl AsyncFnOnce(),
) -> anyhow::Result<Report> {
    let (db, text) = (db(house, agency).await, text.to_owned());
    let (written, all_written) = tokio::sync::oneshot::channel();
    let (go_on, going_on) = tokio::sync::oneshot::channel::<()>();
    let importing = tokio::spawn(async move {
        let file = File { name: "lista.csv", bytes: text.as_bytes(), map: None };
        let mut once = Some((written, going_on));
        bring_in(&db, &file, how, |count, all| {
            if let Some((written, going_on)) = once.take_if(|_| count == all) {
                written.send(()).expect("somebody waits");
                // Until the other end is gone.
                let _ = tokio::task::block_in_place(|| going_on.blocking_recv());
            }
        })
        .await
    });
    if all_written.await.is_ok() {
        meanwhile().await;
    }
    drop(go_on);
    importing.await.expect("no panic")
}

#[test]
fn people_go_on_working_while_a_list_comes_in() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (shown, _) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        let old = register(&mut owner, "Apartamento antigo").await;
        let work = async || {
            let mut owner = owner.clone();
            // Of the list's own kind: it needs the next number of the same prefix, and a place of the same plan.
            let new = register(&mut owner, "Apartamento recém-chegado").await;
            for (endpoint, id) in [("publish", &new), ("unpublish", &shown), ("archive", &old), ("restore", &old)] {
                let answer = owner.call(&format!("properties/{endpoint}"), &[("id", id)]).await;
                assert_eq!(answer.status, http::StatusCode::OK, "{endpoint}: {}", answer.text());
            }
        };
        let report = import_while((house, &a), &ready(600), PUBLISH, work).await.expect("imported");
        assert_eq!((report.imported, report.published), (600, 600));
        assert_eq!((used(&a).await, rows_of(&a, &["properties"]).await), (603, vec![603]));
        let changed = "select count(*) from properties where import_batch_id is not null and version <> 1";
        assert_eq!(one::<i64>(&a, changed).await, 0, "being shown with its list is no edit");
        assert_eq!(one::<i64>(&a, "select count(*) from properties where published_at is not null").await, 601);
        assert!(house.visitor(&a).get("/imoveis").await.text().contains("Apartamento arejado"));
    });
}

#[test]
fn places_that_others_took_meanwhile_are_missed_at_the_end() {
    run(async {
        let house = house().await;
        for (text, how) in [(apartments(10), How::default()), (ready(10), PUBLISH)] {
            let a = house.agency().await;
            with_creci(&a).await;
            let owner = house.owner(&a).await;
            limit(&a, 12).await;
            let work = async || {
                for n in 0..3 {
                    register(&mut owner.clone(), &format!("Casa {n}")).await;
                }
            };
            let error = import_while((house, &a), &text, how, work).await.expect_err("too many").to_string();
            assert!(error.starts_with("the plan holds 12 properties and 3 are there: 10 more do not fit."), "{error}");
            assert_eq!((used(&a).await, rows_of(&a, &["properties", "import_batches"]).await), (3, vec![3, 0]));
        }
    });
}

#[test]
fn whoever_holds_the_counter_is_waited_for_and_counted() {
    run(async {
        let house = house().await;
        for (places, fits) in [(10, false), (11, true)] {
            let a = house.agency().await;
            with_creci(&a).await;
            limit(&a, places).await;
            // Who looks on does so outside the transaction, which sees a server's activity as it first found it.
            let (mut other, mut onlooker) = (root(&a).await, root(&a).await);
            let mut held = other.begin().await.expect("a transaction");
            held.execute("update usage_counters set used = used + 1").await.expect("one more");
            let db = db(house, &a).await;
            let importing = tokio::spawn(async move { import(&db, &ready(10), PUBLISH).await });
            let waits = "select exists (select from pg_stat_activity
                                        where datname = current_database() and wait_event_type = 'Lock')";
            while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut onlooker).await.expect("asked") {
                assert!(!importing.is_finished(), "it waits");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // The order in which everybody takes the two: the settings are not held by whoever waits for the counter.
            held.execute("select from store_settings for update nowait").await.expect("free");
            held.commit().await.expect("committed");
            let outcome = importing.await.expect("no panic");
            assert_eq!(outcome.is_ok(), fits, "{outcome:?}");
            assert_eq!(used(&a).await, if fits { 11 } else { 1 });
            let shown = one::<i64>(&a, "select count(*) from properties where published_at is not null").await;
            assert_eq!(shown, if fits { 10 } else { 0 });
        }
    });
}

#[test]
fn who_archives_and_who_takes_back_what_is_shown_waits_for_the_counter_first() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        let mut owner = house.owner(&a).await;
        let (shown, _) = on_the_storefront(house, &a, &mut owner, "Apartamento no parque").await;
        let db = db(house, &a).await;
        let before = import(&db, &ready(3), PUBLISH).await.expect("imported").batch.expect("a batch");
        let (mut other, mut onlooker) = (root(&a).await, root(&a).await);
        let mut held = other.begin().await.expect("a transaction");
        held.execute("select from usage_counters for update").await.expect("held");
        let importing = tokio::spawn({
            let db = db.clone();
            async move { import(&db, &ready(10), PUBLISH).await.map(drop) }
        });
        let undoing = tokio::spawn(async move { undo(&db, before).await.map(drop) });
        let archiving = tokio::spawn(async move { owner.call("properties/archive", &[("id", &shown)]).await.status });
        let waits = "select count(*) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut onlooker).await.expect("asked") < 3 {
            assert!(!importing.is_finished() && !undoing.is_finished() && !archiving.is_finished(), "all wait");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Whoever held them now would wait for the counter, and the import, which has the counter first, for whoever does.
        held.execute("select from store_settings for update nowait").await.expect("nobody has the settings yet");
        held.commit().await.expect("committed");
        importing.await.expect("no panic").expect("imported");
        undoing.await.expect("no panic").expect("taken back");
        assert_eq!(archiving.await.expect("no panic"), http::StatusCode::OK);
        assert_eq!(used(&a).await, 10);
        assert_eq!(one::<i64>(&a, "select count(*) from properties where published_at is not null").await, 10);
    });
}

#[test]
fn nothing_is_published_when_the_creci_goes_meanwhile() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        let work = async || {
            root(&a).await.execute("update store_settings set creci = null").await.expect("taken out");
        };
        let error = import_while((house, &a), &ready(3), PUBLISH, work).await.expect_err("no CRECI").to_string();
        assert_eq!(error, "the agency's CRECI was taken out meanwhile; nothing was written");
        assert_eq!((used(&a).await, rows_of(&a, &["properties", "import_batches"]).await), (0, vec![0, 0]));
    });
}

#[test]
fn the_same_file_comes_in_once_unless_it_is_meant() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let text = apartments(3);
        let first = import(&a.db, &text, How::default()).await.expect("imported").batch.expect("a batch");
        let before = rows_of(&a, &WRITTEN).await;
        let error = import(&a.db, &text, How::default()).await.expect_err("twice").to_string();
        assert_eq!(
            error,
            format!(
                "the same file came in before: batch {first}. Take that back with --undo {first}, or bring the file in once \
                 more with --again; nothing was written"
            )
        );
        assert_eq!(import(&a.db, &text, LOOK).await.expect("a look is free").same_as, Some(first));
        assert_eq!(rows_of(&a, &WRITTEN).await, before);
        let second = import(&a.db, &text, AGAIN).await.expect("meant");
        assert_eq!((second.imported, second.same_as), (3, Some(first)));
        for batch in [first, second.batch.expect("a batch")] {
            undo(&a.db, batch).await.expect("taken back");
        }
        import(&a.db, &text, How::default()).await.expect("what was taken back is no double");
        assert_eq!(used(&a).await, 3);
    });
}

#[test]
fn of_the_same_file_at_the_same_time_one_comes_in() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let text = apartments(3);
        let work = async || {
            for how in [How::default(), AGAIN] {
                let error = import(&a.db, &text, how).await.expect_err("at once").to_string();
                assert_eq!(error, "the same file is coming in at this moment; nothing was written");
            }
            import(&a.db, &apartments(4), How::default()).await.expect("another file does not wait");
        };
        import_while((house, &a), &text, How::default(), work).await.expect("imported");
        let text = apartments(5);
        let all = (0..4).map(|_| import(&a.db, &text, How::default()));
        let came = futures::future::join_all(all).await.into_iter().filter(Result::is_ok).count();
        assert_eq!((came, used(&a).await), (1, 3 + 4 + 5));
    });
}

#[test]
fn a_statement_over_a_whole_list_has_its_time_and_no_other_has() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        with_creci(&a).await;
        root(&a)
            .await
            .execute(
                "create table noted (act text, time text);
                 create function note() returns trigger language plpgsql security definer as $$
                 begin
                     insert into public.noted values (tg_op, current_setting('statement_timeout'));
                     return null;
                 end $$;
                 create trigger note after update or delete on properties for each statement execute function note();
                 grant select on noted to tenant_app",
            )
            .await
            .expect("a failpoint");
        let report = import(&a.db, &ready(1_200), PUBLISH).await.expect("imported");
        let (removed, _) = undo(&a.db, report.batch.expect("a batch")).await.expect("taken back");
        assert_eq!((removed, used(&a).await), (1_200, 0));
        let noted: Vec<String> = sqlx::query_scalar("select act || ' ' || time from noted order by act desc")
            .fetch_all(&mut root(&a).await)
            .await
            .expect("noted");
        assert_eq!(noted, ["UPDATE 10min", "DELETE 10min"], "one statement each, and it may take minutes");
        let after = sqlx::query_scalar("select current_setting('statement_timeout')");
        let mut tx = a.db.begin().await.expect("a transaction");
        let after: String = after.fetch_one(&mut tx).await.expect("asked");
        assert_eq!(after, "5s", "the next transaction of the same connection");
    });
}

async fn limit(agency: &Agency, most: i64) {
    let set = sqlx::query("update plan_limits set max_value = $1 where resource = 'properties'").bind(most);
    set.execute(&mut root(agency).await).await.expect("set");
}
