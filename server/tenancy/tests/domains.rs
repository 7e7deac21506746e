//! Claims of hosts and slugs in the central database: one winner, and what time does to them. CON-11, TLS-02, TLS-06, TLS-09.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test looks behind the scenes")]

use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::claims::{self, ClaimError, proof};
use tenancy::central::companies::By;
use tenancy::central::mails::Letter;
use tenancy::central::news::{News, Reader, Writer};
use tenancy::central::settling::{self, Finding, Look};
use tenancy::central::{domains, slugs};
use tenancy::testing::{bed, new_tenant, run, superuser};
use tenancy::{CentralDb, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

async fn root() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// An agency without a database: none of this reaches one.
async fn a_company() -> TenantId {
    let (tenant, new) = (TenantId::generate(), new_tenant());
    let made = sqlx::query("insert into companies (id, slug, name, email, status) values ($1, $2, $3, $4, 'active')");
    let made = made.bind(tenant).bind(new.slug).bind(new.name).bind(new.email);
    made.execute(&mut root().await).await.expect("made");
    tenant
}

async fn slug_of(tenant: TenantId) -> String {
    let slug = sqlx::query_scalar("select slug from companies where id = $1").bind(tenant);
    slug.fetch_one(&mut root().await).await.expect("read")
}

fn a_host() -> String {
    format!("www.{}.com.br", Uuid::now_v7().simple())
}

fn look(finding: Finding, proofs: &[String]) -> Look {
    Look { finding, proofs: proofs.to_vec(), is_daily: true }
}

async fn claim(
    central: &CentralDb,
    tenant: TenantId,
    host: &str,
    now: OffsetDateTime,
) -> Result<(Uuid, String), ClaimError> {
    let token = Uuid::new_v4().simple().to_string();
    let id = claims::create(central, tenant, host, &token, now, By::default()).await?;
    Ok((id, proof(&token)))
}

async fn settle(central: &CentralDb, id: Uuid, look: &Look, now: OffsetDateTime) -> &'static str {
    let key = bed().await.deployment.key();
    let write = |_: News, host: &str, _: &Reader| {
        let text = host.to_owned();
        Letter { name: text.clone(), subject: text.clone(), text: text.clone(), html: text }
    };
    settling::settle(central, id, look, now, (By::default(), &Writer { key, write: &write })).await.expect("settled")
}

#[test]
fn of_fifty_who_claim_and_prove_one_host_at_once_one_owns_it() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (host, now) = (a_host(), OffsetDateTime::now_utc());
        let mut claimed = Vec::new();
        for _ in 0..50 {
            claimed.push(claim(&central, a_company().await, &host, now).await.expect("many may claim"));
        }
        // The worst that a DNS can say: everybody's proof stands in it.
        let proofs: Vec<String> = claimed.iter().map(|(_, proof)| proof.clone()).collect();
        let fine = look(Finding::Fine, &proofs);
        let all = claimed.iter().map(|(id, _)| {
            let (central, fine, id) = (central.clone(), fine.clone(), *id);
            tokio::spawn(async move { settle(&central, id, &fine, now).await })
        });
        let mut won = 0;
        for task in all.collect::<Vec<_>>() {
            won += usize::from(task.await.expect("no panic") == "verified");
        }
        assert_eq!(won, 1);
        let owners = "select count(*) from domains where host = $1 and state in ('verified', 'suspect')";
        let owners: i64 = sqlx::query_scalar(owners).bind(&host).fetch_one(&mut root().await).await.expect("counted");
        assert_eq!(owners, 1);
        let told = "select count(*) from domains where host = $1 and state = 'pending' and problem = 'owned'";
        let told: i64 = sqlx::query_scalar(told).bind(&host).fetch_one(&mut root().await).await.expect("counted");
        assert_eq!(told, 49);
    });
}

#[test]
fn of_fifty_who_take_one_slug_at_once_one_has_it() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (key, leaving, before) = (bed().await.deployment.key(), a_company().await, new_tenant().slug);
        slugs::rename(&central, key, (leaving, &before), By::default()).await.expect("free");
        let mut all = Vec::new();
        for n in 0..50 {
            let tenant = a_company().await;
            let (central, slug) = (central.clone(), before.clone());
            all.push(tokio::spawn(async move {
                if n == 25 {
                    // Whoever has it leaves it in the middle of the throng: it is held, and nobody slips in.
                    slugs::rename(&central, key, (leaving, &format!("{slug}-x")), By::default())
                        .await
                        .expect("renamed");
                    return false;
                }
                slugs::rename(&central, key, (tenant, &slug), By::default()).await.is_ok()
            }));
        }
        for task in all {
            assert!(!task.await.expect("no panic"), "it is its last owner's for 90 days");
        }
        assert_eq!(slug_of(leaving).await, format!("{before}-x"));
        assert!(
            slugs::release(&central, &before, By::default()).await.expect("freed"),
            "until somebody who may frees it"
        );
        let takers = [a_company().await, a_company().await, a_company().await].map(|tenant| {
            let (central, slug) = (central.clone(), before.clone());
            tokio::spawn(async move { slugs::rename(&central, key, (tenant, &slug), By::default()).await.is_ok() })
        });
        let mut won = 0;
        for taker in takers {
            won += usize::from(taker.await.expect("no panic"));
        }
        assert_eq!(won, 1);
    });
}

