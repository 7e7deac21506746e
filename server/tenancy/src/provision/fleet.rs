//! Brings every agency's database to this program's schema: looked at first, then ring by ring, side by side on each server.
//!
//! An agency that fails keeps the schema that it had and is served on it, and holds up nobody; too many of them stop the rest.
//! All of it is written down as it happens: who is killed is followed by whoever comes next.

mod found;

use futures::StreamExt as _;
use futures::stream;
use sqlx::Connection as _;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::found::{Found, as_found, behind, edited, leave_alone};
use super::{ProvisionError, Provisioner, template};
use crate::TenantId;
use crate::central::operations;
use crate::central::rollouts::{self, Member, Rollout, Runner};
use crate::connect::connect;
use crate::doctor::sentence;
use crate::migrate::{MigrationFailed, Outcome, Seen};

/// First one agency a server, then one in a hundred, then everybody.
const RINGS: [i16; 3] = [1, 2, 3];
/// As many agencies make it worth while to try one in a hundred before the rest.
const MANY: usize = 20;
/// How often a lease is renewed: three times within it.
const ALIVE: Duration = Duration::from_secs(20);
/// How often is asked after what another runner has in hand.
const LOOK: Duration = Duration::from_millis(200);
/// How often a migration that was kept out is tried again, and how long is waited the first time; twice as long each time.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(250);

/// How a fleet is migrated.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// Agencies at once on each server.
    pub parallel: usize,
    /// Failures that are put up with before the rest is left alone; none: three, or one in twenty.
    pub max_failures: Option<u32>,
    /// Only those that failed the last time.
    pub only_failed: bool,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self { parallel: 4, max_failures: None, only_failed: false }
    }
}

/// What became of the fleet.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// Each agency by slug: the version that it is at, or why it is not where it should be.
    pub agencies: Vec<(String, Result<i64, String>)>,
    /// Why nothing more was done, when it was not all done.
    pub stopped: Option<String>,
}

/// An agency has been taken through; so many of so many are.
pub type Told<'a> = &'a (dyn Fn(i64, i64) + Send + Sync);

impl Provisioner {
    /// Migrates all agencies, or those that failed the last time.
    ///
    /// # Errors
    /// [`ProvisionError`] when the central database or a template fails; an agency that fails is no error.
    pub async fn migrate_fleet(&self, options: &FleetOptions, told: Told<'_>) -> Result<Fleet, ProvisionError> {
        let latest = self.history.latest();
        let mut members = rollouts::members(&self.central).await?;
        if options.only_failed {
            members.retain(|member| member.has_failed);
        }
        let mut found = self.look_at_all(members, options.parallel).await?;
        if let Some(fleet) = edited(&found) {
            return Ok(fleet);
        }
        // Who signs up meanwhile begins on the new schema.
        let mut up = self.build_templates(&mut found).await?;
        if behind(&found, &up, latest).is_empty() {
            return Ok(Fleet { agencies: found.iter().map(as_found).collect(), stopped: None });
        }
        if let Some(stopped) = self.rehearse(&mut up, &mut found).await {
            return Ok(Fleet { agencies: found.iter().map(as_found).collect(), stopped: Some(stopped) });
        }
        let behind = behind(&found, &up, latest);
        let max_failures = options.max_failures.unwrap_or_else(|| (behind.len() / 20).max(3).try_into().unwrap_or(3));
        let max_failures = i32::try_from(max_failures).unwrap_or(i32::MAX);
        let Some(rollout) = rollouts::join(&self.central, latest, max_failures).await? else {
            let stopped = "a newer program is migrating the fleet: this one leaves it alone".to_owned();
            return Ok(Fleet { agencies: found.iter().map(as_found).collect(), stopped: Some(stopped) });
        };
        rollouts::enter(&self.central, rollout, &in_rings(&behind)).await?;
        let up: Vec<i32> = up.into_iter().collect();
        let state = self.carry_through((rollout, &up), options.parallel, told).await?;
        self.sum_up(&found, (rollout, &up), &state).await
    }

    /// Builds the template on each server. One where that fails is left alone, and its agencies are told why. Gives the others.
    async fn build_templates(&self, found: &mut [Found]) -> Result<BTreeSet<i32>, ProvisionError> {
        let mut up = BTreeSet::new();
        for server in self.servers_in_use().await? {
            let built = async { template::ensure(&self.servers.hands(server).await?.maker, self.history).await };
            match built.await {
                Ok(_) => drop(up.insert(server)),
                Err(error) => leave_alone(found, server, &error),
            }
        }
        Ok(up)
    }

    /// Looks at every agency's history, side by side; who is further than was known is written down.
    async fn look_at_all(&self, members: Vec<Member>, parallel: usize) -> Result<Vec<Found>, ProvisionError> {
        let looked = stream::iter(members).map(|member| async move {
            let seen = self.look_at(&member).await.map_err(|error| sentence(&error));
            (member, seen)
        });
        let mut looked = looked.buffered(parallel.max(1));
        let mut all = Vec::new();
        while let Some((member, seen)) = looked.next().await {
            if let Ok(seen) = &seen {
                rollouts::record_version(&self.central, member.tenant, seen.version).await?;
            }
            all.push(Found { member, seen });
        }
        Ok(all)
    }

