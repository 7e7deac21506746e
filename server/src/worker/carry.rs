//! Carries outboxes: an agency's as soon as it has committed something, and everybody's now and then.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tenancy::{OpenError, TenantId, relay};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use app::state::House;

use super::survived;

/// When an outbox is looked at that nobody has announced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Everybody's: what a crash left behind.
    pub(super) sweep: Duration,
    /// One that could not be carried.
    pub(super) again: Duration,
    /// One whose database could not be opened.
    pub(super) away: Duration,
}

/// What an outbox may still hold.
pub(super) enum Rest {
    Nothing,
    Some,
    Failed,
    /// Nobody knows: the database was not opened.
    Away,
}

/// Carries what was committed, here or elsewhere, and everybody's outbox at each sweep, until the token is cancelled.
pub(super) async fn carry<D: Future<Output = Rest>>(
    deliver: impl Fn(TenantId) -> D,
    everybody: impl Fn() -> Vec<TenantId>,
    (mut committed, mut elsewhere): (mpsc::UnboundedReceiver<TenantId>, broadcast::Receiver<TenantId>),
    pace: Pace,
    stop: CancellationToken,
) {
    let mut sweep = tokio::time::interval(pace.sweep);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut line = Line::default();
    while !stop.is_cancelled() {
        if line.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(tenant) = committed.recv() => line.join(tenant),
                told = elsewhere.recv() => match told {
                    Ok(tenant) => line.join(tenant),
                    // Whose it was is not known any more.
                    Err(RecvError::Lagged(_)) => line.join_last(everybody()),
                    // Whose outboxes these are is not there any more.
                    Err(RecvError::Closed) => return,
                },
                () = until(line.next_return()) => {}
                _ = sweep.tick() => line.join_last(everybody()),
            }
        }
        while let Ok(tenant) = committed.try_recv() {
            line.join(tenant);
        }
        loop {
            match elsewhere.try_recv() {
                Ok(tenant) => line.join(tenant),
                Err(TryRecvError::Lagged(_)) => line.join_last(everybody()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        line.readmit(Instant::now());
        let Some(tenant) = line.call() else { continue };
        match survived(deliver(tenant)).await {
            Some(Rest::Nothing) => {}
            Some(Rest::Some) => line.join(tenant),
            Some(Rest::Away) => line.send_away(tenant, Instant::now() + pace.away),
            Some(Rest::Failed) | None => line.send_away(tenant, Instant::now() + pace.again),
        }
    }
}

/// Whose outbox may hold something, in turn: an import of thousands does not keep the others waiting.
#[derive(Default)]
struct Line {
    waiting: VecDeque<TenantId>,
    /// Those who failed, and when each may come back, the next one first.
    away: VecDeque<(Instant, TenantId)>,
    /// Everybody who waits or is away: nobody is there twice, so an outage has one attempt of each agency to come and no more.
    known: HashSet<TenantId>,
    /// Those who are looked at when nobody waits: a look at all of a thousand keeps nobody from their turn.
    last: VecDeque<TenantId>,
}

impl Line {
    /// At the end of the line; who is in it, or failed a moment ago, is there already.
    fn join(&mut self, tenant: TenantId) {
        if self.known.insert(tenant) {
            self.waiting.push_back(tenant);
        }
    }

    /// Behind everybody; who has not had a turn since the last time stays where they are.
    fn join_last(&mut self, mut tenants: Vec<TenantId>) {
        let there: HashSet<TenantId> = self.last.iter().copied().collect();
        tenants.retain(|tenant| !there.contains(tenant));
        self.last.extend(tenants);
    }

    /// Whose turn it is.
    fn call(&mut self) -> Option<TenantId> {
        if let Some(tenant) = self.waiting.pop_front() {
            self.known.remove(&tenant);
            return Some(tenant);
        }
        while let Some(tenant) = self.last.pop_front() {
            // Who is away comes back by themselves.
            if !self.known.contains(&tenant) {
                return Some(tenant);
            }
        }
        None
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.last.is_empty()
    }

    /// What failed may well go in a while; the others do not wait for it.
    fn send_away(&mut self, tenant: TenantId, until: Instant) {
        if self.known.insert(tenant) {
            let place = self.away.partition_point(|(other, _)| *other <= until);
            self.away.insert(place, (until, tenant));
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
    let db = match house.registry.open(&route).await {
        Ok(db) => db,
        // The sweep looks again.
        Err(OpenError::NotActive(_)) => return Rest::Nothing,
        Err(_) => return Rest::Away,
    };
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
        elsewhere: broadcast::Sender<TenantId>,
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
            let (stop, elsewhere) = (CancellationToken::new(), broadcast::Sender::new(4));
            let told = (committed, elsewhere.subscribe());
            let carrying = tokio::spawn(carry(deliver, move || everybody.clone(), told, pace, stop.clone()));
            Self { attempts, went, commit, elsewhere, stop, carrying }
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
        let pace = Pace { sweep: Duration::from_millis(1), again: NEVER, away: NEVER };
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
        let pace = Pace { sweep: NEVER, again: Duration::from_millis(1), away: NEVER };
        let mut worker = Counted::start(pace, vec![bad], bad, 3);
        worker.until_went(bad).await;
        assert_eq!(worker.end().await[&bad], 4);
    }

    #[tokio::test]
    async fn what_another_process_commits_is_carried_when_it_is_told_and_all_is_looked_at_when_some_was_missed() {
        let (quiet, loud) = (TenantId::generate(), TenantId::generate());
        let pace = Pace { sweep: NEVER, again: NEVER, away: NEVER };
        let mut worker = Counted::start(pace, vec![quiet, loud], TenantId::generate(), 0);
        // The first look at everybody.
        worker.until_went(quiet).await;
        worker.until_went(loud).await;
        worker.elsewhere.send(loud).expect("it listens");
        worker.until_went(loud).await;
        // More than are kept, before it has listened once.
        for _ in 0..5 {
            worker.elsewhere.send(loud).expect("it listens");
        }
        worker.until_went(quiet).await;
        assert!(worker.end().await[&quiet] >= 2);
    }

    #[test]
    fn who_has_something_comes_before_the_look_at_everybody() {
        let (now, wait) = (Instant::now(), Duration::from_secs(2));
        let [a, b, c, d] = [(); 4].map(|()| TenantId::generate());
        let mut line = Line::default();
        line.send_away(b, now + wait * 2);
        line.send_away(d, now + wait);
        line.join_last(vec![a, b, c]);
        line.join_last(vec![a]);
        line.join(c);
        assert_eq!([line.call(), line.call(), line.call()], [Some(c), Some(a), Some(c)], "b is away");
        assert!(line.is_empty() && line.call().is_none());
        assert_eq!(line.next_return(), Some(now + wait), "who is away for less comes back first");
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