#[test]
fn a_slug_outlives_the_agency_that_was_taken_away_and_not_one_that_never_opened() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (gone, undone, now) = (a_company().await, a_company().await, OffsetDateTime::now_utc());
        let [of_gone, of_undone] = [slug_of(gone).await, slug_of(undone).await];
        let mut root = root().await;
        let back = sqlx::query("update companies set status = 'provisioning' where id = $1").bind(undone);
        back.execute(&mut root).await.expect("set");
        for tenant in [gone, undone] {
            sqlx::query("delete from companies where id = $1").bind(tenant).execute(&mut root).await.expect("deleted");
        }
        let asked = [&*of_gone, &*of_undone, "www", "api", "xn--80ak6aa92e"].map(str::to_owned);
        assert_eq!(slugs::free_among(&central, &asked, now).await.expect("asked"), [of_undone]);
    });
}

#[test]
fn a_claim_that_nobody_proves_ends() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (a, b) = (a_company().await, a_company().await);
        let (host, began) = (a_host(), OffsetDateTime::now_utc() - claims::CLAIM + Duration::minutes(1));
        let (id, _) = claim(&central, a, &host, began).await.expect("claimed");
        let state = async || {
            let all = domains::list_all(&central).await.expect("listed");
            all.into_iter().find(|domain| domain.id == id).map(|domain| domain.state)
        };
        claims::lapse(&central, OffsetDateTime::now_utc()).await.expect("ended");
        assert_eq!(state().await.as_deref(), Some("pending"));
        claims::lapse(&central, OffsetDateTime::now_utc() + Duration::minutes(2)).await.expect("ended");
        assert_eq!(state().await, None);
        // It was never anybody's: nobody has to wait for it.
        claim(&central, b, &host, OffsetDateTime::now_utc()).await.expect("claimed at once");
    });
}

#[test]
fn what_is_owned_is_looked_at_daily_and_what_is_claimed_more_often() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (a, now) = (a_company().await, OffsetDateTime::now_utc());
        let (owned, claimed) = (a_host(), a_host());
        let (id, held) = claim(&central, a, &owned, now).await.expect("claimed");
        assert!(claims::take_turn(&central, id, now).await.expect("asked"));
        assert!(!claims::take_turn(&central, id, now + Duration::seconds(5)).await.expect("asked"), "one at a time");
        assert_eq!(settle(&central, id, &look(Finding::Fine, &[held]), now).await, "verified");
        let (pending, _) = claim(&central, a, &claimed, now).await.expect("claimed");
        let due = async |at: OffsetDateTime| {
            let due = domains::due(&central, at).await.expect("listed");
            [id, pending].map(|id| due.iter().any(|domain| domain.id == id))
        };
        assert_eq!(due(now).await, [false, true]);
        assert!(claims::take_turn(&central, pending, now).await.expect("asked"));
        assert_eq!(due(now + Duration::seconds(50)).await, [false, false]);
        assert_eq!(due(now + Duration::seconds(70)).await, [false, true]);
        let later = now + Duration::hours(2);
        assert!(claims::take_turn(&central, pending, later).await.expect("asked"));
        assert_eq!(due(later + Duration::minutes(10)).await, [false, false], "the first hour is over");
        assert_eq!(due(later + Duration::minutes(31)).await, [false, true]);
        assert_eq!(due(now + Duration::hours(25)).await, [true, true]);
        // The demo's is in no DNS, and is left alone for ever.
        let demo = sqlx::query_scalar::<_, Uuid>(
            "insert into domains (id, tenant_id, host, kind, state, verify_token, verified_at, is_vouched)
             values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't', now(), true) returning id",
        );
        let demo = demo.bind(a).bind(format!("www.{}.example", slug_of(a).await));
        let demo = demo.fetch_one(&mut root().await).await.expect("made");
        let due = domains::due(&central, now + Duration::days(400)).await.expect("listed");
        assert!(due.iter().all(|domain| domain.id != demo));
        let due = domains::due_over_https(&central, now).await.expect("listed");
        assert!(
            due.iter().any(|domain| domain.id == id)
                && due.iter().all(|domain| domain.id != demo && domain.id != pending)
        );
        domains::set_tls(&central, id, "active", now).await.expect("noted");
        let due = domains::due_over_https(&central, now + Duration::hours(2)).await.expect("listed");
        assert!(due.iter().all(|domain| domain.id != id), "what answers is asked again a day later");
    });
}

