//! This process's share of each server's connections: leased from the central database, so that any number of processes
//! together open no more than a server has.
//!
//! More is taken only when it is free there; less is said only once it is closed here. So the shares that are written down
//! never come to more than the server's budget, whichever way two processes' beats fall. Without the central database the
//! last share stays.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

use super::server::Server;
use super::{Inner, RegistryOptions, holder};
use crate::central::alerts;
use crate::central::shares::{self, Share};
use crate::{CentralDb, DatabaseError, TenantId};

/// Between two beats; after three of them without one, a process counts as dead.
const BEAT: Duration = Duration::from_secs(5);
/// The same for who still has to let go of something.
const SOON: Duration = Duration::from_millis(500);
/// How long the central database may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The alert of a database that bears another's stamp.
const WRONG_STAMP: &str = alerts::Kind::DatabaseIdentity.as_str();

/// What the registry tells its keeper.
#[derive(Debug)]
pub(super) enum Word {
    /// A server is used for the first time.
    NewServer,
    /// An agency's database bears another's stamp, or none.
    WrongStamp {
        /// The agency.
        tenant: TenantId,
        /// What was found.
        found: String,
    },
    /// Everything is closed: the share goes back.
    Goodbye(oneshot::Sender<()>),
}

/// Why it is asked now how much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// It is time: whoever has too little says so.
    Clock,
    /// Another process has said something. Who has too little has said so before.
    Heard,
}

/// Who keeps a registry's shares.
pub(super) struct Keeper {
    pub(super) central: CentralDb,
    pub(super) process: Uuid,
    /// As [`holder::own`] says it.
    pub(super) holder: String,
    pub(super) options: RegistryOptions,
    pub(super) registry: Weak<Inner>,
    pub(super) words: mpsc::UnboundedReceiver<Word>,
    pub(super) heard: watch::Receiver<()>,
}

impl Keeper {
    /// Keeps the shares for as long as there is a registry, then gives them back.
    pub(super) async fn keep(mut self) {
        let mut next = Instant::now();
        let goodbye = loop {
            let cause = tokio::select! {
                word = self.words.recv() => match word {
                    None => break None,
                    Some(Word::Goodbye(said)) => break Some(said),
                    Some(Word::NewServer) => Cause::Clock,
                    Some(Word::WrongStamp { tenant, found }) => {
                        self.raise(tenant, &found).await;
                        continue;
                    }
                },
                _ = self.heard.changed() => Cause::Heard,
                () = sleep_until(next) => Cause::Clock,
            };
            next = Instant::now() + self.beat_all(cause).await;
        };
        let given = timeout(PATIENCE, shares::give_back(&self.central, self.process)).await;
        if let Ok(Err(error)) = given {
            tracing::debug!(%error, "this process's share is free when it is taken for dead");
        }
        if let Some(said) = goodbye {
            let _ = said.send(());
        }
    }

    /// Gives how long until the next.
    async fn beat_all(&self, cause: Cause) -> Duration {
        let Some(inner) = self.registry.upgrade() else { return BEAT };
        if !self.options.is_command {
            inner.meet_servers();
        }
        let servers = inner.servers();
        drop(inner);
        let mut pause = BEAT;
        for server in servers {
            match timeout(PATIENCE, self.beat(&server, cause)).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => pause = SOON,
                Ok(Err(DatabaseError::PoolClosed)) => {}
                Ok(Err(error)) => tracing::warn!(%error, server = server.id, "the share of connections stays as it is"),
                Err(_) => tracing::warn!(server = server.id, "the share of connections stays as it is: no answer"),
            }
        }
        pause
    }

    /// Says that this process lives, and takes what is its part. Gives whether it has let go of all that is not.
    async fn beat(&self, server: &Arc<Server>, cause: Cause) -> Result<bool, DatabaseError> {
        let mut tx = self.central.pool().begin().await?;
        shares::one_at_a_time(&mut tx, server.id).await?;
        let Some(budget) = shares::budget(&mut tx, server.id).await? else { return Ok(true) };
        let gone = shares::holders(&mut tx, server.id, self.process).await?;
        let gone: Vec<Uuid> =
            gone.into_iter().filter(|(_, holder)| holder::is_gone(holder)).map(|(process, _)| process).collect();
        shares::forget(&mut tx, server.id, &gone).await?;
        let mut others = shares::living(&mut tx, server.id, self.process).await?;
        let mine = others.iter().position(|share| share.process == self.process).map(|place| others.remove(place));
        let mine = mine.unwrap_or_else(|| self.wish());
        let target = target(budget, &mine, &others);
        let taken = others.iter().map(|share| share.share).sum();
        let goal = target.min(budget.saturating_sub(taken));
        // Less at once, so that what is said of it below is true; more only when it is written down.
        let now = server.figures();
        let mut occupied = now.open;
        if as_count(goal) < now.limit {
            occupied = server.set_limit(as_count(goal));
        }
        let share = goal.max(u32::try_from(occupied).unwrap_or(u32::MAX));
        shares::write(&mut tx, server.id, (&Share { share, ..mine }, &self.holder)).await?;
        if share < mine.share || (goal < target && cause == Cause::Clock) {
            shares::tell(&mut tx).await?;
        }
        tx.commit().await?;
        server.set_limit(as_count(goal));
        Ok(share == goal)
    }

    fn wish(&self) -> Share {
        let (wanted, is_command) = (self.options.max_connections, self.options.is_command);
        Share { process: self.process, is_command, wanted, share: 0 }
    }

    async fn raise(&self, tenant: TenantId, found: &str) {
        let detail = format!("the database bears the stamp: {found}");
        let raised = timeout(PATIENCE, alerts::raise(&self.central, WRONG_STAMP, Some(tenant), &detail)).await;
        if let Ok(Err(error)) = raised {
            tracing::error!(%error, tenant = %tenant, "nobody could be told of a database that bears another's stamp");
        }
    }
}

