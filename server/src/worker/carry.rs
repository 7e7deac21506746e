//! Carries outboxes: an agency's as soon as it has committed something, and everybody's now and then.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tenancy::{TenantId, relay};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use app::state::House;

use super::survived;

/// When an outbox is looked at that nobody has announced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Everybody's: what a crash left behind, and what another process has committed.
    pub(super) sweep: Duration,
    /// One that could not be carried.
    pub(super) again: Duration,
}

/// What an outbox may still hold.
pub(super) enum Rest {
    Nothing,
    Some,
    Failed,
}

/// Carries what was committed, and everybody's outbox at each sweep, until the token is cancelled.
pub(super) async fn carry<D: Future<Output = Rest>>(
    deliver: impl Fn(TenantId) -> D,
    everybody: impl Fn() -> Vec<TenantId>,
    mut committed: mpsc::UnboundedReceiver<TenantId>,
    pace: Pace,
    stop: CancellationToken,
) {
    let mut sweep = tokio::time::interval(pace.sweep);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut line = Line::default();
    while !stop.is_cancelled() {
        if line.waiting.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(tenant) = committed.recv() => line.join(tenant),
                () = until(line.next_return()) => {}
                _ = sweep.tick() => everybody().into_iter().for_each(|tenant| line.join(tenant)),
            }
        }
        while let Ok(tenant) = committed.try_recv() {
            line.join(tenant);
        }
        line.readmit(Instant::now());
        let Some(tenant) = line.call() else { continue };
        match survived(deliver(tenant)).await {
            Some(Rest::Nothing) => {}
            Some(Rest::Some) => line.join(tenant),
            Some(Rest::Failed) | None => line.send_away(tenant, Instant::now() + pace.again),
        }
    }
}

/// Whose outbox may hold something, in turn: an import of thousands does not keep the others waiting.
#[derive(Default)]
struct Line {
    waiting: VecDeque<TenantId>,
    /// Those who failed, and when each may come back: in order, for all stay away equally long.
    away: VecDeque<(Instant, TenantId)>,
    /// Everybody in either: nobody is there twice, so an outage has one attempt of each agency to come and no more.
    known: HashSet<TenantId>,
}

impl Line {
    /// At the end of the line; who is in it, or failed a moment ago, is there already.
    fn join(&mut self, tenant: TenantId) {
        if self.known.insert(tenant) {
            self.waiting.push_back(tenant);
        }
    }

    /// Whose turn it is.
    fn call(&mut self) -> Option<TenantId> {
        let tenant = self.waiting.pop_front()?;
        self.known.remove(&tenant);
        Some(tenant)
    }

    /// What failed may well go in a while; the others do not wait for it.
    fn send_away(&mut self, tenant: TenantId, until: Instant) {
        if self.known.insert(tenant) {
            self.away.push_back((until, tenant));
        }
    }

    /// Lets in again whose time has come.
    fn readmit(&mut self, now: Instant) {
        while let Some((_, tenant)) = self.away.pop_front_if(|(until, _)| *until <= now) {
            self.waiting.push_back(tenant);
        }
    }