#[test]
fn a_look_that_changes_nothing_is_no_news() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (a, host, now) = (a_company().await, a_host(), OffsetDateTime::now_utc());
        let mut listener = sqlx::postgres::PgListener::connect_with(
            &sqlx::PgPool::connect_with(superuser().await.database("central")).await.expect("connected"),
        )
        .await
        .expect("listening");
        listener.listen("route").await.expect("listening");
        let mut heard = async |until: &str| {
            // Others make news too: what is ours is told by a name of our own at the end.
            sqlx::query("select pg_notify('route', $1)").bind(until).execute(&mut root().await).await.expect("told");
            let mut ours = 0;
            loop {
                let notice = listener.recv().await.expect("a notice");
                if notice.payload() == until {
                    return ours;
                }
                ours += usize::from(notice.payload() == a.as_uuid().to_string());
            }
        };
        let (id, held) = claim(&central, a, &host, now).await.expect("claimed");
        assert_eq!(settle(&central, id, &look(Finding::Fine, std::slice::from_ref(&held)), now).await, "verified");
        assert!(heard("first").await >= 2, "the claim, and its proof");
        for _ in 0..5 {
            claims::take_turn(&central, id, now + Duration::days(1)).await.expect("asked");
            settle(&central, id, &look(Finding::Fine, std::slice::from_ref(&held)), now).await;
            settle(&central, id, &look(Finding::NoAnswer, &[]), now).await;
        }
        assert_eq!(heard("second").await, 0);
    });
}

/// Waits until so many sessions wait for what this one holds.
async fn wait_for_waiters(holder: &mut PgConnection, count: i64) {
    let waiting = "select count(*) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))";
    loop {
        let now: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *holder).await.expect("asked");
        if now >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn a_claim_that_was_let_go_of_while_its_dns_was_looked_at_stays_so() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (a, host, now) = (a_company().await, a_host(), OffsetDateTime::now_utc());
        let (id, held) = claim(&central, a, &host, now).await.expect("claimed");
        // Whoever lets go of it has not committed when the look is settled, and has when it is written.
        let mut holder = root().await;
        sqlx::query("begin").execute(&mut holder).await.expect("begun");
        let let_go = sqlx::query("update domains set state = 'released', released_at = now() where id = $1").bind(id);
        let_go.execute(&mut holder).await.expect("let go");
        let settled = {
            let central = central.clone();
            tokio::spawn(async move { settle(&central, id, &look(Finding::Fine, &[held]), now).await })
        };
        wait_for_waiters(&mut holder, 1).await;
        sqlx::query("commit").execute(&mut holder).await.expect("committed");
        assert_eq!(settled.await.expect("no panic"), "released");
        let (state, lines): (String, i64) = sqlx::query_as(
            "select state, (select count(*) from tenant_audit_log where entity_id = $1 and action = 'domain.verify')
             from domains where id = $1",
        )
        .bind(id)
        .fetch_one(&mut holder)
        .await
        .expect("read");
        assert_eq!((state.as_str(), lines), ("released", 0));
    });
}

#[test]
fn two_agencies_that_exchange_their_hosts_at_once_do_not_wait_for_each_other() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let (a, b, now) = (a_company().await, a_company().await, OffsetDateTime::now_utc());
        let (of_a, of_b) = (a_host(), a_host());
        for (tenant, host) in [(a, &of_a), (b, &of_b)] {
            let (id, held) = claim(&central, tenant, host, now).await.expect("claimed");
            assert_eq!(settle(&central, id, &look(Finding::Fine, &[held]), now).await, "verified");
        }
        let later = now + Duration::hours(1);
        let (to_b, by_b) = claim(&central, b, &of_a, later).await.expect("claimed");
        let (to_a, by_a) = claim(&central, a, &of_b, later).await.expect("claimed");
        // Both are held up before their first line, and let go at the same moment.
        let mut holder = root().await;
        sqlx::query("begin").execute(&mut holder).await.expect("begun");
        for chain in [a, b] {
            let hold = sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))").bind(chain.to_string());
            hold.execute(&mut holder).await.expect("held");
        }
        let both = [(to_b, by_b), (to_a, by_a)].map(|(id, held)| {
            let central = central.clone();
            tokio::spawn(async move { settle(&central, id, &look(Finding::Fine, &[held]), later).await })
        });
        wait_for_waiters(&mut holder, 2).await;
        sqlx::query("commit").execute(&mut holder).await.expect("let go");
        for one in both {
            assert_eq!(one.await.expect("nobody is sent away by the deadlock detector"), "verified");
        }
    });
}

#[test]
fn a_choice_that_changes_nothing_is_no_line_in_the_log() {
    run(async {
        let central = bed().await.deployment.central().clone();
        let a = a_company().await;
        for on in [false, true, true, false] {
            domains::set_redirects(&central, a, on, By::default()).await.expect("chosen");
        }
        let lines =
            "select changes from tenant_audit_log where tenant_id = $1 and action = 'domain.redirects' order by seq";
        let lines: Vec<serde_json::Value> =
            sqlx::query_scalar(lines).bind(a).fetch_all(&mut root().await).await.expect("read");
        let turned = |from: bool, to: bool| serde_json::json!({"redirects": [from, to]});
        assert_eq!(lines, [turned(false, true), turned(true, false)]);
    });
}