fn as_count(connections: u32) -> usize {
    connections as usize
}

/// Connections of a server that no process serves pages with: a command finds some at once, and waits for nobody's beat.
const SPARED: u32 = 8;

/// What this process may have when everybody has what is theirs. What one does not want is the others'; commands come
/// first, for they want little and are soon gone.
fn target(budget: u32, mine: &Share, others: &[Share]) -> u32 {
    let mut all: Vec<&Share> = others.iter().chain([mine]).collect();
    all.sort_by_key(|share| (share.wanted, share.process));
    let (commands, serving): (Vec<_>, Vec<_>) = all.into_iter().partition(|share| share.is_command);
    let half = budget / 2;
    let for_commands = divide(half, &commands);
    let aside = for_commands.values().sum::<u32>().max(SPARED).min(half);
    let parts = if mine.is_command { for_commands } else { divide(budget - aside, &serving) };
    parts.get(&mine.process).copied().unwrap_or_default()
}

/// Divides evenly among those in order of what they want: who wants less than an even part leaves the rest to the others.
fn divide(connections: u32, wishes: &[&Share]) -> HashMap<Uuid, u32> {
    let mut left = connections;
    let mut waiting = u32::try_from(wishes.len()).unwrap_or(u32::MAX);
    let mut part = |wish: &&Share| {
        let part = wish.wanted.min(left / waiting);
        left -= part;
        waiting -= 1;
        (wish.process, part)
    };
    wishes.iter().map(&mut part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(number: u128, wanted: u32, is_command: bool) -> Share {
        Share { process: Uuid::from_u128(number), is_command, wanted, share: 0 }
    }

    #[track_caller]
    fn check(budget: u32, all: &[(u32, bool)], expected: &[u32]) {
        let all: Vec<Share> = (0_u128..).zip(all).map(|(n, (wanted, is))| share(n, *wanted, *is)).collect();
        let targets: Vec<u32> = (0..all.len())
            .map(|place| {
                let mut others = all.clone();
                let mine = others.remove(place);
                target(budget, &mine, &others)
            })
            .collect();
        assert_eq!(targets, expected);
        assert!(targets.iter().sum::<u32>() <= budget);
    }

    #[test]
    fn a_server_is_divided_evenly_among_those_who_want_more() {
        check(168, &[(160, false)], &[160]);
        check(168, &[(160, false), (160, false)], &[80, 80]);
        check(101, &[(160, false), (160, false), (160, false)], &[31, 31, 31]);
        check(108, &[(10, false), (160, false), (160, false)], &[10, 45, 45]);
    }

    #[test]
    fn commands_find_some_and_leave_half() {
        check(168, &[(160, false), (8, true)], &[160, 8]);
        check(168, &[(160, false), (8, true), (8, true)], &[152, 8, 8]);
        check(8, &[(160, false), (8, true)], &[4, 4]);
        check(20, &[(160, false), (8, true), (8, true), (8, true)], &[10, 3, 3, 4]);
    }
}