    async fn look_at(&self, member: &Member) -> Result<Seen, ProvisionError> {
        let maker = self.servers.hands(member.server_id).await?.maker;
        let owner = crate::deployment::as_owner(maker.database(&member.db_name));
        let mut conn = connect(&owner.application_name("sobrado/migrator")).await?;
        let seen = self.history.look(&mut conn).await;
        let _ = conn.close().await;
        Ok(seen?)
    }

    /// Ring 0: on each server, what an older template becomes must be what the new one is. Says what is different, or which
    /// file did not apply: then it would not elsewhere. A server that cannot be worked with is left alone, as above.
    async fn rehearse(&self, up: &mut BTreeSet<i32>, found: &mut [Found]) -> Option<String> {
        for server in up.clone() {
            match self.rehearse_at(server).await {
                Ok(different) if different.is_empty() => {}
                Ok(different) => {
                    let different = different.join("; ");
                    return Some(format!(
                        "what the migrations make of an older template is not the new one: {different}"
                    ));
                }
                Err(ProvisionError::Migration(failed)) if failed.is_verdict() => {
                    let why = sentence(&failed);
                    return Some(format!("what the migrations make of an older template cannot be seen: {why}"));
                }
                Err(error) => {
                    up.remove(&server);
                    leave_alone(found, server, &error);
                }
            }
        }
        None
    }

    async fn rehearse_at(&self, server: i32) -> Result<Vec<String>, ProvisionError> {
        let maker = self.servers.hands(server).await?.maker;
        template::rehearse(&maker, self.history).await
    }

    /// Ring by ring; each begins when nobody is left in the one before it. Says what the rollout has come to.
    async fn carry_through(
        &self,
        (rollout, up): (Rollout, &[i32]),
        parallel: usize,
        told: Told<'_>,
    ) -> Result<String, ProvisionError> {
        let mut runner = Runner::begin(&self.central).await?;
        let number = runner.number();
        let carried = {
            let rings = async {
                for ring in RINGS {
                    self.carry_ring((rollout, up), (ring, number, parallel), told).await?;
                }
                Ok::<(), ProvisionError>(())
            };
            tokio::select! {
                carried = rings => carried,
                error = runner.lost() => Err(error.into()),
            }
        };
        if let Err(error) = runner.lay_down().await {
            tracing::warn!(%error, "a runner is seen to have gone a little later");
        }
        carried?;
        Ok(rollouts::finish(&self.central, rollout).await?)
    }

