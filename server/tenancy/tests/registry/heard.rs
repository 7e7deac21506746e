//! What a process hears of another's changes: by NOTIFY, and after the line was cut by reading everything anew. Cases 14 to 16.

use sqlx::{Connection as _, Executor as _, PgConnection};
use std::time::Duration;
use tenancy::central::{companies, slugs};
use tenancy::testing::run;
use tenancy::{Host, Routes, Status, TenantId};

use super::apart::Apart;

/// A third of the clock by which all is read anew whatever was heard, and that begins again with each notice.
const HEARD: Duration = Duration::from_secs(10);
/// Sessions that listen for routes.
const LISTENERS: &str = "select count(*) from pg_stat_activity where datname = 'central' and query like 'LISTEN%'";

/// An installation that no other test is in, and two processes' maps of it. Nobody calls `reload` here: what they know, they
/// have heard.
struct Maps {
    apart: Apart,
    other: Routes,
    root: PgConnection,
}

impl Maps {
    async fn new(name: &str) -> Self {
        let apart = Apart::new(name, 120, 2).await;
        let other = Routes::load(apart.deployment.central()).await.expect("read");
        tokio::spawn(other.clone().follow(|_| ()));
        let mut root = apart.root("central").await;
        let both = async {
            while sqlx::query_scalar::<_, i64>(LISTENERS).fetch_one(&mut root).await.expect("counted") < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(HEARD, both).await.expect("both listen");
        let mut maps = Self { apart, other, root };
        // Whoever begins to listen reads everything once. The first change may be in that; those after it are not.
        let first = maps.agency(0).0;
        maps.claim("first.example", first).await;
        maps.until("the first domain", |map| owner(map, "first.example") == Some(first)).await;
        maps
    }

    fn agency(&self, n: usize) -> (TenantId, String) {
        let route = &self.apart.agencies[n];
        (route.tenant, route.slug.clone())
    }

    async fn claim(&mut self, host: &str, tenant: TenantId) {
        let claim = "insert into domains (id, tenant_id, host, kind, state, verify_token)
            values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't')";
        sqlx::query(claim).bind(tenant).bind(host).execute(&mut self.root).await.expect("claimed");
    }

    fn all(&self, holds: impl Fn(&Routes) -> bool) -> bool {
        [&self.apart.routes, &self.other].into_iter().all(holds)
    }

    /// Waits until both maps say so.
    async fn until(&self, what: &str, holds: impl Fn(&Routes) -> bool) {
        let heard = async {
            while !self.all(&holds) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(HEARD, heard).await.is_ok(), "{what} was not heard of");
    }
}

fn owner(map: &Routes, host: &str) -> Option<TenantId> {
    map.by_domain(&Host::parse(host).expect("a host")).map(|route| route.tenant)
}

fn status(map: &Routes, tenant: TenantId) -> Option<Status> {
    map.by_tenant(tenant).map(|route| route.status)
}

#[test]
fn a_domain_follows_its_owner_at_commit_and_not_before() {
    run(async {
        let mut maps = Maps::new("domains-heard").await;
        let (a, b, host) = (maps.agency(0).0, maps.agency(1).0, "www.casa.example");
        assert!(maps.all(|map| owner(map, host).is_none()));
        maps.claim(host, a).await;
        maps.until("the claim", |map| owner(map, host) == Some(a)).await;
        let mut tx = maps.root.begin().await.expect("a transaction");
        let moved = sqlx::query("update domains set tenant_id = $1 where host = $2").bind(b).bind(host);
        moved.execute(&mut *tx).await.expect("moved");
        // Whoever reads everything now, as a listener would that had been told too early, reads what was.
        let reads = Routes::load(maps.apart.deployment.central()).await.expect("read");
        assert_eq!(owner(&reads, host), Some(a), "not before the commit");
        tx.commit().await.expect("committed");
        maps.until("the move", |map| owner(map, host) == Some(b)).await;
        let released = sqlx::query("update domains set state = 'released', released_at = now() where host = $1");
        released.bind(host).execute(&mut maps.root).await.expect("released");
        maps.until("the release", |map| owner(map, host).is_none()).await;
        assert!(maps.all(|map| owner(map, "first.example") == Some(a)), "the other domain stays where it was");
    });
}

#[test]
fn a_door_that_closes_and_an_address_that_changes_are_heard_of() {
    run(async {
        let maps = Maps::new("doors-heard").await;
        let central = maps.apart.deployment.central();
        let ((a, slug), (b, of_b)) = (maps.agency(0), maps.agency(1));
        assert!(companies::suspend(central, a, "unpaid", Default::default()).await.expect("suspended"));
        maps.until("the suspension", |map| status(map, a) == Some(Status::Suspended)).await;
        assert!(companies::resume(central, a, Default::default()).await.expect("resumed").is_some());
        maps.until("the return", |map| status(map, a) == Some(Status::Active)).await;
        let new = format!("{slug}-nova");
        let key = maps.apart.deployment.key();
        slugs::rename(central, key, (a, new.as_str()), Default::default()).await.expect("renamed");
        let tenant = |route: Option<std::sync::Arc<tenancy::Route>>| route.map(|route| route.tenant);
        maps.until("the new address", |map| tenant(map.by_slug(&new)) == Some(a)).await;
        assert!(maps.all(|map| map.by_slug(&slug).is_none() && tenant(map.by_former_slug(&slug)) == Some(a)));
        assert!(maps.all(|map| status(map, b) == Some(Status::Active) && tenant(map.by_slug(&of_b)) == Some(b)));
    });
}

#[test]
fn a_change_while_the_listener_was_cut_off_is_not_lost() {
    run(async {
        let mut maps = Maps::new("cut-off").await;
        let (b, host) = (maps.agency(1).0, "cut.casa.example");
        let mut doors = maps.apart.root("postgres").await;
        // Nobody who is sent away comes in again, so that what is said meanwhile is said to nobody.
        doors.execute("alter database central allow_connections false").await.expect("closed");
        let cut = "select count(*) filter (where query like 'LISTEN%'), count(pg_terminate_backend(pid, 5000))
            from pg_stat_activity where datname = 'central' and backend_type = 'client backend' and pid <> pg_backend_pid()";
        let (listeners, all): (i64, i64) = sqlx::query_as(cut).fetch_one(&mut maps.root).await.expect("cut off");
        assert!(listeners == 2 && all >= listeners, "{listeners} listeners of {all}");
        maps.claim(host, b).await;
        let left: i64 = sqlx::query_scalar(LISTENERS).fetch_one(&mut maps.root).await.expect("counted");
        assert!(left == 0 && maps.all(|map| owner(map, host).is_none()), "nobody can have heard it");
        doors.execute("alter database central allow_connections true").await.expect("open again");
        maps.until("what was said to nobody", |map| owner(map, host) == Some(b)).await;
        // They listen again, and not only read once.
        maps.claim("later.casa.example", b).await;
        maps.until("what is said afterwards", |map| owner(map, "later.casa.example") == Some(b)).await;
    });
}