    fn next_return(&self) -> Option<Instant> {
        self.away.front().map(|(until, _)| *until)
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Every agency that may be entered.
pub(super) fn active(house: &House) -> Vec<TenantId> {
    let routes = house.routes.all().into_iter();
    routes.filter(|route| route.status.may_be_entered()).map(|route| route.tenant).collect()
}

/// Carries some of an agency's outbox.
pub(super) async fn deliver(house: Arc<House>, tenant: TenantId, wake: Arc<Notify>) -> Rest {
    let Some(route) = house.routes.by_tenant(tenant) else { return Rest::Nothing };
    // Closed, or out of reach: the sweep looks again.
    let Ok(db) = house.registry.open(&route).await else { return Rest::Nothing };
    match relay::deliver_some(&house.central, &house.key, &db).await {
        Ok(0) => Rest::Nothing,
        Ok(carried) => {
            metrics::counter!("outbox_carried_total").increment(carried);
            wake.notify_waiters();
            if carried < relay::BATCH { Rest::Nothing } else { Rest::Some }
        }
        Err(error) => {
            tracing::warn!(%tenant, %error, "an outbox was not carried; it stays where it is");
            Rest::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::Mutex;

    const NEVER: Duration = Duration::from_secs(3600);

    /// A worker whose deliveries are counted: `bad` fails so many times before it goes.
    struct Counted {
        attempts: Arc<Mutex<HashMap<TenantId, usize>>>,
        went: mpsc::UnboundedReceiver<TenantId>,
        commit: mpsc::UnboundedSender<TenantId>,
        stop: CancellationToken,
        carrying: tokio::task::JoinHandle<()>,
    }

    impl Counted {
        fn start(pace: Pace, everybody: Vec<TenantId>, bad: TenantId, failures: usize) -> Self {
            let attempts: Arc<Mutex<HashMap<TenantId, usize>>> = Arc::default();
            let ((tell, went), (commit, committed)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
            let counts = attempts.clone();
            let deliver = move |tenant| {
                let count = {
                    let mut counts = counts.lock().expect("not poisoned");
                    let count = counts.entry(tenant).or_default();
                    *count += 1;
                    *count
                };
                let fails = tenant == bad && count <= failures;
                if !fails {
                    // A test that is over does not listen any more.
                    let _ = tell.send(tenant);
                }
                async move { if fails { Rest::Failed } else { Rest::Nothing } }
            };
            let stop = CancellationToken::new();
            let carrying = tokio::spawn(carry(deliver, move || everybody.clone(), committed, pace, stop.clone()));
            Self { attempts, went, commit, stop, carrying }
        }

        async fn until_went(&mut self, tenant: TenantId) {
            while self.went.recv().await.expect("it carries") != tenant {}
        }

        async fn end(self) -> HashMap<TenantId, usize> {
            self.stop.cancel();
            self.carrying.await.expect("it ends");
            self.attempts.lock().expect("not poisoned").clone()
        }
    }

    #[tokio::test]
    async fn who_cannot_be_reached_is_asked_once_however_many_commits_and_sweeps_there_are() {
        let (bad, well) = (TenantId::generate(), TenantId::generate());
        let pace = Pace { sweep: Duration::from_millis(1), again: NEVER };
        let mut worker = Counted::start(pace, vec![bad, well], bad, usize::MAX);
        for _ in 0..100 {
            worker.commit.send(bad).expect("it listens");
            worker.until_went(well).await;
        }
        // A newcomer behind them all: whoever was in the line before it has had a turn.
        let last = TenantId::generate();
        worker.commit.send(last).expect("it listens");
        worker.until_went(last).await;
        let attempts = worker.end().await;
        assert!(attempts[&well] >= 100, "sweeps went on: {}", attempts[&well]);
        assert_eq!(attempts[&bad], 1);
    }

    #[tokio::test]
    async fn who_failed_is_asked_again_until_it_goes_without_anybody_asking() {
        let bad = TenantId::generate();
        let pace = Pace { sweep: NEVER, again: Duration::from_millis(1) };
        let mut worker = Counted::start(pace, vec![bad], bad, 3);
        worker.until_went(bad).await;
        assert_eq!(worker.end().await[&bad], 4);
    }

    #[test]
    fn nobody_stands_in_the_line_twice() {
        let (now, wait) = (Instant::now(), Duration::from_secs(2));
        let (a, b) = (TenantId::generate(), TenantId::generate());
        let mut line = Line::default();
        for tenant in [a, a, b, a] {
            line.join(tenant);
        }
        assert_eq!(line.call(), Some(a));
        line.send_away(a, now + wait);
        line.join(a);
        assert_eq!((line.call(), line.call()), (Some(b), None), "a is away");
        line.readmit(now + wait / 2);
        assert_eq!((line.call(), line.next_return()), (None, Some(now + wait)));
        line.readmit(now + wait);
        line.join(a);
        assert_eq!((line.call(), line.call(), line.next_return()), (Some(a), None, None));
    }
}