    async fn carry_ring(
        &self,
        (rollout, up): (Rollout, &[i32]),
        (ring, runner, parallel): (i16, i64, usize),
        told: Told<'_>,
    ) -> Result<(), ProvisionError> {
        // Again and again: another runner may have gone and left something.
        loop {
            rollouts::take_back(&self.central, rollout).await?;
            rollouts::let_go(&self.central, rollout).await?;
            if !rollouts::is_open(&self.central, rollout, (ring, up)).await? {
                return Ok(());
            }
            let (tell, mut taken) = mpsc::unbounded_channel();
            let mut hands = JoinSet::new();
            for &server in up {
                for _ in 0..parallel.max(1) {
                    let (this, tell) = (self.clone(), tell.clone());
                    hands.spawn(async move {
                        while this.carry_one(rollout, (ring, server, runner)).await? {
                            let _ = tell.send(());
                        }
                        Ok::<(), ProvisionError>(())
                    });
                }
            }
            drop(tell);
            let mut is_idle = true;
            while taken.recv().await.is_some() {
                is_idle = false;
                let (through, all) = rollouts::count(&self.central, rollout).await?;
                told(through, all);
            }
            while let Some(carried) = hands.join_next().await {
                carried.map_err(|_| ProvisionError::Record)??;
            }
            if is_idle {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    /// Takes the next agency through. Says whether there was one.
    async fn carry_one(
        &self,
        rollout: Rollout,
        (ring, server, runner): (i16, i32, i64),
    ) -> Result<bool, ProvisionError> {
        let Some(tenant) = rollouts::claim(&self.central, rollout, (ring, server, runner)).await? else {
            return Ok(false);
        };
        let held = (tenant, runner);
        let migrating = self.migrate_patiently(tenant);
        tokio::pin!(migrating);
        let mut alive = tokio::time::interval_at(tokio::time::Instant::now() + ALIVE, ALIVE);
        let outcome = loop {
            tokio::select! {
                outcome = &mut migrating => break outcome,
                _ = alive.tick() => rollouts::prolong(&self.central, rollout, held).await?,
            }
        };
        match outcome {
            Ok(version) => rollouts::done(&self.central, rollout, held, version).await?,
            Err(error) => {
                let version = match &error {
                    ProvisionError::Migration(failed) => failed.version(),
                    _ => None,
                };
                rollouts::failed(&self.central, rollout, held, (&told_of(&error), version)).await?;
            }
        }
        Ok(true)
    }

    /// One agency; who is kept out by somebody's lock comes again, and queues behind nobody for long.
    pub(super) async fn migrate_patiently(&self, tenant: TenantId) -> Result<i64, ProvisionError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.migrate_tenant(tenant).await {
                Ok(Outcome::At(version)) => return Ok(version),
                Ok(Outcome::Busy) => {}
                Err(ProvisionError::Migration(failed)) if failed.is_passing() => {
                    tracing::warn!(%tenant, error = sentence(&failed), "kept out; it is tried again");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        match self.migrate_tenant(tenant).await? {
            Outcome::At(version) => Ok(version),
            Outcome::Busy => Err(ProvisionError::Busy),
        }
    }

    /// Brings one agency's database up to date and records where it is.
    ///
    /// # Errors
    /// [`ProvisionError`]; the agency answers 503 when it is too old to be served.
    pub async fn migrate_tenant(&self, tenant: TenantId) -> Result<Outcome, ProvisionError> {
        // Asked for anew each time: it may have been moved.
        let place = operations::placement(&self.central, tenant).await?;
        let outcome = self.history.apply(&self.owner_of(&place).await?).await?;
        if let Outcome::At(version) = outcome {
            rollouts::record_version(&self.central, tenant, version).await?;
        }
        Ok(outcome)
    }

    async fn sum_up(
        &self,
        found: &[Found],
        (rollout, up): (Rollout, &[i32]),
        state: &str,
    ) -> Result<Fleet, ProvisionError> {
        let outcomes = rollouts::outcomes(&self.central, rollout).await?;
        let by_tenant: BTreeMap<TenantId, _> = outcomes.iter().map(|outcome| (outcome.tenant, outcome)).collect();
        let agencies = found.iter().map(|found| {
            let slug = found.member.slug.clone();
            let Some(outcome) = by_tenant.get(&found.member.tenant) else { return as_found(found) };
            let result = match (outcome.to_version, &outcome.error) {
                (Some(version), _) if outcome.state == "done" => Ok(version),
                (_, Some(error)) => Err(error.clone()),
                _ => found.seen.as_ref().map_err(Clone::clone).and_then(|_| Err(LEFT_ALONE.to_owned())),
            };
            (slug, result)
        });
        let failed = outcomes.iter().filter(|outcome| outcome.state == "failed").count();
        let stopped = match state {
            "done" => None,
            "running" => Some(match rollouts::away(&self.central, rollout, up).await?.as_slice() {
                [] => "another process goes on with the rollout".to_owned(),
                away => format!(
                    "stopped: agencies wait for {}, which cannot be worked with; when it can, `sobrado migrate` goes on",
                    away.iter().map(|name| format!("server {name}")).collect::<Vec<_>>().join(", ")
                ),
            }),
            _ => Some(format!(
                "the rollout is {state}: {failed} agencies failed; mend the cause, then `sobrado migrate` goes on"
            )),
        };
        Ok(Fleet { agencies: agencies.collect(), stopped })
    }
}

/// What is said of an agency that was not tried.
const LEFT_ALONE: &str = "left alone, because too many others failed";

fn told_of(error: &ProvisionError) -> String {
    match error {
        ProvisionError::Busy => {
            "another process is migrating it: run `sobrado migrate` again when that has ended".to_owned()
        }
        ProvisionError::Migration(MigrationFailed::Migration(failed)) => sentence(failed),
        other => sentence(other),
    }
}

/// Each agency with its ring: the smallest of each server, then the smallest hundredth of many, then the others.
fn in_rings<'a>(behind: &[&'a Member]) -> Vec<(&'a Member, i16)> {
    let mut sorted = behind.to_vec();
    sorted.sort_by_key(|member| (member.size_bytes, member.tenant));
    let mut seen = BTreeSet::new();
    let mut second = if sorted.len() >= MANY { sorted.len().div_ceil(100) } else { 0 };
    let ring = |member: &'a Member| {
        if seen.insert(member.server_id) {
            return (member, 1);
        }
        if second > 0 {
            second -= 1;
            return (member, 2);
        }
        (member, 3)
    };
    sorted.into_iter().map(ring).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(server_id: i32, size_bytes: i64) -> Member {
        Member {
            tenant: TenantId::generate(),
            slug: String::new(),
            server_id,
            db_name: String::new(),
            schema_version: 0,
            size_bytes,
            has_failed: false,
        }
    }

    #[test]
    fn the_smallest_go_first() {
        let members: Vec<Member> = (0..250).map(|n| member(n % 2, 1_000 - i64::from(n))).collect();
        let all: Vec<&Member> = members.iter().collect();
        let rings = in_rings(&all);
        let sizes = |wanted: i16| -> Vec<i64> {
            rings.iter().filter(|(_, ring)| *ring == wanted).map(|(member, _)| member.size_bytes).collect()
        };
        assert_eq!((sizes(1), sizes(2)), (vec![751, 752], vec![753, 754, 755]));
        assert_eq!(sizes(3).len(), 245);
        let few: Vec<&Member> = all[..3].to_vec();
        assert_eq!(in_rings(&few).iter().filter(|(_, ring)| *ring == 2).count(), 0);
    }
}
